import "server-only";
import { LRUCache } from "lru-cache";
import { createPrometheusClient } from "@/lib/prometheus/client";
import { instantReader } from "@/lib/prometheus/instant-reader";
import { RangeReadError, rangeReader, staleResult } from "@/lib/prometheus/range-reader";
import type { NativeHistogramSample } from "@/lib/prometheus/samples";
import type { UpstreamTarget } from "@/lib/upstream/target";
import { targetKey } from "@/lib/upstream/target-key";
import { isUpstreamError } from "@/lib/upstream/upstream-error";
import type { ReadResult } from "./answers/read-results";
import { cumulativeSeries } from "./native-buckets";
import type { PlannedRead } from "./plan";
import type { MeasuredService } from "./service";

/** A service whose source can be asked. */
export type Reached = MeasuredService & { target: UpstreamTarget };

/** Makes one of the reads that were announced. Rejects as the readers do; {@link staleRead} has what was last known. */
export type ReadOnce = (service: Reached, read: PlannedRead) => Promise<ReadResult>;

/**
 * Returns how the reads of one request are made: each once, whoever asks for it, and a sum that a sum by more labels
 * holds from that one. `planned` are all reads that will be asked for, by the names of their services.
 */
export function readsOf(
  planned: Iterable<readonly [service: string, read: PlannedRead]>,
  signal: AbortSignal | undefined,
): ReadOnce {
  const widest = new Map<string, PlannedRead[]>();
  for (const [service, read] of planned) {
    if (read.sum === undefined) continue;
    const key = sumKey(service, read);
    const known = widest.get(key) ?? [];
    if (known.some((other) => holds(other, read))) continue;
    widest.set(key, [...known.filter((other) => !holds(read, other)), read]);
  }

  const reads = new Map<string, Promise<ReadResult>>();
  return function readOnce(service: Reached, read: PlannedRead): Promise<ReadResult> {
    const key = JSON.stringify([service.name, read.expr, read.start, read.end, read.acceptPrevious]);
    let promise = reads.get(key);
    if (promise === undefined) {
      const wider = widest.get(sumKey(service.name, read))?.find((other) => holds(other, read));
      promise =
        wider === undefined || wider.expr === read.expr
          ? readUpstream(service, read, signal)
          : summedOver(readOnce(service, wider), read.sum?.by ?? [], service.target);
      // The same failure reaches every query that waits for it; none of them may leave it unhandled.
      promise.catch(() => {});
      reads.set(key, promise);
    }
    return promise;
  };
}

const sumKey = (service: string, { sum, start, end, step, acceptPrevious }: PlannedRead): string =>
  JSON.stringify([service, sum?.of, start, end, step, acceptPrevious]);

const holds = (wider: PlannedRead, read: PlannedRead): boolean =>
  read.sum?.by.every((label) => wider.sum?.by.includes(label)) ?? false;

async function summedOver(
  wider: Promise<ReadResult>,
  by: readonly string[],
  target: UpstreamTarget,
): Promise<ReadResult> {
  try {
    return sumOnce(await wider, by);
  } catch (error) {
    if (error instanceof ValueReadError) throw new ValueReadError(error.cause, sumBy(error.stale, by));
    // Not by its class: the reader may be of another of the server's bundles.
    const stale = staleResult(error);
    if (stale === null || !isUpstreamError(error)) throw error;
    throw new RangeReadError(target, error, { ...stale, ...sumBy(stale, by) });
  }
}

/** Sums of what was read; a reader gives the same object to every viewer of a page, which is summed up once. */
const sums = new WeakMap<ReadResult, Map<string, ReadResult>>();

function sumOnce(result: ReadResult, by: readonly string[]): ReadResult {
  const known = sums.get(result) ?? new Map<string, ReadResult>();
  sums.set(result, known);
  const key = JSON.stringify(by);
  const sum = known.get(key) ?? sumBy(result, by);
  known.set(key, sum);
  return sum;
}

/** Sums series up by some of their labels, as PromQL's `sum by` does: absent values count for nothing. */
export function sumBy<Result extends ReadResult>(result: Result, by: readonly string[]): Result {
  const groups = new Map<string, { labels: Record<string, string>; values: (number | null)[] }>();
  for (const { labels, values } of result.series) {
    const kept = by.flatMap((label) => (labels[label] ? [[label, labels[label]] as const] : []));
    const key = JSON.stringify(kept);
    const group = groups.get(key);
    if (group === undefined) {
      groups.set(key, { labels: Object.fromEntries(kept), values: values.slice() });
      continue;
    }
    for (let index = 0; index < values.length; index++) {
      const value = values[index] ?? null;
      if (value !== null) group.values[index] = (group.values[index] ?? 0) + value;
    }
  }
  return { ...result, series: [...groups.values()] };
}

async function readUpstream(
  service: Reached,
  read: PlannedRead,
  signal: AbortSignal | undefined,
): Promise<ReadResult> {
  if (read.isNative) return readNative(service, read, signal);
  if (read.start === read.end) return readValue(service, read, signal);
  const { target, scrapeInterval } = service;
  const { expr, start, end, step, rateWindow } = read;
  return rangeReader().read({ target, expr, start, end, step, rateWindow, scrapeInterval, signal });
}

/** Native histograms as buckets. They are asked for where their spread is looked at, and are not kept. */
async function readNative(
  { target }: Reached,
  { expr, start, end, step }: PlannedRead,
  signal: AbortSignal | undefined,
): Promise<ReadResult> {
  const { data, warnings } = await createPrometheusClient(target).queryRange(expr, {
    start,
    end,
    step,
    signal,
  });
  const points = Math.round((end - start) / step) + 1;
  const series = data.flatMap(({ labels, histograms }) => {
    const columns = new Array<NativeHistogramSample | undefined>(points).fill(undefined);
    for (const { time, histogram } of histograms) columns[Math.round((time - start) / step)] = histogram;
    return cumulativeSeries(labels, columns);
  });
  return { series, warnings, ...(start === end ? { time: end } : {}) };
}

// --- values at one time -------------------------------------------------------------------------------------------

interface Kept {
  result: ReadResult;
  /** The value of the next step is being read already. */
  hasNext: boolean;
}

/**
 * Values that were read: one over hours costs the source more than all lines of the page. On globalThis, as the page and
 * the API may be bundled apart, and the page's first request is begun by the one and repeated by the other.
 */
const KEPT = Symbol.for("inferscope.kept-values");
const holder = globalThis as typeof globalThis & { [KEPT]?: LRUCache<string, Kept> };
holder[KEPT] ??= new LRUCache({ max: 5_000, ttl: 3_600_000 });
const kept = holder[KEPT];
/** What was asked for now goes first. Milliseconds. */
const nextAfterMs = 250;
/** So many steps back the last known value of a source that does not answer is looked for. */
const mostSteps = 30;

const keptKey = ({ target }: Reached, { expr, step }: PlannedRead, time: number): string =>
  JSON.stringify([targetKey(target), expr, step, time]);

async function readValue(
  service: Reached,
  read: PlannedRead,
  signal: AbortSignal | undefined,
): Promise<ReadResult> {
  const isKept = kept.has(keptKey(service, read, read.end));
  const previous = kept.get(keptKey(service, read, read.end - read.step));
  if (read.acceptPrevious && !isKept && previous !== undefined) {
    if (!previous.hasNext) {
      previous.hasNext = true;
      // It is asked for again with the next refresh; a failure shows then.
      setTimeout(() => {
        askValue(service, read, undefined).catch(() => {
          previous.hasNext = false;
        });
      }, nextAfterMs).unref();
    }
    return previous.result;
  }
  try {
    return await askValue(service, read, signal);
  } catch (error) {
    const last = lastKept(service, read);
    if (last !== undefined && isUpstreamError(error)) throw new ValueReadError(error, last);
    throw error;
  }
}

async function askValue(
  service: Reached,
  read: PlannedRead,
  signal: AbortSignal | undefined,
): Promise<ReadResult> {
  const { target } = service;
  const { expr, end, step } = read;
  const { data, warnings } = await instantReader().read({ target, expr, time: end, quantum: step, signal });
  const series =
    data.type === "vector" ? data.series.map(({ labels, value }) => ({ labels, values: [value] })) : [];
  const result = { series, warnings, time: end };
  kept.set(keptKey(service, read, end), { result, hasNext: false });
  return result;
}

function lastKept(service: Reached, read: PlannedRead): ReadResult | undefined {
  for (let steps = 0; steps <= mostSteps; steps += 1) {
    const found = kept.peek(keptKey(service, read, read.end - steps * read.step));
    if (found !== undefined) return found.result;
  }
  return undefined;
}

/** A failed read of a value, with the one before. */
class ValueReadError extends Error {
  constructor(
    override readonly cause: Error,
    readonly stale: ReadResult,
  ) {
    super(cause.message, { cause });
  }
}

/** The error of the source itself, and what was last known of a read that failed with it; null where it was nothing. */
export function staleRead(error: unknown): { error: unknown; stale: ReadResult | null } {
  if (error instanceof ValueReadError) return { error: error.cause, stale: error.stale };
  return { error, stale: staleResult(error) };
}
