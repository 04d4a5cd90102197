import type { GridSeries } from "@/lib/prometheus/cache";
import type { NativeHistogramSample, QueryData } from "@/lib/prometheus/samples";
import { gapsBetween, thinnedIndices } from "@/lib/prometheus/thin";
import type { Seconds, UnixSeconds } from "@/lib/units";
import type { QueryDataJson } from "./schema";

/** A sample's value as Prometheus writes it. */
export function sampleText(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return "+Inf";
  if (value === Number.NEGATIVE_INFINITY) return "-Inf";
  return String(value);
}

const EDGE_RULES = { "(]": 0, "[)": 1, "()": 2, "[]": 3 } as const;

const histogramJson = ({ count, sum, buckets }: NativeHistogramSample) => ({
  count: sampleText(count),
  sum: sampleText(sum),
  buckets: buckets.map(({ edges, lo, hi, count: inBucket }) => [
    EDGE_RULES[edges],
    sampleText(lo),
    sampleText(hi),
    sampleText(inBucket),
  ]),
});

/** The answer of an instant query in Prometheus's shape. */
export function instantJson(data: QueryData): QueryDataJson {
  switch (data.type) {
    case "scalar":
      return { resultType: "scalar", result: [data.time, sampleText(data.value)] };
    case "string":
      return { resultType: "string", result: [data.time, data.value] };
    case "vector":
      return {
        resultType: "vector",
        result: data.series.map(({ labels, time, value, histogram }) => ({
          metric: labels,
          ...(value === null ? {} : { value: [time, sampleText(value)] }),
          ...(histogram === undefined ? {} : { histogram: [time, histogramJson(histogram)] }),
        })),
      };
    case "matrix":
      return {
        resultType: "matrix",
        result: data.series.map(({ labels, times, values, histograms }) => ({
          metric: labels,
          values: times.map((time, index) => [time, sampleText(values[index]!)]),
          ...(histograms.length === 0
            ? {}
            : { histograms: histograms.map(({ time, histogram }) => [time, histogramJson(histogram)]) }),
        })),
      };
  }
}

export type Thinned = { from: number; to: number };

/**
 * Series of a grid in Prometheus's shape, each with at most `maxPoints` points where that is given; then `thinned` says
 * how many the longest one had and has. Without samples a series is left out.
 */
export function matrixJson(
  { start, step, series }: { start: UnixSeconds; step: Seconds; series: readonly GridSeries[] },
  maxPoints?: number,
): { data: Extract<QueryDataJson, { resultType: "matrix" }>; thinned?: Thinned } {
  const thinned: Thinned = { from: 0, to: 0 };
  let isThinned = false;
  const result = series.flatMap(({ labels, values }) => {
    const kept = thinnedIndices(values, maxPoints ?? Number.POSITIVE_INFINITY);
    if (kept.length === 0) return [];
    const from = values.length === kept.length ? kept.length : countOf(values);
    thinned.from = Math.max(thinned.from, from);
    thinned.to = Math.max(thinned.to, kept.length);
    isThinned ||= kept.length < from;
    const gaps = kept.length < from ? gapsBetween(values, kept) : [];
    return [
      {
        metric: labels,
        values: kept.map((index): [number, string] => [start + index * step, sampleText(values[index]!)]),
        ...(gaps.length === 0
          ? {}
          : { gaps: gaps.map(([a, b]): [number, number] => [start + a * step, start + b * step]) }),
      },
    ];
  });
  return { data: { resultType: "matrix", result }, ...(isThinned ? { thinned } : {}) };
}

function countOf(values: readonly (number | null)[]): number {
  let count = 0;
  for (const value of values) if (value !== null) count++;
  return count;
}
