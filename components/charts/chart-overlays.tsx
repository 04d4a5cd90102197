"use client";

import { useState } from "react";
import { Tooltip } from "@/components/ui/tooltip";
import { formatTime, type Unit } from "@/lib/units";
import { type GapRegion, textWidth } from "./canvas";
import { placeFlags } from "./labels";
import { Swatch } from "./legend-table";
import { bandWords, type ChartSeries, type Grid, valueWords } from "./series";
import type { Hover, Layout, Mark } from "./time-series-options";

/** A tooltip of more rows hides the chart. */
const TOOLTIP_ROWS = 10;

/** What stands on the flag of a mark: its words, or how many changes there were. */
const flagWords = ({ labels }: Layout["marks"][number]): string =>
  labels.length === 1 ? labels[0]!.replace(/^\S*\d:\d\d(:\d\d)? /, "") : `${labels.length} changes`;

/** The flags on top of the marks: their words where there is room for them, all that happened there on hover. */
export function MarkFlags({ layout }: { layout: Layout }) {
  const flags = placeFlags(
    layout.marks.map((mark) => ({ x: mark.x, width: Math.ceil(textWidth(flagWords(mark))) + 8 })),
    layout.left,
    layout.left + layout.width,
  );
  return layout.marks.map((mark, index) => (
    <Tooltip
      key={mark.x}
      text={
        <span className="grid gap-1">
          {mark.labels.map((label) => (
            <span key={label} className="line-clamp-6">
              {label}
            </span>
          ))}
        </span>
      }
    >
      <button
        type="button"
        aria-label={mark.labels.join("; ")}
        data-picture="text"
        className="absolute top-0 flex h-4 items-center rounded-control bg-surface-panel px-1 text-caption text-secondary hover:text-primary"
        style={{ left: flags[index]!.left, width: flags[index]!.width }}
      >
        {flags[index]!.hasWords ? <span className="truncate">{flagWords(mark)}</span> : null}
      </button>
    </Tooltip>
  ));
}

/** Time and values under the crosshair. It renders itself anew, not the chart. */
export function HoverCard({
  show,
  layout: latestLayout,
  series,
  grid,
  unit,
  marks,
  gaps,
}: {
  show: { current: (hover: Hover) => void };
  /** Of the last drawing. */
  layout: { readonly current: Layout | null };
  series: readonly ChartSeries[];
  grid: Grid;
  unit: Unit;
  marks: readonly Mark[];
  gaps: readonly GapRegion[];
}) {
  const [hover, setHover] = useState<Hover>(null);
  show.current = setHover;
  const layout = latestLayout.current;
  if (!hover || !layout) return null;
  const time = grid.start + hover.index * grid.step;
  const now = new Date(grid.end * 1000);
  const rows = series
    .map((each) => ({ each, value: each.values[hover.index] ?? each.band?.lo[hover.index] ?? null }))
    .filter((row) => row.value !== null)
    .sort((a, b) => b.value! - a.value!);
  const gap = gaps.find((each) => time >= each.from && time <= each.to);
  const near = marks.filter((mark) => Math.abs(mark.time - time) <= grid.step / 2);
  const x = layout.left + hover.left;
  const toLeft = hover.left > layout.width / 2;
  return (
    <div
      aria-hidden
      className="pointer-events-none absolute z-40 w-max max-w-[min(320px,80vw)] rounded-overlay bg-surface-raised px-3 py-2 text-caption shadow-overlay"
      style={{
        top: layout.top + 4,
        ...(toLeft ? { right: `calc(100% - ${x - 12}px)` } : { left: x + 12 }),
      }}
    >
      <p className="pb-1 text-secondary">{formatTime(time, { now })}</p>
      {rows.length === 0 ? (
        <p className="text-secondary">{gap ? `No sample: ${gap.label}` : "No sample"}</p>
      ) : null}
      <ul className="grid grid-cols-[auto_minmax(0,1fr)_auto_auto] items-center gap-x-2 gap-y-1">
        {rows.slice(0, TOOLTIP_ROWS).map(({ each }) => {
          const band = bandWords(each, hover.index, unit);
          return (
            <li key={each.id} className="contents">
              <Swatch series={each} />
              <span className="min-w-0 truncate text-secondary">{each.label}</span>
              <span className="whitespace-nowrap pl-3 text-right font-medium text-primary tabular-nums">
                {valueWords(each, hover.index, unit)}
              </span>
              <span className="whitespace-nowrap text-secondary">{band}</span>
            </li>
          );
        })}
      </ul>
      {rows.length > TOOLTIP_ROWS ? (
        <p className="pt-1 text-secondary">{rows.length - TOOLTIP_ROWS} more</p>
      ) : null}
      {near.map((mark) => (
        <p
          key={`${mark.time}${mark.label}`}
          className="mt-1 line-clamp-4 border-t pt-1 [overflow-wrap:anywhere]"
        >
          {mark.label}
        </p>
      ))}
    </div>
  );
}
