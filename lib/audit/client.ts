import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { requestJson, withQuery } from "@/lib/api/client";
import type { AuditEventView } from "./schema";

/** The key of everything about the audit log; any event of a change makes it stale. */
export const auditKey = ["audit-events"] as const;

/** The filters as they stand in the URL: text, empty for none. */
export type AuditFilters = {
  q: string;
  actor: string;
  action: string;
  resourceType: string;
  resourceId: string;
  /** Seconds back from now, such as "3600"; stands instead of `start` and `end`. */
  since: string;
  /** RFC 3339. */
  start: string;
  end: string;
};

export const auditEventsQuery = (filters: AuditFilters, cursor: string | null) =>
  queryOptions({
    queryKey: [...auditKey, "list", filters, cursor],
    queryFn: ({ signal }) => {
      const { since, start, end, ...others } = filters;
      const range =
        since === "" ? { start, end } : { start: new Date(Date.now() - Number(since) * 1000).toISOString() };
      return requestJson<{ items: AuditEventView[]; nextCursor: string | null }>(
        withQuery("/api/v1/audit-events", { ...others, ...range, cursor }),
        { signal },
      );
    },
    placeholderData: keepPreviousData,
  });

export const auditEventQuery = (id: string) =>
  queryOptions({
    queryKey: [...auditKey, "one", id],
    queryFn: ({ signal }) =>
      requestJson<AuditEventView>(`/api/v1/audit-events/${encodeURIComponent(id)}`, { signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });
