import type { Microseconds, Seconds, UnixSeconds } from "@/lib/units";

/*
 * What Jaeger's two query APIs both say about a trace, in one shape. Times are whole microseconds since the epoch,
 * because that is what the older API has and what a number holds exactly; the nanoseconds of the newer one are cut.
 */

/** Arrays and maps come as JSON, bytes as base64, integers beyond 2^53 − 1 as decimal text. */
export type AttributeValue = string | number | boolean;
export type Attributes = Record<string, AttributeValue>;

export const SPAN_KINDS = ["unspecified", "internal", "server", "client", "producer", "consumer"] as const;
export type SpanKind = (typeof SPAN_KINDS)[number];

export type SpanStatus = { code: "unset" | "ok" | "error"; message: string };

export type SpanEvent = { time: Microseconds; name: string; attributes: Attributes };

export type Span = {
  traceId: string;
  spanId: string;
  /** Null for a root. May name a span that is not in the trace. */
  parentSpanId: string | null;
  name: string;
  kind: SpanKind;
  serviceName: string;
  start: Microseconds;
  duration: Microseconds;
  status: SpanStatus;
  attributes: Attributes;
  events: SpanEvent[];
  /** Spans that this one refers to without being their child. */
  links: { traceId: string; spanId: string }[];
  /** Attributes of the process that made the span, without `service.name`. */
  resource: Attributes;
  scope: { name: string; version: string };
  /** What Jaeger changed or found odd about the span. */
  warnings: string[];
};

export type TraceSummary = {
  /** 32 lower-case hex digits. */
  traceId: string;
  /** Of the earliest span without a parent; null when every span has one. */
  rootServiceName: string | null;
  rootName: string | null;
  start: Microseconds;
  /** From the first start to the last end; may be 1 or 2 µs off, since the APIs cut nanoseconds at different places. */
  duration: Microseconds;
  spanCount: number;
  errorSpanCount: number;
  /** Spans whose parent is not in the trace. */
  orphanSpanCount: number;
  /** Sorted by name. */
  services: { name: string; spanCount: number; errorSpanCount: number }[];
};

/** Spans are sorted by start, then id. */
export type Trace = TraceSummary & { spans: Span[] };

export type Operation = { name: string; kind: SpanKind };

export type Dependency = { parent: string; child: string; callCount: number };

/** A search is met by a trace when one span of it meets every condition. */
export type TraceSearch = {
  service: string;
  operation?: string;
  /** Spans that started in [start, end]; start must be before end. */
  start: UnixSeconds;
  end: UnixSeconds;
  minDuration?: Seconds;
  maxDuration?: Seconds;
  /** Equality with the attribute's text, such as `{"error": "true"}` or `{"http.response.status_code": "500"}`. */
  attributes?: Record<string, string>;
  /** Traces at most; 100 when absent. */
  limit?: number;
};

export const DEFAULT_SEARCH_LIMIT = 100;

/** Returns a trace id as 32 lower-case hex digits, or null when it is not hex of 1 to 32 digits. */
export function normalTraceId(text: string): string | null {
  return /^[0-9a-fA-F]{1,32}$/.test(text) ? text.toLowerCase().padStart(32, "0") : null;
}

/** Returns the trace made of these spans, sorted, with its summary. An empty list gives zeros. */
export function buildTrace(traceId: string, spans: Span[]): Trace {
  const sorted = spans.toSorted((a, b) => a.start - b.start || (a.spanId < b.spanId ? -1 : 1));
  return { ...summarizeSpans(traceId, sorted), spans: sorted };
}

/** Returns the part of a trace that a list shows. */
export function summaryOf({ spans: _spans, ...summary }: Trace): TraceSummary {
  return summary;
}

/** Latest first, then by id: the order in which searches answer, whichever API was asked. */
export function byLatestStart(a: TraceSummary, b: TraceSummary): number {
  return b.start - a.start || (a.traceId < b.traceId ? -1 : 1);
}

function summarizeSpans(traceId: string, spans: Span[]): TraceSummary {
  const ids = new Set(spans.map((span) => span.spanId));
  const services = new Map<string, { name: string; spanCount: number; errorSpanCount: number }>();
  const start = spans[0]?.start ?? 0;
  let end = start;
  let errorSpanCount = 0;
  let orphanSpanCount = 0;
  for (const span of spans) {
    end = Math.max(end, span.start + span.duration);
    const service = services.get(span.serviceName) ?? {
      name: span.serviceName,
      spanCount: 0,
      errorSpanCount: 0,
    };
    services.set(span.serviceName, service);
    service.spanCount += 1;
    if (span.status.code === "error") {
      service.errorSpanCount += 1;
      errorSpanCount += 1;
    }
    if (span.parentSpanId !== null && !ids.has(span.parentSpanId)) orphanSpanCount += 1;
  }
  const root = spans.find((span) => span.parentSpanId === null);
  return {
    traceId,
    rootServiceName: root?.serviceName ?? null,
    rootName: root?.name ?? null,
    start,
    duration: end - start,
    spanCount: spans.length,
    errorSpanCount,
    orphanSpanCount,
    services: [...services.values()].sort((a, b) => (a.name < b.name ? -1 : 1)),
  };
}
