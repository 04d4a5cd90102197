import { queryOptions } from "@tanstack/react-query";
import { requestJson } from "@/lib/api/client";
import type { SignalsAnswer, SignalsRequest } from "./schema";

/** The key of everything that is read from a telemetry source. */
export const signalsKey = ["signals"] as const;

/**
 * The answers to one page refresh. Leaving the page, or asking for another range, aborts the request and with it what
 * the server asks upstream.
 */
export const signalsQuery = (request: SignalsRequest) =>
  queryOptions({
    queryKey: [...signalsKey, request],
    queryFn: ({ signal }) =>
      requestJson<SignalsAnswer>("/api/v1/signals/query", { method: "POST", body: request, signal }),
    staleTime: Number.POSITIVE_INFINITY,
    // A refresh asks for another range, so old ones are not looked at again but on going back.
    gcTime: 60_000,
    retry: false,
  });
