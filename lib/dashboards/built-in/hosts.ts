import { type SignalId, signals } from "@/lib/signals/catalogue";
import type { Dashboard, DashboardPanel, Span } from "../dashboard";
import { percentilesPanel } from "./latency";

const byHost = (signal: SignalId, span: Span): DashboardPanel => ({
  id: signal.replaceAll("_", "-"),
  title: signals[signal].title,
  view: "split",
  queries: { value: { signal, by: ["host"] } },
  needs: [signal],
  span,
  across: "together",
  ofMachines: true,
});

export const hosts: Dashboard = {
  id: "hosts",
  title: "Hosts & Network",
  description: "Whether the machines under the engines are short of CPU, memory, disk or network.",
  ofAll: true,
  sections: [
    {
      title: "CPU and memory",
      panels: [byHost("host_cpu_utilization", 4), byHost("host_memory_ratio", 4), byHost("host_load", 4)],
    },
    {
      title: "Disk",
      panels: [byHost("host_disk_ratio", 4), byHost("host_disk_read", 4), byHost("host_disk_write", 4)],
    },
    {
      title: "Network",
      panels: [
        byHost("host_network_receive", 6),
        byHost("host_network_transmit", 6),
        percentilesPanel("request_size", 6),
        percentilesPanel("response_size", 6),
      ],
    },
  ],
};
