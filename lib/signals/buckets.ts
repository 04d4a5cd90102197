import {
  type CumulativeBucket,
  type PreparedHistogram,
  prepareHistogram,
  type QuantileEstimate,
  quantileOf,
} from "@/lib/statistics/histogram";
import { type Undetermined, undetermined } from "@/lib/statistics/outcome";

/** The histogram at one time. */
export interface BucketsAt {
  /** As Prometheus takes it: a bucket that holds less than a lower one is lifted to it. */
  histogram: PreparedHistogram | Undetermined;
  /**
   * Other ways to mend one whose buckets fall: what is lower stands and the rest comes down to it; and without the buckets
   * that contradict others, of which each may hold any number.
   */
  others?: readonly (PreparedHistogram | Undetermined)[];
}

/** The upper bound that a bucket's label says; undefined where it is no number. */
export function boundOf(le: string | undefined): number | undefined {
  if (le === undefined || le === "") return undefined;
  if (le === "+Inf" || le === "Inf") return Number.POSITIVE_INFINITY;
  const bound = Number(le);
  return Number.isNaN(bound) ? undefined : bound;
}

/** Falls smaller than this, relative to the whole, are the rounding of sums. */
const roundingShare = 1e-9;

/** A bucket's counts over a grid. */
export interface BucketRow {
  bound: number;
  values: readonly (number | null)[];
  /** The replica that they are of; one name where replicas were summed before. */
  replica: string;
}

/**
 * Puts rows in order, bounds ascending, and adds up those of one bound: `1` and `1.0` are the same, and replicas may
 * write it differently. Two of one replica that are equal are one bucket written twice, and count once.
 */
export function rowsByBound(rows: readonly BucketRow[]): {
  bounds: number[];
  cumulative: (number | null)[][];
} {
  const ofReplicas = new Map<string, BucketRow>();
  for (const row of rows) {
    const key = `${row.bound} ${row.replica}`;
    const known = ofReplicas.get(key);
    ofReplicas.set(
      key,
      known === undefined ? row : { ...row, values: combined(known.values, row.values, takenOnce) },
    );
  }
  const byBound = new Map<number, readonly (number | null)[]>();
  for (const { bound, values } of ofReplicas.values()) {
    const known = byBound.get(bound);
    byBound.set(bound, known === undefined ? values : combined(known, values, (a, b) => a + b));
  }
  const bounds = [...byBound.keys()].sort((a, b) => a - b);
  return { bounds, cumulative: bounds.map((bound) => [...byBound.get(bound)!]) };
}

/** How many series have each bucket at each point, by bound. */
export type Holders = ReadonlyMap<number, readonly (number | null)[]>;

/** The holders of rows that are each of one replica. */
export function holdersOf(rows: readonly BucketRow[]): Holders {
  const replicas = new Map<number, Map<string, (number | null)[]>>();
  for (const { bound, replica, values } of rows) {
    const own = replicas.get(bound) ?? new Map<string, (number | null)[]>();
    replicas.set(bound, own);
    const known = own.get(replica);
    own.set(
      replica,
      values.map((value, index) => (value === null ? (known?.[index] ?? null) : 1)),
    );
  }
  return new Map(
    [...replicas].map(([bound, own]) => [
      bound,
      [...own.values()].reduce((sum, present) => combined(sum, present, (a, b) => a + b)),
    ]),
  );
}

/**
 * The rows with those points left out that not all series have a bucket for: what is summed there is of some replicas
 * alone. Replicas of two releases may share few bounds, or none but the infinite one; one that lacks that leaves it out.
 */
export function sharedRows<Row extends { bound: number; values: readonly (number | null)[] }>(
  rows: readonly Row[],
  holders: Holders,
): { rows: Row[]; isUneven: boolean } {
  const most: number[] = [];
  for (const counts of holders.values())
    for (const [index, count] of counts.entries()) most[index] = Math.max(most[index] ?? 0, count ?? 0);
  let isUneven = false;
  const shared = rows.map((row): Row => {
    const counts = holders.get(row.bound);
    const values = row.values.map((value, index) => {
      if (value === null || (counts?.[index] ?? 0) >= (most[index] ?? 0)) return value;
      isUneven = true;
      return null;
    });
    return { ...row, values };
  });
  return { rows: shared.filter(({ values }) => values.some((value) => value !== null)), isUneven };
}

/** Whether a bound is written in two ways among buckets, so that only each replica's own tell which are the same. */
export function isBoundDoubled(labels: readonly Record<string, string>[]): boolean {
  const texts = new Map<number, string>();
  return labels.some(({ le }) => {
    if (le === undefined) return false;
    const known = texts.get(Number(le));
    texts.set(Number(le), le);
    return known !== undefined && known !== le && !Number.isNaN(Number(le));
  });
}

const takenOnce = (a: number, b: number): number =>
  Math.abs(a - b) <= Math.max(a, b) * roundingShare ? a : a + b;

const combined = (
  one: readonly (number | null)[],
  other: readonly (number | null)[],
  both: (a: number, b: number) => number,
): (number | null)[] =>
  one.map((value, index) => {
    const second = other[index] ?? null;
    return value === null ? second : second === null ? value : both(value, second);
  });

/** The histogram of one column of cumulative counts; undefined where there is no sample at all. */
export function bucketsAt(
  bounds: readonly number[],
  cumulative: readonly (readonly (number | null)[])[],
  index: number,
): BucketsAt | undefined {
  const buckets: CumulativeBucket[] = [];
  let highest = 0;
  let fall = 0;
  for (let row = 0; row < bounds.length; row++) {
    const count = cumulative[row]?.[index];
    if (typeof count !== "number" || Number.isNaN(count)) continue;
    fall = Math.max(fall, highest - count);
    highest = Math.max(highest, count);
    buckets.push({ le: bounds[row]!, count });
  }
  if (buckets.length === 0) return undefined;
  const histogram = prepareHistogram(buckets);
  if (!(fall > highest * roundingShare)) return { histogram };
  let lowest = Number.POSITIVE_INFINITY;
  const lowered = buckets.map((bucket) => bucket);
  for (let row = lowered.length - 1; row >= 0; row--) {
    lowest = Math.min(lowest, lowered[row]!.count);
    lowered[row] = { le: lowered[row]!.le, count: lowest };
  }
  const rounding = highest * roundingShare;
  let before = 0;
  const undisputed = buckets.filter(({ count }, row) => {
    const isDisputed = before - count > rounding || count - lowered[row]!.count > rounding;
    before = Math.max(before, count);
    return !isDisputed;
  });
  return { histogram, others: [prepareHistogram(lowered), prepareHistogram(undisputed)] };
}

/** Why a quantile of buckets that contradict each other is left out. */
export const falling = undetermined(
  "invalid",
  "The buckets are not cumulative: one holds less than a lower one, so this quantile cannot be told. An exporter that counts wrongly does that.",
);

/** How far apart the cumulative shares of two ways to mend falling buckets may be for both to tell the same. */
const alikeShare = 0.05;

/** Whether the counts of buckets can be taken as they are: they do not fall, or by too little to matter. */
export function isTold({ histogram, others = [] }: BucketsAt): boolean {
  const [lowered] = others;
  if (lowered === undefined || histogram.kind !== "histogram") return lowered === undefined;
  if (lowered.kind !== "histogram") return false;
  const whole = Math.max(histogram.counts.at(-1)!, lowered.counts.at(-1)!);
  return histogram.counts.every(
    (count, row) => Math.abs(count - (lowered.counts[row] ?? 0)) <= alikeShare * whole,
  );
}

/** The quantile, where all ways to mend falling buckets agree on the bucket that holds it. */
export function quantileAt(q: number, { histogram, others = [] }: BucketsAt): QuantileEstimate {
  if (histogram.kind !== "histogram") return histogram;
  const estimate = quantileOf(q, histogram);
  if (estimate.kind === "undetermined") return estimate;
  const agree = others.every((mended) => {
    if (mended.kind !== "histogram") return false;
    const other = quantileOf(q, mended);
    return other.kind === estimate.kind && other.lo === estimate.lo && other.hi === estimate.hi;
  });
  return agree ? estimate : falling;
}
