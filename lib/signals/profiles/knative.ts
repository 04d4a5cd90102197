import { clientStatuses, failureSpellings, orElse } from "../failures";
import { type Profile, versionLabels } from "../profile";

/** What it counts of responses, under the names before and from its 1.19. */
const responses = "revision_app_request_count";
const invocations = "kn_serving_invocation_duration_seconds_count";

/**
 * Knative's queue-proxy, which stands before what KServe serves and, where KServe aggregates metrics, speaks on the same
 * page as the engine. It knows the status of each response, which most engines do not count.
 */
export const knative: Profile = {
  id: "knative",
  title: "Knative's queue-proxy",
  layer: "attachment",
  sentinels: [responses, invocations],
  releases: { [responses]: "before 1.19", [invocations]: "from 1.19" },
  labels: {
    model: [],
    version: ["revision_name", "kn_revision_name", ...versionLabels],
    instance: ["instance"],
    gpu: {},
  },
  spellings: orElse(
    failureSpellings({
      failures: [{ metric: responses, matchers: 'response_code_class!="2xx"' }],
      total: [{ metric: responses }],
      typeLabel: "response_code",
      clientTypes: clientStatuses,
    }),
    failureSpellings({
      failures: [{ metric: invocations, matchers: 'http_response_status_code!~"2.."' }],
      total: [{ metric: invocations }],
      typeLabel: "http_response_status_code",
      clientTypes: clientStatuses,
    }),
  ),
};
