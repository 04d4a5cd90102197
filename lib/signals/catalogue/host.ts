import type { SignalDescription } from "./definition";

/** What is measured of the hosts that services run on. */
export const hostSignals = {
  host_cpu_utilization: {
    title: "Host CPU",
    shortTitle: "CPU",
    unit: "ratio",
    kind: "gauge",
    better: "lower",
    explanation: "The share of the host's CPU time that was not idle.",
    measuredBy: "node_exporter",
  },
  host_memory_ratio: {
    title: "Host memory in use",
    shortTitle: "Memory",
    unit: "ratio",
    kind: "gauge",
    better: "lower",
    thresholds: [{ value: 0.9, severity: "warning", label: "nearly full" }],
    explanation: "The share of the host's memory that is not available to new programs.",
    measuredBy: "node_exporter",
  },
} satisfies Record<string, SignalDescription>;
