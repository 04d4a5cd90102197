"use client";

import { type KeyboardEvent, type ReactNode, Suspense } from "react";
import { useTableToggle } from "@/components/ui/panel-view";
import { Skeleton } from "@/components/ui/skeleton";
import { ChartDataTable } from "./chart-data-table";
import { useChartDisplay } from "./chart-display";
import { toCsv } from "./csv";
import { useNear } from "./use-near";

/** The data of a chart as rows: words for people, numbers for the CSV. */
export type ChartTable = {
  header: readonly string[];
  rows: readonly {
    key: string | number;
    cells: readonly ReactNode[];
    raw: readonly (string | number | null)[];
  }[];
};

/**
 * What every chart but the time series has in common: an accessible name with a sentence, the data as a table by `t`,
 * and loading its drawing only when it is near the window.
 */
export function ChartFrame({
  title,
  summary,
  height,
  range,
  table,
  children,
}: {
  title: string;
  summary: string;
  height: number;
  /** What its time axis shows, Unix seconds, where it has one. */
  range?: { from: number; to: number };
  /** Made only when it is asked for: a heat map has thousands of cells. */
  table: () => ChartTable;
  /** Draws into a box of this height; may suspend. */
  children: ReactNode;
}) {
  const csv = () => {
    const { header, rows } = table();
    return toCsv(
      header,
      rows.map((row) => row.raw),
    );
  };
  const view = useTableToggle(csv);
  useChartDisplay(
    { title, lines: () => [], range: range ?? null, hasLines: false, hasLog: false },
    view.focus,
  );
  const near = useNear(view.focus, view.table);
  if (view.table) {
    return (
      <ChartDataTable
        label={title}
        {...table()}
        csv={csv}
        height={height}
        onClose={view.toggle}
        closable={view.leads}
        focus={view.focus}
      />
    );
  }
  function onKeyDown(event: KeyboardEvent) {
    if (event.key !== "t" || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    view.toggle();
  }
  return (
    <figure
      ref={view.focus}
      aria-roledescription="chart"
      aria-label={`${title}. ${summary}`}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: t shows the data as a table
      tabIndex={0}
      onKeyDown={onKeyDown}
      className="relative min-w-0 rounded-control"
      style={{ height }}
    >
      {near ? (
        <Suspense fallback={<Skeleton className="absolute inset-0" />}>{children}</Suspense>
      ) : (
        <Skeleton className="absolute inset-0" />
      )}
    </figure>
  );
}
