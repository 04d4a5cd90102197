import type { Span, Trace } from "@/lib/jaeger/trace";
import type { TagTerm } from "./tag-search";

/** The texts that a span has under a key: of itself, its process and its events. */
function valuesOf(span: Span, key: string): string[] {
  const own = span.attributes[key] ?? fieldOf(span, key);
  return [own, span.resource[key], ...span.events.map(({ attributes }) => attributes[key])]
    .filter((value) => value !== undefined)
    .map(String);
}

/** Fields of a span that Jaeger takes for tags. */
function fieldOf({ kind, status }: Span, key: string): string | undefined {
  if (key === "error") return String(status.code === "error");
  if (key === "span.kind") return kind;
  if (key === "otel.status_code") return status.code === "unset" ? undefined : status.code.toUpperCase();
  return undefined;
}

/** Whether one span of the service meets every term, those with NOT by not having the value. */
export function meetsTerms(trace: Trace, service: string, terms: readonly TagTerm[]): boolean {
  return trace.spans.some(
    (span) =>
      span.serviceName === service &&
      terms.every(({ key, value, not }) => valuesOf(span, key).includes(value) !== not),
  );
}
