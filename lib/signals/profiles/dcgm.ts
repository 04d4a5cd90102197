import type { Profile, Spelling } from "../profile";
import { reasonsOfMask } from "./throttle-reasons";

/** A GPU that several pods or jobs share has a series for each of them, with the same values. */
const sharers =
  "pod, namespace, container, pod_uid, exported_pod, exported_namespace, exported_container, vgpu, hpc_job";
const onceAShare = (values: string): string => `max without (${sharers}) (${values})`;
/** What is known of the whole GPU alone is repeated for each of its MIG instances. */
const onceAGpu = (values: string): string => `max without (GPU_I_ID, GPU_I_PROFILE, ${sharers}) (${values})`;

/**
 * DCGM writes "no value" as numbers (dcgmlib/dcgm_structs.h): DCGM_INT32_BLANK 0x7ffffff0, DCGM_INT64_BLANK
 * 0x7ffffffffffffff0, DCGM_FP64_BLANK 2^47, and, one to three above each, not found, not supported and not permitted. Of
 * a window that holds one, the highest value is one too: the window has no value.
 */
export const blank32 = 2_147_483_632;
export const blank64 = 140_737_488_355_328;
/** What no power in watts or clock in MHz reaches, but an average with one blank among a hundred thousand samples. */
const leastBlankAverage = 10_000;
/** What no percentage and no share reaches, with room for rounding. */
const abovePercent = 101;
const aboveShare = 1.01;
/** The same of bytes per second. */
const leastBlankTraffic = 1e13;

const highest = (metric: string): string => `max_over_time(${metric}{$selector}[$window]) < ${blank32}`;
const newest = (metric: string): string => `(${metric}{$selector} >= 0 < ${blank32})`;

const usedMebibytes = onceAShare(highest("DCGM_FI_DEV_FB_USED"));
const usedAndFree = `${newest("DCGM_FI_DEV_FB_USED")} + ${newest("DCGM_FI_DEV_FB_FREE")}`;
const totalMebibytes = onceAShare(
  `(${usedAndFree} + ${newest("DCGM_FI_DEV_FB_RESERVED")}) or (${usedAndFree})`,
);
const xids = onceAGpu(highest("DCGM_FI_DEV_XID_ERRORS"));

/** A gauge over each window, by `over`, and over the GPUs, by `across`, times `scale`; without what is blank, or `below` what it can be. */
const gauge = (
  across: string,
  over: "avg" | "min" | "max",
  metric: string,
  { scale, below = over === "avg" ? leastBlankAverage : blank32 }: { scale?: string; below?: number } = {},
): Spelling => {
  const values = `(${over}_over_time(${metric}{$selector}[$window]) < ${below})`;
  return {
    kind: "expression",
    expression: `${across}$by(${across === "sum" ? onceAGpu(values) : values})${scale ?? ""}`,
    metrics: [metric],
  };
};

/**
 * NVIDIA's dcgm-exporter (etc/default-counters.csv, 4.8). Utilization is in percent, memory in MiB, clocks in MHz, energy
 * in mJ; what begins with PROF is 0–1 or bytes per second. Older releases have no FB_RESERVED; without it the total is
 * used plus free. NVLINK_BANDWIDTH_TOTAL has no settled unit, so NVLink is read from the profiling metrics alone.
 */
export const dcgm: Profile = {
  id: "dcgm",
  title: "DCGM exporter",
  layer: "gpu",
  sentinels: ["DCGM_FI_DEV_GPU_UTIL", "DCGM_FI_PROF_GR_ENGINE_ACTIVE"],
  blank: {
    names: "DCGM_FI_.+",
    // Counters of energy and bytes pass the blanks of 32 bits on their way.
    expression: `($series >= ${blank32} <= ${blank32 + 15}) or $series >= ${blank64}`,
    why: "DCGM found no value: the GPU or its driver does not support the field, or the exporter may not read it",
  },
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
    // A GPU split by MIG has no utilization: of it, how busy the engines of its instances are (docs/gpu.md).
    gpu_utilization: {
      kind: "expression",
      expression: `avg$by((avg_over_time(DCGM_FI_DEV_GPU_UTIL{$selector}[$window]) < ${abovePercent}) / 100 or on (instance, gpu, UUID, uuid) (avg_over_time(DCGM_FI_PROF_GR_ENGINE_ACTIVE{$selector}[$window]) < ${aboveShare}))`,
      metrics: ["DCGM_FI_DEV_GPU_UTIL", "DCGM_FI_PROF_GR_ENGINE_ACTIVE"],
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
      expression: `sum$by(${onceAShare(newest("DCGM_FI_DEV_FB_USED"))}) / sum$by(${totalMebibytes})`,
      metrics: ["DCGM_FI_DEV_FB_USED", "DCGM_FI_DEV_FB_FREE"],
    },
    gpu_power: gauge("sum", "avg", "DCGM_FI_DEV_POWER_USAGE"),
    gpu_power_limit: gauge("sum", "min", "DCGM_FI_DEV_POWER_MGMT_LIMIT"),
    gpu_energy: {
      kind: "expression",
      expression: `sum$by(${onceAGpu(`rate(DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION{$selector}[$window]) and max_over_time(DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION{$selector}[$window]) < ${blank64}`)}) / 1000`,
      metrics: ["DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION"],
    },
    gpu_temperature: gauge("max", "max", "DCGM_FI_DEV_GPU_TEMP"),
    gpu_memory_temperature: gauge("max", "max", "DCGM_FI_DEV_MEMORY_TEMP"),
    gpu_sm_clock: gauge("avg", "avg", "DCGM_FI_DEV_SM_CLOCK", { scale: " * 1000000" }),
    gpu_memory_clock: gauge("avg", "avg", "DCGM_FI_DEV_MEM_CLOCK", { scale: " * 1000000" }),
    gpu_sm_active: gauge("avg", "avg", "DCGM_FI_PROF_SM_ACTIVE", { below: aboveShare }),
    gpu_sm_occupancy: gauge("avg", "avg", "DCGM_FI_PROF_SM_OCCUPANCY", { below: aboveShare }),
    gpu_tensor_active: gauge("avg", "avg", "DCGM_FI_PROF_PIPE_TENSOR_ACTIVE", { below: aboveShare }),
    gpu_dram_active: gauge("avg", "avg", "DCGM_FI_PROF_DRAM_ACTIVE", { below: aboveShare }),
    gpu_throttle_reasons: {
      ...reasonsOfMask("DCGM_FI_DEV_CLOCKS_EVENT_REASONS", blank32),
      otherwise: reasonsOfMask("DCGM_FI_DEV_CLOCK_THROTTLE_REASONS", blank32),
    },
    gpu_ecc_uncorrected: gauge("sum", "max", "DCGM_FI_DEV_ECC_DBE_VOL_TOTAL"),
    gpu_ecc_corrected: gauge("sum", "max", "DCGM_FI_DEV_ECC_SBE_VOL_TOTAL"),
    // The gauge holds the number of the last XID, 0 where there was none: the number becomes a label, the value counts GPUs.
    gpu_xid: {
      kind: "expression",
      expression: `sum$by(count_values without () ("xid", ${xids} > 0) or ${xids} == 0)`,
      metrics: ["DCGM_FI_DEV_XID_ERRORS"],
      labels: { type: ["xid"] },
    },
    gpu_row_remaps: {
      kind: "expression",
      expression: `sum$by(${onceAGpu(`(${highest("DCGM_FI_DEV_UNCORRECTABLE_REMAPPED_ROWS")}) + (${highest("DCGM_FI_DEV_CORRECTABLE_REMAPPED_ROWS")})`)})`,
      metrics: ["DCGM_FI_DEV_UNCORRECTABLE_REMAPPED_ROWS", "DCGM_FI_DEV_CORRECTABLE_REMAPPED_ROWS"],
    },
    gpu_row_remap_failure: gauge("sum", "max", "DCGM_FI_DEV_ROW_REMAP_FAILURE"),
    gpu_pcie_rx: gauge("sum", "avg", "DCGM_FI_PROF_PCIE_RX_BYTES", { below: leastBlankTraffic }),
    gpu_pcie_tx: gauge("sum", "avg", "DCGM_FI_PROF_PCIE_TX_BYTES", { below: leastBlankTraffic }),
    gpu_nvlink_bandwidth: {
      kind: "expression",
      expression: `sum$by(${onceAGpu(`avg_over_time(DCGM_FI_PROF_NVLINK_TX_BYTES{$selector}[$window]) + avg_over_time(DCGM_FI_PROF_NVLINK_RX_BYTES{$selector}[$window]) < ${leastBlankTraffic}`)})`,
      metrics: ["DCGM_FI_PROF_NVLINK_TX_BYTES", "DCGM_FI_PROF_NVLINK_RX_BYTES"],
    },
  },
};
