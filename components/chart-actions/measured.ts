import type { ChartSeries, Grid } from "@/components/charts/series";
import type { SignalQuery, SignalResult } from "@/lib/signals/schema";

/** What the charts of a panel were measured from, so that more can be asked about it. */
export type Measured = {
  /** Of the answer on screen. */
  grid: Grid;
  /** The panel's own queries, as they were asked. */
  queries: readonly SignalQuery[];
  /**
   * The lines of each chart inside, by the chart's title, from answers by query id; with the ids that they have on screen.
   * An answer may be missing.
   */
  series: (results: ReadonlyMap<string, SignalResult>) => Record<string, readonly ChartSeries[]>;
  /** What the lines can be set against beside other times. */
  versions?: readonly string[];
};
