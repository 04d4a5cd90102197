import type { Unit } from "@/lib/units";
import type { Level, Threshold } from "./canvas";
import { type ChartSeries, type Grid, gridTimes } from "./series";
import { logTicks, logTimeTicks, roundTicks } from "./ticks";

/** How series become pixels: lines of their own, or bars on top of each other that add up. */
export type SeriesKind = "line" | "stacked-bars";

/** A threshold further than this times the data would squash them; it is then named at the edge of the chart. */
const THRESHOLD_REACH = 2.5;

type Numbers = (number | null)[];

/** A series as it is drawn: a bar on top of others, or a line. */
export type DrawnSeries = { series: ChartSeries; isBar: boolean };

/**
 * Returns the series in the order in which they are drawn. Bars come from the tallest sum to the lowest, each over the one
 * before; then what they are set against, as a line.
 */
export function drawnSeries(series: readonly ChartSeries[], kind: SeriesKind): DrawnSeries[] {
  if (kind === "line") return series.map((each) => ({ series: each, isBar: false }));
  const isLine = (each: ChartSeries) => each.against !== undefined;
  return [
    ...series
      .filter((each) => !isLine(each))
      .reverse()
      .map((each) => ({ series: each, isBar: true })),
    ...series.filter(isLine).map((each) => ({ series: each, isBar: false })),
  ];
}

/**
 * Returns what bars are set against: one line, the sum of what each is set against, since only sums of bars can be seen. A
 * step without any value is a gap.
 */
export function summedAgainst(compare: readonly ChartSeries[]): ChartSeries[] {
  const [first] = compare;
  if (first?.against === undefined) return [];
  return [
    {
      id: first.id,
      label: `All, ${first.against.words}`,
      color: "reference",
      against: first.against,
      values: first.values.map((_, step) =>
        compare.reduce<number | null>((sum, { values }) => {
          const value = values[step] ?? null;
          return value === null ? sum : (sum ?? 0) + value;
        }, null),
      ),
    },
  ];
}

/**
 * Returns the columns that uPlot draws: times, then one column a series in the order of `drawn`. Columns are cut or filled
 * with gaps to the grid. That of a bar is the sum of its own series and of those after it, which lie below; a step without
 * any value is a gap in all bars.
 */
export function plotColumns(drawn: readonly DrawnSeries[], grid: Grid): [number[], ...Numbers[]] {
  const times = gridTimes(grid);
  const columns = drawn.map(({ series }) => columnOf(series.values, times.length));
  const bars = drawn.filter(({ isBar }) => isBar).length;
  // In place: a column of bars is nobody else's.
  for (let step = 0; bars > 0 && step < times.length; step += 1) {
    let sum: number | null = null;
    for (let bar = bars - 1; bar >= 0; bar -= 1) {
      const value = columns[bar]![step];
      if (value !== null && value !== undefined) sum = (sum ?? 0) + value;
    }
    if (sum === null) continue;
    let below = 0;
    for (let bar = bars - 1; bar >= 0; bar -= 1) {
      below += columns[bar]![step] ?? 0;
      columns[bar]![step] = below;
    }
  }
  return [times, ...columns];
}

const knownLonePoints = new WeakMap<object, number[]>();

/** A copy of the values on so many steps, with a gap where there is no finite one. */
function columnOf(values: readonly (number | null)[], length: number): Numbers {
  const column: Numbers = new Array(length);
  let hasGap = length < 2;
  for (let index = 0; index < length; index += 1) {
    const value = values[index];
    if (value !== null && value !== undefined && Number.isFinite(value)) column[index] = value;
    else {
      column[index] = null;
      hasGap = true;
    }
  }
  if (!hasGap) knownLonePoints.set(column, []);
  return column;
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
  isTime = false,
  log,
}: {
  columns: readonly (readonly (number | null)[])[];
  thresholds: readonly Pick<Threshold, "value">[];
  factor: number;
  max?: number;
  isRatio: boolean;
  /** Only whole numbers are ticks. */
  isWhole?: boolean;
  /** Seconds, which a log axis writes each in its own unit. */
  isTime?: boolean;
  log: boolean;
}): number[] {
  let low = 0;
  let high = 0;
  let smallest = Number.POSITIVE_INFINITY;
  for (const column of columns) {
    for (let index = 0; index < column.length; index += 1) {
      const value = column[index];
      if (value === null || value === undefined) continue;
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
    if (isTime) return logTimeTicks(smallest, Math.max(high, smallest));
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

/** Whether things are counted, of which there is no half; a bare number may be anything, so its values say it. */
export const isCounted = (unit: Unit, columns: readonly (readonly (number | null)[])[]): boolean =>
  unit === "requests" ||
  unit === "tokens" ||
  (unit === "count" &&
    columns.every((column) => column.every((value) => value === null || Number.isInteger(value))));

/** Returns the indices of values with a gap on both sides: drawn as dots, as a line through one point is nothing. */
export function lonePoints(values: ArrayLike<number | null | undefined>): number[] {
  const lone: number[] = [];
  for (let index = 0; index < values.length; index += 1) {
    if (values[index] == null) continue;
    if (values[index - 1] == null && values[index + 1] == null) lone.push(index);
  }
  return lone;
}

/** As {@link lonePoints}, null for none, looked for once in each column: a plot asks for them at every draw. */
export function lonePointsOf(values: ArrayLike<number | null | undefined>): number[] | null {
  let lone = knownLonePoints.get(values);
  if (lone === undefined) {
    lone = lonePoints(values);
    knownLonePoints.set(values, lone);
  }
  return lone.length === 0 ? null : lone;
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
