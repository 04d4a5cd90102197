import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { requestJson, withQuery } from "@/lib/api/client";
import type { TraceAnswer, TraceList, TraceOperations, TraceServices } from "./schema";

/** The key of everything about traces. */
export const tracesKey = ["traces"] as const;

/** A search as the page has it: texts as they were typed, empty for none; times in Unix seconds. */
export type TraceSearchForm = {
  source: string;
  service: string;
  operation: string;
  tags: string;
  minDuration: string;
  maxDuration: string;
  order: "latest" | "slowest";
  limit: number;
  start: number;
  end: number;
};

export const traceSearchQuery = (search: TraceSearchForm) =>
  queryOptions({
    queryKey: [...tracesKey, "search", search],
    queryFn: ({ signal }) => requestJson<TraceList>(withQuery("/api/v1/traces", search), { signal }),
    placeholderData: keepPreviousData,
    staleTime: 30_000,
    retry: false,
  });

/** One trace; from one source where it is named. What is over does not change, so it is not read again by itself. */
export const traceQuery = (id: string, source: string) =>
  queryOptions({
    queryKey: [...tracesKey, "trace", id, source],
    queryFn: ({ signal }) =>
      requestJson<TraceAnswer>(withQuery(`/api/v1/traces/${encodeURIComponent(id)}`, { source }), { signal }),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });

export const traceServicesQuery = (about: string) =>
  queryOptions({
    queryKey: [...tracesKey, "services", about],
    queryFn: ({ signal }) =>
      requestJson<TraceServices>(withQuery("/api/v1/traces/services", { about }), { signal }),
    staleTime: 60_000,
    retry: false,
  });

export const traceOperationsQuery = (service: string) =>
  queryOptions({
    queryKey: [...tracesKey, "operations", service],
    queryFn: ({ signal }) =>
      requestJson<TraceOperations>(withQuery("/api/v1/traces/operations", { service }), { signal }),
    staleTime: 60_000,
    retry: false,
    enabled: service !== "",
  });
