import type { Profile, Spelling } from "../profile";
import { shareOfGauge } from "../spellings";
import { shareOfReasonGauges } from "./throttle-reasons";

const over = (function_: string, metrics: string[]): string =>
  metrics.map((metric) => `${function_}_over_time(${metric}{$selector}[$window])`).join(" or ");

/** A gauge over each window, by `within`, and over the GPUs, by `across`; the first of `metrics` that a GPU has. */
const gauge = (across: string, within: string, ...metrics: string[]): Spelling => ({
  kind: "expression",
  expression: `${across}$by(${over(within, metrics)})`,
  metrics,
});

/** Which GPU model a `uuid` is stands in a series of its own, which a target may lack. */
const modelled = (value: string): string =>
  `(${value}) * on (instance, uuid) group_left (name) max by (instance, uuid, name) (nvidia_smi_gpu_info{$selector}) or on (instance, uuid) ${value}`;

/**
 * nvidia_gpu_exporter (utkuozdemir/nvidia_gpu_exporter, 1.14): base units already, one label `uuid`. Drivers renamed
 * "throttle" to "event" reasons and split the power draw into an average and an instant one. XIDs are counted by the
 * newest builds, each from its first event on, so there is no series of a GPU without one.
 */
export const nvidiaGpuExporter: Profile = {
  id: "nvidia-gpu-exporter",
  title: "nvidia_gpu_exporter",
  layer: "gpu",
  // A GPU that is split by MIG has no utilization.
  sentinels: ["nvidia_smi_utilization_gpu_ratio", "nvidia_smi_memory_total_bytes"],
  labels: {
    model: [],
    version: ["version"],
    instance: ["instance"],
    gpu: { uuid: ["uuid"], host: ["instance"], device: ["name"] },
    host: ["instance"],
  },
  spellings: {
    gpu_utilization: {
      kind: "expression",
      expression: `avg$by(${modelled(over("avg", ["nvidia_smi_utilization_gpu_ratio"]))})`,
      metrics: ["nvidia_smi_utilization_gpu_ratio"],
    },
    gpu_memory_used: gauge("sum", "max", "nvidia_smi_memory_used_bytes"),
    gpu_memory_total: gauge("sum", "max", "nvidia_smi_memory_total_bytes"),
    gpu_memory_ratio: shareOfGauge("nvidia_smi_memory_used_bytes", "nvidia_smi_memory_total_bytes"),
    gpu_power: gauge("sum", "avg", "nvidia_smi_power_draw_watts", "nvidia_smi_power_draw_average_watts"),
    gpu_power_limit: gauge(
      "sum",
      "min",
      "nvidia_smi_enforced_power_limit_watts",
      "nvidia_smi_power_limit_watts",
    ),
    gpu_energy: { kind: "counter", counters: [{ metric: "nvidia_smi_energy_joules_total" }] },
    gpu_temperature: gauge("max", "max", "nvidia_smi_temperature_gpu"),
    gpu_memory_temperature: gauge("max", "max", "nvidia_smi_temperature_memory"),
    gpu_sm_clock: gauge("avg", "avg", "nvidia_smi_clocks_current_sm_clock_hz"),
    gpu_memory_clock: gauge("avg", "avg", "nvidia_smi_clocks_current_memory_clock_hz"),
    gpu_throttle_reasons: shareOfReasonGauges([
      "nvidia_smi_clocks_event_reasons_",
      "nvidia_smi_clocks_throttle_reasons_",
    ]),
    // Gauges in spite of `_total`: they begin anew with the driver.
    gpu_ecc_uncorrected: gauge("sum", "max", "nvidia_smi_ecc_errors_uncorrected_volatile_total"),
    gpu_ecc_corrected: gauge("sum", "max", "nvidia_smi_ecc_errors_corrected_volatile_total"),
    gpu_xid: {
      kind: "expression",
      expression: "sum$by(clamp_max(max_over_time(nvidia_smi_xid_errors_total{$selector}[$window]) > 0, 1))",
      metrics: ["nvidia_smi_xid_errors_total"],
      labels: { type: ["xid"] },
    },
    gpu_row_remaps: {
      kind: "expression",
      expression:
        "sum$by(max_over_time(nvidia_smi_remapped_rows_uncorrectable{$selector}[$window]) + max_over_time(nvidia_smi_remapped_rows_correctable{$selector}[$window]))",
      metrics: ["nvidia_smi_remapped_rows_uncorrectable", "nvidia_smi_remapped_rows_correctable"],
    },
    gpu_row_remap_failure: gauge("sum", "max", "nvidia_smi_remapped_rows_failure"),
    gpu_pcie_rx: gauge("sum", "avg", "nvidia_smi_pcie_throughput_rx_bytes_per_second"),
    gpu_pcie_tx: gauge("sum", "avg", "nvidia_smi_pcie_throughput_tx_bytes_per_second"),
  },
};
