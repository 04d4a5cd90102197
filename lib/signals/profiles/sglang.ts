import { type Profile, versionLabels } from "../profile";

/**
 * SGLang (sgl-project/sglang, python/sglang/srt/observability/metrics_collector.py). It counts aborted requests, not
 * failed ones, so it declares no error counter.
 */
export const sglang: Profile = {
  id: "sglang",
  title: "SGLang",
  layer: "engine",
  sentinels: ["sglang:num_running_reqs"],
  labels: { model: ["model_name"], version: versionLabels, instance: ["instance"], gpu: {} },
  spellings: {
    request_rate: { kind: "counter", counters: [{ metric: "sglang:num_requests_total" }] },
    ttft: { kind: "histogram", histograms: ["sglang:time_to_first_token_seconds"] },
    itl: {
      kind: "histogram",
      histograms: ["sglang:inter_token_latency_seconds", "sglang:time_per_output_token_seconds"],
    },
    e2e_latency: { kind: "histogram", histograms: ["sglang:e2e_request_latency_seconds"] },
    queue_time: { kind: "histogram", histograms: ["sglang:queue_time_seconds"] },
    queue_depth: {
      kind: "expression",
      expression: "sum$by(max_over_time(sglang:num_queue_reqs{$selector}[$window]))",
      metrics: ["sglang:num_queue_reqs"],
    },
    requests_running: {
      kind: "expression",
      expression: "sum$by(avg_over_time(sglang:num_running_reqs{$selector}[$window]))",
      metrics: ["sglang:num_running_reqs"],
    },
    output_token_rate: { kind: "counter", counters: [{ metric: "sglang:generation_tokens_total" }] },
    prompt_token_rate: { kind: "counter", counters: [{ metric: "sglang:prompt_tokens_total" }] },
    kv_cache_usage: {
      kind: "expression",
      expression: "max$by(max_over_time(sglang:token_usage{$selector}[$window]))",
      metrics: ["sglang:token_usage"],
    },
    prefix_cache_hit_ratio: {
      kind: "expression",
      // Releases of 2026 split the counter by `cache_source` and add a `total` to the parts.
      expression:
        'sum$by(rate(sglang:cached_tokens_total{$selector,cache_source=~"|total"}[$window])) / sum$by(rate(sglang:prompt_tokens_total{$selector}[$window]))',
      metrics: ["sglang:cached_tokens_total"],
    },
    preemption_rate: { kind: "counter", counters: [{ metric: "sglang:num_retracted_requests_total" }] },
  },
};
