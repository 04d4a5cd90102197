import "server-only";
import { LRUCache } from "lru-cache";
import type { Seconds, UnixSeconds } from "@/lib/units";
import type { UpstreamTarget } from "@/lib/upstream/target";
import { targetKey } from "@/lib/upstream/target-key";
import { type Annotated, createPrometheusClient } from "./client";
import type { QueryData } from "./samples";
import { SharedFlight } from "./shared-flight";
import { alignToStep } from "./step";

export type InstantRequest = {
  target: UpstreamTarget;
  expr: string;
  time: UnixSeconds;
  /** The time is moved down to a multiple of this, in whole seconds, so that viewers ask for the same one. */
  quantum: Seconds;
  signal?: AbortSignal;
  timeout?: Seconds;
};

export type InstantResult = Annotated<QueryData> & { time: UnixSeconds };

export type InstantReadEvent = { outcome: "hit" | "miss" | "coalesced" | "failed" | "aborted" };

export type InstantReader = {
  /**
   * Returns a query's value at one time. Answers are kept for a quantum, at most a minute, and shared between
   * viewers that ask at once. They are not copies: do not change them. Throws as the client's `query` does.
   */
  read(request: InstantRequest): Promise<InstantResult>;
  /** Calls `listener` after every read; returns what stops it. */
  onRead(listener: (event: InstantReadEvent) => void): () => void;
  clear(): void;
};

const MAX_KEPT_SERIES = 50_000;
const MAX_FRESH: Seconds = 60;

/** Makes a reader with a cache of its own; a process has one, from {@link instantReader}. */
export function createInstantReader(): InstantReader {
  const listeners = new Set<(event: InstantReadEvent) => void>();
  const flights = new Map<string, SharedFlight<InstantResult>>();
  const cache = new LRUCache<string, InstantResult>({
    maxSize: MAX_KEPT_SERIES,
    sizeCalculation: ({ data }) => 1 + ("series" in data ? data.series.length : 0),
  });

  async function read(
    request: InstantRequest,
  ): Promise<{ result: InstantResult; outcome: InstantReadEvent["outcome"] }> {
    const { target, expr, quantum, signal, timeout } = request;
    signal?.throwIfAborted();
    const time = alignToStep(request.time, quantum);
    const key = JSON.stringify([targetKey(target), expr, time]);
    const kept = cache.get(key);
    if (kept) return { result: kept, outcome: "hit" };
    let flight = flights.get(key);
    const outcome = flight ? "coalesced" : "miss";
    if (!flight) {
      const run = async (shared: AbortSignal) => {
        const answer = await createPrometheusClient(target).query(expr, { time, timeout, signal: shared });
        const result = { ...answer, time };
        cache.set(key, result, { ttl: Math.min(quantum, MAX_FRESH) * 1000 });
        return result;
      };
      const departed: SharedFlight<InstantResult> = new SharedFlight(run, () => {
        if (flights.get(key) === departed) flights.delete(key);
      });
      flight = departed;
      flights.set(key, flight);
    }
    return { result: await flight.join(signal), outcome };
  }

  return {
    async read(request) {
      let outcome: InstantReadEvent["outcome"] = "failed";
      try {
        const answer = await read(request);
        outcome = answer.outcome;
        return answer.result;
      } catch (error) {
        if (request.signal?.aborted) outcome = "aborted";
        throw error;
      } finally {
        for (const listener of listeners) listener({ outcome });
      }
    },
    onRead(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    clear() {
      cache.clear();
    },
  };
}

// One for the process, as with the range reader.
const SHARED = Symbol.for("inferscope.instant-reader");
const holder = globalThis as typeof globalThis & { [SHARED]?: InstantReader };

/** Returns this process's reader of instant queries. */
export function instantReader(): InstantReader {
  holder[SHARED] ??= createInstantReader();
  return holder[SHARED];
}
