import type { TraceSpan } from "@/lib/traces/schema";

/** A row of the waterfall: a span by its index, and how many stand below it. */
export type Row = { index: number; below: number; isCollapsed: boolean };

/** How many spans stand below each, from the depths of their order. */
export function belowOf(spans: readonly Pick<TraceSpan, "depth">[]): number[] {
  const below = new Array<number>(spans.length).fill(0);
  // The spans that those after it may stand below.
  const path: number[] = [];
  spans.forEach(({ depth }, index) => {
    while (path.length > depth) {
      const ended = path.pop()!;
      below[ended] = index - ended - 1;
    }
    path.push(index);
  });
  for (const index of path) below[index] = spans.length - index - 1;
  return below;
}

/** The rows in sight: what stands below a collapsed span is left out. */
export function rowsOf(below: readonly number[], collapsed: ReadonlySet<number>): Row[] {
  const rows: Row[] = [];
  for (let index = 0; index < below.length; index += 1) {
    const isCollapsed = collapsed.has(index) && below[index]! > 0;
    rows.push({ index, below: below[index]!, isCollapsed });
    if (isCollapsed) index += below[index]!;
  }
  return rows;
}

/** Whether a span has a text in its names or attributes; `text` in lower case. */
export function hasText(span: TraceSpan, text: string): boolean {
  const has = (value: string | number | boolean) => String(value).toLowerCase().includes(text);
  return (
    has(span.operation) ||
    has(span.service) ||
    has(span.spanId) ||
    Object.entries(span.attributes).some(([key, value]) => has(key) || has(value)) ||
    span.events.some(
      ({ name, attributes }) =>
        has(name) || Object.entries(attributes).some(([key, value]) => has(key) || has(value)),
    )
  );
}

/** The rows that a window of `height` px shows at a scroll position, with some more on both sides. */
export function inSight(
  count: number,
  { top, height, rowHeight, spare = 10 }: { top: number; height: number; rowHeight: number; spare?: number },
): { from: number; to: number } {
  const from = Math.max(0, Math.floor(top / rowHeight) - spare);
  return { from, to: Math.min(count, Math.ceil((top + height) / rowHeight) + spare) };
}
