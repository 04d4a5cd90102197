"use client";

import Link from "next/link";
import { Popover } from "radix-ui";
import { type KeyboardEvent, useRef, useState } from "react";
import { cn } from "@/components/ui/class-names";
import { CopyButton } from "@/components/ui/copy-button";
import { PopoverContent } from "@/components/ui/popover";
import { format, formatTime, type Unit } from "@/lib/units";
import type { ExemplarDot } from "./chart-display";

/** So many labels are shown of one observation. */
const MOST_LABELS = 8;

/**
 * Single observations over a chart: a dot each, with its value, labels and trace in a card. One of them is a stop of the
 * tab key, arrow keys go from one to the next in time.
 */
export default function ExemplarDots({
  title,
  unit,
  dots,
  at,
  now,
}: {
  title: string;
  unit: Unit;
  dots: readonly ExemplarDot[];
  /** Where each is, px in the chart; null outside of it. */
  at: readonly ({ x: number; y: number } | null)[];
  /** The end of what is shown, Unix seconds: times of that day have no date. */
  now: number;
}) {
  const list = useRef<HTMLUListElement>(null);
  const [current, setCurrent] = useState(0);
  const [open, setOpen] = useState<number | null>(null);
  const shown = dots.flatMap((dot, index) => {
    const place = at[index];
    return place ? [{ dot, place, index }] : [];
  });
  const stop = shown.some(({ index }) => index === current) ? current : shown[0]?.index;

  function onKeyDown(event: KeyboardEvent) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    const position = shown.findIndex(({ index }) => index === stop);
    const next = shown[Math.min(shown.length - 1, Math.max(0, position + step))];
    if (next === undefined) return;
    setCurrent(next.index);
    list.current?.querySelector<HTMLElement>(`[data-dot="${next.index}"]`)?.focus();
  }

  return (
    <ul ref={list} aria-label={`${title}, exemplars`} onKeyDown={onKeyDown}>
      {shown.map(({ dot, place, index }) => (
        <li key={index}>
          <Popover.Root open={open === index} onOpenChange={(isOpen) => setOpen(isOpen ? index : null)}>
            <Popover.Trigger asChild>
              <button
                type="button"
                data-dot={index}
                tabIndex={index === stop ? 0 : -1}
                onFocus={() => setCurrent(index)}
                aria-label={`Exemplar of ${format(dot.value, unit)} at ${formatTime(dot.time, { now: new Date(now * 1000) })}`}
                className="group/dot absolute z-10 flex size-4 -translate-x-1/2 -translate-y-1/2 items-center justify-center rounded-pill"
                style={{ left: place.x, top: place.y }}
              >
                <span
                  data-picture="dot"
                  className={cn(
                    "size-1.75 rotate-45 border border-surface-panel bg-primary group-hover/dot:size-2.5",
                    open === index && "size-2.5",
                  )}
                />
              </button>
            </Popover.Trigger>
            {open === index ? (
              <PopoverContent
                className="w-72 text-caption"
                // Not on the button inside, whose tooltip would take the first Escape.
                onOpenAutoFocus={(event) => {
                  event.preventDefault();
                  if (event.currentTarget instanceof HTMLElement) event.currentTarget.focus();
                }}
              >
                <ExemplarCard dot={dot} unit={unit} now={now} />
              </PopoverContent>
            ) : null}
          </Popover.Root>
        </li>
      ))}
    </ul>
  );
}

function ExemplarCard({ dot, unit, now }: { dot: ExemplarDot; unit: Unit; now: number }) {
  const labels = Object.entries(dot.labels);
  return (
    <div className="grid gap-2">
      <p className="flex items-baseline justify-between gap-3">
        <span className="text-strong">{format(dot.value, unit)}</span>
        <span className="text-secondary">{formatTime(dot.time, { now: new Date(now * 1000) })}</span>
      </p>
      {dot.traceId === null ? (
        <p className="text-secondary">It names no trace.</p>
      ) : (
        <div className="flex items-center gap-1">
          <span className="text-secondary">Trace</span>
          {dot.href === undefined ? (
            <code className="min-w-0 flex-1 truncate text-mono" title={dot.traceId}>
              {dot.traceId}
            </code>
          ) : (
            <Link
              href={dot.href}
              className="min-w-0 flex-1 truncate text-link text-mono hover:underline"
              title={dot.traceId}
            >
              {dot.traceId}
            </Link>
          )}
          <CopyButton value={dot.traceId} label="Copy trace id" />
        </div>
      )}
      {labels.length === 0 ? null : (
        <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-3 gap-y-1">
          {labels.slice(0, MOST_LABELS).map(([name, value]) => (
            <div key={name} className="contents">
              <dt className="text-secondary">{name}</dt>
              <dd className="truncate text-mono" title={value}>
                {value}
              </dd>
            </div>
          ))}
        </dl>
      )}
      {labels.length > MOST_LABELS ? (
        <p className="text-secondary">{labels.length - MOST_LABELS} more labels</p>
      ) : null}
    </div>
  );
}
