"use client";

import {
  Braces,
  ChartLine,
  ClipboardCopy,
  Clock,
  Ellipsis,
  Link2,
  Minimize2,
  Table2,
  TriangleAlert,
} from "lucide-react";
import { type KeyboardEvent, lazy, type ReactNode, Suspense, useId, useState } from "react";
import { IconButton } from "./button";
import { cn } from "./class-names";
import { Coded } from "./coded";
import { copyText } from "./copy-button";
import { EmptyState } from "./empty-state";
import { type ErrorFacts, ErrorState } from "./error-state";
import { LoadingBar } from "./loading-bar";
import { Menu, MenuContent, MenuItem, MenuSeparator, MenuTrigger } from "./menu";
import { isTyping, type PanelView, PanelViewContext, usePanelViewState } from "./panel-view";
import { Skeleton } from "./skeleton";
import { rangeToUrl } from "./time-range";
import { toast } from "./toaster";
import { useHasOpened } from "./use-has-opened";
import { useOptionalTimeRange } from "./use-time-range";
import { WaitingWords } from "./waiting-words";

const PromqlDialog = lazy(() => import("./promql-dialog"));

/** Why a panel has nothing to draw. Never just "no data". */
export type EmptyKind =
  | "not_connected"
  | "metric_not_found"
  | "no_samples"
  | "not_a_number"
  | "filtered_out"
  | "no_traffic"
  | "not_measurable";

const EMPTY_TITLES: Record<EmptyKind, string> = {
  not_connected: "Not connected",
  metric_not_found: "Metric not found",
  no_samples: "No samples in this range",
  not_a_number: "No number in this range",
  filtered_out: "Filtered out",
  no_traffic: "No traffic",
  not_measurable: "Not measurable here",
};

/**
 * The face a panel shows. `refreshing` keeps the data and runs a thin bar under the title; `waiting` says of what takes
 * long who is waited for, and since when (unix seconds).
 */
export type PanelState =
  | { kind: "loading"; waiting?: { source: string; since: number } | undefined }
  | { kind: "data"; refreshing?: boolean }
  | { kind: "empty"; reason: EmptyKind; text: ReactNode; action?: ReactNode; refreshing?: boolean }
  | { kind: "error"; error: ErrorFacts; title?: string; onRetry?: () => void; retrying?: boolean };

export type PanelProps = {
  /** Anchor of the panel: "Copy link" and `#id` use it. */
  id?: string;
  title: string;
  /** Unit of every number inside, said once: "ms", "req/s". */
  unit?: string;
  /** The value now, formatted, at the right of the header. */
  value?: ReactNode;
  state?: PanelState;
  /** Lines under the header: Prometheus's warnings, "last sample 4 min ago". `stale` gets a clock. */
  notes?: readonly { kind: "warning" | "stale"; text: string }[];
  /** The queries behind the panel, shown by "Show PromQL". */
  promql?: readonly string[];
  /** More entries for the menu (`MenuItem`s): open in explore, make an alert. Rendered when the menu is opened. */
  menu?: ReactNode;
  /** From `usePanelViewState`, for those who work on the charts inside from outside of the panel. */
  view?: PanelView;
  /** Fills the window, with a button that ends it. */
  full?: { onLeave: () => void };
  /** Controls in the header, before the menu (a `Select` of size sm). */
  actions?: ReactNode;
  /** Height of the body in px, kept by every face: 192 in a grid, 288 alone. A number, or "auto" for tables. */
  height?: number | "auto";
  /** Content reaches the panel's edges (tables). */
  flush?: boolean;
  className?: string;
  children?: ReactNode;
};

/**
 * The frame of everything measured: title with unit, value now, menu, and one of five faces. Its size never depends on
 * the face. `t` shows the data as a table while the focus is inside.
 */
export function Panel({
  id: givenId,
  title,
  unit,
  value,
  state = { kind: "data" },
  notes = [],
  promql = [],
  menu,
  view: givenView,
  full,
  actions,
  height = 192,
  flush = false,
  className,
  children,
}: PanelProps) {
  const madeId = useId();
  const id = givenId ?? madeId;
  const hasEntries = promql.length > 0 || menu !== undefined || givenId !== undefined;
  const ownView = usePanelViewState({ announced: !hasEntries });
  const view = givenView ?? ownView;
  const range = useOptionalTimeRange();
  const [promqlOpen, setPromqlOpen] = useState(false);
  const hasOpenedPromql = useHasOpened(promqlOpen);
  const hasTable = () => view.available && state.kind === "data";
  const refreshing = (state.kind === "data" || state.kind === "empty") && state.refreshing ? true : undefined;
  const hasMenu = hasEntries || hasTable();

  function onKeyDown(event: KeyboardEvent) {
    if (event.key !== "t" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (!hasTable() || isTyping(event.target)) return;
    // React passes on what was pressed in the menu and the dialog too, which are elsewhere in the document.
    if (!(event.target instanceof Node && event.currentTarget.contains(event.target))) return;
    event.preventDefault();
    event.stopPropagation();
    view.setTable(!view.table);
  }

  async function copyLink() {
    const link = new URL(location.href);
    // What is seen now, not what the last hour will be when the link is opened.
    for (const [name, time] of Object.entries(range ? rangeToUrl({ from: range.from, to: range.to }) : {}))
      link.searchParams.set(name, time ?? "");
    link.hash = id;
    toast((await copyText(link.href)) ? "Link copied" : "The browser refused to copy the link");
  }

  async function copyCsv() {
    toast((await copyText(view.csv())) ? "Values copied as CSV" : "The browser refused to copy the values");
  }

  const minHeight = height === "auto" ? undefined : height;
  return (
    <PanelViewContext.Provider value={view}>
      <section
        id={givenId}
        aria-labelledby={`${id}-title`}
        aria-busy={state.kind === "loading" || refreshing}
        {...(full ? { role: "dialog", "aria-modal": true, tabIndex: -1 } : {})}
        // Before its children: a select would take the letter for the start of one of its options.
        onKeyDownCapture={onKeyDown}
        className={cn(
          "group/panel flex min-w-0 scroll-mt-16 flex-col rounded-panel border bg-surface-panel",
          className,
          full && "fixed inset-0 z-50 overflow-y-auto overscroll-contain rounded-none border-0 outline-none",
        )}
      >
        <header className="relative flex min-h-11 items-center gap-2 py-2 pr-3 pl-4">
          <h3
            id={`${id}-title`}
            className="min-w-0 truncate text-strong"
            title={unit ? `${title}, ${unit}` : title}
          >
            {title}
            {unit ? <span className="font-normal text-secondary">, {unit}</span> : null}
          </h3>
          <div className="ml-auto flex shrink-0 items-center gap-1">
            {value !== undefined && (state.kind === "data" || state.kind === "loading") ? (
              <span className="px-1 text-strong tabular-nums">{state.kind === "data" ? value : null}</span>
            ) : null}
            {actions}
            {full ? (
              <IconButton label="Leave full screen" size="sm" onClick={full.onLeave}>
                <Minimize2 />
              </IconButton>
            ) : null}
            {hasMenu ? (
              <Menu>
                <MenuTrigger asChild>
                  <IconButton
                    label={`Menu of ${title}`}
                    size="sm"
                    className="-mr-1 data-[state=open]:bg-surface-hover"
                  >
                    <Ellipsis />
                  </IconButton>
                </MenuTrigger>
                <MenuContent align="end">
                  {promql.length > 0 ? (
                    <MenuItem onSelect={() => setPromqlOpen(true)}>
                      <Braces />
                      Show PromQL
                    </MenuItem>
                  ) : null}
                  <TableEntries when={hasTable} view={view} onCopy={copyCsv} />
                  {givenId ? (
                    <MenuItem onSelect={copyLink}>
                      <Link2 />
                      Copy link
                    </MenuItem>
                  ) : null}
                  {menu ? (
                    <>
                      <MenuSeparator />
                      {menu}
                    </>
                  ) : null}
                </MenuContent>
              </Menu>
            ) : null}
          </div>
          {refreshing ? <LoadingBar /> : null}
        </header>
        {notes.length > 0 && state.kind !== "loading" ? (
          <ul className="grid gap-1 px-4 pb-2 text-caption text-secondary">
            {notes.map((note) => (
              <li key={note.text} className="flex items-start gap-1">
                {note.kind === "stale" ? (
                  <Clock aria-label="Stale" className="mt-0.5 size-3 shrink-0" />
                ) : (
                  <TriangleAlert aria-label="Warning" className="mt-0.5 size-3 shrink-0 text-warning" />
                )}
                <span className="[overflow-wrap:anywhere]">
                  <Coded text={note.text} />
                </span>
              </li>
            ))}
          </ul>
        ) : null}
        <div
          className={cn("flex min-w-0 flex-1 flex-col", flush ? "" : "px-4 pb-3")}
          style={minHeight === undefined ? undefined : { minHeight: minHeight + (flush ? 0 : 12) }}
        >
          <PanelBody state={state} height={height}>
            {children}
          </PanelBody>
        </div>
        {promql.length > 0 && hasOpenedPromql ? (
          <Suspense fallback={null}>
            <PromqlDialog title={title} promql={promql} open={promqlOpen} onOpenChange={setPromqlOpen} />
          </Suspense>
        ) : null}
      </section>
    </PanelViewContext.Provider>
  );
}

/** Rendered when the menu is opened: what the charts inside can do is asked then. */
function TableEntries({ when, view, onCopy }: { when: () => boolean; view: PanelView; onCopy: () => void }) {
  if (!when()) return null;
  return (
    <>
      <MenuItem shortcut="t" onSelect={() => view.setTable(!view.table)}>
        {view.table ? <ChartLine /> : <Table2 />}
        {view.table ? "Show chart" : "Show data as table"}
      </MenuItem>
      <MenuItem onSelect={onCopy}>
        <ClipboardCopy />
        Copy values as CSV
      </MenuItem>
    </>
  );
}

function PanelBody({
  state,
  height,
  children,
}: {
  state: PanelState;
  height: number | "auto";
  children: ReactNode;
}) {
  switch (state.kind) {
    case "loading":
      return (
        <>
          {state.waiting === undefined ? (
            <span className="sr-only">Loading</span>
          ) : (
            <p className="pb-2 text-caption text-secondary tabular-nums">
              <WaitingWords {...state.waiting} />
            </p>
          )}
          <Skeleton className="flex-1" style={{ minHeight: height === "auto" ? 96 : undefined }} />
        </>
      );
    case "empty":
      return (
        <EmptyState compact title={EMPTY_TITLES[state.reason]} action={state.action} className="flex-1">
          {typeof state.text === "string" ? <Coded text={state.text} /> : state.text}
        </EmptyState>
      );
    case "error":
      return (
        <ErrorState
          title={state.title}
          error={state.error}
          onRetry={state.onRetry}
          retrying={state.retrying}
          className="flex-1"
        />
      );
    case "data":
      return children;
  }
}

export { LoadingBar };
