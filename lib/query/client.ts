import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { requestJson, withQuery } from "@/lib/api/client";
import type { Usage } from "./schema";

/** More rows than people compare; the costliest are the first. */
const limit = 200;
/** Usage is written every ten seconds and announces nothing. */
const refreshMs = 15_000;

export const usageQuery = (hours: number) =>
  queryOptions({
    queryKey: ["query-usage", hours],
    queryFn: ({ signal }) =>
      requestJson<{ items: Usage[]; nextCursor: string | null }>(
        withQuery("/api/v1/query-usage", { hours, limit }),
        { signal },
      ),
    refetchInterval: refreshMs,
    placeholderData: keepPreviousData,
  });
