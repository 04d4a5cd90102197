import { type EstimatePart, estimateParts } from "../plan";
import type { SignalResult, SignalSeries } from "../schema";
import { counted, type Ratio, ratiosOf } from "./means";
import { keyOf, noRequests, notePart, summaryPart } from "./parts";
import type { ReadPlan, Results } from "./read-results";

/** Requests counted at their first token and at their end differ by those under way: beyond this share it is said. */
const samePopulation = 0.1;

/** The textbook estimates of the end-to-end latency from means, beside the measured mean. */
export function estimateResult(plan: ReadPlan, results: Results): Partial<SignalResult> {
  const parts = Object.fromEntries(
    estimateParts.map((part) => [
      part,
      ratiosOf(results[`${part}Sum`], results[`${part}Count`], plan.dimensions),
    ]),
  ) as Record<EstimatePart, Ratio[]>;
  if (parts.e2e.length === 0) return { status: "empty" };
  if (!counted(parts.e2e)) return { status: "empty", reason: noRequests };
  const series: SignalSeries[] = [];
  let hasTokens = false;
  let difference = 0;
  for (const e2e of parts.e2e) {
    const own = (part: EstimatePart): Ratio | undefined =>
      parts[part].find(({ labels }) => keyOf(labels) === keyOf(e2e.labels));
    const [ttft, itl, tokens] = [own("ttft"), own("itl"), own("tokens")];
    difference = Math.max(difference, differenceOf(ttft, e2e), differenceOf(tokens, e2e));
    const estimate = (gaps: (n: number) => number): (number | null)[] =>
      e2e.values.map((_, index) => {
        const [first, n] = [ttft?.values[index] ?? null, tokens?.values[index] ?? null];
        if (first === null || n === null || n < 1) return null;
        hasTokens = true;
        if (gaps(n) === 0) return first;
        const gap = itl?.values[index] ?? null;
        return gap === null ? null : first + gaps(n) * gap;
      });
    series.push(
      { labels: { ...e2e.labels, estimate: "TTFT + n × ITL" }, values: estimate((n) => n) },
      { labels: { ...e2e.labels, estimate: "TTFT + (n − 1) × ITL" }, values: estimate((n) => n - 1) },
      { labels: { ...e2e.labels, estimate: "measured" }, values: e2e.values },
    );
  }
  return {
    status: "ok",
    series,
    ...notePart(
      plan,
      hasTokens ? undefined : "Undetermined without tokens: no answer had any.",
      difference > samePopulation
        ? `The means are of requests that differ by ${Math.round(difference * 100)} %: some began or ended outside of this range.`
        : undefined,
    ),
    ...summaryPart(
      plan,
      series,
      parts.e2e.reduce((sum, { counts }) => sum + (counts[0] ?? 0), 0),
    ),
  };
}

/** By what share of the one the requests of two means differ. */
function differenceOf(part: Ratio | undefined, whole: Ratio): number {
  const total = ({ counts }: Ratio): number => counts.reduce<number>((sum, count) => sum + (count ?? 0), 0);
  return part === undefined ? 0 : Math.abs(total(part) - total(whole)) / Math.max(total(part), total(whole));
}
