import { format, formatTime, type Scale, scaleFor, type Unit } from "@/lib/units";

/**
 * The colour of a series, by what it is: the slot (1–8) that its entity keeps on every page, a percentile, the reference
 * or the subject of a comparison, or "other" for those beyond eight.
 */
export type SeriesColor =
  | 1
  | 2
  | 3
  | 4
  | 5
  | 6
  | 7
  | 8
  | "p50"
  | "p95"
  | "p99"
  | "reference"
  | "subject"
  | "other";

/** One line. `values` lie on the grid of the chart, in the unit's base; null is a gap. */
export type ChartSeries = {
  /** Stable identity: the series keeps its line, its place and its isolation by it. */
  id: string;
  label: string;
  color: SeriesColor;
  values: readonly (number | null)[];
  /** The bucket each value was interpolated in. `hi` null with `lo` set: at least `lo` (the +Inf bucket). */
  band?: { lo: readonly (number | null)[]; hi: readonly (number | null)[] };
  /**
   * The id of the series that this one is set against, and what it is in words ("1 h before"): it is drawn dashed, and
   * shown wherever that one is.
   */
  against?: { id: string; words: string };
};

/** Whether a line is dashed: a reference, or what another series is set against. */
export const isDashed = ({ color, against }: Pick<ChartSeries, "color" | "against">): boolean =>
  color === "reference" || against !== undefined;

/** Unix seconds of a grid: `start`, `start + step`, … up to and with `end`. */
export type Grid = { start: number; end: number; step: number };

/** Eight colours can be told apart; more series than this become "other". */
export const COLOURED_SERIES = 8;

/** Returns the name of the CSS variable that holds a series' colour. */
export function colorToken(color: SeriesColor): string {
  return `--chart-${color}`;
}

/** Returns the times of a grid in Unix seconds, ascending. */
export function gridTimes({ start, end, step }: Grid): number[] {
  const count = Math.max(0, Math.floor((end - start) / step + 1e-9)) + 1;
  return Array.from({ length: count }, (_, index) => start + index * step);
}

export type SeriesStats = {
  last: number | null;
  min: number | null;
  max: number | null;
  mean: number | null;
};

const knownStats = new WeakMap<readonly (number | null)[], SeriesStats>();

/** Returns last, smallest, largest and mean of the values that are there; all null when none is. Values never change. */
export function seriesStats(values: readonly (number | null)[]): SeriesStats {
  let stats = knownStats.get(values);
  if (stats === undefined) {
    stats = statsOf(values);
    knownStats.set(values, stats);
  }
  return stats;
}

function statsOf(values: readonly (number | null)[]): SeriesStats {
  let last: number | null = null;
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  let sum = 0;
  let count = 0;
  for (const value of values) {
    if (value === null || !Number.isFinite(value)) continue;
    last = value;
    if (value < min) min = value;
    if (value > max) max = value;
    sum += value;
    count += 1;
  }
  if (count === 0) return { last: null, min: null, max: null, mean: null };
  return { last, min, max, mean: sum / count };
}

/** A statistic of a line, and what it is where only a bound of it is known. */
export type BoundedStat = { value: number | null; mark: "" | "≥ " | "≤ " };

/** The edges of the bucket behind one value that say no more than a bound: beyond the last bucket, or in the first. */
function boundAt({ band }: ChartSeries, index: number): { value: number; mark: "≥ " | "≤ " } | null {
  const lo = band?.lo[index];
  const hi = band?.hi[index];
  if (lo === null || lo === undefined || hi === undefined) return null;
  if (hi === null) return { value: lo, mark: "≥ " };
  return lo === 0 && hi > 0 ? { value: hi, mark: "≤ " } : null;
}

/**
 * As {@link seriesStats}, but of quantiles from buckets: one beyond the last bucket makes the largest and the mean a lower
 * bound, and where all lie in the first bucket, all that is known is an upper one.
 */
export function boundedStats(series: ChartSeries): Record<keyof SeriesStats, BoundedStat> {
  const stats = seriesStats(series.values);
  const plain = (value: number | null): BoundedStat => ({ value, mark: "" });
  const all = {
    last: plain(stats.last),
    min: plain(stats.min),
    max: plain(stats.max),
    mean: plain(stats.mean),
  };
  if (series.band === undefined || stats.last === null) return all;
  const known = series.values.flatMap((value, index) =>
    value === null || !Number.isFinite(value) ? [] : [{ value, bound: boundAt(series, index) }],
  );
  all.last = known.at(-1)!.bound ?? all.last;
  const isOpen = known.some(({ bound }) => bound?.mark === "≥ ");
  if (isOpen) {
    all.max.mark = "≥ ";
    all.mean.mark = "≥ ";
  }
  all.min = known.find(({ value }) => value === stats.min)!.bound ?? all.min;
  const upper = known.flatMap(({ bound }) => (bound?.mark === "≤ " ? [bound.value] : []));
  if (upper.length === known.length) {
    all.max = { value: Math.max(...upper), mark: "≤ " };
    all.mean = { value: upper.reduce((sum, value) => sum + value, 0) / upper.length, mark: "≤ " };
  }
  return all;
}

function lastOf(values: readonly (number | null)[]): number | null {
  for (let index = values.length - 1; index >= 0; index -= 1) {
    const value = values[index];
    if (value !== null && value !== undefined && Number.isFinite(value)) return value;
  }
  return null;
}

/**
 * Returns the series in drawing order with the ones beyond eight turned into "other". The eight that keep their colour
 * are those with the largest last value; others come first, so that they are drawn beneath.
 */
export function withOthers(series: readonly ChartSeries[]): ChartSeries[] {
  if (series.length <= COLOURED_SERIES) return [...series];
  const byLast = series
    .map(({ id, values }) => ({ id, last: lastOf(values) ?? Number.NEGATIVE_INFINITY }))
    .sort((a, b) => b.last - a.last);
  const kept = new Set(byLast.slice(0, COLOURED_SERIES).map((each) => each.id));
  return [
    ...series.filter((each) => !kept.has(each.id)).map((each) => ({ ...each, color: "other" as const })),
    ...series.filter((each) => kept.has(each.id)),
  ];
}

/** Bars of so many parts can be told apart, with the others put together in one more. */
const LARGEST_PARTS = COLOURED_SERIES - 1;

/**
 * Returns the parts of a whole with all but the seven largest put together as "41 more", in grey and on top. Of those that
 * stay, one that has the colour of another gets one that is free.
 */
export function withOtherParts(series: readonly ChartSeries[]): ChartSeries[] {
  if (series.length <= COLOURED_SERIES) return [...series];
  const bySize = series
    .map(({ id, values }) => ({ id, size: values.reduce<number>((sum, value) => sum + (value ?? 0), 0) }))
    .sort((a, b) => b.size - a.size);
  const kept = new Set(bySize.slice(0, LARGEST_PARTS).map(({ id }) => id));
  const others = series.filter(({ id }) => !kept.has(id));
  const steps = Math.max(...others.map(({ values }) => values.length));
  const sum = Array.from({ length: steps }, (_, step) =>
    others.reduce<number | null>((whole, { values }) => {
      const value = values[step] ?? null;
      return value === null ? whole : (whole ?? 0) + value;
    }, null),
  );
  return [
    ...inOwnColors(series.filter(({ id }) => kept.has(id))),
    { id: OTHER_PARTS, label: `${others.length} more`, color: "other", values: sum },
  ];
}

/** Returns the parts as they are drawn, and in grey each of those that are drawn together, the largest first. */
export function withAllParts(drawn: readonly ChartSeries[], series: readonly ChartSeries[]): ChartSeries[] {
  const others = series.filter(({ id }) => !drawn.some((each) => each.id === id));
  if (others.length === 0) return [...drawn];
  const sizes = new Map(others.map(({ id, values }) => [id, seriesStats(values).mean ?? 0]));
  return [
    ...drawn.filter(({ id }) => id !== OTHER_PARTS),
    ...others
      .map((each): ChartSeries => ({ ...each, color: "other" }))
      .sort((a, b) => sizes.get(b.id)! - sizes.get(a.id)!),
  ];
}

const OTHER_PARTS = "other parts";

const SLOTS = [1, 2, 3, 4, 5, 6, 7, 8] as const satisfies SeriesColor[];

function inOwnColors(series: readonly ChartSeries[]): ChartSeries[] {
  const taken = new Set<SeriesColor>();
  const isFirst = series.map(({ color }) => {
    const isFree = !taken.has(color);
    taken.add(color);
    return isFree;
  });
  return series.map((each, index) => {
    if (isFirst[index]) return each;
    const free = SLOTS.find((slot) => !taken.has(slot)) ?? "other";
    taken.add(free);
    return { ...each, color: free };
  });
}

/** Returns the one scale of a chart, from its largest value: its `label` belongs in the panel's title. */
export function scaleOf(series: readonly Pick<ChartSeries, "values">[], unit: Unit): Scale {
  let largest = 0;
  for (const { values } of series) {
    for (const value of values) {
      if (value !== null && Number.isFinite(value) && Math.abs(value) > largest) largest = Math.abs(value);
    }
  }
  return scaleFor(largest, unit);
}

/** Returns the value at one index as words: "1.21 s", "≥ 10 s" in the last bucket, "≤ 300 ms" in the first, "–" in a gap. */
export function valueWords(series: ChartSeries, index: number, unit: Unit): string {
  const bound = boundAt(series, index);
  return bound === null ? format(series.values[index], unit) : `${bound.mark}${format(bound.value, unit)}`;
}

/** Returns the bucket behind the value at one index: "bucket 0.5–1 s"; null without one, or when it has no upper end. */
export function bandWords(series: ChartSeries, index: number, unit: Unit): string | null {
  const lo = series.band?.lo[index];
  const hi = series.band?.hi[index];
  if (lo === null || lo === undefined || hi === null || hi === undefined) return null;
  const scale = scaleFor(hi, unit);
  return `bucket ${scale.format(lo)}–${scale.format(hi)} ${scale.label}`;
}

/** Returns one sentence about a chart, for those who do not see it. */
export function summaryOf(series: readonly ChartSeries[], grid: Grid, unit: Unit, timeZone?: string): string {
  const now = new Date(grid.end * 1000);
  const range = `${formatTime(grid.start, { now, timeZone, seconds: false })} to ${formatTime(grid.end, { now, timeZone, seconds: false })}`;
  const known = series
    .map((each) => ({ series: each, label: each.label, ...seriesStats(each.values) }))
    .filter((each) => each.last !== null);
  const words = ({ series: of }: { series: ChartSeries }, stat: keyof SeriesStats) => {
    const { value, mark } = boundedStats(of)[stat];
    return `${mark}${format(value, unit)}`;
  };
  if (known.length === 0) return `No values from ${range}.`;
  if (known.length === 1) {
    const [only] = known;
    return `${words(only!, "last")} at the end, between ${words(only!, "min")} and ${words(only!, "max")}, from ${range}.`;
  }
  const highest = known.reduce((a, b) => (b.last! > a.last! ? b : a));
  const lowest = known.reduce((a, b) => (b.last! < a.last! ? b : a));
  return `${known.length} series from ${range}; at the end highest is ${highest.label} with ${words(highest, "last")}, lowest ${lowest.label} with ${words(lowest, "last")}.`;
}
