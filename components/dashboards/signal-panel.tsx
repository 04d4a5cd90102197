"use client";

import type { ReactNode } from "react";
import type { Grid } from "@/components/charts/series";
import {
  panelNotes,
  panelOrigin,
  panelPromql,
  panelState,
  type Refresh,
} from "@/components/overview/panel-state";
import type { TimeAxis } from "@/components/overview/panels";
import { Panel, type PanelProps, type PanelState } from "@/components/ui/panel";
import { answerName, type PlacedPanel } from "@/lib/dashboards/placement";
import type { Service } from "@/lib/services/schema";
import type { SignalResult } from "@/lib/signals/schema";

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

/** The title of a panel; one of several of its kind says whose it is. */
export const titleOf = ({ placed }: Pick<ViewInput, "placed">): string =>
  placed.isRepeated ? `${placed.panel.title} · ${placed.services[0]}` : placed.panel.title;

/** The names of the answers to the panel's queries. */
const answerNames = ({ placed }: ViewInput): string[] => placed.queries.map(({ name }) => name);

/**
 * The frame of a panel: its face, notes, PromQL and origin from the answers to its queries. It has data as soon as one of
 * its services has; else it says what its first query came to, and leads to the metric doctor. `empty` is for views that
 * need more of an answer than a line.
 */
export function SignalPanel({
  input,
  title,
  empty,
  children,
  ...props
}: { input: ViewInput; title?: string; empty?: { text: string } | undefined; children: ReactNode } & Omit<
  PanelProps,
  "id" | "title" | "state" | "notes" | "promql"
>) {
  const { placed, refresh } = input;
  const names = answerNames(input);
  const origin = panelOrigin(names, refresh);
  const state = faceOf(input, names);
  return (
    <Panel
      {...props}
      id={placed.key}
      title={title ?? titleOf(input)}
      state={
        empty !== undefined && state.kind === "data"
          ? { kind: "empty", reason: "not_measurable", text: empty.text, action: doctorLink(input) }
          : state
      }
      notes={panelNotes(names, refresh)}
      promql={panelPromql(names, refresh)}
    >
      {children}
      {origin === undefined ? null : (
        <p className="pt-2 text-caption text-secondary xl:truncate" title={origin}>
          {origin}
        </p>
      )}
    </Panel>
  );
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
  if (first === undefined) return null;
  const { service, signal } = first.query;
  return (
    <a
      className="text-link hover:underline"
      href={`/doctor?service=${encodeURIComponent(service)}#${signal}`}
    >
      Why, and what to change
    </a>
  );
}
