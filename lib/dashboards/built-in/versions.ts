import { type SignalId, signals } from "@/lib/signals/catalogue";
import type { Dashboard, DashboardPanel, Span } from "../dashboard";

const quantiles = [0.5, 0.95, 0.99];

const byVersion = (signal: SignalId, span: Span): DashboardPanel => ({
  id: signal.replaceAll("_", "-"),
  title: signals[signal].title,
  view: "versions",
  queries: {
    value: { signal, by: ["version"], ...(signals[signal].kind === "quantile" ? { quantiles } : {}) },
  },
  needs: [signal],
  span,
  across: "each",
});

/** What the versions are compared by, in the order of the rows. */
const compared = [
  "request_rate",
  "ttft",
  "itl",
  "e2e_latency",
  "error_rate",
  "output_token_rate",
] as const satisfies readonly SignalId[];

export const versions: Dashboard = {
  id: "versions",
  title: "Model versions side by side",
  description: "What each version makes of its share of the traffic: latency, errors, tokens per GPU.",
  sections: [
    {
      panels: [
        {
          id: "versions-table",
          title: "Over the range",
          view: "versions-table",
          queries: {
            ...Object.fromEntries(
              compared.map((signal) => [
                signal,
                {
                  signal,
                  by: ["version"],
                  shape: "summary",
                  ...(signals[signal].kind === "quantile" ? { quantiles } : {}),
                },
              ]),
            ),
            gpus: { signal: "gpu_utilization", by: ["version", "gpu"] },
          },
          needs: compared,
          span: 12,
          across: "each",
        },
      ],
    },
    {
      title: "Latency",
      panels: [byVersion("ttft", 4), byVersion("itl", 4), byVersion("e2e_latency", 4)],
    },
    {
      title: "Traffic and errors",
      panels: [byVersion("request_rate", 4), byVersion("error_rate", 4), byVersion("output_token_rate", 4)],
    },
    {
      title: "Queue",
      panels: [byVersion("queue_depth", 4), byVersion("requests_running", 4), byVersion("queue_time", 4)],
    },
  ],
};
