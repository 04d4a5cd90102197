import type { Span } from "./span";

/**
 * Returns a trace's spans as Jaeger's query service shows them unless `raw` is asked for: a server span that shares
 * its id with a client span (Zipkin style) gets an id of its own and becomes the client's child, spans sent twice are
 * shown once, links that point nowhere are dropped, and spans are in order of start. Clock skew is not corrected, which
 * is Jaeger's default too. The input is not changed.
 */
export function adjustSpans(spans: Span[]): Span[] {
  const ids = new Set(spans.map((span) => span.spanId));
  const distinct = ids.size === spans.length ? [...spans] : separateSharedIds(withoutCopies(spans), ids);
  return distinct
    .map((span) =>
      span.links.some((link) => link.traceId === "" && link.spanId === "")
        ? { ...span, links: span.links.filter((link) => link.traceId !== "" || link.spanId !== "") }
        : span,
    )
    .sort((a, b) => (a.startNano < b.startNano ? -1 : a.startNano > b.startNano ? 1 : 0));
}

function withoutCopies(spans: Span[]): Span[] {
  const seen = new Set<string>();
  return spans.filter((span) => {
    const content = JSON.stringify(span, (_key, value: unknown) =>
      typeof value === "bigint" ? String(value) : value,
    );
    if (seen.has(content)) return false;
    seen.add(content);
    return true;
  });
}

const SERVER = 2;
const CLIENT = 3;

function separateSharedIds(spans: Span[], ids: Set<string>): Span[] {
  const clientIds = new Set(spans.filter((span) => span.kind === CLIENT).map((span) => span.spanId));
  const newIdOf = new Map<string, string>();
  let next = 0n;
  const freeId = () => {
    do next += 1n;
    while (ids.has(next.toString(16).padStart(16, "0")));
    return next.toString(16).padStart(16, "0");
  };
  const renamed = spans.map((span) => {
    if (span.kind !== SERVER || !clientIds.has(span.spanId)) return span;
    const spanId = freeId();
    newIdOf.set(span.spanId, spanId);
    return { ...span, spanId, parentSpanId: span.spanId };
  });
  return renamed.map((span) => {
    const parent = newIdOf.get(span.parentSpanId);
    return parent === undefined || parent === span.spanId ? span : { ...span, parentSpanId: parent };
  });
}
