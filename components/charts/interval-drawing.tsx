"use client";

import {
  CartesianGrid,
  ErrorBar,
  ReferenceLine,
  ResponsiveContainer,
  Scatter,
  ScatterChart,
  Tooltip,
  XAxis,
  YAxis,
} from "recharts";
import { shortName } from "@/components/ui/short-name";
import { textWidth } from "./canvas";
import type { Interval, IntervalChartProps } from "./interval-chart";
import { VERDICT_WORDS } from "./interval-verdict";
import { AXIS_TICK, GRID_STROKE, HoverBox } from "./recharts-parts";
import { roundTicks } from "./ticks";

/** Height of the line under the axis that says what lies on which side of zero. */
const SIDES_PX = 16;
const MOST_NAME_PX = 240;

type Point = Interval & { row: number; value: number; error: [number, number] };

/** Round ticks on both sides of zero, so that zero is always one. */
function differenceTicks(intervals: readonly Interval[]): number[] {
  const ends = intervals.flatMap((each) => [each.low ?? 0, each.high ?? 0]);
  return roundTicks(Math.min(0, ...ends), Math.max(0, ...ends));
}

/** The drawing behind `IntervalChart`; loaded when near. */
export default function IntervalDrawing({
  intervals,
  formatDifference,
  sides,
  height,
  words,
}: Pick<IntervalChartProps, "intervals" | "formatDifference" | "sides"> & {
  height: number;
  words: (interval: Interval) => string;
}) {
  const rowOf = (index: number) => intervals.length - 1 - index;
  const points: Point[] = intervals.flatMap((each, index) =>
    each.estimate === null
      ? []
      : [
          {
            ...each,
            row: rowOf(index),
            value: each.estimate,
            error: [
              each.estimate - (each.low ?? each.estimate),
              (each.high ?? each.estimate) - each.estimate,
            ] as [number, number],
          },
        ],
  );
  const ticks = differenceTicks(intervals);
  const nameWidth = Math.min(
    MOST_NAME_PX,
    Math.max(64, ...intervals.map((each) => Math.ceil(textWidth(shortName(each.label, 32))) + 24)),
  );
  const verdictWidth =
    Math.max(...intervals.map((each) => Math.ceil(textWidth(VERDICT_WORDS[each.verdict])))) + 24;
  const names = new Map(intervals.map((each, index) => [rowOf(index), each]));
  return (
    <>
      <ResponsiveContainer width="100%" height={sides ? height - SIDES_PX : height}>
        <ScatterChart margin={{ top: 4, right: 0, bottom: 0, left: 0 }} accessibilityLayer={false}>
          <CartesianGrid horizontal={false} stroke={GRID_STROKE} />
          <XAxis
            dataKey="value"
            type="number"
            domain={[ticks[0]!, ticks.at(-1)!]}
            ticks={ticks}
            tick={AXIS_TICK}
            tickLine={false}
            axisLine={false}
            tickFormatter={formatDifference}
            height={24}
            tickMargin={6}
          />
          <YAxis
            dataKey="row"
            type="number"
            domain={[-0.5, intervals.length - 0.5]}
            ticks={[...names.keys()]}
            interval={0}
            tickLine={false}
            axisLine={false}
            width={nameWidth}
            tick={AXIS_TICK}
            tickFormatter={(row: number) => shortName(names.get(row)?.label ?? "", 32)}
          />
          <YAxis
            yAxisId="verdict"
            orientation="right"
            dataKey="row"
            type="number"
            domain={[-0.5, intervals.length - 0.5]}
            ticks={[...names.keys()]}
            interval={0}
            tickLine={false}
            axisLine={false}
            width={verdictWidth}
            tick={{ ...AXIS_TICK, fill: "var(--text)" }}
            tickFormatter={(row: number) => VERDICT_WORDS[names.get(row)?.verdict ?? "no_data"]}
          />
          <ReferenceLine x={0} stroke="var(--chart-axis)" />
          <Tooltip
            cursor={false}
            isAnimationActive={false}
            content={({ active, payload }) => {
              const point = payload?.[0]?.payload as Point | undefined;
              if (!active || !point) return null;
              return (
                <HoverBox>
                  <p className="text-secondary">{point.label}</p>
                  <p className="font-medium">{words(point)}</p>
                  <p>{VERDICT_WORDS[point.verdict]}</p>
                </HoverBox>
              );
            }}
          />
          <Scatter yAxisId="verdict" data={[]} isAnimationActive={false} />
          <Scatter data={points} isAnimationActive={false} fill="var(--chart-subject)">
            <ErrorBar
              dataKey="error"
              direction="x"
              width={6}
              strokeWidth={1.5}
              stroke="var(--chart-subject)"
              isAnimationActive={false}
            />
          </Scatter>
        </ScatterChart>
      </ResponsiveContainer>
      {sides ? (
        <p
          className="flex justify-between gap-4 text-caption text-secondary"
          style={{ height: SIDES_PX, paddingLeft: nameWidth, paddingRight: verdictWidth }}
        >
          <span className="truncate">← {sides.lower}</span>
          <span className="truncate">{sides.higher} →</span>
        </p>
      ) : null}
    </>
  );
}
