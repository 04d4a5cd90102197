import type { DimensionLabels } from "../profile";
import type { SignalResult, SignalSummary } from "../schema";
import { byNumber, dimensionsOf, finite, keyOf, noRequests, notANumber, scaleOf } from "./parts";
import type { ReadPlan, ReadResult, Results } from "./read-results";

export interface Ratio {
  labels: Record<string, string>;
  /** Per second. */
  counts: (number | null)[];
  values: (number | null)[];
}

/** What was summed, a count: null where nothing was counted, or what is no number. */
export function ratiosOf(
  sum: ReadResult | undefined,
  count: ReadResult | undefined,
  dimensions: DimensionLabels,
  scale = 1,
): Ratio[] {
  const sums = new Map(
    (sum?.series ?? []).map((series) => [keyOf(dimensionsOf(series.labels, dimensions)), series]),
  );
  return (count?.series ?? [])
    .map((series) => {
      const labels = dimensionsOf(series.labels, dimensions);
      const own = sums.get(keyOf(labels));
      return {
        labels,
        counts: series.values.map(finite),
        values: series.values.map((counted, index) => {
          const summed = own?.values[index];
          if (!counted || counted < 0 || summed === null || summed === undefined || summed < 0) return null;
          return finite((summed / counted) * scale);
        }),
      };
    })
    .sort((a, b) => byNumber.compare(keyOf(a.labels), keyOf(b.labels)));
}

export const counted = (ratios: readonly Ratio[]): boolean =>
  ratios.some(({ counts }) => counts.some((count) => (count ?? 0) > 0));

/** An average, where the source has a sum and a count alone. */
export function meanResult(plan: ReadPlan, results: Results): Partial<SignalResult> {
  const ratios = ratiosOf(results.sum, results.count, plan.dimensions, scaleOf(plan));
  if (ratios.length === 0) return { status: "empty" };
  if (!counted(ratios)) return { status: "empty", reason: noRequests };
  if (!ratios.some(({ values }) => values.some((value) => value !== null)))
    return { status: "empty", ...notANumber(plan) };
  const series = ratios.map(({ labels, values }) => ({ labels, values }));
  return { status: "ok", series, ...averageSummary(plan, ratios, onlyMean) };
}

const onlyMean = "Only an average is measured here, which tells no percentile.";

/** The summary of something of which the source has the mean alone. */
export function averageSummary(
  plan: ReadPlan,
  ratios: readonly Ratio[],
  why: string,
): { summary?: SignalSummary } {
  if (plan.query.shape !== "summary") return {};
  const window = plan.grid.end - plan.grid.start;
  return {
    summary: {
      count: Math.round((ratios[0]?.counts[0] ?? 0) * window),
      mean: ratios[0]?.values[0] ?? null,
      standardDeviation: { kind: "undetermined", reason: "Only a histogram tells how values spread." },
      quantiles: plan.quantiles.map((q) => ({ q, kind: "undetermined", reason: why })),
    },
  };
}
