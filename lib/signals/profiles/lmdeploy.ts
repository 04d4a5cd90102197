import { failureSpellings } from "../failures";
import { type Profile, versionLabels } from "../profile";
import { counter, gauge, histogram, mean, share } from "../spellings";

/**
 * LMDeploy (InternLM/lmdeploy, lmdeploy/metrics/loggers.py): vLLM's meanings under a prefix of its own. The requests that
 * succeeded and failed are declared as gauges, but only rise.
 */
export const lmdeploy: Profile = {
  id: "lmdeploy",
  title: "LMDeploy",
  layer: "engine",
  sentinels: ["lmdeploy:num_requests_running"],
  renames: [{ from: "lmdeploy:", to: "lmdeploy_" }],
  labels: { model: ["model_name"], version: versionLabels, instance: ["instance"], gpu: {} },
  spellings: {
    request_rate: counter("lmdeploy:request_success_total"),
    ttft: histogram("lmdeploy:time_to_first_token_seconds"),
    itl: histogram("lmdeploy:time_per_output_token_seconds"),
    e2e_latency: histogram("lmdeploy:e2e_request_latency_seconds"),
    queue_time: histogram("lmdeploy:request_queue_time_seconds"),
    prefill_time: histogram("lmdeploy:request_prefill_time_seconds"),
    decode_time: histogram("lmdeploy:request_decode_time_seconds"),
    inference_time: histogram("lmdeploy:request_inference_time_seconds"),
    ...failureSpellings({
      failures: [{ metric: "lmdeploy:num_requests_failed" }],
      total: [{ metric: "lmdeploy:num_requests_succeeded" }],
      isOfSuccesses: true,
    }),
    queue_depth: gauge("sum", "max", "lmdeploy:num_requests_waiting"),
    requests_running: gauge("sum", "avg", "lmdeploy:num_requests_running"),
    batch_size: gauge("avg", "avg", "lmdeploy:num_requests_running"),
    output_token_rate: counter("lmdeploy:generation_tokens_total"),
    prompt_token_rate: counter("lmdeploy:prompt_tokens_total"),
    output_tokens_per_request: mean("lmdeploy:generation_tokens_total", "lmdeploy:request_success_total"),
    prompt_tokens_per_request: mean("lmdeploy:prompt_tokens_total", "lmdeploy:request_success_total"),
    kv_cache_usage: gauge("max", "max", "lmdeploy:gpu_cache_usage_perc"),
    spec_decode_acceptance: share(
      "lmdeploy:spec_decode_num_accepted_tokens_total",
      "lmdeploy:spec_decode_num_draft_tokens_total",
    ),
  },
};
