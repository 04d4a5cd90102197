import { cyclesAt, type Exporter, loaded } from "./exporter";
import { Exposition } from "./exposition";
import { failureSignals, only, runningOf, truthOf, waitingOf } from "./truth";
import { e2eOf, histogramState, perGap, perRequest, ttftOf, workload } from "./workload";

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
