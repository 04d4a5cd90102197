import { clientStatuses, failureSpellings } from "../failures";
import { type Profile, versionLabels } from "../profile";

/**
 * prometheus-fastapi-instrumentator, which vLLM's API server carries on the same `/metrics`: the only count of HTTP
 * failures that vLLM offers. Refused requests (4xx) count as failures here, as clients see them. Only the API's own routes are counted, so probes and scrapes stay out.
 */
export const httpInstrumentator: Profile = {
  id: "http-instrumentator",
  title: "HTTP instrumentation",
  layer: "attachment",
  sentinels: ["http_requests_total"],
  sentinelMatchers: 'handler=~"/v1/.*"',
  labels: { model: [], version: versionLabels, instance: ["instance"], gpu: {} },
  spellings: {
    ...failureSpellings({
      failures: [{ metric: "http_requests_total", matchers: 'handler=~"/v1/.*",status=~"[45].*"' }],
      total: [{ metric: "http_requests_total", matchers: 'handler=~"/v1/.*"' }],
      typeLabel: "status",
      clientTypes: ["4xx", ...clientStatuses],
    }),
  },
};
