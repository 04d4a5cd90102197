"use client";

import { useQuery } from "@tanstack/react-query";
import { useMemo, useRef } from "react";
import {
  longestCurrent,
  useIsAlive,
  useLasting,
  useOverdue,
  useUnanswered,
} from "@/components/dashboards/freshness";
import type { Refresh } from "@/components/dashboards/panel-state";
import { useTimeRange } from "@/components/ui/use-time-range";
import {
  type LatencySignal,
  overviewRecentRequest,
  overviewRequest,
  recentStep,
} from "@/lib/dashboards/overview";
import type { Service } from "@/lib/services/schema";
import { signalsQuery } from "@/lib/signals/client";
import type { SignalsAnswer } from "@/lib/signals/schema";

/** A request that is answered faster is not announced: a bar that flashes every ten seconds says nothing. */
const announcedAfterMs = 400;
/** So long nothing may be answered before it is said what the page waits for. */
const unansweredAfterMs = 1_500;

/**
 * The page's requests, one of the range and a small one of what is now, and what is on screen while they are under way
 * or after they failed. `recent` is the time that counts as now, undefined while it is not known how things are then.
 */
export function useOverview(service: Service, latency: LatencySignal) {
  const { from, to, refreshSeconds } = useTimeRange();
  const request = useMemo(
    () =>
      overviewRequest({
        service: service.id,
        from,
        to,
        scrapeInterval: service.scrapeInterval,
        latency,
        instanceCount: service.instanceCount,
      }),
    [service.id, service.scrapeInterval, service.instanceCount, from, to, latency],
  );
  const recentRequest = useMemo(
    () => overviewRecentRequest({ service: service.id, to, scrapeInterval: service.scrapeInterval }),
    [service.id, service.scrapeInterval, to],
  );
  const query = useQuery(signalsQuery(request));
  const recentQuery = useQuery(signalsQuery(recentRequest));
  // The answer may be there before the page is alive; its first picture must be the server's, which waits for nothing.
  const isAlive = useIsAlive();

  // Kept across ranges, not across services: what is on screen is marked as old, but is never another service's.
  const known = useKept(query.data, service.id);
  const answer = isAlive ? known : undefined;

  const recentDue = refreshSeconds === 0 ? 0 : Math.max(refreshSeconds, recentStep);
  const keptRecent = useKept(recentQuery.data, service.id);
  const age = keptRecent === undefined ? 0 : recentRequest.end - keptRecent.end;
  // Of the end of another range nothing can be said by it.
  const recent = isAlive && age >= 0 && age <= longestCurrent(recentDue) ? keptRecent : undefined;

  const answeredAt = useAnsweredAt(query, service.id);
  // Within a step there is nothing new to ask for.
  const isOverdue = useOverdue(answeredAt, refreshSeconds === 0 ? 0 : Math.max(refreshSeconds, request.step));
  const recentlyAnsweredAt = useAnsweredAt(recentQuery, service.id);
  const isRecentOverdue = useOverdue(recentlyAnsweredAt, recentDue);
  const lastAnsweredAt = isRecentOverdue ? recentlyAnsweredAt : isOverdue ? answeredAt : undefined;
  // Nothing is old while there is nothing on screen.
  const overdueSince = answer === undefined ? undefined : lastAnsweredAt;

  const waitingSince = useUnanswered(
    isAlive &&
      overdueSince === undefined &&
      ((answer === undefined && query.error === null) ||
        (recent === undefined && recentQuery.error === null)),
    service.id,
    unansweredAfterMs,
  );

  const isRefreshing = useLasting(query.isFetching, announcedAfterMs);
  const results = useMemo(
    () =>
      answer === undefined
        ? undefined
        : new Map([...answer.results, ...(recent?.results ?? [])].map((result) => [result.id, result])),
    [answer, recent],
  );
  const refresh: Refresh = {
    results,
    isRefreshing,
    error: query.error,
    shownUntil: answer?.end,
    overdueSince,
    waiting: waitingSince === undefined ? undefined : { source: service.source, since: waitingSince },
    grid: answer,
    retry: () => {
      void query.refetch();
      if (recentQuery.error !== null) void recentQuery.refetch();
    },
  };
  return {
    refresh,
    grid: answer === undefined ? undefined : { start: answer.start, end: answer.end, step: answer.step },
    queries: request.queries,
    recent,
    recentError: recentQuery.error,
  };
}

/** The newest answer about a service, also while the next is under way. */
function useKept(data: SignalsAnswer | undefined, service: string): SignalsAnswer | undefined {
  const last = useRef<{ service: string; answer: SignalsAnswer } | null>(null);
  if (data !== undefined) last.current = { service, answer: data };
  return data ?? (last.current?.service === service ? last.current.answer : undefined);
}

/** When the source of a service last answered anything, unix seconds. */
function useAnsweredAt(
  { data, dataUpdatedAt }: { data: SignalsAnswer | undefined; dataUpdatedAt: number },
  service: string,
): number | undefined {
  const answered = useRef<{ service: string; at: number } | null>(null);
  // An answer in which every query failed says nothing new, and one that nothing was asked for says nothing at all.
  if (data?.results.some(({ status }) => status === "ok" || status === "empty"))
    answered.current = { service, at: Math.floor(Math.min(dataUpdatedAt, Date.now()) / 1000) };
  return answered.current?.service === service ? answered.current.at : undefined;
}
