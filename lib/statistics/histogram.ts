import { type Undetermined, undetermined } from "./outcome";

/** One bucket of a classic histogram: how many observations (or how many a second) are at most `le`. */
export type CumulativeBucket = { le: number; count: number };

/** The buckets of one histogram as Prometheus reads them: ascending, distinct, counts never falling. */
type Normal = { bounds: number[]; counts: number[] };

/** A histogram that was checked and put in order once, to be asked many things: from {@link prepareHistogram}. */
export type PreparedHistogram = {
  kind: "histogram";
  /** Upper bounds, ascending, the last Infinity. */
  readonly bounds: readonly number[];
  /** How many are at most each bound; never falling, the last is of all. */
  readonly counts: readonly number[];
};

export type QuantileEstimate =
  /** The true sample quantile lies in (lo, hi]; `value` is interpolated between them. */
  | { kind: "estimate"; value: number; lo: number; hi: number; relativeWidth: number }
  /** The quantile lies in the +Inf bucket: all that is known is that it is at least `value`. */
  | { kind: "at_least"; value: number; lo: number; hi: null }
  | Undetermined;

/** A share of observations; the true one lies in [lo, hi], and `isExact` when the threshold is a bound. */
export type ShareEstimate =
  | { kind: "estimate"; value: number; lo: number; hi: number; isExact: boolean }
  | Undetermined;

export type StandardDeviationEstimate =
  | {
      kind: "estimate";
      value: number;
      /** Share of observations beyond the last finite bound, counted as if at it. */
      openEndedShare: number;
      /** Says in words how it was come by. */
      note: string;
    }
  | Undetermined;

/** Counts that differ by less than this, relatively, are equal: sums of rates carry rounding. */
const SMALLEST_RELATIVE_STEP = 1e-12;
/** With more than half of the observations beyond the last bound, their spread is not in the histogram. */
const MAX_OPEN_ENDED_SHARE = 0.5;

/**
 * Returns the q-quantile of a classic histogram exactly as PromQL's `histogram_quantile` does.
 *
 * Sum buckets over instances first; never average quantiles. Buckets in any order, `le` may repeat. A quantile in
 * the +Inf bucket is the highest finite bound, which is only a lower bound of it: use {@link estimateQuantile} on
 * screen. NaN for q NaN, no +Inf bucket, fewer than two buckets, or no observations; −∞ for q < 0, +∞ for q > 1.
 * Source: Prometheus 2.42, promql/quantile.go, bucketQuantile.
 * Example: buckets 1: 50, 2: 90, +Inf: 100, q 0.9 is 2 (Prometheus 2.42).
 */
export function classicQuantile(q: number, buckets: readonly CumulativeBucket[]): number {
  if (Number.isNaN(q)) return Number.NaN;
  if (q < 0) return Number.NEGATIVE_INFINITY;
  if (q > 1) return Number.POSITIVE_INFINITY;
  const normal = normalised(buckets);
  if (!normal) return Number.NaN;
  const rank = q * total(normal);
  return interpolated(normal, rank, bucketOfRank(normal, rank));
}

/**
 * Returns the edges (lo, hi] of the bucket that holds the q-quantile: what is really known of it. `hi` is
 * Infinity in the +Inf bucket, `lo` −Infinity in a first bucket whose bound is not positive. Null where
 * {@link classicQuantile} cannot name a bucket.
 */
export function quantileBand(
  q: number,
  buckets: readonly CumulativeBucket[],
): { lo: number; hi: number } | null {
  if (!(q >= 0 && q <= 1)) return null;
  const normal = normalised(buckets);
  return normal ? edgesOf(normal, bucketOfRank(normal, q * total(normal))) : null;
}

/**
 * Returns the q-quantile with the band it was taken from, or that it is beyond the last bound, or why it cannot
 * be said. `relativeWidth` is (hi − lo)/lo, Infinity when lo is 0; worth showing above 0.25.
 */
export function estimateQuantile(q: number, buckets: readonly CumulativeBucket[]): QuantileEstimate {
  if (!isQuantile(q)) return noQuantile(q);
  const prepared = prepareHistogram(buckets);
  return prepared.kind === "histogram" ? quantileOf(q, prepared) : prepared;
}

/**
 * Checks a histogram and puts it in order, for {@link quantileOf} and {@link standardDeviationOf}: a chart asks three
 * quantiles at each of hundreds of steps. Buckets in any order, `le` may repeat; what cannot be used is undetermined,
 * with the reason.
 */
export function prepareHistogram(buckets: readonly CumulativeBucket[]): PreparedHistogram | Undetermined {
  let isNegative = false;
  for (const { le, count } of buckets) {
    if (Number.isNaN(le) || !Number.isFinite(count))
      return undetermined("not_finite", "A bucket's bound or count is not a number.");
    if (count < 0) isNegative = true;
  }
  if (isNegative) return undetermined("invalid", "A bucket's count is negative.");
  const merged = inOrder(buckets);
  if (merged.bounds.length < 2 || merged.bounds.at(-1) !== Number.POSITIVE_INFINITY)
    return undetermined("invalid", "The histogram lacks its +Inf bucket or has no other.");
  if (!(total(merged) > 0)) return undetermined("empty", "There are no observations.");
  return { kind: "histogram", ...merged };
}

/** As {@link estimateQuantile}, of a histogram that was prepared. */
export function quantileOf(q: number, histogram: PreparedHistogram): QuantileEstimate {
  if (!isQuantile(q)) return noQuantile(q);
  const rank = q * total(histogram);
  const index = bucketOfRank(histogram, rank);
  const { lo, hi } = edgesOf(histogram, index);
  const value = interpolated(histogram, rank, index);
  if (hi === Number.POSITIVE_INFINITY) return { kind: "at_least", value, lo, hi: null };
  // 0/0: the smallest observation lies somewhere after empty buckets.
  if (Number.isNaN(value)) return undetermined("empty", "The bucket that would hold it has no observations.");
  return { kind: "estimate", value, lo, hi, relativeWidth: (hi - lo) / Math.abs(lo) };
}

/**
 * Returns bucket edges that hold the q-quantile of the process behind the sample with about the confidence of
 * `z` (1.96 for 95 %): the sample's own uncertainty on top of the buckets'.
 *
 * Assumes independent observations and counts, not rates: with rates, multiply by the window first. `hi` is
 * Infinity when the upper rank falls in the +Inf bucket. Source: the binomial ranks q·n ± z√(n·q(1−q)).
 */
export function samplingBand(
  q: number,
  z: number,
  buckets: readonly CumulativeBucket[],
): { kind: "estimate"; lo: number; hi: number } | Undetermined {
  if (!(q >= 0 && q <= 1 && z >= 0))
    return undetermined("invalid", "q is between 0 and 1, and z not negative.");
  const normal = prepareHistogram(buckets);
  if (normal.kind === "undetermined") return normal;
  const n = total(normal);
  const halfWidth = z * Math.sqrt(n * q * (1 - q));
  const at = (rank: number) => edgesOf(normal, bucketOfRank(normal, Math.min(n, Math.max(0, rank))));
  return { kind: "estimate", lo: at(q * n - halfWidth).lo, hi: at(q * n + halfWidth).hi };
}

/** Returns sum/count: the mean, exactly, in the observations' unit. */
export function histogramMean(
  sum: number,
  count: number,
): { kind: "estimate"; value: number } | Undetermined {
  if (!(count > 0)) return undetermined("empty", "There are no observations.");
  if (!Number.isFinite(sum)) return undetermined("not_finite", "The sum of the observations is not finite.");
  return { kind: "estimate", value: sum / count };
}

/**
 * Returns what the buckets alone say of the mean: it lies in [lower, upper], and `midpoint` takes every
 * observation at its bucket's middle. `upper` is Infinity when the +Inf bucket holds any, and those count at the
 * highest finite bound elsewhere. The exact mean is {@link histogramMean}.
 */
export function meanFromBuckets(
  buckets: readonly CumulativeBucket[],
): { kind: "estimate"; lower: number; upper: number; midpoint: number } | Undetermined {
  const histogram = prepareHistogram(buckets);
  return histogram.kind === "histogram" ? meanOf(histogram) : histogram;
}

function meanOf(
  normal: PreparedHistogram,
): { kind: "estimate"; lower: number; upper: number; midpoint: number } | Undetermined {
  const refusal = unboundedBelow(normal);
  if (refusal) return refusal;
  const n = total(normal);
  let [lower, upper, midpoint] = [0, 0, 0];
  for (const { lo, hi, count } of closedBuckets(normal)) {
    if (count === 0) continue;
    lower += count * lo;
    upper += count * hi;
    midpoint += count * middleOf(lo, hi);
  }
  return { kind: "estimate", lower: lower / n, upper: upper / n, midpoint: midpoint / n };
}

/**
 * Returns the standard deviation as it can be guessed from buckets, always to be shown as approximate: a classic
 * histogram does not hold it.
 *
 * Every observation is taken as uniform within its bucket: var ≈ Σc(mid² + width²/12)/n − (Σc·mid/n)²; those in
 * the +Inf bucket at its lower bound, so with any there the true value is larger. Undetermined (`open_ended`) when
 * more than half are there. Do not use it for intervals or tests.
 */
export function standardDeviation(buckets: readonly CumulativeBucket[]): StandardDeviationEstimate {
  const histogram = prepareHistogram(buckets);
  return histogram.kind === "histogram" ? standardDeviationOf(histogram) : histogram;
}

/** As {@link standardDeviation}, of a histogram that was prepared. */
export function standardDeviationOf(normal: PreparedHistogram): StandardDeviationEstimate {
  const spread = spreadOf(normal);
  if (spread.kind === "undetermined") return spread;
  const { value, openEndedShare } = spread;
  if (openEndedShare > MAX_OPEN_ENDED_SHARE) {
    const percent = Math.round(openEndedShare * 100);
    return undetermined("open_ended", `${percent} % of the observations lie beyond the last bucket's bound.`);
  }
  const open =
    openEndedShare > 0
      ? `; ${(openEndedShare * 100).toPrecision(2)} % of the observations lie beyond the last bound and count as if at it, so the true value is larger`
      : "";
  return { kind: "estimate", value, openEndedShare, note: `estimated from buckets${open}` };
}

/**
 * Returns the approximation behind {@link standardDeviation} whatever share of the observations lies in the +Inf
 * bucket: with many there it says little, and people are not shown it.
 */
export function spreadOf(
  normal: PreparedHistogram,
): { kind: "estimate"; value: number; openEndedShare: number } | Undetermined {
  const centre = meanOf(normal);
  if (centre.kind === "undetermined") return centre;
  const n = total(normal);
  const openEndedShare = 1 - normal.counts[normal.counts.length - 2]! / n;
  // Around the mean, not Σx² − n·x̄², which loses every digit of a narrow distribution.
  let sum = 0;
  for (const { lo, hi, count } of closedBuckets(normal)) {
    if (count === 0) continue;
    const width = hi === Number.POSITIVE_INFINITY ? 0 : hi - lo;
    sum += count * ((middleOf(lo, hi) - centre.midpoint) ** 2 + width ** 2 / 12);
  }
  return { kind: "estimate", value: Math.sqrt(sum / n), openEndedShare };
}

/**
 * Returns the share of observations that are at most `threshold`, 0 to 1: exact when the threshold is a bound,
 * else interpolated within its bucket, with the shares at the bucket's two edges as its band.
 *
 * Beyond the highest finite bound only the lower edge is known: value and `lo` are the share at that bound, `hi`
 * is 1. An SLO on a threshold that is not a bound deserves a warning.
 */
export function shareAtMost(threshold: number, buckets: readonly CumulativeBucket[]): ShareEstimate {
  if (Number.isNaN(threshold)) return undetermined("invalid", "The threshold is not a number.");
  const normal = prepareHistogram(buckets);
  if (normal.kind === "undetermined") return normal;
  const n = total(normal);
  const { bounds, counts } = normal;
  const index = bounds.findIndex((bound) => bound >= threshold);
  const hi = counts[index]! / n;
  if (bounds[index] === threshold) return { kind: "estimate", value: hi, lo: hi, hi, isExact: true };
  const { lo: lower, hi: upper } = edgesOf(normal, index);
  // Below the lower edge of the first bucket, which is 0 for what is never negative, there is nothing.
  if (threshold <= lower) return { kind: "estimate", value: 0, lo: 0, hi: 0, isExact: true };
  const lo = index === 0 ? 0 : counts[index - 1]! / n;
  const isOpen = upper === Number.POSITIVE_INFINITY || lower === Number.NEGATIVE_INFINITY;
  const value = isOpen ? lo : lo + (hi - lo) * ((threshold - lower) / (upper - lower));
  return { kind: "estimate", value, lo, hi, isExact: lo === hi };
}

/** Returns the observations of each bucket by itself, ascending; the counts a bar chart of the distribution draws. */
export function bucketCounts(
  buckets: readonly CumulativeBucket[],
): { lo: number; hi: number; count: number }[] {
  const normal = normalised(buckets);
  return normal ? closedBuckets(normal) : [];
}

function normalised(buckets: readonly CumulativeBucket[]): Normal | null {
  const merged = inOrder(buckets);
  const isComplete = merged.bounds.length >= 2 && merged.bounds.at(-1) === Number.POSITIVE_INFINITY;
  return isComplete && total(merged) > 0 ? merged : null;
}

/** Buckets ascending, those of one bound added up, and none lower than the one before it. */
function inOrder(buckets: readonly CumulativeBucket[]): Normal {
  const sorted = isAscending(buckets) ? buckets : [...buckets].sort((a, b) => a.le - b.le);
  const bounds: number[] = [];
  const counts: number[] = [];
  for (const { le, count } of sorted) {
    const last = bounds.length - 1;
    if (last >= 0 && bounds[last] === le) counts[last]! += count;
    else {
      bounds.push(le);
      counts.push(count);
    }
  }
  for (let index = 1; index < counts.length; index++) {
    const before = counts[index - 1]!;
    const here = counts[index]!;
    if (here < before || isNegligible(here - before, before, here)) counts[index] = before;
  }
  return { bounds, counts };
}

/** Sources give buckets in order, nearly always. */
function isAscending(buckets: readonly CumulativeBucket[]): boolean {
  for (let index = 1; index < buckets.length; index++)
    if (!(buckets[index - 1]!.le <= buckets[index]!.le)) return false;
  return true;
}

function isNegligible(difference: number, a: number, b: number): boolean {
  const size = Math.abs(a) + Math.abs(b);
  return difference !== 0 && Math.abs(difference) / Math.min(size, Number.MAX_VALUE) < SMALLEST_RELATIVE_STEP;
}

type Ordered = { readonly bounds: readonly number[]; readonly counts: readonly number[] };

function total({ counts }: Ordered): number {
  return counts.at(-1)!;
}

/** The value at a rank within its bucket, as PromQL interpolates it. */
function interpolated({ bounds, counts }: Ordered, rank: number, index: number): number {
  if (index === bounds.length - 1) return bounds[index - 1]!;
  const hi = bounds[index]!;
  if (index === 0 && hi <= 0) return hi;
  const lo = index === 0 ? 0 : bounds[index - 1]!;
  const before = index === 0 ? 0 : counts[index - 1]!;
  return lo + (hi - lo) * ((rank - before) / (counts[index]! - before));
}

function bucketOfRank({ counts }: Ordered, rank: number): number {
  const index = counts.findIndex((count) => count >= rank);
  return index === -1 ? counts.length - 1 : index;
}

function edgesOf({ bounds }: Ordered, index: number): { lo: number; hi: number } {
  const hi = bounds[index]!;
  if (index > 0) return { lo: bounds[index - 1]!, hi };
  return { lo: hi > 0 ? 0 : Number.NEGATIVE_INFINITY, hi };
}

function closedBuckets(normal: Ordered): { lo: number; hi: number; count: number }[] {
  return normal.counts.map((count, index) => ({
    ...edgesOf(normal, index),
    count: count - (normal.counts[index - 1] ?? 0),
  }));
}

function middleOf(lo: number, hi: number): number {
  return hi === Number.POSITIVE_INFINITY ? lo : (lo + hi) / 2;
}

function isQuantile(q: number): boolean {
  return q >= 0 && q <= 1;
}

function noQuantile(q: number): Undetermined {
  return undetermined("invalid", `A quantile is between 0 and 1; ${q} is not.`);
}

function unboundedBelow(histogram: PreparedHistogram): Undetermined | null {
  const first = closedBuckets(histogram)[0]!;
  if (first.lo !== Number.NEGATIVE_INFINITY || first.count === 0) return null;
  return undetermined("open_ended", "The first bucket has no lower bound.");
}
