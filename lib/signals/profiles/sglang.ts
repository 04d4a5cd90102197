import { type Profile, type Spelling, versionLabels } from "../profile";
import { counter, gauge, histogram, named } from "../spellings";

/** Releases of 2026 tell streamed answers; the first token of others is their last. */
const streamed = 'is_streaming!="false"';
const streamedCounter = (metric: string) => ({ metric, matchers: streamed });
const streamedMean = (name: string) => ({
  sum: [streamedCounter(`${name}_sum`)],
  count: [streamedCounter(`${name}_count`)],
});
/** Its "GB" are 2^30 bytes. */
const memoryPart = (part: string, expr: string): string =>
  `label_replace(${expr}, "part", "${part}", "", "")`;
/** Tokens from the cache, told by source or not. */
const cached = (op: "=~" | "!~"): string =>
  `rate(sglang:cached_tokens_total{$selector,cache_source${op}"|total"}[$window])`;
/** Early releases do not count requests, but time each that finishes. */
const finished = ["sglang:num_requests_total", "sglang:e2e_request_latency_seconds_count"];
const perRequest = (tokens: string): Spelling => ({
  kind: "mean",
  sum: named(tokens),
  count: named(...finished),
});
/** With priorities, totals stand beside their parts. */
const total = 'priority=""';
/** A gauge summed over the schedulers; those of the ranks of one group, where all were told to report, hold the same. */
const ofSchedulers = (over: "max" | "avg", metric: string, more?: string): Spelling => ({
  kind: "expression",
  expression: `sum$by(max without (tp_rank, pp_rank, moe_ep_rank) (${over}_over_time(${metric}{$selector${more === undefined ? "" : `,${more}`}}[$window])))`,
  metrics: [metric],
});

/**
 * SGLang (sgl-project/sglang, python/sglang/srt/observability/metrics_collector.py, and metrics/collector.py before).
 * It counts aborted requests, not failed ones, so it declares no error counter.
 */
export const sglang: Profile = {
  id: "sglang",
  title: "SGLang",
  layer: "engine",
  sentinels: ["sglang:num_running_reqs"],
  renames: [
    { from: "sglang:", to: "ray_sglang_" },
    { from: "sglang:", to: "sglang_" },
  ],
  releases: {
    "sglang:inter_token_latency_seconds": "from 0.4.7",
    "sglang:time_per_output_token_seconds": "before 0.4.7",
    "sglang:queue_time_seconds": "2025 and later",
    "sglang:avg_request_queue_latency": "before 2025",
    "sglang:num_retracted_requests_total": "2026",
  },
  exposedWith: { "sglang:spec_accept_rate": "speculative decoding" },
  labels: { model: ["model_name"], version: versionLabels, instance: ["instance"], gpu: {} },
  spellings: {
    request_rate: counter(...finished),
    ttft: { ...histogram("sglang:time_to_first_token_seconds"), matchers: streamed },
    itl: histogram("sglang:inter_token_latency_seconds", "sglang:time_per_output_token_seconds"),
    e2e_latency: histogram("sglang:e2e_request_latency_seconds"),
    estimated_e2e: {
      kind: "estimate",
      ttft: streamedMean("sglang:time_to_first_token_seconds"),
      itl: {
        sum: [
          { metric: "sglang:inter_token_latency_seconds_sum" },
          { metric: "sglang:time_per_output_token_seconds_sum" },
        ],
        count: [
          { metric: "sglang:inter_token_latency_seconds_count" },
          { metric: "sglang:time_per_output_token_seconds_count" },
        ],
      },
      tokens: {
        sum: [streamedCounter("sglang:generation_tokens_total")],
        count: finished.map(streamedCounter),
      },
      e2e: streamedMean("sglang:e2e_request_latency_seconds"),
    },
    queue_time: {
      ...histogram("sglang:queue_time_seconds"),
      otherwise: {
        ...gauge("avg", "avg", "sglang:avg_request_queue_latency"),
        note: "An average: that of the last batch of each replica, no percentiles.",
      },
    },
    queue_depth: ofSchedulers("max", "sglang:num_queue_reqs", total),
    requests_running: ofSchedulers("avg", "sglang:num_running_reqs", total),
    batch_size: gauge("avg", "avg", "sglang:num_running_reqs", total),
    output_token_rate: counter("sglang:generation_tokens_total"),
    prompt_token_rate: counter("sglang:prompt_tokens_total"),
    output_tokens_per_request: {
      ...histogram("sglang:generation_tokens_histogram"),
      isOptional: true,
      otherwise: perRequest("sglang:generation_tokens_total"),
    },
    prompt_tokens_per_request: {
      ...histogram("sglang:prompt_tokens_histogram"),
      isOptional: true,
      otherwise: perRequest("sglang:prompt_tokens_total"),
    },
    kv_cache_usage: gauge("max", "max", "sglang:token_usage"),
    kv_cache_capacity: ofSchedulers("max", "sglang:max_total_num_tokens"),
    gpu_memory_parts: {
      kind: "expression",
      expression: `sum$by(${[
        memoryPart("weights", "max_over_time(sglang:weight_memory_usage_gb{$selector}[$window])"),
        memoryPart("kv_cache", "max_over_time(sglang:kv_cache_memory_usage_gb{$selector}[$window])"),
        memoryPart("graphs", "max_over_time(sglang:graph_memory_usage_gb{$selector}[$window])"),
      ].join(" or ")}) * 1073741824`,
      metrics: [
        "sglang:weight_memory_usage_gb",
        "sglang:kv_cache_memory_usage_gb",
        "sglang:graph_memory_usage_gb",
      ],
      labels: { part: ["part"] },
      note: "Of the GPUs that report: the first of each group, unless all schedulers were told to.",
    },
    prefix_cache_hit_ratio: {
      kind: "expression",
      // Releases of 2026 split the counter by `cache_source`. A `total` stands for requests without the parts, or, in
      // servers that write both, for their sum: it counts where there are no parts.
      expression: `sum$by(${cached("!~")} or (${cached("=~")} unless on (instance, model_name) ${cached("!~")})) / sum$by(rate(sglang:prompt_tokens_total{$selector}[$window]))`,
      metrics: ["sglang:cached_tokens_total"],
      otherwise: {
        ...gauge("avg", "avg", "sglang:cache_hit_rate"),
        note: "Each replica's rate in its last batch of prompts, which jumps.",
      },
    },
    preemption_rate: counter("sglang:num_retracted_requests_total"),
    spec_decode_acceptance: {
      kind: "expression",
      // Both are 0 where nothing is speculated; where something is, a step yields a token at least.
      expression:
        "avg$by(avg_over_time(sglang:spec_accept_rate{$selector}[$window]) and avg_over_time(sglang:spec_accept_length{$selector}[$window]) > 0)",
      metrics: ["sglang:spec_accept_rate"],
      ifNone: "Speculative decoding is not in use: SGLang writes 0 for the length that it accepts.",
    },
  },
};
