"use client";

import { type PointerEvent, useEffect, useMemo, useRef, useState } from "react";
import { CHART_FONT } from "@/components/charts/canvas";
import { ChartFrame } from "@/components/charts/chart-frame";
import { observeSize, TokenReader, useThemeVersion } from "@/components/charts/chart-tokens";
import { joinCrosshair, type SharedCrosshair } from "@/components/charts/crosshair";
import { type Grid, gridTimes } from "@/components/charts/series";
import { tickWords, timeTicks } from "@/components/charts/ticks";
import { cn } from "@/components/ui/class-names";
import { shortName } from "@/components/ui/short-name";
import { format, formatTime, type Unit } from "@/lib/units";

/** One row: a GPU and its values on the grid. */
export interface MapRow {
  key: string;
  name: string;
  values: readonly (number | null)[];
}

/** Whether anything was measured of a row's GPU. */
export const hasValues = ({ values }: Pick<MapRow, "values">): boolean =>
  values.some((value) => value !== null && Number.isFinite(value));

const shades = 7;
const rowPx = 24;
const axisPx = 24;
/** More rows than this scroll. */
const mostRowsInSight = 20;

/** The ends of the shades: a ratio is 0 to 1, anything else from zero, or from the least where zero means nothing. */
export function shadeEnds(rows: readonly MapRow[], unit: Unit): { low: number; high: number } {
  if (unit === "ratio") return { low: 0, high: 1 };
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const { values } of rows)
    for (const value of values) {
      if (value === null || !Number.isFinite(value)) continue;
      if (value < low) low = value;
      if (value > high) high = value;
    }
  if (high === Number.NEGATIVE_INFINITY) return { low: 0, high: 1 };
  return { low: unit === "celsius" ? Math.floor(low) : 0, high: unit === "celsius" ? Math.ceil(high) : high };
}

/** The shade of a value between the ends, 1 (least) to 7 (most). */
export function shadeBetween(value: number, { low, high }: { low: number; high: number }): number {
  if (high <= low) return 1;
  const share = Math.min(1, Math.max(0, (value - low) / (high - low)));
  return Math.min(shades, 1 + Math.floor(share * shades));
}

/** A row for each GPU, a column for each time: darker is more. A row is chosen by a click. */
export function GpuMap({
  title,
  grid,
  rows,
  unit,
  chosen,
  onChoose,
}: {
  title: string;
  grid: Grid;
  rows: readonly MapRow[];
  unit: Unit;
  chosen: string | undefined;
  onChoose: (key: string) => void;
}) {
  const ends = useMemo(() => shadeEnds(rows, unit), [rows, unit]);
  const shown = Math.min(rows.length, mostRowsInSight);
  const now = new Date(grid.end * 1000);
  return (
    <ChartFrame
      title={title}
      summary={`${rows.length} GPUs from ${formatTime(grid.start, { now, seconds: false })} to ${formatTime(grid.end, { now, seconds: false })}.`}
      height={shown * rowPx + axisPx}
      table={() => ({
        header: ["Time", ...rows.map(({ name }) => name)],
        rows: gridTimes(grid).map((time, step) => ({
          key: time,
          cells: [formatTime(time, { now }), ...rows.map(({ values }) => format(values[step], unit))],
          raw: [new Date(time * 1000).toISOString(), ...rows.map(({ values }) => values[step] ?? null)],
        })),
      })}
    >
      <MapCanvas grid={grid} rows={rows} unit={unit} ends={ends} chosen={chosen} onChoose={onChoose} />
    </ChartFrame>
  );
}

/** What the shades stand for. */
export function ShadeScale({ rows, unit }: { rows: readonly MapRow[]; unit: Unit }) {
  const { low, high } = shadeEnds(rows, unit);
  return (
    <p className="flex items-center gap-2 text-caption text-secondary">
      <span className="tabular-nums">{format(low, unit)}</span>
      <span aria-hidden className="flex h-2 w-28 overflow-hidden rounded-pill">
        {Array.from({ length: shades }, (_, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the shades are their numbers
          <span key={index} className="flex-1" style={{ background: `var(--chart-seq-${index + 1})` }} />
        ))}
      </span>
      <span className="tabular-nums">{format(high, unit)}</span>
    </p>
  );
}

interface Hover {
  row: number;
  step: number;
  x: number;
  y: number;
}

function MapCanvas({
  grid,
  rows,
  unit,
  ends,
  chosen,
  onChoose,
}: {
  grid: Grid;
  rows: readonly MapRow[];
  unit: Unit;
  ends: { low: number; high: number };
  chosen: string | undefined;
  onChoose: (key: string) => void;
}) {
  const cells = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const axis = useRef<HTMLCanvasElement>(null);
  const crosshair = useRef<SharedCrosshair>(null);
  const [{ left, width }, setPlace] = useState({ left: 0, width: 0 });
  const [hover, setHover] = useState<Hover | null>(null);
  const [elsewhere, setElsewhere] = useState<number | null>(null);
  const theme = useThemeVersion();
  const steps = Math.round((grid.end - grid.start) / grid.step) + 1;
  const cellWidth = width / steps;
  const height = rows.length * rowPx;

  useEffect(
    () => observeSize(cells, (next) => setPlace({ left: cells.current?.offsetLeft ?? 0, width: next })),
    [],
  );
  useEffect(() => {
    const joined = joinCrosshair("page", setElsewhere);
    crosshair.current = joined;
    return joined.leave;
  }, []);

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
    const tokens = new TokenReader(() => cells.current);
    rows.forEach(({ values }, row) => {
      values.forEach((value, step) => {
        if (value === null || !Number.isFinite(value)) return;
        ctx.fillStyle = tokens.color(`--chart-seq-${shadeBetween(value, ends)}`);
        const left = Math.round(step * cellWidth * ratio) / ratio;
        const right = Math.round((step + 1) * cellWidth * ratio) / ratio;
        ctx.fillRect(left, row * rowPx + 1, Math.max(1 / ratio, right - left), rowPx - 2);
      });
    });
  }, [rows, ends, width, height, cellWidth, theme]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the theme is read from the document
  useEffect(() => {
    const element = axis.current;
    const ctx = element?.getContext("2d");
    if (!element || !ctx || width === 0) return;
    const ratio = devicePixelRatio;
    element.width = width * ratio;
    element.height = axisPx * ratio;
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    ctx.font = CHART_FONT;
    ctx.fillStyle = new TokenReader(() => cells.current).color("--chart-axis");
    ctx.textBaseline = "top";
    const { ticks, step } = timeTicks(grid.start, grid.end, Math.max(1, Math.floor(width / 72)));
    for (const time of ticks) {
      const x = ((time - grid.start) / grid.step + 0.5) * cellWidth;
      const words = tickWords(time, step);
      const half = ctx.measureText(words).width / 2;
      ctx.textAlign = "left";
      ctx.fillText(words, Math.min(width - 2 * half, Math.max(0, x - half)), 6);
    }
  }, [grid, width, cellWidth, theme]);

  function onPointerMove(event: PointerEvent<HTMLDivElement>) {
    const box = event.currentTarget.getBoundingClientRect();
    const x = event.clientX - box.left;
    const y = event.clientY - box.top;
    const row = Math.floor(y / rowPx);
    const step = Math.floor(x / cellWidth);
    const isInside = row >= 0 && row < rows.length && step >= 0 && step < steps;
    setHover(isInside ? { row, step, x, y } : null);
    crosshair.current?.show(isInside ? grid.start + step * grid.step : null);
  }

  const crossX =
    elsewhere === null || hover !== null ? null : ((elsewhere - grid.start) / grid.step + 0.5) * cellWidth;
  const hovered = hover === null ? undefined : rows[hover.row];
  return (
    <div className="absolute inset-0">
      <div className="overflow-y-auto" style={{ height: `calc(100% - ${axisPx}px)` }}>
        <div className="flex min-w-0" style={{ height }}>
          <ul className="shrink-0">
            {rows.map(({ key, name }) => (
              <li key={key}>
                <button
                  type="button"
                  aria-pressed={key === chosen}
                  onClick={() => onChoose(key)}
                  className={cn(
                    "flex h-6 w-full max-w-64 items-center rounded-control px-2 text-left text-caption hover:bg-surface-hover focus-visible:-outline-offset-2 max-sm:max-w-28",
                    key === chosen ? "bg-surface-selected font-medium text-primary" : "text-secondary",
                  )}
                >
                  <span className="truncate" title={name}>
                    {name}
                  </span>
                </button>
              </li>
            ))}
          </ul>
          {/* biome-ignore lint/a11y/noStaticElementInteractions: the buttons beside it do the same by key */}
          {/* biome-ignore lint/a11y/useKeyWithClickEvents: the buttons beside it do the same by key */}
          <div
            ref={cells}
            className="relative mx-2 min-w-0 flex-1 cursor-crosshair select-none"
            onPointerMove={onPointerMove}
            onPointerLeave={() => {
              setHover(null);
              crosshair.current?.show(null);
            }}
            onClick={() => hovered && onChoose(hovered.key)}
          >
            <canvas ref={canvas} style={{ width, height }} />
            {crossX !== null && crossX >= 0 && crossX <= width ? (
              <div
                aria-hidden
                className="pointer-events-none absolute top-0 w-px bg-chart-axis opacity-70"
                style={{ left: crossX, height }}
              />
            ) : null}
            {hover !== null && hovered !== undefined ? (
              <div
                aria-hidden
                className="pointer-events-none absolute z-40 w-max max-w-[min(320px,80vw)] rounded-overlay bg-surface-raised px-3 py-2 text-caption shadow-overlay"
                style={{
                  top: Math.max(0, hover.y - 24),
                  ...(hover.x > width / 2 ? { right: width - hover.x + 12 } : { left: hover.x + 12 }),
                }}
              >
                <p className="text-secondary">
                  {formatTime(grid.start + hover.step * grid.step, { now: new Date(grid.end * 1000) })}
                </p>
                <p className="[overflow-wrap:anywhere]">
                  {shortName(hovered.name)}{" "}
                  <span className="font-medium">
                    {hasValues(hovered) ? format(hovered.values[hover.step], unit) : "no value"}
                  </span>
                </p>
              </div>
            ) : null}
          </div>
          <ul aria-label="Values now" className="w-16 shrink-0 text-right text-caption tabular-nums">
            {rows.map(({ key, values }) => (
              <li key={key} className="h-6 leading-6">
                {hasValues({ values }) ? (
                  format(
                    values.slice(-2).findLast((value) => value !== null),
                    unit,
                  )
                ) : (
                  <span className="text-secondary">no value</span>
                )}
              </li>
            ))}
          </ul>
        </div>
      </div>
      {/* Under the rows, however far they are scrolled. */}
      <canvas ref={axis} className="absolute bottom-0" style={{ left, width, height: axisPx }} />
    </div>
  );
}
