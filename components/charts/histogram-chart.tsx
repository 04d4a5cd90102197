"use client";

import { lazy } from "react";
import { format, scaleFor, type Unit } from "@/lib/units";
import { ChartFrame } from "./chart-frame";

const HistogramDrawing = lazy(() => import("./histogram-drawing"));

/** A quantile to mark. `words` when it is more than its value: "≥ 10 s". */
export type QuantileMark = { label: string; value: number; words?: string; color?: "p50" | "p95" | "p99" };

export type HistogramChartProps = {
  title: string;
  /** Upper bounds of the buckets in the unit's base, ascending; the last may be null: no upper end. */
  bounds: readonly (number | null)[];
  /** How many fell into each bucket, not added up. */
  counts: readonly number[];
  unit: Unit;
  quantiles?: readonly QuantileMark[];
  height?: number;
  /** What is counted, in the plural. */
  noun?: string;
};

/** A bucket as it is drawn: its share of all, and its ends. */
export type HistogramBar = {
  name: string;
  low: number;
  high: number | null;
  count: number;
  share: number;
};

/** Returns the bars of a histogram; shares are 0 when there is nothing in it. */
export function histogramBars(
  bounds: readonly (number | null)[],
  counts: readonly number[],
  unit: Unit,
): HistogramBar[] {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const scale = scaleFor(bounds.findLast((bound) => bound !== null) ?? 0, unit);
  return bounds.map((high, index) => {
    const low = index === 0 ? 0 : (bounds[index - 1] ?? 0);
    const count = counts[index] ?? 0;
    return {
      name: high === null ? `≥ ${scale.format(low)}` : `${scale.format(low)}–${scale.format(high)}`,
      low,
      high,
      count,
      share: total === 0 ? 0 : count / total,
    };
  });
}

/**
 * Returns where a value lies on an axis on which every bucket is one wide: 2.5 is the middle of the third bucket. In a
 * bucket without an upper end it is its start.
 */
export function bucketPosition(bounds: readonly (number | null)[], value: number): number {
  const index = bounds.findIndex((bound) => bound === null || value <= bound);
  if (index < 0) return bounds.length;
  const low = index === 0 ? 0 : (bounds[index - 1] ?? 0);
  const high = bounds[index];
  if (high === null || high === undefined || high === low) return index;
  return index + (value - low) / (high - low);
}

/** How a measurement is distributed over its buckets, in shares of all, with quantiles marked. */
export function HistogramChart({
  title,
  bounds,
  counts,
  unit,
  quantiles = [],
  height = 192,
  noun = "requests",
}: HistogramChartProps) {
  const bars = histogramBars(bounds, counts, unit);
  const scale = scaleFor(bounds.findLast((bound) => bound !== null) ?? 0, unit);
  const total = counts.reduce((sum, count) => sum + count, 0);
  return (
    <ChartFrame
      title={title}
      summary={`${format(total, "count")} ${noun}${quantiles.map((mark) => `, ${mark.label} ${mark.words ?? format(mark.value, unit)}`).join("")}.`}
      height={height}
      table={{
        header: [`Bucket, ${scale.label}`, noun.charAt(0).toUpperCase() + noun.slice(1), "Share"],
        rows: bars.map((bar) => ({
          key: bar.name,
          cells: [bar.name, format(bar.count, "count"), format(bar.share, "ratio")],
          raw: [bar.name, bar.count, bar.share],
        })),
      }}
    >
      <HistogramDrawing
        bars={bars}
        bounds={bounds}
        quantiles={quantiles}
        unit={unit}
        scale={scale}
        noun={noun}
        height={height}
      />
    </ChartFrame>
  );
}
