import "server-only";
import { LRUCache } from "lru-cache";
import type { Actor } from "@/lib/auth/actor";
import { db } from "@/lib/db/client";
import type { GpuPrice as GpuPriceRow } from "@/lib/db/generated/client";
import { problem } from "@/lib/errors";
import { stepFor } from "@/lib/prometheus/step";
import { listServices, queryableServices } from "@/lib/services/queries";
import type { SignalId } from "@/lib/signals/catalogue";
import { measurableSignals } from "@/lib/signals/plan";
import { type QueryableService, querySignals } from "@/lib/signals/query";
import type { SignalQuery, SignalResult } from "@/lib/signals/schema";
import { type Amount, costFigures, type ModelHours } from "./cost";
import { estimateHeadroom, type HeadroomHistory } from "./headroom";
import { type Cost, type GpuModels, type GpuPrices, type Headroom, longestCostWindow } from "./schema";
import { seededRandom } from "./seeded-random";

interface Context {
  requestId: string;
  now: Date;
  signal?: AbortSignal;
}

/** The rows of a team as the API shows them, by model. */
export function gpuPricesView(rows: readonly GpuPriceRow[]): GpuPrices {
  return {
    currency: rows[0]?.currency ?? null,
    items: rows
      .map(({ gpuModel, pricePerHour }) => ({ gpuModel, pricePerHour: Number(pricePerHour) }))
      .sort((a, b) => a.gpuModel.localeCompare(b.gpuModel)),
    nextCursor: null,
  };
}

/** The prices of the team's GPU-hours. */
export async function listGpuPrices(actor: Actor): Promise<GpuPrices> {
  return gpuPricesView(await db().gpuPrice.findMany({ where: { teamId: actor.teamId } }));
}

// --- GPUs ---------------------------------------------------------------------------------------------------------

/** Signals that every GPU has, whichever exporter reports it; the first that a service has counts its GPUs. */
const presence: SignalId[] = ["gpu_utilization", "gpu_memory_used", "gpu_power"];
/** Points of a window: an hour of 15-second samples keeps them all, a week is counted in quarters of an hour and more. */
const windowPoints = 700;

const presenceOf = (service: QueryableService): SignalId => {
  const measurable = new Set(measurableSignals(service));
  return presence.find((signal) => measurable.has(signal)) ?? "gpu_utilization";
};

type GpuSeries = { gpuModel: string | null; values: readonly (number | null)[] };

/** The series of single GPUs, or why there are none. */
function gpusOf(result: SignalResult): { gpus: GpuSeries[] } | { reason: string } {
  if (result.status !== "ok") return { reason: reasonOf(result) };
  const gpus = result.series.map(({ labels, values }) => ({ gpuModel: labels.device ?? null, values }));
  const areTold = result.series.every(({ labels }) => labels.gpu !== undefined || labels.uuid !== undefined);
  return areTold
    ? { gpus }
    : { reason: "The metric of its GPUs does not tell them apart, so they cannot be counted." };
}

const reasonOf = (result: SignalResult): string =>
  result.error?.detail ?? result.reason?.text ?? "There are no samples in this time.";

function hoursOf(result: SignalResult, step: number): { models: ModelHours[] } | { reason: string } {
  const found = gpusOf(result);
  if ("reason" in found) return found;
  const models = new Map<string | null, ModelHours>();
  for (const { gpuModel, values } of found.gpus) {
    const points = values.slice(1).filter((value) => value !== null).length;
    if (points === 0) continue;
    const model = models.get(gpuModel) ?? { gpuModel, gpus: 0, gpuHours: 0 };
    model.gpus += 1;
    model.gpuHours += (points * step) / 3600;
    models.set(gpuModel, model);
  }
  const sorted = [...models.values()].sort((a, b) => b.gpuHours - a.gpuHours);
  return sorted.length === 0 ? { reason: "No GPU reported anything in this time." } : { models: sorted };
}

/** A rate summed over its window. Each point stands for the step that ends at it, so the first one lies before. */
function totalOf(result: SignalResult, step: number): Amount {
  if (result.status !== "ok") return { reason: reasonOf(result) };
  const total = result.series
    .flatMap(({ values }) => values.slice(1))
    .reduce<number>((sum, value) => sum + (value ?? 0), 0);
  return { value: total * step };
}

async function serviceFor(actor: Actor, id: string): Promise<QueryableService> {
  const service = (await queryableServices(actor, [id])).get(id);
  if (service === undefined) throw problem("not_found", `There is no service "${id}".`);
  return service;
}

/** Each is a query to its source. */
const mostServices = 200;

/** The models of the GPUs that exporters report now, of all services. A source that does not answer is noted. */
export async function listGpuModels(actor: Actor, context: Context): Promise<GpuModels> {
  const { items, nextCursor } = await listServices(actor, { limit: mostServices });
  const services = await queryableServices(
    actor,
    items.map(({ id }) => id),
  );
  const asked = [...services.values()].filter((service) =>
    measurableSignals(service).includes(presenceOf(service)),
  );
  if (asked.length === 0) return { items: [], nextCursor: null, notes: [] };
  const end = Math.floor(context.now.getTime() / 1000);
  const queries = asked.map((service) => ({
    id: service.name,
    service: service.name,
    signal: presenceOf(service),
    by: ["gpu" as const],
  }));
  const { results } = await querySignals({ start: end - 300, end, step: 60, queries }, services, context);
  const models = new Map<string, { gpuModel: string; gpus: number; services: string[] }>();
  const notes =
    nextCursor === null ? [] : [`Only the first ${mostServices} services were asked for their GPUs.`];
  for (const result of results) {
    const found = gpusOf(result);
    if ("reason" in found) {
      notes.push(`${result.id}: ${found.reason}`);
      continue;
    }
    for (const { gpuModel } of found.gpus) {
      if (gpuModel === null) continue;
      const model = models.get(gpuModel) ?? { gpuModel, gpus: 0, services: [] };
      model.gpus += 1;
      if (!model.services.includes(result.id)) model.services.push(result.id);
      models.set(gpuModel, model);
    }
  }
  return {
    items: [...models.values()].sort((a, b) => a.gpuModel.localeCompare(b.gpuModel)),
    nextCursor: null,
    notes,
  };
}

// --- cost ---------------------------------------------------------------------------------------------------------

const defaultRange = 3_600;

/** What a service cost in a window, by its GPUs' time. Throws `not_found`, `invalid_request`. */
export async function serviceCost(
  actor: Actor,
  id: string,
  query: { start?: number; end?: number },
  context: Context,
): Promise<Cost> {
  const service = await serviceFor(actor, id);
  const end = query.end ?? context.now.getTime() / 1000;
  const start = query.start ?? end - defaultRange;
  if (end <= start) throw wrong("start", "a time before the end");
  if (end - start > longestCostWindow)
    throw wrong("start", `at most ${longestCostWindow / 86_400} days before the end`);
  const step = stepFor(end - start, windowPoints, service.scrapeInterval);
  const { results, ...grid } = await querySignals(
    {
      start,
      end,
      step,
      queries: [
        { id: "gpus", service: id, signal: presenceOf(service), by: ["gpu"] },
        { id: "output", service: id, signal: "output_token_rate" },
        { id: "prompt", service: id, signal: "prompt_token_rate" },
      ],
    },
    new Map([[id, service]]),
    context,
  );
  const [gpus, output, prompt] = results as [SignalResult, SignalResult, SignalResult];
  const prices = await listGpuPrices(actor);
  return {
    service: id,
    start: grid.start,
    end: grid.end,
    currency: prices.currency,
    ...costFigures(
      hoursOf(gpus, grid.step),
      { output: totalOf(output, grid.step), prompt: totalOf(prompt, grid.step) },
      prices.items,
    ),
    expr: results.flatMap(({ expr }) => expr),
    notes: [...new Set(results.flatMap(({ note }) => note ?? []))],
  };
}

const wrong = (path: string, message: string) =>
  problem("invalid_request", "The query parameters are not valid.", { fields: [{ path, message }] });

// --- headroom -----------------------------------------------------------------------------------------------------

/** Windows of five minutes: longer than a burst, shorter than a rush hour. Seconds. */
const headroomStep = 300;
/** Replicas come and go by the hour, and each is a series. Seconds. */
const replicaStep = 3_600;

/** Weeks of history are dear to read and to resample, and an hour adds little to them. */
const estimated = new LRUCache<string, Headroom>({ max: 500, ttl: 3_600_000 });

/**
 * The request rate at which a service's queue starts to grow, from its last days until the last full hour. An answer is
 * kept for that hour, unless the source could not be asked. Throws `not_found`.
 */
export async function serviceHeadroom(
  actor: Actor,
  id: string,
  { days }: { days: number },
  context: Context,
): Promise<Headroom> {
  const end = Math.floor(context.now.getTime() / 1000 / replicaStep) * replicaStep;
  const service = await serviceFor(actor, id);
  const key = JSON.stringify([actor.teamId, id, days, end]);
  const known = estimated.get(key);
  if (known !== undefined) return known;
  const { headroom, isFailed } = await readHeadroom(service, { start: end - days * 86_400, end }, context);
  if (!isFailed) estimated.set(key, headroom);
  return headroom;
}

async function readHeadroom(
  service: QueryableService,
  { start, end }: { start: number; end: number },
  context: Context,
): Promise<{ headroom: Headroom; isFailed: boolean }> {
  const id = service.name;
  const services = new Map([[id, service]]);
  const has = new Set(measurableSignals(service));
  const isByTime = !has.has("queue_depth") && has.has("queue_time");
  const fine: SignalQuery[] = [
    { id: "rate", service: id, signal: "request_rate" },
    isByTime
      ? { id: "queue", service: id, signal: "queue_time", quantiles: [0.5] }
      : { id: "queue", service: id, signal: "queue_depth" },
    { id: "output", service: id, signal: "output_token_rate" },
    { id: "prompt", service: id, signal: "prompt_token_rate" },
  ];
  const [one, hourly] = await Promise.all([
    querySignals({ start, end, step: headroomStep, queries: fine }, services, context),
    querySignals(
      {
        start,
        end,
        step: replicaStep,
        queries: [{ id: "replicas", service: id, signal: "requests_running", by: ["instance"] }],
      },
      services,
      context,
    ),
  ]);
  const [rate, queue, output, prompt] = one.results as [
    SignalResult,
    SignalResult,
    SignalResult,
    SignalResult,
  ];
  const base = {
    service: id,
    start,
    end,
    expr: [...rate.expr, ...queue.expr],
    notes: [...new Set([rate, queue].flatMap(({ note }) => note ?? []))],
  };
  const unread = [rate, queue].find(({ status }) => status !== "ok");
  const missing =
    unread !== undefined
      ? isNewerThan(end, unread)
        ? "There is no full hour of history yet; it takes two days."
        : reasonOf(unread)
      : queue.series.length > 1
        ? "Its time in the queue is known of each replica by itself only, which cannot be put together."
        : undefined;
  const isFailed = [...one.results, ...hourly.results].some(({ status }) => status === "error");
  const history: HeadroomHistory | { reason: string } =
    missing === undefined
      ? {
          step: headroomStep,
          rate: line(rate),
          queue: line(queue),
          queueUnit: isByTime ? "seconds" : "requests",
          output: line(output),
          prompt: line(prompt),
          replicas: replicasAt(hourly.results[0]!, line(rate).length),
        }
      : { reason: missing };
  const estimate = withNotes(base.notes, estimateHeadroom(history, seededRandom(`${id} ${end}`)));
  return { headroom: { ...base, ...estimate }, isFailed };
}

/** Whether all that there is of a signal came after a time. */
const isNewerThan = (end: number, { status, reason }: SignalResult): boolean =>
  status === "empty" && (reason?.lastSampleAt ?? 0) >= end;

const withNotes = <Part extends { notes: string[] }>(notes: string[], part: Part): Part => ({
  ...part,
  notes: [...notes, ...part.notes],
});

/** The one line of a signal that is not split. */
const line = (result: SignalResult): readonly (number | null)[] => result.series[0]?.values ?? [];

/** How many replicas reported at each of the fine points; null where none did. */
function replicasAt(result: SignalResult, points: number): (number | null)[] {
  const perHour = replicaStep / headroomStep;
  return Array.from({ length: points }, (_, index) => {
    const hour = Math.ceil(index / perHour);
    const count = result.series.filter(({ values }) => (values[hour] ?? null) !== null).length;
    return count === 0 ? null : count;
  });
}
