import {
  type CumulativeBucket,
  classicQuantile,
  histogramMean,
  meanFromBuckets,
  prepareHistogram,
  quantileBand,
  spreadOf,
} from "@/lib/statistics/histogram";
import { type NativeHistogram, nativeBuckets, nativeQuantile } from "@/lib/statistics/native-histogram";
import type { Undetermined } from "@/lib/statistics/outcome";

/** Answers one case's `input`: the fields that its `expect` may name, or why there is no answer. */
export type VectorMethod = (input: Record<string, unknown>) => Record<string, unknown> | Undetermined;

const numberOf = (value: unknown): number => (value === "+Inf" ? Number.POSITIVE_INFINITY : Number(value));

const bucketsOf = (value: unknown): CumulativeBucket[] =>
  (value as [unknown, unknown][]).map(([le, count]) => ({ le: numberOf(le), count: numberOf(count) }));

/** What computes the vectors of a file, by the file's name without `.json`. */
export const vectorMethods: Readonly<Record<string, VectorMethod>> = {
  promql_quantile({ q, buckets }) {
    const read = bucketsOf(buckets);
    const band = quantileBand(numberOf(q), read);
    return { value: classicQuantile(numberOf(q), read), band: band === null ? null : [band.lo, band.hi] };
  },

  native_quantile({ q, ...histogram }) {
    return { value: nativeQuantile(numberOf(q), nativeBuckets(histogram as unknown as NativeHistogram)) };
  },

  histogram_moments({ buckets, sum }) {
    const read = bucketsOf(buckets);
    const histogram = prepareHistogram(read);
    if (histogram.kind === "undetermined") return histogram;
    const count = histogram.counts.at(-1) ?? 0;
    const mean = histogramMean(numberOf(sum), count);
    const bounds = meanFromBuckets(read);
    const spread = spreadOf(histogram);
    if (mean.kind === "undetermined") return mean;
    if (bounds.kind === "undetermined") return bounds;
    if (spread.kind === "undetermined") return spread;
    return {
      count,
      mean: mean.value,
      meanLower: bounds.lower,
      meanUpper: bounds.upper,
      meanMidpoint: bounds.midpoint,
      stdApprox: spread.value,
      openEndedShare: spread.openEndedShare,
    };
  },
};
