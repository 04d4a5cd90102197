"use client";

import { useMemo } from "react";
import type { Measured } from "@/components/chart-actions/measured";
import {
  areErrorsByType,
  type ChartLines,
  inColorsOf,
  type LinesContext,
  lineQueries,
  panelLines,
  type Results,
} from "./panel-lines";
import type { PanelInput } from "./panels";
import { useOverviewTexts } from "./texts";

const nothing: Results = new Map();

/** The lines of a panel's charts, by the chart's title, and what they were measured from. */
export function usePanelLines({
  panel,
  refresh: { results = nothing },
  grid,
  queries,
  service,
}: PanelInput): {
  lines: ChartLines;
  measured: Measured | undefined;
} {
  const { signals: titles } = useOverviewTexts();
  const { versions, versionColorSlots } = service;
  const context = useMemo<LinesContext>(() => ({ titles, versionColorSlots }), [titles, versionColorSlots]);
  const lines = useMemo(() => panelLines(panel, results, context), [panel, results, context]);
  const measured = useMemo<Measured | undefined>(() => {
    if (grid === undefined) return undefined;
    // What errors are set against is drawn as they are.
    const asShown = { ...context, isByType: areErrorsByType(panel, results) };
    return {
      grid,
      queries: lineQueries(panel, queries),
      series: (others) => inColorsOf(lines, panelLines(panel, others, asShown)),
      // A GPU serves whatever runs on it: its measurements are of no version.
      versions: versions.length > 1 && !panel.view.startsWith("gpu-") ? versions : [],
    };
  }, [panel, results, context, lines, grid, queries, versions]);
  return { lines, measured };
}
