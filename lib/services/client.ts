import { queryOptions } from "@tanstack/react-query";
import { requestJson, withQuery } from "@/lib/api/client";
import type { Service, ServiceLabel, ServicePatch } from "./schema";

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

type ServicePage = { items: Service[]; nextCursor: string | null };

/** All services, read a page at a time: for their list in the settings. */
export const allServicesQuery = () =>
  queryOptions({
    queryKey: [...servicesKey, "all"],
    queryFn: async ({ signal }) => {
      const items: Service[] = [];
      let cursor: string | undefined;
      do {
        const page: ServicePage = await requestJson(withQuery("/api/v1/services", { limit: 200, cursor }), {
          signal,
        });
        items.push(...page.items);
        cursor = page.nextCursor ?? undefined;
      } while (cursor !== undefined);
      return items;
    },
    // Discovery runs twice a minute; an event comes only for what the audit log keeps.
    refetchInterval: 30_000,
  });

const path = (id: string) => `/api/v1/services/${encodeURIComponent(id)}`;

/** The labels of a service's series, with some of their values. */
export const serviceLabelsQuery = (id: string) =>
  queryOptions({
    queryKey: [...servicesKey, "labels", id],
    queryFn: async ({ signal }) =>
      (await requestJson<{ items: ServiceLabel[] }>(`${path(id)}/labels`, { signal })).items,
    staleTime: 60_000,
  });

export const correctService = (id: string, patch: ServicePatch) =>
  requestJson<Service>(path(id), { method: "PATCH", body: patch });
