"use client";

import { ChevronDown, ChevronRight, OctagonAlert, TriangleAlert } from "lucide-react";
import { type KeyboardEvent, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { cn } from "@/components/ui/class-names";
import type { TraceSpan } from "@/lib/traces/schema";
import { inSight, type Row } from "./rows";
import { lengthWords } from "./words";

const ROW_PX = 28;
const INDENT_PX = 12;
/** Deeper levels are told by their number, or a name would have no place. */
const DEEPEST_INDENT = 10;
const LEAST_PX = 5 * ROW_PX;
const MOST_PX = 22 * ROW_PX;
/** The length of a bar's own words beside it, in percent of the time shown. */
const WORDS_PERCENT = 16;

/** The part of the trace that is shown, microseconds since 1970. */
export type TimeWindow = { from: number; to: number };

/**
 * The spans as rows over time. Only the rows in sight are drawn. Arrow keys go through them: up and down, left collapses
 * or goes up, right opens.
 */
export function Waterfall({
  spans,
  rows,
  window: shown,
  colors,
  selected,
  matches,
  onSelect,
  onToggle,
}: {
  spans: readonly TraceSpan[];
  rows: readonly Row[];
  window: TimeWindow;
  colors: ReadonlyMap<string, string>;
  /** The index of the span whose details are shown. */
  selected: number | null;
  /** Indices of what a search found; null without a search. */
  matches: ReadonlySet<number> | null;
  onSelect: (index: number) => void;
  onToggle: (index: number) => void;
}) {
  const box = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  const height = Math.min(MOST_PX, Math.max(LEAST_PX, rows.length * ROW_PX));
  const positions = useMemo(() => new Map(rows.map(({ index }, position) => [index, position])), [rows]);
  const current = selected === null ? undefined : positions.get(selected);

  // What is chosen comes into sight, whoever chose it.
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null || current === undefined) return;
    const at = current * ROW_PX;
    if (at < element.scrollTop) element.scrollTop = at;
    else if (at + ROW_PX > element.scrollTop + element.clientHeight)
      element.scrollTop = at + ROW_PX - element.clientHeight;
  }, [current]);
  useEffect(() => {
    if (box.current) setTop(box.current.scrollTop);
  }, []);

  function onKeyDown(event: KeyboardEvent) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const row = current === undefined ? undefined : rows[current];
    const go = (position: number) => {
      const next = rows[Math.min(rows.length - 1, Math.max(0, position))];
      if (next) onSelect(next.index);
    };
    const page = Math.floor(height / ROW_PX) - 1;
    const hasBelow = row !== undefined && row.below > 0;
    switch (event.key) {
      case "ArrowDown":
        go(current === undefined ? 0 : current + 1);
        break;
      case "ArrowUp":
        go(current === undefined ? 0 : current - 1);
        break;
      case "PageDown":
        go((current ?? 0) + page);
        break;
      case "PageUp":
        go((current ?? 0) - page);
        break;
      case "Home":
        go(0);
        break;
      case "End":
        go(rows.length - 1);
        break;
      case "ArrowRight":
        if (row?.isCollapsed) onToggle(row.index);
        else if (hasBelow) go(current! + 1);
        break;
      case "ArrowLeft":
        if (hasBelow && !row.isCollapsed) onToggle(row.index);
        else if (row) go(above(row));
        break;
      default:
        return;
    }
    event.preventDefault();
  }

  /** The position of the row that a row stands below; its own when it stands below none. */
  function above(row: Row): number {
    const { depth } = spans[row.index]!;
    const position = positions.get(row.index) ?? 0;
    const found = rows.slice(0, position).findLastIndex(({ index }) => spans[index]!.depth < depth);
    return found < 0 ? position : found;
  }

  const { from, to } = inSight(rows.length, { top, height, rowHeight: ROW_PX });
  return (
    <div
      ref={box}
      role="tree"
      aria-label="Spans"
      tabIndex={0}
      aria-activedescendant={selected === null ? undefined : `span-${selected}`}
      onScroll={(event) => setTop(event.currentTarget.scrollTop)}
      onKeyDown={onKeyDown}
      className="relative overflow-y-auto overscroll-contain border-t"
      style={{ height }}
    >
      <div className="relative" style={{ height: rows.length * ROW_PX }}>
        {rows.slice(from, to).map((row, offset) => (
          <SpanRow
            key={row.index}
            row={row}
            span={spans[row.index]!}
            top={(from + offset) * ROW_PX}
            window={shown}
            color={`var(${colors.get(spans[row.index]!.service) ?? "--chart-other"})`}
            isSelected={row.index === selected}
            isFound={matches?.has(row.index) ?? false}
            onSelect={onSelect}
            onToggle={onToggle}
          />
        ))}
      </div>
    </div>
  );
}

const percent = (part: number): string => `${Math.round(part * 1e5) / 1e3}%`;

function SpanRow({
  row,
  span,
  top,
  window: shown,
  color,
  isSelected,
  isFound,
  onSelect,
  onToggle,
}: {
  row: Row;
  span: TraceSpan;
  top: number;
  window: TimeWindow;
  color: string;
  isSelected: boolean;
  isFound: boolean;
  onSelect: (index: number) => void;
  onToggle: (index: number) => void;
}) {
  const length = Math.max(1, shown.to - shown.from);
  const place = (time: number) => Math.min(1, Math.max(0, (time - shown.from) / length));
  const left = place(span.start);
  const right = place(span.start + span.duration);
  const isOutside = span.start > shown.to || span.start + span.duration < shown.from;
  const hasRoom = right < 1 - WORDS_PERCENT / 100;
  const Chevron = row.isCollapsed ? ChevronRight : ChevronDown;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the tree around it takes the keys
    // biome-ignore lint/a11y/useFocusableInteractive: the focus stays on the tree, which names its active row
    <div
      id={`span-${row.index}`}
      role="treeitem"
      aria-level={span.depth + 1}
      aria-selected={isSelected}
      aria-expanded={row.below > 0 ? !row.isCollapsed : undefined}
      aria-label={`${span.service} ${span.operation}, ${lengthWords(span.duration)}${span.error ? ", error" : ""}${span.onCriticalPath ? ", on the critical path" : ""}`}
      onClick={() => onSelect(row.index)}
      className={cn(
        "absolute inset-x-0 grid cursor-default grid-cols-[minmax(0,1fr)_minmax(0,1fr)] items-center border-b text-caption hover:bg-surface-hover md:grid-cols-[minmax(0,2fr)_minmax(0,3fr)]",
        isSelected && "bg-surface-selected hover:bg-surface-selected",
        isFound && "border-l-2 border-l-focus",
      )}
      style={{ top, height: ROW_PX }}
    >
      <span
        className="flex h-full min-w-0 items-center gap-1 border-r pr-2"
        style={{ paddingLeft: 4 + Math.min(span.depth, DEEPEST_INDENT) * INDENT_PX }}
      >
        {row.below > 0 ? (
          <span
            aria-hidden
            className="flex size-6 shrink-0 items-center justify-center text-secondary hover:text-primary"
            onClick={(event) => {
              event.stopPropagation();
              onToggle(row.index);
            }}
          >
            <Chevron className="size-4" />
          </span>
        ) : (
          <span className="w-6 shrink-0" />
        )}
        <span aria-hidden className="h-4 w-1 shrink-0 rounded-pill" style={{ background: color }} />
        {span.depth > DEEPEST_INDENT ? <span className="text-secondary">{span.depth}</span> : null}
        {span.error ? <OctagonAlert aria-hidden className="size-3.5 shrink-0 text-critical" /> : null}
        {span.warnings.length > 0 ? (
          <TriangleAlert aria-hidden className="size-3.5 shrink-0 text-warning" />
        ) : null}
        <span className="truncate" title={`${span.service}: ${span.operation}`}>
          <span className="font-medium">{span.service}</span>{" "}
          <span className="text-secondary">{span.operation}</span>
          {row.isCollapsed ? <span className="text-secondary"> +{row.below}</span> : null}
        </span>
      </span>
      <span aria-hidden className="relative block h-full overflow-hidden">
        {isOutside ? null : (
          <>
            <span
              className="absolute top-2 h-3 min-w-0.5 rounded-control"
              style={{ left: percent(left), width: percent(right - left), background: color, opacity: 0.55 }}
            />
            {span.criticalPath.map(([start, end]) =>
              end < shown.from || start > shown.to ? null : (
                <span
                  key={start}
                  className="absolute top-5.5 h-0.5 bg-primary"
                  style={{ left: percent(place(start)), width: percent(place(end) - place(start)) }}
                />
              ),
            )}
            {span.events.map(({ time, name }, index) =>
              time < shown.from || time > shown.to ? null : (
                <span
                  // biome-ignore lint/suspicious/noArrayIndexKey: events have no identity
                  key={index}
                  title={name}
                  className="absolute top-2 h-3 w-px bg-primary"
                  style={{ left: percent(place(time)) }}
                />
              ),
            )}
            <span
              className="absolute top-1.5 whitespace-nowrap text-secondary tabular-nums"
              style={
                hasRoom
                  ? { left: `calc(${percent(right)} + 4px)` }
                  : { right: `calc(${percent(1 - left)} + 4px)` }
              }
            >
              {hasRoom || left > WORDS_PERCENT / 100 ? lengthWords(span.duration) : null}
            </span>
            {hasRoom || left > WORDS_PERCENT / 100 ? null : (
              <span className="absolute top-1.5 right-1 rounded-control bg-surface-panel px-1 text-primary tabular-nums">
                {lengthWords(span.duration)}
              </span>
            )}
          </>
        )}
      </span>
    </div>
  );
}
