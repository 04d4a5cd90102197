"use client";

import { parseAsString, useQueryState } from "nuqs";
import { useCallback } from "react";

/**
 * Keeps in the URL which series of a chart is the only one shown (`only=ttft.v1`), so that a link opens it so. One chart
 * of a page at a time. `chartId` has no dot.
 */
export function useIsolatedSeries(chartId: string): {
  isolated: string | null;
  onIsolate: (seriesId: string | null) => void;
} {
  const [only, setOnly] = useQueryState("only", parseAsString.withOptions({ history: "replace" }));
  const onIsolate = useCallback(
    (seriesId: string | null) => void setOnly(seriesId === null ? null : `${chartId}.${seriesId}`),
    [chartId, setOnly],
  );
  return { isolated: only?.startsWith(`${chartId}.`) ? only.slice(chartId.length + 1) : null, onIsolate };
}
