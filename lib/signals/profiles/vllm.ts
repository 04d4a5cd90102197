import { type Profile, versionLabels } from "../profile";

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
  labels: { model: ["model_name"], version: versionLabels, instance: ["instance"], gpu: {} },
  spellings: {
    request_rate: { kind: "counter", counters: [{ metric: "vllm:request_success_total" }] },
    ttft: { kind: "histogram", histograms: ["vllm:time_to_first_token_seconds"] },
    // Renamed in 0.11; releases up to 0.12 may expose both.
    itl: {
      kind: "histogram",
      histograms: ["vllm:inter_token_latency_seconds", "vllm:time_per_output_token_seconds"],
    },
    e2e_latency: { kind: "histogram", histograms: ["vllm:e2e_request_latency_seconds"] },
    queue_time: { kind: "histogram", histograms: ["vllm:request_queue_time_seconds"] },
    prefill_time: { kind: "histogram", histograms: ["vllm:request_prefill_time_seconds"] },
    decode_time: { kind: "histogram", histograms: ["vllm:request_decode_time_seconds"] },
    // A gauge is sampled at the scrape; the maximum over the window keeps a short queue visible.
    queue_depth: {
      kind: "expression",
      expression: "sum$by(max_over_time(vllm:num_requests_waiting{$selector}[$window]))",
      metrics: ["vllm:num_requests_waiting"],
    },
    requests_running: {
      kind: "expression",
      expression: "sum$by(avg_over_time(vllm:num_requests_running{$selector}[$window]))",
      metrics: ["vllm:num_requests_running"],
    },
    output_token_rate: { kind: "counter", counters: [{ metric: "vllm:generation_tokens_total" }] },
    prompt_token_rate: { kind: "counter", counters: [{ metric: "vllm:prompt_tokens_total" }] },
    // Renamed in 0.9.2; 0..1 in spite of "perc".
    kv_cache_usage: {
      kind: "expression",
      expression:
        "max$by(max_over_time(vllm:kv_cache_usage_perc{$selector}[$window]) or max_over_time(vllm:gpu_cache_usage_perc{$selector}[$window]))",
      metrics: ["vllm:kv_cache_usage_perc", "vllm:gpu_cache_usage_perc"],
    },
    // Renamed with V1's 0.9.2.
    prefix_cache_hit_ratio: {
      kind: "expression",
      expression:
        "sum$by(rate(vllm:prefix_cache_hits_total{$selector}[$window]) or rate(vllm:gpu_prefix_cache_hits_total{$selector}[$window])) / sum$by(rate(vllm:prefix_cache_queries_total{$selector}[$window]) or rate(vllm:gpu_prefix_cache_queries_total{$selector}[$window]))",
      metrics: ["vllm:prefix_cache_queries_total", "vllm:gpu_prefix_cache_queries_total"],
    },
    preemption_rate: { kind: "counter", counters: [{ metric: "vllm:num_preemptions_total" }] },
  },
};
