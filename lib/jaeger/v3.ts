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
  type SpanStatus,
  type Trace,
  type TraceSearch,
  type TraceSummary,
} from "./trace";
import { withErrorAttribute } from "./v1";

/*
 * The second generation of Jaeger's query API, /api/v3. Protobuf's JSON leaves out lists that are empty and numbers
 * that are zero, and writes 64-bit integers as text. Source: jaegertracing/jaeger,
 * cmd/jaeger/internal/extension/jaegerquery/internal/apiv3.
 */

const count = z.coerce.number().default(0);
const nano = z.union([z.string().regex(/^[0-9]+$/), z.number()]).default("0");

type AnyValue = {
  stringValue?: string;
  boolValue?: boolean;
  intValue?: string | number;
  doubleValue?: number | string;
  bytesValue?: string;
  arrayValue?: { values?: AnyValue[] };
  kvlistValue?: { values?: { key: string; value?: AnyValue }[] };
};

const anyValueSchema: z.ZodType<AnyValue> = z.lazy(() =>
  z.object({
    stringValue: z.string().optional(),
    boolValue: z.boolean().optional(),
    intValue: z.union([z.string(), z.number()]).optional(),
    doubleValue: z.union([z.number(), z.string()]).optional(),
    bytesValue: z.string().optional(),
    arrayValue: z.object({ values: z.array(anyValueSchema).optional() }).optional(),
    kvlistValue: z
      .object({ values: z.array(z.object({ key: z.string(), value: anyValueSchema.optional() })).optional() })
      .optional(),
  }),
);
const attributesSchema = z.array(z.object({ key: z.string(), value: anyValueSchema.optional() })).default([]);

const spanSchema = z.object({
  traceId: z.string(),
  spanId: z.string(),
  parentSpanId: z.string().default(""),
  name: z.string().default(""),
  kind: z.union([z.number(), z.string()]).default(0),
  startTimeUnixNano: nano,
  endTimeUnixNano: nano,
  attributes: attributesSchema,
  events: z
    .array(z.object({ timeUnixNano: nano, name: z.string().default(""), attributes: attributesSchema }))
    .default([]),
  links: z.array(z.object({ traceId: z.string().default(""), spanId: z.string().default("") })).default([]),
  status: z
    .object({ code: z.union([z.number(), z.string()]).default(0), message: z.string().default("") })
    .default({ code: 0, message: "" }),
});

export const servicesAnswer = z.object({ services: z.array(z.string()).default([]) });

export const operationsAnswer = z.object({
  operations: z
    .array(z.object({ name: z.string().default(""), spanKind: z.string().default("") }))
    .default([]),
});

export const dependenciesAnswer = z.object({
  dependencies: z
    .array(z.object({ parent: z.string().default(""), child: z.string().default(""), callCount: count }))
    .default([]),
});

export const tracesAnswer = z.object({
  result: z.object({
    resourceSpans: z
      .array(
        z.object({
          resource: z.object({ attributes: attributesSchema }).default({ attributes: [] }),
          scopeSpans: z
            .array(
              z.object({
                scope: z
                  .object({ name: z.string().default(""), version: z.string().default("") })
                  .default({ name: "", version: "" }),
                spans: z.array(spanSchema).default([]),
              }),
            )
            .default([]),
        }),
      )
      .default([]),
  }),
});

export const summariesAnswer = z.object({
  summaries: z
    .array(
      z.object({
        traceId: z.string(),
        rootServiceName: z.string().default(""),
        rootOperationName: z.string().default(""),
        minStartTimeUnixNano: nano,
        maxEndTimeUnixNano: nano,
        spanCount: count,
        errorSpanCount: count,
        orphanSpanCount: count,
        services: z
          .array(z.object({ name: z.string().default(""), spanCount: count, errorSpanCount: count }))
          .default([]),
      }),
    )
    .default([]),
});

/** Names of parameters: camelCase from Jaeger 2.19 on, snake_case before. */
export type ParameterCase = "camel" | "snake";

/** Returns the parameters of `GET /api/v3/traces` and `/api/v3/trace-summaries`. */
export function searchParameters(search: TraceSearch, style: ParameterCase): URLSearchParams {
  const parameters = new URLSearchParams();
  const set = (name: string, value: string) => parameters.set(`query.${parameterName(name, style)}`, value);
  set("serviceName", search.service);
  if (search.operation) set("operationName", search.operation);
  set("startTimeMin", toRfc3339(search.start));
  set("startTimeMax", toRfc3339(search.end));
  // Before 2.19 the number has another name and no default.
  set(style === "camel" ? "searchDepth" : "numTraces", String(search.limit ?? DEFAULT_SEARCH_LIMIT));
  if (search.minDuration !== undefined) set("durationMin", `${Math.round(search.minDuration * 1e6)}us`);
  if (search.maxDuration !== undefined) set("durationMax", `${Math.round(search.maxDuration * 1e6)}us`);
  if (search.attributes && Object.keys(search.attributes).length > 0)
    set("attributes", JSON.stringify(search.attributes));
  return parameters;
}

/** Returns the parameter's name in the given style. */
export function parameterName(camel: string, style: ParameterCase): string {
  return style === "camel" ? camel : camel.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** Returns Unix seconds as RFC 3339 with microseconds. */
export function toRfc3339(unixSeconds: number): string {
  const micros = Math.floor(unixSeconds * 1e6);
  const millis = Math.floor(micros / 1000);
  const rest = String(micros - millis * 1000).padStart(3, "0");
  return new Date(millis).toISOString().replace("Z", `${rest}Z`);
}

export function toOperations(answer: z.output<typeof operationsAnswer>): Operation[] {
  return answer.operations.map(({ name, spanKind }) => ({
    name,
    kind: SPAN_KINDS.find((kind) => kind === spanKind.toLowerCase()) ?? "internal",
  }));
}

export function toDependencies(answer: z.output<typeof dependenciesAnswer>): Dependency[] {
  return answer.dependencies;
}

export function toSummaries(answer: z.output<typeof summariesAnswer>): TraceSummary[] {
  return answer.summaries.map((summary) => {
    const start = BigInt(summary.minStartTimeUnixNano);
    return {
      traceId: normalTraceId(summary.traceId) ?? summary.traceId,
      rootServiceName: summary.rootServiceName === "" ? null : summary.rootServiceName,
      rootName: summary.rootOperationName === "" ? null : summary.rootOperationName,
      start: toMicros(start),
      duration: toMicros(BigInt(summary.maxEndTimeUnixNano) - start),
      spanCount: summary.spanCount,
      errorSpanCount: summary.errorSpanCount,
      orphanSpanCount: summary.orphanSpanCount,
      services: summary.services.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    };
  });
}

/** Returns the traces of an answer that holds the spans of all of them, in order of first appearance. */
export function toTraces(answers: z.output<typeof tracesAnswer>[]): Trace[] {
  const byTrace = new Map<string, Span[]>();
  for (const { result } of answers) {
    for (const { resource, scopeSpans } of result.resourceSpans) {
      const { "service.name": serviceName, ...resourceAttributes } = toAttributes(resource.attributes);
      for (const { scope, spans } of scopeSpans) {
        for (const sent of spans) {
          const span = toSpan(sent, String(serviceName ?? ""), resourceAttributes, scope);
          const known = byTrace.get(span.traceId);
          if (known) known.push(span);
          else byTrace.set(span.traceId, [span]);
        }
      }
    }
  }
  return [...byTrace].map(([traceId, spans]) => buildTrace(traceId, spans));
}

const WARNINGS_ATTRIBUTE = "jaeger.internal.warnings";

function toSpan(
  span: z.output<typeof spanSchema>,
  serviceName: string,
  resource: Attributes,
  scope: Span["scope"],
): Span {
  const start = BigInt(span.startTimeUnixNano);
  const warnings = span.attributes.find((attribute) => attribute.key === WARNINGS_ATTRIBUTE)?.value;
  const attributes = toAttributes(
    span.attributes.filter((attribute) => attribute.key !== WARNINGS_ATTRIBUTE),
  );
  return {
    traceId: normalTraceId(span.traceId) ?? span.traceId,
    spanId: span.spanId.toLowerCase(),
    parentSpanId: /^0*$/.test(span.parentSpanId) ? null : span.parentSpanId.toLowerCase(),
    name: span.name,
    kind: toKind(span.kind),
    serviceName,
    start: toMicros(start),
    // Negative where a clock was set back meanwhile: who shows it says so.
    duration: toMicros(BigInt(span.endTimeUnixNano) - start),
    events: span.events.map((event) => ({
      time: toMicros(BigInt(event.timeUnixNano)),
      name: event.name,
      attributes: toAttributes(event.attributes),
    })),
    links: span.links.map((link) => ({
      traceId: normalTraceId(link.traceId) ?? link.traceId,
      spanId: link.spanId.toLowerCase(),
    })),
    resource,
    scope: { name: scope.name, version: scope.version },
    warnings: (warnings?.arrayValue?.values ?? []).map((value) => String(toAttributeValue(value))),
    ...withErrorAttribute(toStatus(span.status), attributes),
  };
}

function toMicros(value: bigint): number {
  return Number(value / 1000n);
}

/** Enumerations are numbers; older gateways write their names. */
function toKind(kind: number | string): Span["kind"] {
  if (typeof kind === "number") return SPAN_KINDS[kind] ?? "unspecified";
  return SPAN_KINDS.find((name) => `SPAN_KIND_${name.toUpperCase()}` === kind) ?? "unspecified";
}

function toStatus({ code, message }: { code: number | string; message: string }): SpanStatus {
  if (code === 2 || code === "STATUS_CODE_ERROR") return { code: "error", message };
  if (code === 1 || code === "STATUS_CODE_OK") return { code: "ok", message };
  return { code: "unset", message };
}

function toAttributes(attributes: z.output<typeof attributesSchema>): Attributes {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, toAttributeValue(value)]));
}

function toAttributeValue(value: AnyValue | undefined): AttributeValue {
  const plain = toPlain(value);
  return typeof plain === "object" && plain !== null ? JSON.stringify(plain) : (plain as AttributeValue);
}

function toPlain(value: AnyValue | undefined): unknown {
  if (value === undefined) return "";
  if (value.stringValue !== undefined) return value.stringValue;
  if (value.boolValue !== undefined) return value.boolValue;
  if (value.intValue !== undefined) {
    const number = Number(value.intValue);
    return Number.isSafeInteger(number) ? number : String(value.intValue);
  }
  if (value.doubleValue !== undefined) return value.doubleValue;
  if (value.bytesValue !== undefined) return value.bytesValue;
  if (value.arrayValue) return (value.arrayValue.values ?? []).map(toPlain);
  if (value.kvlistValue)
    return Object.fromEntries(
      (value.kvlistValue.values ?? []).map((entry) => [entry.key, toPlain(entry.value)]),
    );
  return "";
}
