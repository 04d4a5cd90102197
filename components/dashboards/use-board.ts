"use client";

import { useQueries } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useRef } from "react";
import { useTimeRange } from "@/components/ui/use-time-range";
import {
  type Asked,
  askFor,
  type BoardGrid,
  batchRequest,
  boardGrid,
  gridName,
} from "@/lib/dashboards/batches";
import type { PlacedPanel } from "@/lib/dashboards/placement";
import { signalsQuery } from "@/lib/signals/client";
import type { SignalResult, SignalsAnswer } from "@/lib/signals/schema";
import { useIsAlive, useLasting, useOverdue } from "./freshness";

/** A request that is answered faster is not announced: a bar that flashes every ten seconds says nothing. */
const announcedAfterMs = 400;
/** A source that takes longer keeps the panels that it shares with others no more waiting. */
const lateAfterMs = 3_000;

/** What a panel has been answered: its results by `answerName`, all of them on one grid. */
export interface PanelAnswer {
  results: ReadonlyMap<string, SignalResult>;
  grid: BoardGrid;
}

export interface Board {
  /** The grid of the newest request. */
  grid: BoardGrid;
  /** The newest answers of each panel by its key; those of panels out of sight stay as they were. */
  answers: ReadonlyMap<string, PanelAnswer>;
  /** The panels for which a request is under way, and has been long enough to say so. */
  refreshing: ReadonlySet<string>;
  /** Why the last request of a panel failed as a whole. */
  errors: ReadonlyMap<string, unknown>;
  /** The sources that take their time to answer; panels move on without them. */
  waitingFor: readonly string[];
  /** Since when a refresh is overdue: the last time that anything was answered, unix seconds. */
  overdueSince: number | undefined;
  retry: () => void;
}

const hasFailed = ({ data, error }: { data?: SignalsAnswer | undefined; error: unknown }): boolean =>
  (error !== null && error !== undefined) || data?.results.some(({ status }) => status === "error") === true;

/**
 * Asks for the panels that are in sight, together: one request a refresh, or as few as its limit of queries allows, and
 * one more for what is scrolled to in between. What is on screen stays until its successor is there.
 * `scrapeInterval` in seconds.
 */
export function useBoard(inSight: readonly PlacedPanel[], scrapeInterval: number): Board {
  const { from, to, now, refreshSeconds } = useTimeRange();
  const grid = useMemo(() => boardGrid({ from, to, scrapeInterval }), [from, to, scrapeInterval]);
  const asked = useRef<Asked | undefined>(undefined);
  asked.current = askFor(asked.current, gridName(grid), inSight);
  const { batches } = asked.current;
  const requests = useMemo(() => batches.map((entries) => batchRequest(entries, grid)), [batches, grid]);
  const queries = useQueries({ queries: requests.map(signalsQuery) });
  const isAlive = useIsAlive();

  const isLate = useLasting(
    queries.some((query) => query.isFetching),
    lateAfterMs,
  );
  const known = useRef<ReadonlyMap<string, PanelAnswer>>(new Map());
  if (isAlive) known.current = withAnswers(known.current, batches, queries, grid, isLate);
  // Each by its own time: while one hangs, the others are asked again and answer.
  const askedAt = useRef(new Map<string, number>());
  const fetching = new Set(
    batches.flatMap((entries, index) =>
      queries[index]?.isFetching === true ? (entries[0]?.source ?? []) : [],
    ),
  );
  for (const source of askedAt.current.keys()) if (!fetching.has(source)) askedAt.current.delete(source);
  for (const source of fetching)
    if (!askedAt.current.has(source)) askedAt.current.set(source, performance.now());
  const waitingFor = isLate
    ? [...fetching].filter((source) => performance.now() - (askedAt.current.get(source) ?? 0) >= lateAfterMs)
    : [];

  const answered = useRef<number | undefined>(undefined);
  for (const { data, dataUpdatedAt } of queries) {
    // An answer in which every query failed says nothing new.
    if (data?.results.some(({ status }) => status !== "error") !== true) continue;
    const at = Math.floor(Math.min(dataUpdatedAt, Date.now()) / 1000);
    if (answered.current === undefined || at > answered.current) answered.current = at;
  }
  // Within a step there is nothing new to ask for.
  const isOverdue = useOverdue(
    isAlive ? answered.current : undefined,
    refreshSeconds === 0 ? 0 : Math.max(refreshSeconds, grid.step),
  );

  const isFetching = useLasting(
    queries.some((query) => query.isFetching),
    announcedAfterMs,
  );
  const refreshing = new Set(
    batches.flatMap((entries, index) =>
      isFetching && queries[index]?.isFetching === true ? entries.map(({ panel }) => panel) : [],
    ),
  );
  const errors = new Map(
    batches.flatMap((entries, index) => {
      const error = queries[index]?.error;
      return error === null || error === undefined ? [] : entries.map(({ panel }) => [panel, error] as const);
    }),
  );

  const latest = useRef(queries);
  latest.current = queries;
  const retry = useCallback(() => {
    for (const query of latest.current) if (hasFailed(query) && !query.isFetching) void query.refetch();
  }, []);
  // A step may be an hour: a source that is back is not left waiting for the next.
  // biome-ignore lint/correctness/useExhaustiveDependencies: each refresh is a moment to try again
  useEffect(retry, [now]);
  return {
    grid,
    answers: known.current,
    refreshing,
    errors,
    waitingFor,
    overdueSince: isOverdue ? answered.current : undefined,
    retry,
  };
}

/**
 * What is known after these answers. A panel whose queries are in several batches moves on when all of them are there:
 * its lines lie on one grid. Until it has any, and
 * when the rest is late, it is shown in part. Returns `before` itself where nothing is new.
 */
export function withAnswers(
  before: ReadonlyMap<string, PanelAnswer>,
  batches: Asked["batches"],
  answers: readonly { data?: { results: readonly SignalResult[] } | undefined }[],
  grid: BoardGrid,
  isLate = false,
): ReadonlyMap<string, PanelAnswer> {
  const found = new Map<string, { results: Map<string, SignalResult>; isWhole: boolean }>();
  for (const [index, entries] of batches.entries()) {
    const results = answers[index]?.data?.results;
    for (const [place, { panel, name }] of entries.entries()) {
      const own = found.get(panel) ?? { results: new Map(), isWhole: true };
      found.set(panel, own);
      const result = results?.[place];
      if (result === undefined) own.isWhole = false;
      else own.results.set(name, result);
    }
  }
  const name = gridName(grid);
  let next: Map<string, PanelAnswer> | undefined;
  for (const [panel, { results, isWhole }] of found) {
    const old = before.get(panel);
    if (results.size === 0 || (!isWhole && !isLate && old !== undefined && gridName(old.grid) !== name))
      continue;
    const isSame =
      old !== undefined &&
      gridName(old.grid) === name &&
      old.results.size === results.size &&
      [...results].every(([query, result]) => old.results.get(query) === result);
    if (isSame) continue;
    next ??= new Map(before);
    next.set(panel, { results, grid });
  }
  return next ?? before;
}
