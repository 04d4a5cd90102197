import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { holderRuns, tryLock, withLock } from "./lock.mjs";

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "inferscope-lock-"));
  file = path.join(folder, "build.lock");
});
afterEach(() => rm(folder, { recursive: true }));

describe("a lock file", () => {
  it("is held by one at a time, and free again when released", async () => {
    const first = await tryLock(file);
    expect(await tryLock(file)).toEqual({ holder: process.pid });
    if ("release" in first) await first.release();
    expect(await tryLock(file)).toHaveProperty("release");
  });

  it("is taken over from a process that is gone", async () => {
    const child = spawn(process.execPath, ["-e", ""]);
    await once(child, "exit");
    await writeFile(file, String(child.pid));
    expect(await tryLock(file)).toHaveProperty("release");
    expect(await readFile(file, "utf8")).toMatch(new RegExp(`^${process.pid}\\b`));
  });

  it("is taken over from a pid that belongs to a later process by now", async () => {
    expect(await holderRuns(`${process.pid} 1`)).toBe(process.platform !== "linux");
  });
});

describe("work under a lock", () => {
  it("waits for the holder, says so once, and then runs", async () => {
    const signal = new AbortController().signal;
    const order: string[] = [];
    let finishFirst = () => {};
    const first = withLock(file, { signal }, async () => {
      order.push("first begins");
      await new Promise<void>((resolve) => {
        finishFirst = resolve;
      });
      order.push("first ends");
    });
    await expect.poll(() => order).toEqual(["first begins"]);
    const waits: number[] = [];
    const second = withLock(file, { signal, onWait: (holder) => waits.push(holder) }, async () => {
      order.push("second");
    });
    await expect.poll(() => waits).toEqual([process.pid]);
    finishFirst();
    await Promise.all([first, second]);
    expect(order).toEqual(["first begins", "first ends", "second"]);
  });

  it("gives the lock back when the work fails", async () => {
    const signal = new AbortController().signal;
    await expect(withLock(file, { signal }, () => Promise.reject(new Error("no")))).rejects.toThrow("no");
    expect(await tryLock(file)).toHaveProperty("release");
  });

  it("stops waiting when interrupted", async () => {
    await tryLock(file);
    const controller = new AbortController();
    const waiting = withLock(
      file,
      { signal: controller.signal, onWait: () => controller.abort(new Error("interrupted")) },
      async () => {},
    );
    await expect(waiting).rejects.toThrow("interrupted");
  });
});
