import { type SignalId, signals } from "@/lib/signals/catalogue";
import type { Dashboard, DashboardPanel, Span } from "../dashboard";

const byModel = (signal: SignalId, span: Span, title = signals[signal].title): DashboardPanel => ({
  id: signal.replaceAll("_", "-"),
  title,
  view: "split",
  queries: { value: { signal, by: ["model"], quantiles: [0.95] } },
  needs: [signal],
  span,
  across: "each",
});

export const triton: Dashboard = {
  id: "triton",
  title: "Triton",
  description:
    "Each model of a Triton server: how often it is asked, how long it takes, and how it is batched.",
  profiles: ["triton"],
  sections: [
    {
      title: "Requests by model",
      panels: [
        byModel("request_rate", 4),
        byModel("error_rate", 4),
        byModel("queue_depth", 4, "Requests pending"),
      ],
    },
    {
      title: "Durations by model",
      panels: [
        byModel("ttft", 3, "Time to first response"),
        byModel("e2e_latency", 3, "Request"),
        byModel("queue_time", 3, "In queue"),
        byModel("inference_time", 3, "Inference"),
      ],
    },
    {
      title: "Batching and cache",
      panels: [
        byModel("batch_size", 6),
        {
          id: "running",
          title: "Requests scheduled",
          view: "limited",
          queries: {
            running: { signal: "requests_running", label: "Scheduled" },
            limit: { signal: "requests_running_limit", label: "Limit", isReference: true },
          },
          needs: ["requests_running"],
          span: 6,
          across: "each",
        },
        {
          id: "kv-cache",
          title: "KV cache usage",
          view: "lines",
          queries: {
            usage: { signal: "kv_cache_usage", label: "Fullest replica" },
            capacity: { signal: "kv_cache_capacity", isStated: true },
          },
          needs: ["kv_cache_usage"],
          span: 6,
          across: "together",
        },
        {
          id: "memory-parts",
          title: "Memory by part",
          view: "split",
          queries: { parts: { signal: "gpu_memory_parts", by: ["part"] } },
          needs: ["gpu_memory_parts"],
          span: 6,
          across: "each",
        },
      ],
    },
    {
      title: "Its GPUs",
      panels: [
        {
          id: "gpu-utilization",
          title: "GPU utilization",
          view: "gpu-spread",
          queries: { value: { signal: "gpu_utilization", by: ["gpu"] } },
          needs: ["gpu_utilization"],
          span: 4,
          across: "each",
        },
        {
          id: "gpu-memory",
          title: "GPU memory in use",
          view: "gpu-spread",
          queries: { value: { signal: "gpu_memory_ratio", by: ["gpu"] } },
          needs: ["gpu_memory_ratio"],
          span: 4,
          across: "each",
        },
        {
          id: "gpu-power",
          title: "GPU power",
          view: "gpu-spread",
          queries: { value: { signal: "gpu_power", by: ["gpu"] } },
          needs: ["gpu_power"],
          span: 4,
          across: "each",
        },
      ],
    },
  ],
};
