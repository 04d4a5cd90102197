import type { SignalResult } from "@/lib/signals/schema";

/** Data that begin later than this share of the range are a sliver at its end. */
const sliver = 0.75;

/**
 * When the first of these lines begins, unix seconds, where all of them begin in the last quarter of their grid; else
 * undefined, as it is without any value.
 */
export function beginsLate(
  answers: Iterable<{ results: ReadonlyMap<string, Pick<SignalResult, "series">>; grid: Grid }>,
): number | undefined {
  let first: number | undefined;
  let range: Grid | undefined;
  for (const { results, grid } of answers)
    for (const { series } of results.values())
      for (const { values } of series) {
        // A summary is one value of the whole range.
        if (values.length < 2) continue;
        const index = values.findIndex((value) => value !== null);
        if (index < 0) continue;
        const time = grid.start + index * grid.step;
        if (first === undefined || time < first) {
          first = time;
          range = grid;
        }
      }
  if (first === undefined || range === undefined) return undefined;
  return first > range.start + (range.end - range.start) * sliver ? first : undefined;
}

interface Grid {
  start: number;
  end: number;
  step: number;
}
