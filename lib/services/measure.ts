import "server-only";
import type { z } from "zod";
import type { Actor } from "@/lib/auth/actor";
import { problem } from "@/lib/errors";
import { alignToStep, stepFor } from "@/lib/prometheus/step";
import { signals } from "@/lib/signals/catalogue";
import { alignGrid, gridPoints, measurableSignals } from "@/lib/signals/plan";
import { querySignals } from "@/lib/signals/query";
import {
  maximumPoints,
  type SignalSeries,
  type SignalsAnswer,
  type SignalsRequest,
} from "@/lib/signals/schema";
import { thinnedAnswer } from "@/lib/signals/thin";
import { formatExact, parseDuration, type Unit } from "@/lib/units";
import { onBehalfOf } from "@/lib/upstream/caller";
import { queryableServices } from "./queries";
import type { serviceSignalsQuerySchema, serviceSignalsSchema } from "./schema";

interface Context {
  requestId: string;
  now: Date;
  signal?: AbortSignal;
}

/** Points of a series when the caller says no step, and the range when it says no start, seconds. */
const defaultPoints = 240;
const defaultRange = 3_600;

/** Answers the queries of one page refresh over the services that the actor may see. */
export async function measure(
  actor: Actor,
  request: SignalsRequest,
  context: Context,
): Promise<SignalsAnswer> {
  const services = await queryableServices(
    actor,
    request.queries.map(({ service }) => service),
  );
  // A page that begins its request while it is rendered comes through no route.
  const answer = await onBehalfOf(actor, () => querySignals(request, services, context));
  return request.maxPoints === undefined ? answer : thinnedAnswer(answer, request.maxPoints);
}

/** The signals of one service as points, in base units. Throws `not_found`, `invalid_request`. */
export async function serviceSignals(
  actor: Actor,
  id: string,
  query: z.output<typeof serviceSignalsQuerySchema>,
  context: Context,
): Promise<z.input<typeof serviceSignalsSchema>> {
  const service = (await queryableServices(actor, [id])).get(id);
  if (service === undefined) throw problem("not_found", `There is no service "${id}".`);
  const end = query.end ?? context.now.getTime() / 1000;
  const start = query.start ?? end - defaultRange;
  if (end <= start) throw wrong("start", "a time before the end");
  const step = stepOf(query.step, end - start, service.scrapeInterval);

  const asked = query.signal ?? measurableSignals(service);
  const request: SignalsRequest = {
    start: alignToStep(start, step),
    end: alignToStep(end, step),
    step,
    queries: asked.map((signal) => ({
      id: signal,
      service: id,
      signal,
      quantiles: query.quantile,
      by: query.by,
    })),
  };
  const answer = await querySignals(request, new Map([[id, service]]), context);
  const times = gridPoints(alignGrid(answer));
  return {
    service: id,
    start: answer.start,
    end: answer.end,
    step: answer.step,
    signals: answer.results.map((result) => {
      const { signal, unit, better, status, expr, note, reason, error } = result;
      const series = (status === "error" ? [] : result.series).map((one) => shownSeries(one, times));
      return {
        signal,
        unit,
        better,
        available: status === "ok",
        expr,
        ...noteOf(note, reason?.text ?? error?.detail, lowerBoundsNote(series, signals[signal].unit)),
        ...(error === undefined ? {} : { error: { code: error.code, detail: error.detail } }),
        series,
      };
    }),
  };
}

interface ShownSeries {
  labels: Record<string, string>;
  quantile?: number;
  points: [number, number | null][];
  atLeast?: number[];
}

function shownSeries(
  { labels, quantile, values, band }: SignalSeries,
  times: readonly number[],
): ShownSeries {
  const points = values.map((value, index): [number, number | null] => [times[index]!, value]);
  const atLeast = points
    .filter(([, value], index) => value !== null && band !== undefined && isOpen(band, index))
    .map(([time]) => time);
  return {
    labels,
    ...(quantile === undefined ? {} : { quantile }),
    points,
    ...(atLeast.length === 0 ? {} : { atLeast }),
  };
}

const isOpen = ({ lo, hi }: NonNullable<SignalSeries["band"]>, index: number): boolean =>
  typeof lo[index] === "number" && hi[index] === null;

/** Says of points beyond the last bucket that they are lower bounds, with the bounds that they lie at. */
function lowerBoundsNote(series: readonly ShownSeries[], unit: Unit): string | undefined {
  const bounds = new Set<number>();
  for (const { points, atLeast } of series) {
    const open = new Set(atLeast);
    for (const [time, value] of points) if (value !== null && open.has(time)) bounds.add(value);
  }
  if (bounds.size === 0) return undefined;
  const shown = [...bounds].sort((a, b) => a - b).map((bound) => formatExact(bound, unit));
  return `Points at the highest bound (${shown.join(", ")}) are lower bounds: ${shown.map((bound) => `≥ ${bound}`).join(", ")}.`;
}

function noteOf(...parts: (string | undefined)[]): { note?: string } {
  const said = parts.filter((part) => part !== undefined);
  return said.length === 0 ? {} : { note: said.join(" ") };
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
