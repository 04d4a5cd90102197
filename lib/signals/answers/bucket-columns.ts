import { LRUCache } from "lru-cache";
import type { QuantileEstimate } from "@/lib/statistics/histogram";
import { type BucketsAt, bucketsAt, quantileAt } from "../buckets";
import type { Grid } from "../plan";

/** The buckets of one grid point. */
export interface Column {
  buckets: BucketsAt;
  /** The quantiles that were asked for so far. */
  quantiles: Map<number, QuantileEstimate>;
}

/** The buckets of a stretch of time. */
export interface Columns {
  /** Ascending, in the signal's unit; the last is +Infinity in a complete histogram. */
  bounds: readonly number[];
  /** A row for each bound: the cumulative rate per second at each grid point. */
  cumulative: readonly (readonly (number | null)[])[];
  /** Undefined where there is no sample. */
  columns: readonly (Column | undefined)[];
}

/** About 25 MB: the histograms of a hundred panels. */
const mostColumns = 40_000;
const lastOf = new LRUCache<string, Columns & { start: number }>({
  maxSize: mostColumns,
  sizeCalculation: ({ columns }) => columns.length,
});

/**
 * Puts the buckets of each grid point in order. A refresh a step later brings the same buckets but for the newest, so
 * what was made of them is taken over from what `view` showed last. Only equal buckets are taken over: a `view` that
 * stands for something else costs time, never truth.
 */
export function columnsOf(
  view: string,
  bounds: readonly number[],
  cumulative: Columns["cumulative"],
  { start, step }: Grid,
): Columns {
  const points = cumulative[0]?.length ?? 0;
  const last = lastOf.get(view);
  const isComparable =
    last?.bounds.length === bounds.length && last.bounds.every((le, row) => le === bounds[row]);
  const before = isComparable ? last : undefined;
  const shift = before === undefined ? 0 : Math.round((start - before.start) / step);
  const columns: (Column | undefined)[] = [];
  for (let index = 0; index < points; index++) {
    const known = before?.columns[index + shift];
    if (
      before !== undefined &&
      known !== undefined &&
      isSame(before.cumulative, index + shift, cumulative, index)
    ) {
      columns.push(known);
      continue;
    }
    const buckets = bucketsAt(bounds, cumulative, index);
    columns.push(buckets === undefined ? undefined : { buckets, quantiles: new Map() });
  }
  // A single point is a summary over its window, which no other shares.
  if (points > 1) lastOf.set(view, { bounds, cumulative, columns, start });
  return { bounds, cumulative, columns };
}

function isSame(
  one: Columns["cumulative"],
  at: number,
  other: Columns["cumulative"],
  index: number,
): boolean {
  for (let row = 0; row < other.length; row++) if (one[row]![at] !== other[row]![index]) return false;
  return true;
}

/** As {@link quantileAt}, found once. */
export function quantileOfColumn(q: number, { buckets, quantiles }: Column): QuantileEstimate {
  const known = quantiles.get(q) ?? quantileAt(q, buckets);
  quantiles.set(q, known);
  return known;
}
