import { type SignalId, signals } from "@/lib/signals/catalogue";
import type { Dashboard, DashboardPanel, Span } from "../dashboard";

const lineQuantiles = [0.5, 0.95, 0.99];
const tableQuantiles = [0.5, 0.95, 0.99, 0.999];

/** What users feel first, then the parts in the order in which a request goes through them. */
const latencies = [
  "ttft",
  "itl",
  "e2e_latency",
  "queue_time",
  "prefill_time",
  "decode_time",
  "inference_time",
] as const satisfies readonly SignalId[];

/** p50, p95 and p99 of a signal over time. */
export const percentilesPanel = (signal: SignalId, span: Span): DashboardPanel => ({
  id: signal.replaceAll("_", "-"),
  title: signals[signal].title,
  view: "percentiles",
  queries: { latency: { signal, quantiles: lineQuantiles } },
  needs: [signal],
  span,
  across: "together",
});

const distribution = (signal: SignalId): DashboardPanel => ({
  id: `${signal.replaceAll("_", "-")}-distribution`,
  title: `${signals[signal].shortTitle}: distribution`,
  view: "distribution",
  queries: { latency: { signal, quantiles: lineQuantiles, shape: "distribution" } },
  needs: [signal],
  needsDistribution: true,
  span: 6,
  across: "each",
});

export const latency: Dashboard = {
  id: "latency",
  title: "Latency",
  description: "How long users wait, and in which part of a request the time is spent.",
  sections: [
    {
      panels: [
        {
          id: "percentiles",
          title: "Percentiles over the range",
          view: "latency-table",
          queries: Object.fromEntries(
            latencies.map((signal) => [
              signal,
              { signal, quantiles: tableQuantiles, shape: "summary" as const },
            ]),
          ),
          needs: latencies,
          span: 12,
          across: "together",
        },
      ],
    },
    {
      title: "What users feel",
      panels: [
        percentilesPanel("ttft", 6),
        distribution("ttft"),
        percentilesPanel("itl", 6),
        distribution("itl"),
        percentilesPanel("e2e_latency", 6),
        distribution("e2e_latency"),
      ],
    },
    {
      title: "Where the time is spent",
      panels: [
        percentilesPanel("queue_time", 3),
        percentilesPanel("prefill_time", 3),
        percentilesPanel("decode_time", 3),
        percentilesPanel("inference_time", 3),
      ],
    },
    {
      title: "What the length of an answer explains",
      panels: [
        {
          id: "estimated-e2e",
          title: "End-to-end, estimated and measured",
          view: "estimate",
          queries: { estimate: { signal: "estimated_e2e" } },
          needs: ["estimated_e2e"],
          span: 8,
          across: "each",
          about:
            "Means of the same requests. n tokens have n − 1 gaps between them, so TTFT + n × ITL counts one too many.",
        },
        percentilesPanel("output_tokens_per_request", 4),
      ],
    },
  ],
};
