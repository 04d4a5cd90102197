import type { SignalResult, SignalSeries, SignalSummary } from "../schema";
import { histogramResult } from "./histogram";
import { dimensionsOf, finite, noRequests, scaledBy, scaleOf } from "./parts";
import type { ReadPlan, Results } from "./read-results";

/** Quantiles as the source computes them of a native histogram, with its buckets read as classic ones. */
export function nativeResult(plan: ReadPlan, results: Results): Partial<SignalResult> {
  const count = results.nativeCount?.series ?? [];
  if (count.length === 0) return { status: "empty" };
  if (!count.some(({ values }) => values.some((value) => (value ?? 0) > 0)))
    return { status: "empty", reason: noRequests };
  const scale = scaleOf(plan);
  const expr = plan.native?.expr ?? plan.expr;
  const shape = plan.query.shape ?? "range";
  // Native buckets are read as classic ones where the spread is asked for; quantiles are the source's own.
  const spread = histogramResult(plan, { buckets: results.nativeBuckets, sum: results.sum });
  const lines = plan.quantiles.flatMap((quantile) =>
    (results[`nativeQuantile:${quantile}`]?.series ?? []).map(
      ({ labels, values }): SignalSeries => ({
        labels: dimensionsOf(labels, plan.dimensions),
        quantile,
        values: values.map((value) => scaledBy(finite(value), scale)),
      }),
    ),
  );
  if (shape === "range") return { status: "ok", expr, series: lines };
  if (shape === "distribution") return { ...spread, expr, series: lines };
  return {
    ...spread,
    expr,
    ...(spread.summary === undefined ? {} : { summary: withQuantiles(spread.summary, lines) }),
  };
}

/** A summary from buckets with the values of quantiles that the source itself computed. */
function withQuantiles(summary: SignalSummary, lines: readonly SignalSeries[]): SignalSummary {
  return {
    ...summary,
    quantiles: summary.quantiles.map((known) => {
      const value = lines.find(({ quantile }) => quantile === known.q)?.values[0] ?? null;
      return value === null || known.kind === "undetermined" ? known : { ...known, value };
    }),
  };
}
