import { queryOptions } from "@tanstack/react-query";
import { requestJson, withQuery } from "@/lib/api/client";
import type { SourceInput, SourcePatch, SourceTest, SourceTestResult, SourceView } from "./schema";

/** The key of everything about data sources; events of type `source` make it stale. */
export const sourcesKey = ["sources"] as const;

type Sources = { items: SourceView[]; nextCursor: null };

const path = (id: string) => `/api/v1/sources/${encodeURIComponent(id)}`;

/** The team's data sources, or the removed ones. */
export const sourcesQuery = (filter: { removed?: boolean } = {}) =>
  queryOptions({
    queryKey: [...sourcesKey, "list", filter],
    queryFn: ({ signal }) =>
      requestJson<Sources>(withQuery("/api/v1/sources", { removed: filter.removed || undefined }), {
        signal,
      }),
    // The worker checks every 30 seconds; an event comes only when a result differs from the one before.
    refetchInterval: 30_000,
  });

export const addSource = (input: SourceInput) =>
  requestJson<SourceView>("/api/v1/sources", { method: "POST", body: input });

export const editSource = (source: SourceView, patch: SourcePatch) =>
  requestJson<SourceView>(path(source.id), { method: "PATCH", body: patch, ifMatch: source.version });

export const removeSource = (source: SourceView) =>
  requestJson<SourceView>(path(source.id), { method: "DELETE", ifMatch: source.version });

export const restoreSource = (id: string) =>
  requestJson<SourceView>(`${path(id)}/restore`, { method: "POST" });

export const testSource = (test: SourceTest, signal?: AbortSignal) =>
  requestJson<SourceTestResult>("/api/v1/sources/test", { method: "POST", body: test, signal });
