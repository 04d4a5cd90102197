import { queryOptions } from "@tanstack/react-query";
import { requestJson, withQuery } from "@/lib/api/client";
import type { AnnotationView } from "./schema";

/** The key of all annotations; events of type `annotation` make it stale. */
export const annotationsKey = ["annotations"] as const;

/** What happened between two times (Unix seconds), for the marks on charts; at most 200. */
export const annotationsQuery = (range: { start: number; end: number; service?: string }) =>
  queryOptions({
    queryKey: [...annotationsKey, range],
    queryFn: ({ signal }) =>
      requestJson<{ items: AnnotationView[]; nextCursor: string | null }>(
        withQuery("/api/v1/annotations", { ...range, limit: 200 }),
        { signal },
      ),
    staleTime: 60_000,
  });
