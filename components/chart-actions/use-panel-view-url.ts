"use client";

import { parseAsArrayOf, parseAsString, useQueryStates } from "nuqs";
import { useCallback } from "react";
import { comparisonInUrl, type PanelSwitch, panelInUrl } from "./panel-in-url";

const list = parseAsArrayOf(parseAsString).withDefault([]);
const PARSERS = { full: list, log: list, legend: list, table: list, exemplars: list, compare: list };

/** How one panel is shown, as the address says, and how to change it. */
export type PanelViewUrl = Record<PanelSwitch, boolean> & {
  /** What it is set against; null for nothing. */
  comparison: string | null;
  turn: (name: PanelSwitch, on: boolean) => void;
  compare: (comparison: string | null) => void;
};

/** Keeps how a panel is shown in the address, so that a link shows it the same way. */
export function usePanelViewUrl(id: string): PanelViewUrl {
  const [url, setUrl] = useQueryStates(PARSERS, { history: "replace", shallow: true, scroll: false });
  const name = panelInUrl(id);
  const turn = useCallback(
    (parameter: PanelSwitch, on: boolean) =>
      void setUrl((now) => {
        const others = now[parameter].filter((each) => each !== name);
        // Only one panel fills the window.
        const kept = parameter === "full" ? [] : others;
        return { [parameter]: nullIfEmpty(on ? [...kept, name] : others) };
      }),
    [setUrl, name],
  );
  const compare = useCallback(
    (comparison: string | null) =>
      void setUrl((now) => {
        const others = now.compare.filter((each) => !each.startsWith(`${name}~`));
        return {
          compare: nullIfEmpty(comparison === null ? others : [...others, panelInUrl(id, comparison)]),
        };
      }),
    [setUrl, name, id],
  );
  return {
    full: url.full.includes(name),
    log: url.log.includes(name),
    legend: url.legend.includes(name),
    table: url.table.includes(name),
    exemplars: url.exemplars.includes(name),
    comparison: comparisonInUrl(url.compare, id),
    turn,
    compare,
  };
}

const nullIfEmpty = (entries: string[]): string[] | null => (entries.length === 0 ? null : entries);
