import { type Profile, versionLabels } from "../profile";
import { counter, histogram } from "../spellings";

/**
 * KServe's Python model server (kserve/kserve, python/kserve/kserve/metrics.py). Before the first request it exposes no
 * series. Of failures it knows nothing, but Knative's queue-proxy before it does.
 */
export const kserve: Profile = {
  id: "kserve",
  title: "KServe",
  layer: "engine",
  embedsEngines: true,
  sentinels: ["request_predict_seconds_count"],
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
  },
};
