import { parseBool } from "./go-syntax";
import {
  type KeyValue,
  SPAN_KINDS,
  type Span,
  STATUS_ERROR,
  STATUS_OK,
  STATUS_UNSET,
  valueAsString,
} from "./span";
import type { TraceQuery } from "./trace-query";

export type SpanQuery = Omit<TraceQuery, "service" | "limit">;

/**
 * Returns whether one span meets every condition of a search but its service. The keys with a meaning of their own (`error`,
 * `span.status`, `span.kind`, `scope.name`, `scope.version`, `resource.…`) and the places an attribute is looked for
 * (span, scope, resource, events, links) are those of Jaeger's memory storage; the tags that Jaeger derives from
 * OpenTelemetry fields are found too, as in its other storages.
 */
export function matchesSpan(span: Span, query: SpanQuery): boolean {
  if (query.operation !== "" && span.name !== query.operation) return false;
  if (query.startMinNano !== undefined && span.startNano < query.startMinNano) return false;
  if (query.startMaxNano !== undefined && span.startNano > query.startMaxNano) return false;
  if (query.durationMinNano || query.durationMaxNano) {
    if (query.durationMinNano && span.durationNano < query.durationMinNano) return false;
    if (query.durationMaxNano && span.durationNano > query.durationMaxNano) return false;
  }
  for (const [key, wanted] of query.attributes) if (!matchesAttribute(span, key, wanted)) return false;
  return true;
}

function matchesAttribute(span: Span, key: string, wanted: string): boolean {
  switch (key) {
    case "error":
      return matchesError(span, wanted);
    case "span.status":
      return span.statusCode === statusFromText(wanted);
    case "span.kind":
      return SPAN_KINDS[span.kind] === (isKind(wanted.toLowerCase()) ? wanted.toLowerCase() : "unspecified");
    case "scope.name":
    case "otel.scope.name":
      return span.scope.name === wanted;
    case "scope.version":
    case "otel.scope.version":
      return span.scope.version === wanted;
    case "otel.status_code":
      return span.statusCode !== STATUS_UNSET && (span.statusCode === STATUS_OK ? "OK" : "ERROR") === wanted;
    case "otel.status_description":
      return span.statusMessage === wanted;
    case "w3c.tracestate":
      return span.traceState === wanted;
  }
  if (key.startsWith("resource."))
    return holds(span.resource.attributes, key.slice("resource.".length), wanted);
  return (
    holds(span.attributes, key, wanted) ||
    holds(span.scope.attributes, key, wanted) ||
    holds(span.resource.attributes, key, wanted) ||
    span.events.some((event) => holds(event.attributes, key, wanted)) ||
    span.links.some((link) => holds(link.attributes, key, wanted))
  );
}

/** error=false asks for status OK: a span that set no status has not said that it went well. */
function matchesError(span: Span, wanted: string): boolean {
  try {
    return span.statusCode === (parseBool(wanted) ? STATUS_ERROR : STATUS_OK);
  } catch {
    return false;
  }
}

function statusFromText(text: string): number {
  const status = text.toUpperCase();
  return status === "OK" ? STATUS_OK : status === "ERROR" ? STATUS_ERROR : STATUS_UNSET;
}

function isKind(text: string): boolean {
  return (SPAN_KINDS as readonly string[]).includes(text);
}

function holds(attributes: KeyValue[], key: string, wanted: string): boolean {
  for (const attribute of attributes)
    if (attribute.key === key && valueAsString(attribute.value) === wanted) return true;
  return false;
}
