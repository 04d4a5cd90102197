import { cyclesAt, type Exporter, loaded } from "./exporter";
import { Exposition } from "./exposition";
import { failureSignals, only, outputTokensOf, runningOf, truthOf } from "./truth";
import { e2eOf, failuresIn, histogramState, perRequest, sum, workload } from "./workload";

/* The plain family of guides and tutorials: `llm_*` counters, one histogram, GPU gauges in percent and bytes. */

const bounds = [0.1, 0.25, 0.5, 1, 2, 5, 10];

/** One in 20 of v1 fails and one in 10 of v2, which gets a quarter of the traffic: 6.25 %. */
const loads = [
  workload({
    seed: 131,
    size: 60,
    failures: { timeout: 2, oom: 1 },
    queue: 0.02,
    prefill: 0.2,
    itl: 0.02,
    promptTokens: 300,
    outputTokens: 50,
  }),
  workload({
    seed: 132,
    size: 20,
    failures: { rate_limit: 2 },
    queue: 0.02,
    prefill: 0.3,
    itl: 0.025,
    promptTokens: 300,
    outputTokens: 50,
  }),
] as const;
const gpuPercent = [82, 64];
const gpuBytes = [60, 48].map((gibibytes) => gibibytes * 2 ** 30);

export const plain: Exporter = {
  name: "plain",
  title: "plain llm_* metrics",
  replicas: loads.map((load, index) => ({
    name: String(index),
    instance: `plain-${index + 1}.example:9000`,
    page(moment) {
      const page = new Exposition("python", moment.startedAt);
      const cycles = cyclesAt(moment, load.perSecond);
      const labels = { model: "llama", version: `v${index + 1}` };
      const gpu = { gpu: String(index) };
      page.counter("llm_requests_total", "Total LLM requests", [[labels, cycles * load.requests.length]]);
      page.counter(
        "llm_errors_total",
        "Total LLM errors",
        [...new Set(load.requests.flatMap(({ failure }) => failure ?? []))].map((type) => [
          { ...labels, type },
          cycles * failuresIn(load, type),
        ]),
      );
      page.histogram("llm_latency_seconds", "LLM request latency", [
        histogramState(bounds, perRequest(load, e2eOf), cycles, { labels }),
      ]);
      page.counter("llm_output_tokens_total", "Total output tokens", [
        [labels, cycles * outputTokensOf(load)],
      ]);
      page.gauge("llm_requests_in_progress", "Requests in progress", [
        [labels, loaded(runningOf(load), moment)],
      ]);
      page.gauge("gpu_utilization_percent", "GPU utilization in percent", [[gpu, gpuPercent[index]!]]);
      page.gauge("gpu_memory_used", "GPU memory used in bytes", [[gpu, gpuBytes[index]!]]);
      page.gauge("gpu_memory_total", "GPU memory in bytes", [[gpu, 80 * 2 ** 30]]);
      return page.text();
    },
  })),
  service: { engines: [], models: ["llama"], versions: ["v1", "v2"] },
  expected: {
    ...only(truthOf(loads), "request_rate", "e2e_latency", "output_token_rate", ...failureSignals),
    gpu_utilization: { value: 0.73, byGpu: { "0": 0.82, "1": 0.64 } },
    gpu_memory_used: { value: sum(gpuBytes), byGpu: { "0": gpuBytes[0]!, "1": gpuBytes[1]! } },
    gpu_memory_total: { value: 160 * 2 ** 30 },
    gpu_memory_ratio: { value: sum(gpuBytes) / (160 * 2 ** 30) },
  },
  unavailable: ["ttft", "itl", "queue_depth", "kv_cache_usage"],
};
