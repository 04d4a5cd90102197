"use client";

import { useEffect, useRef, useState } from "react";
import { CartesianGrid, ResponsiveContainer, Scatter, ScatterChart, Tooltip, XAxis, YAxis } from "recharts";
import { observeSize } from "@/components/charts/chart-tokens";
import { AXIS_TICK, CHART_MARGIN, GRID_STROKE, HoverBox } from "@/components/charts/recharts-parts";
import { mostTimeTicks, roundTicks, tickWords, timeTicks } from "@/components/charts/ticks";
import type { TraceSummaryView } from "@/lib/traces/schema";
import { formatTime } from "@/lib/units";
import { counted, lengthWords } from "./words";

const AXIS_PX = 44;

type Point = TraceSummaryView & { x: number; y: number };

/** The drawing behind `TraceScatter`; loaded when near. */
export default function ScatterDrawing({
  traces,
  range,
  height,
  onOpen,
}: {
  traces: readonly TraceSummaryView[];
  range: { from: number; to: number };
  height: number;
  onOpen: (trace: TraceSummaryView) => void;
}) {
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(640);
  useEffect(() => observeSize(box, (size) => setWidth(size)), []);
  const points: Point[] = traces.map((trace) => ({
    ...trace,
    x: trace.start / 1e6,
    y: trace.duration / 1e6,
  }));
  const ticks = roundTicks(0, Math.max(...points.map(({ y }) => y)));
  const times = timeTicks(range.from, range.to, mostTimeTicks(width));
  const dots = (isFailed: boolean) => (
    <Scatter
      data={points.filter(({ errorSpanCount }) => errorSpanCount > 0 === isFailed)}
      isAnimationActive={false}
      fill={isFailed ? "var(--critical)" : "var(--chart-1)"}
      fillOpacity={0.7}
      // Shape tells what colour does.
      shape={isFailed ? "diamond" : "circle"}
      cursor="pointer"
      onClick={(point: { payload?: Point }) => point.payload && onOpen(point.payload)}
    />
  );
  return (
    <div ref={box}>
      <ResponsiveContainer width="100%" height={height}>
        <ScatterChart margin={CHART_MARGIN} accessibilityLayer={false}>
          <CartesianGrid vertical={false} stroke={GRID_STROKE} />
          <XAxis
            dataKey="x"
            type="number"
            domain={[range.from, range.to]}
            ticks={times.ticks}
            tick={AXIS_TICK}
            tickLine={false}
            axisLine={false}
            height={24}
            tickMargin={6}
            tickFormatter={(time: number) => tickWords(time, times.step)}
          />
          <YAxis
            dataKey="y"
            type="number"
            domain={[0, ticks.at(-1)!]}
            ticks={ticks}
            tick={AXIS_TICK}
            tickLine={false}
            axisLine={false}
            width={AXIS_PX}
          />
          <Tooltip
            cursor={false}
            isAnimationActive={false}
            content={({ active, payload }) => {
              const point = payload?.[0]?.payload as Point | undefined;
              if (!active || !point) return null;
              return (
                <HoverBox>
                  <p className="text-secondary">{formatTime(point.x)}</p>
                  <p className="font-medium">{lengthWords(point.duration)}</p>
                  <p>
                    {point.service ?? "No root"} {point.operation ?? ""}
                  </p>
                  <p className="text-secondary">
                    {counted(point.spanCount, "span")}
                    {point.errorSpanCount > 0 ? `, ${point.errorSpanCount} with errors` : ""}
                  </p>
                </HoverBox>
              );
            }}
          />
          {dots(false)}
          {dots(true)}
        </ScatterChart>
      </ResponsiveContainer>
    </div>
  );
}
