import { type Undetermined, undetermined } from "./outcome";

/** One bucket between two bounds, with the observations in it alone. The zero bucket holds 0. */
export type NativeBucket = { lo: number; hi: number; count: number };

/** A native histogram by bucket index: bucket i spans (base^(i−1), base^i], base = 2^(2^−schema). */
export type NativeHistogram = {
  schema: number;
  zeroThreshold: number;
  zeroCount: number;
  positive: Readonly<Record<number, number>>;
  /** Bucket i spans [−base^i, −base^(i−1)). */
  negative?: Readonly<Record<number, number>>;
};

export type NativeQuantileEstimate =
  | { kind: "estimate"; value: number; lo: number; hi: number; relativeWidth: number }
  | Undetermined;

/** Returns the buckets of a native histogram with their bounds, ascending; empty ones are left out. */
export function nativeBuckets(histogram: NativeHistogram): NativeBucket[] {
  const { schema, zeroThreshold, zeroCount, positive, negative = {} } = histogram;
  // 2^(i·2^−schema) in one power: base^i would multiply base's rounding i times.
  const bound = (index: number) => 2 ** (index * 2 ** -schema);
  const ascending = (counts: Readonly<Record<number, number>>) =>
    Object.entries(counts)
      .map(([index, count]) => ({ index: Number(index), count }))
      .filter(({ count }) => count !== 0)
      .sort((a, b) => a.index - b.index);
  return [
    ...ascending(negative)
      .reverse()
      .map(({ index, count }) => ({ lo: -bound(index), hi: -bound(index - 1), count })),
    ...(zeroCount === 0 ? [] : [{ lo: -zeroThreshold, hi: zeroThreshold, count: zeroCount }]),
    ...ascending(positive).map(({ index, count }) => ({ lo: bound(index - 1), hi: bound(index), count })),
  ];
}

/**
 * Returns the q-quantile of a native histogram as Prometheus 3 does, up to rounding: exponential within a bucket,
 * linear within the zero bucket, which ends at 0 on the side where there are no other buckets.
 *
 * `buckets` ascend and do not overlap, as {@link nativeBuckets} and the HTTP API give them; not for histograms with
 * custom bounds, which interpolate linearly. NaN for q NaN or no observations; −∞ for q < 0, +∞ for q > 1. A bucket
 * up to infinity gives its lower bound.
 * Source: Prometheus 3, promql/quantile.go, histogramQuantile.
 * Example: schema 0, buckets 0: 5, 1: 10, 2: 5, q 0.5 is √2 (Prometheus 3).
 */
export function nativeQuantile(q: number, buckets: readonly NativeBucket[]): number {
  if (Number.isNaN(q)) return Number.NaN;
  if (q < 0) return Number.NEGATIVE_INFINITY;
  if (q > 1) return Number.POSITIVE_INFINITY;
  const at = locate(q, buckets);
  if (!at) return Number.NaN;
  const { lo, hi, fraction } = at;
  if (hi === Number.POSITIVE_INFINITY) return lo;
  if (lo <= 0 && hi >= 0) return lo + (hi - lo) * fraction;
  const sign = lo < 0 ? -1 : 1;
  const [from, to] = [Math.log2(Math.abs(lo)), Math.log2(Math.abs(hi))];
  return sign * 2 ** (from + (to - from) * fraction);
}

/**
 * Returns the q-quantile with the bucket that holds it. Its relative error is at most `relativeWidth`, base − 1:
 * 9 % at schema 3.
 */
export function estimateNativeQuantile(q: number, buckets: readonly NativeBucket[]): NativeQuantileEstimate {
  if (!(q >= 0 && q <= 1)) return undetermined("invalid", `A quantile is between 0 and 1; ${q} is not.`);
  if (buckets.some(({ lo, hi, count }) => Number.isNaN(lo) || Number.isNaN(hi) || !(count >= 0))) {
    return undetermined("invalid", "A bucket's bounds are no numbers or its count is negative.");
  }
  const at = locate(q, buckets);
  if (!at) return undetermined("empty", "There are no observations.");
  const { lo, hi } = at;
  return {
    kind: "estimate",
    value: nativeQuantile(q, buckets),
    lo,
    hi,
    relativeWidth: (hi - lo) / Math.min(Math.abs(lo), Math.abs(hi)),
  };
}

/** The bucket of the quantile's rank, its effective bounds, and how far into it the rank lies, 0 to 1. */
function locate(
  q: number,
  buckets: readonly NativeBucket[],
): { lo: number; hi: number; fraction: number } | null {
  const filled = buckets.filter(({ count }) => count > 0);
  const n = filled.reduce((sum, { count }) => sum + count, 0);
  if (!(n > 0)) return null;
  const rank = q * n;
  let before = 0;
  let bucket = filled.at(-1)!;
  for (const candidate of filled) {
    if (before + candidate.count >= rank) {
      bucket = candidate;
      break;
    }
    before += candidate.count;
  }
  // Rounding of the running sum may leave the rank a little past the last bucket.
  const fraction = Math.min(1, (rank - Math.min(before, n - bucket.count)) / bucket.count);
  const isZero = bucket.lo <= 0 && bucket.hi >= 0;
  const hasNegative = filled.some(({ hi }) => hi < 0);
  const hasPositive = filled.some(({ lo }) => lo > 0);
  return {
    lo: isZero && !hasNegative ? 0 : bucket.lo,
    hi: isZero && hasNegative && !hasPositive ? 0 : bucket.hi,
    fraction,
  };
}
