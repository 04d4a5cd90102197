import { queryOptions } from "@tanstack/react-query";
import { requestJson, withQuery } from "@/lib/api/client";
import type { SignalId } from "@/lib/signals/catalogue";
import type { ExemplarsAnswer } from "./schema";

/** Observations of a service's signal with their traces, in a range (Unix seconds). */
export const exemplarsQuery = (service: string, range: { signal: SignalId; start: number; end: number }) =>
  queryOptions({
    queryKey: ["exemplars", service, range],
    queryFn: ({ signal }) =>
      requestJson<ExemplarsAnswer>(
        withQuery(`/api/v1/services/${encodeURIComponent(service)}/exemplars`, range),
        { signal },
      ),
    staleTime: 60_000,
    retry: false,
  });
