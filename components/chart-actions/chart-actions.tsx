"use client";

import { keepPreviousData, type UseQueryResult, useQueries, useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useState } from "react";
import { type ChartDisplay, PLAIN_DISPLAY } from "@/components/charts/chart-display";
import type { ChartSeries, Grid } from "@/components/charts/series";
import { traceHref } from "@/components/traces/addresses";
import type { PanelView } from "@/components/ui/panel-view";
import { errorFacts } from "@/lib/api/client";
import { exemplarsQuery } from "@/lib/exemplars/client";
import type { ExemplarsAnswer } from "@/lib/exemplars/schema";
import { signals } from "@/lib/signals/catalogue";
import { signalsQuery } from "@/lib/signals/client";
import type { ChartRequest } from "./chart-panel";
import {
  type Comparison,
  comparedQueries,
  comparedResults,
  comparisonsOf,
  hasValues,
  setAgainst,
} from "./comparison";
import { exemplarReads } from "./exemplars-of";
import { makeOthersInert } from "./full-screen";
import { GapDialog, gapRegions, useGaps } from "./gap-dialog";
import type { Measured } from "./measured";
import { usePanelViewUrl } from "./use-panel-view-url";

/** Height of a panel's header, of captions and of space around its charts, px. */
const AROUND_PX = 112;
const LEAST_PX = 240;

type Props = {
  id: string;
  title: string;
  measured: Measured | undefined;
  view: PanelView;
  show: (display: ChartDisplay) => void;
  /** What could not be shown, and why, for the lines under the panel's title. */
  say: (findings: readonly string[]) => void;
  /** Fills the window with the panel, or not: given what ends it, as a state setter. */
  fill: (leave: (() => (() => void) | null) | null) => void;
  request: ChartRequest;
  ask: (request: ChartRequest) => void;
};

/** What a panel's menu has turned on: reads it from the address, reads the data that it needs, and shows it. */
export default function ChartActions({ id, title, measured, view, show, say, fill, request, ask }: Props) {
  const url = usePanelViewUrl(id);
  const height = useFullScreen(id, url.full, url.turn, fill);
  useTableInUrl(view, url.table, url.turn);
  const compared = useComparison(measured, url.comparison);
  const exemplars = useExemplars(measured, url.exemplars);
  // Of the range on screen when they were asked for; they stay on the charts, and are not read again at every refresh.
  const [gapGrid, setGapGrid] = useState<Grid | null>(null);
  const latestGrid = useRef(measured?.grid);
  latestGrid.current = measured?.grid;
  useEffect(() => {
    if (request === "gaps" && latestGrid.current) setGapGrid(latestGrid.current);
  }, [request]);
  const services = useMemo(
    () => [...new Set((measured?.queries ?? []).map(({ service }) => service))],
    [measured],
  );
  const gaps = useGaps(services, gapGrid);

  const display = useMemo<ChartDisplay>(
    () => ({
      log: url.log,
      legend: url.legend,
      height,
      compare: compared.charts,
      exemplars: exemplars.shown,
      gaps: gapRegions(gaps.items),
    }),
    [url.log, url.legend, height, compared.charts, exemplars.shown, gaps.items],
  );
  useEffect(() => show(display), [show, display]);
  useEffect(() => () => show(PLAIN_DISPLAY), [show]);

  const findings = [compared.finding, exemplars.finding].filter((text) => text !== null).join("\n");
  useEffect(() => say(findings === "" ? [] : findings.split("\n")), [say, findings]);

  return request === "gaps" && gapGrid !== null ? (
    <GapDialog title={title} grid={gapGrid} gaps={gaps} onClose={() => ask(null)} />
  ) : null;
}

const NO_GRID = { start: 0, end: 0, step: 1 };
const NO_CHARTS: Record<string, readonly ChartSeries[]> = {};

/** Fills the window while `isFull`, and gives the height that each drawing then has, px. Escape ends it. */
function useFullScreen(
  id: string,
  isFull: boolean,
  turn: ReturnType<typeof usePanelViewUrl>["turn"],
  fill: Props["fill"],
): number | null {
  const [windowHeight, setWindowHeight] = useState(() => window.innerHeight);
  useEffect(() => {
    if (!isFull) return;
    const leave = () => turn("full", false);
    fill(() => leave);
    const measure = () => setWindowHeight(window.innerHeight);
    measure();
    addEventListener("resize", measure);
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key !== "Escape" || takesEscape(event.target, id)) return;
      event.preventDefault();
      leave();
    };
    // Before the tooltip of the button that the focus is on, which would take the first Escape.
    addEventListener("keydown", onKeyDown, { capture: true });
    const panel = document.getElementById(id);
    const before = document.activeElement;
    const undo = panel ? makeOthersInert(panel) : () => {};
    // Of the menu the focus comes back to its button, which is inside.
    if (panel && !panel.contains(document.activeElement)) panel.focus({ preventScroll: true });
    return () => {
      removeEventListener("resize", measure);
      removeEventListener("keydown", onKeyDown, { capture: true });
      undo();
      fill(null);
      const button = panel?.querySelector<HTMLElement>("header [aria-haspopup=menu]");
      if (before instanceof HTMLElement && panel?.contains(before)) before.focus();
      else button?.focus();
      panel?.scrollIntoView({ block: "nearest" });
    };
  }, [id, isFull, turn, fill]);
  return isFull ? Math.max(LEAST_PX, windowHeight - AROUND_PX) : null;
}

/** Whether Escape ends something else first: a menu, a dialog, a card, or the crosshair of a chart. */
function takesEscape(target: EventTarget | null, panelId: string): boolean {
  if (!(target instanceof Element)) return false;
  const layer = target.closest("[role=menu], [role=listbox], [role=dialog]");
  return (layer !== null && layer.id !== panelId) || target.closest("[data-crosshair]") !== null;
}

/** Keeps in the address whether the data is shown as a table, whichever of the two changes. */
function useTableInUrl(
  view: PanelView,
  inUrl: boolean,
  turn: ReturnType<typeof usePanelViewUrl>["turn"],
): void {
  const before = useRef({ table: false, inUrl: false });
  const { table, setTable } = view;
  useEffect(() => {
    const { table: wasTable, inUrl: wasInUrl } = before.current;
    before.current = { table, inUrl };
    if (table === inUrl) return;
    if (inUrl !== wasInUrl) setTable(inUrl);
    else if (table !== wasTable) turn("table", table);
  }, [table, inUrl, setTable, turn]);
}

function useComparison(
  measured: Measured | undefined,
  asked: string | null,
): { charts: Record<string, readonly ChartSeries[]>; finding: string | null } {
  const comparison = useMemo(
    () =>
      measured === undefined || asked === null
        ? undefined
        : comparisonsOf(measured.grid, measured.versions).find((each) => each.id === asked),
    [measured, asked],
  );
  const queries = useMemo(
    () => (measured && comparison ? comparedQueries(measured.queries, comparison) : []),
    [measured, comparison],
  );
  const { data, error } = useQuery({
    ...signalsQuery({ ...(measured?.grid ?? NO_GRID), queries }),
    enabled: queries.length > 0,
  });
  const latest = useRef(measured);
  latest.current = measured;
  // While the next answer is on its way the last one stays, as the lines do that it is set against.
  const shown = useRef<{ id: string; charts: Record<string, readonly ChartSeries[]> } | null>(null);
  const charts = useMemo(() => {
    if (comparison === undefined || latest.current === undefined) return NO_CHARTS;
    if (data !== undefined)
      shown.current = {
        id: comparison.id,
        charts: setAgainst(latest.current.series(comparedResults(data.results, comparison)), comparison),
      };
    return shown.current?.id === comparison.id ? shown.current.charts : NO_CHARTS;
  }, [data, comparison]);
  return { charts, finding: findingOf(comparison, charts, data !== undefined, error) };
}

function findingOf(
  comparison: Comparison | undefined,
  charts: Record<string, readonly ChartSeries[]>,
  isAnswered: boolean,
  error: Error | null,
): string | null {
  if (comparison === undefined) return null;
  if (error) return `Not compared with ${comparison.words}: ${errorFacts(error).detail}`;
  return isAnswered && !hasValues(charts) ? `Nothing was measured of ${comparison.words}.` : null;
}

/** Stays the same object as long as the answers do. */
const gatheredExemplars = (answers: readonly UseQueryResult<ExemplarsAnswer>[]) => ({
  known: answers.flatMap(({ data }) =>
    (data?.items ?? []).map((item) => ({
      ...item,
      href: item.traceId === null ? undefined : traceHref(item.traceId, { span: item.spanId ?? undefined }),
    })),
  ),
  error: answers.find((answer) => answer.error)?.error,
  isAnswered: answers.every(({ data }) => data !== undefined),
});

function useExemplars(
  measured: Measured | undefined,
  isOn: boolean,
): { shown: ChartDisplay["exemplars"]; finding: string | null } {
  const { start, end } = measured?.grid ?? NO_GRID;
  const reads = useMemo(() => exemplarReads(measured?.queries ?? []), [measured?.queries]);
  const { known, error, isAnswered } = useQueries({
    queries: reads.map(({ service, signal }) => ({
      ...exemplarsQuery(service, { signal, start, end }),
      placeholderData: keepPreviousData,
      enabled: isOn,
    })),
    combine: gatheredExemplars,
  });
  const [first] = reads;
  const unit = first === undefined ? undefined : signals[first.signal].unit;
  const shown = useMemo(
    () => (!isOn || unit === undefined || known.length === 0 ? null : { unit, dots: known }),
    [isOn, known, unit],
  );
  if (!isOn || first === undefined) return { shown: null, finding: null };
  const finding = error
    ? `No exemplars: ${errorFacts(error).detail}`
    : isAnswered && known.length === 0
      ? "No exemplars in this range: the service attaches no traces to its observations, or its Prometheus keeps none."
      : null;
  return { shown, finding };
}
