import type { ChartSeries, SeriesColor } from "@/components/charts/series";
import type { Service } from "@/lib/services/schema";
import { percentile } from "@/lib/signals/percentile";
import type { SignalResult, SignalSeries } from "@/lib/signals/schema";

const coloured = 8;

/** The colour of a slot; beyond the eight that can be told apart, the colour of the rest. */
export const slotColor = (slot: number): SeriesColor =>
  slot >= 1 && slot <= coloured ? (slot as SeriesColor) : "other";

/** A colour for the n-th of several things that have no slot of their own; from 0. */
export const nthColor = (index: number): SeriesColor => slotColor((index % coloured) + 1);

/** The colour that a service has on every page. */
export const serviceColor = ({ colorSlot }: Pick<Service, "colorSlot">, index: number): SeriesColor =>
  colorSlot === null ? nthColor(index) : slotColor(colorSlot);

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
  return answers.flatMap(({ service, query, label, isReference, result }): ChartSeries[] => {
    const [series] = result.series;
    if (series === undefined) return [];
    const name = !isComparison ? label : queries.length > 1 ? `${service.id} ${label}` : service.id;
    const color = isComparison
      ? serviceColor(service, services.indexOf(service.id))
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

/** p50, p95 and p99 in one hue, the slowest first; an average, where no percentile could be had, stands alone. */
export function percentileLines({ series }: Pick<SignalResult, "series">): ChartSeries[] {
  const colors: Record<string, SeriesColor> = { "0.5": "p50", "0.95": "p95", "0.99": "p99" };
  return [...series].reverse().map((one): ChartSeries => {
    if (one.quantile === undefined)
      return { id: "mean", label: "average", color: "reference", ...drawn(one) };
    const label = `p${percentile(one.quantile)}`;
    return { id: label, label, color: colors[String(one.quantile)] ?? "other", ...drawn(one) };
  });
}

/** One percentile of several services, a line each; of a service that has only an average, that, and it is said. */
export function comparedPercentile(answers: readonly Answered[], quantile: number): ChartSeries[] {
  return answers.flatMap(({ service, result }, index): ChartSeries[] => {
    const found = result.series.find((one) => one.quantile === quantile);
    const series = found ?? result.series.find((one) => one.quantile === undefined);
    if (series === undefined) return [];
    return [
      {
        id: service.id,
        label: found === undefined ? `${service.id} (average)` : service.id,
        color: serviceColor(service, index),
        ...drawn(series),
      },
    ];
  });
}

/** A line for each series of an answer that was split, named by `nameOf`, in the colour of `colorOf`. */
export function splitLines(
  answers: readonly Answered[],
  nameOf: (labels: Record<string, string>) => string,
  colorOf: (name: string, index: number) => SeriesColor = (_, index) => nthColor(index),
): ChartSeries[] {
  const isComparison = new Set(answers.map(({ service }) => service.id)).size > 1;
  return answers
    .flatMap(({ service, query, label, result }) =>
      result.series.map((series) => {
        const parts = [isComparison ? service.id : "", nameOf(series.labels), label];
        return {
          id: `${service.id}.${query}.${JSON.stringify(series.labels)}`,
          name: parts.filter((part) => part !== "").join(" "),
          own: nameOf(series.labels),
          series,
        };
      }),
    )
    .map(({ id, name, own, series }, index) => ({
      id,
      label: name,
      color: colorOf(own, index),
      ...drawn(series),
    }));
}
