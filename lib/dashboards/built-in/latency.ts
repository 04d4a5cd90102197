import { type SignalId, signals } from "@/lib/signals/catalogue";
import type { Dashboard, DashboardPanel } from "../dashboard";

const lineQuantiles = [0.5, 0.95, 0.99];
const tableQuantiles = [0.5, 0.95, 0.99, 0.999];

/** In the order in which a request goes through them, after what its user feels. */
export const latencyParts = [
  "ttft",
  "itl",
  "e2e_latency",
  "queue_time",
  "prefill_time",
  "decode_time",
] as const satisfies readonly SignalId[];

const percentiles = (signal: SignalId, span: DashboardPanel["span"]): DashboardPanel => ({
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
            latencyParts.map((signal) => [
              signal,
              { signal, quantiles: tableQuantiles, shape: "summary" as const },
            ]),
          ),
          needs: latencyParts,
          span: 12,
          across: "together",
        },
      ],
    },
    {
      title: "What users feel",
      panels: [
        percentiles("ttft", 6),
        distribution("ttft"),
        percentiles("itl", 6),
        distribution("itl"),
        percentiles("e2e_latency", 6),
        distribution("e2e_latency"),
      ],
    },
    {
      title: "Where the time is spent",
      panels: [percentiles("queue_time", 4), percentiles("prefill_time", 4), percentiles("decode_time", 4)],
    },
  ],
};
