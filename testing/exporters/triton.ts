import { cyclesAt, type Exporter, loaded, type Moment } from "./exporter";
import { Exposition, type Labels, type SummaryState } from "./exposition";
import { failureSignals, only, promptTokensOf, runningOf, truthOf, waitingOf } from "./truth";
import {
  decodeOf,
  e2eOf,
  failuresIn,
  histogramState,
  meanOf,
  type Observation,
  perGap,
  perRequest,
  quantileOf,
  type Request,
  sum,
  ttftOf,
  type Workload,
  workload,
} from "./workload";

/*
 * Triton Inference Server (docs/user_guide/metrics.md) with the TensorRT-LLM backend, started with
 * `--metrics-config histogram_latencies=true --metrics-config summary_latencies=true`; and with the vLLM backend, which
 * puts a part of vLLM's metrics on the same page.
 */

const microseconds = 1e6;

function summaryOf(labels: Labels, observations: readonly Observation[], cycles: number): SummaryState {
  return {
    labels,
    quantiles: [0.5, 0.9, 0.95, 0.99, 0.999].map((quantile) => [
      quantile,
      quantileOf(observations, quantile) * microseconds,
    ]),
    sum: sum(observations.map(({ value, weight }) => value * weight)) * microseconds * cycles,
    count: sum(observations.map(({ weight }) => weight)) * cycles,
  };
}

/** What Triton counts of every model, whatever its backend. */
function inferenceFamilies(
  page: Exposition,
  load: Workload,
  moment: Moment,
  labels: Labels,
  batch: number,
): void {
  const cycles = cyclesAt(moment, load.perSecond);
  page.counter("nv_inference_request_success", "Number of successful inference requests, all batch sizes", [
    [labels, cycles * load.served.length],
  ]);
  page.counter(
    "nv_inference_request_failure",
    "Number of failed inference requests, all batch sizes",
    ["BACKEND", "CANCELED", "OTHER", "REJECTED"].map((reason) => [
      { ...labels, reason },
      cycles * failuresIn(load, reason),
    ]),
  );
  page.counter("nv_inference_count", "Number of inferences performed (does not include cached requests)", [
    [labels, cycles * load.served.length],
  ]);
  page.counter(
    "nv_inference_exec_count",
    "Number of model executions performed (does not include cached requests)",
    [[labels, (cycles * load.served.length) / batch]],
  );
  const total = (name: string, help: string, of: (request: Request) => number) =>
    page.counter(name, help, [
      [labels, Math.round(cycles * sum(load.served.map((request) => of(request) * microseconds)))],
    ]);
  total("nv_inference_request_duration_us", "Cumulative inference request duration in microseconds", e2eOf);
  total(
    "nv_inference_queue_duration_us",
    "Cumulative inference queuing duration in microseconds",
    ({ queue }) => queue,
  );
  total(
    "nv_inference_compute_input_duration_us",
    "Cumulative compute input duration in microseconds",
    () => 0.0002,
  );
  total(
    "nv_inference_compute_infer_duration_us",
    "Cumulative compute inference duration in microseconds",
    (request) => request.prefill + decodeOf(request),
  );
  total(
    "nv_inference_compute_output_duration_us",
    "Cumulative inference compute output duration in microseconds",
    () => 0.0001,
  );
  page.gauge(
    "nv_inference_pending_request_count",
    "Instantaneous number of pending requests awaiting execution per-model.",
    [[labels, loaded(waitingOf(load), moment)]],
  );
}

/** The GPUs of one server: what each is used, 0–1, and its memory in use, bytes. */
interface Gpu {
  uuid: string;
  use: number;
  memory: number;
  watts: number;
}

const gpu = (number: number, use: number, gibibytes: number, watts: number): Gpu => ({
  uuid: `GPU-3a1f0c52-7d7e-4a53-9c0b-00000000000${number}`,
  use,
  memory: gibibytes * 2 ** 30,
  watts,
});

function gpuFamilies(page: Exposition, { uptime }: Moment, gpus: readonly Gpu[]): void {
  const each = (of: (gpu: Gpu) => number) => gpus.map((one) => [{ gpu_uuid: one.uuid }, of(one)] as const);
  page.gauge(
    "nv_gpu_utilization",
    "GPU utilization rate [0.0 - 1.0)",
    each(({ use }) => use),
  );
  page.gauge(
    "nv_gpu_memory_total_bytes",
    "GPU total memory, in bytes",
    each(() => 80 * 2 ** 30),
  );
  page.gauge(
    "nv_gpu_memory_used_bytes",
    "GPU used memory, in bytes",
    each(({ memory }) => memory),
  );
  page.gauge(
    "nv_gpu_power_usage",
    "GPU power usage in watts",
    each(({ watts }) => watts),
  );
  page.gauge(
    "nv_gpu_power_limit",
    "GPU power management limit in watts",
    each(() => 700),
  );
  page.counter(
    "nv_energy_consumption",
    "GPU energy consumption in joules since the Triton Server started",
    each(({ watts }) => watts * uptime),
  );
  page.gauge("nv_cpu_utilization", "CPU utilization rate [0.0 - 1.0]", [[{}, 0.21]]);
  page.gauge("nv_cpu_memory_total_bytes", "CPU total memory (RAM), in bytes", [[{}, 256 * 2 ** 30]]);
  page.gauge("nv_cpu_memory_used_bytes", "CPU used memory (RAM), in bytes", [[{}, 64 * 2 ** 30]]);
}

/** Three in 50 fail: an error rate of 6 %. */
const trtllm = { failures: { REJECTED: 2, BACKEND: 1 }, itl: 0.015, promptTokens: 1200, outputTokens: 90 };
const servers = [
  {
    instance: "triton-1.example:8002",
    load: workload({ ...trtllm, seed: 41, queue: 0.05, prefill: 0.2 }),
    gpus: [gpu(1, 0.91, 70, 600), gpu(2, 0.73, 62, 550)],
    kvUsage: 0.44,
  },
  {
    instance: "triton-2.example:8002",
    load: workload({ ...trtllm, seed: 42, queue: 0.08, prefill: 0.3 }),
    gpus: [gpu(3, 0.88, 66, 590)],
    kvUsage: 0.36,
  },
];

function trtllmPage({ load, gpus, kvUsage }: (typeof servers)[number], moment: Moment): string {
  const page = new Exposition("plain");
  const cycles = cyclesAt(moment, load.perSecond);
  const labels = { model: "tensorrt_llm", version: "1" };
  inferenceFamilies(page, load, moment, labels, 32);
  page.histogram(
    "nv_inference_first_response_histogram_ms",
    "Duration from request to first response in milliseconds",
    [histogramState([100, 500, 2000, 5000], perRequest(load, ttftOf), cycles, { labels, unit: 1000 })],
  );
  page.summary(
    "nv_inference_request_summary_us",
    "Summary of inference request duration in microseconds (includes cached requests)",
    [summaryOf(labels, perRequest(load, e2eOf), cycles)],
  );
  page.summary(
    "nv_inference_queue_summary_us",
    "Summary of inference queuing duration in microseconds (includes cached requests)",
    [summaryOf(labels, perRequest(load, queueOf), cycles)],
  );
  const backend = (name: string, help: string, label: string, values: Record<string, number>) =>
    page.gauge(
      name,
      help,
      Object.entries(values).map(([value, number]) => [{ ...labels, [label]: value }, number]),
    );
  const waiting = loaded(waitingOf(load), moment);
  const running = loaded(runningOf(load), moment);
  backend("nv_trt_llm_request_metrics", "TRT LLM request metrics", "request_type", {
    waiting,
    context: 4,
    scheduled: running,
    max: 512,
    active: running + waiting,
  });
  backend("nv_trt_llm_runtime_memory_metrics", "TRT LLM runtime memory metrics", "memory_type", {
    cpu: 2 ** 28,
    gpu: 6 * 2 ** 30,
    pinned: 2 ** 29,
  });
  backend("nv_trt_llm_kv_cache_block_metrics", "TRT LLM KV cache block metrics", "kv_cache_block_type", {
    fraction: kvUsage,
    tokens_per: 64,
    used: 6000 * kvUsage,
    free: 6000 * (1 - kvUsage),
    max: 6000,
  });
  backend(
    "nv_trt_llm_inflight_batcher_metrics",
    "TRT LLM inflight_batcher-specific metrics",
    "inflight_batcher_specific_metric",
    { micro_batch_id: 0, generation_requests: running - 4, total_context_tokens: 4800 },
  );
  backend("nv_trt_llm_general_metrics", "General TRT LLM metrics", "general_type", {
    iteration_counter: cycles * 100,
    timestamp: Math.floor(moment.startedAt + moment.uptime),
  });
  for (const [name, type, of] of [
    ["nv_llm_input_token_len", "total_input_tokens", (request: Request) => request.promptTokens],
    ["nv_llm_output_token_len", "total_output_tokens", (request: Request) => request.outputTokens],
  ] as const)
    page.histogram(name, "TRT LLM response metrics", [
      histogramState([10, 50, 100, 500, 1000], perRequest(load, of), cycles, {
        labels: { ...labels, response_metric_type: type },
      }),
    ]);
  gpuFamilies(page, moment, gpus);
  return page.text();
}

const queueOf = ({ queue }: Request): number => queue;
const gpus = servers.flatMap((server) => server.gpus);
const byReplica = (of: (request: Request) => number) =>
  Object.fromEntries(servers.map(({ instance, load }) => [instance, perRequest(load, of)]));
const byGpu = (of: (gpu: Gpu) => number) => Object.fromEntries(gpus.map((one) => [one.uuid, of(one)]));

export const triton: Exporter = {
  name: "triton",
  title: "Triton 25.08 with the TensorRT-LLM backend",
  replicas: servers.map((server, index) => ({
    name: String(index),
    instance: server.instance,
    page: (moment) => trtllmPage(server, moment),
  })),
  service: { engines: ["triton"], models: ["tensorrt_llm"], versions: ["1"] },
  expected: {
    ...only(
      truthOf(servers.map(({ load }) => load)),
      "request_rate",
      "ttft",
      "requests_running",
      "queue_depth",
      "output_token_rate",
      "prompt_token_rate",
      "output_tokens_per_request",
      "prompt_tokens_per_request",
      ...failureSignals,
    ),
    e2e_latency: { byReplica: byReplica(e2eOf) },
    queue_time: { byReplica: byReplica(queueOf) },
    batch_size: { value: 32 },
    requests_running_limit: { value: 1024 },
    kv_cache_usage: { value: 0.44 },
    kv_cache_capacity: { value: 2 * 6000 * 64 },
    gpu_utilization: { value: (0.91 + 0.73 + 0.88) / 3, byGpu: byGpu(({ use }) => use) },
    gpu_memory_used: {
      value: sum(gpus.map(({ memory }) => memory)),
      byGpu: byGpu(({ memory }) => memory),
    },
    gpu_memory_total: { value: 240 * 2 ** 30 },
    gpu_power: { value: 1740 },
    gpu_power_limit: { value: 2100 },
    gpu_energy: { value: 1740 },
  },
  unavailable: ["itl", "prefix_cache_hit_ratio", "preemption_rate", "gpu_temperature"],
};

/** Two in 50 fail: 4 %. */
const onnxLoad = workload({
  seed: 44,
  failures: { REJECTED: 1, OTHER: 1 },
  queue: 0.01,
  prefill: 0.04,
  itl: 0.001,
  promptTokens: 50,
  outputTokens: 10,
});

export const tritonOnnx: Exporter = {
  name: "triton-onnx",
  title: "Triton as it starts, with an ONNX model",
  replicas: [
    {
      instance: "triton-4.example:8002",
      page(moment) {
        const page = new Exposition("plain");
        inferenceFamilies(page, onnxLoad, moment, { model: "reranker", version: "7" }, 8);
        return page.text();
      },
    },
  ],
  service: { engines: ["triton"], models: ["reranker"], versions: ["7"] },
  expected: {
    ...only(truthOf([onnxLoad]), "request_rate", "queue_depth", ...failureSignals),
    e2e_latency: { average: meanOf(perRequest(onnxLoad, e2eOf)) },
    queue_time: { average: meanOf(perRequest(onnxLoad, queueOf)) },
    inference_time: {
      average: meanOf(perRequest(onnxLoad, (request) => request.prefill + decodeOf(request))),
    },
    batch_size: { value: 8 },
  },
  unavailable: ["ttft", "itl", "output_token_rate", "requests_running", "kv_cache_usage", "gpu_utilization"],
};

const vllmLoad = workload({
  seed: 43,
  queue: 0.02,
  prefill: 0.11,
  itl: 0.022,
  promptTokens: 350,
  outputTokens: 50,
});
const subsetBounds = {
  ttft: [0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10],
  itl: [0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5],
  e2e: [1, 2.5, 5, 10, 15, 20, 30, 40, 50, 60],
};

export const tritonVllm: Exporter = {
  name: "triton-vllm",
  title: "Triton with the vLLM backend",
  replicas: [
    {
      instance: "triton-3.example:8002",
      page(moment) {
        const page = new Exposition("plain");
        const cycles = cyclesAt(moment, vllmLoad.perSecond);
        const labels = { model: "vllm_llama", version: "3" };
        inferenceFamilies(page, vllmLoad, moment, labels, 1);
        page.counter("vllm:prompt_tokens_total", "Number of prefill tokens processed.", [
          [labels, cycles * promptTokensOf(vllmLoad)],
        ]);
        page.counter("vllm:generation_tokens_total", "Number of generation tokens processed.", [
          [labels, cycles * sum(vllmLoad.served.map(({ outputTokens }) => outputTokens))],
        ]);
        for (const [name, bounds, observations] of [
          ["vllm:time_to_first_token_seconds", subsetBounds.ttft, perRequest(vllmLoad, ttftOf)],
          ["vllm:time_per_output_token_seconds", subsetBounds.itl, perGap(vllmLoad)],
          ["vllm:e2e_request_latency_seconds", subsetBounds.e2e, perRequest(vllmLoad, e2eOf)],
        ] as const)
          page.histogram(name, `Histogram of ${name.slice(5).replaceAll("_", " ")}.`, [
            histogramState(bounds, observations, cycles, { labels }),
          ]);
        return page.text();
      },
    },
  ],
  service: { engines: ["triton", "vllm"], models: ["vllm_llama"], versions: ["3"] },
  expected: only(
    truthOf([vllmLoad]),
    "request_rate",
    "ttft",
    "itl",
    "e2e_latency",
    "queue_depth",
    "output_token_rate",
    "prompt_token_rate",
  ),
  unavailable: ["kv_cache_usage", "prefix_cache_hit_ratio"],
};
