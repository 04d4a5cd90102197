"use client";

import { type PointerEvent, useEffect, useMemo, useRef, useState } from "react";
import { format, formatTime, scaleFor, type Unit } from "@/lib/units";
import { CHART_FONT, textWidth } from "./canvas";
import { ChartFrame } from "./chart-frame";
import { observeSize, TokenReader, useThemeVersion } from "./chart-tokens";
import { type Grid, gridTimes } from "./series";
import { tickWords, timeTicks } from "./ticks";

const SHADES = 7;
const AXIS_HEIGHT = 24;
const TOP = 8;
const RIGHT = 20;

export type HeatmapChartProps = {
  title: string;
  grid: Grid;
  /** Upper bounds of the buckets in the unit's base, ascending; the last may be null: no upper end. */
  bounds: readonly (number | null)[];
  /** Counts a step and bucket: `counts[step][bucket]`. */
  counts: readonly (readonly number[])[];
  unit: Unit;
  height?: number;
};

/**
 * Returns the shade (1 few … 7 many, 0 none) of a count, on a square root: a tail of few requests stays visible beside
 * a peak of many.
 */
export function shadeOf(count: number, most: number): number {
  if (count <= 0 || most <= 0) return 0;
  return Math.max(1, Math.ceil(Math.sqrt(count / most) * SHADES));
}

/** How many requests fell into which bucket at which time. Every bucket is one row, so that the axis is about log. */
export function HeatmapChart({ title, grid, bounds, counts, unit, height = 192 }: HeatmapChartProps) {
  const scale = useMemo(
    () => scaleFor(bounds.findLast((bound) => bound !== null) ?? 0, unit),
    [bounds, unit],
  );
  const names = useMemo(
    () =>
      bounds.map((bound, index) => {
        const below = index === 0 ? 0 : (bounds[index - 1] ?? 0);
        return bound === null ? `≥ ${scale.format(below)}` : `${scale.format(below)}–${scale.format(bound)}`;
      }),
    [bounds, scale],
  );
  const times = gridTimes(grid);
  const now = new Date(grid.end * 1000);
  const total = counts.flat().reduce((sum, count) => sum + count, 0);
  return (
    <ChartFrame
      title={title}
      summary={`${format(total, "count")} requests in ${bounds.length} buckets from ${formatTime(grid.start, { now, seconds: false })} to ${formatTime(grid.end, { now, seconds: false })}.`}
      height={height}
      table={{
        header: ["Time", ...names.map((name) => `${name} ${scale.label}`)],
        rows: times.map((time, step) => ({
          key: time,
          cells: [
            formatTime(time, { now }),
            ...bounds.map((_, bucket) => format(counts[step]?.[bucket], "count")),
          ],
          raw: [
            new Date(time * 1000).toISOString(),
            ...bounds.map((_, bucket) => counts[step]?.[bucket] ?? null),
          ],
        })),
      }}
    >
      <HeatmapCanvas
        grid={grid}
        bounds={bounds}
        counts={counts}
        names={names}
        unitLabel={scale.label}
        tick={(bound) => scale.format(bound)}
        height={height}
      />
    </ChartFrame>
  );
}

function HeatmapCanvas({
  grid,
  bounds,
  counts,
  names,
  unitLabel,
  tick,
  height,
}: {
  grid: Grid;
  bounds: readonly (number | null)[];
  counts: readonly (readonly number[])[];
  names: readonly string[];
  unitLabel: string;
  tick: (bound: number) => string;
  height: number;
}) {
  const root = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const [width, setWidth] = useState(0);
  const [hover, setHover] = useState<{ step: number; bucket: number; x: number; y: number } | null>(null);
  const theme = useThemeVersion();
  const steps = gridTimes(grid).length;
  const left = Math.max(
    32,
    ...bounds.map((bound) => (bound === null ? 0 : Math.ceil(textWidth(tick(bound))) + 12)),
  );
  const plotWidth = Math.max(0, width - left - RIGHT);
  const plotHeight = height - TOP - AXIS_HEIGHT;
  const cellWidth = plotWidth / steps;
  const cellHeight = plotHeight / bounds.length;

  useEffect(() => observeSize(root, setWidth), []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the theme is read from the document
  useEffect(() => {
    const element = canvas.current;
    const ctx = element?.getContext("2d");
    if (!element || !ctx || width === 0) return;
    const ratio = devicePixelRatio;
    element.width = width * ratio;
    element.height = height * ratio;
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    ctx.clearRect(0, 0, width, height);
    const tokens = new TokenReader(() => root.current);
    const most = Math.max(1, ...counts.map((row) => Math.max(0, ...row)));
    for (let step = 0; step < steps; step += 1) {
      for (let bucket = 0; bucket < bounds.length; bucket += 1) {
        const shade = shadeOf(counts[step]?.[bucket] ?? 0, most);
        if (shade === 0) continue;
        ctx.fillStyle = tokens.color(`--chart-seq-${shade}`);
        const x = Math.round((left + step * cellWidth) * ratio) / ratio;
        const right = Math.round((left + (step + 1) * cellWidth) * ratio) / ratio;
        // On whole device pixels, or the hairlines between the rows would differ. Columns touch, as time does.
        const y = Math.round((TOP + plotHeight - (bucket + 1) * cellHeight) * ratio) / ratio;
        const bottom = Math.round((TOP + plotHeight - bucket * cellHeight) * ratio) / ratio;
        ctx.fillRect(x, y, Math.max(1 / ratio, right - x), bottom - y - 1);
      }
    }
    ctx.font = CHART_FONT;
    ctx.fillStyle = tokens.color("--chart-axis");
    ctx.textBaseline = "middle";
    ctx.textAlign = "right";
    const everyBucket = Math.ceil(14 / cellHeight);
    bounds.forEach((bound, bucket) => {
      if (bound === null || (bounds.length - 1 - bucket) % everyBucket !== 0) return;
      ctx.fillText(tick(bound), left - 8, TOP + plotHeight - (bucket + 1) * cellHeight);
    });
    ctx.textAlign = "center";
    ctx.textBaseline = "top";
    const { ticks, step } = timeTicks(grid.start, grid.end, Math.floor(plotWidth / 72));
    for (const time of ticks) {
      const x = left + ((time - grid.start) / grid.step + 0.5) * cellWidth;
      ctx.fillText(tickWords(time, step), x, TOP + plotHeight + 6);
    }
  }, [width, height, counts, bounds, grid, theme, left, steps]);

  function onPointerMove(event: PointerEvent<HTMLDivElement>) {
    const box = event.currentTarget.getBoundingClientRect();
    const step = Math.floor((event.clientX - box.left - left) / cellWidth);
    const bucket = Math.floor((box.top + TOP + plotHeight - event.clientY) / cellHeight);
    const inside = step >= 0 && step < steps && bucket >= 0 && bucket < bounds.length;
    setHover(inside ? { step, bucket, x: event.clientX - box.left, y: event.clientY - box.top } : null);
  }

  const row = hover ? counts[hover.step] : undefined;
  const sum = row?.reduce((total, count) => total + count, 0) ?? 0;
  return (
    <div
      ref={root}
      className="absolute inset-0"
      onPointerMove={onPointerMove}
      onPointerLeave={() => setHover(null)}
    >
      <canvas ref={canvas} className="size-full" style={{ width, height }} />
      {hover ? (
        <>
          <div
            aria-hidden
            className="pointer-events-none absolute border border-primary"
            style={{
              left: left + hover.step * cellWidth - 1,
              top: TOP + plotHeight - (hover.bucket + 1) * cellHeight - 1,
              width: Math.max(3, cellWidth + 2),
              height: cellHeight + 1,
            }}
          />
          <div
            aria-hidden
            className="pointer-events-none absolute z-40 w-max rounded-overlay bg-surface-raised px-3 py-2 text-caption shadow-overlay"
            style={{
              top: Math.max(0, hover.y - 24),
              ...(hover.x > width / 2 ? { right: width - hover.x + 12 } : { left: hover.x + 12 }),
            }}
          >
            <p className="text-secondary">
              {formatTime(grid.start + hover.step * grid.step, { now: new Date(grid.end * 1000) })}
            </p>
            <p>
              {names[hover.bucket]} {unitLabel}
            </p>
            <p className="font-medium">
              {format(row?.[hover.bucket] ?? 0, "count")} requests
              {sum > 0 ? (
                <span className="font-normal text-secondary">
                  {`, ${format((row?.[hover.bucket] ?? 0) / sum, "ratio")} of this step`}
                </span>
              ) : null}
            </p>
          </div>
        </>
      ) : null}
    </div>
  );
}
