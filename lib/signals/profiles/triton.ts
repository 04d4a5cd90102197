import { failureSpellings } from "../failures";
import type { Profile, Spelling } from "../profile";
import { counter, gauge, histogram, mean } from "../spellings";

const microseconds = 1e-6;
/** Nothing that Triton exposes tells an ensemble from the models within it. */
const ofEnsembles = "An ensemble's request counts once more for each model within it; split by model, each";

/** Quantiles of each replica where summaries are switched on, else an average over all models. */
const duration = (name: string): Spelling => ({
  kind: "summary",
  metrics: [`nv_inference_${name}_summary_us`],
  scale: microseconds,
  isOptional: true,
  otherwise: {
    ...mean(`nv_inference_${name}_duration_us`, "nv_inference_request_success"),
    scale: microseconds,
    note: `${ofEnsembles} has its own average.`,
  },
});

const request = (type: string, over: "max" | "avg") =>
  gauge("sum", over, "nv_trt_llm_request_metrics", `request_type="${type}"`);

const blocks = (type: string): string =>
  `max_over_time(nv_trt_llm_kv_cache_block_metrics{$selector,kv_cache_block_type="${type}"}[$window])`;

/**
 * Triton Inference Server (triton-inference-server/server, docs/user_guide/metrics.md) with its TensorRT-LLM backend
 * (`nv_trt_llm_*`, and `nv_llm_*` in newer ones). Durations are microseconds summed up; histograms (`--metrics-config
 * histogram_latencies=true`) and summaries (`summary_latencies=true`) are there where they were switched on.
 */
export const triton: Profile = {
  id: "triton",
  title: "Triton",
  layer: "engine",
  embedsEngines: true,
  sentinels: ["nv_inference_request_success"],
  exposedWith: {
    nv_inference_first_response_histogram_ms: "`--metrics-config histogram_latencies=true`",
    nv_inference_request_summary_us: "`--metrics-config summary_latencies=true`",
    nv_inference_queue_summary_us: "`--metrics-config summary_latencies=true`",
    nv_inference_compute_infer_summary_us: "`--metrics-config summary_latencies=true`",
    nv_trt_llm_request_metrics: "the TensorRT-LLM backend",
    nv_trt_llm_kv_cache_block_metrics: "the TensorRT-LLM backend",
    nv_llm_output_token_len: "a newer TensorRT-LLM backend",
    nv_llm_input_token_len: "a newer TensorRT-LLM backend",
  },
  labels: { model: ["model"], version: ["version"], instance: ["instance"], gpu: {} },
  spellings: {
    request_rate: {
      kind: "counter",
      counters: [
        { metric: "nv_inference_request_success" },
        { metric: "nv_inference_request_failure", isAdded: true },
      ],
      note: `${ofEnsembles} is counted once.`,
    },
    ttft: { ...histogram("nv_inference_first_response_histogram_ms"), scale: 0.001, isBare: true },
    e2e_latency: duration("request"),
    queue_time: duration("queue"),
    inference_time: duration("compute_infer"),
    ...failureSpellings({
      failures: [{ metric: "nv_inference_request_failure" }],
      total: [{ metric: "nv_inference_request_success" }],
      isOfSuccesses: true,
      typeLabel: "reason",
      clientTypes: ["CANCELED"],
      note: `${ofEnsembles} has its own share.`,
    }),
    queue_depth: {
      ...gauge("sum", "max", "nv_inference_pending_request_count"),
      otherwise: request("waiting", "max"),
    },
    requests_running: request("scheduled", "avg"),
    requests_running_limit: request("max", "max"),
    batch_size: mean("nv_inference_count", "nv_inference_exec_count"),
    output_token_rate: counter("nv_llm_output_token_len_sum"),
    prompt_token_rate: counter("nv_llm_input_token_len_sum"),
    output_tokens_per_request: { ...histogram("nv_llm_output_token_len"), isBare: true },
    prompt_tokens_per_request: { ...histogram("nv_llm_input_token_len"), isBare: true },
    kv_cache_usage: {
      kind: "expression",
      // The first releases tell the blocks alone.
      expression: `max$by(${blocks("fraction")} or ignoring (kv_cache_block_type) (${blocks("used")} / ignoring (kv_cache_block_type) ${blocks("max")}))`,
      metrics: ["nv_trt_llm_kv_cache_block_metrics"],
    },
    kv_cache_capacity: {
      kind: "expression",
      expression: `sum$by(${blocks("max")} * ignoring (kv_cache_block_type) ${blocks("tokens_per")})`,
      metrics: ["nv_trt_llm_kv_cache_block_metrics"],
    },
    gpu_memory_parts: {
      kind: "expression",
      expression:
        'sum$by(label_replace(max_over_time(nv_trt_llm_runtime_memory_metrics{$selector,memory_type="gpu"}[$window]), "part", "runtime", "", ""))',
      metrics: ["nv_trt_llm_runtime_memory_metrics"],
      labels: { part: ["part"] },
    },
  },
};
