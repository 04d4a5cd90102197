import type { Profile, Spelling } from "../profile";
import { reasonsOfMask } from "./throttle-reasons";

const usedMebibytes = "max_over_time(DCGM_FI_DEV_FB_USED{$selector}[$window])";
const totalMebibytes =
  "(DCGM_FI_DEV_FB_USED{$selector} + DCGM_FI_DEV_FB_FREE{$selector} + DCGM_FI_DEV_FB_RESERVED{$selector}) or (DCGM_FI_DEV_FB_USED{$selector} + DCGM_FI_DEV_FB_FREE{$selector})";

/** A gauge over each window, by `over`, and over the GPUs, by `across`, times `scale`. */
const gauge = (across: string, over: string, metric: string, scale?: string): Spelling => ({
  kind: "expression",
  expression: `${across}$by(${over}_over_time(${metric}{$selector}[$window]))${scale ?? ""}`,
  metrics: [metric],
});

/**
 * NVIDIA's dcgm-exporter (etc/default-counters.csv, 4.8). Utilization is in percent, memory in MiB, clocks in MHz, energy
 * in mJ; what begins with PROF is 0–1 or bytes per second. Older releases have no FB_RESERVED; without it the total is
 * used plus free. NVLINK_BANDWIDTH_TOTAL has no settled unit, so NVLink is read from the profiling metrics alone.
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
    host: ["Hostname", "hostname", "instance"],
  },
  spellings: {
    gpu_utilization: gauge("avg", "avg", "DCGM_FI_DEV_GPU_UTIL", " / 100"),
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
    gpu_power: gauge("sum", "avg", "DCGM_FI_DEV_POWER_USAGE"),
    gpu_power_limit: gauge("sum", "min", "DCGM_FI_DEV_POWER_MGMT_LIMIT"),
    gpu_energy: {
      kind: "expression",
      expression: "sum$by(rate(DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION{$selector}[$window])) / 1000",
      metrics: ["DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION"],
    },
    gpu_temperature: gauge("max", "max", "DCGM_FI_DEV_GPU_TEMP"),
    gpu_memory_temperature: gauge("max", "max", "DCGM_FI_DEV_MEMORY_TEMP"),
    gpu_sm_clock: gauge("avg", "avg", "DCGM_FI_DEV_SM_CLOCK", " * 1000000"),
    gpu_memory_clock: gauge("avg", "avg", "DCGM_FI_DEV_MEM_CLOCK", " * 1000000"),
    gpu_sm_active: gauge("avg", "avg", "DCGM_FI_PROF_SM_ACTIVE"),
    gpu_sm_occupancy: gauge("avg", "avg", "DCGM_FI_PROF_SM_OCCUPANCY"),
    gpu_tensor_active: gauge("avg", "avg", "DCGM_FI_PROF_PIPE_TENSOR_ACTIVE"),
    gpu_dram_active: gauge("avg", "avg", "DCGM_FI_PROF_DRAM_ACTIVE"),
    gpu_throttle_reasons: {
      ...reasonsOfMask("DCGM_FI_DEV_CLOCKS_EVENT_REASONS"),
      otherwise: reasonsOfMask("DCGM_FI_DEV_CLOCK_THROTTLE_REASONS"),
    },
    gpu_ecc_uncorrected: gauge("sum", "max", "DCGM_FI_DEV_ECC_DBE_VOL_TOTAL"),
    gpu_ecc_corrected: gauge("sum", "max", "DCGM_FI_DEV_ECC_SBE_VOL_TOTAL"),
    // The gauge holds the number of the last XID, 0 where there was none: the number becomes a label, the value counts GPUs.
    gpu_xid: {
      kind: "expression",
      expression:
        'sum$by(count_values without () ("xid", max_over_time(DCGM_FI_DEV_XID_ERRORS{$selector}[$window]) > 0) or max_over_time(DCGM_FI_DEV_XID_ERRORS{$selector}[$window]) == 0)',
      metrics: ["DCGM_FI_DEV_XID_ERRORS"],
      labels: { type: ["xid"] },
    },
    gpu_row_remaps: {
      kind: "expression",
      expression:
        "sum$by(max_over_time(DCGM_FI_DEV_UNCORRECTABLE_REMAPPED_ROWS{$selector}[$window]) + max_over_time(DCGM_FI_DEV_CORRECTABLE_REMAPPED_ROWS{$selector}[$window]))",
      metrics: ["DCGM_FI_DEV_UNCORRECTABLE_REMAPPED_ROWS", "DCGM_FI_DEV_CORRECTABLE_REMAPPED_ROWS"],
    },
    gpu_row_remap_failure: gauge("sum", "max", "DCGM_FI_DEV_ROW_REMAP_FAILURE"),
    gpu_pcie_rx: gauge("sum", "avg", "DCGM_FI_PROF_PCIE_RX_BYTES"),
    gpu_pcie_tx: gauge("sum", "avg", "DCGM_FI_PROF_PCIE_TX_BYTES"),
    gpu_nvlink_bandwidth: {
      kind: "expression",
      expression:
        "sum$by(avg_over_time(DCGM_FI_PROF_NVLINK_TX_BYTES{$selector}[$window]) + avg_over_time(DCGM_FI_PROF_NVLINK_RX_BYTES{$selector}[$window]))",
      metrics: ["DCGM_FI_PROF_NVLINK_TX_BYTES", "DCGM_FI_PROF_NVLINK_RX_BYTES"],
    },
  },
};
