import type { Profile } from "../profile";
import { gauge, shareOfGauge } from "../spellings";

/** What Triton itself reports of its GPUs: a ratio, bytes, watts and joules already. */
export const tritonGpu: Profile = {
  id: "triton-gpu",
  title: "Triton's GPU metrics",
  layer: "gpu",
  sentinels: ["nv_gpu_utilization"],
  labels: { model: [], version: [], instance: ["instance"], gpu: { uuid: ["gpu_uuid"], host: ["instance"] } },
  spellings: {
    gpu_utilization: gauge("avg", "avg", "nv_gpu_utilization"),
    gpu_memory_used: gauge("sum", "max", "nv_gpu_memory_used_bytes"),
    gpu_memory_total: gauge("sum", "max", "nv_gpu_memory_total_bytes"),
    gpu_memory_ratio: shareOfGauge("nv_gpu_memory_used_bytes", "nv_gpu_memory_total_bytes"),
    gpu_power: gauge("sum", "avg", "nv_gpu_power_usage"),
    gpu_power_limit: gauge("sum", "max", "nv_gpu_power_limit"),
    gpu_energy: {
      kind: "expression",
      expression: "sum$by(rate(nv_energy_consumption{$selector}[$window]))",
      metrics: ["nv_energy_consumption"],
    },
  },
};
