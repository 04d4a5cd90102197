import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { builtConsole, placeConsole } from "./built-console.mjs";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "inferscope-built-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const file = (name: string, text: string) => {
  mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
  writeFileSync(path.join(folder, name), text);
};

describe("where the console was built", () => {
  it("is found from the clone, as the documented start does", () => {
    file(".inferscope/stamps/console", "0123456789abcdef0123456789abcdef");
    expect(builtConsole(folder)).toBe(path.join(folder, ".inferscope/console/0123456789abcdef"));
  });

  it("is the folder itself in an image", () => {
    expect(builtConsole(folder)).toBe(folder);
  });
});

describe("a folder for the console", () => {
  it("gets all of it, and must not exist before", async () => {
    file("built/.next/standalone/server.js", "server");
    file("built/prisma/migrations/1/migration.sql", "select 1;");
    const [built, out] = [path.join(folder, "built"), path.join(folder, "image/console")];
    await placeConsole(built, out);
    expect(readFileSync(path.join(out, ".next/standalone/server.js"), "utf8")).toBe("server");
    expect(readFileSync(path.join(out, "prisma/migrations/1/migration.sql"), "utf8")).toBe("select 1;");
    await expect(placeConsole(built, out)).rejects.toThrow("is there already");
  });
});
