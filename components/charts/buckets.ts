import { scaleFor, THIN_SPACE, type Unit } from "@/lib/units";

/** Upper bounds of buckets in the unit's base, ascending; the last may be null: no upper end. */
export type Bounds = readonly (number | null)[];

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

/**
 * Returns a bound in the unit that suits it: "100 ms", "10 s", "1 min". Bounds go over powers of ten, so that one unit for
 * all of them would write most as 0.00167 or 160,000.
 */
export function boundWords(bound: number, unit: Unit): string {
  if (bound === 0) return "0";
  const { factor, label, format } = scaleFor(bound, unit);
  const shown = bound * factor;
  const rounded = Math.abs(shown) >= 1000 ? Math.round(shown) : Number(shown.toPrecision(3));
  return `${format(rounded / factor)}${label === "" ? "" : `${THIN_SPACE}${label}`}`;
}

/** Returns what each bucket is called: "500 ms–1 s", "≥ 10 s" for the last. */
export const bucketNames = (bounds: Bounds, unit: Unit): string[] =>
  bounds.map((high, index) => {
    const low = boundWords(index === 0 ? 0 : (bounds[index - 1] ?? 0), unit);
    return high === null ? `≥ ${low}` : `${low}–${boundWords(high, unit)}`;
  });

/** Returns the observations per bucket over all steps of `counts[step][bucket]`. */
export const summedCounts = (counts: readonly (readonly number[])[]): number[] =>
  (counts[0] ?? []).map((_, bucket) => counts.reduce((sum, row) => sum + (row[bucket] ?? 0), 0));
