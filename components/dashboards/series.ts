import type { ChartSeries, SeriesColor } from "@/components/charts/series";
import { percentile } from "@/lib/signals/percentile";
import type { SignalResult, SignalSeries } from "@/lib/signals/schema";
import { UNTYPED_ERROR } from "@/lib/signals/untyped-error";
import { colorsTogether, nthColor } from "./colors";

const withBand = ({ values, band }: SignalSeries) => ({ values, ...(band === undefined ? {} : { band }) });

/** One line for a result that is not split. */
export function singleSeries(
  result: SignalResult,
  label: string,
  color: SeriesColor = "subject",
): ChartSeries[] {
  const [series] = result.series;
  return series === undefined ? [] : [{ id: result.signal, label, color, ...withBand(series) }];
}

/**
 * p50, p95 and p99 as three lines of one hue, the slowest first so that the order of the legend is that of the lines. An
 * average is called one, and quantiles that cannot be merged are named by their replica, each line in a colour of its own.
 */
export function percentileSeries(result: SignalResult): ChartSeries[] {
  const colors: Record<string, SeriesColor> = { "0.5": "p50", "0.95": "p95", "0.99": "p99" };
  // The hue of a percentile cannot be that of two replicas too.
  const isOfReplicas = new Set(result.series.map(({ labels }) => labels.replica)).size > 1;
  return result.series
    .map((series, index): ChartSeries => {
      const { quantile } = series;
      const { replica } = series.labels;
      const statistic = quantile === undefined ? "average" : `p${percentile(quantile)}`;
      const name = replica === undefined ? statistic : `${statistic} of ${replica}`;
      const ofStatistic = quantile === undefined ? "subject" : (colors[String(quantile)] ?? "other");
      const color = isOfReplicas ? nthColor(index) : ofStatistic;
      return { id: name, label: name, color, ...withBand(series) };
    })
    .reverse();
}

/** A line for each version, in the colour that the version has on every page. */
export function versionSeries(result: SignalResult, slots: Record<string, number>): ChartSeries[] {
  const versionOf = ({ labels }: SignalSeries): string => labels.version ?? "without a version";
  const colors = colorsTogether(
    result.series.map((series) => ({ id: versionOf(series), colorSlot: slots[versionOf(series)] ?? null })),
  );
  return result.series.map((series) => {
    const version = versionOf(series);
    return { id: version, label: version, color: colors.get(version)!, ...withBand(series) };
  });
}

/** A line for each error type; the colour follows the order of the types, which is that of the alphabet. */
export function errorTypeSeries(result: SignalResult): ChartSeries[] {
  return result.series.map((series, index) => {
    const type = series.labels.type ?? UNTYPED_ERROR;
    return { id: type, label: type, color: nthColor(index), ...withBand(series) };
  });
}

/** What a GPU is called: its index, with its host where two hosts have that index, or the end of its uuid. */
export function gpuNames(series: readonly Pick<SignalSeries, "labels">[]): string[] {
  const indexes = series.map(({ labels }) => labels.gpu);
  return series.map(({ labels }) => {
    const { gpu, uuid, host } = labels;
    if (gpu === undefined) return uuid === undefined ? (host ?? "GPU") : `GPU …${uuid.slice(-8)}`;
    const isUnique = indexes.filter((index) => index === gpu).length === 1;
    return isUnique || host === undefined ? `GPU ${gpu}` : `${host} GPU ${gpu}`;
  });
}

/** A line for each GPU, in the order of their names. */
export function gpuSeries(result: SignalResult): ChartSeries[] {
  const names = gpuNames(result.series);
  return result.series
    .map((series, index) => ({
      id: series.labels.uuid ?? names[index]!,
      label: names[index]!,
      ...withBand(series),
    }))
    .sort((a, b) => a.label.localeCompare(b.label, "en", { numeric: true }))
    .map((line, index) => ({ ...line, color: nthColor(index) }));
}

/**
 * The buckets that hold something, with one empty one on each side: an engine declares bounds from a millisecond to
 * forty minutes, and a picture of all of them shows none.
 */
export function filledBuckets<Row extends readonly number[]>(
  bounds: readonly (number | null)[],
  counts: readonly Row[],
): { bounds: (number | null)[]; counts: number[][] } {
  const isFilled = bounds.map((_, bucket) => counts.some((row) => (row[bucket] ?? 0) > 0));
  const first = Math.max(0, isFilled.indexOf(true) - 1);
  const last = Math.min(bounds.length - 1, isFilled.lastIndexOf(true) + 1);
  if (!isFilled.includes(true)) return { bounds: [...bounds], counts: counts.map((row) => [...row]) };
  // The bucket before the first shown one is empty, so the first may as well begin at zero.
  return { bounds: bounds.slice(first, last + 1), counts: counts.map((row) => row.slice(first, last + 1)) };
}
