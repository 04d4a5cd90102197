import { queryOptions } from "@tanstack/react-query";
import { requestJson, withQuery } from "@/lib/api/client";
import type { AnnotationInput, AnnotationView } from "./schema";

/** The key of all annotations; events of type `annotation` make it stale. */
export const annotationsKey = ["annotations"] as const;

/** What happened between two times (Unix seconds), for the marks on charts; at most 200. */
export const annotationsQuery = (range: { start: number; end: number; service?: string }) =>
  queryOptions({
    queryKey: [...annotationsKey, range],
    queryFn: ({ signal }) =>
      requestJson<{ items: AnnotationView[]; nextCursor: string | null; notes: string[] }>(
        withQuery("/api/v1/annotations", { ...range, limit: 200 }),
        { signal },
      ),
    staleTime: 60_000,
  });

const path = (id: string) => `/api/v1/annotations/${encodeURIComponent(id)}`;

export const addAnnotation = (input: AnnotationInput) =>
  requestJson<AnnotationView>("/api/v1/annotations", { method: "POST", body: input });

export const editAnnotation = ({ id, version }: AnnotationView, patch: Partial<AnnotationInput>) =>
  requestJson<AnnotationView>(path(id), { method: "PATCH", body: patch, ifMatch: version });

export const deleteAnnotation = ({ id }: AnnotationView) => requestJson<void>(path(id), { method: "DELETE" });

export const restoreAnnotation = ({ id }: AnnotationView) =>
  requestJson<AnnotationView>(`${path(id)}/restore`, { method: "POST" });
