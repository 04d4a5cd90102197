import { overviewRequest } from "@/lib/dashboards/overview";
import { alignToStep } from "@/lib/prometheus/step";
import type { Service } from "@/lib/services/schema";
import type { SignalsRequest } from "@/lib/signals/schema";
import type { UpstreamQuery } from "./recording-proxy";

/** What the overview asks for at `now`, over a range that ends there. Unix seconds and seconds. */
export const pageRequest = (
  service: Service,
  { now, range }: { now: number; range: number },
): SignalsRequest =>
  overviewRequest({
    service: service.id,
    from: now - range,
    to: now,
    scrapeInterval: service.scrapeInterval,
    latency: "ttft",
    instanceCount: service.instanceCount,
  });

/** The same queries on the grid of another step, over the range that ends at `now`. Seconds and Unix seconds. */
export function onGrid(
  request: SignalsRequest,
  { now, range, step }: { now: number; range: number; step: number },
): SignalsRequest {
  const end = alignToStep(now, step);
  const start = alignToStep(now - range, step);
  return {
    start,
    end,
    step,
    queries: request.queries.map((query) =>
      query.offset === undefined ? query : { ...query, offset: end - start },
    ),
  };
}

/** The request with which a page refreshes when the grid has moved on by a step. */
export const oneStepLater = (request: SignalsRequest): SignalsRequest => ({
  ...request,
  start: request.start + request.step,
  end: request.end + request.step,
});

/** The same for a query as it is sent upstream: all of its times are `step` seconds later. */
export function queryLater(query: UpstreamQuery, step: number): UpstreamQuery {
  const form = new URLSearchParams(query.form);
  for (const name of ["start", "end", "time"]) {
    const value = form.get(name);
    if (value !== null) form.set(name, String(Number(value) + step));
  }
  return { ...query, form: form.toString() };
}
