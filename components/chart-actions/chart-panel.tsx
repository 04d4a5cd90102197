"use client";

import { lazy, Suspense, useCallback, useEffect, useMemo, useRef, useState } from "react";
import {
  type ChartDisplay,
  ChartDisplayContext,
  type ChartEntry,
  PLAIN_DISPLAY,
} from "@/components/charts/chart-display";
import { Panel, type PanelProps } from "@/components/ui/panel";
import { usePanelViewState } from "@/components/ui/panel-view";
import type { Measured } from "./measured";
import { mentionsPanel } from "./panel-in-url";

// What few people open must cost nobody else's first visit anything.
const ChartActions = lazy(() => import("./chart-actions"));
const ChartMenu = lazy(() => import("./chart-menu"));

/** About the height of the menu's part that is loaded with it, so that it does not jump. */
const MENU_PX = 240;

/** What the menu asks for that is no state of the view. */
export type ChartRequest = "gaps" | null;

/**
 * A panel with charts. Its menu shows them on the full screen, on a log axis, set against another time or version, with
 * exemplars, as files, and says why they have gaps; what is chosen is in the address. Takes all that `Panel` does; `id` is
 * unique on the page.
 */
export function ChartPanel({
  measured,
  ...panel
}: PanelProps & {
  id: string;
  /** What the charts were measured from; without it nothing more can be asked of the source. */
  measured?: Measured;
}) {
  const { id, title, unit, notes = [], menu } = panel;
  const view = usePanelViewState();
  const charts = useRef(new Set<() => ChartEntry>());
  const [display, setDisplay] = useState<ChartDisplay>(PLAIN_DISPLAY);
  const [findings, setFindings] = useState<readonly string[]>([]);
  const [leave, setLeave] = useState<(() => void) | null>(null);
  const [request, ask] = useState<ChartRequest>(null);
  const [isActive, setActive] = useState(false);

  useEffect(() => {
    const look = () => {
      if (mentionsPanel(location.search, id)) setActive(true);
    };
    look();
    addEventListener("popstate", look);
    return () => removeEventListener("popstate", look);
  }, [id]);

  const register = useCallback((entry: () => ChartEntry) => {
    charts.current.add(entry);
    return () => void charts.current.delete(entry);
  }, []);
  const control = useMemo(() => ({ display, register }), [display, register]);
  const entries = useCallback(() => [...charts.current].map((entry) => entry()), []);

  return (
    <ChartDisplayContext value={control}>
      <Panel
        {...panel}
        view={view}
        full={leave === null ? undefined : { onLeave: leave }}
        notes={[...notes, ...findings.map((text) => ({ kind: "warning" as const, text }))]}
        menu={
          <Suspense fallback={<div style={{ height: MENU_PX }} />}>
            <ChartMenu
              id={id}
              title={title}
              unit={unit}
              view={view}
              entries={entries}
              measured={measured}
              onUse={() => setActive(true)}
              ask={ask}
            />
            {menu}
          </Suspense>
        }
      />
      {isActive ? (
        <Suspense>
          <ChartActions
            id={id}
            title={title}
            measured={measured}
            view={view}
            show={setDisplay}
            say={setFindings}
            fill={setLeave}
            request={request}
            ask={ask}
          />
        </Suspense>
      ) : null}
    </ChartDisplayContext>
  );
}
