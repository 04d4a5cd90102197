import "server-only";
import { LRUCache } from "lru-cache";
import pLimit from "p-limit";
import type { z } from "zod";
import type { Actor } from "@/lib/auth/actor";
import { isInferscopeError, problem } from "@/lib/errors";
import { createPrometheusClient } from "@/lib/prometheus/client";
import { SharedFlight } from "@/lib/prometheus/shared-flight";
import { parsePromql } from "@/lib/promql/parse";
import { comparisonOf } from "@/lib/promql/read";
import { upstreamTarget } from "@/lib/sources/targets";
import type { Unit } from "@/lib/units";
import type { UpstreamTarget } from "@/lib/upstream/target";
import { targetKey } from "@/lib/upstream/target-key";
import { histogramOf } from "../lint/histograms";
import { rounded } from "../lint/look";
import { readBounds } from "../lint-facts";
import { measuredUnitOf } from "../measured-unit";
import { ruleSource } from "../rules/queries";
import { defaultLimit } from "../rules/row";
import { dataStart } from "./data-start";
import { mostEvaluations } from "./limits";
import { noiseOf } from "./noise";
import { overlapOf } from "./overlap";
import { pastAlerts } from "./past-alerts";
import { evaluationsIn, type ReplayRange, type ReplaySeries, replay } from "./replay";
import type { BacktestView, backtestInputSchema } from "./schema";
import { suggestionsFor } from "./suggestions";

/** A server gives 11,000 points a series at most. */
const pointsAtOnce = 10_800;
const queriesAtOnce = 4;
const mostPoints = 4_000_000;
const mostAlerts = 2_000;

/** Who drags a threshold asks for the same series again and again. */
const cache = new LRUCache<string, SharedFlight<ReplaySeries[]>>({ max: 8, ttl: 5 * 60_000 });

async function readSeries(
  target: UpstreamTarget,
  expr: string,
  { start, end, interval }: ReplayRange,
  signal: AbortSignal | undefined,
): Promise<ReplaySeries[]> {
  const client = createPrometheusClient(target);
  const limit = pLimit(queriesAtOnce);
  const chunks: { start: number; end: number }[] = [];
  const span = interval * (pointsAtOnce - 1);
  for (let from = start; from <= end; from += span + interval)
    chunks.push({ start: from, end: Math.min(end, from + span) });
  const parts = await Promise.all(
    chunks.map((chunk) => limit(() => client.queryRange(expr, { ...chunk, step: interval, signal }))),
  );
  const joined = new Map<string, { labels: Record<string, string>; times: number[]; values: number[] }>();
  let points = 0;
  for (const { data } of parts)
    for (const { labels, times, values } of data) {
      points += times.length;
      if (points > mostPoints)
        throw problem(
          "query_too_large",
          `That is more than ${mostPoints.toLocaleString("en-US")} points; take a shorter range, a longer interval, or aggregate the expression.`,
        );
      const key = JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
      const known = joined.get(key);
      if (known === undefined) joined.set(key, { labels, times, values });
      else {
        known.times = known.times.concat(times);
        known.values = known.values.concat(values);
      }
    }
  return [...joined.values()];
}

function keptSeries(
  target: UpstreamTarget,
  expr: string,
  range: ReplayRange,
  signal: AbortSignal | undefined,
): Promise<ReplaySeries[]> {
  const key = JSON.stringify([targetKey(target), expr, range]);
  let flight = cache.get(key);
  if (flight === undefined) {
    flight = new SharedFlight(
      (aborted) => readSeries(target, expr, range, aborted),
      () => {},
    );
    cache.set(key, flight);
    // Waited for here as well: the request of a threshold that was dragged on from is given up, its series are not.
    flight.join().catch(() => cache.delete(key));
  }
  return flight.join(signal);
}

/** The bounds of the histogram that is compared, in the compared unit; null where there is none or they are not known. */
async function boundsOf(
  target: UpstreamTarget,
  expr: string,
  context: { now: Date; signal?: AbortSignal },
): Promise<number[] | null> {
  const parsed = parsePromql(expr);
  const histogram = parsed.ok ? histogramOf(parsed.expr) : undefined;
  if (histogram === undefined) return null;
  const bounds = await readBounds(target, histogram.metric, context);
  return bounds?.map((bound) => rounded(bound * histogram.factor)) ?? null;
}

/** What is replayed: an expression against a threshold, or one that compares by itself. */
type Asked = Pick<z.output<typeof backtestInputSchema>, "expr" | "comparison" | "threshold">;

/**
 * Takes an expression that compares with a number by itself apart, which gives the same alerts, and beside them from
 * when on there was data and what another threshold would do.
 */
function takenApart({ expr, comparison, threshold }: Asked): Asked {
  const inside = comparison === null ? comparisonOf(expr) : undefined;
  return inside === undefined
    ? { expr, comparison, threshold }
    : { expr: inside.left, comparison: inside.op, threshold: inside.threshold };
}

/** The series of `asked`, or where those are more than can be read, of the expression that leaves most of them out. */
async function askedSeries(
  target: UpstreamTarget,
  asked: Asked,
  whole: Asked,
  range: ReplayRange,
  signal: AbortSignal | undefined,
): Promise<{ asked: Asked; series: ReplaySeries[] }> {
  try {
    return { asked, series: await keptSeries(target, asked.expr, range, signal) };
  } catch (error) {
    const isTooMuch =
      isInferscopeError(error) && (error.code === "query_too_large" || error.code === "upstream_rejected");
    if (asked.expr === whole.expr || !isTooMuch) throw error;
    return { asked: whole, series: await keptSeries(target, whole.expr, range, signal) };
  }
}

/** The unit of what is compared, where its numbers are in the unit's base. */
function unitOf({ expr, comparison, threshold }: Asked): Unit | null {
  const measured = measuredUnitOf({
    id: "backtest",
    name: "backtest",
    expr,
    comparison,
    levels: [{ severity: null, threshold }],
    for: 0,
    keepFiringFor: 0,
    labels: {},
    annotations: {},
  });
  return measured?.factor === 1 ? measured.unit : null;
}

const iso = (seconds: number): string => new Date(seconds * 1000).toISOString();
const isoOrNull = (seconds: number | null): string | null => (seconds === null ? null : iso(seconds));

/**
 * Replays a rule over a range of the past: when it would have been pending, firing and resolved, and how noisy that is.
 * Throws `invalid_request` for an expression that the source refuses, `query_too_large` for more evaluations or points
 * than are read at once, and what the source's client throws.
 */
export async function backtest(
  actor: Actor,
  input: z.output<typeof backtestInputSchema>,
  { now, signal }: { now: Date; signal?: AbortSignal },
): Promise<BacktestView> {
  const wrong = (path: string, message: string) =>
    problem("invalid_request", "Some fields are not valid.", { fields: [{ path, message }] });
  if ((input.comparison === null) !== (input.threshold === null))
    throw wrong("threshold", "A comparison needs a threshold, and a threshold a comparison");
  try {
    new Intl.DateTimeFormat("en", { timeZone: input.timeZone });
  } catch {
    throw wrong("timeZone", "A time zone such as Europe/Berlin");
  }
  const source = await ruleSource(actor, input.source);
  const { interval } = input;
  const start = Math.floor(input.start.getTime() / 1000 / interval) * interval;
  const end = Math.floor(Math.min(input.end.getTime(), now.getTime()) / 1000 / interval) * interval;
  if (end < start) throw wrong("start", "Before now");
  const range = { start, end, interval };
  if (evaluationsIn(range) > mostEvaluations)
    throw problem(
      "query_too_large",
      `${evaluationsIn(range).toLocaleString("en-US")} evaluations are more than ${mostEvaluations.toLocaleString("en-US")}; take a shorter range or a longer interval.`,
      { fields: [{ path: "interval", message: "A longer one" }] },
    );

  const target = await upstreamTarget(source.id);
  const apart = takenApart(input);
  const beside = Promise.all([
    apart.comparison === null ? null : boundsOf(target, apart.expr, { now, signal }),
    pastAlerts(actor, { start, end, except: input.rule }),
  ]);
  // It is waited for below, after what may fail before.
  beside.catch(() => {});
  let read: Awaited<ReturnType<typeof askedSeries>>;
  try {
    read = await askedSeries(target, apart, input, range, signal);
  } catch (error) {
    if (isInferscopeError(error) && error.code === "upstream_rejected")
      throw problem("invalid_request", "Some fields are not valid.", {
        fields: [{ path: "expr", message: error.upstream ?? error.detail }],
        upstream: error.upstream,
        cause: error,
      });
    throw error;
  }
  const { asked, series } = read;
  const spec = {
    comparison: asked.comparison,
    threshold: asked.threshold,
    for: input.for,
    keepFiringFor: input.keepFiringFor,
    limit: defaultLimit,
    labels: input.labels,
    name: "backtest",
  };
  const { alerts, evaluations, errors } = replay(series, spec, range);
  let completeFrom: number | null = null;
  if (asked.comparison === null)
    completeFrom = await dataStart(createPrometheusClient(target), asked.expr, range, signal);
  else
    for (const { times } of series)
      if (times[0] !== undefined) completeFrom = Math.min(completeFrom ?? times[0], times[0]);
  // An expression that compares by itself gives nothing while all is well, which is no lack of data.
  const from = asked.comparison === null ? (completeFrom ?? start) : completeFrom;
  const { timeZone } = input;
  const [bounds, past] = await beside;
  const overlap =
    past.from === null
      ? { share: null, rules: [] }
      : overlapOf(alerts, past.alerts, { from: past.from, end });
  const notes = [...errors].map(([message, count]) => `${count} evaluations failed: ${message}.`);
  if (asked.comparison === null && completeFrom === null)
    notes.push(
      "The expression compares by itself, and not all that it reads had data, so it cannot be told from when on it could fire.",
    );
  if (alerts.length > mostAlerts)
    notes.push(`Only the last ${mostAlerts} of ${alerts.length} alerts are listed.`);
  return {
    alerts: alerts.slice(-mostAlerts).map(({ labels, pendingAt, firingAt, resolvedAt }) => ({
      labels: Object.fromEntries(Object.entries(labels).filter(([name]) => name !== "alertname")),
      pendingAt: iso(pendingAt),
      firingAt: isoOrNull(firingAt),
      resolvedAt: isoOrNull(resolvedAt),
    })),
    evaluations,
    completeFrom: isoOrNull(completeFrom),
    noise: noiseOf(alerts, { from, end, timeZone }),
    overlap: { ...overlap, from: isoOrNull(past.from) },
    bounds,
    unit: unitOf(asked),
    series: series.length,
    suggestions:
      input.pagesPerWeek === null ? [] : suggestionsFor(input.pagesPerWeek, series, spec, range, { from }),
    notes,
  };
}
