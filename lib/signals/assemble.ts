import { estimateResult } from "./answers/estimate";
import { failuresResult } from "./answers/failures";
import { histogramResult } from "./answers/histogram";
import { meanResult } from "./answers/means";
import { nativeResult } from "./answers/native-histogram";
import { dimensionsOf, keyOf } from "./answers/parts";
import { type CounterProof, lagOf, type ReadPlan, type Results } from "./answers/read-results";
import { summaryResult } from "./answers/summary";
import { productsOf, valueResult } from "./answers/value";
import { bounded } from "./bounded";
import { isBoundDoubled } from "./buckets";
import { signals } from "./catalogue";
import type { SignalPlan } from "./plan";
import type { Reason, SignalResult } from "./schema";

/** A frame of an answer without its content: what is known of a query before anything was read. */
export function emptyResult(plan: SignalPlan): SignalResult {
  const definition = signals[plan.query.signal];
  return {
    id: plan.query.id,
    status: "empty",
    signal: plan.query.signal,
    unit: definition.unit,
    better: definition.better,
    ...statisticOf(plan),
    doctor: `${plan.query.service}.${plan.query.signal}`,
    expr: plan.kind === "reads" ? plan.expr : [],
    ...(plan.kind === "reads" && plan.note !== undefined ? { note: plan.note } : {}),
    ...(plan.kind === "unavailable" ? { status: "unavailable" as const, reason: plan.reason } : {}),
    warnings: [],
    series: [],
  };
}

function statisticOf(plan: SignalPlan): { statistic?: "quantile" | "mean" } {
  if (plan.kind !== "reads" || signals[plan.query.signal].kind !== "quantile") return {};
  // A gauge of a duration is an average too: that of a batch, or since the start.
  if (plan.spelling.kind === "mean" || plan.spelling.kind === "expression") return { statistic: "mean" };
  return { statistic: "quantile" };
}

/** Whether a histogram has no buckets, so that a native one is worth a look. */
export const mayBeNative = (plan: ReadPlan, results: Results): boolean =>
  plan.native !== undefined && results.buckets?.series.length === 0;

/** Whether a bucket's bound is written in two ways, so that the buckets of each replica have to be read. */
export const isDoubled = (plan: ReadPlan, results: Results): boolean =>
  plan.doubled !== undefined && isBoundDoubled((results.buckets?.series ?? []).map(({ labels }) => labels));

/**
 * Whether an answer needs to know if failures would be counted: there was traffic, and no series of failures. The
 * search for a proof is a request of its own, so it is made only then.
 */
export function needsProof(plan: ReadPlan, results: Results): boolean {
  if (plan.spelling.kind !== "failures") return false;
  const hasTraffic = (results.total?.series ?? []).some(({ values }) =>
    values.some((value) => (value ?? 0) > 0),
  );
  return hasTraffic && (results.failures?.series.length ?? 0) === 0;
}

/** Whether a series of a summary was not there at the window's start, so that the plan's `readsOfYoung` are needed. */
export function hasYoung(plan: ReadPlan, results: Results): boolean {
  const { start } = results;
  if (start === undefined || plan.readsOfYoung.length === 0) return false;
  const { type: _, ...dimensions } = plan.dimensions;
  const named = ({ labels }: { labels: Record<string, string> }) => keyOf(dimensionsOf(labels, dimensions));
  const old = new Set(start.series.map(named));
  return (results.total ?? results.value)?.series.some((one) => !old.has(named(one))) ?? false;
}

/**
 * Puts together the answer to one query. Pure. A result without any value has status `empty`; its reason is
 * `no_traffic` where the source shows that nothing was asked of the service, and is left for the caller to find where
 * there were no series at all. One of more points than a browser should be sent is cut (`bounded`).
 */
export function assemble(plan: ReadPlan, results: Results, proof: CounterProof = "unproven"): SignalResult {
  const result = emptyResult(plan);
  if (plan.query.shape === "summary") result.window = windowOf(plan, results);
  result.warnings = [...new Set(Object.values(results).flatMap((read) => read?.warnings ?? []))];
  if (results.coverage !== undefined && results.coverage.series.length === 0)
    return { ...result, reason: uncovered(plan) };
  return bounded({ ...result, ...filledBy(plan, results, proof) });
}

function filledBy(plan: ReadPlan, results: Results, proof: CounterProof): Partial<SignalResult> {
  const { spelling } = plan;
  switch (spelling.kind) {
    case "histogram":
      return results.nativeCount === undefined ? histogramResult(plan, results) : nativeResult(plan, results);
    case "failures":
      return failuresResult(plan, spelling, results, proof);
    case "mean":
      return meanResult(plan, results);
    case "summary":
      return summaryResult(plan, results);
    case "estimate":
      return estimateResult(plan, results);
    case "labels":
      return valueResult(plan, { ...results, value: productsOf(results.value, spelling.factors, plan) });
    default:
      return valueResult(plan, results);
  }
}

function windowOf(plan: ReadPlan, results: Results): { start: number; end: number } {
  const [first] = plan.reads;
  const lag = first === undefined ? 0 : lagOf(first, results[first.role]);
  return { start: plan.grid.start - lag, end: plan.grid.end - lag };
}

const uncovered = (plan: ReadPlan): Reason => ({
  kind: "no_samples",
  metric: plan.evidence.metric,
  text: "There are no samples from the start of this window, so it does not stand for all of it.",
});
