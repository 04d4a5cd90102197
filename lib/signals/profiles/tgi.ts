import { failureSpellings } from "../failures";
import { type Profile, versionLabels } from "../profile";

const failures = failureSpellings({
  failures: [{ metric: "tgi_request_failure" }],
  total: [{ metric: "tgi_request_count" }],
  typeLabel: "err",
  clientTypes: ["validation", "template"],
});

/**
 * Hugging Face TGI (huggingface/text-generation-inference, docs/source/reference/metrics.md, 3.3). Its counters have
 * no `_total`, and it has no histogram of the time to the first token.
 */
export const tgi: Profile = {
  id: "tgi",
  title: "TGI",
  layer: "engine",
  sentinels: ["tgi_queue_size"],
  labels: { model: [], version: versionLabels, instance: ["instance"], gpu: {} },
  spellings: {
    request_rate: { kind: "counter", counters: [{ metric: "tgi_request_count" }] },
    // The mean over each request's tokens, which is the nearest that TGI offers.
    itl: { kind: "histogram", histograms: ["tgi_request_mean_time_per_token_duration"] },
    e2e_latency: { kind: "histogram", histograms: ["tgi_request_duration"] },
    queue_time: { kind: "histogram", histograms: ["tgi_request_queue_duration"] },
    ...failures,
    queue_depth: {
      kind: "expression",
      expression: "sum$by(max_over_time(tgi_queue_size{$selector}[$window]))",
      metrics: ["tgi_queue_size"],
    },
    requests_running: {
      kind: "expression",
      expression: "sum$by(avg_over_time(tgi_batch_current_size{$selector}[$window]))",
      metrics: ["tgi_batch_current_size"],
    },
    output_token_rate: { kind: "counter", counters: [{ metric: "tgi_request_generated_tokens_sum" }] },
    prompt_token_rate: { kind: "counter", counters: [{ metric: "tgi_request_input_length_sum" }] },
  },
};
