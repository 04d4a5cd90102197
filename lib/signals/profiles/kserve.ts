import { clientStatuses, failureSpellings, orElse } from "../failures";
import { type Profile, versionLabels } from "../profile";
import { counter, histogram } from "../spellings";

/** What Knative's queue-proxy counts of responses, under the names before and from its 1.19. */
const responses = "revision_app_request_count";
const invocations = "kn_serving_invocation_duration_seconds";

/**
 * KServe's Python model server (kserve/kserve, python/kserve/kserve/metrics.py), and Knative's queue-proxy before it, which
 * knows the status of each response. Before the first request the server exposes no series.
 */
export const kserve: Profile = {
  id: "kserve",
  title: "KServe",
  layer: "engine",
  sentinels: ["request_predict_seconds_count"],
  releases: {
    [responses]: "Knative before 1.19",
    [`${invocations}_count`]: "from Knative 1.19",
  },
  exposedWith: { [responses]: "Knative's queue-proxy", [`${invocations}_count`]: "Knative's queue-proxy" },
  labels: {
    model: ["model_name", "service_name", "kn_service_name"],
    version: ["revision_name", "kn_revision_name", ...versionLabels],
    instance: ["instance"],
    gpu: {},
  },
  spellings: {
    request_rate: counter("request_predict_seconds_count"),
    e2e_latency: {
      ...histogram("request_predict_seconds"),
      note: "The prediction alone, without what comes before and after it.",
    },
    ...orElse(
      failureSpellings({
        failures: [{ metric: responses, matchers: 'response_code_class!="2xx"' }],
        total: [{ metric: responses }],
        typeLabel: "response_code",
        clientTypes: clientStatuses,
      }),
      failureSpellings({
        failures: [{ metric: `${invocations}_count`, matchers: 'http_response_status_code!~"2.."' }],
        total: [{ metric: `${invocations}_count` }],
        typeLabel: "http_response_status_code",
        clientTypes: clientStatuses,
      }),
    ),
  },
};
