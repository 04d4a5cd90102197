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
 * Series of a grid as the JSON text of Prometheus's `data`, each with at most `maxPoints` points where that is given; then
 * `thinned` says how many the longest one had and has. Without samples a series is left out.
 *
 * Written as text at once: a page of 40 charts has a hundred thousand samples, and as a pair each, walked by
 * JSON.stringify, they take twice as long.
 */
export function matrixText(
  { start, step, series }: { start: UnixSeconds; step: Seconds; series: readonly GridSeries[] },
  maxPoints = Number.POSITIVE_INFINITY,
): { data: string; thinned?: Thinned } {
  const thinned: Thinned = { from: 0, to: 0 };
  let isThinned = false;
  const length = series[0]?.values.length ?? 0;
  const heads = Array.from({ length }, (_, index) => `[${start + index * step},"`);
  const texts: string[] = [];
  for (const { labels, values } of series) {
    const points = countOf(values);
    if (points === 0) continue;
    const kept = points <= maxPoints ? undefined : thinnedIndices(values, maxPoints);
    thinned.from = Math.max(thinned.from, points);
    thinned.to = Math.max(thinned.to, kept?.length ?? points);
    isThinned ||= kept !== undefined;
    const samples = kept === undefined ? allTexts(values, heads) : textsAt(values, kept, heads);
    const gaps = kept === undefined ? [] : gapsBetween(values, kept);
    const gapsText =
      gaps.length === 0
        ? ""
        : `,"gaps":${JSON.stringify(gaps.map(([a, b]) => [start + a * step, start + b * step]))}`;
    texts.push(`{"metric":${JSON.stringify(labels)},"values":[${samples.join('"],')}"]]${gapsText}}`);
  }
  const data = `{"resultType":"matrix","result":[${texts.join(",")}]}`;
  return { data, ...(isThinned ? { thinned } : {}) };
}

/** Every sample up to the end of its value's text. */
function allTexts(values: readonly (number | null)[], heads: readonly string[]): string[] {
  // A list of numbers is written several times faster than its numbers one by one.
  const written = JSON.stringify(values).slice(1, -1).split(",");
  const samples: string[] = [];
  for (let index = 0; index < values.length; index++) {
    const text = written[index]!;
    if (text !== "null") samples.push(heads[index]! + text);
    else if (values[index] !== null) samples.push(heads[index]! + sampleText(values[index]!));
  }
  return samples;
}

const textsAt = (
  values: readonly (number | null)[],
  indices: readonly number[],
  heads: readonly string[],
): string[] => indices.map((index) => heads[index]! + sampleText(values[index]!));

function countOf(values: readonly (number | null)[]): number {
  let count = 0;
  for (let index = 0; index < values.length; index++) if (values[index] !== null) count++;
  return count;
}
