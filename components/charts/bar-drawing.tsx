"use client";

import { Bar, BarChart, CartesianGrid, Cell, ResponsiveContainer, Tooltip, XAxis, YAxis } from "recharts";
import { format, type Scale, type Unit } from "@/lib/units";
import type { BarChartProps } from "./bar-chart";
import { textWidth } from "./canvas";
import { AXIS_TICK, CHART_MARGIN, GRID_STROKE, HoverBox } from "./recharts-parts";
import { colorToken } from "./series";
import { roundTicks } from "./ticks";

/** The drawing behind `BarChart`; loaded when near. */
export default function BarDrawing({
  bars,
  unit,
  scale,
  height,
}: {
  bars: BarChartProps["bars"];
  unit: Unit;
  scale: Scale;
  height: number;
}) {
  const values = bars.map((bar) => bar.value ?? 0);
  const ticks = roundTicks(Math.min(0, ...values) * scale.factor, Math.max(0, ...values) * scale.factor, {
    ceiling: unit === "ratio" && Math.max(...values) <= 1 ? scale.factor : undefined,
  }).map((tick) => tick / scale.factor);
  return (
    <ResponsiveContainer width="100%" height={height}>
      <BarChart data={[...bars]} margin={CHART_MARGIN} barCategoryGap="28%" accessibilityLayer={false}>
        <CartesianGrid vertical={false} stroke={GRID_STROKE} />
        <XAxis
          dataKey="label"
          tick={AXIS_TICK}
          tickLine={false}
          axisLine={false}
          height={24}
          tickMargin={6}
          interval={0}
        />
        <YAxis
          tick={AXIS_TICK}
          tickLine={false}
          axisLine={false}
          ticks={ticks}
          domain={[ticks[0]!, ticks.at(-1)!]}
          tickFormatter={(value: number) => scale.format(value)}
          width={Math.max(32, ...ticks.map((tick) => Math.ceil(textWidth(scale.format(tick))) + 12))}
        />
        <Tooltip
          cursor={{ fill: "var(--surface-hover)" }}
          isAnimationActive={false}
          content={({ active, payload }) => {
            const bar = payload?.[0]?.payload as BarChartProps["bars"][number] | undefined;
            if (!active || !bar) return null;
            return (
              <HoverBox>
                <span className="text-secondary">{bar.label}</span>{" "}
                <span className="font-medium">{format(bar.value, unit)}</span>
              </HoverBox>
            );
          }}
        />
        <Bar dataKey="value" isAnimationActive={false} maxBarSize={56} radius={[2, 2, 0, 0]}>
          {bars.map((bar) => (
            <Cell key={bar.id} fill={`var(${colorToken(bar.color ?? 1)})`} />
          ))}
        </Bar>
      </BarChart>
    </ResponsiveContainer>
  );
}
