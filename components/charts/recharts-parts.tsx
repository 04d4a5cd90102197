"use client";

import type { ReactNode } from "react";

/** Axis text of every recharts drawing. */
export const AXIS_TICK = { fill: "var(--chart-axis)", fontSize: 12 } as const;
export const GRID_STROKE = "var(--chart-grid)";
export const CHART_MARGIN = { top: 8, right: 20, bottom: 0, left: 0 } as const;

/** The card beside the pointer. */
export function HoverBox({ children }: { children: ReactNode }) {
  return (
    <div className="max-w-80 rounded-overlay bg-surface-raised px-3 py-2 text-caption shadow-overlay [overflow-wrap:anywhere]">
      {children}
    </div>
  );
}
