import { link, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";

const pollMilliseconds = 200;

/**
 * When a process started, in ticks since boot: tells a process from a later one with the same pid. Undefined where
 * there is no /proc.
 * @param {number} pid
 */
async function startTicks(pid) {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => undefined);
  // The second field is the program's name in brackets and may hold spaces; the start time is the 22nd.
  return stat?.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
}

/**
 * Whether a process with this pid runs.
 * @param {number} pid
 */
export function isRunning(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === "EPERM";
  }
}

/**
 * Whether the holder written in a lock file still runs.
 * @param {string} content
 */
export async function holderRuns(content) {
  const [pid = "", started] = content.trim().split(" ");
  if (!/^\d+$/.test(pid) || !isRunning(Number(pid))) return false;
  const ticks = await startTicks(Number(pid));
  return started === undefined || ticks === undefined || ticks === started;
}

/**
 * Takes the lock file unless a living process holds it. A lock that its holder left behind is taken over.
 * @param {string} file
 * @returns {Promise<{ release(): Promise<void> } | { holder: number }>}
 */
export async function tryLock(file) {
  await mkdir(path.dirname(file), { recursive: true });
  const mine = `${file}.${process.pid}`;
  await writeFile(mine, `${process.pid} ${(await startTicks(process.pid)) ?? ""}`.trim());
  try {
    for (;;) {
      try {
        // A link appears with its content, or not at all: nobody reads a lock that is still empty.
        await link(mine, file);
        return { release: () => rm(file, { force: true }) };
      } catch (error) {
        if (/** @type {NodeJS.ErrnoException} */ (error).code !== "EEXIST") throw error;
      }
      const content = await readFile(file, "utf8").catch(() => undefined);
      if (content === undefined) continue;
      if (await holderRuns(content)) return { holder: Number(content.split(" ")[0]) };
      // Only one can move the dead lock away. Whoever moved a living one instead (taken over in between) puts it back.
      const away = `${mine}.stale`;
      await rename(file, away).catch(() => {});
      const moved = await readFile(away, "utf8").catch(() => undefined);
      if (moved !== undefined && moved !== content) await link(away, file).catch(() => {});
      await rm(away, { force: true });
    }
  } finally {
    await rm(mine, { force: true });
  }
}

/**
 * Runs `work` while holding the lock file, after waiting for whoever holds it.
 * @template T
 * @param {string} file
 * @param {{ signal: AbortSignal, onWait?: (holder: number) => void }} options
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withLock(file, { signal, onWait }, work) {
  let told = false;
  for (;;) {
    signal.throwIfAborted();
    const lock = await tryLock(file);
    if ("release" in lock) {
      try {
        return await work();
      } finally {
        await lock.release();
      }
    }
    if (!told) onWait?.(lock.holder);
    told = true;
    await wait(pollMilliseconds, undefined, { signal }).catch(() => signal.throwIfAborted());
  }
}
