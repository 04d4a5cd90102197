import { clientStatuses, failureSpellings } from "../failures";
import { type FailuresWanted, type Profile, type Spelling, versionLabels } from "../profile";
import { counter, gauge, histogram } from "../spellings";

const all = "litellm_proxy_total_requests_metric_total";
const failed = "litellm_proxy_failed_requests_metric_total";
/**
 * The status tells whose fault it is: a key that may not use a model is refused by a `ProxyException` as well, and the
 * classes of providers have the provider's name before them.
 */
const ofCallers = clientStatuses.join("|");
const shareFailed = (want: FailuresWanted, matchers: string): Spelling => ({
  kind: "failures",
  want,
  failures: [{ metric: failed, matchers }],
  total: [{ metric: all }],
  typeLabel: "exception_class",
});

/**
 * LiteLLM's proxy (BerriAI/litellm, litellm/types/integrations/prometheus.py): a gateway, so that its requests and tokens
 * are those of the engines behind it and are never added to theirs.
 */
export const litellm: Profile = {
  id: "litellm",
  title: "LiteLLM",
  layer: "engine",
  isGateway: true,
  sentinels: [all, "litellm_requests_metric_total"],
  releases: {
    litellm_input_tokens_total: "until mid-2025",
    litellm_output_tokens_total: "until mid-2025",
  },
  labels: {
    model: ["requested_model", "model", "litellm_model_name"],
    version: versionLabels,
    instance: ["instance"],
    gpu: {},
    endpoint: ["route"],
  },
  spellings: {
    request_rate: counter(all, "litellm_requests_metric_total"),
    ttft: {
      ...histogram("litellm_llm_api_time_to_first_token_metric"),
      note: "Of streamed answers, from the engine's call on.",
    },
    itl: {
      ...histogram("litellm_deployment_latency_per_output_token"),
      note: "Of each request its latency over its tokens.",
    },
    e2e_latency: histogram("litellm_request_total_latency_metric"),
    queue_time: { ...histogram("litellm_request_queue_time_seconds"), note: "In the proxy." },
    ...failureSpellings({
      failures: [{ metric: failed }],
      total: [{ metric: all }],
      typeLabel: "exception_class",
    }),
    availability: shareFailed("availability", `exception_status!~"${ofCallers}"`),
    client_error_rate: shareFailed("client_error_rate", `exception_status=~"${ofCallers}"`),
    server_error_rate: shareFailed("server_error_rate", `exception_status!~"${ofCallers}"`),
    requests_running: gauge("sum", "avg", "litellm_in_flight_requests"),
    output_token_rate: counter("litellm_output_tokens_metric_total", "litellm_output_tokens_total"),
    prompt_token_rate: counter("litellm_input_tokens_metric_total", "litellm_input_tokens_total"),
  },
};
