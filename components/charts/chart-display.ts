"use client";

import { createContext, type RefObject, useContext, useEffect, useRef } from "react";
import type { Unit } from "@/lib/units";
import type { GapRegion } from "./canvas";
import type { ChartSeries } from "./series";

/** One observation as a dot: when, how much in the unit's base, and the trace that it left. */
export type ExemplarDot = {
  time: number;
  value: number;
  traceId: string | null;
  /** The page of the trace, where there is one. */
  href?: string | undefined;
  labels: Readonly<Record<string, string>>;
};

/** How all charts of a panel are shown, beyond what their page says. */
export type ChartDisplay = {
  /** A log axis for those that can have one. */
  log: boolean;
  /** The legend as a table, whatever the number of series. */
  legend: boolean;
  /** Height of each drawing in px, instead of its own. */
  height: number | null;
  /** What lines are set against, by the title of their chart. */
  compare: Readonly<Record<string, readonly ChartSeries[]>>;
  /** For charts of this unit. */
  exemplars: { unit: Unit; dots: readonly ExemplarDot[] } | null;
  /** Times without samples, with their reasons. */
  gaps: readonly GapRegion[];
};

export const PLAIN_DISPLAY: ChartDisplay = {
  log: false,
  legend: false,
  height: null,
  compare: {},
  exemplars: null,
  gaps: [],
};

/** What a chart says of itself, for what can be done with it from outside. */
export type ChartEntry = {
  title: string;
  element: () => HTMLElement | null;
  /** Its lines, by their names and looks; empty where it has none or they are named on it. */
  lines: () => readonly Pick<ChartSeries, "label" | "color" | "against">[];
  /** What its time axis shows, Unix seconds; null without one. */
  range: { from: number; to: number } | null;
  /** Whether it has a legend, and its lines can be set against others. */
  hasLines: boolean;
  hasLog: boolean;
};

export type ChartDisplayControl = {
  display: ChartDisplay;
  /** Announces a chart; returns the undo. */
  register: (entry: () => ChartEntry) => () => void;
};

export const ChartDisplayContext = createContext<ChartDisplayControl | null>(null);

/** How a chart is to be shown; announces it to the panel around. */
export function useChartDisplay(
  entry: Omit<ChartEntry, "element">,
  element: RefObject<HTMLElement | null>,
): ChartDisplay {
  const control = useContext(ChartDisplayContext);
  const latest = useRef(entry);
  latest.current = entry;
  const register = control?.register;
  useEffect(
    () => register?.(() => ({ ...latest.current, element: () => element.current })),
    [register, element],
  );
  return control?.display ?? PLAIN_DISPLAY;
}

const NO_DOTS: readonly ExemplarDot[] = [];

/** The single observations that a chart of a unit is to show. */
export function useChartExemplars(unit: Unit): readonly ExemplarDot[] {
  const exemplars = useContext(ChartDisplayContext)?.display.exemplars;
  return exemplars?.unit === unit ? exemplars.dots : NO_DOTS;
}

/** The height of a drawing in px: its own, unless the panel around says another. */
export function useChartHeight(own: number): number {
  return useContext(ChartDisplayContext)?.display.height ?? own;
}
