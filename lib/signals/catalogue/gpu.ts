import type { SignalDescription } from "./definition";

/** What is measured of GPUs, whichever exporter reports it. */
export const gpuSignals = {
  gpu_utilization: {
    title: "GPU utilization",
    shortTitle: "GPU",
    unit: "ratio",
    kind: "gauge",
    better: "higher",
    judged: false,
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
    judged: false,
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
    judged: false,
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
    judged: false,
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
} satisfies Record<string, SignalDescription>;
