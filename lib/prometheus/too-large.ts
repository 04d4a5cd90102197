import { problem, type Suggestion } from "@/lib/errors";
import { formatDuration, type Seconds, type UnixSeconds } from "@/lib/units";
import type { QueryLimits } from "@/lib/upstream/limits";
import { addressOf, KIND_NAMES, type UpstreamTarget } from "@/lib/upstream/target";
import { UpstreamError } from "@/lib/upstream/upstream-error";
import { stepFor } from "./step";

export type Grid = { start: UnixSeconds; end: UnixSeconds; step: Seconds };

/** So many lines can be told apart on one chart. */
const LARGEST_SERIES = 10;
/** How much larger the step gets where it is not known how much was too much. */
const COARSER = 4;

const count = (value: number): string => value.toLocaleString("en-US");

/** Points a series of a grid, both ends included. */
export const pointsOf = ({ start, end, step }: Grid): number => Math.floor((end - start) / step) + 1;

/** PromQL for the largest series of an expression at each time. */
export function largestOf(expr: string, series = LARGEST_SERIES): string {
  // A comment would take the bracket in.
  return `topk(${series}, ${expr}${expr.includes("#") ? "\n" : ""})`;
}

/**
 * The problem of a range that is longer than the limit, or undefined. It is found before anything is asked, as `fields`
 * say what would be right.
 */
export function rangeProblem({ start, end, step }: Grid, limits: QueryLimits) {
  // A reader asks for a point or two more than its caller.
  if (end - start - 2 * step <= limits.range) return undefined;
  const most = formatDuration(limits.range);
  return problem(
    "query_too_large",
    `The range of ${formatDuration(end - start)} is longer than the ${most} that may be asked of this source.`,
    { fields: [{ path: "start", message: `at most ${most} before the end` }] },
  );
}

/** What to ask for instead of `series` series on a grid: a step with which they fit, or only the largest ones. */
export function suggestionFor(
  expr: string,
  grid: Grid | undefined,
  series: number | undefined,
  limits: QueryLimits,
): Suggestion {
  const largest = { expr: largestOf(expr) };
  if (grid === undefined || (series !== undefined && series > limits.series)) return largest;
  const points =
    series === undefined ? Math.floor(pointsOf(grid) / COARSER) : Math.floor(limits.points / series);
  // Two less: aligning may add one, and the reader asks for one more before the start.
  if (points < 4 || grid.end <= grid.start) return largest;
  return { step: stepFor(grid.end - grid.start, points - 2, grid.step), ...largest };
}

/** How large an answer was. */
export type AnswerSize = {
  series: number;
  points: number;
  /** Whether the server left series out, as it was asked for so many at most. */
  isCut: boolean;
};

/** The error of an answer with more series or points than allowed, or undefined where it is not. */
export function answerTooLarge(
  target: UpstreamTarget,
  expr: string,
  { series, points, isCut }: AnswerSize,
  grid: Grid | undefined,
  limits: QueryLimits,
): UpstreamError | undefined {
  if (series <= limits.series && points <= limits.points && !isCut) return undefined;
  const [what, allowed] =
    series > limits.series
      ? [
          `${isCut ? "more than " : ""}${count(isCut ? series - 1 : series)} series`,
          `${count(limits.series)}`,
        ]
      : [
          isCut
            ? `more than ${count(series - 1)} series`
            : `${count(points)} points in ${count(series)} series`,
          `${count(limits.points)} points`,
        ];
  const suggestion = suggestionFor(expr, grid, isCut ? undefined : series, limits);
  const offer =
    suggestion.step === undefined
      ? `Sum over labels, or take the largest only: ${suggestion.expr}.`
      : `Take a step of ${formatDuration(suggestion.step)}, or the largest series only: ${suggestion.expr}.`;
  return new UpstreamError(
    target,
    "too_large",
    `The answer of ${KIND_NAMES[target.kind]} at ${addressOf(target)} has ${what}; at most ${allowed} may be asked for at once. ${offer}`,
    { suggestion },
  );
}

/** What the servers say of a query that would cost them too much. */
const TOO_MUCH =
  /too many samples|maximum resolution|too many (chunks|series|points)|exceeds? the (limit|maximum)|max(imum)? (number of )?(series|samples|chunks)|cannot (select|process) more than/i;

/** An error of the source with what to ask instead, where it says that the query was too large; else as it was. */
export function withSuggestion(
  target: UpstreamTarget,
  error: UpstreamError,
  expr: string,
  grid: Grid | undefined,
  limits: QueryLimits,
): UpstreamError {
  const isTooMuch =
    error.failure === "too_large" || (error.failure === "rejected" && TOO_MUCH.test(error.upstream ?? ""));
  if (!isTooMuch || error.suggestion !== undefined) return error;
  const { upstream, upstreamStatus, detail } = error;
  const suggestion = suggestionFor(expr, grid, undefined, limits);
  return new UpstreamError(target, "too_large", detail, {
    upstream,
    upstreamStatus,
    suggestion,
    cause: error,
  });
}
