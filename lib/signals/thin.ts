import { type CoarseGrid, coarseIndices, coarserGrid } from "@/lib/prometheus/thin";
import type { Distribution, SignalResult, SignalSeries, SignalsAnswer } from "./schema";

/**
 * Returns an answer whose series have at most `maxPoints` points, on a coarser grid that ends at the same time, with
 * `thinned` saying how many there were; the answer itself where it has no more. Lowest and highest values stay, as do gaps:
 * a point's time may be off by three points of the coarser grid, its value never. Observations of a distribution are
 * added up, so that none is lost. Summaries are of one time and stay as they are.
 */
export function thinnedAnswer(answer: SignalsAnswer, maxPoints: number): SignalsAnswer {
  const grid = coarserGrid(answer, maxPoints);
  if (grid === null) return answer;
  const from = Math.round((answer.end - answer.start) / answer.step) + 1;
  const { start, end, step } = grid;
  const to = Math.round((end - start) / step) + 1;
  return {
    start,
    end,
    step,
    thinned: { from, to },
    results: answer.results.map((result) => thinnedResult(result, grid, from)),
  };
}

function thinnedResult(result: SignalResult, grid: CoarseGrid, points: number): SignalResult {
  const { distribution } = result;
  return {
    ...result,
    series: result.series.map((one) => (one.values.length === points ? thinnedSeries(one, grid) : one)),
    ...(distribution !== undefined && distribution.counts.length === points
      ? { distribution: addedUp(distribution, grid) }
      : {}),
  };
}

function thinnedSeries(series: SignalSeries, grid: CoarseGrid): SignalSeries {
  const indices = coarseIndices(series.values, grid);
  const at = (values: readonly (number | null)[]) => indices.map((index) => values[index] ?? null);
  const { band } = series;
  return {
    ...series,
    values: at(series.values),
    ...(band === undefined ? {} : { band: { lo: at(band.lo), hi: at(band.hi) } }),
  };
}

function addedUp({ bounds, counts }: Distribution, { start, end, step, width }: CoarseGrid): Distribution {
  const slots = Math.round((end - start) / step) + 1;
  const rows = Array.from({ length: slots }, (_, slot) => {
    const to = counts.length - (slots - 1 - slot) * width;
    const parts = counts.slice(Math.max(0, to - width), Math.max(0, to));
    return bounds.map((__, bucket) => parts.reduce((sum, row) => sum + (row[bucket] ?? 0), 0));
  });
  return { bounds, counts: rows };
}
