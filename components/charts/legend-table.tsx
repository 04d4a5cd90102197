"use client";

import { memo, useState } from "react";
import { cn } from "@/components/ui/class-names";
import { SortMark } from "@/components/ui/sort-mark";
import type { Scale } from "@/lib/units";
import { boundedStats, type ChartSeries, colorToken, isDashed, type SeriesStats } from "./series";

const COLUMNS = ["last", "min", "max", "mean"] as const;
const WORDS: Record<(typeof COLUMNS)[number], string> = {
  last: "Last",
  min: "Min",
  max: "Max",
  mean: "Mean",
};

/** A short stroke in the colour of a series. */
export function Swatch({
  series,
  className,
}: {
  series: Pick<ChartSeries, "color" | "against">;
  className?: string;
}) {
  return (
    <span
      aria-hidden
      className={cn("inline-block h-0.75 w-3 shrink-0 rounded-pill", className)}
      style={
        isDashed(series)
          ? {
              background: `repeating-linear-gradient(90deg, var(${colorToken(series.color)}) 0 4px, transparent 4px 8px)`,
            }
          : { background: `var(${colorToken(series.color)})` }
      }
    />
  );
}

/** The names of a few series in a row under the chart; hover lights a line, click isolates it. */
export function LegendRow({
  label,
  series,
  isolated,
  onIsolate,
  onHover,
}: {
  label: string;
  series: readonly ChartSeries[];
  isolated: string | null;
  onIsolate: (id: string | null) => void;
  onHover: (id: string | null) => void;
}) {
  return (
    <ul aria-label={`${label}, legend`} className="mt-1 flex min-w-0 flex-wrap gap-x-3">
      {series.map((each) => (
        <li key={each.id} className="min-w-0">
          <button
            type="button"
            aria-pressed={isolated === each.id}
            title={isolated === each.id ? "Show all series" : `Show only ${each.label}`}
            onClick={() => onIsolate(isolated === each.id ? null : each.id)}
            onMouseEnter={() => onHover(each.id)}
            onMouseLeave={() => onHover(null)}
            onFocus={() => onHover(each.id)}
            onBlur={() => onHover(null)}
            className={cn(
              "flex h-6 max-w-full items-center gap-1 rounded-control text-caption text-secondary hover:text-primary",
              isolated !== null && isolated !== each.id && "opacity-60",
            )}
          >
            <Swatch series={each} className="w-2" />
            <span className="truncate">{each.label}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}

/** The legend of a chart with many series: last, min, max and mean; hover lights a line, click isolates it. */
export const LegendTable = memo(function LegendTable({
  label,
  series,
  others,
  scale,
  isolated,
  onIsolate,
  onHover,
}: {
  label: string;
  series: readonly ChartSeries[];
  /** How many more there are, drawn in grey. */
  others: number;
  scale: Scale;
  isolated: string | null;
  onIsolate: (id: string | null) => void;
  onHover: (id: string | null) => void;
}) {
  const [sort, setSort] = useState<{ by: "name" | keyof SeriesStats; desc: boolean }>({
    by: "last",
    desc: true,
  });
  const rows = series
    .map((each) => ({ series: each, stats: boundedStats(each) }))
    .sort((a, b) => {
      const sign = sort.desc ? -1 : 1;
      if (sort.by === "name") {
        return sign * a.series.label.localeCompare(b.series.label, "en", { numeric: true });
      }
      const [first, second] = [a.stats[sort.by].value, b.stats[sort.by].value];
      if (first === null || second === null) return (first === null ? 1 : 0) - (second === null ? 1 : 0);
      return sign * (first - second);
    });

  function header(by: "name" | keyof SeriesStats, words: string) {
    const direction = sort.by === by ? (sort.desc ? "descending" : "ascending") : undefined;
    return (
      <th
        key={by}
        scope="col"
        aria-sort={direction}
        className={cn(
          "sticky top-0 z-10 bg-surface-panel font-medium",
          by === "name" ? "text-left" : "pl-3 text-right",
          (by === "min" || by === "mean") && "@max-xs:hidden",
        )}
      >
        <button
          type="button"
          onClick={() => setSort({ by, desc: sort.by === by ? !sort.desc : by !== "name" })}
          className={cn(
            "group/sort inline-flex h-6 items-center gap-1 rounded-control hover:text-primary focus-visible:-outline-offset-2",
            by !== "name" && "flex-row-reverse",
            direction && "text-primary",
          )}
        >
          {words}
          <SortMark direction={direction} />
        </button>
      </th>
    );
  }

  return (
    <div className="mt-2">
      <section
        aria-label={`${label}, legend`}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
        tabIndex={0}
        className="@container max-h-36 overflow-auto rounded-control"
      >
        <table className="w-full text-caption text-secondary">
          <thead>
            <tr>
              {header("name", "Series")}
              {COLUMNS.map((column) => header(column, WORDS[column]))}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ series: each, stats }) => (
              <tr
                key={each.id}
                onMouseEnter={() => onHover(each.id)}
                onMouseLeave={() => onHover(null)}
                className={cn(
                  "hover:bg-surface-hover",
                  isolated !== null && isolated !== each.id && "opacity-60",
                )}
              >
                <th scope="row" className="w-full max-w-0 text-left font-normal">
                  <button
                    type="button"
                    aria-pressed={isolated === each.id}
                    title={isolated === each.id ? "Show all series" : `Show only ${each.label}`}
                    onClick={() => onIsolate(isolated === each.id ? null : each.id)}
                    onFocus={() => onHover(each.id)}
                    onBlur={() => onHover(null)}
                    className="flex h-6 w-full min-w-0 items-center gap-2 rounded-control text-left text-primary focus-visible:-outline-offset-2"
                  >
                    <Swatch series={each} />
                    <span className="truncate">{each.label}</span>
                  </button>
                </th>
                {COLUMNS.map((column) => (
                  <td
                    key={column}
                    className={cn(
                      "whitespace-nowrap pl-3 text-right tabular-nums",
                      column === "last" && "text-primary",
                      (column === "min" || column === "mean") && "@max-xs:hidden",
                    )}
                  >
                    {stats[column].mark}
                    {scale.format(round(stats[column].value, scale))}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {others > 0 ? (
        <p className="flex h-6 items-center gap-2 text-caption text-secondary">
          <Swatch series={{ color: "other" }} />
          {others} more
        </p>
      ) : null}
    </div>
  );
});

/** Three significant digits, as ticks would otherwise show six of a mean. */
function round(value: number | null, scale: Scale): number | null {
  if (value === null || value === 0) return value;
  const shown = value * scale.factor;
  return (Math.abs(shown) >= 1000 ? Math.round(shown) : Number(shown.toPrecision(3))) / scale.factor;
}
