import type { ChartSeries } from "@/components/charts/series";
import type { Service } from "@/lib/services/schema";
import { percentile } from "@/lib/signals/percentile";
import type { SignalResult, SignalSeries } from "@/lib/signals/schema";
import { colorsTogether, nthColor } from "./colors";
import { versionSeries } from "./series";

const drawn = ({ values, band }: SignalSeries) => ({ values, ...(band === undefined ? {} : { band }) });

/** The answer to one of a panel's queries for one service. */
export interface Answered {
  service: Pick<Service, "id" | "colorSlot">;
  query: string;
  label: string;
  isReference: boolean;
  result: SignalResult;
}

/**
 * A line for each query; with several services, a line for each of them, in its colour. What several services answer to
 * several queries is told apart by both names.
 */
export function queryLines(answers: readonly Answered[]): ChartSeries[] {
  const services = [...new Set(answers.map(({ service }) => service.id))];
  const queries = [...new Set(answers.map(({ query }) => query))];
  const isComparison = services.length > 1;
  const colors = colorsTogether(answers.map(({ service }) => service));
  return answers.flatMap(({ service, query, label, isReference, result }): ChartSeries[] => {
    const [series] = result.series;
    if (series === undefined) return [];
    const name = !isComparison ? label : queries.length > 1 ? `${service.id} ${label}` : service.id;
    const color = isComparison
      ? (colors.get(service.id) ?? "other")
      : queries.length === 1
        ? "subject"
        : nthColor(queries.indexOf(query));
    return [
      {
        id: `${service.id}.${query}`,
        label: name,
        color: isReference ? "reference" : color,
        ...drawn(series),
      },
    ];
  });
}

/** One percentile of several services, a line each; of a service that has only an average, that, and it is said. */
export function comparedPercentile(answers: readonly Answered[], quantile: number): ChartSeries[] {
  const colors = colorsTogether(answers.map(({ service }) => service));
  return answers.flatMap(({ service, result }): ChartSeries[] => {
    const found = result.series.find((one) => one.quantile === quantile);
    const series = found ?? result.series.find((one) => one.quantile === undefined);
    if (series === undefined) return [];
    return [
      {
        id: service.id,
        label: found === undefined ? `${service.id} (average)` : service.id,
        color: colors.get(service.id) ?? "other",
        ...drawn(series),
      },
    ];
  });
}

/**
 * A line for each series of answers that were split, named by their labels; with several services, by theirs too. Of
 * machines that services share, each is there once.
 */
export function splitLines(answers: readonly Answered[], { ofMachines = false } = {}): ChartSeries[] {
  const isComparison = !ofMachines && new Set(answers.map(({ service }) => service.id)).size > 1;
  const lines = new Map<string, Omit<ChartSeries, "color">>();
  for (const { service, query, label, result } of answers)
    for (const series of result.series) {
      const name = [isComparison ? service.id : "", splitName(series, result), label]
        .filter((part) => part !== "")
        .join(" ");
      const id = JSON.stringify([isComparison ? service.id : "", query, series.labels, series.quantile]);
      if (!lines.has(id)) lines.set(id, { id, label: name, ...drawn(series) });
    }
  return [...lines.values()]
    .sort((a, b) => a.label.localeCompare(b.label, "en", { numeric: true }))
    .map((line, index) => ({ ...line, color: nthColor(index) }));
}

/** The values of a series' labels, with its percentile where it is one, or that it is an average. */
function splitName(
  { labels, quantile }: SignalSeries,
  { statistic }: Pick<SignalResult, "statistic">,
): string {
  // Of one host the port of its exporter says nothing.
  const values = Object.entries(labels)
    .map(([name, value]) => (name === "host" ? value.replace(/:\d+$/, "") : value))
    .filter((value) => value !== "");
  const kind =
    quantile !== undefined ? `p${percentile(quantile)}` : statistic === "mean" ? "average" : undefined;
  const parts = kind === undefined ? values : [...values, kind];
  return parts.length === 0 ? "all" : parts.join(" ");
}

/** What is measured, as the subject; what is estimated, beside it. */
export function estimateLines({ series }: Pick<SignalResult, "series">): ChartSeries[] {
  const estimates = series.filter(({ labels }) => labels.estimate !== measured);
  const whole = series.filter(({ labels }) => labels.estimate === measured);
  return [
    ...whole.map((one): ChartSeries => ({ id: measured, label: measured, color: "subject", ...drawn(one) })),
    ...estimates.map((one, index): ChartSeries => {
      const name = one.labels.estimate ?? "estimate";
      return { id: name, label: name, color: nthColor(index + 1), ...drawn(one) };
    }),
  ];
}

const measured = "measured";

/** A line for each version, in the colour that it has on every page; of a latency, its chosen percentile. */
export const versionLines = (
  result: SignalResult,
  slots: Record<string, number>,
  chosen?: number,
): ChartSeries[] =>
  versionSeries(
    {
      ...result,
      series: result.series.filter(({ quantile }) => quantile === undefined || quantile === chosen),
    },
    slots,
  );
