"use client";

import { lazy } from "react";
import { format, type Unit } from "@/lib/units";
import { type Bounds, bucketNames } from "./buckets";
import { useChartHeight } from "./chart-display";
import { ChartFrame } from "./chart-frame";

const HistogramDrawing = lazy(() => import("./histogram-drawing"));

/** A quantile to mark. `words` when it is more than its value: "≥ 10 s". */
export type QuantileMark = { label: string; value: number; words?: string; color?: "p50" | "p95" | "p99" };

export type HistogramChartProps = {
  title: string;
  bounds: Bounds;
  /** How many fell into each bucket, not added up. */
  counts: readonly number[];
  unit: Unit;
  quantiles?: readonly QuantileMark[];
  height?: number;
  /** What is counted, in the plural. */
  noun?: string;
};

/** A bucket as it is drawn: its name with its unit, and its share of all. */
export type HistogramBar = { name: string; count: number; share: number };

/** Returns the bars of a histogram; shares are 0 when there is nothing in it. */
export function histogramBars(bounds: Bounds, counts: readonly number[], unit: Unit): HistogramBar[] {
  const total = counts.reduce((sum, count) => sum + count, 0);
  return bucketNames(bounds, unit).map((name, index) => {
    const count = counts[index] ?? 0;
    return { name, count, share: total === 0 ? 0 : count / total };
  });
}

/** How a measurement is distributed over its buckets, in shares of all, with quantiles marked. */
export function HistogramChart({
  title,
  bounds,
  counts,
  unit,
  quantiles = [],
  height: ownHeight = 192,
  noun = "requests",
}: HistogramChartProps) {
  const height = useChartHeight(ownHeight);
  const bars = histogramBars(bounds, counts, unit);
  const total = counts.reduce((sum, count) => sum + count, 0);
  return (
    <ChartFrame
      title={title}
      summary={`${format(Math.round(total), "count")} ${noun}${quantiles.map((mark) => `, ${mark.label} ${mark.words ?? format(mark.value, unit)}`).join("")}.`}
      height={height}
      table={() => ({
        header: ["Bucket", noun.charAt(0).toUpperCase() + noun.slice(1), "Share"],
        rows: bars.map((bar, index) => ({
          key: index,
          cells: [bar.name, format(Math.round(bar.count), "count"), format(bar.share, "ratio")],
          raw: [bar.name, bar.count, bar.share],
        })),
      })}
    >
      <HistogramDrawing
        bars={bars}
        bounds={bounds}
        quantiles={quantiles}
        unit={unit}
        noun={noun}
        height={height}
      />
    </ChartFrame>
  );
}
