import type { ChartSeries } from "@/components/charts/series";

/** What the buckets of a histogram leave open of its quantiles. Bounds ascend. */
export type Bounds = readonly number[];

/** The bucket that a quantile was interpolated in; beyond the last bound it is told as that bound, so `hi` is null. */
function bucketOf(value: number, bounds: Bounds): { lo: number; hi: number | null } {
  const last = bounds.at(-1)!;
  if (value >= last) return { lo: last, hi: null };
  const index = bounds.findIndex((bound) => value <= bound);
  return { lo: index === 0 ? Math.min(0, bounds[0]!) : bounds[index - 1]!, hi: bounds[index]! };
}

/** The series with the bucket of each value. */
export const withBuckets = (series: readonly ChartSeries[], bounds: Bounds): ChartSeries[] =>
  bounds.length === 0
    ? [...series]
    : series.map((each) => {
        const buckets = each.values.map((value) => (value === null ? null : bucketOf(value, bounds)));
        return {
          ...each,
          band: {
            lo: buckets.map((bucket) => bucket?.lo ?? null),
            hi: buckets.map((bucket) => bucket?.hi ?? null),
          },
        };
      });

/** Where a threshold lies among bounds: `at` one, or between those beside it; null where there is none on that side. */
export function boundsAround(
  threshold: number,
  bounds: Bounds,
): { isAt: boolean; below: number | null; above: number | null } {
  const near = (bound: number) => Math.abs(bound - threshold) <= 1e-9 * Math.max(1, Math.abs(bound));
  return {
    isAt: bounds.some(near),
    below: bounds.findLast((bound) => bound < threshold && !near(bound)) ?? null,
    above: bounds.find((bound) => bound > threshold && !near(bound)) ?? null,
  };
}
