import { type Scale, scaleFor, type Unit } from "@/lib/units";

/** Upper bounds of buckets in the unit's base, ascending; the last may be null: no upper end. */
export type Bounds = readonly (number | null)[];

/** So many of the observations decide the scale: a bound at an hour that one request reached does not. */
const SHARE_OF_SCALE = 0.99;

/**
 * Returns where a value lies on an axis on which every bucket is one wide: 2.5 is the middle of the third bucket. In a
 * bucket without an upper end it is its start.
 */
export function bucketPosition(bounds: Bounds, value: number): number {
  const index = bounds.findIndex((bound) => bound === null || value <= bound);
  if (index < 0) return bounds.length;
  const low = index === 0 ? 0 : (bounds[index - 1] ?? 0);
  const high = bounds[index];
  if (high === null || high === undefined || high === low) return index;
  return index + (value - low) / (high - low);
}

/**
 * Returns the one scale of a chart over buckets: that of the bound under which nearly all of `counts` (observations per
 * bucket) lie. Its `format` writes bounds with three significant digits.
 */
export function bucketScale(bounds: Bounds, counts: readonly number[], unit: Unit): Scale {
  const total = counts.reduce((sum, count) => sum + count, 0);
  let below = 0;
  const index = bounds.findIndex((_, bucket) => {
    below += counts[bucket] ?? 0;
    return total > 0 && below >= total * SHARE_OF_SCALE;
  });
  const last = bounds.findLast((bound) => bound !== null) ?? 0;
  const scale = scaleFor((index < 0 ? last : bounds[index]) ?? last, unit);
  return {
    ...scale,
    format(value) {
      if (value === null || value === undefined || value === 0) return scale.format(value);
      const shown = value * scale.factor;
      const rounded = Math.abs(shown) >= 1000 ? Math.round(shown) : Number(shown.toPrecision(3));
      return scale.format(rounded / scale.factor);
    },
  };
}

/**
 * Returns buckets of which at most about `most` are left: neighbours are put together, 2, 4, 8 … at a time, as a native
 * histogram of a lower resolution would have them. One without an upper end stays alone.
 */
export function mergedBuckets(
  bounds: Bounds,
  counts: readonly (readonly number[])[],
  most: number,
): { bounds: Bounds; counts: readonly (readonly number[])[] } {
  const finite = bounds.at(-1) === null ? bounds.length - 1 : bounds.length;
  let together = 1;
  while (finite / together > Math.max(1, most)) together *= 2;
  if (together === 1) return { bounds, counts };
  const groupOf = (bucket: number) => (bucket < finite ? Math.floor(bucket / together) : groups - 1);
  const groups = Math.ceil(finite / together) + (bounds.length - finite);
  const merged: (number | null)[] = new Array(groups).fill(null);
  for (const [bucket, bound] of bounds.entries()) merged[groupOf(bucket)] = bound;
  return {
    bounds: merged,
    counts: counts.map((row) => {
      const sums = new Array<number>(groups).fill(0);
      for (const [bucket, count] of row.entries()) sums[groupOf(bucket)]! += count;
      return sums;
    }),
  };
}

/** Returns what each bucket is called, in the scale's unit: "0.5–1", "≥ 10" for the last. */
export const bucketNames = (bounds: Bounds, scale: Scale): string[] =>
  bounds.map((high, index) => {
    const low = index === 0 ? 0 : (bounds[index - 1] ?? 0);
    return high === null ? `≥ ${scale.format(low)}` : `${scale.format(low)}–${scale.format(high)}`;
  });

/** Returns the observations per bucket over all steps of `counts[step][bucket]`. */
export const summedCounts = (counts: readonly (readonly number[])[]): number[] =>
  (counts[0] ?? []).map((_, bucket) => counts.reduce((sum, row) => sum + (row[bucket] ?? 0), 0));
