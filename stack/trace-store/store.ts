import { matchesSpan } from "./match";
import { addToSignature, emptySignature, mayMeet, needOf, type Signature } from "./signature";
import type { Span } from "./span";
import type { TraceQuery } from "./trace-query";

export interface StoreLimits {
  /** Spans kept at most; the oldest traces go first. */
  maxSpans: number;
  /** Estimated memory kept at most, in bytes; the oldest traces go first. */
  maxBytes: number;
  /** Age, in milliseconds since its first span arrived, at which a trace goes. */
  maxAgeMs: number;
  /** Spans kept of one trace; more are refused, so that one runaway trace cannot push out all others. */
  maxSpansPerTrace: number;
}

export const DEFAULT_LIMITS: StoreLimits = {
  maxSpans: 200_000,
  maxBytes: 256 * 1024 * 1024,
  maxAgeMs: 24 * 3_600_000,
  maxSpansPerTrace: 20_000,
};

export interface StoredTrace {
  traceId: string;
  /** When the first span arrived, milliseconds since the epoch. */
  receivedAt: number;
  /** In order of arrival. */
  spans: Span[];
  bytes: number;
  minStartNano: bigint;
  maxStartNano: bigint;
  maxEndNano: bigint;
  /** By service. */
  parts: Map<string, ServicePart>;
  /** Set when the trace has left the window; index entries that still name it are skipped. */
  isEvicted: boolean;
  /** Calls between services, counted when first asked for and again after the trace has grown. */
  calls?: Map<string, Map<string, number>>;
}

export interface Operation {
  name: string;
  kind: number;
}

export interface Dependency {
  parent: string;
  child: string;
  callCount: number;
}

export interface AppendResult {
  rejected: number;
  reason?: string;
}

/** Traces in order of arrival, from which the oldest are taken; taking is O(1) amortised. */
class ArrivalQueue {
  private items: StoredTrace[] = [];
  private head = 0;

  push(trace: StoredTrace): void {
    this.items.push(trace);
  }

  peek(): StoredTrace | undefined {
    return this.items[this.head];
  }

  shift(): StoredTrace | undefined {
    const trace = this.items[this.head];
    this.head += 1;
    if (this.head > 1024 && this.head * 2 > this.items.length) {
      this.items = this.items.slice(this.head);
      this.head = 0;
    }
    return trace;
  }

  /** Newest first. */
  *backwards(): Generator<Candidate> {
    for (let index = this.items.length - 1; index >= this.head; index -= 1) {
      const trace = this.items[index];
      if (trace) yield { trace, spans: trace.spans };
    }
  }
}

/** The spans that one service has in one trace, so that a search for the service looks at no others. */
interface ServicePart {
  trace: StoredTrace;
  spans: Span[];
  signature: Signature;
}

/** What is looked into for one trace. */
type Candidate = Pick<ServicePart, "trace" | "spans"> & { signature?: Signature };

/** What one service has in the window. */
interface ServiceIndex {
  /** In the order in which the service joined the traces; may hold parts of evicted ones. */
  parts: ServicePart[];
  evicted: number;
  /** Spans by operation, so that an operation disappears with its last span: name, then kind. */
  operations: Map<string, number[]>;
  spans: number;
}

/**
 * A bounded window of traces in memory. Time comes in as an argument (milliseconds since the epoch) and nothing here
 * does I/O.
 */
export class TraceStore {
  private readonly traces = new Map<string, StoredTrace>();
  private readonly queue = new ArrivalQueue();
  private readonly byService = new Map<string, ServiceIndex>();
  private spanCount = 0;
  private byteCount = 0;

  constructor(private readonly limits: StoreLimits = DEFAULT_LIMITS) {}

  /** Adds spans to their traces, then makes room; returns how many were refused. */
  append(spans: Span[], now: number): AppendResult {
    let rejected = 0;
    for (const span of spans) {
      let trace = this.traces.get(span.traceId);
      if (!trace) {
        trace = {
          traceId: span.traceId,
          receivedAt: now,
          spans: [],
          bytes: 0,
          minStartNano: span.startNano,
          maxStartNano: span.startNano,
          maxEndNano: span.endNano,
          parts: new Map(),
          isEvicted: false,
        };
        this.traces.set(span.traceId, trace);
        this.queue.push(trace);
      }
      if (trace.spans.length >= this.limits.maxSpansPerTrace) {
        rejected += 1;
        continue;
      }
      this.add(trace, span);
    }
    this.expire(now);
    return rejected === 0
      ? { rejected }
      : {
          rejected,
          reason: `A trace may have ${this.limits.maxSpansPerTrace} spans here; more were refused.`,
        };
  }

  /** Drops traces beyond the age, the number of spans or the memory allowed. */
  expire(now: number): void {
    for (;;) {
      const oldest = this.queue.peek();
      if (!oldest) return;
      const isOver = this.spanCount > this.limits.maxSpans || this.byteCount > this.limits.maxBytes;
      if (!isOver && now - oldest.receivedAt <= this.limits.maxAgeMs) return;
      this.queue.shift();
      this.evict(oldest);
    }
  }

  /** Sorted. */
  services(): string[] {
    return [...this.byService.keys()].sort();
  }

  /** Sorted by name, then kind; `kind` limits to one span kind. Unknown services have none. */
  operations(service: string, kind?: number): Operation[] {
    const found: Operation[] = [];
    for (const [name, counts] of this.byService.get(service)?.operations ?? []) {
      counts.forEach((count, ofKind) => {
        if (count > 0 && (kind === undefined || kind === ofKind)) found.push({ name, kind: ofKind });
      });
    }
    return found.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.kind - b.kind));
  }

  get(traceId: string): StoredTrace | undefined {
    return this.traces.get(traceId);
  }

  /** Returns the `limit` most recently started traces in which one span meets the whole query, latest first. */
  find(query: TraceQuery): StoredTrace[] {
    if (query.service !== "" && query.operation !== "") {
      if (!this.byService.get(query.service)?.operations.has(query.operation)) return [];
    }
    const found: StoredTrace[] = [];
    const { startMinNano, startMaxNano } = query;
    const need = needOf(query);
    const anyStart = { ...query, startMinNano: undefined, startMaxNano: undefined };
    for (const { trace, spans, signature } of this.candidates(query.service)) {
      if (trace.isEvicted) continue;
      if (startMinNano !== undefined && trace.maxStartNano < startMinNano) continue;
      if (startMaxNano !== undefined && trace.minStartNano > startMaxNano) continue;
      if (signature && !mayMeet(signature, need)) continue;
      // Looking into spans is what costs: a trace that would not make the list any more is left out before that.
      const last = found[query.limit - 1];
      if (last && trace.minStartNano <= last.minStartNano) continue;
      const isInside =
        (startMinNano === undefined || trace.minStartNano >= startMinNano) &&
        (startMaxNano === undefined || trace.maxStartNano <= startMaxNano);
      const spanQuery = isInside ? anyStart : query;
      if (!spans.some((span) => matchesSpan(span, spanQuery))) continue;
      insertByStart(found, trace);
      if (found.length > query.limit) found.pop();
    }
    return found;
  }

  /** Returns the calls between services in traces that lie wholly in the range (nanoseconds), sorted by name. */
  dependencies(startNano: bigint, endNano: bigint): Dependency[] {
    const total = new Map<string, Map<string, number>>();
    for (const trace of this.traces.values()) {
      if (trace.minStartNano < startNano || trace.maxEndNano > endNano) continue;
      trace.calls ??= countCalls(trace);
      for (const [parent, children] of trace.calls)
        for (const [child, count] of children) addCalls(total, parent, child, count);
    }
    return [...total]
      .flatMap(([parent, children]) =>
        [...children].map(([child, callCount]) => ({ parent, child, callCount })),
      )
      .sort((a, b) => (a.parent === b.parent ? (a.child < b.child ? -1 : 1) : a.parent < b.parent ? -1 : 1));
  }

  stats(): { traces: number; spans: number; bytes: number } {
    return { traces: this.traces.size, spans: this.spanCount, bytes: this.byteCount };
  }

  private candidates(service: string): Iterable<Candidate> {
    if (service === "") return this.queue.backwards();
    // A reversed copy of references costs less than 1 ms for 50,000 traces.
    return this.byService.get(service)?.parts.toReversed() ?? [];
  }

  private add(trace: StoredTrace, span: Span): void {
    const service = span.resource.serviceName;
    let index = this.byService.get(service);
    if (!index) {
      index = { parts: [], evicted: 0, operations: new Map(), spans: 0 };
      this.byService.set(service, index);
    }
    let part = trace.parts.get(service);
    if (!part) {
      part = { trace, spans: [], signature: emptySignature() };
      trace.parts.set(service, part);
      index.parts.push(part);
    }
    part.spans.push(span);
    addToSignature(part.signature, span);
    const counts = index.operations.get(span.name) ?? [0, 0, 0, 0, 0, 0];
    counts[span.kind] = (counts[span.kind] ?? 0) + 1;
    index.operations.set(span.name, counts);
    index.spans += 1;

    trace.spans.push(span);
    trace.bytes += span.bytes;
    if (span.startNano < trace.minStartNano) trace.minStartNano = span.startNano;
    if (span.startNano > trace.maxStartNano) trace.maxStartNano = span.startNano;
    if (span.endNano > trace.maxEndNano) trace.maxEndNano = span.endNano;
    trace.calls = undefined;
    this.spanCount += 1;
    this.byteCount += span.bytes;
  }

  private evict(trace: StoredTrace): void {
    trace.isEvicted = true;
    this.traces.delete(trace.traceId);
    this.spanCount -= trace.spans.length;
    this.byteCount -= trace.bytes;
    for (const span of trace.spans) {
      const service = span.resource.serviceName;
      const index = this.byService.get(service);
      if (!index) continue;
      index.spans -= 1;
      const counts = index.operations.get(span.name);
      if (!counts) continue;
      counts[span.kind] = (counts[span.kind] ?? 0) - 1;
      if (counts.every((count) => count === 0)) index.operations.delete(span.name);
    }
    for (const service of trace.parts.keys()) {
      const index = this.byService.get(service);
      if (!index) continue;
      if (index.spans === 0) {
        this.byService.delete(service);
        continue;
      }
      index.evicted += 1;
      // The list is rewritten when half of it is gone, which keeps eviction O(1) amortised.
      if (index.evicted > 64 && index.evicted * 2 > index.parts.length) {
        index.parts = index.parts.filter((part) => !part.trace.isEvicted);
        index.evicted = 0;
      }
    }
  }
}

/** Keeps the list sorted by start, latest first; candidates mostly come in that order, so the end is tried first. */
function insertByStart(sorted: StoredTrace[], trace: StoredTrace): void {
  let low = 0;
  let high = sorted.length;
  if (high > 0 && (sorted[high - 1]?.minStartNano ?? 0n) >= trace.minStartNano) low = high;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle]?.minStartNano ?? 0n) >= trace.minStartNano) low = middle + 1;
    else high = middle;
  }
  sorted.splice(low, 0, trace);
}

function addCalls(to: Map<string, Map<string, number>>, parent: string, child: string, count: number): void {
  let children = to.get(parent);
  if (!children) {
    children = new Map();
    to.set(parent, children);
  }
  children.set(child, (children.get(child) ?? 0) + count);
}

/** As Jaeger's memory storage counts: every span whose parent is present, calls within one service included. */
function countCalls(trace: StoredTrace): Map<string, Map<string, number>> {
  const serviceOf = new Map<string, string>();
  for (const span of trace.spans)
    if (!serviceOf.has(span.spanId)) serviceOf.set(span.spanId, span.resource.serviceName);
  const calls = new Map<string, Map<string, number>>();
  for (const span of trace.spans) {
    const parent = span.parentSpanId === "" ? undefined : serviceOf.get(span.parentSpanId);
    if (parent !== undefined) addCalls(calls, parent, span.resource.serviceName, 1);
  }
  return calls;
}
