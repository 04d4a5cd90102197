"use client";

import { lazy } from "react";
import { format, type Scale, type Unit } from "@/lib/units";
import { useChartHeight } from "./chart-display";
import { ChartFrame } from "./chart-frame";
import { type ChartSeries, type SeriesColor, scaleOf } from "./series";

const BarDrawing = lazy(() => import("./bar-drawing"));

export type BarChartProps = {
  title: string;
  /** One bar each, in this order. null is no bar. */
  bars: readonly { id: string; label: string; value: number | null; color?: SeriesColor }[];
  unit: Unit;
  scale?: Scale;
  height?: number;
};

/** Compares one number across few things. Bars start at zero. */
export function BarChart({ title, bars, unit, scale, height: ownHeight = 192 }: BarChartProps) {
  const height = useChartHeight(ownHeight);
  const shown =
    scale ?? scaleOf([{ values: bars.map((bar) => bar.value) } as Pick<ChartSeries, "values">], unit);
  const known = bars.filter((bar) => bar.value !== null);
  const highest = known.reduce<(typeof known)[number] | undefined>(
    (best, bar) => (best && best.value! >= bar.value! ? best : bar),
    undefined,
  );
  return (
    <ChartFrame
      title={title}
      summary={
        highest
          ? `${bars.length} bars; the highest is ${highest.label} with ${format(highest.value, unit)}.`
          : "No values."
      }
      height={height}
      table={() => ({
        header: ["Name", "Value"],
        rows: bars.map((bar) => ({
          key: bar.id,
          cells: [bar.label, format(bar.value, unit)],
          raw: [bar.label, bar.value],
        })),
      })}
    >
      <BarDrawing bars={bars} unit={unit} scale={shown} height={height} />
    </ChartFrame>
  );
}
