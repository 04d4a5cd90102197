import "server-only";
import { systemActor } from "@/lib/auth/actor";
import { config } from "@/lib/config";
import { db } from "@/lib/db/client";
import { Prisma, type Source } from "@/lib/db/generated/client";
import { isInferscopeError } from "@/lib/errors";
import type { LoopDefinition } from "@/lib/jobs/definition";
import { log } from "@/lib/observability/log";
import { createPrometheusClient, type PrometheusClient } from "@/lib/prometheus/client";
import { upstreamTarget } from "@/lib/sources/targets";
import { onBehalfOf } from "@/lib/upstream/caller";
import { recordPast } from "./commands";
import { newAlertRuns, type PastAlert } from "./runs";

const everySeconds = 60;
/** Between two tries of a source that did not answer. */
const retryMs = 600_000;

const selector = '{__name__=~"ALERTS|ALERTS_FOR_STATE"}';
/** How far back, seconds. */
const longest = 30 * 86_400;
/** Prometheus's default evaluation interval, seconds: no edge is closer than that. */
const finest = 60;
/** What Prometheus gives of one series. */
const mostPointsOfSeries = 11_000;
/** Of one answer, and of all together; a range with more series is read more coarsely. */
const mostPointsOfAnswer = 200_000;
const mostPoints = 20_000_000;
const mostSeries = 10_000;
/** The newest are kept. */
const mostAlerts = 20_000;
const timeout = 30;

/** What came of reading the past of a source. */
export interface AlertHistory {
  at: string;
  /** From when on it was read, and how exact its times are, seconds; null where it was not. */
  from: string | null;
  step: number | null;
  alerts: number;
  problem: string | null;
}

export interface Past {
  alerts: PastAlert[];
  /** Unix seconds. */
  from: number;
  step: number;
}

/** The step at which so many series are read over a range, seconds, and how many points of each one answer has. */
function gridOf(series: number, range: number): { step: number; points: number } {
  const step = finest * Math.max(1, Math.ceil((series * range) / mostPoints / finest));
  const points = Math.min(mostPointsOfSeries, Math.floor(mostPointsOfAnswer / Math.max(1, series)));
  return { step, points: Math.max(2, points) };
}

/**
 * Reads the alerts of a Prometheus that fired and ended in the `range` seconds before `now` (Unix seconds) from its ALERTS
 * series. Throws UpstreamError as the client does, and the signal's reason when it aborts.
 */
export async function pastAlerts(
  client: PrometheusClient,
  now: number,
  range: number,
  signal?: AbortSignal,
): Promise<Past> {
  const span = { start: now - range, end: now };
  const { data } = await client.series({ match: [selector], ...span, limit: mostSeries, signal, timeout });
  const { step, points } = gridOf(data.length, range);
  const [start, end] = [Math.ceil(span.start / step) * step, Math.floor(now / step) * step];
  const runs = newAlertRuns(start, step);
  if (data.length > 0)
    for (let from = start; from <= end; from += points * step) {
      const until = Math.min(end, from + (points - 1) * step);
      const { data: series } = await client.queryRange(selector, {
        start: from,
        end: until,
        step,
        signal,
        timeout,
      });
      runs.enter(series, until);
    }
  return { alerts: runs.ended().slice(-mostAlerts), from: start, step };
}

async function fill(source: Source, now: Date, signal?: AbortSignal): Promise<void> {
  const range = Math.min(longest, config().INFERSCOPE_ALERT_RETENTION);
  let history: AlertHistory;
  try {
    const client = createPrometheusClient(await upstreamTarget(source.id));
    const { alerts, from, step } = await pastAlerts(client, now.getTime() / 1000, range, signal);
    const written = await recordPast(source, alerts);
    history = {
      at: now.toISOString(),
      from: new Date(from * 1000).toISOString(),
      step,
      alerts: written,
      problem: null,
    };
    log.info({ event: "alert_history_filled", source: source.name, ...history });
  } catch (error) {
    if (signal?.aborted || !isInferscopeError(error)) throw error;
    history = { at: now.toISOString(), from: null, step: null, alerts: 0, problem: error.detail };
  }
  await db().source.updateMany({
    where: { id: source.id, url: source.url },
    data: { alertHistory: history as unknown as Prisma.InputJsonObject },
  });
}

/**
 * Fills the history back with what each Prometheus evaluated before it was added, once a source; one that does not answer
 * is tried again. Rejects only when the database does, or `signal` aborts.
 */
export async function fillAlertHistory(now: Date, signal?: AbortSignal): Promise<void> {
  const sources = await db().source.findMany({
    where: {
      kind: "prometheus",
      validTo: null,
      OR: [
        { alertHistory: { equals: Prisma.DbNull } },
        {
          AND: [
            { alertHistory: { path: ["problem"], not: Prisma.JsonNull } },
            { alertHistory: { path: ["at"], lt: new Date(now.getTime() - retryMs).toISOString() } },
          ],
        },
      ],
    },
  });
  for (const source of sources) {
    signal?.throwIfAborted();
    await fill(source, now, signal);
  }
}

const actor = systemActor("alert-history");

export const alertHistoryLoop: LoopDefinition = {
  name: "alert-history",
  summary: "Fills the history of alerts back from a Prometheus that was added.",
  everySeconds,
  run: (signal) => onBehalfOf(actor, () => fillAlertHistory(new Date(), signal)),
};
