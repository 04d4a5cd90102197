import "server-only";
import { randomUUID } from "node:crypto";
import { type DehydratedState, dehydrate, QueryClient } from "@tanstack/react-query";
import type { Actor } from "@/lib/auth/actor";
import { signalsQuery } from "@/lib/signals/client";
import type { SignalsRequest } from "@/lib/signals/schema";
import { measure } from "./measure";

/** Until then the answers are in the page; what takes longer the browser asks for itself. Milliseconds. */
const mostWait = 2_000;

/**
 * The requests of a page, begun while the browser still loads its scripts; the answers follow in the page, which is open
 * until the last. One that is not answered within two seconds is given up: a source that hangs keeps no page open.
 */
export function begun(
  actor: Actor,
  requests: readonly SignalsRequest[],
  answer: typeof measure = measure,
): DehydratedState {
  const queries = new QueryClient();
  for (const request of requests)
    void queries.prefetchQuery({
      queryKey: signalsQuery(request).queryKey,
      queryFn: async () => {
        const signal = AbortSignal.timeout(mostWait);
        const late = new Promise<never>((_, reject) =>
          signal.addEventListener("abort", () => reject(signal.reason), { once: true }),
        );
        try {
          return await Promise.race([
            answer(actor, request, { requestId: randomUUID(), now: new Date(), signal }),
            late,
          ]);
        } catch (error) {
          throw signal.aborted ? new DOMException("It is asked for by the browser.", "AbortError") : error;
        }
      },
    });
  return dehydrate(queries, {
    shouldDehydrateQuery: () => true,
    serializeData: JSON.stringify,
    // What is given up is no failure, which Next would log: it knows it by its name, and hides its words itself.
    shouldRedactErrors: (error) => !(error instanceof DOMException && error.name === "AbortError"),
  });
}
