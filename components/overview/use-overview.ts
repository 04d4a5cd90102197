"use client";

import { useQuery } from "@tanstack/react-query";
import { useMemo, useRef } from "react";
import { useIsAlive, useLasting, useOverdue } from "@/components/dashboards/freshness";
import type { Refresh } from "@/components/dashboards/panel-state";
import { useTimeRange } from "@/components/ui/use-time-range";
import { type LatencySignal, overviewRequest } from "@/lib/dashboards/overview";
import type { Service } from "@/lib/services/schema";
import { signalsQuery } from "@/lib/signals/client";
import type { SignalsAnswer } from "@/lib/signals/schema";

/** A request that is answered faster is not announced: a bar that flashes every ten seconds says nothing. */
const announcedAfterMs = 400;

/** The page's one request, and what is on screen while it is under way or after it failed. */
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
  const query = useQuery(signalsQuery(request));
  // The answer may be there before the page is alive; its first picture must be the server's, which waits for nothing.
  const isAlive = useIsAlive();

  // Kept across ranges, not across services: what is on screen is marked as old, but is never another service's.
  const last = useRef<{ service: string; answer: SignalsAnswer } | null>(null);
  if (query.data !== undefined) last.current = { service: service.id, answer: query.data };
  const known = query.data ?? (last.current?.service === service.id ? last.current.answer : undefined);
  const answer = isAlive ? known : undefined;

  // An answer in which every query failed says nothing new.
  const answered = useRef<{ service: string; at: number } | null>(null);
  if (query.data?.results.some(({ status }) => status !== "error"))
    answered.current = {
      service: service.id,
      at: Math.floor(Math.min(query.dataUpdatedAt, Date.now()) / 1000),
    };
  const answeredAt = answered.current?.service === service.id ? answered.current.at : undefined;
  // Within a step there is nothing new to ask for.
  const dueEvery = refreshSeconds === 0 ? 0 : Math.max(refreshSeconds, request.step);
  const overdue = useOverdue(answeredAt, dueEvery);

  const isRefreshing = useLasting(query.isFetching, announcedAfterMs);
  const results = useMemo(
    () => (answer === undefined ? undefined : new Map(answer.results.map((result) => [result.id, result]))),
    [answer],
  );
  const refresh: Refresh = {
    results,
    isRefreshing,
    error: query.error,
    shownUntil: answer?.end,
    overdueSince: overdue ? answeredAt : undefined,
    retry: () => void query.refetch(),
  };
  return {
    refresh,
    grid: answer === undefined ? undefined : { start: answer.start, end: answer.end, step: answer.step },
    queries: request.queries,
  };
}
