import { cyclesAt, type Exporter, loaded } from "./exporter";
import { Exposition } from "./exposition";
import {
  cachedTokensOf,
  failureSignals,
  only,
  outputTokensOf,
  promptTokensOf,
  runningOf,
  truthOf,
  waitingOf,
} from "./truth";
import {
  decodeOf,
  e2eOf,
  failuresIn,
  histogramState,
  perGap,
  perRequest,
  ttftOf,
  workload,
} from "./workload";

/* trtllm-serve (TensorRT-LLM's PyTorch server), its `/prometheus/metrics`. */

const bounds = {
  ttft: [
    0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80, 160,
    640, 2560,
  ],
  itl: [0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80],
  e2e: [0.3, 0.5, 0.8, 1, 1.5, 2, 2.5, 5, 10, 15, 20, 30, 40, 50, 60, 120, 240, 480, 960, 1920, 7680],
};

const model = "nvidia/Llama-3.3-70B-Instruct-FP8";
const load = workload({
  seed: 51,
  queue: 0.04,
  prefill: 0.3,
  itl: 0.035,
  promptTokens: 800,
  outputTokens: 70,
});

export const trtllmServe: Exporter = {
  name: "trtllm-serve",
  title: "trtllm-serve 1.1",
  replicas: [
    {
      instance: "trtllm-1.example:8000",
      page(moment) {
        const page = new Exposition("python", moment.startedAt);
        const cycles = cyclesAt(moment, load.perSecond);
        const labels = { engine_type: "trtllm", model_name: model };
        page.counter("trtllm_request_success_total", "Count of successfully processed requests.", [
          [{ ...labels, finished_reason: "end_id" }, cycles * (load.served.length - 10)],
          [{ ...labels, finished_reason: "length" }, cycles * 10],
        ]);
        for (const [name, buckets, observations] of [
          ["trtllm_e2e_request_latency_seconds", bounds.e2e, perRequest(load, e2eOf)],
          ["trtllm_time_to_first_token_seconds", bounds.ttft, perRequest(load, ttftOf)],
          ["trtllm_time_per_output_token_seconds", bounds.itl, perGap(load)],
          ["trtllm_request_queue_time_seconds", bounds.e2e, perRequest(load, ({ queue }) => queue)],
        ] as const)
          page.histogram(name, `Histogram of ${name.slice(7).replaceAll("_", " ")}.`, [
            histogramState(buckets, observations, cycles, { labels }),
          ]);
        page.gauge("trtllm_kv_cache_hit_rate", "KV cache hit rate", [[labels, 0.31]]);
        page.gauge("trtllm_kv_cache_utilization", "KV cache utilization", [[labels, 0.47]]);
        page.gauge("trtllm_num_requests_running", "Number of running requests", [
          [labels, loaded(runningOf(load), moment)],
        ]);
        page.gauge("trtllm_num_requests_waiting", "Number of waiting requests", [
          [labels, loaded(waitingOf(load), moment)],
        ]);
        return page.text();
      },
    },
  ],
  service: { engines: ["trtllm-serve"], models: [model] },
  expected: {
    ...only(
      truthOf([load]),
      "request_rate",
      "ttft",
      "itl",
      "e2e_latency",
      "queue_time",
      "requests_running",
      "queue_depth",
    ),
    kv_cache_usage: { value: 0.47 },
    prefix_cache_hit_ratio: { value: 0.31 },
  },
  unavailable: failureSignals,
};

/** One in 25 fails: 4 %. */
const laterLoad = workload({
  seed: 52,
  failures: { "400": 1, "500": 1 },
  queue: 0.05,
  prefill: 0.2,
  itl: 0.03,
  promptTokens: 600,
  outputTokens: 60,
  cached: 0.4,
});

/** Releases of 2026 (tensorrt_llm/metrics/collector.py) count tokens, phases and failures too. */
export const trtllmServeLater: Exporter = {
  name: "trtllm-serve-2026",
  title: "trtllm-serve of 2026",
  replicas: [
    {
      instance: "trtllm-2.example:8000",
      page(moment) {
        const page = new Exposition("python", moment.startedAt);
        const cycles = cyclesAt(moment, laterLoad.perSecond);
        const labels = { engine_type: "trtllm", model_name: model };
        page.counter("trtllm_request_success_total", "Count of successfully processed requests.", [
          [{ ...labels, finished_reason: "stop" }, cycles * laterLoad.served.length],
        ]);
        page.counter(
          "trtllm_request_error_total",
          "Total request errors, labeled by HTTP status code.",
          ["400", "500"].map((http_code) => [
            { ...labels, http_code },
            cycles * failuresIn(laterLoad, http_code),
          ]),
        );
        for (const [name, buckets, observations] of [
          ["e2e_request_latency", bounds.e2e, perRequest(laterLoad, e2eOf)],
          ["time_to_first_token", bounds.ttft, perRequest(laterLoad, ttftOf)],
          ["time_per_output_token", bounds.itl, perRequest(laterLoad, ({ itl }) => itl)],
          ["request_queue_time", bounds.e2e, perRequest(laterLoad, ({ queue }) => queue)],
          ["request_prefill_time", bounds.ttft, perRequest(laterLoad, ({ prefill }) => prefill)],
          ["request_decode_time", bounds.e2e, perRequest(laterLoad, decodeOf)],
        ] as const)
          page.histogram(`trtllm_${name}_seconds`, `Histogram of ${name.replaceAll("_", " ")}.`, [
            histogramState(buckets, observations, cycles, { labels }),
          ]);
        for (const [name, help, tokens] of [
          ["prompt_tokens", "Cumulative number of prompt (input) tokens processed.", promptTokensOf],
          ["generation_tokens", "Cumulative number of generation (output) tokens produced.", outputTokensOf],
          ["prompt_cached_tokens", "Total prompt tokens served from KV cache.", cachedTokensOf],
        ] as const)
          page.counter(`trtllm_${name}_total`, help, [[labels, cycles * tokens(laterLoad)]]);
        for (const [name, help, value] of [
          ["kv_cache_hit_rate", "KV cache hit rate", 0.9],
          ["kv_cache_utilization", "KV cache utilization", 0.52],
          ["kv_cache_max_blocks", "Maximum number of KV cache blocks", 4_000],
          ["kv_cache_tokens_per_block", "Number of tokens per KV cache block", 32],
          ["num_requests_running", "Number of active requests", loaded(runningOf(laterLoad), moment)],
          ["num_requests_waiting", "Number of queued requests", loaded(waitingOf(laterLoad), moment)],
          ["max_num_active_requests", "Maximum number of active requests", 256],
        ] as const)
          page.gauge(`trtllm_${name}`, help, [[labels, value]]);
        return page.text();
      },
    },
  ],
  service: { engines: ["trtllm-serve"], models: [model] },
  expected: {
    ...only(
      truthOf([laterLoad], ["400"]),
      "request_rate",
      "ttft",
      "e2e_latency",
      "queue_time",
      "prefill_time",
      "decode_time",
      "requests_running",
      "queue_depth",
      "output_token_rate",
      "prompt_token_rate",
      "prefix_cache_hit_ratio",
      ...failureSignals,
    ),
    itl: { observations: perRequest(laterLoad, ({ itl }) => itl) },
    output_tokens_per_request: { average: outputTokensOf(laterLoad) / laterLoad.served.length },
    prompt_tokens_per_request: { average: promptTokensOf(laterLoad) / laterLoad.served.length },
    requests_running_limit: { value: 256 },
    kv_cache_usage: { value: 0.52 },
    kv_cache_capacity: { value: 128_000 },
  },
  unavailable: ["inference_time", "spec_decode_acceptance"],
};
