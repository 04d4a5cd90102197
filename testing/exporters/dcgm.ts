import type { ExpectedSignals, Exporter, Moment } from "./exporter";
import { Exposition, type Labels } from "./exposition";

/* NVIDIA's dcgm-exporter: etc/default-counters.csv and what is often enabled beside it (4.8). */

interface Gpu {
  index: number;
  /** Percent. */
  utilization: number;
  smActive: number;
  /** MiB of 81,920. */
  used: number;
  watts: number;
  celsius: number;
  xid: number;
  /** Bits of the clock's event reasons. */
  reasons: number;
}

const reserved = 640;
const totalMebibytes = 81_920;

function dcgmPage(gpus: readonly Gpu[], labelsOf: (gpu: Gpu) => Labels, { uptime }: Moment): string {
  const page = new Exposition("plain");
  const each = (of: (gpu: Gpu) => number) => gpus.map((gpu) => [labelsOf(gpu), of(gpu)] as const);
  const gauge = (name: string, help: string, of: (gpu: Gpu) => number) => page.gauge(name, help, each(of));
  const counter = (name: string, help: string, of: (gpu: Gpu) => number) =>
    page.counter(name, help, each(of));
  gauge("DCGM_FI_DEV_SM_CLOCK", "SM clock frequency (in MHz).", () => 1755);
  gauge("DCGM_FI_DEV_MEM_CLOCK", "Memory clock frequency (in MHz).", () => 2619);
  gauge("DCGM_FI_DEV_MEMORY_TEMP", "Memory temperature (in C).", ({ celsius }) => celsius + 8);
  gauge("DCGM_FI_DEV_GPU_TEMP", "GPU temperature (in C).", ({ celsius }) => celsius);
  gauge("DCGM_FI_DEV_POWER_USAGE", "Power draw (in W).", ({ watts }) => watts);
  counter(
    "DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION",
    "Total energy consumption since boot (in mJ).",
    ({ watts }) => Math.round(watts * uptime * 1000),
  );
  counter("DCGM_FI_DEV_PCIE_REPLAY_COUNTER", "Total number of PCIe retries.", () => 0);
  gauge("DCGM_FI_DEV_GPU_UTIL", "GPU utilization (in %).", ({ utilization }) => utilization);
  gauge("DCGM_FI_DEV_MEM_COPY_UTIL", "Memory utilization (in %).", ({ utilization }) => utilization / 2);
  gauge("DCGM_FI_DEV_XID_ERRORS", "Value of the last XID error encountered.", ({ xid }) => xid);
  gauge("DCGM_FI_DEV_POWER_MGMT_LIMIT", "Current power limit (in W).", () => 700);
  gauge(
    "DCGM_FI_DEV_CLOCKS_EVENT_REASONS",
    "Current clock event reasons (bitmask).",
    ({ reasons }) => reasons,
  );
  gauge(
    "DCGM_FI_DEV_FB_FREE",
    "Framebuffer memory free (in MiB).",
    ({ used }) => totalMebibytes - reserved - used,
  );
  gauge("DCGM_FI_DEV_FB_USED", "Framebuffer memory used (in MiB).", ({ used }) => used);
  gauge("DCGM_FI_DEV_FB_RESERVED", "Framebuffer memory reserved (in MiB).", () => reserved);
  counter(
    "DCGM_FI_DEV_ECC_SBE_VOL_TOTAL",
    "Total number of single-bit volatile ECC errors.",
    ({ index }) => 3 * index,
  );
  counter("DCGM_FI_DEV_ECC_DBE_VOL_TOTAL", "Total number of double-bit volatile ECC errors.", () => 0);
  counter(
    "DCGM_FI_DEV_UNCORRECTABLE_REMAPPED_ROWS",
    "Number of remapped rows for uncorrectable errors",
    () => 0,
  );
  counter(
    "DCGM_FI_DEV_CORRECTABLE_REMAPPED_ROWS",
    "Number of remapped rows for correctable errors",
    ({ index }) => index,
  );
  gauge("DCGM_FI_DEV_ROW_REMAP_FAILURE", "Whether remapping of rows has failed", () => 0);
  gauge(
    "DCGM_FI_PROF_GR_ENGINE_ACTIVE",
    "Ratio of time the graphics engine is active.",
    ({ utilization }) => utilization / 100,
  );
  gauge(
    "DCGM_FI_PROF_SM_ACTIVE",
    "The ratio of cycles an SM has at least 1 warp assigned.",
    ({ smActive }) => smActive,
  );
  gauge(
    "DCGM_FI_PROF_SM_OCCUPANCY",
    "The ratio of number of warps resident on an SM.",
    ({ smActive }) => smActive / 4,
  );
  gauge(
    "DCGM_FI_PROF_PIPE_TENSOR_ACTIVE",
    "Ratio of cycles the tensor (HMMA) pipe is active.",
    ({ smActive }) => smActive / 2,
  );
  gauge("DCGM_FI_PROF_DRAM_ACTIVE", "Ratio of cycles the device memory interface is active.", () => 0.6);
  gauge("DCGM_FI_PROF_PCIE_TX_BYTES", "The rate of data transmitted over the PCIe bus.", () => 1.5e9);
  gauge("DCGM_FI_PROF_PCIE_RX_BYTES", "The rate of data received over the PCIe bus.", () => 2.5e9);
  gauge("DCGM_FI_PROF_NVLINK_TX_BYTES", "The rate of data transmitted over NVLink.", () => 20e9);
  gauge("DCGM_FI_PROF_NVLINK_RX_BYTES", "The rate of data received over NVLink.", () => 22e9);
  return page.text();
}

const uuidOf = (node: number, index: number): string =>
  `GPU-b4e0c1d2-0f3a-4c5d-8e6f-0000000000${node}${index}`;

function expectedOf(gpus: readonly Gpu[], node: number): ExpectedSignals {
  const total = (of: (gpu: Gpu) => number): number => gpus.reduce((sum, gpu) => sum + of(gpu), 0);
  const average = (of: (gpu: Gpu) => number): number => total(of) / gpus.length;
  const byGpu = (of: (gpu: Gpu) => number) =>
    Object.fromEntries(gpus.map((gpu) => [uuidOf(node, gpu.index), of(gpu)]));
  const mebibyte = 2 ** 20;
  return {
    gpu_utilization: {
      value: average(({ utilization }) => utilization) / 100,
      byGpu: byGpu(({ utilization }) => utilization / 100),
    },
    gpu_memory_used: {
      value: total(({ used }) => used) * mebibyte,
      byGpu: byGpu(({ used }) => used * mebibyte),
    },
    gpu_memory_total: { value: gpus.length * totalMebibytes * mebibyte },
    gpu_memory_ratio: { value: average(({ used }) => used) / totalMebibytes },
    gpu_power: { value: total(({ watts }) => watts), byGpu: byGpu(({ watts }) => watts) },
    gpu_power_limit: { value: 700 * gpus.length },
    gpu_energy: { value: total(({ watts }) => watts) },
    gpu_temperature: {
      value: Math.max(...gpus.map(({ celsius }) => celsius)),
      byGpu: byGpu(({ celsius }) => celsius),
    },
    gpu_memory_temperature: { value: Math.max(...gpus.map(({ celsius }) => celsius)) + 8 },
    gpu_sm_clock: { value: 1755e6 },
    gpu_memory_clock: { value: 2619e6 },
    gpu_sm_active: { value: average(({ smActive }) => smActive), byGpu: byGpu(({ smActive }) => smActive) },
    gpu_sm_occupancy: { value: average(({ smActive }) => smActive) / 4 },
    gpu_tensor_active: { value: average(({ smActive }) => smActive) / 2 },
    gpu_dram_active: { value: 0.6 },
    gpu_ecc_corrected: { value: total(({ index }) => 3 * index) },
    gpu_ecc_uncorrected: { value: 0 },
    gpu_row_remaps: { value: total(({ index }) => index) },
    gpu_row_remap_failure: { value: 0 },
    gpu_pcie_tx: { value: 1.5e9 * gpus.length },
    gpu_pcie_rx: { value: 2.5e9 * gpus.length },
    gpu_nvlink_bandwidth: { value: 42e9 * gpus.length },
  };
}

/** The second GPU had an XID 63 and is held back by heat (0x20). */
const gpusOfNode1: readonly Gpu[] = [
  { index: 0, utilization: 96, smActive: 0.71, used: 71_680, watts: 612, celsius: 66, xid: 0, reasons: 0 },
  {
    index: 1,
    utilization: 88,
    smActive: 0.52,
    used: 65_536,
    watts: 548,
    celsius: 87,
    xid: 63,
    reasons: 0x20,
  },
];

export const dcgm: Exporter = {
  name: "dcgm",
  title: "dcgm-exporter before May 2026",
  replicas: [
    {
      instance: "gpu-node-1.example:9400",
      page: (moment) =>
        dcgmPage(
          gpusOfNode1,
          ({ index }) => ({
            gpu: String(index),
            UUID: uuidOf(1, index),
            pci_bus_id: `00000000:${index + 1}B:00.0`,
            device: `nvidia${index}`,
            modelName: "NVIDIA H100 80GB HBM3",
            Hostname: "gpu-node-1.example",
            DCGM_FI_DRIVER_VERSION: "550.54.15",
          }),
          moment,
        ),
    },
  ],
  adds: { "vllm-v1": expectedOf(gpusOfNode1, 1) },
};

const gpusOfNode2: readonly Gpu[] = [
  { index: 0, utilization: 79, smActive: 0.44, used: 61_440, watts: 455, celsius: 58, xid: 0, reasons: 0x4 },
];

export const dcgmNewLabels: Exporter = {
  name: "dcgm-new-labels",
  title: "dcgm-exporter from May 2026, in Kubernetes",
  replicas: [
    {
      instance: "192.0.2.22:9400",
      labels: { namespace: "gpu-operator", pod: "dcgm-exporter-x7k2p" },
      page: (moment) =>
        dcgmPage(
          gpusOfNode2,
          ({ index }) => ({
            gpu: String(index),
            uuid: uuidOf(2, index),
            pci_bus_id: "00000000:1B:00.0",
            device: `nvidia${index}`,
            modelName: "NVIDIA H100 80GB HBM3",
            hostname: "gpu-node-2.example",
            DCGM_FI_DRIVER_VERSION: "570.86.15",
            // Prometheus renames them to `exported_…`, since the target has its own.
            namespace: "llm",
            pod: "sglang-0",
            container: "sglang",
          }),
          moment,
        ),
    },
  ],
  adds: { sglang: expectedOf(gpusOfNode2, 2) },
};
