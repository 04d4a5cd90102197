"use client";

import {
  Bar,
  CartesianGrid,
  ComposedChart,
  ReferenceLine,
  ResponsiveContainer,
  Tooltip,
  usePlotArea,
  XAxis,
  YAxis,
} from "recharts";
import { format, type Unit } from "@/lib/units";
import { type Bounds, boundWords, bucketPosition } from "./buckets";
import { textWidth } from "./canvas";
import type { HistogramBar, QuantileMark } from "./histogram-chart";
import { gather } from "./labels";
import { AXIS_TICK, CHART_MARGIN, GRID_STROKE, HoverBox } from "./recharts-parts";
import { roundTicks } from "./ticks";

/** The drawing behind `HistogramChart`; loaded when near. Buckets are equally wide: the axis is about log. */
export default function HistogramDrawing({
  bars,
  bounds,
  quantiles,
  unit,
  noun,
  height,
}: {
  bars: readonly HistogramBar[];
  bounds: Bounds;
  quantiles: readonly QuantileMark[];
  unit: Unit;
  noun: string;
  height: number;
}) {
  const ticks = roundTicks(0, Math.max(...bars.map((bar) => bar.share)) * 100, { ceiling: 100 });
  const data = bars.map((bar, index) => ({ ...bar, at: index + 0.5, percent: bar.share * 100 }));
  const edges = bounds.map((_, index) => index);
  return (
    <ResponsiveContainer width="100%" height={height}>
      <ComposedChart
        data={data}
        margin={{ ...CHART_MARGIN, top: quantiles.length > 0 ? 20 : 8 }}
        barCategoryGap={1}
        accessibilityLayer={false}
      >
        <CartesianGrid vertical={false} stroke={GRID_STROKE} />
        <XAxis
          dataKey="at"
          type="number"
          domain={[0, bars.length]}
          ticks={edges}
          tick={AXIS_TICK}
          tickLine={false}
          axisLine={false}
          height={24}
          tickMargin={6}
          interval="preserveStartEnd"
          minTickGap={8}
          tickFormatter={(edge: number) => boundWords(edge === 0 ? 0 : (bounds[edge - 1] ?? 0), unit)}
        />
        <YAxis
          dataKey="percent"
          tick={AXIS_TICK}
          tickLine={false}
          axisLine={false}
          ticks={ticks}
          domain={[0, ticks.at(-1)!]}
          tickFormatter={(percent: number) => `${percent}`}
          width={Math.max(32, ...ticks.map((tick) => Math.ceil(textWidth(String(tick))) + 12))}
        />
        <Tooltip
          cursor={{ fill: "var(--surface-hover)" }}
          isAnimationActive={false}
          content={({ active, payload }) => {
            const bar = payload?.[0]?.payload as HistogramBar | undefined;
            if (!active || !bar) return null;
            return (
              <HoverBox>
                <p className="text-secondary">{bar.name}</p>
                <p className="font-medium">
                  {format(bar.share, "ratio")}
                  <span className="font-normal text-secondary">{`, ${format(bar.count, "count")} ${noun}`}</span>
                </p>
              </HoverBox>
            );
          }}
        />
        <Bar dataKey="percent" isAnimationActive={false} fill="var(--chart-1)" fillOpacity={0.85} />
        {quantiles.map((mark) => (
          <ReferenceLine
            key={mark.label}
            x={bucketPosition(bounds, mark.value)}
            stroke={`var(--chart-${mark.color ?? "axis"})`}
            strokeWidth={1.5}
          >
            <title>{`${mark.label} ${mark.words ?? format(mark.value, unit)}`}</title>
          </ReferenceLine>
        ))}
        <MarkNames quantiles={quantiles} bounds={bounds} />
      </ComposedChart>
    </ResponsiveContainer>
  );
}

/** The names above the marks; those of marks too close for it stand together: "p95 · p99". */
function MarkNames({ quantiles, bounds }: { quantiles: readonly QuantileMark[]; bounds: Bounds }) {
  const area = usePlotArea();
  if (area === undefined) return null;
  const xOf = (mark: QuantileMark) =>
    area.x + (bucketPosition(bounds, mark.value) / bounds.length) * area.width;
  return gather(quantiles, xOf, NAME_PX).map((group) => {
    const text = group.map(({ label }) => label).join(" · ");
    const half = textWidth(text) / 2;
    const middle = (xOf(group[0]!) + xOf(group.at(-1)!)) / 2;
    return (
      <text
        key={text}
        x={Math.min(area.x + area.width - half, Math.max(area.x + half, middle))}
        y={area.y - 6}
        textAnchor="middle"
        fill="var(--chart-axis)"
        fontSize={12}
      >
        {text}
      </text>
    );
  });
}

/** A name and the space around it. */
const NAME_PX = 30;
