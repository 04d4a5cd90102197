import { failureSpellings } from "../failures";
import { type Profile, versionLabels } from "../profile";
import { counter, gauge, histogram, mean } from "../spellings";

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
    request_rate: counter("tgi_request_count"),
    itl: {
      ...histogram("tgi_request_mean_time_per_token_duration"),
      note: "Of each request the mean over its tokens, which is the nearest that TGI offers.",
    },
    e2e_latency: histogram("tgi_request_duration"),
    queue_time: histogram("tgi_request_queue_duration"),
    inference_time: histogram("tgi_request_inference_duration"),
    prefill_time: {
      kind: "mean",
      sum: [{ metric: "tgi_batch_inference_duration_sum", matchers: 'method="prefill"' }],
      count: [{ metric: "tgi_batch_inference_duration_count", matchers: 'method="prefill"' }],
      note: "Of batches, not of requests.",
    },
    ...failureSpellings({
      failures: [{ metric: "tgi_request_failure" }],
      total: [{ metric: "tgi_request_count" }],
      typeLabel: "err",
      clientTypes: ["validation", "template"],
    }),
    queue_depth: gauge("sum", "max", "tgi_queue_size"),
    requests_running: gauge("sum", "avg", "tgi_batch_current_size"),
    batch_size: mean("tgi_batch_next_size_sum", "tgi_batch_next_size_count"),
    output_token_rate: counter("tgi_request_generated_tokens_sum"),
    prompt_token_rate: counter("tgi_request_input_length_sum"),
    output_tokens_per_request: histogram("tgi_request_generated_tokens"),
    prompt_tokens_per_request: histogram("tgi_request_input_length"),
  },
};
