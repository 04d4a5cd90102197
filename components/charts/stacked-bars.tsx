"use client";

import { TimeSeriesChart, type TimeSeriesChartProps } from "./time-series-chart";

/** Parts of a whole at each step: errors by type. The parts add up; the first of `series` is at the bottom. */
export function StackedBars(props: Omit<TimeSeriesChartProps, "kind" | "levels" | "log">) {
  return <TimeSeriesChart {...props} kind="stacked-bars" />;
}
