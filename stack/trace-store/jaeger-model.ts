import {
  type AnyValue,
  type KeyValue,
  type Resource,
  SPAN_KINDS,
  type Span,
  STATUS_ERROR,
  STATUS_OK,
  valueAsString,
} from "./span";

/** A tag of Jaeger's UI model (internal/uimodel/model.go). */
interface Tag {
  key: string;
  type: "string" | "bool" | "int64" | "float64" | "binary";
  value: string | number | boolean;
}

interface Reference {
  refType: "CHILD_OF" | "FOLLOWS_FROM";
  traceID: string;
  spanID: string;
}

/** Returns one trace in the JSON of Jaeger's /api/traces; times and durations are whole microseconds, cut not rounded. */
export function toJaegerTrace(traceId: string, spans: Span[]): object {
  const processes = new Map<Resource, string>();
  const converted = spans.map((span) => {
    let processID = processes.get(span.resource);
    if (processID === undefined) {
      processID = `p${processes.size + 1}`;
      processes.set(span.resource, processID);
    }
    return toJaegerSpan(span, processID);
  });
  return {
    traceID: traceId,
    spans: converted,
    processes: Object.fromEntries(
      [...processes].map(([resource, processID]) => [processID, toProcess(resource)]),
    ),
    warnings: null,
  };
}

function toJaegerSpan(span: Span, processID: string): object {
  return {
    traceID: span.traceId,
    spanID: span.spanId,
    ...(span.flags === 0 ? {} : { flags: span.flags }),
    operationName: span.name,
    references: toReferences(span),
    startTime: micros(span.startNano),
    duration: micros(span.durationNano),
    tags: toTags(span),
    logs: span.events.map((event) => ({
      timestamp: micros(event.timeNano),
      fields: [
        ...(event.name !== "" && !event.attributes.some((attribute) => attribute.key === "event")
          ? [{ key: "event", type: "string", value: event.name }]
          : []),
        ...event.attributes.map(toTag),
      ],
    })),
    processID,
    warnings: span.warnings.length === 0 ? null : span.warnings,
  };
}

function micros(nano: bigint): number {
  return Number(nano / 1000n);
}

function toProcess(resource: Resource): object {
  return {
    serviceName: resource.serviceName,
    tags: resource.attributes.filter((attribute) => attribute.key !== "service.name").map(toTag),
  };
}

/** The parent comes first, because readers look for it as the first CHILD_OF reference. */
function toReferences(span: Span): Reference[] {
  const references: Reference[] = [];
  if (span.parentSpanId !== "")
    references.push({ refType: "CHILD_OF", traceID: span.traceId, spanID: span.parentSpanId });
  for (const link of span.links) {
    // Spans that came from OpenTracing say on the link which kind of reference it was.
    const isChild = link.attributes.some(
      (attribute) =>
        attribute.key === "opentracing.ref_type" && valueAsString(attribute.value) === "child_of",
    );
    references.push({
      refType: isChild ? "CHILD_OF" : "FOLLOWS_FROM",
      traceID: link.traceId,
      spanID: link.spanId,
    });
  }
  return references;
}

function toTags(span: Span): Tag[] {
  const tags: Tag[] = [];
  const add = (key: string, value: string) => tags.push({ key, type: "string", value });
  if (span.scope.name !== "") add("otel.scope.name", span.scope.name);
  if (span.scope.version !== "") add("otel.scope.version", span.scope.version);
  for (const attribute of span.attributes) tags.push(toTag(attribute));
  if (span.kind !== 0) add("span.kind", SPAN_KINDS[span.kind] ?? "");
  if (span.statusCode === STATUS_OK) add("otel.status_code", "OK");
  if (span.statusCode === STATUS_ERROR) {
    add("otel.status_code", "ERROR");
    tags.push({ key: "error", type: "bool", value: true });
  }
  if (span.statusMessage !== "") add("otel.status_description", span.statusMessage);
  if (span.traceState !== "") add("w3c.tracestate", span.traceState);
  return tags;
}

function toTag({ key, value }: KeyValue): Tag {
  if ("boolValue" in value) return { key, type: "bool", value: value.boolValue as boolean };
  if ("intValue" in value) {
    // JavaScript readers would change integers beyond 2^53 without a word: those go as text.
    const number = Number(value.intValue);
    return { key, type: "int64", value: Number.isSafeInteger(number) ? number : (value.intValue as string) };
  }
  if ("doubleValue" in value) return { key, type: "float64", value: value.doubleValue as number | string };
  if ("bytesValue" in value) return { key, type: "binary", value: value.bytesValue as string };
  return { key, type: "string", value: valueAsString(value as AnyValue) };
}
