"use client";

import type { BacktestView } from "@/lib/alerts/backtest/schema";
import { formatTime } from "@/lib/units";
import { durationWords } from "./duration-words";
import { firingRows } from "./rule-firing";

const shown = 6;
/** The least width of a time that is seen, as a share of the range. */
const leastShare = 0.002;

/** When a rule would have fired, a row for each series, along the time of the curve above. */
export function RuleFiringRows({
  alerts,
  start,
  end,
  tone,
}: {
  alerts: BacktestView["alerts"];
  /** Unix seconds. */
  start: number;
  end: number;
  tone: "critical" | "warning";
}) {
  const rows = firingRows(alerts, { start, end });
  if (rows.length === 0) return null;
  return (
    <div className="grid min-w-0 gap-2 rounded-panel border bg-surface-panel px-4 py-3">
      <p className="text-strong">Would have fired</p>
      <ul className="grid min-w-0 gap-2">
        {rows.slice(0, shown).map(({ key, label, spans, total }) => (
          <li key={key} className="grid min-w-0 gap-0.5">
            <span className="flex min-w-0 items-baseline gap-2 text-caption">
              <span className="min-w-0 truncate text-mono" title={label}>
                {label === "–" ? "the one series" : label}
              </span>
              <span className="shrink-0 text-secondary">
                {spans.length === 1 ? "once" : `${spans.length} times`}, {durationWords(total)}
              </span>
            </span>
            <svg
              aria-hidden
              viewBox="0 0 1 1"
              preserveAspectRatio="none"
              className={tone === "critical" ? "h-2 w-full text-critical" : "h-2 w-full text-warning"}
            >
              <rect x="0" y="0.4" width="1" height="0.2" className="fill-line" />
              {spans.map(({ from, to }) => (
                <rect
                  key={from}
                  x={Math.min(from, 1 - leastShare)}
                  y="0"
                  width={Math.max(to - from, leastShare)}
                  height="1"
                  fill="currentColor"
                />
              ))}
            </svg>
          </li>
        ))}
      </ul>
      <p className="flex justify-between gap-2 text-caption text-secondary">
        <span>{formatTime(start, { seconds: false })}</span>
        {rows.length > shown ? <span>{rows.length - shown} more series</span> : null}
        <span>{formatTime(end, { seconds: false })}</span>
      </p>
    </div>
  );
}
