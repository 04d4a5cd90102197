// @vitest-environment happy-dom
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { useState } from "react";
import { afterEach, expect, it } from "vitest";
import type { TraceSpan } from "@/lib/traces/schema";
import { belowOf, rowsOf } from "./rows";
import { Waterfall } from "./waterfall";
import { lengthWords } from "./words";

afterEach(cleanup);

const T0 = 1_760_000_000_000_000;

function span(index: number, depth: number, more: Partial<TraceSpan> = {}): TraceSpan {
  return {
    spanId: index.toString(16).padStart(16, "0"),
    parentSpanId: null,
    service: "api",
    operation: `work ${index}`,
    kind: "internal",
    start: T0 + index,
    duration: 10,
    selfTime: 10,
    depth,
    onCriticalPath: false,
    criticalPath: [],
    error: false,
    statusMessage: "",
    attributes: {},
    events: [],
    links: [],
    scope: { name: "", version: "" },
    process: "p1",
    warnings: [],
    ...more,
  };
}

function Shown({ spans }: { spans: readonly TraceSpan[] }) {
  const [selected, select] = useState<number | null>(null);
  const [collapsed, setCollapsed] = useState<ReadonlySet<number>>(new Set());
  return (
    <Waterfall
      spans={spans}
      rows={rowsOf(belowOf(spans), collapsed)}
      window={{ from: T0, to: T0 + spans.length + 10 }}
      colors={new Map()}
      selected={selected}
      matches={null}
      onSelect={select}
      onToggle={(index) =>
        setCollapsed((before) => {
          const next = new Set(before);
          if (!next.delete(index)) next.add(index);
          return next;
        })
      }
    />
  );
}

const names = () => screen.getAllByRole("treeitem").map((item) => item.getAttribute("aria-label"));
const press = (...keys: string[]) => {
  for (const key of keys) fireEvent.keyDown(screen.getByRole("tree"), { key });
};
const selected = () => screen.getByRole("treeitem", { selected: true }).getAttribute("aria-label");

it("draws only the rows in sight of 50,000", () => {
  const spans = Array.from({ length: 50_000 }, (_, index) => span(index, index === 0 ? 0 : 1 + (index % 30)));
  render(<Shown spans={spans} />);
  expect(screen.getAllByRole("treeitem").length).toBeLessThan(60);
  press("End");
  const tree = screen.getByRole("tree");
  tree.scrollTop = 49_980 * 28;
  fireEvent.scroll(tree);
  expect(screen.getAllByRole("treeitem").length).toBeLessThan(60);
  expect(selected()).toContain("work 49999");
});

it("is gone through by arrow keys, which open and close what is below", () => {
  render(<Shown spans={[span(0, 0), span(1, 1), span(2, 2), span(3, 1)]} />);
  press("ArrowDown", "ArrowDown");
  expect(selected()).toContain("work 1");
  press("ArrowLeft");
  expect(names()).toHaveLength(3);
  press("ArrowDown");
  expect(selected()).toContain("work 3");
  press("ArrowLeft");
  expect(selected()).toContain("work 0");
  press("ArrowLeft");
  expect(names()).toHaveLength(1);
  press("ArrowRight", "ArrowRight", "ArrowRight", "ArrowRight");
  expect(names()).toHaveLength(4);
  expect(selected()).toContain("work 2");
});

it("says in words what colours and lines show", () => {
  render(
    <Shown
      spans={[
        span(0, 0, { error: true, onCriticalPath: true, criticalPath: [[T0, T0 + 5]], duration: 2_500_000 }),
      ]}
    />,
  );
  expect(names()).toEqual([`api work 0, ${lengthWords(2_500_000)}, error, on the critical path`]);
});

it("shows HTML in a name as text", () => {
  const { container } = render(<Shown spans={[span(0, 0, { operation: "<img src=x>" })]} />);
  expect(container.querySelector("img")).toBeNull();
  expect(container.textContent).toContain("<img src=x>");
});
