import type { Profile } from "../profile";

const usedMebibytes = "max_over_time(DCGM_FI_DEV_FB_USED{$selector}[$window])";
const totalMebibytes =
  "(DCGM_FI_DEV_FB_USED{$selector} + DCGM_FI_DEV_FB_FREE{$selector} + DCGM_FI_DEV_FB_RESERVED{$selector}) or (DCGM_FI_DEV_FB_USED{$selector} + DCGM_FI_DEV_FB_FREE{$selector})";

/**
 * NVIDIA's dcgm-exporter (etc/default-counters.csv, 4.8). Utilization is in percent, memory in MiB. Older releases
 * have no FB_RESERVED; without it the total is used plus free.
 */
export const dcgm: Profile = {
  id: "dcgm",
  title: "DCGM exporter",
  layer: "gpu",
  sentinels: ["DCGM_FI_DEV_GPU_UTIL"],
  labels: {
    model: [],
    version: ["version"],
    instance: ["instance"],
    gpu: {
      gpu: ["gpu"],
      uuid: ["UUID", "uuid"],
      host: ["Hostname", "hostname", "instance"],
      device: ["modelName"],
    },
  },
  spellings: {
    gpu_utilization: {
      kind: "expression",
      expression: "avg$by(avg_over_time(DCGM_FI_DEV_GPU_UTIL{$selector}[$window])) / 100",
      metrics: ["DCGM_FI_DEV_GPU_UTIL"],
    },
    gpu_memory_used: {
      kind: "expression",
      expression: `sum$by(${usedMebibytes}) * 1048576`,
      metrics: ["DCGM_FI_DEV_FB_USED"],
    },
    gpu_memory_total: {
      kind: "expression",
      expression: `sum$by(${totalMebibytes}) * 1048576`,
      metrics: ["DCGM_FI_DEV_FB_USED", "DCGM_FI_DEV_FB_FREE"],
    },
    gpu_memory_ratio: {
      kind: "expression",
      expression: `sum$by(DCGM_FI_DEV_FB_USED{$selector}) / sum$by(${totalMebibytes})`,
      metrics: ["DCGM_FI_DEV_FB_USED", "DCGM_FI_DEV_FB_FREE"],
    },
    gpu_power: {
      kind: "expression",
      expression: "sum$by(avg_over_time(DCGM_FI_DEV_POWER_USAGE{$selector}[$window]))",
      metrics: ["DCGM_FI_DEV_POWER_USAGE"],
    },
    gpu_temperature: {
      kind: "expression",
      expression: "max$by(max_over_time(DCGM_FI_DEV_GPU_TEMP{$selector}[$window]))",
      metrics: ["DCGM_FI_DEV_GPU_TEMP"],
    },
  },
};
