"use client";

import { type ReactNode, useMemo, useRef } from "react";
import { ChartPanel } from "@/components/chart-actions/chart-panel";
import type { Measured } from "@/components/chart-actions/measured";
import type { ChartSeries, Grid } from "@/components/charts/series";
import { inColorsOf } from "@/components/overview/panel-lines";
import { Footnote } from "@/components/ui/footnote";
import type { PanelProps, PanelState } from "@/components/ui/panel";
import type { DashboardView } from "@/lib/dashboards/dashboard";
import { answerName, type PlacedPanel } from "@/lib/dashboards/placement";
import type { Service } from "@/lib/services/schema";
import type { SignalResult } from "@/lib/signals/schema";
import { DoctorLink } from "./doctor-link";
import { MissingLine } from "./missing-line";
import { missingServices } from "./missing-services";
import { panelNotes, panelOrigin, panelPromql, panelState, type Refresh } from "./panel-state";
import type { TimeAxis } from "./time-axis";

/** What every view of a panel draws from. */
export interface ViewInput {
  placed: PlacedPanel;
  /** Those that the panel shows, in the order of the list. */
  services: readonly Service[];
  /** Answers by `answerName`. */
  refresh: Refresh;
  grid: Grid | undefined;
  axis: TimeAxis;
}

/** The answer to a query of the panel for one of its services. */
export const resultOf = (
  { refresh }: Pick<ViewInput, "refresh">,
  query: string,
  { id }: Pick<Service, "id">,
): SignalResult | undefined => refresh.results?.get(answerName(query, id));

/** The title of a panel; one of one service among several says whose it is. */
export const titleOf = ({ placed }: Pick<ViewInput, "placed">): string =>
  placed.isOfOne && !placed.panel.ofMachines
    ? `${placed.panel.title} · ${placed.services[0]}`
    : placed.panel.title;

/** Views in which every query has a row of its own. */
const isTable: ReadonlySet<DashboardView> = new Set(["latency-table", "versions-table"]);

/** The name of the answer that leads the panel, of each service: where it comes from is said under the chart. */
const leadingNames = ({ placed }: ViewInput): string[] => [
  ...new Map([...placed.queries].reverse().map(({ name, query }) => [query.service, name])).values(),
];

/** The names of the answers to the panel's queries. */
const answerNames = ({ placed }: ViewInput): string[] => placed.queries.map(({ name }) => name);

/**
 * The frame of a panel: its face, notes, PromQL and origin from the answers to its queries. It has data as soon as one of
 * its services has; else it says what its first query came to, and leads to the metric doctor. `empty` is for views that
 * need more of an answer than a line. `linesOf` draws the lines of its chart from any answers, so that they can be set
 * against those of another time.
 */
export function SignalPanel({
  input,
  title,
  empty,
  linesOf,
  children,
  ...props
}: {
  input: ViewInput;
  title?: string;
  empty?: { text: string } | undefined;
  linesOf?: (input: ViewInput) => readonly ChartSeries[];
  children: ReactNode;
} & Omit<PanelProps, "id" | "title" | "state" | "notes" | "promql">) {
  const { placed, refresh } = input;
  const names = answerNames(input);
  const origin = panelOrigin(isTable.has(placed.panel.view) ? names : leadingNames(input), refresh);
  const state = faceOf(input, names);
  return (
    <ChartPanel
      {...props}
      id={placed.key}
      title={title ?? titleOf(input)}
      measured={useMeasured(input, linesOf)}
      state={
        empty !== undefined && state.kind === "data"
          ? { kind: "empty", reason: "not_measurable", text: empty.text, action: doctorLink(input) }
          : state
      }
      notes={panelNotes(names, refresh)}
      promql={panelPromql(names, refresh)}
    >
      {children}
      <MissingLine
        missing={missingServices(placed, refresh.results).filter(
          // A row says of its service what it lacks.
          ({ service }) => !isTable.has(placed.panel.view) || placed.without.includes(service),
        )}
        className={props.flush ? "px-4 pb-3" : undefined}
      />
      {origin === undefined ? null : (
        <Footnote className={props.flush ? "px-4 pb-3" : undefined}>{origin}</Footnote>
      )}
    </ChartPanel>
  );
}

const idOf = (index: number): string => `q${index}`;

/** What the charts of a panel were measured from; without lines it can still be asked why they have gaps. */
function useMeasured(
  input: ViewInput,
  linesOf: ((input: ViewInput) => readonly ChartSeries[]) | undefined,
): Measured | undefined {
  const { placed, grid, services } = input;
  const latest = useRef({ input, linesOf });
  latest.current = { input, linesOf };
  return useMemo(() => {
    if (grid === undefined) return undefined;
    return {
      grid,
      queries: placed.queries.map(({ query }, index) => ({ id: idOf(index), ...query })),
      series: (answers) => {
        const { input: now, linesOf: draw } = latest.current;
        if (draw === undefined) return {};
        const results = new Map(
          placed.queries.flatMap(({ name }, index) => {
            const result = answers.get(idOf(index));
            return result === undefined ? [] : [[name, result] as const];
          }),
        );
        const title = titleOf(now);
        return inColorsOf(
          { [title]: draw(now) },
          { [title]: draw({ ...now, refresh: { ...now.refresh, results } }) },
        );
      },
      // A machine serves whatever runs on it: its measurements are of no version.
      versions: placed.panel.ofMachines ? [] : [...new Set(services.flatMap(({ versions }) => versions))],
    };
  }, [placed, grid, services]);
}

function faceOf(input: ViewInput, names: readonly string[]): PanelState {
  const { refresh } = input;
  const hasData = names.find((name) => {
    const result = refresh.results?.get(name);
    return (result?.series.length ?? 0) > 0 && (result?.status === "ok" || result?.status === "error");
  });
  const face = panelState([hasData ?? names[0] ?? ""], refresh);
  return face.kind === "empty" ? { ...face, action: doctorLink(input) } : face;
}

/** Where an empty panel is explained: the line of its leading signal in the metric doctor. */
function doctorLink({ placed }: ViewInput): ReactNode {
  const [first] = placed.queries;
  return first === undefined ? null : (
    <DoctorLink service={first.query.service} signal={first.query.signal} />
  );
}
