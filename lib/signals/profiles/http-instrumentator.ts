import { clientStatuses, failureSpellings } from "../failures";
import { type Profile, type Spelling, versionLabels } from "../profile";

/** Of the API's own routes alone, so that probes and scrapes stay out. */
const ofApi = (metric: string) => [{ metric, matchers: 'handler=~"/v1/.*"' }];
/** Summaries without quantiles, as Python's client has them. */
const meanSize = (metric: string): Spelling => ({
  kind: "mean",
  sum: ofApi(`${metric}_sum`),
  count: ofApi(`${metric}_count`),
});

/**
 * prometheus-fastapi-instrumentator, which vLLM's API server carries on the same `/metrics`: the only count of HTTP
 * failures that vLLM offers. Refused requests (4xx) count as failures here, as clients see them.
 */
export const httpInstrumentator: Profile = {
  id: "http-instrumentator",
  title: "HTTP instrumentation",
  layer: "attachment",
  sentinels: ["http_requests_total"],
  sentinelMatchers: 'handler=~"/v1/.*"',
  labels: { model: [], version: versionLabels, instance: ["instance"], gpu: {}, endpoint: ["handler"] },
  spellings: {
    ...failureSpellings({
      failures: [{ metric: "http_requests_total", matchers: 'handler=~"/v1/.*",status=~"[45].*"' }],
      total: ofApi("http_requests_total"),
      typeLabel: "status",
      clientTypes: ["4xx", ...clientStatuses],
    }),
    request_size: meanSize("http_request_size_bytes"),
    response_size: meanSize("http_response_size_bytes"),
  },
};
