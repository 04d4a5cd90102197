import type { Unit } from "@/lib/units/unit";

/** Every signal that Inferscope knows, in the order in which a list shows them. */
export const signalIds = [
  "request_rate",
  "ttft",
  "itl",
  "e2e_latency",
  "error_rate",
  "errors_by_type",
  "availability",
  "queue_depth",
  "queue_time",
  "requests_running",
  "prefill_time",
  "decode_time",
  "output_token_rate",
  "prompt_token_rate",
  "kv_cache_usage",
  "prefix_cache_hit_ratio",
  "preemption_rate",
  "gpu_utilization",
  "gpu_memory_used",
  "gpu_memory_total",
  "gpu_memory_ratio",
  "gpu_power",
  "gpu_temperature",
  "host_cpu_utilization",
  "host_memory_ratio",
] as const;

export type SignalId = (typeof signalIds)[number];

/** How a signal's value comes about: `quantile` from a histogram, `rate` from a counter, `ratio` of two counters. */
export type SignalKind = "quantile" | "rate" | "gauge" | "ratio";

/** A level that a chart marks. `critical` and `warning` say which colour and word it gets. */
export interface Threshold {
  value: number;
  severity: "warning" | "critical";
  label: string;
}

/** One canonical measurement of an LLM service. Values are in the unit's base: seconds, bytes, ratios 0–1. */
export interface SignalDefinition {
  id: SignalId;
  title: string;
  /** For a table's column or a narrow card. */
  shortTitle: string;
  unit: Unit;
  kind: SignalKind;
  /** Which direction is good; colours and words of a change follow it. */
  better: "lower" | "higher";
  /** What its histogram observes, in the plural; requests where it has none. */
  observed: "requests" | "tokens";
  /** False where a change alone is neither good nor bad, such as less traffic: then a change gets no judgement. */
  judged: boolean;
  /** What it should be. `quantile` names the quantile that the target is about. */
  target?: { value: number; quantile?: number };
  thresholds?: Threshold[];
  /** What it is and why one looks at it, for a person who meets it for the first time. */
  explanation: string;
  /** What a server would have to expose; said where it is not measurable. */
  measuredBy: string;
}

const definitions: { [Id in SignalId]: Omit<SignalDefinition, "id" | "judged" | "observed"> } = {
  request_rate: {
    title: "Request rate",
    shortTitle: "Requests",
    unit: "requests_per_second",
    kind: "rate",
    better: "higher",
    explanation:
      "Requests finished per second, whatever their outcome. A sudden fall is as telling as a rise.",
    measuredBy: "a counter of finished requests",
  },
  ttft: {
    title: "Time to first token",
    shortTitle: "TTFT",
    unit: "seconds",
    kind: "quantile",
    better: "lower",
    target: { value: 0.5, quantile: 0.95 },
    explanation:
      "From the arrival of a request to its first token: waiting in the queue plus reading the prompt. It is what a user feels as the answer starting.",
    measuredBy: "a histogram of the time to the first token, as vLLM and SGLang expose",
  },
  itl: {
    title: "Inter-token latency",
    shortTitle: "ITL",
    unit: "seconds",
    kind: "quantile",
    better: "lower",
    target: { value: 0.05, quantile: 0.95 },
    explanation:
      "The pause between two tokens of one answer. Above 50 ms an answer reads slower than people do.",
    measuredBy: "a histogram of the time between tokens, as vLLM and SGLang expose",
  },
  e2e_latency: {
    title: "End-to-end latency",
    shortTitle: "End-to-end",
    unit: "seconds",
    kind: "quantile",
    better: "lower",
    explanation:
      "From the arrival of a request to its last token. It grows with the length of the answer, so compare it at the same lengths.",
    measuredBy: "a histogram of request durations",
  },
  error_rate: {
    title: "Error rate",
    shortTitle: "Errors",
    unit: "ratio",
    kind: "ratio",
    better: "lower",
    explanation: "Failed requests as a share of all requests in the same window.",
    measuredBy:
      "a counter of failed requests beside one of all requests, such as `llm_errors_total` and `llm_requests_total`",
  },
  errors_by_type: {
    title: "Errors by type",
    shortTitle: "Errors by type",
    unit: "requests_per_second",
    kind: "rate",
    better: "lower",
    explanation: "Failed requests per second, each counted under the type that the server gave it.",
    measuredBy: "a counter of failed requests with a label for the type, such as `llm_errors_total{type}`",
  },
  availability: {
    title: "Availability",
    shortTitle: "Availability",
    unit: "ratio",
    kind: "ratio",
    better: "higher",
    target: { value: 0.999 },
    explanation: "The share of requests that did not fail: one minus the error rate.",
    measuredBy:
      "a counter of failed requests beside one of all requests, such as `llm_errors_total` and `llm_requests_total`",
  },
  queue_depth: {
    title: "Queue depth",
    shortTitle: "Queue",
    unit: "requests",
    kind: "gauge",
    better: "lower",
    thresholds: [
      { value: 100, severity: "warning", label: "long" },
      { value: 500, severity: "critical", label: "overloaded" },
    ],
    explanation:
      "Requests that wait for a place in the batch: the highest each replica reported in a step, summed. A queue that does not empty means that capacity is short.",
    measuredBy: "a gauge of waiting requests",
  },
  queue_time: {
    title: "Time in queue",
    shortTitle: "Queue time",
    unit: "seconds",
    kind: "quantile",
    better: "lower",
    explanation: "How long a request waited before the engine began to work on it.",
    measuredBy: "a histogram of the time in the queue",
  },
  requests_running: {
    title: "Requests running",
    shortTitle: "Running",
    unit: "requests",
    kind: "gauge",
    better: "higher",
    explanation: "Requests in the batch, on average over each step, summed over the replicas.",
    measuredBy: "a gauge of running requests",
  },
  prefill_time: {
    title: "Prefill time",
    shortTitle: "Prefill",
    unit: "seconds",
    kind: "quantile",
    better: "lower",
    explanation: "From the start of work on a request to its first token: reading the prompt.",
    measuredBy: "a histogram of the prefill phase",
  },
  decode_time: {
    title: "Decode time",
    shortTitle: "Decode",
    unit: "seconds",
    kind: "quantile",
    better: "lower",
    explanation: "From the first token of an answer to its last.",
    measuredBy: "a histogram of the decode phase",
  },
  output_token_rate: {
    title: "Output tokens",
    shortTitle: "Output",
    unit: "tokens_per_second",
    kind: "rate",
    better: "higher",
    explanation: "Tokens generated per second, summed over the replicas: what the service produces.",
    measuredBy: "a counter of generated tokens",
  },
  prompt_token_rate: {
    title: "Prompt tokens",
    shortTitle: "Prompt",
    unit: "tokens_per_second",
    kind: "rate",
    better: "higher",
    explanation: "Tokens of prompts taken in per second, cached ones included.",
    measuredBy: "a counter of prompt tokens",
  },
  kv_cache_usage: {
    title: "KV cache usage",
    shortTitle: "KV cache",
    unit: "ratio",
    kind: "gauge",
    better: "lower",
    thresholds: [{ value: 0.9, severity: "warning", label: "nearly full" }],
    explanation:
      "How full the fullest replica's KV cache is. Near 100 % requests wait or are preempted, and latency rises.",
    measuredBy: "a gauge of the KV cache",
  },
  prefix_cache_hit_ratio: {
    title: "Prefix cache hits",
    shortTitle: "Prefix hits",
    unit: "ratio",
    kind: "ratio",
    better: "higher",
    explanation: "The share of prompt tokens whose keys and values were already in the cache.",
    measuredBy: "counters of prefix cache queries and hits",
  },
  preemption_rate: {
    title: "Preemptions",
    shortTitle: "Preemptions",
    unit: "events_per_second",
    kind: "rate",
    better: "lower",
    explanation:
      "How often a running request was put back to make room in the KV cache. Each one repeats work and delays a user.",
    measuredBy: "a counter of preemptions",
  },
  gpu_utilization: {
    title: "GPU utilization",
    shortTitle: "GPU",
    unit: "ratio",
    kind: "gauge",
    better: "higher",
    explanation:
      "The share of time in which a GPU ran at least one kernel. It says that a GPU was busy, not that it was used well.",
    measuredBy: "dcgm-exporter, nvidia_gpu_exporter or `gpu_utilization_percent`",
  },
  gpu_memory_used: {
    title: "GPU memory used",
    shortTitle: "GPU memory",
    unit: "bytes",
    kind: "gauge",
    better: "lower",
    explanation:
      "Memory in use on a GPU. An engine reserves its KV cache at the start, so a level line is normal and a rising one is a leak.",
    measuredBy: "dcgm-exporter, nvidia_gpu_exporter or `gpu_memory_used`",
  },
  gpu_memory_total: {
    title: "GPU memory in total",
    shortTitle: "GPU memory total",
    unit: "bytes",
    kind: "gauge",
    better: "higher",
    explanation: "The memory that a GPU has.",
    measuredBy: "dcgm-exporter, nvidia_gpu_exporter or `gpu_memory_total`",
  },
  gpu_memory_ratio: {
    title: "GPU memory in use",
    shortTitle: "GPU memory",
    unit: "ratio",
    kind: "gauge",
    better: "lower",
    thresholds: [{ value: 0.95, severity: "warning", label: "nearly full" }],
    explanation: "Used memory as a share of the GPU's memory.",
    measuredBy: "dcgm-exporter, nvidia_gpu_exporter, or `gpu_memory_used` and `gpu_memory_total`",
  },
  gpu_power: {
    title: "GPU power",
    shortTitle: "Power",
    unit: "watts",
    kind: "gauge",
    better: "lower",
    explanation: "What a GPU draws, on average over each step.",
    measuredBy: "dcgm-exporter or nvidia_gpu_exporter",
  },
  gpu_temperature: {
    title: "GPU temperature",
    shortTitle: "Temperature",
    unit: "celsius",
    kind: "gauge",
    better: "lower",
    thresholds: [{ value: 85, severity: "warning", label: "hot" }],
    explanation: "The highest core temperature in each step. A GPU that gets too hot lowers its clock.",
    measuredBy: "dcgm-exporter or nvidia_gpu_exporter",
  },
  host_cpu_utilization: {
    title: "Host CPU",
    shortTitle: "CPU",
    unit: "ratio",
    kind: "gauge",
    better: "lower",
    explanation: "The share of the host's CPU time that was not idle.",
    measuredBy: "node_exporter",
  },
  host_memory_ratio: {
    title: "Host memory in use",
    shortTitle: "Memory",
    unit: "ratio",
    kind: "gauge",
    better: "lower",
    thresholds: [{ value: 0.9, severity: "warning", label: "nearly full" }],
    explanation: "The share of the host's memory that is not available to new programs.",
    measuredBy: "node_exporter",
  },
};

/** Signals that describe what is asked of a service or what it has, not how well it does. */
const unjudged: ReadonlySet<SignalId> = new Set([
  "request_rate",
  "requests_running",
  "output_token_rate",
  "prompt_token_rate",
  "gpu_utilization",
  "gpu_memory_used",
  "gpu_memory_total",
  "gpu_power",
]);

/** The definition of each signal by its id. */
export const signals: { [Id in SignalId]: SignalDefinition } = Object.fromEntries(
  signalIds.map((id) => [
    id,
    { id, judged: !unjudged.has(id), observed: id === "itl" ? "tokens" : "requests", ...definitions[id] },
  ]),
) as { [Id in SignalId]: SignalDefinition };

/** Whether a string is the id of a signal. */
export const isSignalId = (value: string): value is SignalId => Object.hasOwn(definitions, value);

/** What each percentile tells, in one sentence; the quantile is its key. */
export const quantileExplanations: Record<string, string> = {
  "0.5": "p50: the typical user. Half of all requests were at least this fast.",
  "0.95": "p95: most users. One request in twenty was slower.",
  "0.99": "p99: the worst case that an SLA speaks of. One request in a hundred was slower.",
  "0.999": "p99.9: the tail that capacity is planned by. One request in a thousand was slower.",
  mean: "Mean: the sum of all durations divided by their number, which is exact. A few slow requests pull it up.",
  standardDeviation:
    "Standard deviation: how far requests spread around the mean. It is estimated from the histogram's buckets.",
};
