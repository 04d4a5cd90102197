import type { Exporter } from "./exporter";
import { Exposition } from "./exposition";

/* nvidia_gpu_exporter (utkuozdemir, 1.14): nvidia-smi's figures in base units. */

const gpus = [
  {
    uuid: "7c1d6a58-2a44-4f0e-9b1a-000000000031",
    utilization: 0.68,
    used: 18 * 2 ** 30,
    watts: 251,
    celsius: 61,
  },
  {
    uuid: "7c1d6a58-2a44-4f0e-9b1a-000000000032",
    utilization: 0.44,
    used: 14 * 2 ** 30,
    watts: 199,
    celsius: 55,
  },
];
type Gpu = (typeof gpus)[number];
const memory = 24 * 2 ** 30;

export const nvidiaGpuExporter: Exporter = {
  name: "nvidia-gpu-exporter",
  title: "nvidia_gpu_exporter 1.14",
  replicas: [
    {
      instance: "gpu-node-3.example:9835",
      page({ uptime }) {
        const page = new Exposition("go");
        const gauge = (name: string, help: string, of: (gpu: Gpu) => number) =>
          page.gauge(
            `nvidia_smi_${name}`,
            help,
            gpus.map((gpu) => [{ uuid: gpu.uuid }, of(gpu)]),
          );
        page.gauge(
          "nvidia_smi_gpu_info",
          "A metric with a constant '1' value labeled by gpu uuid, name, driver_model_current, driver_model_pending, vbios_version, driver_version.",
          gpus.map(({ uuid }) => [
            {
              uuid,
              name: "NVIDIA L4",
              driver_model_current: "[N/A]",
              driver_model_pending: "[N/A]",
              vbios_version: "95.04.29.00.06",
              driver_version: "550.54.15",
            },
            1,
          ]),
        );
        gauge("utilization_gpu_ratio", "utilization.gpu [%]", ({ utilization }) => utilization);
        gauge("utilization_memory_ratio", "utilization.memory [%]", ({ utilization }) => utilization / 2);
        gauge("memory_total_bytes", "memory.total [MiB]", () => memory);
        gauge("memory_used_bytes", "memory.used [MiB]", ({ used }) => used);
        gauge("memory_free_bytes", "memory.free [MiB]", ({ used }) => memory - used);
        gauge("temperature_gpu", "temperature.gpu", ({ celsius }) => celsius);
        gauge("power_draw_watts", "power.draw [W]", ({ watts }) => watts);
        gauge("power_limit_watts", "power.limit [W]", () => 300);
        gauge("enforced_power_limit_watts", "enforced.power.limit [W]", () => 300);
        gauge("clocks_current_sm_clock_hz", "clocks.current.sm [MHz]", () => 1.6e9);
        gauge("clocks_current_memory_clock_hz", "clocks.current.memory [MHz]", () => 6.25e9);
        for (const reason of [
          "gpu_idle",
          "sw_power_cap",
          "hw_slowdown",
          "sync_boost",
          "sw_thermal_slowdown",
          "hw_thermal_slowdown",
          "hw_power_brake_slowdown",
          "applications_clocks_setting",
        ])
          gauge(`clocks_event_reasons_${reason}`, `clocks_event_reasons.${reason}`, () =>
            reason === "sw_power_cap" ? 1 : 0,
          );
        gauge("ecc_errors_corrected_volatile_total", "ecc.errors.corrected.volatile.total", () => 2);
        gauge("ecc_errors_uncorrected_volatile_total", "ecc.errors.uncorrected.volatile.total", () => 0);
        gauge("remapped_rows_correctable", "remapped_rows.correctable", () => 1);
        gauge("remapped_rows_uncorrectable", "remapped_rows.uncorrectable", () => 0);
        gauge("remapped_rows_failure", "remapped_rows.failure", () => 0);
        gauge("pstate", "pstate", () => 0);
        gauge("pcie_link_gen_current", "pcie.link.gen.current", () => 4);
        page.counter(
          "nvidia_smi_energy_joules_total",
          "Energy used since the driver was loaded, in joules",
          gpus.map(({ uuid, watts }) => [{ uuid }, watts * uptime]),
        );
        page.gauge("nvidia_smi_command_exit_code", "Exit code of the last scrape command", [[{}, 0]]);
        page.counter("nvidia_smi_failed_scrapes_total", "Number of failed scrapes", [[{}, 0]]);
        return page.text();
      },
    },
  ],
  adds: {
    tgi: {
      gpu_utilization: { value: 0.56, byGpu: byUuid(({ utilization }) => utilization) },
      gpu_memory_used: { value: 32 * 2 ** 30, byGpu: byUuid(({ used }) => used) },
      gpu_memory_total: { value: 48 * 2 ** 30 },
      gpu_memory_ratio: { value: 32 / 48 },
      gpu_power: { value: 450 },
      gpu_power_limit: { value: 600 },
      gpu_energy: { value: 450 },
      gpu_temperature: { value: 61 },
      gpu_sm_clock: { value: 1.6e9 },
      gpu_memory_clock: { value: 6.25e9 },
      gpu_ecc_corrected: { value: 4 },
      gpu_ecc_uncorrected: { value: 0 },
      gpu_row_remaps: { value: 2 },
      gpu_row_remap_failure: { value: 0 },
    },
  },
};

function byUuid(of: (gpu: Gpu) => number): Record<string, number> {
  return Object.fromEntries(gpus.map((gpu) => [gpu.uuid, of(gpu)]));
}
