import { format } from "@/lib/units";
import type { DimensionLabels } from "../profile";
import type { Doubt, Reason, SignalSeries, SignalSummary } from "../schema";
import type { ReadPlan, Results } from "./read-results";

/** The notes of an answer in one text: the plan's, then what was found. */
export function notePart(plan: ReadPlan, ...notes: (string | undefined)[]): { note?: string } {
  const said = [plan.note, ...notes].filter((note) => note !== undefined);
  return said.length === 0 ? {} : { note: said.join(" ") };
}

/**
 * Rates of a window per second of the time that their series cover of it, from the first sample on: PromQL's `rate`
 * divides by the whole window, so a service of ten minutes would have a fraction of its rate over six hours.
 */
export function overCoveredTime(
  plan: ReadPlan,
  results: Results,
  series: SignalSeries[],
  dimensions: DimensionLabels,
): { series: SignalSeries[]; note?: string } {
  const { first } = results;
  if (first === undefined) return { series };
  const window = plan.grid.end - plan.grid.start;
  const end = first.time ?? plan.grid.end;
  const startOf = new Map<string, number>();
  for (const read of [results.recentFirst, first])
    for (const { labels, values } of read?.series ?? []) {
      const [time, key] = [finite(values[0]), keyOf(dimensionsOf(labels, dimensions))];
      if (time !== null) startOf.set(key, Math.min(time, startOf.get(key) ?? time));
    }
  const coveredOf = ({ labels }: SignalSeries): number => {
    const own = Object.fromEntries(Object.entries(labels).filter(([name]) => name in dimensions));
    const covered = end - (startOf.get(keyOf(own)) ?? 0);
    return covered > 0 && covered < window - plan.firstWithin ? covered : window;
  };
  const longest = Math.max(0, ...series.map(coveredOf));
  const shortest = Math.min(window, ...series.map(coveredOf));
  if (shortest === window) return { series };
  const measured =
    shortest === longest
      ? format(longest, "seconds")
      : `${format(shortest, "seconds")} to ${format(longest, "seconds")}`;
  return {
    series: series.map((one) => {
      const covered = coveredOf(one);
      return {
        ...one,
        values: one.values.map((value) => (value === null ? null : (value * window) / covered)),
        ...(covered < window ? { covered } : {}),
      };
    }),
    note: `Measured over the last ${measured} of the ${format(window, "seconds")} asked: there are no samples from before.`,
  };
}

/** The summary of a signal that has one value over the window, with what was counted in it. */
export function summaryPart(
  plan: ReadPlan,
  series: readonly SignalSeries[],
  countedPerSecond: number | undefined,
): { summary?: SignalSummary } {
  if (plan.query.shape !== "summary") return {};
  const window = plan.grid.end - plan.grid.start;
  return {
    summary: {
      count: countedPerSecond === undefined ? null : Math.round(countedPerSecond * window),
      mean: series[0]?.values[0] ?? null,
      standardDeviation: { kind: "undetermined", reason: "Only a histogram tells how values spread." },
      quantiles: [],
    },
  };
}

/** GPU 10 comes after GPU 9. */
export const byNumber = new Intl.Collator("en", { numeric: true });

/** What JSON can carry: NaN (0/0 of a ratio) and infinities are no values. */
export const finite = (value: number | null | undefined): number | null =>
  value !== null && value !== undefined && Number.isFinite(value) ? value : null;

export const scaleOf = ({ spelling }: ReadPlan): number => ("scale" in spelling ? (spelling.scale ?? 1) : 1);

export const scaledBy = (value: number | null, scale: number): number | null =>
  value === null || scale === 1 ? value : value * scale;

/** Longer label values are cut: ten kilobytes name nothing that a person could read. */
const longestValue = 200;

/** The output labels of a series: for each dimension the first label that is present and not empty. */
export function dimensionsOf(
  labels: Record<string, string>,
  dimensions: DimensionLabels,
): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [name, candidates] of Object.entries(dimensions)) {
    const value = candidates
      .map((candidate) => labels[candidate])
      .find((text) => text !== undefined && text !== "");
    if (value !== undefined)
      found[name] = value.length > longestValue ? `${value.slice(0, longestValue - 1)}…` : value;
  }
  return found;
}

export const keyOf = (labels: Record<string, string>): string =>
  JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));

export const notNumberAdvice =
  "Find out why the exporter writes NaN or infinity: often a division by 0, or a value that was never set.";

/** The reason of what has samples and no value, and the doubt that follows. */
export function notANumber(plan: ReadPlan): { reason: Reason; doubts: Doubt[] } {
  const { metric } = plan.evidence;
  const text = `\`${metric}\` has samples in this range, but their value is not a number (NaN), or infinite, so there is nothing to show.`;
  return {
    reason: { kind: "no_samples", metric, text },
    doubts: [{ kind: "not_a_number", metric, text, advice: notNumberAdvice }],
  };
}

export const noRequests: Reason = { kind: "no_traffic", text: "No traffic: no requests in this range." };
