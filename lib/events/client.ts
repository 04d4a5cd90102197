"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { staleKeys } from "./keys";
import type { ChangeEvent } from "./schema";

/** A burst of changes (an import, a failover) makes each query ask once, not once a change. */
const GATHER_MS = 250;
const STREAM_PATH = "/api/v1/events";

/**
 * Keeps what is on screen in step with changes made anywhere: listens to the stream of changes and makes the queries of
 * what changed stale (`staleKeys`). After the stream was lost and came back, everything is, since changes were missed.
 * Mounted once, by the layout of the signed-in pages. `onSignedOut` is called when the session ended elsewhere.
 */
export function useChangeEvents(onSignedOut?: () => void): void {
  const queries = useQueryClient();
  useEffect(() => {
    const stream = new EventSource(STREAM_PATH);
    const stale = new Set<string>();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let wasConnected = false;

    const refresh = () => {
      timer = undefined;
      const keys = new Set(stale);
      stale.clear();
      void queries.invalidateQueries({ predicate: ({ queryKey }) => keys.has(String(queryKey[0])) });
    };
    stream.addEventListener("change", (message: MessageEvent<string>) => {
      for (const key of staleKeys(JSON.parse(message.data) as ChangeEvent)) stale.add(key);
      timer ??= setTimeout(refresh, GATHER_MS);
    });
    stream.addEventListener("connected", () => {
      if (wasConnected) void queries.invalidateQueries();
      wasConnected = true;
    });
    stream.addEventListener("signed_out", () => {
      stream.close();
      onSignedOut?.();
    });
    return () => {
      clearTimeout(timer);
      stream.close();
    };
  }, [queries, onSignedOut]);
}
