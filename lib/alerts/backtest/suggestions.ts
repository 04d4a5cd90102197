import { pagesOf } from "./noise";
import { type ReplayRange, type ReplaySeries, type ReplaySpec, replay } from "./replay";

/** A change of the rule with which it would have paged no oftener than wanted. */
export interface Suggestion {
  threshold: number | null;
  /** Seconds. */
  for: number;
  pagesPerWeek: number;
}

const longerFors = [60, 120, 180, 300, 600, 900, 1_200, 1_800, 2_700, 3_600];
/** Halvings of the range of values: finer than the three digits that are shown. */
const halvings = 9;

function threeDigits(value: number, up: boolean): number {
  if (value === 0 || !Number.isFinite(value)) return value;
  const scale = 10 ** (2 - Math.floor(Math.log10(Math.abs(value))));
  const rounded = up ? Math.ceil(value * scale) : Math.floor(value * scale);
  return Number((rounded / scale).toPrecision(3));
}

/**
 * Returns the nearest threshold, and the shortest `for`, with which the rule would have paged at most so often a week;
 * none where it does already, nothing would do, or there is too little data to say. Each is replayed whole.
 */
export function suggestionsFor(
  wanted: number,
  series: readonly ReplaySeries[],
  spec: ReplaySpec,
  range: ReplayRange,
  { from }: { from: number | null },
): Suggestion[] {
  const pagesWith = (change: Partial<ReplaySpec>) =>
    pagesOf(replay(series, { ...spec, ...change }, range).alerts, { from, end: range.end }).pagesPerWeek;
  const now = pagesWith({});
  if (now === null || now <= wanted) return [];
  const suggestions: Suggestion[] = [];

  const isAbove = spec.comparison === ">" || spec.comparison === ">=";
  if (spec.threshold !== null && (isAbove || spec.comparison === "<" || spec.comparison === "<=")) {
    let extreme = spec.threshold;
    for (const { values } of series)
      for (const value of values)
        if (Number.isFinite(value)) extreme = isAbove ? Math.max(extreme, value) : Math.min(extreme, value);
    let [near, far] = [spec.threshold, threeDigits(extreme, isAbove)];
    for (let step = 0; step < halvings; step++) {
      const middle = (near + far) / 2;
      if ((pagesWith({ threshold: middle }) ?? Number.POSITIVE_INFINITY) <= wanted) far = middle;
      else near = middle;
    }
    const threshold = threeDigits(far, isAbove);
    const pagesPerWeek = pagesWith({ threshold });
    if (pagesPerWeek !== null && pagesPerWeek <= wanted && threshold !== spec.threshold)
      suggestions.push({ threshold, for: spec.for, pagesPerWeek });
  }

  for (const longer of longerFors.filter((each) => each > spec.for)) {
    const pagesPerWeek = pagesWith({ for: longer });
    if (pagesPerWeek === null || pagesPerWeek > wanted) continue;
    suggestions.push({ threshold: spec.threshold, for: longer, pagesPerWeek });
    break;
  }
  return suggestions;
}
