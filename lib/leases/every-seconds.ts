import "server-only";
import { setTimeout as delay } from "node:timers/promises";
import { log } from "@/lib/observability/log";
import { claimLease, leaseRunsOutIn, RENEW_SECONDS, releaseLease } from "./lease";

/** What happened to a run, told to whoever keeps the record. */
export type LoopObserver = {
  started(name: string, everySeconds: number, holder: string): Promise<void>;
  finished(name: string, error: unknown): Promise<void>;
};

export type LoopOptions = {
  /** Names this process among all that run the loop. */
  holder: string;
  /** Ends the loop: the run under way is aborted and awaited, and the lease given up. */
  signal: AbortSignal;
  observer?: LoopObserver;
};

/** Milliseconds from `now` to the next whole multiple of `seconds` on the clock: never 0, at most `seconds`. */
export function untilNextTick(now: number, seconds: number): number {
  const period = seconds * 1000;
  return period - (now % period);
}

/** After the lease of another has run out, so that the claim comes after that by any clock. */
const AFTER_EXPIRY_MS = 50;

/**
 * Runs `run` at once and then on every whole multiple of `seconds`, in one process at a time: whoever holds the lease
 * `loop:<name>`, which it keeps between runs. When another dies, its lease is taken and `run` runs the moment it has run
 * out, be that between two multiples. A run that takes longer than the period skips the ticks it missed; a run that
 * throws is told to the observer and tried again at the next tick. `run` gets a signal that aborts when the lease is lost
 * or the loop ends. Resolves once `signal` aborted and the last run has ended; never rejects.
 */
export async function everySeconds(
  name: string,
  seconds: number,
  run: (signal: AbortSignal) => Promise<void>,
  { holder, signal, observer }: LoopOptions,
): Promise<void> {
  const lease = `loop:${name}`;
  let held = false;
  let othersUntil = 0;
  let isFirst = true;
  let lost: AbortController | null = null;

  const claim = async (): Promise<boolean> => {
    const mine = await claimLease(lease, holder).catch((error: unknown) => {
      log.warn({ event: "lease_claim_failed", lease, error: String(error) });
      return false;
    });
    if (held && !mine) {
      log.warn({ event: "lease_lost", lease, holder });
      lost?.abort(new Error(`The lease ${lease} was lost.`));
    }
    held = mine;
    return mine;
  };
  const untilNextTry = (): number => {
    const now = Date.now();
    const tick = untilNextTick(now, seconds);
    return othersUntil > now ? Math.min(tick, othersUntil - now) : tick;
  };

  const renewal = setInterval(() => {
    if (held) void claim();
  }, RENEW_SECONDS * 1000);
  try {
    while (!signal.aborted) {
      if (!isFirst) {
        const waited = await delay(untilNextTry(), true, { signal }).catch(() => false);
        if (!waited) break;
      }
      isFirst = false;
      if (!(await claim())) {
        const runsOutIn = await leaseRunsOutIn(lease).catch(() => Number.POSITIVE_INFINITY);
        othersUntil = Date.now() + runsOutIn * 1000 + AFTER_EXPIRY_MS;
        continue;
      }
      if (signal.aborted) continue;
      lost = new AbortController();
      await observer?.started(name, seconds, holder).catch(() => {});
      let failure: unknown;
      try {
        await run(AbortSignal.any([signal, lost.signal]));
      } catch (error) {
        failure = error;
        if (!signal.aborted)
          log.error({
            event: "loop_run_failed",
            loop: name,
            error: error instanceof Error ? error.stack : String(error),
          });
      }
      // Whoever took the lease over keeps the record from here on.
      const recorded = !signal.aborted && !lost.signal.aborted;
      lost = null;
      if (recorded) await observer?.finished(name, failure).catch(() => {});
    }
  } finally {
    clearInterval(renewal);
    if (held) await releaseLease(lease, holder).catch(() => {});
  }
}
