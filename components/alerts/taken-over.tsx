"use client";

import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense } from "react";
import { takeoversQuery } from "@/lib/alerts/client";

const TakenOverNotice = lazy(() => import("./taken-over-notice"));

/** Above every page, until it was seen: which of the viewer's acknowledgements someone else has taken over or ended. */
export function TakenOver() {
  const takeovers = useQuery(takeoversQuery());
  const items = takeovers.data?.items ?? [];
  return items.length === 0 ? null : (
    <Suspense fallback={null}>
      <TakenOverNotice items={items} />
    </Suspense>
  );
}
