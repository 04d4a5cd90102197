import { format } from "@/lib/units";
import { signals } from "../catalogue";
import type { FailuresWanted } from "../profile";
import type { Doubt, SignalResult, SignalSeries } from "../schema";
import { dimensionsOf, keyOf, noRequests, notePart, overCoveredTime, summaryPart } from "./parts";
import type { CounterProof, ReadPlan, ReadResult, Results } from "./read-results";

/** What follows from failures and all requests: shares, or failures per second. */
export function failuresResult(
  plan: ReadPlan,
  spelling: Extract<ReadPlan["spelling"], { kind: "failures" }>,
  results: Results,
  proof: CounterProof,
): Partial<SignalResult> {
  const totals = results.total?.series ?? [];
  const failures = results.failures?.series ?? [];
  if (totals.length === 0) return { status: "empty" };
  if (!totals.some(({ values }) => values.some((value) => (value ?? 0) > 0)))
    return { status: "empty", reason: noRequests };
  const isCounted = failures.length > 0 || proof === "proven";
  const metric = spelling.failures[0]?.metric ?? "";
  if (!isCounted)
    return {
      status: "unavailable",
      reason: {
        kind: "not_measurable",
        metric,
        text: `Not measurable here: there was traffic, but this Prometheus has never shown ${metric}, so no errors and errors that nobody counts look the same. It takes ${signals[plan.query.signal].measuredBy}.`,
      },
    };

  const doubt = contradictionOf(spelling, failures, totals);
  if (doubt !== undefined && spelling.want !== "failures")
    return {
      status: "unavailable",
      reason: { kind: "not_measurable", metric, text: doubt.text },
      doubts: [doubt],
    };

  const { type, ...totalDimensions } = plan.dimensions;
  const totalOf = new Map(
    totals.map((series) => [keyOf(dimensionsOf(series.labels, totalDimensions)), series]),
  );
  const series: SignalSeries[] = [];
  for (const [key, total] of totalOf) {
    const own = failures.filter(({ labels }) => keyOf(dimensionsOf(labels, totalDimensions)) === key);
    const rows =
      own.length > 0
        ? own
        : type === undefined
          ? [{ labels: total.labels, values: total.values.map(() => null) }]
          : [];
    for (const row of rows)
      series.push({
        labels: dimensionsOf({ ...total.labels, ...row.labels }, plan.dimensions),
        values: total.values.map((requests, index) =>
          failureValue(spelling.want, row.values[index] ?? 0, requests),
        ),
      });
  }
  series.sort((a, b) => keyOf(a.labels).localeCompare(keyOf(b.labels)));
  const whose = whoseErrors(spelling);
  const none = failures.length === 0 ? `No errors${whose} were counted in this range.` : undefined;
  const { series: covered, note } = overCoveredTime(plan, results, series, totalDimensions);
  return {
    status: "ok",
    series: covered,
    ...notePart(plan, none, note, doubt?.text),
    ...(doubt === undefined ? {} : { doubts: [doubt] }),
    ...summaryPart(
      plan,
      covered,
      totals.reduce((sum, { values }) => sum + (values[0] ?? 0), 0),
    ),
  };
}

/** Whose errors an answer counts; everyone's without a word. */
function whoseErrors({ want, clientTypes }: Extract<ReadPlan["spelling"], { kind: "failures" }>): string {
  if (want === "client_error_rate") return " of callers";
  if (want === "server_error_rate") return " but callers' own";
  return want === "availability" && clientTypes !== undefined ? " but callers' own" : "";
}

/** Requests that fail now were asked a moment before, so over a range a few more may fail than were asked. */
const contradictoryShare = 1.05;

/** What is said where more requests failed than there were. */
function contradictionOf(
  { failures: counters, total: [all], isOfSuccesses }: Extract<ReadPlan["spelling"], { kind: "failures" }>,
  failures: ReadResult["series"],
  totals: ReadResult["series"],
): Doubt | undefined {
  const sum = (series: ReadResult["series"]): number =>
    series.reduce(
      (whole, { values }) => values.reduce<number>((part, value) => part + (value ?? 0), whole),
      0,
    );
  const [failed, requests] = [sum(failures), sum(totals)];
  if (isOfSuccesses || !(failed > contradictoryShare * requests)) return undefined;
  const metric = counters[0]?.metric ?? "";
  return {
    kind: "contradiction",
    metric,
    text: `The counters contradict each other: \`${metric}\` counts ${format(failed / requests, "count")} failures for each request that \`${all?.metric ?? ""}\` counts.`,
    advice: `Have both count the same: each attempt or each request, of the same servers. What fails before it is counted as a request belongs into \`${all?.metric ?? ""}\` too.`,
  };
}

function failureValue(want: FailuresWanted, failures: number, requests: number | null): number | null {
  if (requests === null) return null;
  if (want === "failures") return failures;
  if (requests === 0) return null;
  const rate = Math.min(1, failures / requests);
  return want === "availability" || want === "success_rate" ? 1 - rate : rate;
}
