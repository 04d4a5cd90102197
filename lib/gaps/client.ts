import { queryOptions } from "@tanstack/react-query";
import { requestJson, withQuery } from "@/lib/api/client";
import type { GapsAnswer } from "./schema";

/** Why a service's charts have gaps in a range (Unix seconds, seconds). */
export const gapsQuery = (
  service: string,
  { start, end, step }: { start: number; end: number; step: number },
) =>
  queryOptions({
    queryKey: ["gaps", service, start, end, step],
    queryFn: ({ signal }) =>
      requestJson<GapsAnswer>(
        withQuery(`/api/v1/services/${encodeURIComponent(service)}/gaps`, { start, end, step }),
        {
          signal,
        },
      ),
    staleTime: 60_000,
    retry: false,
  });
