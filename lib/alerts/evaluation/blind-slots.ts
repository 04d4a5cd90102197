import "server-only";
import { createPrometheusClient } from "@/lib/prometheus/client";
import type { UpstreamTarget } from "@/lib/upstream/target";
import type { VectorReader } from "../evaluate";
import { failure, type ReaderNotes } from "./reader";

/** What a rule says of an evaluation in a gap; the next one has to look whether the gap goes on. */
export const blindMessage = "The source took no samples at this time.";

/** When the newest sample of the scrapes was taken, Unix seconds. */
const newestSample = "max(timestamp(up))";
const sinceNewestSample = `time() - ${newestSample}`;

/** Prometheus's lookback: so long a value counts after its sample. Seconds. */
const lookback = 300;
/** No multiple or part of a usual scrape interval, so that every moment between two scrapes is met. Seconds. */
const usualStep = 7;
/** Twice what is usual, so that a scrape may be late; never less than this, for scrapes that come close together. Seconds. */
const leastGap = 2;
/** What most ages stay below, of which a hiccup or an earlier gap makes no part. */
const usualShare = 0.9;

/**
 * Returns from which age on (seconds) the newest sample says that the source took none: more than was usual in the minutes
 * before `until` (Unix seconds). Null where that cannot be said.
 */
async function gapBefore(
  target: UpstreamTarget,
  until: number,
  notes: ReaderNotes,
  options: { timeout: number; signal?: AbortSignal },
): Promise<number | null> {
  try {
    const { data } = await createPrometheusClient(target).queryRange(sinceNewestSample, {
      ...options,
      start: until - lookback,
      end: until,
      step: usualStep,
    });
    notes.answers += 1;
    const ages = data.flatMap(({ values }) => [...values]).filter(Number.isFinite);
    if (ages.length === 0) return null;
    const usual = ages.sort((a, b) => a - b)[Math.floor(usualShare * (ages.length - 1))]!;
    return Math.max(leastGap, 2 * usual);
  } catch (error) {
    failure(error, notes, options.signal);
    return null;
  }
}

/**
 * Returns which of `slots` (Unix seconds, evenly spaced by `interval`) lie in a gap in which the source took no samples, since
 * it was down or cut off from everything: nothing can be said of them. Its answers there are of before the gap, for as long
 * as its lookback goes, and would let a rule's `for` go by on nothing. `reader` answers for the slots.
 */
export async function blindSlots(
  target: UpstreamTarget,
  reader: VectorReader,
  slots: readonly number[],
  { interval, queryOffset }: { interval: number; queryOffset: number },
  notes: ReaderNotes,
  options: { timeout: number; signal?: AbortSignal },
): Promise<ReadonlySet<number>> {
  const ages = new Map<number, number>();
  for (const slot of slots) {
    const at = Math.round((slot - queryOffset) * 1000) / 1000;
    const observed = await reader.read(newestSample, at);
    if (observed.kind === "error") return new Set();
    const newest = observed.samples[0]?.value;
    if (newest !== undefined) ages.set(slot, at - newest);
  }
  // A source without `up` tells nothing by not having it.
  if (ages.size === 0) return new Set();
  // Up to the last evaluation, but not into a gap that has begun before it.
  const [first, age] = [...ages][0]!;
  const until = first - queryOffset - Math.max(interval, age);
  const gap = await gapBefore(target, until, notes, options);
  return new Set(
    slots.filter((slot) => {
      const age = ages.get(slot);
      return age === undefined || (gap !== null && age > gap);
    }),
  );
}
