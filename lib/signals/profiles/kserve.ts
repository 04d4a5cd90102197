import { clientStatuses, failureSpellings } from "../failures";
import { type Profile, versionLabels } from "../profile";
import { counter, histogram } from "../spellings";

/**
 * KServe's Python model server (kserve/kserve, python/kserve/kserve/metrics.py), and Knative's queue-proxy before it, which
 * knows the status of each response. Before the first request the server exposes no series.
 */
export const kserve: Profile = {
  id: "kserve",
  title: "KServe",
  layer: "engine",
  sentinels: ["request_predict_seconds_count"],
  exposedWith: { revision_app_request_count: "Knative's queue-proxy" },
  labels: {
    model: ["model_name", "service_name"],
    version: ["revision_name", ...versionLabels],
    instance: ["instance"],
    gpu: {},
  },
  spellings: {
    request_rate: counter("request_predict_seconds_count"),
    e2e_latency: {
      ...histogram("request_predict_seconds"),
      note: "The prediction alone, without what comes before and after it.",
    },
    ...failureSpellings({
      failures: [{ metric: "revision_app_request_count", matchers: 'response_code_class!="2xx"' }],
      total: [{ metric: "revision_app_request_count" }],
      typeLabel: "response_code",
      clientTypes: clientStatuses,
    }),
  },
};
