"use client";

import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import { useTimeRange } from "@/components/ui/use-time-range";
import { type LatencySignal, overviewRequest } from "@/lib/dashboards/overview";
import type { Service } from "@/lib/services/schema";
import { signalsQuery } from "@/lib/signals/client";
import type { SignalsAnswer } from "@/lib/signals/schema";
import { isOverdue, type Refresh } from "./panel-state";

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
  const isAlive = useSyncExternalStore(
    subscribeToNothing,
    () => true,
    () => false,
  );

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
  const overdue = useOverdue(answeredAt, refreshSeconds);

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

const subscribeToNothing = () => () => {};

/** True once `value` has been true for `milliseconds`. */
function useLasting(value: boolean, milliseconds: number): boolean {
  const [isLasting, setLasting] = useState(false);
  useEffect(() => {
    if (!value) {
      setLasting(false);
      return;
    }
    const timer = setTimeout(() => setLasting(true), milliseconds);
    return () => clearTimeout(timer);
  }, [value, milliseconds]);
  return value && isLasting;
}

/** Whether the refresh after the answer of `answeredAt`, unix seconds, is overdue by now. */
function useOverdue(answeredAt: number | undefined, refreshSeconds: number): boolean {
  const [overdue, setOverdue] = useState(false);
  useEffect(() => {
    setOverdue(false);
    if (answeredAt === undefined) return;
    const check = () => setOverdue(isOverdue(Date.now() / 1000 - answeredAt, refreshSeconds));
    check();
    const timer = setInterval(check, 1_000);
    return () => clearInterval(timer);
  }, [answeredAt, refreshSeconds]);
  return overdue;
}
