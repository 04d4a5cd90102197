import { cyclesAt, type Exporter, loaded, type Moment } from "./exporter";
import { Exposition, type Labels } from "./exposition";
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
  e2eOf,
  histogramState,
  perGap,
  perRequest,
  ratePerSecond,
  ttftOf,
  type Workload,
  workload,
} from "./workload";

/* SGLang: python/sglang/srt/observability/metrics_collector.py (2026) and python/sglang/srt/metrics/collector.py before 0.4.7. */

const ttftBounds = [0.1, 0.2, 0.4, 0.6, 0.8, 1, 2, 4, 6, 8, 10, 20, 40, 60, 80, 100, 200, 400];
const itlBounds = [
  0.002, 0.004, 0.006, 0.008, 0.01, 0.015, 0.02, 0.025, 0.03, 0.035, 0.04, 0.06, 0.08, 0.1, 0.2, 0.4, 0.6,
  0.8, 1, 2, 4, 6, 8,
];
const e2eBounds = [
  0.1, 0.2, 0.4, 0.6, 0.8, 1, 2, 4, 6, 8, 10, 20, 40, 60, 80, 100, 200, 400, 600, 1200, 1800, 2400,
];
const queueBounds = [
  0, 0.001, 0.005, 0.01, 0.05, 0.1, 0.2, 0.5, 1, 2, 3, 4, 5, 10, 15, 20, 30, 40, 50, 60, 70, 80, 90, 100, 200,
  300, 400, 500, 600, 700, 800, 900, 1000, 1200, 1400, 1600, 1800, 2000, 2500, 3000,
];

interface Names {
  running: string;
  itl: string;
  /** Labels of the scheduler's series, and of those of the tokenizer. */
  scheduler: Labels;
  requests: Labels;
}

function gauges(page: Exposition, load: Workload, moment: Moment, { running, scheduler }: Names): void {
  page.gauge(running, "The number of running requests.", [[scheduler, loaded(runningOf(load), moment)]]);
  page.gauge("sglang:num_queue_reqs", "The number of requests in the waiting queue.", [
    [scheduler, loaded(waitingOf(load), moment)],
  ]);
  page.gauge("sglang:token_usage", "The token usage.", [[scheduler, 0.33]]);
  page.gauge("sglang:num_used_tokens", "The number of used tokens.", [[scheduler, 132_000]]);
  page.gauge("sglang:max_total_num_tokens", "Maximum total number of tokens in the KV cache pool.", [
    [scheduler, 400_000],
  ]);
  page.gauge("sglang:gen_throughput", "The generation throughput (token/s).", [
    [scheduler, ratePerSecond(load, ({ outputTokens }) => outputTokens)],
  ]);
  page.gauge("sglang:cache_hit_rate", "The prefix cache hit rate.", [[scheduler, 0.41]]);
}

function requestFamilies(
  page: Exposition,
  load: Workload,
  cycles: number,
  { itl, requests: labels }: Names,
): void {
  page.counter("sglang:prompt_tokens_total", "Number of prefill tokens processed.", [
    [labels, cycles * promptTokensOf(load)],
  ]);
  page.counter("sglang:generation_tokens_total", "Number of generation tokens processed.", [
    [labels, cycles * outputTokensOf(load)],
  ]);
  page.counter("sglang:num_requests_total", "Number of requests processed.", [
    [labels, cycles * load.requests.length],
  ]);
  page.histogram("sglang:time_to_first_token_seconds", "Histogram of time to first token in seconds.", [
    histogramState(ttftBounds, perRequest(load, ttftOf), cycles, { labels }),
  ]);
  page.histogram(itl, "Histogram of inter-token latency in seconds.", [
    histogramState(itlBounds, perGap(load), cycles, { labels }),
  ]);
  page.histogram("sglang:e2e_request_latency_seconds", "Histogram of End-to-end request latency in seconds", [
    histogramState(e2eBounds, perRequest(load, e2eOf), cycles, { labels }),
  ]);
}

const model = "Qwen/Qwen3-32B";
const rank = { engine_type: "unified", model_name: model, moe_ep_rank: "0", pp_rank: "0", tp_rank: "0" };
const load = workload({
  seed: 21,
  queue: 0.02,
  prefill: 0.16,
  itl: 0.018,
  promptTokens: 900,
  outputTokens: 72,
  cached: 0.5,
});

const names: Names = {
  running: "sglang:num_running_reqs",
  itl: "sglang:inter_token_latency_seconds",
  scheduler: rank,
  requests: { is_streaming: "true", model_name: model },
};

export const sglang: Exporter = {
  name: "sglang",
  title: "SGLang 0.5 (2026)",
  replicas: [
    {
      instance: "gpu-node-2.example:30000",
      labels: { namespace: "llm", pod: "sglang-0" },
      page(moment) {
        const page = new Exposition("python");
        const cycles = cyclesAt(moment, load.perSecond);
        gauges(page, load, moment, names);
        page.gauge("sglang:num_retracted_reqs", "The number of retracted requests.", [[rank, 0]]);
        page.counter("sglang:num_retracted_requests_total", "Total number of retracted requests.", [
          [rank, cycles],
        ]);
        page.gauge("sglang:spec_accept_rate", "The acceptance rate of speculative decoding.", [[rank, 0.72]]);
        page.gauge("sglang:spec_accept_length", "The average acceptance length of speculative decoding.", [
          [rank, 2.9],
        ]);
        page.histogram("sglang:queue_time_seconds", "Histogram of queueing time in seconds.", [
          histogramState(
            queueBounds,
            perRequest(load, ({ queue }) => queue),
            cycles,
            { labels: rank },
          ),
        ]);
        page.counter("sglang:cached_tokens_total", "Number of cached prompt tokens.", [
          [{ model_name: model, cache_source: "device" }, cycles * cachedTokensOf(load) * 0.75],
          [{ model_name: model, cache_source: "host" }, cycles * cachedTokensOf(load) * 0.25],
        ]);
        page.counter("sglang:realtime_tokens_total", "Total number of tokens processed, live.", [
          [{ ...rank, mode: "prefill_compute" }, cycles * (promptTokensOf(load) - cachedTokensOf(load))],
          [{ ...rank, mode: "prefill_cache" }, cycles * cachedTokensOf(load)],
          [{ ...rank, mode: "decode" }, cycles * outputTokensOf(load)],
        ]);
        page.counter("sglang:num_aborted_requests_total", "Number of requests aborted.", [
          [names.requests, cycles],
        ]);
        requestFamilies(page, load, cycles, names);
        return page.text();
      },
    },
  ],
  service: { engines: ["sglang"], models: [model] },
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
      "output_token_rate",
      "prompt_token_rate",
      "prefix_cache_hit_ratio",
    ),
    ...only(truthOf([load]), "estimated_e2e"),
    output_tokens_per_request: { average: outputTokensOf(load) / load.served.length },
    prompt_tokens_per_request: { average: promptTokensOf(load) / load.served.length },
    kv_cache_usage: { value: 0.33 },
    kv_cache_capacity: { value: 400_000 },
    spec_decode_acceptance: { value: 0.72 },
    preemption_rate: { value: load.perSecond },
  },
  unavailable: failureSignals,
};

const oldModel = "meta-llama/Meta-Llama-3-8B-Instruct";
const oldLoad = workload({
  seed: 22,
  queue: 0.03,
  prefill: 0.2,
  itl: 0.028,
  promptTokens: 400,
  outputTokens: 60,
});
const oldNames: Names = {
  running: "sglang:num_running_reqs",
  itl: "sglang:time_per_output_token_seconds",
  scheduler: { model_name: oldModel },
  requests: { model_name: oldModel },
};

export const sglangOld: Exporter = {
  name: "sglang-old",
  title: "SGLang before 0.4.7",
  replicas: [
    {
      instance: "gpu-node-5.example:30000",
      page(moment) {
        const page = new Exposition("python");
        gauges(page, oldLoad, moment, oldNames);
        page.gauge(
          "sglang:avg_request_queue_latency",
          "The average request queue latency for the last batch of requests in seconds.",
          [[oldNames.scheduler, 0.03]],
        );
        requestFamilies(page, oldLoad, cyclesAt(moment, oldLoad.perSecond), oldNames);
        return page.text();
      },
    },
  ],
  service: { engines: ["sglang"], models: [oldModel] },
  expected: {
    ...only(
      truthOf([oldLoad]),
      "request_rate",
      "ttft",
      "itl",
      "e2e_latency",
      "requests_running",
      "queue_depth",
      "output_token_rate",
      "prompt_token_rate",
    ),
    kv_cache_usage: { value: 0.33 },
    // That of the last batch of prompts.
    prefix_cache_hit_ratio: { value: 0.41 },
    queue_time: { average: 0.03 },
  },
  unavailable: [...failureSignals, "preemption_rate", "spec_decode_acceptance"],
};
