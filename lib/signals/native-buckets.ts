import type { NativeHistogramSample } from "@/lib/prometheus/samples";

type Labels = Record<string, string>;

/**
 * Writes native histograms as the cumulative buckets of classic ones: one series for each bound that any time has, told
 * by `le`. `columns` are the histograms at the points of a grid, undefined where there is none. A bucket that does not
 * begin where the one before ends gets a bound of its own there, so that nothing is spread into the empty space.
 * Negative observations, which no latency has, count into the lowest bucket.
 */
export function cumulativeSeries(
  labels: Labels,
  columns: readonly (NativeHistogramSample | undefined)[],
): { labels: Labels; values: (number | null)[] }[] {
  const edges = new Set<number>();
  for (const column of columns)
    for (const { lo, hi } of column?.buckets ?? []) {
      if (lo > 0) edges.add(lo);
      if (hi > 0 && Number.isFinite(hi)) edges.add(hi);
    }
  const bounds = [...edges].sort((a, b) => a - b);
  const rows = bounds.map(() => new Array<number | null>(columns.length).fill(null));
  const whole = new Array<number | null>(columns.length).fill(null);
  for (const [index, column] of columns.entries()) {
    if (column === undefined) continue;
    whole[index] = column.count;
    let [position, cumulative] = [0, 0];
    for (const [row, bound] of bounds.entries()) {
      while (position < column.buckets.length && column.buckets[position]!.hi <= bound)
        cumulative += column.buckets[position++]!.count;
      rows[row]![index] = cumulative;
    }
  }
  return [
    ...bounds.map((bound, row) => ({ labels: { ...labels, le: String(bound) }, values: rows[row]! })),
    { labels: { ...labels, le: "+Inf" }, values: whole },
  ];
}
