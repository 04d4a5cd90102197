import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync, renameSync, statSync } from "node:fs";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { type Guardian, SetupError } from "./context";
import { lastLines } from "./log-tail";

const largestLogBytes = 5_000_000;
const shownLogLines = 12;
const readyPollMilliseconds = 50;
// The whole stack is gone within ten seconds of Ctrl-C: what has not ended by then is killed.
const stopWithinMilliseconds = 8_000;

export interface ProcessSpec {
  /** Names the process to the reader and its log file: "prometheus". */
  name: string;
  command: string;
  args: string[];
  cwd: string;
  env?: NodeJS.ProcessEnv;
  uid?: number;
  gid?: number;
  /** What ends it cleanly; SIGTERM by default. */
  stopSignal?: NodeJS.Signals;
  /** Answers true once it serves; may throw until then. */
  isReady: (signal: AbortSignal) => Promise<boolean>;
  readyWithinSeconds: number;
}

interface Running {
  spec: ProcessSpec;
  child: ChildProcess;
  logFile: string;
  exited: Promise<string>;
  hasExited: boolean;
}

/**
 * Answers whether a GET of `url` succeeds (2xx) within two seconds.
 */
export async function answers(url: string, signal: AbortSignal): Promise<boolean> {
  const response = await fetch(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(2_000)]) });
  await response.body?.cancel();
  return response.ok;
}

/**
 * Starts processes, each in a group of its own with a log file, and stops them in reverse order. A process that ends
 * by itself ends the whole: `failed` then rejects with its name and its last log lines.
 */
export class Supervisor {
  readonly #running: Running[][] = [];
  readonly #logDirectory: string;
  readonly #guardian: Guardian;
  readonly #signal: AbortSignal;
  #stopping = false;
  #fail: (error: Error) => void = () => {};
  /** Never resolves. */
  readonly failed: Promise<never>;

  constructor(options: { logDirectory: string; guardian: Guardian; signal: AbortSignal }) {
    this.#logDirectory = options.logDirectory;
    this.#guardian = options.guardian;
    this.#signal = options.signal;
    this.failed = new Promise((_, reject) => {
      this.#fail = reject;
    });
    this.failed.catch(() => {});
    mkdirSync(this.#logDirectory, { recursive: true });
  }

  /** Starts processes that may start and stop side by side; resolves when all are ready. */
  async start(...specs: ProcessSpec[]): Promise<void> {
    this.#signal.throwIfAborted();
    if (this.#stopping) throw new Error("The stack is being stopped.");
    const group = specs.map((spec) => this.#spawn(spec));
    this.#running.push(group);
    await Promise.all(group.map((running) => this.#waitUntilReady(running)));
  }

  /** Ends every process, the last started first, and kills what has not ended in time. Resolves when none is left. */
  async stop(withinMilliseconds = stopWithinMilliseconds): Promise<void> {
    this.#stopping = true;
    const deadline = Date.now() + withinMilliseconds;
    for (const group of this.#running.splice(0).reverse()) {
      await Promise.all(group.map((running) => this.#end(running, Math.max(deadline - Date.now(), 100))));
    }
  }

  #spawn(spec: ProcessSpec): Running {
    const logFile = path.join(this.#logDirectory, `${spec.name}.log`);
    if ((statSync(logFile, { throwIfNoEntry: false })?.size ?? 0) > largestLogBytes)
      renameSync(logFile, `${logFile}.1`);
    const log = openSync(logFile, "a");
    const child = spawn(spec.command, spec.args, {
      cwd: spec.cwd,
      env: spec.env ?? process.env,
      uid: spec.uid,
      gid: spec.gid,
      detached: true,
      stdio: ["ignore", log, log],
    });
    closeSync(log);
    if (child.pid !== undefined) this.#guardian.add(child.pid, spec.stopSignal ?? "SIGTERM");
    const exited = new Promise<string>((resolve) => {
      child.once("error", (error) => resolve(`could not be started (${error.message})`));
      child.once("exit", (code, signal) =>
        resolve(signal === null ? `ended with status ${code}` : `was ended by ${signal}`),
      );
    });
    const running: Running = { spec, child, logFile, exited, hasExited: false };
    void exited.then((how) => {
      running.hasExited = true;
      if (child.pid !== undefined) this.#guardian.remove(child.pid);
      if (!this.#stopping) this.#fail(this.#failure(running, how));
    });
    return running;
  }

  #failure({ spec, logFile }: Running, what: string): SetupError {
    const said = lastLines(readFileSync(logFile, "utf8"), shownLogLines);
    return new SetupError(
      [`${spec.name} ${what}. The last lines of ${logFile}:`, ...said.map((line) => `  ${line}`)].join("\n"),
    );
  }

  async #waitUntilReady(running: Running): Promise<void> {
    const { spec } = running;
    const deadline = Date.now() + spec.readyWithinSeconds * 1000;
    const ready = async (): Promise<void> => {
      while (!running.hasExited && !this.#stopping) {
        if (await spec.isReady(this.#signal).catch(() => false)) return;
        this.#signal.throwIfAborted();
        if (Date.now() > deadline)
          throw this.#failure(running, `was not ready within ${spec.readyWithinSeconds} seconds`);
        await wait(readyPollMilliseconds);
      }
    };
    await Promise.race([ready(), this.failed]);
  }

  async #end(running: Running, withinMilliseconds: number): Promise<void> {
    const { child, spec } = running;
    if (running.hasExited || child.pid === undefined) return;
    child.kill(spec.stopSignal ?? "SIGTERM");
    const timer = new AbortController();
    const late = wait(withinMilliseconds, true, { signal: timer.signal }).catch(() => false);
    if (await Promise.race([running.exited.then(() => false), late])) {
      try {
        process.kill(-child.pid, "SIGKILL");
      } catch {
        // It ended in between.
      }
      await running.exited;
    }
    timer.abort();
  }
}
