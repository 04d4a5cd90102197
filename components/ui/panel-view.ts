"use client";

import {
  createContext,
  type RefObject,
  useCallback,
  useContext,
  useEffect,
  useMemo,
  useRef,
  useState,
} from "react";

/** What a chart tells the panel around it, so that menu and keys of the panel work on the chart. */
export type PanelView = {
  /** Is the data shown as a table now? */
  table: boolean;
  setTable: (table: boolean) => void;
  /** A chart announces that it has a table, with a function that returns the table as CSV; returns the undo. */
  register: (csv: () => string) => () => void;
  /** Does any chart inside have a table? */
  readonly available: boolean;
  /** The tables of all charts inside, as CSV. */
  csv: () => string;
  /** What the first of the charts inside announced: it alone offers the way back from the tables. */
  readonly first: (() => string) | undefined;
};

export const PanelViewContext = createContext<PanelView | null>(null);

/**
 * The state behind a panel: whether its charts are shown as tables, and their CSV. That charts have announced themselves
 * is rendered only where it shows: with `announced`, and in tables. Elsewhere it is asked when it matters.
 */
export function usePanelViewState({ announced = false } = {}): PanelView {
  const [table, setTable] = useState(false);
  const [version, setVersion] = useState(0);
  const sources = useRef(new Set<() => string>());
  const isShown = useRef(false);
  isShown.current = announced || table;
  const register = useCallback((csv: () => string) => {
    const settle = () => {
      if (isShown.current) setVersion((current) => current + 1);
    };
    sources.current.add(csv);
    settle();
    return () => {
      sources.current.delete(csv);
      settle();
    };
  }, []);
  const csv = useCallback(() => [...sources.current].map((source) => source()).join("\n"), []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another version is another panel to those who read it
  return useMemo(
    () => ({
      table,
      setTable,
      register,
      csv,
      get available() {
        return sources.current.size > 0;
      },
      get first() {
        return sources.current.values().next().value;
      },
    }),
    [table, register, csv, version],
  );
}

/**
 * For a chart: is the table asked for, and how to ask. Follows the panel around it, or itself where there is none. `focus`
 * goes on the drawing and on the table: the one that appears takes the focus that the other had. `leads` is true for one
 * chart of a panel, which shows the button for all.
 */
export function useTableToggle(
  csv: () => string,
  given?: RefObject<HTMLElement | null>,
): {
  table: boolean;
  toggle: () => void;
  leads: boolean;
  focus: RefObject<HTMLElement | null>;
} {
  const panel = useContext(PanelViewContext);
  const [own, setOwn] = useState(false);
  const latest = useRef(csv);
  latest.current = csv;
  const register = panel?.register;
  const announced = useRef<() => string>(undefined);
  useEffect(() => {
    announced.current = () => latest.current();
    return register?.(announced.current);
  }, [register]);
  const table = panel ? panel.table : own;
  // The same function always: a chart that is drawn already has nothing new from a panel that heard of it.
  const latestPanel = useRef(panel);
  latestPanel.current = panel;
  const toggle = useCallback(() => {
    const { current } = latestPanel;
    if (current) current.setTable(!current.table);
    else setOwn((value) => !value);
  }, []);
  const ownFocus = useRef<HTMLElement>(null);
  const focus = given ?? ownFocus;
  const shown = useRef(table);
  useEffect(() => {
    if (shown.current === table) return;
    shown.current = table;
    // The element with the focus is gone: the browser fell back to the body.
    if (document.activeElement === document.body) focus.current?.focus({ preventScroll: true });
  }, [table, focus]);
  const leads = !panel || (panel.first !== undefined && panel.first === announced.current);
  return { table, toggle, leads, focus };
}

/** True when a key was typed into a field, where single letters are text and not commands. */
export function isTyping(target: EventTarget | null): boolean {
  if (target instanceof HTMLInputElement) return !/^(radio|checkbox|button)$/.test(target.type);
  return (
    target instanceof HTMLElement && (target.isContentEditable || /^(TEXTAREA|SELECT)$/.test(target.tagName))
  );
}
