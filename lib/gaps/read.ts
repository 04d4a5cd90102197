import "server-only";
import type { z } from "zod";
import type { Actor } from "@/lib/auth/actor";
import { problem } from "@/lib/errors";
import { rangeReader } from "@/lib/prometheus/range-reader";
import { alignToStep, stepFor } from "@/lib/prometheus/step";
import { queryableServices } from "@/lib/services/queries";
import { type QueryableService, querySignals } from "@/lib/signals/query";
import { maximumPoints } from "@/lib/signals/schema";
import { parseDuration } from "@/lib/units";
import { gapExpressions, targetLabel } from "./expressions";
import { findGaps, type GapEvidence, type TargetValues } from "./gaps";
import type { GapsAnswer, gapsQuerySchema } from "./schema";

interface Context {
  requestId: string;
  now: Date;
  signal?: AbortSignal;
}

/** Points of the range when the caller says no step, and the range when it says no start, seconds. */
const defaultPoints = 240;
const defaultRange = 3_600;

/** Why charts of a service have gaps. Throws `not_found`, `invalid_request`, and what the source fails with. */
export async function serviceGaps(
  actor: Actor,
  id: string,
  query: z.output<typeof gapsQuerySchema>,
  context: Context,
): Promise<GapsAnswer> {
  const service = (await queryableServices(actor, [id])).get(id);
  if (service === undefined) throw problem("not_found", `There is no service "${id}".`);
  const end = query.end ?? context.now.getTime() / 1000;
  const start = query.start ?? end - defaultRange;
  if (end <= start) throw wrong("start", "a time before the end");
  const step = stepOf(query.step, end - start, service.scrapeInterval);
  const evidence = await readEvidence(
    service,
    { start: alignToStep(start, step), end: alignToStep(end, step), step },
    context,
  );
  const { gaps, notes } = findGaps(evidence);
  return { items: gaps, nextCursor: null, notes };
}

/** Reads what gaps are told from; the grid must be aligned. */
export async function readEvidence(
  service: QueryableService,
  grid: { start: number; end: number; step: number },
  context: Context,
): Promise<GapEvidence> {
  // Two scrapes: one that comes a moment late is no gap.
  const window = Math.max(grid.step, Math.ceil(2 * service.scrapeInterval));
  const expressions = gapExpressions(service, { start: grid.start, window });
  if (expressions === undefined)
    throw problem("not_found", `${service.name} has no metrics by which its gaps could be told.`);
  const target = await service.target();
  const { scrapeInterval } = service;
  const { signal } = context;
  const read = async (expr: string): Promise<TargetValues[]> => {
    const { series } = await rangeReader().read({
      target,
      expr,
      ...grid,
      rateWindow: window,
      scrapeInterval,
      signal,
    });
    return series.map(({ labels, values }) => ({ target: labels[targetLabel] ?? "a target", values }));
  };
  const points = Math.round((grid.end - grid.start) / grid.step) + 1;
  const single = async (expr: string) =>
    (await read(expr))[0]?.values ?? new Array<number | null>(points).fill(null);
  const { metric, fell } = expressions;
  const [scraped, answered, down, present, processes, began, falls, requests] = await Promise.all([
    single(expressions.scraped),
    single(expressions.answered),
    read(expressions.down),
    single(expressions.present),
    single(expressions.processes),
    read(expressions.began),
    fell === undefined ? undefined : read(fell),
    readRequests(service, grid, context),
  ]);
  const tellStart = processes.some((value) => value !== null);
  return {
    service: service.name,
    ...grid,
    scraped,
    answered,
    down,
    present: { metric, values: present },
    restarts: tellStart ? began : falls?.map((one) => whenSeen(one, grid)),
    requests,
  };
}

/** Of a counter that fell the time is known only to the step: the one at which it was first seen. */
function whenSeen(
  { target, values }: TargetValues,
  { start, step }: { start: number; step: number },
): TargetValues {
  let seen: number | null = null;
  return {
    target,
    values: values.map((value, index) => {
      seen = value === null ? null : (seen ?? start + index * step);
      return seen;
    }),
  };
}

async function readRequests(
  service: QueryableService,
  grid: { start: number; end: number; step: number },
  context: Context,
): Promise<GapEvidence["requests"]> {
  const { results } = await querySignals(
    { ...grid, queries: [{ id: "requests", service: service.name, signal: "request_rate" }] },
    new Map([[service.name, service]]),
    context,
  );
  const [result] = results;
  return result?.status === "ok" ? result.series[0]?.values : undefined;
}

function stepOf(text: string | undefined, range: number, scrapeInterval: number): number {
  if (text === undefined) return stepFor(range, defaultPoints, scrapeInterval);
  const seconds = /^\d+(\.\d+)?$/.test(text) ? Number(text) : parseDuration(text);
  if (seconds === null || !Number.isInteger(seconds) || seconds < 1)
    throw wrong("step", "whole seconds, at least 1, or a duration such as `1m`");
  if (range / seconds > maximumPoints)
    throw wrong("step", `at least ${Math.ceil(range / maximumPoints)} seconds for this range`);
  return seconds;
}

const wrong = (path: string, message: string) =>
  problem("invalid_request", "The query parameters are not valid.", { fields: [{ path, message }] });
