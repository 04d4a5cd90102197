import type { Microseconds } from "@/lib/units";

type Timed<Node> = { start: Microseconds; duration: Microseconds; children: readonly Node[] };

/**
 * Returns the critical path of a tree: of each node on it the stretches in which nothing below it was waited for, ascending.
 * Going back from the end of a span, what ended last before is what it waited for; what reaches out of its parent is cut
 * there. As jaegertracing/jaeger-ui does it (TraceTimelineViewer/CriticalPath).
 */
export function criticalPathOf<Node extends Timed<Node>>(
  root: Node | null,
): Map<Node, [Microseconds, Microseconds][]> {
  const path = new Map<Node, [Microseconds, Microseconds][]>();
  if (root === null) return path;
  const waiting = [{ node: root, from: root.start, to: root.start + root.duration }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { node, from, to } = next;
    const stretches: [Microseconds, Microseconds][] = [];
    let until = to;
    for (const child of byLatestEnd(node.children, from, to)) {
      if (child.to > until) continue;
      if (child.to < until) stretches.push([child.to, until]);
      waiting.push(child);
      until = child.from;
    }
    if (until > from) stretches.push([from, until]);
    path.set(node, stretches.reverse());
  }
  return path;
}

function byLatestEnd<Node extends Timed<Node>>(children: readonly Node[], from: number, to: number) {
  return children
    .map((node) => ({
      node,
      from: Math.max(from, node.start),
      to: Math.min(to, node.start + node.duration),
    }))
    .filter((child) => child.to > child.from)
    .sort((a, b) => b.to - a.to || b.from - a.from);
}
