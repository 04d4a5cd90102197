import { clientStatuses, failureSpellings } from "../failures";
import { type Profile, versionLabels } from "../profile";
import { counter, gauge, histogram, mean, share } from "../spellings";

/**
 * trtllm-serve, TensorRT-LLM's own server (NVIDIA/TensorRT-LLM, tensorrt_llm/metrics/collector.py, at
 * `/prometheus/metrics`). Its first releases count finished requests and neither tokens nor failures.
 */
export const trtllmServe: Profile = {
  id: "trtllm-serve",
  title: "trtllm-serve",
  layer: "engine",
  sentinels: ["trtllm_request_success_total"],
  // Dynamo up to 0.7 put its prefix before them so.
  renames: [{ from: "trtllm_", to: "trtllm:" }],
  releases: {
    trtllm_request_prefill_time_seconds: "2026",
    trtllm_request_decode_time_seconds: "2026",
    trtllm_request_inference_time_seconds: "2026",
    trtllm_generation_tokens_total: "2026",
    trtllm_prompt_tokens_total: "2026",
    trtllm_prompt_cached_tokens_total: "2026",
    trtllm_request_error_total: "2026",
    trtllm_max_num_active_requests: "2026",
    trtllm_kv_cache_max_blocks: "2026",
    trtllm_gpu_memory_usage_bytes: "2026",
  },
  exposedWith: {
    trtllm_spec_decode_num_accepted_tokens_total: "speculative decoding",
    trtllm_time_to_first_token_seconds: "`return_perf_metrics: true`",
    trtllm_e2e_request_latency_seconds: "`return_perf_metrics: true`",
  },
  labels: { model: ["model_name"], version: versionLabels, instance: ["instance"], gpu: {} },
  spellings: {
    request_rate: {
      kind: "counter",
      counters: [
        { metric: "trtllm_request_success_total" },
        { metric: "trtllm_request_error_total", isAdded: true },
      ],
    },
    ttft: histogram("trtllm_time_to_first_token_seconds"),
    itl: {
      ...histogram("trtllm_time_per_output_token_seconds"),
      note: "Of each request the mean over its tokens.",
    },
    e2e_latency: histogram("trtllm_e2e_request_latency_seconds"),
    queue_time: histogram("trtllm_request_queue_time_seconds"),
    prefill_time: histogram("trtllm_request_prefill_time_seconds"),
    decode_time: histogram("trtllm_request_decode_time_seconds"),
    inference_time: histogram("trtllm_request_inference_time_seconds"),
    // Its releases that count failures time the prefill of each request that succeeds, the others do not.
    ...failureSpellings({
      failures: [{ metric: "trtllm_request_error_total" }],
      total: [{ metric: "trtllm_request_prefill_time_seconds_count" }],
      isOfSuccesses: true,
      typeLabel: "http_code",
      clientTypes: clientStatuses,
    }),
    queue_depth: gauge("sum", "max", "trtllm_num_requests_waiting"),
    requests_running: gauge("sum", "avg", "trtllm_num_requests_running"),
    requests_running_limit: gauge("sum", "max", "trtllm_max_num_active_requests"),
    batch_size: gauge("avg", "avg", "trtllm_num_requests_running"),
    output_token_rate: counter("trtllm_generation_tokens_total"),
    prompt_token_rate: counter("trtllm_prompt_tokens_total"),
    output_tokens_per_request: mean("trtllm_generation_tokens_total", "trtllm_request_success_total"),
    prompt_tokens_per_request: mean("trtllm_prompt_tokens_total", "trtllm_request_success_total"),
    kv_cache_usage: gauge("max", "max", "trtllm_kv_cache_utilization"),
    kv_cache_capacity: {
      kind: "expression",
      expression:
        "sum$by(max_over_time(trtllm_kv_cache_max_blocks{$selector}[$window]) * max_over_time(trtllm_kv_cache_tokens_per_block{$selector}[$window]))",
      metrics: ["trtllm_kv_cache_max_blocks", "trtllm_kv_cache_tokens_per_block"],
    },
    gpu_memory_parts: {
      kind: "expression",
      expression:
        'sum$by(label_replace(max_over_time(trtllm_gpu_memory_usage_bytes{$selector}[$window]), "part", "runtime", "", ""))',
      metrics: ["trtllm_gpu_memory_usage_bytes"],
      labels: { part: ["part"] },
    },
    prefix_cache_hit_ratio: {
      kind: "expression",
      expression:
        "sum$by(rate(trtllm_prompt_cached_tokens_total{$selector}[$window])) / sum$by(rate(trtllm_prompt_tokens_total{$selector}[$window]))",
      metrics: ["trtllm_prompt_cached_tokens_total"],
      otherwise: {
        ...gauge("avg", "avg", "trtllm_kv_cache_hit_rate"),
        note: "The average of the replicas' own rates.",
      },
    },
    spec_decode_acceptance: share(
      "trtllm_spec_decode_num_accepted_tokens_total",
      "trtllm_spec_decode_num_draft_tokens_total",
    ),
  },
};
