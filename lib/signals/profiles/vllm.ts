import { type Profile, versionLabels } from "../profile";
import { counter, gauge, histogram, named, share } from "../spellings";

const meanOf = (...histograms: string[]) => ({
  sum: named(...histograms.map((name) => `${name}_sum`)),
  count: named(...histograms.map((name) => `${name}_count`)),
});

/**
 * vLLM, V0 and V1 (vllm-project/vllm, vllm/v1/metrics/loggers.py and vllm/engine/metrics.py). It has no error
 * counter: `finished_reason="abort"` also counts clients that left.
 */
export const vllm: Profile = {
  id: "vllm",
  title: "vLLM",
  layer: "engine",
  sentinels: ["vllm:num_requests_running"],
  // Routers in front of vLLM borrow its prefix, without a model.
  sentinelMatchers: 'model_name!=""',
  renames: [
    { from: "vllm:", to: "ray_vllm_" },
    { from: "vllm:", to: "vllm_" },
  ],
  releases: {
    "vllm:inter_token_latency_seconds": "from 0.11",
    "vllm:time_per_output_token_seconds": "V0, and V1 until 0.12",
    "vllm:kv_cache_usage_perc": "from 0.9.2",
    "vllm:gpu_cache_usage_perc": "until 0.11",
    "vllm:prefix_cache_queries_total": "from 0.9.2",
    "vllm:gpu_prefix_cache_queries_total": "V1 before 0.9.2",
    "vllm:gpu_prefix_cache_hit_rate": "V0",
    "vllm:num_requests_swapped": "V0",
    "vllm:request_queue_time_seconds": "from 0.6.4",
    "vllm:time_in_queue_requests": "early V0",
    "vllm:spec_decode_draft_acceptance_rate": "V0",
  },
  exposedWith: { "vllm:spec_decode_num_accepted_tokens_total": "a speculative config" },
  // In Triton it carries Triton's labels.
  labels: { model: ["model_name", "model"], version: versionLabels, instance: ["instance"], gpu: {} },
  spellings: {
    // Early releases do not count requests, but time each that finishes.
    request_rate: counter("vllm:request_success_total", "vllm:e2e_request_latency_seconds_count"),
    ttft: histogram("vllm:time_to_first_token_seconds"),
    // Renamed in 0.11; releases up to 0.12 may expose both.
    itl: histogram("vllm:inter_token_latency_seconds", "vllm:time_per_output_token_seconds"),
    e2e_latency: histogram("vllm:e2e_request_latency_seconds"),
    queue_time: histogram("vllm:request_queue_time_seconds", "vllm:time_in_queue_requests"),
    prefill_time: histogram("vllm:request_prefill_time_seconds"),
    decode_time: histogram("vllm:request_decode_time_seconds"),
    inference_time: histogram("vllm:request_inference_time_seconds"),
    estimated_e2e: {
      kind: "estimate",
      ttft: meanOf("vllm:time_to_first_token_seconds"),
      itl: meanOf("vllm:inter_token_latency_seconds", "vllm:time_per_output_token_seconds"),
      tokens: meanOf("vllm:request_generation_tokens"),
      e2e: meanOf("vllm:e2e_request_latency_seconds"),
    },
    output_tokens_per_request: histogram("vllm:request_generation_tokens"),
    prompt_tokens_per_request: histogram("vllm:request_prompt_tokens"),
    // A gauge is sampled at the scrape; the maximum over the window keeps a short queue visible.
    queue_depth: gauge("sum", "max", "vllm:num_requests_waiting"),
    requests_running: gauge("sum", "avg", "vllm:num_requests_running"),
    requests_swapped: { ...gauge("sum", "max", "vllm:num_requests_swapped"), isOptional: true },
    batch_size: gauge("avg", "avg", "vllm:num_requests_running"),
    output_token_rate: counter("vllm:generation_tokens_total"),
    prompt_token_rate: counter("vllm:prompt_tokens_total"),
    // Renamed in 0.9.2; 0..1 in spite of "perc".
    kv_cache_usage: {
      kind: "expression",
      expression:
        "max$by(max_over_time(vllm:kv_cache_usage_perc{$selector}[$window]) or max_over_time(vllm:gpu_cache_usage_perc{$selector}[$window]))",
      metrics: ["vllm:kv_cache_usage_perc", "vllm:gpu_cache_usage_perc"],
    },
    kv_cache_capacity: {
      kind: "labels",
      metric: "vllm:cache_config_info",
      factors: ["block_size", "num_gpu_blocks"],
      note: "Its labels `block_size` × `num_gpu_blocks`, summed over the replicas.",
    },
    gpu_memory_share: {
      kind: "labels",
      metric: "vllm:cache_config_info",
      factors: ["gpu_memory_utilization"],
      note: "Of one replica; without a split by replica their shares are added up.",
    },
    // Renamed with V1's 0.9.2.
    prefix_cache_hit_ratio: {
      kind: "expression",
      expression:
        "sum$by(rate(vllm:prefix_cache_hits_total{$selector}[$window]) or rate(vllm:gpu_prefix_cache_hits_total{$selector}[$window])) / sum$by(rate(vllm:prefix_cache_queries_total{$selector}[$window]) or rate(vllm:gpu_prefix_cache_queries_total{$selector}[$window]))",
      metrics: ["vllm:prefix_cache_queries_total", "vllm:gpu_prefix_cache_queries_total"],
      otherwise: {
        kind: "expression",
        // −1 where it is not in use.
        expression: "avg$by(avg_over_time(vllm:gpu_prefix_cache_hit_rate{$selector}[$window]) >= 0)",
        metrics: ["vllm:gpu_prefix_cache_hit_rate"],
        note: "The average of the replicas' own rates.",
        ifNone: "Prefix caching is not in use: vLLM writes −1 for its hit rate.",
      },
    },
    preemption_rate: counter("vllm:num_preemptions_total"),
    spec_decode_acceptance: {
      ...share("vllm:spec_decode_num_accepted_tokens_total", "vllm:spec_decode_num_draft_tokens_total"),
      otherwise: gauge("avg", "avg", "vllm:spec_decode_draft_acceptance_rate"),
    },
  },
};
