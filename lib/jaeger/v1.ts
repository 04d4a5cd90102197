import { z } from "zod";
import {
  type Attributes,
  type AttributeValue,
  buildTrace,
  DEFAULT_SEARCH_LIMIT,
  type Dependency,
  normalTraceId,
  type Operation,
  SPAN_KINDS,
  type Span,
  type SpanKind,
  type SpanStatus,
  type Trace,
  type TraceSearch,
} from "./trace";

/*
 * The first generation of Jaeger's query API: 1.x to 2.20. Source: jaegertracing/jaeger, internal/uimodel/model.go
 * and cmd/jaeger/internal/extension/jaegerquery/internal/query_parser.go.
 */

const tagSchema = z.object({
  key: z.string(),
  value: z.union([z.string(), z.number(), z.boolean()]).nullish(),
});
const tagsSchema = z.array(tagSchema).nullish();

const spanSchema = z.object({
  traceID: z.string(),
  spanID: z.string(),
  parentSpanID: z.string().nullish(),
  operationName: z.string(),
  references: z.array(z.object({ refType: z.string(), traceID: z.string(), spanID: z.string() })).nullish(),
  startTime: z.number(),
  duration: z.number(),
  tags: tagsSchema,
  logs: z.array(z.object({ timestamp: z.number(), fields: tagsSchema })).nullish(),
  processID: z.string().nullish(),
  warnings: z.array(z.string()).nullish(),
});

const traceSchema = z.object({
  traceID: z.string(),
  spans: z.array(spanSchema).nullish(),
  processes: z.record(z.string(), z.object({ serviceName: z.string(), tags: tagsSchema })).nullish(),
});

/** Lists are null when empty, depending on the version. */
export const servicesAnswer = z.object({ data: z.array(z.string()).nullable() });

export const operationsAnswer = z.object({
  data: z.array(z.object({ name: z.string(), spanKind: z.string().nullish() })).nullable(),
});

export const tracesAnswer = z.object({ data: z.array(traceSchema).nullable() });

export const dependenciesAnswer = z.object({
  data: z.array(z.object({ parent: z.string(), child: z.string(), callCount: z.coerce.number() })).nullable(),
});

/** Returns the parameters of `GET /api/traces`: microseconds and Go durations. */
export function searchParameters(search: TraceSearch): URLSearchParams {
  const parameters = new URLSearchParams({
    service: search.service,
    start: String(Math.floor(search.start * 1e6)),
    end: String(Math.floor(search.end * 1e6)),
    limit: String(search.limit ?? DEFAULT_SEARCH_LIMIT),
  });
  if (search.operation) parameters.set("operation", search.operation);
  if (search.minDuration !== undefined)
    parameters.set("minDuration", `${Math.round(search.minDuration * 1e6)}us`);
  if (search.maxDuration !== undefined)
    parameters.set("maxDuration", `${Math.round(search.maxDuration * 1e6)}us`);
  if (search.attributes && Object.keys(search.attributes).length > 0)
    parameters.set("tags", JSON.stringify(search.attributes));
  return parameters;
}

/** Returns the operations; a kind that was not given is `internal`, as the newer API says it. */
export function toOperations(answer: z.output<typeof operationsAnswer>): Operation[] {
  return (answer.data ?? []).map(({ name, spanKind }) => ({
    name,
    kind: spanKind ? toKind(spanKind) : "internal",
  }));
}

export function toDependencies(answer: z.output<typeof dependenciesAnswer>): Dependency[] {
  return answer.data ?? [];
}

export function toTraces(answer: z.output<typeof tracesAnswer>): Trace[] {
  return (answer.data ?? []).map((trace) => {
    const processes = trace.processes ?? {};
    const spans = (trace.spans ?? []).map((span) => toSpan(span, processes[span.processID ?? ""]));
    return buildTrace(normalTraceId(trace.traceID) ?? trace.traceID, spans);
  });
}

type Tags = z.output<typeof tagsSchema>;

function toSpan(
  span: z.output<typeof spanSchema>,
  process: { serviceName: string; tags?: Tags } | undefined,
): Span {
  const tags = toAttributes(span.tags);
  const traceId = normalTraceId(span.traceID) ?? span.traceID;
  const references = (span.references ?? []).map((reference) => ({
    isChild: reference.refType === "CHILD_OF",
    traceId: normalTraceId(reference.traceID) ?? reference.traceID,
    spanId: toSpanId(reference.spanID),
  }));
  const parent = references.find((reference) => reference.isChild && reference.traceId === traceId);
  return {
    traceId,
    spanId: toSpanId(span.spanID),
    parentSpanId: parent?.spanId ?? (span.parentSpanID ? toSpanId(span.parentSpanID) : null),
    name: span.operationName,
    serviceName: process?.serviceName ?? "",
    start: span.startTime,
    duration: span.duration,
    links: references
      .filter((reference) => reference !== parent)
      .map((reference) => ({ traceId: reference.traceId, spanId: reference.spanId })),
    events: (span.logs ?? []).map((log) => {
      const { event, ...attributes } = toAttributes(log.fields);
      return { time: log.timestamp, name: event === undefined ? "" : String(event), attributes };
    }),
    resource: toAttributes(process?.tags),
    warnings: span.warnings ?? [],
    ...fromTags(tags),
  };
}

/** Tags that stand for a field of an OpenTelemetry span go back into it; the rest are its attributes. */
function fromTags(tags: Attributes): Pick<Span, "kind" | "status" | "scope" | "attributes"> {
  const {
    "span.kind": kind,
    "otel.status_code": statusCode,
    "otel.status_description": statusMessage,
    "otel.scope.name": scopeName,
    "otel.scope.version": scopeVersion,
    "otel.library.name": libraryName,
    "otel.library.version": libraryVersion,
    "w3c.tracestate": _traceState,
    "internal.span.format": _format,
    ...attributes
  } = tags;
  return {
    kind: toKind(String(kind ?? "")),
    scope: {
      name: String(scopeName ?? libraryName ?? ""),
      version: String(scopeVersion ?? libraryVersion ?? ""),
    },
    ...withErrorAttribute(
      {
        code: statusCode === "ERROR" ? "error" : statusCode === "OK" ? "ok" : "unset",
        message: String(statusMessage ?? ""),
      },
      attributes,
    ),
  };
}

/**
 * OpenTracing clients say `error=true` where OpenTelemetry has a status. The older API cannot tell the two apart, so
 * both are the status `error`.
 */
export function withErrorAttribute(
  status: SpanStatus,
  attributes: Attributes,
): Pick<Span, "status" | "attributes"> {
  const { error, ...others } = attributes;
  if (error !== true && error !== "true") return { status, attributes };
  return { status: { ...status, code: "error" }, attributes: others };
}

function toKind(text: string): SpanKind {
  return SPAN_KINDS.find((kind) => kind === text.toLowerCase()) ?? "unspecified";
}

function toSpanId(text: string): string {
  return text.toLowerCase().padStart(16, "0");
}

function toAttributes(tags: Tags): Attributes {
  const entries = (tags ?? []).map(({ key, value }): [string, AttributeValue] => [key, value ?? ""]);
  return Object.fromEntries(entries);
}
