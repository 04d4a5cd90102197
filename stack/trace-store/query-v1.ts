import type { ServerResponse } from "node:http";
import { adjustSpans } from "./adjust";
import { goJson, parseBool, parseDuration, parseInteger, parseStringMap, parseTraceId } from "./go-syntax";
import { sendGoError, sendJson, streamJson } from "./http-answer";
import { toJaegerTrace } from "./jaeger-model";
import { SPAN_KINDS } from "./span";
import type { StoredTrace, TraceStore } from "./store";
import type { TraceQuery } from "./trace-query";

/**
 * The first generation of Jaeger's query API (/api/*), as Jaeger 1.x to 2.20 answers
 * (cmd/jaeger/internal/extension/jaegerquery/internal/{http_handler,query_parser}.go of jaegertracing/jaeger).
 */

const DEFAULT_LOOKBACK_NANO = 48n * 3_600_000_000_000n;
const DEFAULT_DEPENDENCY_LOOKBACK_MS = 24n * 3_600_000n;
const DEFAULT_LIMIT = 100n;
const PRETTY_INDENT = 4;

class BadRequest extends Error {}

interface TraceError {
  msg: string;
  traceID: string;
}

/** Answers one request, or returns false when the first generation has no such path. `now` in milliseconds. */
export async function answerV1(
  store: TraceStore,
  url: URL,
  response: ServerResponse,
  now: number,
): Promise<boolean> {
  const handler = route(url.pathname);
  if (!handler) return false;
  try {
    await handler(store, url.searchParams, response, BigInt(now) * 1_000_000n);
  } catch (error) {
    if (!(error instanceof BadRequest)) throw error;
    sendError(response, 400, error.message);
  }
  return true;
}

/** Whether the path is one of those that stayed when /api/v3 replaced the rest. */
export function survivesInV3(path: string): boolean {
  return path === "/api/dependencies" || /^\/api\/traces\/[^/]+$/.test(path);
}

type Handler = (
  store: TraceStore,
  parameters: URLSearchParams,
  response: ServerResponse,
  nowNano: bigint,
) => Promise<void> | void;

function route(path: string): Handler | undefined {
  switch (path) {
    case "/api/services":
      return getServices;
    case "/api/operations":
      return getOperations;
    case "/api/traces":
      return search;
    case "/api/dependencies":
      return getDependencies;
  }
  const service = /^\/api\/services\/([^/]+)\/operations$/.exec(path)?.[1];
  if (service !== undefined)
    return (store, parameters, response) => getOperationNames(service, store, parameters, response);
  const traceId = /^\/api\/traces\/([^/]+)$/.exec(path)?.[1];
  if (traceId !== undefined) return (...call) => getTrace(decoded(traceId), ...call);
  return undefined;
}

function getServices(store: TraceStore, parameters: URLSearchParams, response: ServerResponse): void {
  const services = store.services();
  sendEnvelope(response, parameters, services.length === 0 ? null : services, services.length);
}

function getOperations(store: TraceStore, parameters: URLSearchParams, response: ServerResponse): void {
  const service = parameters.get("service") ?? "";
  if (service === "") throw new BadRequest("parameter 'service' is required");
  const spanKind = parameters.get("spanKind") ?? "";
  const operations = store
    .operations(service)
    .map(({ name, kind }) => ({ name, spanKind: kind === 0 ? "" : SPAN_KINDS[kind] }))
    .filter((operation) => spanKind === "" || operation.spanKind === spanKind);
  sendEnvelope(response, parameters, operations, operations.length);
}

function getOperationNames(
  service: string,
  store: TraceStore,
  parameters: URLSearchParams,
  response: ServerResponse,
): void {
  const names = [...new Set(store.operations(decoded(service.replaceAll("+", " "))).map(({ name }) => name))];
  sendEnvelope(response, parameters, names.length === 0 ? null : names, names.length);
}

async function search(
  store: TraceStore,
  parameters: URLSearchParams,
  response: ServerResponse,
  nowNano: bigint,
): Promise<void> {
  const { query, traceIds, raw } = parseSearch(parameters, nowNano);
  if (traceIds.length === 0) {
    await sendTraces(response, parameters, store.find(query), raw, null);
    return;
  }
  const found: StoredTrace[] = [];
  const missing: TraceError[] = [];
  for (const traceId of traceIds) {
    const trace = store.get(traceId);
    if (trace) found.push(trace);
    else missing.push({ msg: "trace not found", traceID: traceId });
  }
  await sendTraces(response, parameters, found, raw, missing.length === 0 ? null : missing);
}

async function getTrace(
  id: string,
  store: TraceStore,
  parameters: URLSearchParams,
  response: ServerResponse,
  nowNano: bigint,
): Promise<void> {
  const traceId = checked(() => parseTraceId(id));
  // Hints for storages that are partitioned by time: read, so that a wrong one is told, and not needed here.
  time(parameters, "start", 1000n, nowNano);
  time(parameters, "end", 1000n, nowNano);
  const raw = boolean(parameters, "raw");
  const trace = store.get(traceId);
  if (!trace) {
    sendError(response, 404, "trace not found");
    return;
  }
  await sendTraces(response, parameters, [trace], raw, null);
}

function getDependencies(
  store: TraceStore,
  parameters: URLSearchParams,
  response: ServerResponse,
  nowNano: bigint,
): void {
  const end = time(parameters, "endTs", 1_000_000n, nowNano);
  const text = parameters.get("lookback") ?? "";
  const lookbackMs =
    text === "" ? DEFAULT_DEPENDENCY_LOOKBACK_MS : checked(() => parseInteger(text), "lookback");
  const service = parameters.get("service") ?? "";
  const dependencies = store
    .dependencies(end - lookbackMs * 1_000_000n, end)
    .filter(({ parent, child }) => service === "" || parent === service || child === service);
  sendEnvelope(response, parameters, dependencies, 0);
}

function parseSearch(
  parameters: URLSearchParams,
  nowNano: bigint,
): { query: TraceQuery; traceIds: string[]; raw: boolean } {
  const startMinNano = time(parameters, "start", 1000n, nowNano - DEFAULT_LOOKBACK_NANO);
  const startMaxNano = time(parameters, "end", 1000n, nowNano);
  const attributes = tags(parameters.getAll("tag"), parameters.getAll("tags"));
  const limitText = parameters.get("limit") ?? "";
  const limit = limitText === "" ? DEFAULT_LIMIT : checked(() => parseInteger(limitText, { bits: 32 }));
  const durationMinNano = duration(parameters, "minDuration");
  const durationMaxNano = duration(parameters, "maxDuration");
  const traceIds = parameters.getAll("traceID").map((id) => {
    try {
      return parseTraceId(id);
    } catch (error) {
      throw new BadRequest(`cannot parse traceID param: ${(error as Error).message}`);
    }
  });
  const raw = boolean(parameters, "raw");
  const service = parameters.get("service") ?? "";
  if (traceIds.length === 0 && service === "") throw new BadRequest("parameter 'service' is required");
  if (limit <= 0n) throw new BadRequest("invalid parameter: limit must be greater than 0");
  if (startMinNano > startMaxNano)
    throw new BadRequest("invalid parameter: start time must be before end time");
  if (durationMinNano && durationMaxNano && durationMaxNano < durationMinNano)
    throw new BadRequest("'maxDuration' should be greater than 'minDuration'");
  return {
    query: {
      service,
      operation: parameters.get("operation") ?? "",
      startMinNano,
      startMaxNano,
      durationMinNano,
      durationMaxNano,
      attributes,
      limit: Number(limit),
    },
    traceIds,
    raw,
  };
}

/** Runs a parser; its error becomes a 400 that names the parameter, where one is given. */
function checked<T>(parse: () => T, parameter?: string): T {
  try {
    return parse();
  } catch (error) {
    const message = (error as Error).message;
    throw new BadRequest(
      parameter === undefined ? message : `unable to parse param '${parameter}': ${message}`,
    );
  }
}

function time(parameters: URLSearchParams, name: string, unitNano: bigint, absent: bigint): bigint {
  const text = parameters.get(name) ?? "";
  return text === "" ? absent : checked(() => parseInteger(text), name) * unitNano;
}

function duration(parameters: URLSearchParams, name: string): bigint | undefined {
  const text = parameters.get(name) ?? "";
  return text === "" ? undefined : checked(() => parseDuration(text), name);
}

function boolean(parameters: URLSearchParams, name: string): boolean {
  const text = parameters.get(name) ?? "";
  return text === "" ? false : checked(() => parseBool(text), name);
}

function tags(simple: string[], json: string[]): Map<string, string> {
  const attributes = new Map<string, string>();
  for (const tag of simple) {
    const separator = tag.indexOf(":");
    if (separator < 0)
      throw new BadRequest(`malformed 'tag' parameter, expecting key:value, received: ${tag}`);
    attributes.set(tag.slice(0, separator), tag.slice(separator + 1));
  }
  for (const text of json) {
    try {
      for (const [key, value] of parseStringMap(text)) attributes.set(key, value);
    } catch (error) {
      throw new BadRequest(`malformed 'tags' parameter, cannot unmarshal JSON: ${(error as Error).message}`);
    }
  }
  return attributes;
}

/** A path segment that is not valid percent-encoding names nothing. */
function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return "";
  }
}

function isPretty(parameters: URLSearchParams): boolean {
  const value = parameters.get("prettyPrint") ?? "";
  return value !== "" && value !== "false";
}

function sendEnvelope(
  response: ServerResponse,
  parameters: URLSearchParams,
  data: unknown,
  total: number,
): void {
  sendJson(
    response,
    { data, total, limit: 0, offset: 0, errors: null },
    { indent: isPretty(parameters) ? PRETTY_INDENT : undefined },
  );
}

function sendError(response: ServerResponse, code: number, msg: string): void {
  sendGoError(response, code, goJson({ data: null, total: 0, limit: 0, offset: 0, errors: [{ code, msg }] }));
}

async function sendTraces(
  response: ServerResponse,
  parameters: URLSearchParams,
  traces: StoredTrace[],
  raw: boolean,
  errors: TraceError[] | null,
): Promise<void> {
  const convert = (trace: StoredTrace) =>
    toJaegerTrace(trace.traceId, raw ? trace.spans : adjustSpans(trace.spans));
  if (isPretty(parameters)) {
    const body = { data: traces.map(convert), total: 0, limit: 0, offset: 0, errors };
    sendJson(response, body, { indent: PRETTY_INDENT });
    return;
  }
  await streamJson(
    response,
    (function* () {
      yield '{"data":[';
      for (const [index, trace] of traces.entries()) yield (index === 0 ? "" : ",") + goJson(convert(trace));
      yield `],"total":0,"limit":0,"offset":0,"errors":${goJson(errors)}}`;
    })(),
  );
}
