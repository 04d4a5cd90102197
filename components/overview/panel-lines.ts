import type { ChartSeries } from "@/components/charts/series";
import {
  errorTypeSeries,
  gpuSeries,
  percentileSeries,
  singleSeries,
  versionSeries,
} from "@/components/dashboards/series";
import { type OverviewPanel, queryId } from "@/lib/dashboards/overview";
import type { SignalQuery, SignalResult } from "@/lib/signals/schema";

export type Results = ReadonlyMap<string, SignalResult>;

/** The lines of each chart of a panel, by the chart's title. */
export type ChartLines = Record<string, readonly ChartSeries[]>;

/** What the lines of a panel are made with beside the answers. */
export interface LinesContext {
  /** Titles of the latencies. */
  titles: Readonly<Record<string, { title: string }>>;
  versionColorSlots: Readonly<Record<string, number>>;
  /** Whether errors are split by type; where it is not said, when any of a type happened. */
  isByType?: boolean;
}

export const versionChartTitles = { rate: "Request rate by version", ttft: "TTFT p95 by version" } as const;

/** The title of the chart of a latency's percentiles, or of its average where the source has no more. */
export const latencyChartTitle = (title: string, { statistic }: Pick<SignalResult, "statistic">): string =>
  `${title}: ${statistic === "mean" ? "average" : "p50, p95, p99"}`;

/** The error types that happened; those that did not are left out of the picture. */
const happenedTypes = (types: SignalResult | undefined): ChartSeries[] =>
  types === undefined ? [] : errorTypeSeries(types).filter(({ values }) => values.some((value) => value));

/** Whether the errors of these answers are shown by type; without any type they are the line of the whole, at zero. */
export const areErrorsByType = (panel: Pick<OverviewPanel, "id">, results: Results): boolean =>
  happenedTypes(results.get(queryId(panel.id, "types"))).length > 0;

/** Returns the lines of a panel's charts from answers by query id, any of which may be missing. */
export function panelLines(panel: OverviewPanel, results: Results, context: LinesContext): ChartLines {
  const answer = (name: string) => results.get(queryId(panel.id, name));
  const single = (name: string, ...look: [label: string, color?: "reference"]) => {
    const result = answer(name);
    return result === undefined ? [] : singleSeries(result, ...look);
  };
  // One that failed is drawn as it was last known, as the line beside it is.
  const beside = (name: string, label: string) => single(name, label, "reference");
  const gpus = (name: string) => {
    const result = answer(name);
    return result === undefined ? [] : gpuSeries(result);
  };
  const versions = (name: string) => {
    const result = answer(name);
    return result === undefined ? [] : versionSeries(result, context.versionColorSlots);
  };
  switch (panel.view) {
    case "lines":
      return { [panel.title]: single("rate", "Requests") };
    case "latency": {
      const result = answer("latency");
      if (result === undefined) return {};
      const { title } = context.titles[result.signal] ?? panel;
      return { [latencyChartTitle(title, result)]: percentileSeries(result) };
    }
    case "error-types": {
      const isByType = context.isByType ?? areErrorsByType(panel, results);
      return { [panel.title]: isByType ? happenedTypes(answer("types")) : single("total", "All errors") };
    }
    case "queue":
      return { [panel.title]: [...single("waiting", "Waiting"), ...beside("running", "Running")] };
    case "gpu-lines":
      return { [panel.title]: gpus("utilization") };
    case "gpu-memory":
      return { [panel.title]: gpus("used") };
    case "tokens":
      return { [panel.title]: [...single("output", "Output"), ...beside("prompt", "Prompt")] };
    case "versions":
      return { [versionChartTitles.rate]: versions("rate"), [versionChartTitles.ttft]: versions("ttft") };
  }
}

/**
 * The queries of a panel that its lines can be asked with again, at other times or split further: of a distribution, its
 * percentiles alone, and no summaries.
 */
export function lineQueries(
  { id }: Pick<OverviewPanel, "id">,
  queries: readonly SignalQuery[],
): SignalQuery[] {
  return queries
    .filter((query) => query.id.startsWith(queryId(id, "")) && query.shape !== "summary")
    .map((query) => (query.shape === "distribution" ? { ...query, shape: "range" } : query));
}

/** Lines as they are, but each in the colour that the one with its id has on screen. */
export function inColorsOf(shown: ChartLines, lines: ChartLines): ChartLines {
  return Object.fromEntries(
    Object.entries(lines).map(([title, series]) => [
      title,
      series.map((each) => ({
        ...each,
        color: shown[title]?.find(({ id }) => id === each.id)?.color ?? each.color,
      })),
    ]),
  );
}
