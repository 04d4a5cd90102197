import { type SignalId, signals } from "@/lib/signals/catalogue";
import type { Dashboard, DashboardPanel } from "../dashboard";

/** What the heat map can show, most telling first. */
export const gpuMapSignals = [
  "gpu_utilization",
  "gpu_memory_ratio",
  "gpu_power",
  "gpu_temperature",
] as const satisfies readonly SignalId[];
export type GpuMapSignal = (typeof gpuMapSignals)[number];

const spread = (signal: GpuMapSignal): DashboardPanel => ({
  id: `${signal.replaceAll("_", "-")}-spread`,
  title: signals[signal].title,
  view: "gpu-spread",
  queries: { value: { signal, by: ["gpu"] } },
  needs: [signal],
  span: 3,
  across: "together",
});

export const gpu: Dashboard = {
  id: "gpu",
  title: "GPU fleet",
  description: "Every GPU at a glance, then one of them: work, memory, power, heat and faults.",
  ofAll: true,
  sections: [
    { panels: gpuMapSignals.map(spread) },
    {
      panels: [
        {
          id: "gpu-map",
          title: "Every GPU",
          view: "gpu-map",
          oneOf: "map",
          queries: Object.fromEntries(gpuMapSignals.map((signal) => [signal, { signal, by: ["gpu"] }])),
          needs: gpuMapSignals,
          span: 12,
          across: "together",
        },
      ],
    },
  ],
};
