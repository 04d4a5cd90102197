import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { buildIfChanged, hashInputs } from "./stamp.mjs";

let root: string;
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), "inferscope-stamp-"));
  await mkdir(path.join(root, "lib/deep"), { recursive: true });
  await writeFile(path.join(root, "lib/deep/a.ts"), "one");
  await writeFile(path.join(root, "package-lock.json"), "{}");
});
afterEach(() => rm(root, { recursive: true }));

const hash = (extra?: string) => hashInputs(root, ["lib", "package-lock.json", "absent"], extra);

describe("the hash of a build's inputs", () => {
  it.each([
    ["a file's content", () => writeFile(path.join(root, "lib/deep/a.ts"), "two")],
    ["a new file", () => writeFile(path.join(root, "lib/b.ts"), "")],
    ["a file that is gone", () => rm(path.join(root, "package-lock.json"))],
    ["a path that appears", () => writeFile(path.join(root, "absent"), "")],
  ])("changes with %s", async (_, change) => {
    const before = await hash();
    await change();
    expect(await hash()).not.toBe(before);
  });

  it("changes with what else the result depends on", async () => {
    expect(await hash("20.20.2")).not.toBe(await hash("22.1.0"));
  });

  it.each(["lib/a.test.ts", "lib/testdata/x.json", "lib/generated/client.ts", "node_modules/x.js"])(
    "does not change with %s",
    async (file) => {
      const before = await hash();
      await mkdir(path.dirname(path.join(root, file)), { recursive: true });
      await writeFile(path.join(root, file), "new");
      expect(await hash()).toBe(before);
    },
  );
});

describe("building if changed", () => {
  const build = async (value: string, work = async () => writeFile(path.join(root, "out"), value)) =>
    buildIfChanged(
      { stamp: path.join(root, "stamps/x"), hash: value, outputs: [path.join(root, "out")] },
      work,
    );

  it("builds once for the same inputs", async () => {
    expect([await build("1"), await build("1"), await build("2")]).toEqual([true, false, true]);
  });

  it("builds again when the output is gone", async () => {
    await build("1");
    await rm(path.join(root, "out"));
    expect(await build("1")).toBe(true);
  });

  it("builds again after a build that failed", async () => {
    await build("1");
    await expect(build("2", () => Promise.reject(new Error("broken")))).rejects.toThrow("broken");
    expect(await build("1")).toBe(true);
  });
});
