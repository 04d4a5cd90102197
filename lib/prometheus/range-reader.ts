import "server-only";
import { LRUCache } from "lru-cache";
import { problem } from "@/lib/errors";
import { formatDuration, type Seconds, type UnixSeconds } from "@/lib/units";
import type { UpstreamTarget } from "@/lib/upstream/target";
import { targetKey } from "@/lib/upstream/target-key";
import { isUpstreamError, UpstreamError } from "@/lib/upstream/upstream-error";
import {
  type Fetched,
  type GridSeries,
  type Missing,
  merge,
  missingFrom,
  overlapOf,
  type Segment,
  type Stretch,
  seriesWithin,
  touches,
  weightOf,
} from "./cache";
import { createPrometheusClient } from "./client";
import { valuesOnGrid } from "./samples";
import { SharedFlight } from "./shared-flight";
import { alignToStep, MAX_POINTS_PER_SERIES, stepFor } from "./step";

export type RangeRequest = {
  target: UpstreamTarget;
  expr: string;
  /** Moved down to a multiple of the step. */
  start: UnixSeconds;
  /** Moved down to a multiple of the step; included. */
  end: UnixSeconds;
  /** Whole seconds; `stepFor` gives one. */
  step: Seconds;
  /** The longest window in the expression; `rateWindowFor` gives it. */
  rateWindow: Seconds;
  /** A quarter of the rate window when absent. */
  scrapeInterval?: Seconds;
  signal?: AbortSignal;
  timeout?: Seconds;
};

export type RangeResult = {
  /** As aligned. Every series has one value for start, start + step … end. */
  start: UnixSeconds;
  end: UnixSeconds;
  step: Seconds;
  series: GridSeries[];
  warnings: string[];
  infos: string[];
  /** When the newest points were read from the upstream. */
  fetchedAt: UnixSeconds;
};

export type RangeReadEvent = {
  /**
   * hit: all was kept; refreshed: a tail or head was read; miss: all was read; coalesced: another viewer's read
   * answered.
   */
  outcome: "hit" | "refreshed" | "miss" | "coalesced" | "failed" | "aborted";
  /** What this read sent upstream. */
  queries: number;
};

export type RangeReader = {
  /**
   * Returns a range of a query on the step's grid, from what is kept and what is read anew. Not to be changed: others
   * may be given the same object.
   *
   * Throws `invalid_request` for a step that is not whole seconds or an end before the start, `query_too_large` for more
   * than 11,000 points a series or more than the target's limits allow; a {@link RangeReadError} when the upstream fails, with the last good data where there is any; the
   * signal's reason when it aborts.
   */
  read(request: RangeRequest): Promise<RangeResult>;
  /** Calls `listener` after every read; returns what stops it. */
  onRead(listener: (event: RangeReadEvent) => void): () => void;
  /** Forgets everything that is kept. */
  clear(): void;
};

/** A failed read, with what was last known of the same range so that a page can keep showing it, marked old. */
export class RangeReadError extends UpstreamError {
  /** Null where it was never read; its points since are null. */
  readonly stale: RangeResult | null;

  constructor(target: UpstreamTarget, error: UpstreamError, stale: RangeResult | null) {
    const { upstreamStatus, upstream, suggestion } = error;
    super(target, error.failure, error.detail, { upstreamStatus, upstream, suggestion, cause: error });
    this.stale = stale;
  }
}

/** Returns the last good data that a failed read carries, or null. */
export function staleResult(error: unknown): RangeResult | null {
  return error instanceof Error && "stale" in error ? (error.stale as RangeResult | null) : null;
}

/** 2 million points are 16 MB as plain doubles and 48 MB where gaps make them objects: sixty pages of panels. */
const MAX_KEPT_POINTS = 2_000_000;
/** One view that alone would push out all others is not kept. */
const MAX_SEGMENT_POINTS = MAX_KEPT_POINTS / 4;
/** Live, yesterday, and two zooms of one panel. */
const MAX_SEGMENTS_PER_QUERY = 4;
/** A view that nobody has looked at for so long is not worth its memory. */
const KEPT_UNREAD_MS = 15 * 60 * 1000;

type Flight = Stretch & { shared: SharedFlight<Segment>; queries: number; isCold: boolean };

/** Makes a reader with a cache of its own; a process has one, from {@link rangeReader}. */
export function createRangeReader(
  options: { now?: () => UnixSeconds; maxPoints?: number } = {},
): RangeReader {
  const now = options.now ?? (() => Date.now() / 1000);
  const listeners = new Set<(event: RangeReadEvent) => void>();
  const flights = new Map<string, Set<Flight>>();
  // Viewers of one page get one and the same object, so that what is made of it is made once.
  const answers = new WeakMap<Segment, Map<string, RangeResult>>();
  const cache = new LRUCache<string, Segment[]>({
    maxSize: options.maxPoints ?? MAX_KEPT_POINTS,
    maxEntrySize: Math.min(options.maxPoints ?? MAX_KEPT_POINTS, MAX_SEGMENT_POINTS),
    sizeCalculation: (segments) => segments.reduce((sum, segment) => sum + weightOf(segment), 0) + 1,
    ttl: KEPT_UNREAD_MS,
    updateAgeOnGet: true,
  });

  async function fetchStretch(
    request: RangeRequest,
    stretch: Stretch,
    signal: AbortSignal,
  ): Promise<Fetched> {
    const { target, expr, step, timeout } = request;
    const { data, warnings, infos } = await createPrometheusClient(target).queryRange(expr, {
      ...stretch,
      step,
      timeout,
      signal,
    });
    const series = data.map(({ labels, times, values }) => ({
      labels,
      values: valuesOnGrid({ times, values }, stretch.start, stretch.end, step),
    }));
    const hasHistograms = data.some(({ histograms }) => histograms.length > 0);
    const note =
      "the result holds native histograms, which have no line; take histogram_quantile or histogram_avg of them";
    return { ...stretch, series, warnings, infos: hasHistograms ? [...infos, note] : infos };
  }

  function keep(key: string, base: Segment | undefined, segment: Segment): void {
    const others = (cache.peek(key) ?? []).filter(
      (other) => other !== base && !touches(other, segment, segment.step),
    );
    cache.set(key, [segment, ...others].slice(0, MAX_SEGMENTS_PER_QUERY));
  }

  function depart(
    key: string,
    request: RangeRequest,
    asked: Stretch,
    base: Segment | undefined,
    missing: Missing,
  ): Flight {
    const ofKey = flights.get(key) ?? new Set<Flight>();
    flights.set(key, ofKey);
    const run = async (signal: AbortSignal) => {
      const startedAt = now();
      const fetched = await Promise.all(
        missing.stretches.map((stretch) => fetchStretch(request, stretch, signal)),
      );
      // The time of asking, not of the answer: what arrived in between may not be in it.
      const segment = merge(missing.isEverything ? undefined : base, fetched, asked, request.step, startedAt);
      keep(key, base, segment);
      return segment;
    };
    const flight: Flight = {
      start: Math.min(asked.start, ...missing.stretches.map(({ start }) => start)),
      end: Math.max(asked.end, ...missing.stretches.map(({ end }) => end)),
      queries: missing.stretches.length,
      isCold: missing.isEverything,
      shared: new SharedFlight(run, () => {
        ofKey.delete(flight);
        if (ofKey.size === 0 && flights.get(key) === ofKey) flights.delete(key);
      }),
    };
    ofKey.add(flight);
    return flight;
  }

  async function read(request: RangeRequest, report: (event: RangeReadEvent) => void): Promise<RangeResult> {
    const { step, signal } = request;
    const asked = alignedStretch(request);
    const overlap = overlapOf(request.rateWindow, request.scrapeInterval ?? request.rateWindow / 4);
    const key = JSON.stringify([targetKey(request.target), request.expr, step]);
    const known = () => (cache.get(key) ?? []).find((segment) => touches(segment, asked, step));
    const result = (segment: Segment): RangeResult => {
      const known = answers.get(segment) ?? new Map<string, RangeResult>();
      answers.set(segment, known);
      const window = `${asked.start} ${asked.end}`;
      const made = known.get(window) ?? {
        ...asked,
        step,
        series: seriesWithin(segment, asked),
        warnings: segment.warnings,
        infos: segment.infos,
        fetchedAt: segment.fetchedAt,
      };
      known.set(window, made);
      return made;
    };

    for (;;) {
      signal?.throwIfAborted();
      const segment = known();
      const missing = missingFrom(segment, asked, step, overlap, now());
      if (missing.stretches.length === 0 && segment) {
        report({ outcome: "hit", queries: 0 });
        return result(segment);
      }
      const underway = [...(flights.get(key) ?? [])].filter((flight) => touches(flight, asked, step));
      const covering = underway.find((flight) => flight.start <= asked.start && flight.end >= asked.end);
      if (!covering && underway[0]) {
        // Its answer holds a part of ours: wait for it, then read only the rest.
        await underway[0].shared.settled(signal);
        continue;
      }
      const flight = covering ?? depart(key, request, asked, segment, missing);
      try {
        const answer = await flight.shared.join(signal);
        if (covering) report({ outcome: "coalesced", queries: 0 });
        else report({ outcome: flight.isCold ? "miss" : "refreshed", queries: flight.queries });
        return result(answer);
      } catch (error) {
        if (signal?.aborted || !isUpstreamError(error)) throw error;
        const last = known();
        throw new RangeReadError(request.target, error, last ? result(last) : null);
      }
    }
  }

  return {
    async read(request) {
      let event: RangeReadEvent = { outcome: "failed", queries: 0 };
      try {
        return await read(request, (reported) => {
          event = reported;
        });
      } catch (error) {
        if (request.signal?.aborted) event = { outcome: "aborted", queries: 0 };
        throw error;
      } finally {
        for (const listener of listeners) listener(event);
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

// Kept on globalThis, because the server's bundles may each hold a copy of this module, and viewers share reads
// only where there is one reader.
const SHARED = Symbol.for("inferscope.range-reader");
const holder = globalThis as typeof globalThis & { [SHARED]?: RangeReader };

/** Returns this process's reader: the entry for every range query. */
export function rangeReader(): RangeReader {
  holder[SHARED] ??= createRangeReader();
  return holder[SHARED];
}

function alignedStretch({ start, end, step }: RangeRequest): Stretch {
  if (!Number.isInteger(step) || step < 1) {
    throw problem("invalid_request", `A step is a whole number of seconds, at least 1; ${step} is not.`);
  }
  if (!Number.isFinite(start) || !Number.isFinite(end) || end < start) {
    throw problem(
      "invalid_request",
      `The end of a range (${end}) comes at or after its start (${start}), in Unix seconds.`,
    );
  }
  const asked = { start: alignToStep(start, step), end: alignToStep(end, step) };
  const points = (asked.end - asked.start) / step + 1;
  // One less than Prometheus allows, for the point that is read before the start.
  if (points > MAX_POINTS_PER_SERIES - 1) {
    const least = stepFor(end - start, MAX_POINTS_PER_SERIES - 2, step);
    throw problem(
      "query_too_large",
      `${points.toLocaleString("en-US")} points a series are more than Prometheus gives (11,000); take a step of ${formatDuration(least)} or more.`,
      {
        fields: [{ path: "step", message: `at least ${least} seconds for this range` }],
        suggestion: { step: least },
      },
    );
  }
  return asked;
}
