import { type Counter, type FamilyDefinition, type Gauge, Registry } from "./registry";

export const errorTypes = ["timeout", "oom", "rate_limit", "model_error", "input_validation"] as const;
export type ErrorType = (typeof errorTypes)[number];

// Buckets as vLLM V1 declares them (vllm/v1/metrics/loggers.py).
const ttftBuckets = [
  0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80, 160, 640,
  2560,
];
const tokenLatencyBuckets = [
  0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80,
];
const requestLatencyBuckets = [
  0.3, 0.5, 0.8, 1, 1.5, 2, 2.5, 5, 10, 15, 20, 30, 40, 50, 60, 120, 240, 480, 960, 1920, 7680,
];
const iterationBuckets = [1, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384];
const plainLatencyBuckets = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60];

/** vLLM's 1-2-5 bounds up to the longest sequence that the model takes. */
export function tokenBuckets(maxModelLength: number): number[] {
  const bounds: number[] = [];
  for (let power = 1; ; power *= 10) {
    for (const digit of [1, 2, 5]) {
      if (digit * power > maxModelLength) return bounds;
      bounds.push(digit * power);
    }
  }
}

const vllmLabels = ["model_name", "engine"] as const;

function vllm(
  type: FamilyDefinition["type"],
  name: string,
  help: string,
  buckets?: readonly number[],
  more: readonly string[] = [],
): FamilyDefinition {
  return {
    name: `vllm:${name}`,
    type,
    help,
    labels: [...vllmLabels, ...more],
    ...(buckets ? { buckets } : {}),
  };
}

const plain = {
  requests: {
    name: "llm_requests_total",
    type: "counter",
    help: "Requests answered, with or without an error.",
    labels: [],
  },
  errors: {
    name: "llm_errors_total",
    type: "counter",
    help: "Requests answered with an error, by its type.",
    labels: ["type"],
  },
  latencySeconds: {
    name: "llm_latency_seconds",
    type: "histogram",
    help: "Time from a request's arrival to the end of its answer, in seconds.",
    labels: [],
    buckets: plainLatencyBuckets,
  },
  latency: {
    name: "llm_latency",
    type: "histogram",
    help: "Time from a request's arrival to the end of its answer, in seconds.",
    labels: [],
    buckets: plainLatencyBuckets,
  },
  outputTokens: {
    name: "llm_output_tokens_total",
    type: "counter",
    help: "Tokens generated.",
    labels: [],
  },
  gpuUtilization: {
    name: "gpu_utilization_percent",
    type: "gauge",
    help: "Part of the time in which the GPU was busy, 0 to 100.",
    labels: ["gpu"],
  },
  gpuMemoryUsed: {
    name: "gpu_memory_used",
    type: "gauge",
    help: "GPU memory in use, in bytes.",
    labels: ["gpu"],
  },
  gpuMemoryTotal: {
    name: "gpu_memory_total",
    type: "gauge",
    help: "GPU memory, in bytes.",
    labels: ["gpu"],
  },
} as const satisfies Record<string, FamilyDefinition>;

const gpuLabels = ["gpu", "UUID", "pci_bus_id", "device", "modelName", "Hostname"];

/** DCGM's fields: the key is that of `GpuReading`, units are DCGM's (MiB, W, °C, MHz, mJ, percent). */
const dcgmFields = {
  smClock: ["DCGM_FI_DEV_SM_CLOCK", "gauge", "SM clock frequency (in MHz)."],
  memoryClock: ["DCGM_FI_DEV_MEM_CLOCK", "gauge", "Memory clock frequency (in MHz)."],
  temperature: ["DCGM_FI_DEV_GPU_TEMP", "gauge", "GPU temperature (in C)."],
  power: ["DCGM_FI_DEV_POWER_USAGE", "gauge", "Power draw (in W)."],
  powerLimit: ["DCGM_FI_DEV_POWER_MGMT_LIMIT", "gauge", "Current power limit (in W)."],
  energy: ["DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION", "counter", "Total energy consumption since boot (in mJ)."],
  pcieReplays: ["DCGM_FI_DEV_PCIE_REPLAY_COUNTER", "counter", "Total number of PCIe retries."],
  utilization: ["DCGM_FI_DEV_GPU_UTIL", "gauge", "GPU utilization (in %)."],
  memoryCopyUtilization: ["DCGM_FI_DEV_MEM_COPY_UTIL", "gauge", "Memory utilization (in %)."],
  xid: ["DCGM_FI_DEV_XID_ERRORS", "gauge", "Value of the last XID error encountered."],
  memoryFree: ["DCGM_FI_DEV_FB_FREE", "gauge", "Framebuffer memory free (in MiB)."],
  memoryUsed: ["DCGM_FI_DEV_FB_USED", "gauge", "Framebuffer memory used (in MiB)."],
  memoryReserved: ["DCGM_FI_DEV_FB_RESERVED", "gauge", "Framebuffer memory reserved (in MiB)."],
  eccSingleBit: [
    "DCGM_FI_DEV_ECC_SBE_VOL_TOTAL",
    "counter",
    "Total number of single-bit volatile ECC errors.",
  ],
  eccDoubleBit: [
    "DCGM_FI_DEV_ECC_DBE_VOL_TOTAL",
    "counter",
    "Total number of double-bit volatile ECC errors.",
  ],
  clockEvents: ["DCGM_FI_DEV_CLOCK_THROTTLE_REASONS", "gauge", "Current clock throttle reasons (bitmask)."],
  graphicsActive: ["DCGM_FI_PROF_GR_ENGINE_ACTIVE", "gauge", "Ratio of time the graphics engine is active."],
  tensorActive: [
    "DCGM_FI_PROF_PIPE_TENSOR_ACTIVE",
    "gauge",
    "Ratio of cycles the tensor (HMMA) pipe is active.",
  ],
  memoryActive: [
    "DCGM_FI_PROF_DRAM_ACTIVE",
    "gauge",
    "Ratio of cycles the device memory interface is active sending or receiving data.",
  ],
} as const satisfies Record<string, readonly [string, "counter" | "gauge", string]>;
export type DcgmField = keyof typeof dcgmFields;

const cpuModes = ["idle", "iowait", "system", "user"] as const;
export type CpuMode = (typeof cpuModes)[number];

const node = {
  cpu: {
    name: "node_cpu_seconds_total",
    type: "counter",
    help: "Seconds the CPUs spent in each mode.",
    labels: ["cpu", "mode"],
  },
  load1: { name: "node_load1", type: "gauge", help: "1m load average.", labels: [] },
  load5: { name: "node_load5", type: "gauge", help: "5m load average.", labels: [] },
  memoryTotal: {
    name: "node_memory_MemTotal_bytes",
    type: "gauge",
    help: "Memory information field MemTotal_bytes.",
    labels: [],
  },
  memoryAvailable: {
    name: "node_memory_MemAvailable_bytes",
    type: "gauge",
    help: "Memory information field MemAvailable_bytes.",
    labels: [],
  },
  filesystemSize: {
    name: "node_filesystem_size_bytes",
    type: "gauge",
    help: "Filesystem size in bytes.",
    labels: ["device", "fstype", "mountpoint"],
  },
  filesystemAvailable: {
    name: "node_filesystem_avail_bytes",
    type: "gauge",
    help: "Filesystem space available to non-root users in bytes.",
    labels: ["device", "fstype", "mountpoint"],
  },
  networkReceived: {
    name: "node_network_receive_bytes_total",
    type: "counter",
    help: "Network device statistic receive_bytes.",
    labels: ["device"],
  },
  networkSent: {
    name: "node_network_transmit_bytes_total",
    type: "counter",
    help: "Network device statistic transmit_bytes.",
    labels: ["device"],
  },
} as const satisfies Record<string, FamilyDefinition>;

export type GpuIdentity = { index: string; uuid: string; pciBusId: string; modelName: string };

export type ReplicaIdentity = {
  modelName: string;
  hostname: string;
  gpus: readonly GpuIdentity[];
  cpus: number;
  maxModelLength: number;
  /** The engine's cache configuration, as vLLM shows it in the labels of `vllm:cache_config_info`. */
  cacheConfig: Readonly<Record<string, string>>;
};

export type GpuMetrics = {
  dcgm: Record<DcgmField, Counter | Gauge>;
  utilizationPercent: Gauge;
  memoryUsed: Gauge;
  memoryTotal: Gauge;
};

export type ReplicaMetrics = ReturnType<typeof createReplicaMetrics>;

/** Every series that one model server exposes, all there from the start. */
export function createReplicaMetrics(identity: ReplicaIdentity) {
  const registry = new Registry();
  const labels = { model_name: identity.modelName, engine: "0" };
  const tokens = tokenBuckets(identity.maxModelLength);
  const counter = (name: string, help: string) => registry.counter(vllm("counter", name, help), labels);
  const gauge = (name: string, help: string) => registry.gauge(vllm("gauge", name, help), labels);
  const histogram = (name: string, help: string, buckets: readonly number[]) =>
    registry.histogram(vllm("histogram", name, help, buckets), labels);
  const finished = (finished_reason: string) =>
    registry.counter(
      vllm("counter", "request_success_total", "Count of successfully processed requests.", undefined, [
        "finished_reason",
      ]),
      { ...labels, finished_reason },
    );

  const engine = {
    running: gauge("num_requests_running", "Number of requests in model execution batches."),
    waiting: gauge("num_requests_waiting", "Number of requests waiting to be processed."),
    cacheUsage: gauge("kv_cache_usage_perc", "KV-cache usage. 1 means 100 percent usage."),
    prefixQueries: counter(
      "prefix_cache_queries_total",
      "Prefix cache queries, in terms of number of queried tokens.",
    ),
    prefixHits: counter("prefix_cache_hits_total", "Prefix cache hits, in terms of number of cached tokens."),
    preemptions: counter("num_preemptions_total", "Cumulative number of preemption from the engine."),
    promptTokens: counter("prompt_tokens_total", "Number of prefill tokens processed."),
    generationTokens: counter("generation_tokens_total", "Number of generation tokens processed."),
    finished: {
      stop: finished("stop"),
      length: finished("length"),
      abort: finished("abort"),
      error: finished("error"),
    },
    iterationTokens: histogram(
      "iteration_tokens_total",
      "Histogram of number of tokens per engine_step.",
      iterationBuckets,
    ),
    ttft: histogram(
      "time_to_first_token_seconds",
      "Histogram of time to first token in seconds.",
      ttftBuckets,
    ),
    interToken: histogram(
      "inter_token_latency_seconds",
      "Histogram of inter-token latency in seconds.",
      tokenLatencyBuckets,
    ),
    timePerOutputToken: histogram(
      "request_time_per_output_token_seconds",
      "Histogram of time_per_output_token_seconds per request.",
      tokenLatencyBuckets,
    ),
    e2e: histogram(
      "e2e_request_latency_seconds",
      "Histogram of e2e request latency in seconds.",
      requestLatencyBuckets,
    ),
    queue: histogram(
      "request_queue_time_seconds",
      "Histogram of time spent in WAITING phase for request.",
      requestLatencyBuckets,
    ),
    inference: histogram(
      "request_inference_time_seconds",
      "Histogram of time spent in RUNNING phase for request.",
      requestLatencyBuckets,
    ),
    prefill: histogram(
      "request_prefill_time_seconds",
      "Histogram of time spent in PREFILL phase for request.",
      requestLatencyBuckets,
    ),
    decode: histogram(
      "request_decode_time_seconds",
      "Histogram of time spent in DECODE phase for request.",
      requestLatencyBuckets,
    ),
    requestPromptTokens: histogram("request_prompt_tokens", "Number of prefill tokens processed.", tokens),
    requestGenerationTokens: histogram(
      "request_generation_tokens",
      "Number of generation tokens processed.",
      tokens,
    ),
    requestMaxTokens: histogram(
      "request_params_max_tokens",
      "Histogram of the max_tokens request parameter.",
      tokens,
    ),
    maxGenerationTokens: histogram(
      "request_max_num_generation_tokens",
      "Histogram of maximum number of requested generation tokens.",
      tokens,
    ),
  };
  const cacheConfig = { ...identity.cacheConfig, engine: "0" };
  registry
    .gauge(
      {
        name: "vllm:cache_config_info",
        type: "gauge",
        help: "Information of the LLMEngine CacheConfig",
        labels: Object.keys(cacheConfig),
      },
      cacheConfig,
    )
    .set(1);

  const httpRequests = Object.fromEntries(
    (["2xx", "4xx", "5xx"] as const).map((status) => [
      status,
      registry.counter(
        {
          name: "http_requests_total",
          type: "counter",
          help: "Total number of requests by method, status and handler.",
          labels: ["handler", "method", "status"],
        },
        { handler: "/v1/chat/completions", method: "POST", status },
      ),
    ]),
  ) as Record<"2xx" | "4xx" | "5xx", Counter>;

  const requests = registry.counter(plain.requests, {});
  const errors = Object.fromEntries(
    errorTypes.map((type) => [type, registry.counter(plain.errors, { type })]),
  ) as Record<ErrorType, Counter>;
  const latencySeconds = registry.histogram(plain.latencySeconds, {});
  const latency = registry.histogram(plain.latency, {});
  const outputTokens = registry.counter(plain.outputTokens, {});

  const gpus = identity.gpus.map((gpu): GpuMetrics => {
    const dcgmLabels = {
      gpu: gpu.index,
      UUID: gpu.uuid,
      pci_bus_id: gpu.pciBusId,
      device: `nvidia${gpu.index}`,
      modelName: gpu.modelName,
      Hostname: identity.hostname,
    };
    const dcgm = {} as Record<DcgmField, Counter | Gauge>;
    for (const field of Object.keys(dcgmFields) as DcgmField[]) {
      const [name, type, help] = dcgmFields[field];
      const definition = { name, type, help, labels: gpuLabels };
      dcgm[field] =
        type === "counter"
          ? registry.counter(definition, dcgmLabels)
          : registry.gauge(definition, dcgmLabels);
    }
    return {
      dcgm,
      utilizationPercent: registry.gauge(plain.gpuUtilization, { gpu: gpu.index }),
      memoryUsed: registry.gauge(plain.gpuMemoryUsed, { gpu: gpu.index }),
      memoryTotal: registry.gauge(plain.gpuMemoryTotal, { gpu: gpu.index }),
    };
  });

  const disk = { device: "/dev/nvme0n1p1", fstype: "ext4", mountpoint: "/" };
  const nic = { device: "eth0" };
  const host = {
    cpu: Array.from(
      { length: identity.cpus },
      (_, cpu) =>
        Object.fromEntries(
          cpuModes.map((mode) => [mode, registry.counter(node.cpu, { cpu: String(cpu), mode })]),
        ) as Record<CpuMode, Counter>,
    ),
    load1: registry.gauge(node.load1, {}),
    load5: registry.gauge(node.load5, {}),
    memoryTotal: registry.gauge(node.memoryTotal, {}),
    memoryAvailable: registry.gauge(node.memoryAvailable, {}),
    filesystemSize: registry.gauge(node.filesystemSize, disk),
    filesystemAvailable: registry.gauge(node.filesystemAvailable, disk),
    networkReceived: registry.counter(node.networkReceived, nic),
    networkSent: registry.counter(node.networkSent, nic),
  };
  return {
    registry,
    engine,
    httpRequests,
    requests,
    errors,
    latencySeconds,
    latency,
    outputTokens,
    gpus,
    host,
  };
}
