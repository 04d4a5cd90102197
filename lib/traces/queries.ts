import "server-only";
import type { Actor } from "@/lib/auth/actor";
import { invalidFields, isInferscopeError, problem } from "@/lib/errors";
import { createJaegerClient, type JaegerClient } from "@/lib/jaeger/client";
import { normalTraceId, summaryOf, type TraceSearch, type TraceSummary } from "@/lib/jaeger/trace";
import { findService } from "@/lib/services/queries";
import { currentSources } from "@/lib/sources/queries";
import { upstreamTarget } from "@/lib/sources/targets";
import { format } from "@/lib/units";
import { traceView } from "./model";
import { redactSummary, redactTrace, shownNames } from "./redaction";
import {
  type FailedSource,
  longestWindow,
  type TraceAnswer,
  type TraceList,
  type TraceOperations,
  type TraceSearchQuery,
  type TraceServices,
  type TraceSummaryView,
} from "./schema";
import { meetsTerms } from "./span-match";
import type { TagTerm } from "./tag-search";
import { traceServiceOf } from "./trace-service";

/** Services of one source that are searched one after another where none was chosen. */
const mostServices = 20;
/** How often a search for the slowest asks for longer spans. */
const mostRounds = 10;
/** A trace of 50,000 spans is about 100 MB as Jaeger writes it. */
const mostTraceBytes = 256 * 1024 * 1024;
/** The window when the caller says no start, seconds. */
const defaultWindow = 3_600;

type Reading = { signal?: AbortSignal };
type Connected = { name: string; jaeger: JaegerClient };

async function jaegerSources(actor: Actor, name?: string): Promise<{ id: string; name: string }[]> {
  const all = await currentSources({ kind: "jaeger", teamId: actor.teamId });
  if (name === undefined) return all;
  const chosen = all.filter((source) => source.name === name);
  if (chosen.length === 0) throw problem("not_found", `There is no Jaeger source of the name ${name}.`);
  return chosen;
}

/** Reads each source by itself; one that fails is named. Throws its error when none answered. */
async function ofEach<Found>(
  sources: readonly { id: string; name: string }[],
  { signal }: Reading,
  read: (source: Connected) => Promise<Found>,
): Promise<{ found: { source: string; value: Found }[]; failed: FailedSource[] }> {
  const found: { source: string; value: Found }[] = [];
  const failed: FailedSource[] = [];
  let firstError: unknown;
  await Promise.all(
    sources.map(async ({ id, name }) => {
      try {
        const jaeger = createJaegerClient(await upstreamTarget(id));
        found.push({ source: name, value: await read({ name, jaeger }) });
      } catch (error) {
        if (signal?.aborted || !isInferscopeError(error) || error.code === "invalid_request") throw error;
        firstError ??= error;
        failed.push({ source: name, code: error.code, detail: error.detail });
      }
    }),
  );
  if (found.length === 0 && firstError !== undefined) throw firstError;
  const bySource = (a: { source: string }, b: { source: string }) => (a.source < b.source ? -1 : 1);
  return { found: found.sort(bySource), failed: failed.sort(bySource) };
}

/**
 * The traces of a window that have what is searched for, over all sources or one. Throws `invalid_request`, `not_found` for
 * a source that is not there, and what a source fails with when none answered.
 */
export async function searchTraces(
  actor: Actor,
  query: TraceSearchQuery,
  { now, signal }: { now: Date } & Reading,
): Promise<TraceList> {
  const end = query.end ?? now.getTime() / 1000;
  const start = query.start ?? end - defaultWindow;
  assertSearchable(query, { start, end });
  const sources = await jaegerSources(actor, query.source);
  const notes: string[] = [];
  const reached: Reached[] = [];
  const { found, failed } = await ofEach(sources, { signal }, async ({ name, jaeger }) => {
    const services = await servicesToSearch(jaeger, query.service, { signal }, (of) =>
      notes.push(
        `${name} has traces of ${of} services; the first ${mostServices} by name were searched. Choose one to search it.`,
      ),
    );
    const alternatives = query.tags === undefined || query.tags.length === 0 ? [[]] : query.tags;
    const answers = await Promise.all(
      services.flatMap((service) =>
        alternatives.map((terms) =>
          searchOne(
            jaeger,
            { search: searchOf(query, service, terms, { start, end }), terms, order: query.order },
            { signal },
          ),
        ),
      ),
    );
    reached.push(...answers.map((answer) => answer.reached));
    return answers.flatMap(({ items }) => items);
  });
  if (query.tags?.some((terms) => terms.some(({ not }) => not)))
    notes.push("Jaeger has no NOT: it was applied to the traces that came back for the rest of the search.");
  notes.push(...reachedWords(reached));

  const items = new Map<string, TraceSummaryView>();
  for (const { source, value } of found)
    for (const summary of value) items.set(`${source} ${summary.traceId}`, summaryView(source, summary));
  const ordered = [...items.values()].sort((a, b) =>
    query.order === "slowest" ? b.duration - a.duration || b.start - a.start : b.start - a.start,
  );
  return {
    items: ordered.slice(0, query.limit),
    start,
    end,
    sources: found.map(({ source }) => source),
    failed,
    notes: [...new Set(notes)],
  };
}

function assertSearchable(query: TraceSearchQuery, { start, end }: { start: number; end: number }): void {
  const fields = [
    ...(start < end ? [] : [{ path: "start", message: "A time before the end" }]),
    ...(end - start <= longestWindow ? [] : [{ path: "start", message: "At most 7 days before the end" }]),
    ...(query.operation === undefined || query.service !== undefined
      ? []
      : [{ path: "operation", message: "Give the service too: an operation is one of a service" }]),
    ...(query.minDuration !== undefined &&
    query.maxDuration !== undefined &&
    query.minDuration > query.maxDuration
      ? [{ path: "maxDuration", message: "At least the shortest duration" }]
      : []),
  ];
  if (fields.length > 0) throw invalidFields(fields);
}

async function servicesToSearch(
  jaeger: JaegerClient,
  chosen: string | undefined,
  reading: Reading,
  onMore: (of: number) => void,
): Promise<string[]> {
  if (chosen !== undefined) return [chosen];
  const all = shownNames(await jaeger.services(reading));
  if (all.length > mostServices) onMore(all.length);
  return all.slice(0, mostServices);
}

const searchOf = (
  { operation, minDuration, maxDuration, limit }: TraceSearchQuery,
  service: string,
  terms: readonly TagTerm[],
  { start, end }: { start: number; end: number },
): TraceSearch & { limit: number } => ({
  service,
  start,
  end,
  limit,
  ...(operation === undefined ? {} : { operation }),
  ...(minDuration === undefined ? {} : { minDuration }),
  ...(maxDuration === undefined ? {} : { maxDuration }),
  attributes: Object.fromEntries(terms.filter(({ not }) => !not).map(({ key, value }) => [key, value])),
});

type OneSearch = {
  search: TraceSearch & { limit: number };
  terms: readonly TagTerm[];
  order: TraceSearchQuery["order"];
};

/**
 * How far one search went: to everything there is, to all or some that is longer than something (seconds), or to the latest.
 */
type Reached =
  | { service: string; kind: "all" }
  | { service: string; kind: "longer"; than: number }
  | { service: string; kind: "some"; than: number }
  | { service: string; kind: "latest"; of: number };

async function searchOne(
  jaeger: JaegerClient,
  { search, terms, order }: OneSearch,
  reading: Reading,
): Promise<{ items: TraceSummary[]; reached: Reached }> {
  const { service, limit } = search;
  const read = async (minDuration = search.minDuration): Promise<{ items: TraceSummary[]; came: number }> => {
    const one = minDuration === undefined ? search : { ...search, minDuration };
    if (!terms.some(({ not }) => not)) {
      const items = await jaeger.search(one, reading);
      return { items, came: items.length };
    }
    const traces = await jaeger.traces(one, reading);
    return {
      items: traces.filter((trace) => meetsTerms(trace, service, terms)).map(summaryOf),
      came: traces.length,
    };
  };
  const latest = await read();
  if (latest.came < limit) return { items: latest.items, reached: { service, kind: "all" } };
  if (order === "latest")
    return { items: latest.items, reached: { service, kind: "latest", of: latest.came } };
  // Jaeger sorts by time only: spans longer than most of those that came are asked for, until not all of a limit have one.
  let { items } = latest;
  let tooShort = search.minDuration ?? 0;
  let tooLong = search.maxDuration ?? Number.POSITIVE_INFINITY;
  let whole: { items: TraceSummary[]; than: number } | undefined;
  for (let round = 0; round < mostRounds; round += 1) {
    const than: number = Number.isFinite(tooLong)
      ? (tooShort + tooLong) / 2
      : // Where the latest happen to be the fastest, their quartiles would get on by small steps.
        Math.max(upperQuartile(items) / 1e6, tooShort * 2);
    if (than <= tooShort || than >= tooLong) break;
    const longer = await read(than);
    if (longer.came >= limit) {
      tooShort = than;
      items = longer.items;
      continue;
    }
    tooLong = than;
    if (longer.items.length > 0) whole = { items: longer.items, than };
    if (longer.items.length >= limit / 2) break;
  }
  if (whole !== undefined)
    return { items: whole.items, reached: { service, kind: "longer", than: whole.than } };
  return { items, reached: { service, kind: "some", than: tooShort } };
}

/** What a list of traces leaves out, in words; the searches of one service and of all of them may reach differently far. */
function reachedWords(reached: readonly Reached[]): string[] {
  const longer = reached.flatMap((each) => (each.kind === "longer" ? [each.than] : []));
  const some = reached.flatMap((each) => (each.kind === "some" ? [each.service] : []));
  const latest = reached.filter((each) => each.kind === "latest");
  const services = [...new Set(latest.map(({ service }) => service))];
  const most = Math.max(0, ...latest.map(({ of }) => of));
  return [
    ...(longer.length === 0
      ? []
      : [
          `Every trace of the window with a span of at least ${format(Math.max(...longer), "seconds")} is here, and not every shorter one.`,
        ]),
    ...(some.length === 0
      ? []
      : [
          `Of ${listed([...new Set(some)])} there are slow traces that are not here: narrow the window to see them.`,
        ]),
    ...(latest.length === 0
      ? []
      : [`Of ${listed(services)} there are ${most} traces or more in the window; the latest are here.`]),
  ];
}

const listed = (names: readonly string[]): string =>
  names.length <= 3
    ? names.join(", ")
    : `${names.slice(0, 3).join(", ")} and ${names.length - 3} more services`;

function upperQuartile(items: readonly TraceSummary[]): number {
  const durations = items.map(({ duration }) => duration).sort((a, b) => a - b);
  return durations[Math.floor(durations.length * 0.75)] ?? 0;
}

function summaryView(source: string, summary: TraceSummary): TraceSummaryView {
  const { rootServiceName, rootName, ...shown } = redactSummary(summary);
  return { ...shown, source, service: rootServiceName, operation: rootName };
}

/**
 * One trace as it is shown, from the source that has most of it. Throws `invalid_request` for what is no id, `not_found`,
 * and what a source fails with when that may be why it is not found.
 */
export async function findTrace(
  actor: Actor,
  id: string,
  { source, signal }: { source?: string } & Reading,
): Promise<TraceAnswer> {
  const traceId = normalTraceId(id);
  if (traceId === null) throw problem("invalid_request", "A trace id is hexadecimal, of 1 to 32 digits.");
  const sources = await jaegerSources(actor, source);
  const { found, failed } = await ofEach(sources, { signal }, ({ jaeger }) =>
    jaeger.trace(traceId, { signal, maxBytes: mostTraceBytes }),
  );
  const [best] = found
    .flatMap(({ source: name, value }) => (value === null ? [] : [{ name, trace: value }]))
    .sort((a, b) => b.trace.spanCount - a.trace.spanCount);
  if (best === undefined) {
    const [first] = failed;
    if (first !== undefined)
      throw problem(
        "upstream_unavailable",
        `The trace is not in the sources that answered, and not all did: ${first.detail}`,
      );
    throw problem(
      "not_found",
      sources.length === 0
        ? "No Jaeger is connected, so there are no traces."
        : `No trace has the id ${traceId}: it was not sampled, is not stored yet, or is not kept any more.`,
    );
  }
  return { ...traceView(redactTrace(best.trace)), source: best.name, failed };
}

/** The names of services in traces, and which of them a service of the console is. */
export async function traceServices(
  actor: Actor,
  { source, about }: { source?: string; about?: string },
  reading: Reading,
): Promise<TraceServices> {
  const service = about === undefined ? null : await findService(actor, about);
  const { found, failed } = await ofEach(await jaegerSources(actor, source), reading, ({ jaeger }) =>
    jaeger.services(reading),
  );
  const names = new Map<string, string[]>();
  for (const { source: name, value } of found)
    for (const each of shownNames(value)) names.set(each, [...(names.get(each) ?? []), name]);
  const items = [...names].map(([name, sources]) => ({ name, sources }));
  return {
    items: items.sort((a, b) => (a.name < b.name ? -1 : 1)),
    match: service === null ? null : traceServiceOf(service, [...names.keys()]),
    sources: found.map(({ source: name }) => name),
    failed,
  };
}

/** The operations of a service in traces. */
export async function traceOperations(
  actor: Actor,
  { source, service }: { source?: string; service: string },
  reading: Reading,
): Promise<TraceOperations> {
  const { found, failed } = await ofEach(await jaegerSources(actor, source), reading, ({ jaeger }) =>
    jaeger.operations(service, reading),
  );
  const items = new Map(
    found.flatMap(({ value }) =>
      value
        .filter(({ name }) => shownNames([name]).length > 0)
        .map((operation) => [`${operation.name}\n${operation.kind}`, operation] as const),
    ),
  );
  return { items: [...items.values()].sort((a, b) => (a.name < b.name ? -1 : 1)), failed };
}
