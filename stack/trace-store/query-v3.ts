import type { ServerResponse } from "node:http";
import { adjustSpans } from "./adjust";
import {
  goJson,
  parseBool,
  parseDuration,
  parseInteger,
  parseStringMap,
  parseTime,
  parseTraceId,
} from "./go-syntax";
import { sendGoError, sendJson, streamJson } from "./http-answer";
import { type KeyValue, type Resource, type Scope, SPAN_KINDS, type Span, STATUS_ERROR } from "./span";
import type { StoredTrace, TraceStore } from "./store";
import type { TraceQuery } from "./trace-query";

/**
 * The second generation of Jaeger's query API (/api/v3/*), as Jaeger 2.19 and 2.20 answer
 * (cmd/jaeger/internal/extension/jaegerquery/internal/apiv3 of jaegertracing/jaeger). Parameters are camelCase, with
 * the older snake_case accepted; answers are protobuf's JSON, which leaves out empty lists and zeros and writes 64-bit
 * integers as text.
 */

const DEFAULT_SEARCH_DEPTH = 100;

class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/** Answers one request, or returns false when the second generation has no such path. */
export async function answerV3(store: TraceStore, url: URL, response: ServerResponse): Promise<boolean> {
  const parameters = url.searchParams;
  try {
    switch (url.pathname) {
      case "/api/v3/services":
        sendJson(response, withoutDefaults({ services: store.services() }));
        return true;
      case "/api/v3/operations":
        sendJson(response, withoutDefaults({ operations: operations(store, parameters) }));
        return true;
      case "/api/v3/dependencies":
        sendJson(response, withoutDefaults({ dependencies: dependencies(store, parameters) }));
        return true;
      case "/api/v3/traces": {
        const { query, raw } = parseSearch(parameters);
        await sendTraces(response, find(store, query), raw);
        return true;
      }
      case "/api/v3/trace-summaries": {
        const { query } = parseSearch(parameters);
        sendJson(response, withoutDefaults({ summaries: find(store, query).map(summarize) }));
        return true;
      }
    }
    const id = /^\/api\/v3\/traces\/([^/]+)$/.exec(url.pathname)?.[1];
    if (id === undefined) return false;
    await getTrace(store, id, parameters, response);
    return true;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    sendGoError(
      response,
      error.status,
      goJson({ error: { httpCode: error.status, message: error.message } }),
    );
    return true;
  }
}

function operations(store: TraceStore, parameters: URLSearchParams): object[] {
  const [spanKind] = parameter(parameters, "spanKind", "span_kind");
  return store
    .operations(parameters.get("service") ?? "")
    .filter(({ kind }) => spanKind === "" || SPAN_KINDS[kind] === spanKind)
    .map(({ name, kind }) => ({ name, spanKind: kind === 0 ? "internal" : SPAN_KINDS[kind] }));
}

function dependencies(store: TraceStore, parameters: URLSearchParams): object[] {
  const [start] = parameter(parameters, "startTime", "start_time");
  const [end] = parameter(parameters, "endTime", "end_time");
  if (start === "") throw new ApiError(400, "missing required parameter: startTime");
  if (end === "") throw new ApiError(400, "missing required parameter: endTime");
  const startNano = checked("startTime", () => parseTime(start));
  const endNano = checked("endTime", () => parseTime(end));
  if (endNano <= startNano) throw new ApiError(400, "endTime must be after startTime");
  return store
    .dependencies(startNano, endNano)
    .map(({ parent, child, callCount }) => ({ parent, child, callCount: String(callCount) }));
}

async function getTrace(
  store: TraceStore,
  id: string,
  parameters: URLSearchParams,
  response: ServerResponse,
): Promise<void> {
  const traceId = checked("trace_id", () => parseTraceId(decodeSegment(id)));
  for (const [camel, snake] of [
    ["startTime", "start_time"],
    ["endTime", "end_time"],
  ] as const) {
    // Hints for storages that are partitioned by time: read, so that a wrong one is told, and not needed here.
    const [text, name] = parameter(parameters, camel, snake);
    if (text !== "") checked(name, () => parseTime(text));
  }
  const [rawText, rawName] = parameter(parameters, "rawTraces", "raw_traces");
  const raw = rawText === "" ? false : checked(rawName, () => parseBool(rawText));
  const trace = store.get(traceId);
  await sendTraces(response, trace ? [trace] : [], raw);
}

function parseSearch(parameters: URLSearchParams): { query: TraceQuery; raw: boolean } {
  const attributesText = parameters.get("query.attributes") ?? "";
  const attributes =
    attributesText === ""
      ? new Map<string, string>()
      : checked("query.attributes", () => parseStringMap(attributesText));
  const [minText, minName] = parameter(parameters, "query.startTimeMin", "query.start_time_min");
  const [maxText, maxName] = parameter(parameters, "query.startTimeMax", "query.start_time_max");
  if (minText === "" || maxText === "")
    throw new ApiError(400, "query.startTimeMin and query.startTimeMax are required");
  const startMinNano = checked(minName, () => parseTime(minText));
  const startMaxNano = checked(maxName, () => parseTime(maxText));
  if (startMinNano >= startMaxNano)
    throw new ApiError(400, "query.startTimeMin must be before query.startTimeMax");

  const [depthText, depthName] = parameter(
    parameters,
    "query.searchDepth",
    "query.search_depth",
    "query.num_traces",
  );
  const limit =
    depthText === ""
      ? DEFAULT_SEARCH_DEPTH
      : Number(checked(depthName, () => parseInteger(depthText, { function: "Atoi" })));
  const durationMinNano = duration(parameters, "query.durationMin", "query.duration_min");
  const durationMaxNano = duration(parameters, "query.durationMax", "query.duration_max");
  const [rawText, rawName] = parameter(parameters, "query.rawTraces", "query.raw_traces");
  const raw = rawText === "" ? false : checked(rawName, () => parseBool(rawText));
  return {
    query: {
      service: parameter(parameters, "query.serviceName", "query.service_name")[0],
      operation: parameter(parameters, "query.operationName", "query.operation_name")[0],
      startMinNano,
      startMaxNano,
      durationMinNano,
      durationMaxNano,
      attributes,
      limit,
    },
    raw,
  };
}

function find(store: TraceStore, query: TraceQuery): StoredTrace[] {
  // Jaeger's memory storage, too, answers 500 to a depth it cannot serve.
  if (query.limit <= 0)
    throw new ApiError(500, "search depth must be greater than 0 and less than max traces");
  return store.find(query);
}

/** Returns the first non-empty value and the name under which it came (the last alias when there is none). */
function parameter(parameters: URLSearchParams, ...names: string[]): [value: string, name: string] {
  for (const name of names) {
    const value = parameters.get(name) ?? "";
    if (value !== "") return [value, name];
  }
  return ["", names.at(-1) ?? ""];
}

function duration(parameters: URLSearchParams, camel: string, snake: string): bigint | undefined {
  const [text, name] = parameter(parameters, camel, snake);
  return text === "" ? undefined : checked(name, () => parseDuration(text));
}

function checked<T>(name: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw new ApiError(400, `malformed parameter ${name}: ${(error as Error).message}`);
  }
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

async function sendTraces(response: ServerResponse, traces: StoredTrace[], raw: boolean): Promise<void> {
  if (traces.length === 0) throw new ApiError(404, "No traces found");
  await streamJson(
    response,
    (function* () {
      yield '{"result":{"resourceSpans":[';
      let separator = "";
      for (const trace of traces) {
        for (const resourceSpans of toResourceSpans(raw ? trace.spans : adjustSpans(trace.spans))) {
          yield separator + goJson(resourceSpans);
          separator = ",";
        }
      }
      yield "]}}";
    })(),
  );
}

function toResourceSpans(spans: Span[]): object[] {
  const grouped = new Map<Resource, Map<Scope, Span[]>>();
  for (const span of spans) {
    const scopes = grouped.get(span.resource) ?? new Map<Scope, Span[]>();
    grouped.set(span.resource, scopes);
    const group = scopes.get(span.scope);
    if (group) group.push(span);
    else scopes.set(span.scope, [span]);
  }
  return [...grouped].map(([resource, scopes]) => ({
    resource: withoutDefaults({ attributes: resource.attributes }),
    scopeSpans: [...scopes].map(([scope, group]) => ({
      scope: withoutDefaults({ name: scope.name, version: scope.version, attributes: scope.attributes }),
      spans: group.map(toOtlpSpan),
    })),
  }));
}

function toOtlpSpan(span: Span): object {
  return withoutDefaults({
    traceId: span.traceId,
    spanId: span.spanId,
    traceState: span.traceState,
    parentSpanId: span.parentSpanId,
    flags: span.flags,
    name: span.name,
    kind: span.kind,
    startTimeUnixNano: nano(span.startNano),
    endTimeUnixNano: nano(span.endNano),
    attributes: withWarnings(span),
    events: span.events.map((event) =>
      withoutDefaults({ timeUnixNano: nano(event.timeNano), name: event.name, attributes: event.attributes }),
    ),
    links: span.links.map((link) =>
      withoutDefaults({
        traceId: link.traceId,
        spanId: link.spanId,
        traceState: link.traceState,
        attributes: link.attributes,
      }),
    ),
    // Present even when unset, unlike everything else.
    status: withoutDefaults({ message: span.statusMessage, code: span.statusCode }),
  });
}

/** Jaeger hands warnings on in an attribute of its own. */
function withWarnings(span: Span): KeyValue[] {
  if (span.warnings.length === 0) return span.attributes;
  const values = span.warnings.map((warning) => ({ stringValue: warning }));
  return [...span.attributes, { key: "jaeger.internal.warnings", value: { arrayValue: { values } } }];
}

function nano(value: bigint): string {
  return value === 0n ? "" : value.toString();
}

/** Protobuf's JSON leaves out members that hold their type's default. */
function withoutDefaults<T extends object>(message: T): Partial<T> {
  return Object.fromEntries(
    Object.entries(message).filter(
      ([, value]) => value !== "" && value !== 0 && !(Array.isArray(value) && value.length === 0),
    ),
  ) as Partial<T>;
}

/** As Jaeger's querysvc/summary.go: the root is the earliest span without a parent, an orphan's parent is missing. */
function summarize(trace: StoredTrace): object {
  const spans = adjustSpans(trace.spans);
  const ids = new Set(spans.map((span) => span.spanId));
  const services = new Map<string, { spanCount: number; errorSpanCount: number }>();
  let root: Span | undefined;
  let errorSpanCount = 0;
  let orphanSpanCount = 0;
  for (const span of spans) {
    const service = services.get(span.resource.serviceName) ?? { spanCount: 0, errorSpanCount: 0 };
    services.set(span.resource.serviceName, service);
    service.spanCount += 1;
    if (span.statusCode === STATUS_ERROR) {
      service.errorSpanCount += 1;
      errorSpanCount += 1;
    }
    if (span.parentSpanId === "") {
      if (!root || span.startNano < root.startNano) root = span;
    } else if (!ids.has(span.parentSpanId)) orphanSpanCount += 1;
  }
  return withoutDefaults({
    traceId: trace.traceId,
    rootServiceName: root?.resource.serviceName ?? "",
    rootOperationName: root?.name ?? "",
    minStartTimeUnixNano: nano(trace.minStartNano),
    maxEndTimeUnixNano: nano(trace.maxEndNano),
    spanCount: spans.length,
    errorSpanCount,
    orphanSpanCount,
    services: [...services]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, counts]) => withoutDefaults({ name, ...counts })),
  });
}
