import { signals } from "../catalogue";
import { implausible, isPlausible } from "../plausible";
import type { SignalResult } from "../schema";
import {
  byNumber,
  dimensionsOf,
  finite,
  keyOf,
  noRequests,
  notANumber,
  notePart,
  overCoveredTime,
  scaledBy,
  scaleOf,
  summaryPart,
} from "./parts";
import type { ReadPlan, ReadResult, Results } from "./read-results";

/** A value for each series, as it was read. */
export function valueResult(plan: ReadPlan, results: Results): Partial<SignalResult> {
  const scale = scaleOf(plan);
  const { signal } = plan.query;
  let beyond: number | undefined;
  const series = (results.value?.series ?? [])
    .map(({ labels, values }) => ({
      labels: dimensionsOf(labels, plan.dimensions),
      values: values.map((read) => {
        const value = scaledBy(finite(read), scale);
        if (value === null || isPlausible(value, signal)) return value;
        beyond = value;
        return null;
      }),
    }))
    .sort((a, b) => byNumber.compare(keyOf(a.labels), keyOf(b.labels)));
  const doubt = beyond === undefined ? undefined : implausible(beyond, signal, plan.evidence.metric);
  if (!series.some(({ values }) => values.some((value) => value !== null))) {
    if (series.length === 0) return { status: "empty" };
    if (doubt !== undefined)
      return {
        status: "unavailable",
        reason: { kind: "not_measurable", metric: doubt.metric, text: doubt.text },
        doubts: [doubt],
      };
    // A ratio of two counters is 0/0 where nothing happened: there are series, but not one value.
    const isRatio = signals[plan.query.signal].kind === "ratio";
    return { status: "empty", ...(isRatio ? { reason: noRequests } : notANumber(plan)) };
  }
  const perSecond =
    plan.spelling.kind === "counter"
      ? series.reduce((sum, { values }) => sum + (values[0] ?? 0), 0)
      : undefined;
  const { series: covered, note } = overCoveredTime(plan, results, series, plan.dimensions);
  const lies = signals[plan.query.signal].kind === "ratio" ? undefined : notFinite(results.value);
  return {
    status: "ok",
    series: covered,
    ...notePart(plan, note, lies, doubt === undefined ? undefined : `Left out: ${doubt.text}`),
    ...(doubt === undefined ? {} : { doubts: [doubt] }),
    ...summaryPart(plan, covered, perSecond),
  };
}

/** Says of samples that are NaN or infinite that they are left out. */
function notFinite(read: ReadResult | undefined): string | undefined {
  const lies = (read?.series ?? []).some(({ values }) =>
    values.some((value) => value !== null && !Number.isFinite(value)),
  );
  return lies ? "Some samples are not a number, or infinite: they are left out." : undefined;
}

/** For each series the product of the numbers that its labels hold, times how many series say so. */
export function productsOf(
  read: ReadResult | undefined,
  factors: readonly string[],
  plan: ReadPlan,
): ReadResult {
  const groups = new Map<string, { labels: Record<string, string>; values: (number | null)[] }>();
  for (const { labels, values } of read?.series ?? []) {
    const product = factors.reduce((result, factor) => result * Number(labels[factor] || Number.NaN), 1);
    if (!Number.isFinite(product)) continue;
    const key = keyOf(dimensionsOf(labels, plan.dimensions));
    const known = groups.get(key);
    groups.set(key, {
      labels,
      values: values.map((count, index) => {
        const before = known?.values[index] ?? null;
        return count === null ? before : (before ?? 0) + count * product;
      }),
    });
  }
  return { series: [...groups.values()], warnings: read?.warnings ?? [] };
}
