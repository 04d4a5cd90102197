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
  /** The other way to mend one whose buckets fall: what is lower stands and the rest comes down to it. */
  lowered?: PreparedHistogram | Undetermined;
}

/** Falls smaller than this, relative to the whole, are the rounding of sums. */
const roundingShare = 1e-9;

/** Rows of one bound, since `1` and `1.0` are the same, are added up; bounds ascend. */
export function rowsByBound<Row extends { bound: number; values: readonly (number | null)[] }>(
  rows: readonly Row[],
): { bounds: number[]; cumulative: (number | null)[][] } {
  const byBound = new Map<number, (number | null)[]>();
  for (const { bound, values } of rows) {
    const known = byBound.get(bound);
    byBound.set(
      bound,
      known === undefined
        ? [...values]
        : values.map((value, index) => {
            const other = known[index] ?? null;
            return value === null ? other : other === null ? value : value + other;
          }),
    );
  }
  const bounds = [...byBound.keys()].sort((a, b) => a - b);
  return { bounds, cumulative: bounds.map((bound) => byBound.get(bound)!) };
}

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
  return { histogram, lowered: prepareHistogram(lowered) };
}

const falling = undetermined(
  "invalid",
  "The buckets are not cumulative: one holds less than a lower one, so this quantile cannot be told. Replicas with different buckets, or an exporter that counts wrongly, do that.",
);

/** The quantile, where both ways to mend falling buckets agree on the bucket that holds it. */
export function quantileAt(q: number, { histogram, lowered }: BucketsAt): QuantileEstimate {
  if (histogram.kind !== "histogram") return histogram;
  const estimate = quantileOf(q, histogram);
  if (lowered === undefined || estimate.kind === "undetermined") return estimate;
  if (lowered.kind !== "histogram") return falling;
  const other = quantileOf(q, lowered);
  const agree = other.kind === estimate.kind && other.lo === estimate.lo && other.hi === estimate.hi;
  return agree ? estimate : falling;
}
