import { type SignalId, signals } from "@/lib/signals/catalogue";
import type { Dashboard, DashboardPanel, DashboardQuery, Span } from "../dashboard";

/** What the heat map can show, most telling first. */
const mapSignals = [
  "gpu_utilization",
  "gpu_sm_active",
  "gpu_memory_ratio",
  "gpu_power",
  "gpu_temperature",
] as const satisfies readonly SignalId[];

const spread = (signal: SignalId): DashboardPanel => ({
  id: `${signal.replaceAll("_", "-")}-spread`,
  title: signals[signal].title,
  view: "gpu-spread",
  queries: { value: { signal, by: ["gpu"] } },
  needs: [signal],
  span: 4,
  across: "together",
  ofMachines: true,
});

/** What is measured of the chosen GPU: a line for each signal, by the name of the line. */
const ofOne = (
  id: string,
  title: string,
  span: Span,
  lines: readonly Pick<DashboardQuery, "signal" | "label" | "isReference">[],
): DashboardPanel => ({
  id,
  title,
  view: "gpu-lines",
  queries: Object.fromEntries(lines.map((line) => [line.signal, { ...line, by: ["gpu"] }])),
  needs: lines.map(({ signal }) => signal),
  span,
  across: "together",
  ofMachines: true,
});

export const gpu: Dashboard = {
  id: "gpu",
  title: "GPU fleet",
  description: "Every GPU at a glance, then one of them: work, memory, power, heat and faults.",
  ofAll: true,
  sections: [
    {
      panels: [
        {
          id: "gpu-map",
          title: "Every GPU",
          view: "gpu-map",
          oneOf: "map",
          queries: Object.fromEntries(mapSignals.map((signal) => [signal, { signal, by: ["gpu"] }])),
          needs: mapSignals,
          span: 12,
          across: "together",
          ofMachines: true,
        },
        {
          id: "gpu-faults",
          title: "Faults",
          view: "gpu-faults",
          queries: {
            xid: { signal: "gpu_xid", by: ["gpu", "type"] },
            uncorrected: { signal: "gpu_ecc_uncorrected", by: ["gpu"] },
            remapFailure: { signal: "gpu_row_remap_failure", by: ["gpu"] },
            corrected: { signal: "gpu_ecc_corrected", by: ["gpu"] },
            remaps: { signal: "gpu_row_remaps", by: ["gpu"] },
            throttled: { signal: "gpu_throttle_reasons", by: ["gpu", "reason"] },
          },
          needs: [
            "gpu_xid",
            "gpu_ecc_uncorrected",
            "gpu_row_remap_failure",
            "gpu_row_remaps",
            "gpu_throttle_reasons",
          ],
          span: 12,
          across: "together",
          ofMachines: true,
        },
      ],
    },
    {
      title: "The fleet over time",
      panels: [
        spread("gpu_utilization"),
        spread("gpu_sm_active"),
        spread("gpu_memory_ratio"),
        spread("gpu_power"),
        spread("gpu_temperature"),
        spread("gpu_sm_clock"),
      ],
    },
    {
      title: "One GPU",
      isOfChosenGpu: true,
      panels: [
        {
          ...ofOne("gpu-work", "Utilization and what worked", 12, [
            { signal: "gpu_utilization", label: "Utilization" },
            { signal: "gpu_sm_active", label: "SM active" },
            { signal: "gpu_sm_occupancy", label: "SM occupancy" },
            { signal: "gpu_tensor_active", label: "Tensor cores" },
            { signal: "gpu_dram_active", label: "Memory" },
          ]),
          view: "gpu-work",
        },
        ofOne("gpu-memory", "Memory", 4, [
          { signal: "gpu_memory_used", label: "Used" },
          { signal: "gpu_memory_total", label: "Total", isReference: true },
        ]),
        ofOne("gpu-power", "Power", 4, [
          { signal: "gpu_power", label: "Draws" },
          { signal: "gpu_energy", label: "By its energy meter" },
          { signal: "gpu_power_limit", label: "Limit", isReference: true },
        ]),
        ofOne("gpu-heat", "Temperature", 4, [
          { signal: "gpu_temperature", label: "Core" },
          { signal: "gpu_memory_temperature", label: "Memory" },
        ]),
        ofOne("gpu-clocks", "Clocks", 4, [
          { signal: "gpu_sm_clock", label: "SM" },
          { signal: "gpu_memory_clock", label: "Memory" },
        ]),
        {
          id: "gpu-throttling",
          title: "Throttled, by reason",
          view: "gpu-split",
          queries: { reasons: { signal: "gpu_throttle_reasons", by: ["gpu", "reason"] } },
          needs: ["gpu_throttle_reasons"],
          span: 4,
          across: "together",
          ofMachines: true,
        },
        ofOne("gpu-ecc", "ECC errors", 4, [
          { signal: "gpu_ecc_uncorrected", label: "Uncorrected" },
          { signal: "gpu_ecc_corrected", label: "Corrected" },
        ]),
        ofOne("gpu-remaps", "Row remaps", 4, [
          { signal: "gpu_row_remaps", label: "Remapped" },
          { signal: "gpu_row_remap_failure", label: "Failed" },
        ]),
        ofOne("gpu-pcie", "PCIe", 4, [
          { signal: "gpu_pcie_rx", label: "Received" },
          { signal: "gpu_pcie_tx", label: "Sent" },
        ]),
        ofOne("gpu-nvlink", "NVLink", 4, [{ signal: "gpu_nvlink_bandwidth", label: "Both directions" }]),
      ],
    },
    {
      title: "What the memory holds",
      panels: [
        {
          id: "gpu-memory-parts",
          title: "Memory by part",
          view: "memory-parts",
          queries: {
            used: { signal: "gpu_memory_used", by: ["gpu"] },
            total: { signal: "gpu_memory_total", by: ["gpu"] },
            parts: { signal: "gpu_memory_parts", by: ["part"] },
            kvTokens: { signal: "kv_cache_capacity" },
            share: { signal: "gpu_memory_share", by: ["instance"] },
          },
          needs: ["gpu_memory_used"],
          span: 6,
          across: "each",
        },
      ],
    },
  ],
};
