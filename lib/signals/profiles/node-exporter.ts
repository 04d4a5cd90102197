import type { Profile } from "../profile";

/** node_exporter (prometheus/node_exporter). `instance` names the host. */
export const nodeExporter: Profile = {
  id: "node-exporter",
  title: "node_exporter",
  layer: "host",
  sentinels: ["node_memory_MemTotal_bytes"],
  labels: { model: [], version: [], instance: ["instance"], gpu: {} },
  spellings: {
    host_cpu_utilization: {
      kind: "expression",
      expression: '1 - avg$by(rate(node_cpu_seconds_total{$selector,mode="idle"}[$window]))',
      metrics: ["node_cpu_seconds_total"],
    },
    host_memory_ratio: {
      kind: "expression",
      expression:
        "1 - sum$by(node_memory_MemAvailable_bytes{$selector}) / sum$by(node_memory_MemTotal_bytes{$selector})",
      metrics: ["node_memory_MemAvailable_bytes", "node_memory_MemTotal_bytes"],
    },
  },
};
