import type { ChartSeries, Grid } from "@/components/charts/series";
import type { SignalQuery, SignalResult } from "@/lib/signals/schema";
import { format } from "@/lib/units";

/** Something that the lines of a panel can be set against. */
export type Comparison = {
  /** How the address names it. */
  id: string;
  /** Of the choice: "The 6 h before". */
  label: string;
  /** Behind the name of a line: "6 h before". */
  words: string;
} & ({ offset: number } | { version: string });

const DAY = 86_400;
const VERSION = "version:";
/** A signal may be split by so many dimensions at once. */
const MOST_DIMENSIONS = 3;

/** Returns what the lines of a range can be set against: the time before it, a day and a week before, other versions. */
export function comparisonsOf({ start, end }: Grid, versions: readonly string[] = []): Comparison[] {
  const length = end - start;
  const words = format(length, "seconds");
  return [
    { id: "period", label: `The ${words} before`, words: `${words} before`, offset: length },
    ...(length < DAY ? [{ id: "day", label: "A day before", words: "a day before", offset: DAY }] : []),
    ...(length < 7 * DAY
      ? [{ id: "week", label: "A week before", words: "a week before", offset: 7 * DAY }]
      : []),
    ...versions.map((version) => ({
      id: `${VERSION}${version}`,
      label: `Only ${version}`,
      words: version,
      version,
    })),
  ];
}

/** Whether queries can be asked of one version: not where they are split as often as can be, or by version already. */
export const canSplitByVersion = (queries: readonly SignalQuery[]): boolean =>
  queries.some(({ by = [] }) => by.length < MOST_DIMENSIONS) &&
  !queries.some(({ by = [] }) => by.includes("version"));

/** Returns the queries whose answers a panel's lines are set against; those that draw no lines are left out. */
export function comparedQueries(queries: readonly SignalQuery[], comparison: Comparison): SignalQuery[] {
  const ofLines = queries.filter(({ shape = "range" }) => shape === "range");
  if ("offset" in comparison)
    return ofLines.map((query) => ({ ...query, offset: (query.offset ?? 0) + comparison.offset }));
  return ofLines
    .filter(({ by = [] }) => by.length < MOST_DIMENSIONS)
    .map((query) => ({ ...query, by: [...(query.by ?? []), "version" as const] }));
}

/** Returns answers by query id with only what the comparison is about, as if nothing had been split for it. */
export function comparedResults(
  results: readonly SignalResult[],
  comparison: Comparison,
): Map<string, SignalResult> {
  return new Map(
    results.map((result) => [
      result.id,
      "offset" in comparison
        ? result
        : {
            ...result,
            series: result.series
              .filter(({ labels }) => labels.version === comparison.version)
              .map(({ labels: { version: _, ...labels }, ...series }) => ({ ...series, labels })),
          },
    ]),
  );
}

/** Returns the lines of charts as what their own are set against: named so, and grey where there is but one. */
export function setAgainst(
  charts: Record<string, readonly ChartSeries[]>,
  { id, words }: Comparison,
): Record<string, ChartSeries[]> {
  return Object.fromEntries(
    Object.entries(charts).map(([title, series]) => [
      title,
      series.map((each) => ({
        ...each,
        id: `${each.id}~${id}`,
        label: `${each.label}, ${words}`,
        color: series.length === 1 ? ("reference" as const) : each.color,
        against: { id: each.id, words },
      })),
    ]),
  );
}

/** Whether any line has a value. */
export const hasValues = (charts: Record<string, readonly ChartSeries[]>): boolean =>
  Object.values(charts).some((series) => series.some(({ values }) => values.some((value) => value !== null)));
