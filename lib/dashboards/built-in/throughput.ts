import { type SignalId, signals } from "@/lib/signals/catalogue";
import type { Dashboard, DashboardPanel, Span } from "../dashboard";
import { percentilesPanel } from "./latency";

/** One line of a service, or one of each. */
const line = (signal: SignalId, span: Span, title = signals[signal].title): DashboardPanel => ({
  id: signal.replaceAll("_", "-"),
  title,
  view: "lines",
  queries: { value: { signal, label: signals[signal].shortTitle } },
  needs: [signal],
  span,
  across: "together",
});

export const throughput: Dashboard = {
  id: "throughput",
  title: "Throughput & Queue",
  description: "How much is served, how full the batch and its cache are, and who waits for a place.",
  sections: [
    {
      title: "What is served",
      panels: [
        line("request_rate", 4, "Requests finished"),
        line("output_token_rate", 4, "Tokens out"),
        line("prompt_token_rate", 4, "Tokens in"),
        percentilesPanel("output_tokens_per_request", 6),
        percentilesPanel("prompt_tokens_per_request", 6),
      ],
    },
    {
      title: "The batch and the queue",
      panels: [
        {
          id: "running",
          title: "Requests running",
          view: "limited",
          queries: {
            running: { signal: "requests_running", label: "Running" },
            limit: { signal: "requests_running_limit", label: "Limit", isReference: true },
          },
          needs: ["requests_running"],
          span: 4,
          across: "each",
        },
        {
          id: "waiting",
          title: "Requests waiting",
          view: "queue",
          queries: { waiting: { signal: "queue_depth", label: "Waiting" } },
          needs: ["queue_depth"],
          span: 4,
          across: "each",
        },
        percentilesPanel("queue_time", 4),
        line("batch_size", 6),
        line("requests_swapped", 6),
      ],
    },
    {
      title: "The cache",
      panels: [
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
        line("preemption_rate", 6),
        line("prefix_cache_hit_ratio", 6),
        line("spec_decode_acceptance", 6),
      ],
    },
    {
      title: "What it costs and what more fits",
      panels: [
        {
          id: "cost",
          title: "Cost",
          view: "cost",
          queries: { gpus: { signal: "gpu_utilization", by: ["gpu"] } },
          needs: ["gpu_utilization"],
          span: 6,
          across: "each",
        },
        {
          id: "headroom",
          title: "Headroom",
          view: "headroom",
          queries: { depth: { signal: "queue_depth" }, time: { signal: "queue_time", quantiles: [0.5] } },
          needs: ["queue_depth", "queue_time"],
          span: 6,
          across: "each",
        },
      ],
    },
  ],
};
