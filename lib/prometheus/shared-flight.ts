import { setMaxListeners } from "node:events";

/**
 * One piece of work that several callers wait for. A caller that leaves costs the others nothing; when the last
 * one has left, the work is aborted.
 */
export class SharedFlight<Result> {
  readonly #abort = new AbortController();
  readonly #work: Promise<Result>;
  #waiting = 0;
  #isSettled = false;

  /** Starts `run` at once. `onEnd` is called when it settles or is abandoned, whichever is first. */
  constructor(run: (signal: AbortSignal) => Promise<Result>, onEnd: () => void) {
    this.#work = run(this.#abort.signal);
    const end = () => {
      if (this.#isSettled) return;
      this.#isSettled = true;
      onEnd();
    };
    this.#work.then(end, end);
    this.#abort.signal.addEventListener("abort", end, { once: true });
  }

  /** Waits for the result. Throws the signal's reason when this caller aborts. */
  async join(signal?: AbortSignal): Promise<Result> {
    this.#waiting++;
    try {
      return await untilAborted(this.#work, signal);
    } finally {
      this.#waiting--;
      if (this.#waiting === 0 && !this.#isSettled) this.#abort.abort();
    }
  }

  /** Waits for the end, however it ends, without keeping the work alive. */
  async settled(signal?: AbortSignal): Promise<void> {
    const ended = this.#work.then(
      () => undefined,
      () => undefined,
    );
    await untilAborted(ended, signal);
  }
}

/** Returns what the promise gives, or throws the signal's reason as soon as it aborts. */
async function untilAborted<Result>(promise: Promise<Result>, signal?: AbortSignal): Promise<Result> {
  if (!signal) return promise;
  signal.throwIfAborted();
  let onAbort: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason);
    // A page waits for dozens of reads on its one signal; Node would take that for a leak.
    setMaxListeners(0, signal);
    signal.addEventListener("abort", onAbort, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    if (onAbort) signal.removeEventListener("abort", onAbort);
  }
}
