import type { SignalResult, SignalSeries } from "./schema";

/** Points of one answer, some 2 MB of JSON: 800 instances over a chart's width, or 10,000 GPUs at ten times. */
export const mostPoints = 100_000;

const textOf = (count: number): string => count.toLocaleString("en-US");

/** Those of one split belong together: its percentiles are drawn beside each other. */
const splitOf = ({ labels }: SignalSeries): string => JSON.stringify(Object.entries(labels).sort());

function meanOf({ values }: SignalSeries): number {
  let sum = 0;
  let count = 0;
  for (const value of values) {
    if (value === null) continue;
    sum += value;
    count += 1;
  }
  return count === 0 ? Number.NEGATIVE_INFINITY : sum / count;
}

/**
 * Returns an answer of at most `most` points: of more, the series of those splits (labels) whose means are the highest,
 * in the order in which they were, with a note that says so and how to ask for others. A summary, which is of all, stays.
 */
export function bounded(result: SignalResult, most: number = mostPoints): SignalResult {
  const points = result.series.reduce((sum, { values }) => sum + values.length, 0);
  if (points <= most) return result;
  const splits = new Map<string, { mean: number; points: number }>();
  for (const series of result.series) {
    const key = splitOf(series);
    const split = splits.get(key) ?? { mean: Number.NEGATIVE_INFINITY, points: 0 };
    split.mean = Math.max(split.mean, meanOf(series));
    split.points += series.values.length;
    splits.set(key, split);
  }
  const kept = new Set<string>();
  let left = most;
  for (const [key, split] of [...splits].sort(([, a], [, b]) => b.mean - a.mean)) {
    if (split.points > left) break;
    left -= split.points;
    kept.add(key);
  }
  const note = `Of ${textOf(splits.size)} these are the ${textOf(kept.size)} whose means are the highest: all would be ${textOf(points)} points, of which an answer has at most ${textOf(most)}. A larger step makes room for more; POST /api/v1/query with topk() or a matcher asks for others.`;
  return {
    ...result,
    series: result.series.filter((series) => kept.has(splitOf(series))),
    note: [result.note, note].filter((text) => text !== undefined && text !== "").join(" "),
  };
}
