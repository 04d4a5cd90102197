/** Steps on the terminal, as scripts/setup/progress.mjs draws them. */
export interface Progress {
  say(text: string): void;
  step<T>(
    label: string,
    work: (report: { detail(text: string): void; finish(text: string): void }) => Promise<T>,
  ): Promise<T>;
}

/** Ends the process groups it was told of when this process dies without doing so, as scripts/setup/guardian.mjs does. */
export interface Guardian {
  add(group: number, signal: string): void;
  remove(group: number): void;
}

/** What the quickstart's first half (plain JavaScript, before any package is there) hands to its second. */
export interface QuickstartContext {
  /** The clone, absolute. */
  root: string;
  /** The console's port and address. */
  port: number;
  host: string;
  /** Absolute paths, or undefined when PROMETHEUS_URL names a server that runs already. */
  binaries: { prometheus: string; promtool: string } | undefined;
  /** The folder with the console's server.js, once it is built. */
  consoleFolder: Promise<string>;
  /** Aborted by Ctrl-C, by a failure elsewhere, and when the parent process is gone. */
  signal: AbortSignal;
  guardian: Guardian;
  progress: Progress;
  /** Takes a lock file unless a living process holds it, as scripts/setup/lock.mjs does. */
  tryLock(file: string): Promise<{ release(): Promise<void> } | { holder: number }>;
}

/** Something the person at the terminal can put right; shown as a sentence, without a stack. */
export class SetupError extends Error {
  override name = "SetupError";
}
