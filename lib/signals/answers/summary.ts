import { percentile } from "../percentile";
import type { Reason, SignalResult, SignalSeries } from "../schema";
import { averageSummary, ratiosOf } from "./means";
import { byNumber, dimensionsOf, finite, keyOf, noRequests, scaledBy, scaleOf } from "./parts";
import type { ReadPlan, Results } from "./read-results";

const ofReplicas =
  "Each replica has quantiles of its own over a time of its own; they cannot be merged into one of this range.";

/** The quantiles that each replica computed by itself, never merged. */
export function summaryResult(plan: ReadPlan, results: Results): Partial<SignalResult> {
  const scale = scaleOf(plan);
  const read = results.value?.series ?? [];
  if (read.length === 0) return { status: "empty" };
  const asked = new Set(plan.quantiles);
  const series = read
    .flatMap(({ labels, values }): SignalSeries[] => {
      const quantile = Number(labels.quantile || Number.NaN);
      if (!asked.has(quantile)) return [];
      const named = dimensionsOf(labels, plan.dimensions);
      return [{ labels: named, quantile, values: values.map((value) => scaledBy(finite(value), scale)) }];
    })
    .sort(
      (a, b) => byNumber.compare(keyOf(a.labels), keyOf(b.labels)) || (a.quantile ?? 0) - (b.quantile ?? 0),
    );
  if (!series.some(({ values }) => values.some((value) => value !== null)))
    return series.length === 0
      ? { status: "unavailable", reason: noSuchQuantile(plan) }
      : { status: "empty", reason: noRequests };
  const { replica: _, ...shared } = plan.dimensions;
  const wanted = Object.fromEntries(
    Object.entries(shared).filter(([name]) => plan.query.by?.includes(name as "version")),
  );
  const ratios = ratiosOf(results.sum, results.count, wanted, scale);
  return { status: "ok", series, ...averageSummary(plan, ratios, ofReplicas) };
}

const noSuchQuantile = (plan: ReadPlan): Reason => ({
  kind: "not_measurable",
  metric: plan.evidence.metric,
  text: `\`${plan.evidence.metric}\` is a summary without ${plan.quantiles.map((q) => `p${percentile(q)}`).join(", ")}: its quantiles are set where it is exported.`,
});
