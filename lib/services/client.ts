import { queryOptions } from "@tanstack/react-query";
import { requestJson } from "@/lib/api/client";
import type { Service } from "./schema";

/** The key of everything about services; SSE events of type `service` make it stale. */
export const servicesKey = ["services"] as const;

/** All services that the viewer may see, first page of 200. */
export const servicesQuery = () =>
  queryOptions({
    queryKey: [...servicesKey, "list"],
    queryFn: ({ signal }) =>
      requestJson<{ items: Service[]; nextCursor: string | null }>("/api/v1/services?limit=200", { signal }),
    staleTime: 30_000,
  });
