import type { Unit } from "@/lib/units";
import type { Level, Threshold } from "./canvas";
import { type ChartSeries, type Grid, gridTimes } from "./series";
import { logTicks, roundTicks } from "./ticks";

/** How series become pixels: lines of their own, or bars on top of each other that add up. */
export type SeriesKind = "line" | "stacked-bars";

/** A threshold further than this times the data would squash them; it is then named at the edge of the chart. */
const THRESHOLD_REACH = 2.5;

type Numbers = (number | null)[];

/**
 * Returns the columns uPlot draws: times, then one column a series in the order of `series`. Columns are cut or filled
 * with gaps to the grid. Stacked, column k is the sum of series 0 … k, and a step without any value is a gap in all.
 */
export function plotColumns(
  series: readonly ChartSeries[],
  grid: Grid,
  kind: SeriesKind,
): [number[], ...Numbers[]] {
  const times = gridTimes(grid);
  const columns: Numbers[] = series.map((each) => times.map((_, index) => finite(each.values[index])));
  if (kind === "line") return [times, ...columns];
  const sums: Numbers[] = [];
  for (const column of columns) {
    const below = sums.at(-1);
    sums.push(
      times.map((_, index) => {
        if (columns.every((each) => each[index] === null)) return null;
        return (below?.[index] ?? 0) + (column[index] ?? 0);
      }),
    );
  }
  return [times, ...sums];
}

function finite(value: number | null | undefined): number | null {
  return value !== undefined && value !== null && Number.isFinite(value) ? value : null;
}

/**
 * Returns the ticks of the y axis in the unit's base, ascending; the axis goes from the first to the last. It starts at
 * zero, reaches nearby thresholds, ends at `max` if given and at 1 for ratios that stay below; `factor` is that of the
 * chart's scale, so that ticks are round in the unit on screen. On a log axis they are powers of ten.
 */
export function yTicks({
  columns,
  thresholds,
  factor,
  max,
  isRatio,
  isWhole = false,
  log,
}: {
  columns: readonly (readonly (number | null)[])[];
  thresholds: readonly Pick<Threshold, "value">[];
  factor: number;
  max?: number;
  isRatio: boolean;
  /** Only whole numbers are ticks. */
  isWhole?: boolean;
  log: boolean;
}): number[] {
  let low = 0;
  let high = 0;
  let smallest = Number.POSITIVE_INFINITY;
  for (const column of columns) {
    for (const value of column) {
      if (value === null) continue;
      if (value < low) low = value;
      if (value > high) high = value;
      if (value > 0 && value < smallest) smallest = value;
    }
  }
  const data = high;
  for (const { value } of thresholds) {
    if (data === 0 ? high === 0 || value < high : value <= data * THRESHOLD_REACH && value > high)
      high = value;
  }
  if (log && Number.isFinite(smallest)) {
    return logTicks(smallest * factor, Math.max(high, smallest) * factor).map((tick) => tick / factor);
  }
  if (max !== undefined) high = max;
  const ceiling = isRatio && high <= 1 ? 1 : max;
  return roundTicks(low * factor, high * factor, {
    ceiling: ceiling === undefined ? undefined : ceiling * factor,
    isWhole: isWhole && factor === 1,
  }).map((tick) => tick / factor);
}

/** Returns the ends of the y axis: those of its ticks, and `max` where the axis is to reach it between two ticks. */
export function yEnds(ticks: readonly number[], max?: number): [number, number] {
  const last = ticks.at(-1) ?? 1;
  return [ticks[0] ?? 0, max !== undefined && max > last ? max : last];
}

/** Units in which things are counted: there is no half of one. */
export const isCounted = (unit: Unit): boolean =>
  unit === "count" || unit === "requests" || unit === "tokens";

/** Returns the indices of values with a gap on both sides: drawn as dots, as a line through one point is nothing. */
export function lonePoints(values: ArrayLike<number | null | undefined>): number[] {
  const lone: number[] = [];
  for (let index = 0; index < values.length; index += 1) {
    if (values[index] == null) continue;
    if (values[index - 1] == null && values[index + 1] == null) lone.push(index);
  }
  return lone;
}

/** Returns the ticks with those levels reached that begin within twice the axis; one further away would squash the data. */
export function yTicksWithLevels(
  levels: readonly Level[],
  { thresholds, ...axis }: Parameters<typeof yTicks>[0],
): number[] {
  const ticks = yTicks({ thresholds, ...axis });
  const top = ticks.at(-1) ?? 0;
  const near = levels.filter(({ from }) => from > top && from <= top * 2).map(({ from }) => from);
  // As a row of data, since a threshold is reached by a rule of its own.
  return near.length === 0 ? ticks : yTicks({ thresholds, ...axis, columns: [...axis.columns, near] });
}

/** Returns the levels to name, by ascending `from`: those that reach into the axis, and the next one above it. */
export function namedLevels(levels: readonly Level[], top: number): Level[] {
  const ascending = [...levels].sort((a, b) => a.from - b.from);
  const beyond = ascending.findIndex((level) => level.from >= top);
  return beyond < 0 ? ascending : ascending.slice(0, beyond + 1);
}
