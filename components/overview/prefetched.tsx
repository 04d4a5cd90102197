"use client";

import { type DehydratedState, HydrationBoundary } from "@tanstack/react-query";
import type { ReactNode } from "react";

/** One text is read faster than ten thousand numbers one by one, which is how React would send them. */
const options = { defaultOptions: { deserializeData: (text: string) => JSON.parse(text) as unknown } };

/** Hands queries that the server has begun to those below; their data is JSON. */
export function Prefetched({ state, children }: { state: DehydratedState; children: ReactNode }) {
  return (
    <HydrationBoundary state={state} options={options}>
      {children}
    </HydrationBoundary>
  );
}
