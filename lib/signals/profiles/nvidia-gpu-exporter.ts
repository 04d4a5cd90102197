import type { Profile } from "../profile";

/** nvidia_gpu_exporter (utkuozdemir/nvidia_gpu_exporter, 1.14): base units already, one label `uuid`. */
export const nvidiaGpuExporter: Profile = {
  id: "nvidia-gpu-exporter",
  title: "nvidia_gpu_exporter",
  layer: "gpu",
  sentinels: ["nvidia_smi_utilization_gpu_ratio"],
  labels: {
    model: [],
    version: ["version"],
    instance: ["instance"],
    gpu: { uuid: ["uuid"], host: ["instance"] },
  },
  spellings: {
    gpu_utilization: {
      kind: "expression",
      expression: "avg$by(avg_over_time(nvidia_smi_utilization_gpu_ratio{$selector}[$window]))",
      metrics: ["nvidia_smi_utilization_gpu_ratio"],
    },
    gpu_memory_used: {
      kind: "expression",
      expression: "sum$by(max_over_time(nvidia_smi_memory_used_bytes{$selector}[$window]))",
      metrics: ["nvidia_smi_memory_used_bytes"],
    },
    gpu_memory_total: {
      kind: "expression",
      expression: "sum$by(max_over_time(nvidia_smi_memory_total_bytes{$selector}[$window]))",
      metrics: ["nvidia_smi_memory_total_bytes"],
    },
    gpu_memory_ratio: {
      kind: "expression",
      expression:
        "sum$by(max_over_time(nvidia_smi_memory_used_bytes{$selector}[$window])) / sum$by(max_over_time(nvidia_smi_memory_total_bytes{$selector}[$window]))",
      metrics: ["nvidia_smi_memory_used_bytes", "nvidia_smi_memory_total_bytes"],
    },
    // Newer drivers report an average instead.
    gpu_power: {
      kind: "expression",
      expression:
        "sum$by(avg_over_time(nvidia_smi_power_draw_watts{$selector}[$window]) or avg_over_time(nvidia_smi_power_draw_average_watts{$selector}[$window]))",
      metrics: ["nvidia_smi_power_draw_watts", "nvidia_smi_power_draw_average_watts"],
    },
    gpu_temperature: {
      kind: "expression",
      expression: "max$by(max_over_time(nvidia_smi_temperature_gpu{$selector}[$window]))",
      metrics: ["nvidia_smi_temperature_gpu"],
    },
  },
};
