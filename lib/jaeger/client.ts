import "server-only";
import { LRUCache } from "lru-cache";
import type { z } from "zod";
import { problem } from "@/lib/errors";
import type { Seconds, UnixSeconds } from "@/lib/units";
import { requestUpstream, requestUpstreamJson } from "@/lib/upstream/fetch";
import { addressOf, type UpstreamTarget } from "@/lib/upstream/target";
import { isUpstreamError, UpstreamError } from "@/lib/upstream/upstream-error";
import {
  byLatestStart,
  type Dependency,
  normalTraceId,
  type Operation,
  summaryOf,
  type Trace,
  type TraceSearch,
  type TraceSummary,
} from "./trace";
import * as v1 from "./v1";
import * as v3 from "./v3";

export type ReadOptions = {
  signal?: AbortSignal;
  timeout?: Seconds;
  /** A longer answer is refused; what upstream requests allow when absent. */
  maxBytes?: number;
};

/**
 * Reads from one Jaeger, 1.x to the releases that have /api/v3 only, and whatever else speaks its query API. Which
 * generation is there is found out at the first request and again when a route is gone. Every method throws
 * UpstreamError (an InferscopeError of an `upstream_` code) or the reason of an aborted signal.
 */
export type JaegerClient = {
  /** Which API is answered: what a Test button shows. */
  generation(options?: ReadOptions): Promise<"v1" | "v3">;
  /** Sorted. */
  services(options?: ReadOptions): Promise<string[]>;
  /** Sorted by name, then kind; empty for an unknown service. A kind that was not given reads `internal`. */
  operations(service: string, options?: ReadOptions): Promise<Operation[]>;
  /** The most recent traces that match, latest first; empty when none does. */
  search(search: TraceSearch, options?: ReadOptions): Promise<TraceSummary[]>;
  /** As `search`, with all spans. An answer of many traces is large: keep `limit` small. */
  traces(search: TraceSearch, options?: ReadOptions): Promise<Trace[]>;
  /** One trace, or null when Jaeger does not have it. Throws `invalid_request` for an id that is not hex. */
  trace(id: string, options?: ReadOptions): Promise<Trace | null>;
  /** Calls between services in [start, end], calls within one service included; sorted by parent, then child. */
  dependencies(range: { start: UnixSeconds; end: UnixSeconds }, options?: ReadOptions): Promise<Dependency[]>;
};

/**
 * What a Jaeger understands. From 2.19 on, /api/v3 has trace summaries and a filter by attributes; before, it has
 * neither and the older API, which is there too, has the filter: so v3 is chosen where summaries are.
 */
type Dialect = { generation: "v1" } | { generation: "v3"; style: v3.ParameterCase; hasSummaries: boolean };

/** Kept for the process, since clients are made for each request. */
const dialects = new LRUCache<string, Promise<Dialect>>({ max: 200 });

/** Nobody waits longer than this to learn which API is there; a panel that says so is better. */
const PROBE_TIMEOUT_SECONDS = 10;

/** Returns a client of the Jaeger at the target, whose URL may hold a base path. Makes no request itself. */
export function createJaegerClient(target: UpstreamTarget): JaegerClient {
  async function read<Schema extends z.ZodType>(
    schema: Schema,
    path: string,
    query: URLSearchParams | undefined,
    options: ReadOptions,
  ): Promise<z.output<Schema>> {
    return inShape(schema, path, await requestUpstreamJson(target, { path, query, ...options }));
  }

  function inShape<Schema extends z.ZodType>(
    schema: Schema,
    path: string,
    answer: unknown,
  ): z.output<Schema> {
    const parsed = schema.safeParse(answer);
    if (parsed.success) return parsed.data;
    const issue = parsed.error.issues[0];
    const what = issue ? `${issue.path.join(".")}: ${issue.message}` : "";
    const detail = `${addressOf(target)} answered ${path} in a form that Jaeger does not use: ${what}.`;
    throw new UpstreamError(target, "unexpected_shape", detail, { cause: parsed.error });
  }

  /** Reads spans of /api/v3; some gateways stream several objects, one a line. */
  async function readV3Traces(path: string, query: URLSearchParams, options: ReadOptions): Promise<Trace[]> {
    const { body } = await requestUpstream(target, { path, query, ...options });
    let answers: unknown[];
    try {
      answers = [JSON.parse(body)];
    } catch {
      try {
        answers = body
          .trim()
          .split(/\n(?=\{)/)
          .map((line) => JSON.parse(line) as unknown);
      } catch (cause) {
        const detail = `${addressOf(target)} answered ${path} with something that is not JSON. It is not Jaeger, or a proxy stands in front of it.`;
        throw new UpstreamError(target, "not_json", detail, { cause });
      }
    }
    return v3.toTraces(answers.map((answer) => inShape(v3.tracesAnswer, path, answer)));
  }

  async function probe(): Promise<Dialect> {
    const options = { timeout: PROBE_TIMEOUT_SECONDS };
    // The shortest search there is: an hour after the epoch, for one trace.
    const query = v3.searchParameters({ service: "-", start: 3600, end: 3601, limit: 1 }, "camel");
    if (await isThere(() => read(v3.summariesAnswer, "/api/v3/trace-summaries", query, options)))
      return { generation: "v3", style: "camel", hasSummaries: true };
    if (await isThere(() => read(v1.servicesAnswer, "/api/services", undefined, options)))
      return { generation: "v1" };
    await read(v3.servicesAnswer, "/api/v3/services", undefined, options);
    return { generation: "v3", style: "snake", hasSummaries: false };
  }

  /** Runs `ask` in the dialect of the target; when a route is gone, Jaeger was replaced: it is probed anew, once. */
  async function inDialect<Answer>(
    options: ReadOptions,
    ask: (dialect: Dialect) => Promise<Answer>,
  ): Promise<Answer> {
    const key = JSON.stringify([target.id, target.url]);
    const known = dialects.get(key);
    if (known) {
      try {
        return await ask(await unlessAborted(known, options.signal));
      } catch (error) {
        if (!isMissingRoute(error)) throw error;
        dialects.delete(key);
      }
    }
    // Another caller may have begun to probe meanwhile.
    const probing = dialects.get(key) ?? probe();
    dialects.set(key, probing);
    probing.catch(() => {
      if (dialects.get(key) === probing) dialects.delete(key);
    });
    return ask(await unlessAborted(probing, options.signal));
  }

  function traces(dialect: Dialect, search: TraceSearch, options: ReadOptions): Promise<Trace[]> {
    if (dialect.generation === "v1") {
      return read(v1.tracesAnswer, "/api/traces", v1.searchParameters(search), options).then(v1.toTraces);
    }
    const query = v3.searchParameters(search, dialect.style);
    const found = readV3Traces("/api/v3/traces", query, options).then((all) =>
      // Without summaries it is older than the filter by attributes, and passes over what it does not know.
      dialect.hasSummaries ? all : all.filter((trace) => hasAttributes(trace, search)),
    );
    return found.catch((error: unknown) => {
      if (isUnknownTrace(error)) return [];
      throw error;
    });
  }

  return {
    generation: (options = {}) => inDialect(options, async ({ generation }) => generation),

    services: (options = {}) =>
      inDialect(options, async ({ generation }) =>
        (generation === "v1"
          ? ((await read(v1.servicesAnswer, "/api/services", undefined, options)).data ?? [])
          : (await read(v3.servicesAnswer, "/api/v3/services", undefined, options)).services
        ).toSorted(),
      ),

    operations: (service, options = {}) =>
      inDialect(options, async ({ generation }) => {
        const query = new URLSearchParams({ service });
        const operations =
          generation === "v1"
            ? v1.toOperations(await read(v1.operationsAnswer, "/api/operations", query, options))
            : v3.toOperations(await read(v3.operationsAnswer, "/api/v3/operations", query, options));
        return distinctOperations(operations);
      }),

    search: async (search, options = {}) => {
      assertRange(search);
      return inDialect(options, async (dialect) => {
        if (dialect.generation === "v3" && dialect.hasSummaries) {
          const query = v3.searchParameters(search, dialect.style);
          const answer = await read(v3.summariesAnswer, "/api/v3/trace-summaries", query, options);
          return v3.toSummaries(answer).sort(byLatestStart);
        }
        return (await traces(dialect, search, options)).map(summaryOf).sort(byLatestStart);
      });
    },

    traces: async (search, options = {}) => {
      assertRange(search);
      return inDialect(options, async (dialect) =>
        (await traces(dialect, search, options)).sort(byLatestStart),
      );
    },

    trace: async (id, options = {}) => {
      const traceId = normalTraceId(id);
      if (traceId === null) throw problem("invalid_request", "A trace id is hexadecimal, of 1 to 32 digits.");
      return inDialect(options, async ({ generation }) => {
        try {
          const found =
            generation === "v1"
              ? v1.toTraces(await read(v1.tracesAnswer, `/api/traces/${traceId}`, undefined, options))
              : await readV3Traces(`/api/v3/traces/${traceId}`, new URLSearchParams(), options);
          return found.find((trace) => trace.traceId === traceId) ?? null;
        } catch (error) {
          if (isUnknownTrace(error)) return null;
          throw error;
        }
      });
    },

    dependencies: async (range, options = {}) => {
      assertRange(range);
      return inDialect(options, async (dialect) => {
        const found =
          dialect.generation === "v3" && dialect.hasSummaries
            ? await v3Dependencies(range, options)
            : await v1Dependencies(range, options);
        return found.sort((a, b) => compare(a.parent, b.parent) || compare(a.child, b.child));
      });
    },
  };

  async function v1Dependencies(
    { start, end }: { start: UnixSeconds; end: UnixSeconds },
    options: ReadOptions,
  ): Promise<Dependency[]> {
    const endMs = Math.ceil(end * 1000);
    const query = new URLSearchParams({
      endTs: String(endMs),
      lookback: String(endMs - Math.floor(start * 1000)),
    });
    return v1.toDependencies(await read(v1.dependenciesAnswer, "/api/dependencies", query, options));
  }

  async function v3Dependencies(
    { start, end }: { start: UnixSeconds; end: UnixSeconds },
    options: ReadOptions,
  ): Promise<Dependency[]> {
    // Whole milliseconds, outwards, as the older API has to.
    const query = new URLSearchParams({
      startTime: v3.toRfc3339(Math.floor(start * 1000) / 1000),
      endTime: v3.toRfc3339(Math.ceil(end * 1000) / 1000),
    });
    try {
      return v3.toDependencies(await read(v3.dependenciesAnswer, "/api/v3/dependencies", query, options));
    } catch (error) {
      // The older route outlived the rest of its generation.
      if (isMissingRoute(error)) return v1Dependencies({ start, end }, options);
      throw error;
    }
  }
}

/** Whether one span of the service has every attribute that is searched for, as Jaeger tells it. */
function hasAttributes({ spans }: Trace, { service, attributes = {} }: TraceSearch): boolean {
  return spans.some(
    (span) =>
      span.serviceName === service &&
      Object.entries(attributes).every(([key, value]) =>
        key === "error"
          ? String(span.status.code === "error") === value
          : String(span.attributes[key] ?? span.resource[key] ?? "") === value,
      ),
  );
}

function assertRange({ start, end }: { start: UnixSeconds; end: UnixSeconds }): void {
  if (!(start < end)) throw problem("invalid_request", "The start of the range must be before its end.");
}

async function isThere(ask: () => Promise<unknown>): Promise<boolean> {
  try {
    await ask();
    return true;
  } catch (error) {
    if (isMissingRoute(error)) return false;
    throw error;
  }
}

/** An unknown path is a plain 404 on the newest Jaegers and the page of the user interface on the others. */
function isMissingRoute(error: unknown): boolean {
  if (!isUpstreamError(error) || isUnknownTrace(error)) return false;
  return error.failure === "not_found" || error.failure === "not_json";
}

/** Jaeger says in JSON that it has no such trace; a path it does not know gets another text. */
function isUnknownTrace(error: unknown): boolean {
  return isUpstreamError(error) && error.failure === "not_found" && /trace/i.test(error.upstream ?? "");
}

/** Waits for a promise that several callers share, each of whom may leave on their own. */
function unlessAborted<Value>(shared: Promise<Value>, signal: AbortSignal | undefined): Promise<Value> {
  if (!signal) return shared;
  return new Promise((resolve, reject) => {
    const leave = () => reject(signal.reason);
    if (signal.aborted) leave();
    signal.addEventListener("abort", leave, { once: true });
    shared.then(resolve, reject).finally(() => signal.removeEventListener("abort", leave));
  });
}

function distinctOperations(operations: Operation[]): Operation[] {
  const distinct = new Map(operations.map((operation) => [`${operation.kind} ${operation.name}`, operation]));
  return [...distinct.values()].sort((a, b) => compare(a.name, b.name) || compare(a.kind, b.kind));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
