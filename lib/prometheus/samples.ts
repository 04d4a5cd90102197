import type { Seconds, UnixSeconds } from "@/lib/units";
import type { Labels } from "./schema";

/** A native histogram sample as the API writes it. Counts may be fractional: `rate` gives rates. */
export type NativeHistogramSample = {
  count: number;
  sum: number;
  /** In ascending order; `edges` says which of the two bounds belong to the bucket. */
  buckets: { lo: number; hi: number; count: number; edges: "(]" | "[)" | "()" | "[]" }[];
};

/** One series of a range query. `times` and `values` run in parallel, ascending; a gap has no entry. */
export type MatrixSeries = {
  labels: Labels;
  times: UnixSeconds[];
  values: number[];
  histograms: { time: UnixSeconds; histogram: NativeHistogramSample }[];
};

/** One series of an instant query: a value, or a native histogram and then `value` is null. */
export type VectorSeries = {
  labels: Labels;
  time: UnixSeconds;
  value: number | null;
  histogram?: NativeHistogramSample;
};

export type QueryData =
  | { type: "vector"; series: VectorSeries[] }
  | { type: "matrix"; series: MatrixSeries[] }
  | { type: "scalar"; time: UnixSeconds; value: number }
  | { type: "string"; time: UnixSeconds; value: string };

/** What an answer looked like when it was not what the API promises; the client puts it into words. */
export class UnexpectedShapeError extends Error {}

const EDGES = ["(]", "[)", "()", "[]"] as const;

/**
 * Returns the typed result of a query. Samples are checked by hand in one pass: a schema costs more than the
 * query for 300 series of 361 points. Throws UnexpectedShapeError.
 */
export function parseQueryData(data: unknown): QueryData {
  const { resultType, result } = record(data, "data");
  switch (resultType) {
    case "vector":
      return { type: "vector", series: list(result, "a vector").map(vectorSeries) };
    case "matrix":
      return { type: "matrix", series: list(result, "a matrix").map(matrixSeries) };
    case "scalar": {
      const [time, value] = pair(result);
      return { type: "scalar", time, value: sampleValue(value) };
    }
    case "string": {
      const [time, value] = pair(result);
      return { type: "string", time, value };
    }
    default:
      throw new UnexpectedShapeError(`resultType is ${JSON.stringify(resultType)}`);
  }
}

/** Returns the number of a sample's text: "NaN", "+Inf" and "-Inf" are values. Throws UnexpectedShapeError. */
export function sampleValue(text: string): number {
  const value = Number(text);
  if (!Number.isNaN(value) && text !== "") return value;
  if (text === "NaN") return Number.NaN;
  if (text === "+Inf" || text === "Inf") return Number.POSITIVE_INFINITY;
  if (text === "-Inf") return Number.NEGATIVE_INFINITY;
  throw new UnexpectedShapeError(`a sample's value is ${JSON.stringify(text)}`);
}

/**
 * Returns a series' values on the grid `start, start + step, … end`, null where it has no sample. Samples that
 * fall between the grid's times (a server that shifts them) go to the nearest one. Where none is missing it is the
 * series' own array.
 */
export function valuesOnGrid(
  series: Pick<MatrixSeries, "times" | "values">,
  start: UnixSeconds,
  end: UnixSeconds,
  step: Seconds,
): (number | null)[] {
  const length = Math.round((end - start) / step) + 1;
  // The usual case, every point there, stays an array of plain doubles.
  if (series.values.length === length) return series.values;
  const values = new Array<number | null>(length).fill(null);
  for (const [index, time] of series.times.entries()) {
    const at = Math.round((time - start) / step);
    if (at >= 0 && at < length) values[at] = series.values[index]!;
  }
  return values;
}

function vectorSeries(item: unknown): VectorSeries {
  const { metric, value, histogram } = record(item, "a series");
  const labels = labelsOf(metric);
  if (histogram !== undefined) {
    const [time, sample] = list(histogram, "a histogram sample");
    return { labels, time: timeOf(time), value: null, histogram: histogramSample(sample) };
  }
  const [time, text] = pair(value);
  return { labels, time, value: sampleValue(text) };
}

function matrixSeries(item: unknown): MatrixSeries {
  const { metric, values = [], histograms = [] } = record(item, "a series");
  const samples = list(values, "a series' values");
  const series: MatrixSeries = {
    labels: labelsOf(metric),
    times: new Array<number>(samples.length),
    values: new Array<number>(samples.length),
    histograms: list(histograms, "a series' histograms").map((one) => {
      const [time, sample] = list(one, "a histogram sample");
      return { time: timeOf(time), histogram: histogramSample(sample) };
    }),
  };
  for (let index = 0; index < samples.length; index++) {
    const [time, text] = pair(samples[index]);
    series.times[index] = time;
    series.values[index] = sampleValue(text);
  }
  return series;
}

function histogramSample(value: unknown): NativeHistogramSample {
  const { count, sum, buckets = [] } = record(value, "a histogram");
  return {
    count: sampleValue(String(count)),
    sum: sampleValue(String(sum)),
    buckets: list(buckets, "a histogram's buckets").map((bucket) => {
      const [rule, lo, hi, inBucket] = list(bucket, "a histogram's bucket");
      const edges = EDGES[Number(rule)];
      if (!edges) throw new UnexpectedShapeError(`a bucket's boundary rule is ${JSON.stringify(rule)}`);
      return {
        edges,
        lo: sampleValue(String(lo)),
        hi: sampleValue(String(hi)),
        count: sampleValue(String(inBucket)),
      };
    }),
  };
}

function labelsOf(metric: unknown): Labels {
  const labels = record(metric, "a series' labels");
  for (const name in labels)
    if (typeof labels[name] !== "string") throw new UnexpectedShapeError("a label is not a text");
  return labels as Labels;
}

function pair(value: unknown): [UnixSeconds, string] {
  if (Array.isArray(value) && typeof value[0] === "number" && typeof value[1] === "string") {
    return value as [number, string];
  }
  throw new UnexpectedShapeError("a sample is not a time and a value");
}

function timeOf(value: unknown): UnixSeconds {
  if (typeof value === "number") return value;
  throw new UnexpectedShapeError("a sample has no time");
}

function record(value: unknown, what: string): Record<string, unknown> {
  if (typeof value === "object" && value !== null) return value as Record<string, unknown>;
  throw new UnexpectedShapeError(`${what} is not an object`);
}

function list(value: unknown, what: string): unknown[] {
  if (Array.isArray(value)) return value;
  throw new UnexpectedShapeError(`${what} is not a list`);
}
