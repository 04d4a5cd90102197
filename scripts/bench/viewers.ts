import { setMaxListeners } from "node:events";
import { setTimeout as wait } from "node:timers/promises";
import type { ConsoleClient } from "./console-client";
import { pageRequest } from "./page-request";

/** How often the overview refreshes unless the viewer chose otherwise, in seconds. */
export const refreshSeconds = 10;
// Viewers keep clear of the interval's ends, so that one who is late is still before the next grid boundary.
const margin = 0.1;

export interface ViewersOptions {
  client: ConsoleClient;
  count: number;
  /** What they look at, in seconds up to now. */
  range: number;
  /** Milliseconds since the epoch. */
  startAt: number;
  endAt: number;
  signal: AbortSignal;
  /** Called after each refresh, with the end of the grid that was asked for, in Unix seconds. */
  onRefresh?: (end: number) => void;
}

/** When each viewer refreshes first, in seconds after the start: spread evenly, one alone in the middle. */
export function firstRefreshes(count: number): number[] {
  const [from, to] = [margin * refreshSeconds, (1 - margin) * refreshSeconds];
  if (count === 1) return [(from + to) / 2];
  return Array.from({ length: count }, (_, index) => from + ((to - from) * index) / (count - 1));
}

/**
 * Lets viewers look at the overview: each asks for its page every ten seconds and holds the stream of changes open.
 * Resolves when the last refresh before the end is answered; rejects when the console fails one of them.
 */
export async function watchPage(options: ViewersOptions): Promise<void> {
  const { client, count, range, startAt, endAt, signal } = options;
  const left = new AbortController();
  const gone = AbortSignal.any([signal, left.signal]);
  setMaxListeners(0, gone);
  const streams = Array.from({ length: count }, () => client.followChanges(gone));
  const view = async (first: number): Promise<void> => {
    for (let at = startAt + first * 1000; at < endAt; at += refreshSeconds * 1000) {
      await wait(Math.max(at - Date.now(), 0), undefined, { signal: gone });
      const request = pageRequest(client.service, { now: Date.now() / 1000, range });
      await client.signals(request);
      options.onRefresh?.(request.end);
    }
  };
  try {
    await Promise.race([
      Promise.all(firstRefreshes(count).map(view)),
      // A stream that ends before we leave is a failure; its reason comes from followChanges.
      Promise.race(streams).then(() => {
        throw new Error("The console ended a stream of changes.");
      }),
    ]);
  } finally {
    left.abort();
    await Promise.allSettled(streams);
  }
}
