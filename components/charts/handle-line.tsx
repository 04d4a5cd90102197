"use client";

import { GripHorizontal } from "lucide-react";
import { type KeyboardEvent, type PointerEvent, useRef, useState } from "react";
import { cn } from "@/components/ui/class-names";
import { formatExact, type Unit } from "@/lib/units";
import { movedByKey, notBelow, onStep, stepOfPixel, type ThresholdHandle } from "./threshold-handle";
import type { Layout } from "./time-series-options";

/** The least size of what can be pressed. */
const TARGET_PX = 24;

/** The line of a threshold, to be dragged up and down; a slider for the keyboard. */
export default function HandleLine({
  handle,
  layout,
  unit,
}: {
  handle: ThresholdHandle;
  layout: Layout;
  unit: Unit;
}) {
  const [isDragging, setDragging] = useState(false);
  /** The axis and where the pointer was, when it was pressed: a chart that is drawn anew must not move the line. */
  const grabbed = useRef<{ y: number; value: number; ends: { low: number; high: number } } | null>(null);
  const { ends, height, left, top, width } = layout;
  if (ends === null || height <= 0) return null;
  const { value, label, tone, onChange, onDragging } = handle;
  const { low, high } = grabbed.current?.ends ?? ends;
  const step = stepOfPixel(low, high, height);
  const share = (value - low) / (high - low);
  const y = top + height * (1 - Math.min(1, Math.max(0, share)));

  function onPointerDown(event: PointerEvent<HTMLDivElement>) {
    if (event.button !== 0 || ends === null) return;
    event.preventDefault();
    event.stopPropagation();
    event.currentTarget.setPointerCapture(event.pointerId);
    event.currentTarget.focus();
    grabbed.current = { y: event.clientY, value, ends };
    setDragging(true);
    onDragging(true);
  }

  function onPointerMove(event: PointerEvent<HTMLDivElement>) {
    const from = grabbed.current;
    if (from === null) return;
    const moved = ((from.y - event.clientY) / height) * (from.ends.high - from.ends.low);
    const next = notBelow(onStep(from.value + moved, step), from.ends.low);
    if (next !== value) onChange(next);
  }

  function onRelease() {
    if (grabbed.current === null) return;
    grabbed.current = null;
    setDragging(false);
    onDragging(false);
  }

  function onKeyDown(event: KeyboardEvent) {
    const next = movedByKey(event.key, value, { low, high, step });
    if (next === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    onChange(next);
  }

  return (
    <div
      role="slider"
      tabIndex={0}
      aria-label={label}
      aria-orientation="vertical"
      aria-valuemin={Math.min(low, value)}
      aria-valuemax={Math.max(high, value)}
      aria-valuenow={value}
      aria-valuetext={formatExact(value, unit)}
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onPointerUp={onRelease}
      onPointerCancel={onRelease}
      onLostPointerCapture={onRelease}
      onKeyDown={onKeyDown}
      className="group/handle absolute z-10 flex cursor-ns-resize touch-none items-center rounded-control"
      style={{ left, top: y - TARGET_PX / 2, width, height: TARGET_PX }}
    >
      <span
        className={cn(
          "h-px flex-1 group-hover/handle:h-0.5",
          tone === "critical" ? "bg-critical" : "bg-warning",
          isDragging ? "h-0.5 opacity-100" : "opacity-60",
        )}
      />
      <span
        className={cn(
          "absolute left-2 flex h-5 items-center gap-1 rounded-control border bg-surface-panel px-1 text-caption text-primary shadow-overlay",
          isDragging && "bg-surface-selected",
        )}
      >
        <GripHorizontal aria-hidden className="size-3 text-secondary" />
        <span className="tabular-nums">{formatExact(value, unit)}</span>
      </span>
    </div>
  );
}
