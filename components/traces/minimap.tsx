"use client";

import { type PointerEvent, useEffect, useRef, useState } from "react";
import { observeSize, TokenReader, useThemeVersion } from "@/components/charts/chart-tokens";
import type { TraceSpan } from "@/lib/traces/schema";
import type { TimeWindow } from "./waterfall";

const HEIGHT_PX = 56;
/** A shorter drag is a click. */
const LEAST_DRAG_PX = 4;

/** The whole trace in a strip, the critical path under it. Dragging chooses the part that is shown, a double click the whole. */
export function Minimap({
  spans,
  whole,
  window: shown,
  colors,
  onChoose,
}: {
  spans: readonly TraceSpan[];
  whole: TimeWindow;
  window: TimeWindow;
  colors: ReadonlyMap<string, string>;
  onChoose: (window: TimeWindow) => void;
}) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [width, setWidth] = useState(0);
  const theme = useThemeVersion();
  const [drag, setDrag] = useState<{ from: number; to: number } | null>(null);
  useEffect(() => observeSize(canvas, (size) => setWidth(size)), []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a change of the theme draws anew
  useEffect(() => {
    const element = canvas.current;
    const context = element?.getContext("2d");
    if (!element || !context || width === 0) return;
    const ratio = devicePixelRatio;
    element.width = width * ratio;
    element.height = HEIGHT_PX * ratio;
    const tokens = new TokenReader(() => element);
    const length = Math.max(1, whole.to - whole.from);
    const x = (time: number) => ((time - whole.from) / length) * element.width;
    const bars = element.height - 8 * ratio;
    const rowHeight = Math.max(ratio, Math.min(6 * ratio, bars / Math.max(1, spans.length)));
    spans.forEach((span, index) => {
      context.fillStyle = tokens.color(
        span.error ? "--critical" : (colors.get(span.service) ?? "--chart-other"),
      );
      const top = Math.min(bars - rowHeight, (index / Math.max(1, spans.length)) * bars);
      const left = x(span.start);
      context.fillRect(
        left,
        top,
        Math.max(ratio, x(span.start + span.duration) - left),
        Math.max(1, rowHeight - ratio),
      );
    });
    context.fillStyle = tokens.color("--text");
    for (const { criticalPath } of spans)
      for (const [from, to] of criticalPath)
        context.fillRect(x(from), element.height - 4 * ratio, Math.max(1, x(to) - x(from)), 2 * ratio);
  }, [spans, whole, colors, width, theme]);

  const at = (event: PointerEvent) => {
    const box = event.currentTarget.getBoundingClientRect();
    return Math.min(1, Math.max(0, (event.clientX - box.left) / Math.max(1, box.width)));
  };
  const length = Math.max(1, whole.to - whole.from);
  const chosen = drag
    ? { from: Math.min(drag.from, drag.to), to: Math.max(drag.from, drag.to) }
    : { from: (shown.from - whole.from) / length, to: (shown.to - whole.from) / length };
  const isPart = drag !== null || shown.from > whole.from || shown.to < whole.to;

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: a shortcut for pointers; the whole trace is in the tree below
    <div
      className="relative mx-4 mb-2 touch-none select-none"
      style={{ height: HEIGHT_PX }}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        setDrag({ from: at(event), to: at(event) });
      }}
      onPointerMove={(event) => {
        if (drag) setDrag({ ...drag, to: at(event) });
      }}
      onPointerUp={() => {
        if (drag === null) return;
        if (Math.abs(drag.to - drag.from) * width >= LEAST_DRAG_PX)
          onChoose({
            from: whole.from + Math.min(drag.from, drag.to) * length,
            to: whole.from + Math.max(drag.from, drag.to) * length,
          });
        setDrag(null);
      }}
      onPointerCancel={() => setDrag(null)}
      onDoubleClick={() => onChoose(whole)}
    >
      <canvas ref={canvas} aria-hidden className="block size-full" />
      {isPart ? (
        <div
          aria-hidden
          className="pointer-events-none absolute inset-y-0 border-x-2 border-focus bg-accent/10"
          style={{ left: `${chosen.from * 100}%`, width: `${(chosen.to - chosen.from) * 100}%` }}
        />
      ) : null}
    </div>
  );
}
