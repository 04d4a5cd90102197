import { clientNames, clientStatuses, failureSpellings } from "../failures";
import { type Profile, versionLabels } from "../profile";
import { shareOfGauge } from "../spellings";

/**
 * The plain `llm_*` family of guides and tutorials: counters of requests and errors, one latency histogram in two
 * spellings, and GPU gauges in percent and bytes.
 */
export const plain: Profile = {
  id: "plain",
  title: "plain llm_* metrics",
  layer: "application",
  sentinels: ["llm_requests_total"],
  labels: {
    model: ["model", "model_name"],
    version: versionLabels,
    instance: ["instance"],
    gpu: { gpu: ["gpu", "gpu_id", "device"], host: ["Hostname", "hostname", "node", "instance"] },
  },
  spellings: {
    request_rate: { kind: "counter", counters: [{ metric: "llm_requests_total" }] },
    e2e_latency: { kind: "histogram", histograms: ["llm_latency_seconds", "llm_latency"] },
    ...failureSpellings({
      failures: [{ metric: "llm_errors_total" }],
      total: [{ metric: "llm_requests_total" }],
      typeLabel: "type",
      clientTypes: [...clientNames, "4xx", ...clientStatuses],
    }),
    output_token_rate: { kind: "counter", counters: [{ metric: "llm_output_tokens_total" }] },
    gpu_utilization: {
      kind: "expression",
      expression: "avg$by(avg_over_time(gpu_utilization_percent{$selector}[$window])) / 100",
      metrics: ["gpu_utilization_percent"],
    },
    gpu_memory_used: {
      kind: "expression",
      expression: "sum$by(max_over_time(gpu_memory_used{$selector}[$window]))",
      metrics: ["gpu_memory_used"],
    },
    gpu_memory_total: {
      kind: "expression",
      expression: "sum$by(max_over_time(gpu_memory_total{$selector}[$window]))",
      metrics: ["gpu_memory_total"],
    },
    gpu_memory_ratio: shareOfGauge("gpu_memory_used", "gpu_memory_total"),
  },
};
