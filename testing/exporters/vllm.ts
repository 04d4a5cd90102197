import { cyclesAt, type ExpectedSignals, type Exporter, loaded, type Moment } from "./exporter";
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
  decodeOf,
  e2eOf,
  failuresIn,
  histogramState,
  type Observation,
  perGap,
  perRequest,
  ratePerSecond,
  sum,
  ttftOf,
  type Workload,
  workload,
} from "./workload";

/*
 * vLLM: vllm/v1/metrics/loggers.py (V1, 0.11 and later), vllm/engine/metrics.py (V0), and what Ray's metrics agent makes of
 * it. HTTP counters are prometheus-fastapi-instrumentator's, on the same page.
 */

const model = "meta-llama/Llama-3.1-8B-Instruct";

const ttftBounds = [
  0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80, 160, 640,
  2560,
];
const itlBounds = [
  0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80,
];
const e2eBounds = [
  0.3, 0.5, 0.8, 1, 1.5, 2, 2.5, 5, 10, 15, 20, 30, 40, 50, 60, 120, 240, 480, 960, 1920, 7680,
];
const tokenBounds = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000];
const iterationBounds = [1, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384];

/** Tokens of the steps of one cycle: each step decodes the same batch. */
const stepsOf = (load: Workload): Observation[] => {
  const tokens = outputTokensOf(load);
  return [{ value: 128, weight: Math.floor(tokens / 128) }];
};

interface Series {
  page: Exposition;
  cycles: number;
  load: Workload;
  /** Of every series, as V1 and V0 differ by `engine`. */
  labels: Labels;
}

function histogram(
  { page, cycles, labels }: Series,
  name: string,
  help: string,
  bounds: readonly number[],
  observations: readonly Observation[],
): void {
  page.histogram(name, help, [histogramState(bounds, observations, cycles, { labels })]);
}

/** What both generations name alike. `cut` shortens the buckets as V0 has them. */
function commonFamilies(
  series: Series,
  cut: (bounds: readonly number[], top: number) => readonly number[],
): void {
  const { page, cycles, load, labels } = series;
  const { served } = load;
  page.counter("vllm:num_preemptions_total", "Cumulative number of preemption from the engine.", [
    [labels, Math.floor(cycles / 2)],
  ]);
  page.counter("vllm:prompt_tokens_total", "Number of prefill tokens processed.", [
    [labels, cycles * promptTokensOf(load)],
  ]);
  page.counter("vllm:generation_tokens_total", "Number of generation tokens processed.", [
    [labels, cycles * outputTokensOf(load)],
  ]);
  page.counter(
    "vllm:request_success_total",
    "Count of successfully processed requests.",
    ["stop", "length", "abort"].map((finished_reason) => [
      { ...labels, finished_reason },
      cycles * (finished_reason === "stop" ? served.length - 5 : finished_reason === "length" ? 5 : 0),
    ]),
  );
  histogram(
    series,
    "vllm:iteration_tokens_total",
    "Histogram of number of tokens per engine_step.",
    iterationBounds,
    stepsOf(load),
  );
  histogram(
    series,
    "vllm:time_to_first_token_seconds",
    "Histogram of time to first token in seconds.",
    cut(ttftBounds, 10),
    perRequest(load, ttftOf),
  );
  histogram(
    series,
    "vllm:e2e_request_latency_seconds",
    "Histogram of e2e request latency in seconds.",
    cut(e2eBounds, 60),
    perRequest(load, e2eOf),
  );
  histogram(
    series,
    "vllm:request_queue_time_seconds",
    "Histogram of time spent in WAITING phase for request.",
    cut(e2eBounds, 60),
    perRequest(load, ({ queue }) => queue),
  );
  histogram(
    series,
    "vllm:request_inference_time_seconds",
    "Histogram of time spent in RUNNING phase for request.",
    cut(e2eBounds, 60),
    perRequest(load, (request) => request.prefill + decodeOf(request)),
  );
  histogram(
    series,
    "vllm:request_prefill_time_seconds",
    "Histogram of time spent in PREFILL phase for request.",
    cut(e2eBounds, 60),
    perRequest(load, ({ prefill }) => prefill),
  );
  histogram(
    series,
    "vllm:request_decode_time_seconds",
    "Histogram of time spent in DECODE phase for request.",
    cut(e2eBounds, 60),
    perRequest(load, decodeOf),
  );
  histogram(
    series,
    "vllm:request_prompt_tokens",
    "Number of prefill tokens processed.",
    tokenBounds,
    perRequest(load, ({ promptTokens }) => promptTokens),
  );
  histogram(
    series,
    "vllm:request_generation_tokens",
    "Number of generation tokens processed.",
    tokenBounds,
    perRequest(load, ({ outputTokens }) => outputTokens),
  );
  histogram(
    series,
    "vllm:request_params_n",
    "Histogram of the n request parameter.",
    [1, 2, 5, 10, 20],
    perRequest(load, () => 1),
  );
}

function httpFamilies({ page, cycles, load }: Series): void {
  const route = { handler: "/v1/chat/completions", method: "POST" };
  page.counter("http_requests_total", "Total number of requests by method, status and handler.", [
    [{ ...route, status: "2xx" }, cycles * load.served.length],
    [{ ...route, status: "5xx" }, cycles * failuresIn(load, "5xx")],
    [{ handler: "/metrics", method: "GET", status: "2xx" }, cycles],
    [{ handler: "/health", method: "GET", status: "2xx" }, cycles],
  ]);
  page.histogram(
    "http_request_duration_seconds",
    "Latency with only few buckets by handler. Made to be only used if aggregation by handler is important.",
    [histogramState([0.1, 0.5, 1], perRequest(load, e2eOf), cycles, { labels: route })],
  );
}

const whole = (bounds: readonly number[]): readonly number[] => bounds;

/** Names that changed between V1's releases. */
const newNames = { kv: "kv_cache_usage_perc", prefix: "prefix_cache", itl: "inter_token_latency_seconds" };
const oldNames = {
  kv: "gpu_cache_usage_perc",
  prefix: "gpu_prefix_cache",
  itl: "time_per_output_token_seconds",
};

function v1Page(load: Workload, moment: Moment, kvUsage: number, names = newNames): string {
  const page = new Exposition("python", moment.startedAt);
  const labels = { engine: "0", model_name: model };
  const series = { page, cycles: cyclesAt(moment, load.perSecond), load, labels };
  const { cycles } = series;
  page.gauge("vllm:num_requests_running", "Number of requests in model execution batches.", [
    [labels, loaded(runningOf(load), moment)],
  ]);
  page.gauge("vllm:num_requests_waiting", "Number of requests waiting to be processed.", [
    [labels, loaded(waitingOf(load), moment)],
  ]);
  if (names === newNames)
    page.gauge("vllm:engine_sleep_state", "Engine sleep state; awake = 0 means engine is sleeping.", [
      [{ ...labels, sleep_state: "awake" }, 1],
      [{ ...labels, sleep_state: "weights_offloaded" }, 0],
      [{ ...labels, sleep_state: "discard_all" }, 0],
    ]);
  page.gauge(`vllm:${names.kv}`, "KV-cache usage. 1 means 100 percent usage.", [[labels, kvUsage]]);
  page.counter(
    `vllm:${names.prefix}_queries_total`,
    "Prefix cache queries, in terms of number of queried tokens.",
    [[labels, cycles * promptTokensOf(load)]],
  );
  page.counter(`vllm:${names.prefix}_hits_total`, "Prefix cache hits, in terms of number of cached tokens.", [
    [labels, cycles * cachedTokensOf(load)],
  ]);
  commonFamilies(series, whole);
  histogram(
    series,
    `vllm:${names.itl}`,
    "Histogram of inter-token latency in seconds.",
    itlBounds,
    perGap(load),
  );
  histogram(
    series,
    "vllm:request_time_per_output_token_seconds",
    "Histogram of time_per_output_token_seconds per request.",
    itlBounds,
    perRequest(load, ({ itl }) => itl),
  );
  page.gauge("vllm:cache_config_info", "Information of the LLMEngine CacheConfig", [
    [
      {
        block_size: "16",
        cache_dtype: "auto",
        enable_prefix_caching: "True",
        engine: "0",
        gpu_memory_utilization: "0.9",
        num_cpu_blocks: "None",
        num_gpu_blocks: "27000",
        swap_space: "4",
      },
      1,
    ],
  ]);
  page.counter("vllm:spec_decode_num_drafts_total", "Number of spec decoding drafts.", [
    [labels, cycles * 100],
  ]);
  page.counter("vllm:spec_decode_num_draft_tokens_total", "Number of draft tokens.", [
    [labels, cycles * 400],
  ]);
  page.counter("vllm:spec_decode_num_accepted_tokens_total", "Number of accepted tokens.", [
    [labels, cycles * 280],
  ]);
  httpFamilies(series);
  return page.text();
}

/** One failure in 50 requests: an error rate of 2 %. */
const shared = { failures: { "5xx": 1 }, queue: 0.015, promptTokens: 600, outputTokens: 64, cached: 0.25 };
const v1Loads = [
  workload({ ...shared, seed: 11, prefill: 0.09, itl: 0.02 }),
  workload({ ...shared, seed: 12, prefill: 0.12, itl: 0.02 }),
] as const;

/** What every vLLM tells. Its own counter knows the requests that were served, and no failed ones. */
const expectedOf = (loads: readonly Workload[]): ExpectedSignals => ({
  ...only(
    truthOf(loads),
    "ttft",
    "itl",
    "e2e_latency",
    "queue_time",
    "prefill_time",
    "decode_time",
    "inference_time",
    "output_tokens_per_request",
    "prompt_tokens_per_request",
    "estimated_e2e",
    "requests_running",
    "queue_depth",
    "output_token_rate",
    "prompt_token_rate",
  ),
  request_rate: { value: sum(loads.map(({ served, perSecond }) => served.length * perSecond)) },
  preemption_rate: { value: sum(loads.map(({ perSecond }) => perSecond / 2)) },
});

export const vllmV1: Exporter = {
  name: "vllm-v1",
  title: "vLLM 0.11, V1",
  replicas: v1Loads.map((load, index) => ({
    name: String(index),
    instance: `gpu-node-1.example:800${index}`,
    labels: { version: `v${index + 1}` },
    page: (moment) => v1Page(load, moment, index === 0 ? 0.42 : 0.58),
  })),
  service: { engines: ["vllm"], models: [model], versions: ["v1", "v2"] },
  expected: {
    ...expectedOf(v1Loads),
    ...only(truthOf(v1Loads), ...failureSignals, "prefix_cache_hit_ratio"),
    server_error_rate: { value: 0.02 },
    client_error_rate: { value: 0 },
    kv_cache_usage: { value: 0.58 },
    kv_cache_capacity: { value: 2 * 16 * 27_000 },
    spec_decode_acceptance: { value: 0.7 },
  },
  unavailable: [],
};

const v08Load = workload({ ...shared, seed: 15, prefill: 0.1, itl: 0.034 });

export const vllmV1Old: Exporter = {
  name: "vllm-v1-old",
  title: "vLLM 0.8, V1",
  replicas: [
    {
      instance: "gpu-node-6.example:8000",
      page: (moment) => v1Page(v08Load, moment, 0.29, oldNames),
    },
  ],
  service: { engines: ["vllm"], models: [model] },
  expected: {
    ...expectedOf([v08Load]),
    ...only(truthOf([v08Load]), ...failureSignals, "prefix_cache_hit_ratio"),
    kv_cache_usage: { value: 0.29 },
  },
};

const restartLoad = workload({ ...shared, seed: 16, prefill: 0.1, itl: 0.021 });
/** Seconds. */
const restartPeriod = 40;

/** A restart loses what was counted since the last scrape: up to 2 s of 40. */
const roughly = ({ value }: { value: number }) => ({ value, tolerance: 0.12 });

export const vllmRestarting: Exporter = {
  name: "vllm-restarting",
  title: "A vLLM that restarts every 40 s",
  replicas: [
    {
      instance: "gpu-node-7.example:8000",
      page: (moment) => v1Page(restartLoad, { ...moment, uptime: moment.uptime % restartPeriod }, 0.4),
    },
  ],
  service: { engines: ["vllm"], models: [model] },
  expected: {
    ...only(
      truthOf([restartLoad]),
      "ttft",
      "itl",
      "e2e_latency",
      "error_rate",
      "availability",
      "requests_running",
    ),
    request_rate: roughly({ value: restartLoad.served.length * restartLoad.perSecond }),
    output_token_rate: roughly(truthOf([restartLoad]).output_token_rate),
  },
};

/** The router of a production stack borrows vLLM's names, without a model: it is no engine. */
export const vllmRouter: Exporter = {
  name: "vllm-router",
  title: "A router with vLLM's names",
  replicas: [
    {
      instance: "router-1.example:8000",
      page(moment) {
        const page = new Exposition("python", moment.startedAt);
        const servers = ["http://gpu-node-1.example:8000", "http://gpu-node-1.example:8001"];
        for (const [name, help, value] of [
          ["vllm:current_qps", "Current Queries Per Second", 50],
          ["vllm:num_requests_running", "Number of running requests", 100],
          ["vllm:num_requests_waiting", "Number of waiting requests", 3],
          ["vllm:healthy_pods_total", "Number of healthy vLLM pods", 1],
        ] as const)
          page.gauge(
            name,
            help,
            servers.map((server) => [{ server }, value]),
          );
        return page.text();
      },
    },
  ],
};

const v0Load = workload({
  seed: 13,
  queue: 0.02,
  prefill: 0.15,
  itl: 0.03,
  promptTokens: 500,
  outputTokens: 48,
});

export const vllmV0: Exporter = {
  name: "vllm-v0",
  title: "vLLM 0.6, V0",
  replicas: [
    {
      instance: "gpu-node-4.example:8000",
      page(moment) {
        const page = new Exposition("python", moment.startedAt);
        const labels = { model_name: "mistralai/Mistral-7B-Instruct-v0.3" };
        const series = { page, cycles: cyclesAt(moment, v0Load.perSecond), load: v0Load, labels };
        page.gauge("vllm:num_requests_running", "Number of requests currently running on GPU.", [
          [labels, loaded(runningOf(v0Load), moment)],
        ]);
        page.gauge("vllm:num_requests_waiting", "Number of requests waiting to be processed.", [
          [labels, loaded(waitingOf(v0Load), moment)],
        ]);
        page.gauge("vllm:num_requests_swapped", "Number of requests swapped to CPU.", [[labels, 0]]);
        page.gauge("vllm:gpu_cache_usage_perc", "GPU KV-cache usage. 1 means 100 percent usage.", [
          [labels, 0.37],
        ]);
        page.gauge("vllm:cpu_cache_usage_perc", "CPU KV-cache usage. 1 means 100 percent usage.", [
          [labels, 0],
        ]);
        page.gauge("vllm:cpu_prefix_cache_hit_rate", "CPU prefix cache block hit rate.", [[labels, -1]]);
        page.gauge("vllm:gpu_prefix_cache_hit_rate", "GPU prefix cache block hit rate.", [[labels, -1]]);
        commonFamilies(series, (bounds, top) => bounds.filter((bound) => bound <= top));
        histogram(
          series,
          "vllm:time_per_output_token_seconds",
          "Histogram of time per output token in seconds.",
          itlBounds.filter((bound) => bound <= 2.5),
          perGap(v0Load),
        );
        page.gauge(
          "vllm:avg_generation_throughput_toks_per_s",
          "Average generation throughput in tokens/s.",
          [[labels, ratePerSecond(v0Load, ({ outputTokens }) => outputTokens)]],
        );
        page.gauge("vllm:cache_config_info", "information of cache_config", [
          [
            {
              block_size: "16",
              cache_dtype: "auto",
              enable_prefix_caching: "False",
              gpu_memory_utilization: "0.9",
              num_cpu_blocks: "2048",
              num_gpu_blocks: "12000",
              sliding_window: "None",
            },
            1,
          ],
        ]);
        return page.text();
      },
    },
  ],
  service: { engines: ["vllm"], models: ["mistralai/Mistral-7B-Instruct-v0.3"] },
  expected: {
    ...expectedOf([v0Load]),
    kv_cache_usage: { value: 0.37 },
    kv_cache_capacity: { value: 16 * 12_000 },
    requests_swapped: { value: 0 },
  },
  unavailable: [...failureSignals, "spec_decode_acceptance"],
};

const rayLoad = workload({
  seed: 14,
  queue: 0.01,
  prefill: 0.07,
  itl: 0.024,
  promptTokens: 700,
  outputTokens: 80,
  cached: 0.4,
});

/** Ray's agent renames `vllm:x` to `ray_vllm_x` and adds labels of its own; it has no `_created`. */
function rayPage(moment: Moment): string {
  const ray = {
    Component: "core_worker",
    NodeAddress: "192.0.2.15",
    ReplicaId: "q7x2m9ab",
    SessionName: "session_2026-05-04_08-00-00_000000_1",
    Version: "2.49.0",
    WorkerId: "5f1c8b2d",
    application: "llm",
    deployment: "LLMServer:qwen",
  };
  const page = new Renamed("plain");
  const labels = { ...ray, engine: "0", model_name: "Qwen/Qwen3-14B" };
  const series = { page, cycles: cyclesAt(moment, rayLoad.perSecond), load: rayLoad, labels };
  page.gauge("vllm:num_requests_running", "Number of requests in model execution batches.", [
    [labels, loaded(runningOf(rayLoad), moment)],
  ]);
  page.gauge("vllm:num_requests_waiting", "Number of requests waiting to be processed.", [
    [labels, loaded(waitingOf(rayLoad), moment)],
  ]);
  page.gauge("vllm:kv_cache_usage_perc", "KV-cache usage. 1 means 100 percent usage.", [[labels, 0.51]]);
  for (const [name, of] of [
    ["queries", promptTokensOf],
    ["hits", cachedTokensOf],
  ] as const)
    page.counter(`vllm:prefix_cache_${name}_total`, `Prefix cache ${name}, in tokens.`, [
      [labels, series.cycles * of(rayLoad)],
    ]);
  commonFamilies(series, whole);
  histogram(
    series,
    "vllm:inter_token_latency_seconds",
    "Histogram of inter-token latency in seconds.",
    itlBounds,
    perGap(rayLoad),
  );
  return page.text();
}

class Renamed extends Exposition {
  override header(name: string, type: string, help: string): void {
    super.header(renamed(name), type, help);
  }

  override sample(name: string, labels: Labels, value: number): void {
    super.sample(renamed(name), labels, value);
  }
}

const renamed = (name: string): string => `ray_${name.replaceAll(":", "_")}`;

export const vllmRay: Exporter = {
  name: "vllm-ray",
  title: "vLLM on Ray Serve LLM",
  replicas: [{ instance: "ray-worker-1.example:8080", page: rayPage }],
  service: { engines: ["vllm"], models: ["Qwen/Qwen3-14B"] },
  expected: {
    ...expectedOf([rayLoad]),
    ...only(truthOf([rayLoad]), "prefix_cache_hit_ratio"),
    kv_cache_usage: { value: 0.51 },
  },
  unavailable: [...failureSignals, "spec_decode_acceptance"],
};
