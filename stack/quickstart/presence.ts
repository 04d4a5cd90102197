import { readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";

const writeEveryMilliseconds = 2_000;

/**
 * When the demo in this data folder last ran, in Unix seconds; undefined when it never did.
 */
export function lastSeen(dataDirectory: string): number | undefined {
  try {
    const value = Number(readFileSync(path.join(dataDirectory, "last-seen"), "utf8"));
    return Number.isFinite(value) && value > 0 ? value : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Keeps a note of the time while the demo runs, so that the next start knows how long the pause was even if this
 * process is killed. Answers what ends it.
 */
export function keepNoteOfTime(dataDirectory: string): () => void {
  const file = path.join(dataDirectory, "last-seen");
  const write = () => {
    writeFileSync(`${file}.new`, String(Date.now() / 1000));
    renameSync(`${file}.new`, file);
  };
  write();
  const timer = setInterval(write, writeEveryMilliseconds);
  timer.unref();
  return () => {
    clearInterval(timer);
    write();
  };
}
