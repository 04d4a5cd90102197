import type { Attributes, Span, Trace } from "@/lib/jaeger/trace";
import type { Microseconds } from "@/lib/units";
import { criticalPathOf } from "./critical-path";
import { redactedCount } from "./redaction";
import type { TraceSpan, TraceView } from "./schema";

/*
 * A trace as it is shown: a tree in the order of its rows, with self times, the critical path, and what is odd about it in
 * words. Nothing is dropped but what was sent twice; a span that contradicts another is shown and says so.
 */

/** Both APIs cut nanoseconds, so that a child may seem to stand out of its parent by this much. */
const CUT: Microseconds = 1;
/** Processes end a span when they get to it: a child may reach out of its parent by this much without being odd. */
const OVERHANG: Microseconds = 1_000;
/** 2000-01-01: no span of a clock that was ever set is older. */
const UNSET_CLOCK: Microseconds = 946_684_800_000_000;

/** A span on its way into the tree. */
type Node = {
  span: Span;
  parent: Node | null;
  children: Node[];
  start: Microseconds;
  duration: Microseconds;
  depth: number;
  warnings: string[];
};

const endOf = ({ start, duration }: Pick<Node, "start" | "duration">): Microseconds => start + duration;

/** A length in words, as warnings say it. */
const words = (length: Microseconds): string =>
  length >= 1e6
    ? `${Number((length / 1e6).toPrecision(3))} s`
    : length >= 1e3
      ? `${Number((length / 1e3).toPrecision(3))} ms`
      : `${length} µs`;

const spans = (count: number): string => (count === 1 ? "1 span" : `${count} spans`);

/** Returns the trace as it is shown, of a trace that has been redacted. */
export function traceView(trace: Trace): TraceView {
  const { nodes, repeated } = nodesOf(trace.spans);
  const missing = link(nodes);
  const circles = breakCircles(nodes);
  for (const node of nodes) node.parent?.children.push(node);
  const roots = nodes.filter(({ parent }) => parent === null);
  const moved = adjustClocks(roots);
  for (const node of nodes) sortChildren(node);
  roots.sort(byStart);
  const ordered = depthFirst(roots);
  for (const node of ordered) tellOutside(node);

  const path = criticalPathOf(mainRoot(roots));
  const processes = new Map<string, { id: string; service: string; attributes: Attributes }>();
  const start = ordered.reduce((least, node) => Math.min(least, node.start), Number.POSITIVE_INFINITY);
  const end = ordered.reduce((most, node) => Math.max(most, endOf(node)), Number.NEGATIVE_INFINITY);
  const views = ordered.map((node) => viewOf(node, path.get(node), processes));
  const redacted = ordered.reduce((sum, { span }) => sum + redactedCount(span), 0);
  const unset = ordered.filter((node) => node.start < UNSET_CLOCK).length;
  const trueRoots = roots.filter(({ span }) => span.parentSpanId === null).length;
  return {
    traceId: trace.traceId,
    start: ordered.length === 0 ? 0 : start,
    duration: ordered.length === 0 ? 0 : end - start,
    services: trace.services,
    processes: [...processes.values()],
    spans: views,
    warnings: [
      ...(missing === 0
        ? []
        : [
            `${spans(missing)} name${missing === 1 ? "s" : ""} a parent that is not in this trace: it was not sent, was dropped, or is yet to come.`,
          ]),
      ...(trueRoots > 1
        ? [
            `${trueRoots} spans have no parent: more than one request, or one whose headers were not passed on.`,
          ]
        : []),
      ...(trueRoots === 0 && ordered.length > 0
        ? ["No span is without a parent: the request's beginning is not in this trace."]
        : []),
      ...(circles === 0
        ? []
        : [`The parents of ${spans(circles)} go round in a circle; it was opened at the earliest.`]),
      ...(moved === 0
        ? []
        : [
            `${spans(moved)} began before what called them, by their clock, and were moved: how long they took is measured, when they began is not.`,
          ]),
      ...(repeated === 0
        ? []
        : [`${spans(repeated)} came twice and ${repeated === 1 ? "is" : "are"} shown once.`]),
      ...(unset === 0
        ? []
        : [`${spans(unset)} ${unset === 1 ? "is" : "are"} dated before 2000: that clock was not set.`]),
    ],
    redacted,
  };
}

function nodesOf(all: readonly Span[]): { nodes: Node[]; repeated: number } {
  const seen = new Set<string>();
  const nodes: Node[] = [];
  for (const span of all) {
    const identity = JSON.stringify([
      span.spanId,
      span.parentSpanId,
      span.serviceName,
      span.name,
      span.kind,
      span.start,
      span.duration,
    ]);
    if (seen.has(identity)) continue;
    seen.add(identity);
    nodes.push({
      span,
      parent: null,
      children: [],
      start: span.start,
      duration: Math.max(0, span.duration),
      depth: 0,
      warnings: [
        ...span.warnings,
        ...(span.duration < 0
          ? [`It ended ${words(-span.duration)} before it began; its duration is not known.`]
          : []),
      ],
    });
  }
  return { nodes, repeated: all.length - nodes.length };
}

/** Gives every span its parent; returns how many name one that is not there. */
function link(nodes: readonly Node[]): number {
  const byId = new Map<string, Node[]>();
  for (const node of nodes) byId.set(node.span.spanId, [...(byId.get(node.span.spanId) ?? []), node]);
  let missing = 0;
  for (const node of nodes) {
    const { spanId, parentSpanId, kind } = node.span;
    const twins = (byId.get(spanId) ?? []).filter((other) => other !== node);
    // Zipkin's clients and servers share one span: the server's hangs under the client's.
    const caller = kind === "server" ? twins.find((twin) => twin.span.kind === "client") : undefined;
    if (caller !== undefined) {
      node.parent = caller;
      continue;
    }
    if (twins.some((twin) => !(kind === "client" && twin.span.kind === "server")))
      node.warnings.push(
        "Another span of this trace has the same id; what is below either may belong to the other.",
      );
    if (parentSpanId === null) continue;
    const candidates = byId.get(parentSpanId) ?? [];
    const parent = candidates.find((candidate) => candidate.span.kind === "server") ?? candidates[0];
    if (parent === undefined) {
      missing += 1;
      node.warnings.push(`Its parent ${parentSpanId} is not in this trace.`);
    } else node.parent = parent;
  }
  return missing;
}

/** Opens every circle of parents at its earliest span; returns how many spans were in one. */
function breakCircles(nodes: readonly Node[]): number {
  const walkOf = new Map<Node, number>();
  let inCircles = 0;
  nodes.forEach((from, walk) => {
    let node: Node | null = from;
    while (node !== null && !walkOf.has(node)) {
      walkOf.set(node, walk);
      node = node.parent;
    }
    if (node === null || walkOf.get(node) !== walk) return;
    const circle: Node[] = [];
    let member: Node = node;
    do {
      circle.push(member);
      member = member.parent!;
    } while (member !== node);
    inCircles += circle.length;
    const earliest = circle.reduce((first, each) => (byStart(each, first) < 0 ? each : first));
    earliest.parent = null;
    earliest.warnings.push(
      circle.length === 1
        ? "It names itself as its parent."
        : "Its parents go round in a circle, which ends here.",
    );
  });
  return inCircles;
}

const text = (value: unknown): string => (value === undefined ? "" : String(value));

/** What a span's times were read from: the clock of its machine where that is known, else its process's. */
function clockOf({ span: { resource, serviceName } }: Node): string {
  const host = resource["host.id"] ?? resource["host.name"] ?? resource.hostname ?? resource.ip;
  return host === undefined ? `${serviceName}\n${text(resource["service.instance.id"])}` : text(host);
}

/**
 * Moves spans of another clock that began before their parents, with what is below them; returns how many. A span goes to
 * the middle of its parent where it fits, to its start where not, as in jaegertracing/jaeger's clock skew adjuster. One that
 * begins after its parent is left where it is: that may be so.
 */
function adjustClocks(roots: readonly Node[]): number {
  let moved = 0;
  const waiting = roots.map((node) => ({ node, delta: 0 }));
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { node, delta } = next;
    for (const child of node.children) {
      let shift = clockOf(child) === clockOf(node) ? delta : 0;
      if (clockOf(child) !== clockOf(node) && child.start < node.start - CUT) {
        const spare = Math.max(0, node.duration - child.duration);
        shift = node.start + Math.floor(spare / 2) - child.start;
      }
      if (shift !== 0) {
        moved += 1;
        child.start += shift;
        child.warnings.push(
          `Moved by ${shift < 0 ? "−" : "+"}${words(Math.abs(shift))}: by its own clock it, or what called it, began before its caller.`,
        );
      }
      waiting.push({ node: child, delta: shift });
    }
  }
  return moved;
}

const byStart = (a: Node, b: Node): number =>
  a.start - b.start || endOf(b) - endOf(a) || (a.span.spanId < b.span.spanId ? -1 : 1);

const sortChildren = (node: Node): void => void node.children.sort(byStart);

/** The spans in the order of their rows; without recursion, as a trace may be as deep as it is long. */
function depthFirst(roots: readonly Node[]): Node[] {
  const ordered: Node[] = [];
  const waiting = [...roots].reverse();
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    node.depth = node.parent === null ? 0 : node.parent.depth + 1;
    ordered.push(node);
    for (let index = node.children.length - 1; index >= 0; index -= 1) waiting.push(node.children[index]!);
  }
  return ordered;
}

function tellOutside(node: Node): void {
  const { parent } = node;
  if (parent === null) return;
  if (node.start < parent.start - OVERHANG)
    node.warnings.push(`It began ${words(parent.start - node.start)} before its parent.`);
  if (node.start > endOf(parent) + OVERHANG)
    node.warnings.push(`It began ${words(node.start - endOf(parent))} after its parent had ended.`);
  else if (endOf(node) > endOf(parent) + OVERHANG)
    node.warnings.push(`It ended ${words(endOf(node) - endOf(parent))} after its parent.`);
}

/** The root that the critical path is drawn of: the longest, those without a parent before those whose is missing. */
function mainRoot(roots: readonly Node[]): Node | null {
  const rank = (node: Node) => (node.span.parentSpanId === null ? 1 : 0);
  return roots.reduce<Node | null>(
    (best, node) =>
      best === null || rank(node) > rank(best) || (rank(node) === rank(best) && node.duration > best.duration)
        ? node
        : best,
    null,
  );
}

/** The time of a span in which none of its children ran. */
function selfTimeOf(node: Node): Microseconds {
  let covered = 0;
  let until = node.start;
  // By start, as they are sorted.
  for (const child of node.children) {
    const from = Math.max(until, child.start);
    const to = Math.min(endOf(node), endOf(child));
    if (to <= from) continue;
    covered += to - from;
    until = to;
  }
  return node.duration - covered;
}

function viewOf(
  node: Node,
  criticalPath: [Microseconds, Microseconds][] | undefined,
  processes: Map<string, { id: string; service: string; attributes: Attributes }>,
): TraceSpan {
  const { span } = node;
  const key = JSON.stringify([span.serviceName, span.resource]);
  const process = processes.get(key) ?? {
    id: `p${processes.size + 1}`,
    service: span.serviceName,
    attributes: span.resource,
  };
  processes.set(key, process);
  return {
    spanId: span.spanId,
    parentSpanId: span.parentSpanId,
    service: span.serviceName,
    operation: span.name,
    kind: span.kind,
    start: node.start,
    duration: node.duration,
    selfTime: selfTimeOf(node),
    depth: node.depth,
    onCriticalPath: criticalPath !== undefined,
    criticalPath: criticalPath ?? [],
    error: span.status.code === "error",
    statusMessage: span.status.message,
    attributes: span.attributes,
    events: span.events,
    links: span.links,
    scope: span.scope,
    process: process.id,
    warnings: node.warnings,
  };
}
