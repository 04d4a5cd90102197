import { queryOptions } from "@tanstack/react-query";
import { requestJson } from "@/lib/api/client";
import type { ServiceReport, SourceReport } from "./schema";

/** An examination asks the source some eighty things, so it is repeated on demand only. */
const options = { staleTime: 60_000, refetchOnWindowFocus: false, retry: false } as const;

export const serviceReportQuery = (service: string) =>
  queryOptions({
    queryKey: ["doctor", "service", service],
    queryFn: ({ signal }) =>
      requestJson<ServiceReport>(`/api/v1/doctor/services/${encodeURIComponent(service)}`, { signal }),
    ...options,
  });

export const sourceReportQuery = (source: string) =>
  queryOptions({
    queryKey: ["doctor", "source", source],
    queryFn: ({ signal }) =>
      requestJson<SourceReport>(`/api/v1/doctor/sources/${encodeURIComponent(source)}`, { signal }),
    ...options,
  });
