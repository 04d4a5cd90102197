"use client";

import { parseAsString, useQueryStates } from "nuqs";
import {
  createContext,
  type ReactNode,
  useCallback,
  useContext,
  useEffect,
  useMemo,
  useRef,
  useState,
} from "react";
import { formatDuration } from "@/lib/units";
import {
  parseRefresh,
  type ResolvedRange,
  rangeToUrl,
  resolveRange,
  SHORTEST_RANGE_SECONDS,
  type TimeRange,
  zoomedOut,
} from "./time-range";

export type TimeRangeControls = ResolvedRange & {
  /** The moment at which `relative` was last resolved, Unix seconds. Moves with each refresh. */
  now: number;
  setRange: (range: TimeRange) => void;
  /** Shows [from, to], Unix seconds, and remembers the range before. Narrower than 10 s is widened to 10 s. */
  zoom: (from: number, to: number) => void;
  /** The range before the last zoom; doubles the range when there was none. */
  back: () => void;
  canGoBack: boolean;
  /** Twice the range. */
  zoomOut: () => void;
  /** Reads everything again now. */
  refresh: () => void;
  /** Seconds between automatic refreshes; 0 is off, and so is a range with a fixed end. */
  refreshSeconds: number;
  /** What the viewer chose, also while a fixed range keeps it from running. */
  refreshChoice: number;
  setRefresh: (seconds: number) => void;
};

const Context = createContext<TimeRangeControls | null>(null);

const PARSERS = { from: parseAsString, to: parseAsString, refresh: parseAsString };

/**
 * Holds the one time range of a page, in the URL as `from`, `to` and `refresh`. `now` (Unix seconds) comes from the
 * server, so that what it prefetched is what the browser asks for first. Nothing is refreshed while the page is hidden;
 * it catches up when it is seen again.
 */
export function TimeRangeProvider({
  now: initialNow,
  defaultRefreshSeconds = 10,
  children,
}: {
  now: number;
  defaultRefreshSeconds?: number;
  children: ReactNode;
}) {
  const [url, setUrl] = useQueryStates(PARSERS, { history: "push", shallow: true, scroll: false });
  const [now, setNow] = useState(Math.floor(initialNow));
  const [history, setHistory] = useState<readonly TimeRange[]>([]);
  const range = useMemo(() => resolveRange(url.from, url.to, now), [url.from, url.to, now]);
  const refreshChoice = parseRefresh(url.refresh, defaultRefreshSeconds);
  const refreshSeconds = range.relative === null ? 0 : refreshChoice;

  const refresh = useCallback(() => setNow(Math.floor(Date.now() / 1000)), []);
  useRefresh(refreshSeconds, refresh, now);

  const latest = useRef({ range, history, now });
  latest.current = { range, history, now };

  const show = useCallback(
    (next: TimeRange) => {
      if ("relative" in next) refresh();
      void setUrl(rangeToUrl(next));
    },
    [setUrl, refresh],
  );
  const setRange = useCallback(
    (next: TimeRange) => {
      setHistory([]);
      show(next);
    },
    [show],
  );
  const zoom = useCallback(
    (from: number, to: number) => {
      const before = latest.current.range;
      const missing = Math.max(0, SHORTEST_RANGE_SECONDS - (to - from));
      setHistory((list) => [
        ...list,
        before.relative === null ? { from: before.from, to: before.to } : { relative: before.relative },
      ]);
      show({ from: Math.floor(from - missing / 2), to: Math.ceil(to + missing / 2) });
    },
    [show],
  );
  const zoomOut = useCallback(() => {
    setHistory([]);
    show(zoomedOut(latest.current.range, Math.floor(Date.now() / 1000)));
  }, [show]);
  const back = useCallback(() => {
    const previous = latest.current.history.at(-1);
    if (!previous) return zoomOut();
    setHistory((list) => list.slice(0, -1));
    show(previous);
  }, [show, zoomOut]);
  const setRefresh = useCallback(
    (seconds: number) => {
      void setUrl({ refresh: seconds === 0 ? "off" : formatDuration(seconds) }, { history: "replace" });
    },
    [setUrl],
  );

  const controls = useMemo<TimeRangeControls>(
    () => ({
      ...range,
      now,
      setRange,
      zoom,
      back,
      canGoBack: history.length > 0,
      zoomOut,
      refresh,
      refreshSeconds,
      refreshChoice,
      setRefresh,
    }),
    [range, now, setRange, zoom, back, history, zoomOut, refresh, refreshSeconds, refreshChoice, setRefresh],
  );
  return <Context.Provider value={controls}>{children}</Context.Provider>;
}

function useRefresh(seconds: number, refresh: () => void, lastRefresh: number): void {
  useEffect(() => {
    if (seconds === 0) return;
    const dueInMs = Math.max(0, (lastRefresh + seconds) * 1000 - Date.now());
    const timer = setTimeout(() => {
      if (document.visibilityState === "visible") refresh();
    }, dueInMs);
    const onVisible = () => {
      if (document.visibilityState === "visible" && Date.now() >= (lastRefresh + seconds) * 1000) refresh();
    };
    document.addEventListener("visibilitychange", onVisible);
    return () => {
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", onVisible);
    };
  }, [seconds, refresh, lastRefresh]);
}

/** The time range of the page and how to change it. Throws outside of a `TimeRangeProvider`. */
export function useTimeRange(): TimeRangeControls {
  const controls = useContext(Context);
  if (!controls) throw new Error("useTimeRange needs a TimeRangeProvider above it");
  return controls;
}

/** As `useTimeRange`, or null where the page has no time range: a chart there cannot zoom. */
export function useOptionalTimeRange(): TimeRangeControls | null {
  return useContext(Context);
}
