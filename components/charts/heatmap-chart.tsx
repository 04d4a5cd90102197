"use client";

import { lazy, type PointerEvent, Suspense, useEffect, useMemo, useRef, useState } from "react";
import { useOptionalTimeRange } from "@/components/ui/use-time-range";
import { format, formatTime, type Unit } from "@/lib/units";
import { type Bounds, boundWords, bucketNames, bucketPosition, mergedBuckets, summedCounts } from "./buckets";
import { CHART_FONT, textWidth } from "./canvas";
import { type ExemplarDot, useChartExemplars, useChartHeight } from "./chart-display";
import { ChartFrame } from "./chart-frame";
import { observeSize, TokenReader, useThemeVersion } from "./chart-tokens";
import { joinCrosshair, type SharedCrosshair } from "./crosshair";
import { spreadLabels } from "./labels";
import { type Grid, gridTimes } from "./series";
import { mostTimeTicks, tickWords, timeTicks } from "./ticks";

const ExemplarDots = lazy(() => import("./exemplar-dots"));

const SHADES = 7;
/** A row of cells that is lower than this cannot be seen: buckets are put together. */
const LEAST_ROW = 3;
/** Rows that are lower than this touch: a line between them would be most of them. */
const LEAST_PARTED_ROW = 5;
const AXIS_HEIGHT = 24;
const TOP = 8;
/** Room for the names of the lines at their right end. */
const RIGHT = 36;
/** A pointer that was moved less than this, in px, did not mean to zoom. */
const DRAG_PX = 4;

/** A line over the cells: the course of a quantile, on the grid, in the unit's base. */
export type HeatmapLine = { label: string; values: readonly (number | null)[] };

export type HeatmapChartProps = {
  title: string;
  grid: Grid;
  bounds: Bounds;
  /** Counts a step and bucket: `counts[step][bucket]`. */
  counts: readonly (readonly number[])[];
  unit: Unit;
  lines?: readonly HeatmapLine[];
  height?: number;
  /** What is counted, in the plural. */
  noun?: string;
  /** Charts with one key share their crosshair; all of a page unless told otherwise. */
  syncKey?: string;
};

/**
 * Returns the shade (1 few … 7 many, 0 none) of a count, on a square root: a tail of few requests stays visible beside
 * a peak of many.
 */
export function shadeOf(count: number, most: number): number {
  if (count <= 0 || most <= 0) return 0;
  return Math.max(1, Math.ceil(Math.sqrt(count / most) * SHADES));
}

/**
 * How many requests fell into which bucket at which time, with the course of quantiles over it. Every bucket is one row,
 * so that the axis is about log.
 */
export function HeatmapChart({
  title,
  grid,
  bounds,
  counts,
  unit,
  lines = NONE,
  height: ownHeight = 192,
  noun = "requests",
  syncKey = "page",
}: HeatmapChartProps) {
  const height = useChartHeight(ownHeight);
  const perBucket = useMemo(() => summedCounts(counts), [counts]);
  // A native histogram may have more buckets than there are pixels.
  const drawn = useMemo(
    () => mergedBuckets(bounds, counts, (height - TOP - AXIS_HEIGHT) / LEAST_ROW),
    [bounds, counts, height],
  );
  const names = useMemo(() => bucketNames(bounds, unit), [bounds, unit]);
  const drawnNames = useMemo(() => bucketNames(drawn.bounds, unit), [drawn, unit]);
  const now = new Date(grid.end * 1000);
  const total = perBucket.reduce((sum, count) => sum + count, 0);
  return (
    <ChartFrame
      title={title}
      summary={`${format(total, "count")} ${noun} in ${bounds.length} buckets from ${formatTime(grid.start, { now, seconds: false })} to ${formatTime(grid.end, { now, seconds: false })}.`}
      height={height}
      range={{ from: grid.start, to: grid.end }}
      table={() => ({
        header: ["Time", ...names],
        rows: gridTimes(grid).map((time, step) => ({
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
      })}
    >
      <HeatmapCanvas
        title={title}
        grid={grid}
        bounds={drawn.bounds}
        counts={drawn.counts}
        names={drawnNames}
        unit={unit}
        lines={lines}
        height={height}
        noun={noun}
        syncKey={syncKey}
      />
    </ChartFrame>
  );
}

const NONE: readonly never[] = [];

/** Where things are, CSS px. */
type Layout = { left: number; plotWidth: number; plotHeight: number; cellWidth: number; cellHeight: number };

type Hover = { step: number; bucket: number; x: number; y: number };

function HeatmapCanvas({
  title,
  grid,
  bounds,
  counts,
  names,
  unit,
  lines,
  height,
  noun,
  syncKey,
}: Required<HeatmapChartProps> & { names: readonly string[] }) {
  const root = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const [width, setWidth] = useState(0);
  const [hover, setHover] = useState<Hover | null>(null);
  const [elsewhere, setElsewhere] = useState<number | null>(null);
  const [dragFrom, setDragFrom] = useState<number | null>(null);
  const crosshair = useRef<SharedCrosshair>(null);
  const range = useOptionalTimeRange();
  const theme = useThemeVersion();

  const steps = Math.round((grid.end - grid.start) / grid.step) + 1;
  const layout = useMemo<Layout>(() => {
    const left = Math.max(
      32,
      ...bounds.map((bound) => (bound === null ? 0 : Math.ceil(textWidth(boundWords(bound, unit))) + 12)),
    );
    const plotWidth = Math.max(0, width - left - RIGHT);
    const plotHeight = height - TOP - AXIS_HEIGHT;
    return {
      left,
      plotWidth,
      plotHeight,
      cellWidth: plotWidth / steps,
      cellHeight: plotHeight / Math.max(1, bounds.length),
    };
  }, [width, height, bounds, unit, steps]);
  const { left, plotWidth, plotHeight, cellWidth, cellHeight } = layout;

  const exemplars = useChartExemplars(unit);
  const dots = useMemo(() => dotsOf(exemplars, layout, bounds, grid), [exemplars, layout, bounds, grid]);

  useEffect(() => observeSize(root, setWidth), []);

  useEffect(() => {
    const joined = joinCrosshair(syncKey, setElsewhere);
    crosshair.current = joined;
    return joined.leave;
  }, [syncKey]);

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
    drawCells(ctx, layout, bounds, counts, tokens);
    drawAxes(ctx, layout, bounds, grid, { width, unit }, tokens);
    drawLines(ctx, layout, bounds, lines, tokens);
  }, [width, height, layout, counts, bounds, grid, unit, lines, theme]);

  const timeAt = (x: number): number =>
    grid.start + Math.min(steps - 1, Math.max(0, (x - left) / cellWidth - 0.5)) * grid.step;

  function onPointerMove(event: PointerEvent<HTMLDivElement>) {
    const box = event.currentTarget.getBoundingClientRect();
    const x = event.clientX - box.left;
    const step = Math.floor((x - left) / cellWidth);
    const bucket = Math.floor((box.top + TOP + plotHeight - event.clientY) / cellHeight);
    const isInside = step >= 0 && step < steps && bucket >= 0 && bucket < bounds.length;
    setHover(isInside ? { step, bucket, x, y: event.clientY - box.top } : null);
    crosshair.current?.show(isInside ? grid.start + step * grid.step : null);
  }

  function onPointerUp() {
    if (dragFrom !== null && hover && Math.abs(hover.x - dragFrom) > DRAG_PX) {
      range?.zoom(timeAt(Math.min(dragFrom, hover.x)), timeAt(Math.max(dragFrom, hover.x)));
    }
    setDragFrom(null);
  }

  const crossX =
    elsewhere === null || hover !== null
      ? null
      : left + ((elsewhere - grid.start) / grid.step + 0.5) * cellWidth;
  const row = hover ? counts[hover.step] : undefined;
  const sum = row?.reduce((total, count) => total + count, 0) ?? 0;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: what the pointer does here, keys do on the page's time range
    <div
      ref={root}
      className="absolute inset-0 cursor-crosshair select-none"
      onPointerMove={onPointerMove}
      onPointerLeave={() => {
        setHover(null);
        setDragFrom(null);
        crosshair.current?.show(null);
      }}
      onPointerDown={() => setDragFrom(range && hover ? hover.x : null)}
      onPointerUp={onPointerUp}
      onDoubleClick={() => range?.back()}
    >
      <canvas ref={canvas} className="size-full" style={{ width, height }} />
      {crossX !== null && crossX >= left && crossX <= left + plotWidth ? (
        <div
          aria-hidden
          className="pointer-events-none absolute w-px bg-chart-axis opacity-70"
          style={{ left: crossX, top: TOP, height: plotHeight }}
        />
      ) : null}
      {exemplars.length > 0 && width > 0 ? (
        <Suspense>
          <ExemplarDots title={title} unit={unit} dots={exemplars} at={dots} now={grid.end} />
        </Suspense>
      ) : null}
      {dragFrom !== null && hover ? (
        <div
          aria-hidden
          className="pointer-events-none absolute border-accent border-x bg-accent/15"
          style={{
            left: Math.min(dragFrom, hover.x),
            width: Math.abs(hover.x - dragFrom),
            top: TOP,
            height: plotHeight,
          }}
        />
      ) : null}
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
            <p>{names[hover.bucket]}</p>
            <p className="font-medium">
              {format(Math.round(row?.[hover.bucket] ?? 0), "count")} {noun}
              {sum > 0 ? (
                <span className="font-normal text-secondary">
                  {`, ${format((row?.[hover.bucket] ?? 0) / sum, "ratio")} of this step`}
                </span>
              ) : null}
            </p>
            {lines.map(({ label, values }) => (
              <p key={label} className="text-secondary">
                {label} <span className="text-primary">{format(values[hover.step], unit)}</span>
              </p>
            ))}
          </div>
        </>
      ) : null}
    </div>
  );
}

function drawCells(
  ctx: CanvasRenderingContext2D,
  { left, plotHeight, cellWidth, cellHeight }: Layout,
  bounds: Bounds,
  counts: readonly (readonly number[])[],
  tokens: TokenReader,
): void {
  const ratio = devicePixelRatio;
  const most = Math.max(1e-9, ...counts.map((row) => Math.max(0, ...row)));
  counts.forEach((row, step) => {
    for (let bucket = 0; bucket < bounds.length; bucket += 1) {
      const shade = shadeOf(row[bucket] ?? 0, most);
      if (shade === 0) continue;
      ctx.fillStyle = tokens.color(`--chart-seq-${shade}`);
      const x = Math.round((left + step * cellWidth) * ratio) / ratio;
      const right = Math.round((left + (step + 1) * cellWidth) * ratio) / ratio;
      // On whole device pixels, or the hairlines between the rows would differ. Columns touch, as time does.
      const y = Math.round((TOP + plotHeight - (bucket + 1) * cellHeight) * ratio) / ratio;
      const bottom = Math.round((TOP + plotHeight - bucket * cellHeight) * ratio) / ratio;
      const parting = cellHeight < LEAST_PARTED_ROW ? 0 : 1;
      ctx.fillRect(x, y, Math.max(1 / ratio, right - x), bottom - y - parting);
    }
  });
}

function drawAxes(
  ctx: CanvasRenderingContext2D,
  { left, plotHeight, cellWidth, cellHeight }: Layout,
  bounds: Bounds,
  grid: Grid,
  { width, unit }: { width: number; unit: Unit },
  tokens: TokenReader,
): void {
  ctx.font = CHART_FONT;
  ctx.fillStyle = tokens.color("--chart-axis");
  ctx.textBaseline = "middle";
  ctx.textAlign = "right";
  const everyBucket = Math.ceil(14 / cellHeight);
  bounds.forEach((bound, bucket) => {
    if (bound === null || (bounds.length - 1 - bucket) % everyBucket !== 0) return;
    ctx.fillText(boundWords(bound, unit), left - 8, TOP + plotHeight - (bucket + 1) * cellHeight);
  });
  ctx.textAlign = "center";
  ctx.textBaseline = "top";
  const { ticks, step } = timeTicks(grid.start, grid.end, mostTimeTicks(width));
  for (const time of ticks) {
    const x = left + ((time - grid.start) / grid.step + 0.5) * cellWidth;
    ctx.fillText(tickWords(time, step), x, TOP + plotHeight + 6);
  }
}

/** Where single observations are, px; null for one outside of the axes' time. */
function dotsOf(
  exemplars: readonly ExemplarDot[],
  { left, plotHeight, cellWidth, cellHeight }: Layout,
  bounds: Bounds,
  grid: Grid,
): ({ x: number; y: number } | null)[] {
  return exemplars.map(({ time, value }) =>
    time < grid.start || time > grid.end
      ? null
      : {
          x: left + ((time - grid.start) / grid.step + 0.5) * cellWidth,
          y: TOP + plotHeight - Math.min(bounds.length, bucketPosition(bounds, value)) * cellHeight,
        },
  );
}

/** Lines over cells of the same hue: in the colour of text, with the panel's around them. */
function drawLines(
  ctx: CanvasRenderingContext2D,
  { left, plotWidth, plotHeight, cellWidth, cellHeight }: Layout,
  bounds: Bounds,
  lines: readonly HeatmapLine[],
  tokens: TokenReader,
): void {
  const yOf = (value: number) => TOP + plotHeight - bucketPosition(bounds, value) * cellHeight;
  const ends: { label: string; y: number }[] = [];
  ctx.lineJoin = "round";
  for (const { label, values } of lines) {
    ctx.beginPath();
    let isOpen = false;
    let last: number | undefined;
    values.forEach((value, step) => {
      if (value === null || !Number.isFinite(value)) {
        isOpen = false;
        return;
      }
      const x = left + (step + 0.5) * cellWidth;
      last = yOf(value);
      if (isOpen) ctx.lineTo(x, last);
      else ctx.moveTo(x, last);
      isOpen = true;
    });
    for (const [token, thickness] of [
      ["--surface-panel", 3],
      ["--text", 1.25],
    ] as const) {
      ctx.strokeStyle = tokens.color(token, token === "--text" ? 1 : 0.7);
      ctx.lineWidth = thickness;
      ctx.stroke();
    }
    if (last !== undefined) ends.push({ label, y: last });
  }
  const spread = spreadLabels(
    ends.map(({ y }) => y),
    14,
    TOP + 6,
    TOP + plotHeight - 6,
  );
  ctx.font = CHART_FONT;
  ctx.fillStyle = tokens.color("--chart-axis");
  ctx.textAlign = "left";
  ctx.textBaseline = "middle";
  ends.forEach(({ label }, index) => {
    ctx.fillText(label, left + plotWidth + 6, spread[index]!);
  });
}
