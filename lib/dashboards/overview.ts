import { alignToStep, stepFor } from "@/lib/prometheus/step";
import type { SignalQuery, SignalsRequest } from "@/lib/signals/schema";
import type { OverviewSignal } from "./overview-texts";
import { recentGrid } from "./recent";

/** The latencies that the latency panel can show. */
export const latencySignals = ["ttft", "itl", "e2e_latency"] as const;
export type LatencySignal = (typeof latencySignals)[number];

/** One query of a panel; the page's request adds the service, and `before` moves it a window back. */
export interface PanelQuery extends Omit<SignalQuery, "id" | "service" | "offset"> {
  before?: boolean;
}

/** What a panel draws its queries as. */
export type PanelView =
  | "lines"
  | "latency"
  | "error-types"
  | "gpu-lines"
  | "gpu-memory"
  | "queue"
  | "tokens"
  | "versions";

/** One panel of the overview: what it asks for, by the name under which its component finds the answer. */
export interface OverviewPanel {
  id: string;
  title: string;
  view: PanelView;
  queries: Record<string, PanelQuery>;
}

const lineQuantiles = [0.5, 0.95, 0.99];

/** The eight panels, in reading order: symptoms, then saturation, then what differs between the versions. */
export const overviewPanels: readonly OverviewPanel[] = [
  {
    id: "request-rate",
    title: "Request rate",
    view: "lines",
    queries: { rate: { signal: "request_rate" } },
  },
  {
    id: "latency",
    title: "Latency",
    view: "latency",
    // The signal is the viewer's choice, made by `latencyQuery`.
    queries: {},
  },
  {
    id: "error-rate",
    title: "Error rate by type",
    view: "error-types",
    queries: {
      total: { signal: "error_rate" },
      types: { signal: "error_rate", by: ["type"] },
    },
  },
  {
    id: "queue-depth",
    title: "Queue depth",
    view: "queue",
    queries: { waiting: { signal: "queue_depth" }, running: { signal: "requests_running" } },
  },
  {
    id: "gpu-utilization",
    title: "GPU utilization",
    view: "gpu-lines",
    queries: { utilization: { signal: "gpu_utilization", by: ["gpu"] } },
  },
  {
    id: "gpu-memory",
    title: "GPU memory",
    view: "gpu-memory",
    queries: {
      used: { signal: "gpu_memory_used", by: ["gpu"] },
      total: { signal: "gpu_memory_total", by: ["gpu"] },
    },
  },
  {
    id: "token-throughput",
    title: "Token throughput",
    view: "tokens",
    queries: { output: { signal: "output_token_rate" }, prompt: { signal: "prompt_token_rate" } },
  },
  {
    id: "versions",
    title: "Versions compared",
    view: "versions",
    queries: {
      rate: { signal: "request_rate", by: ["version"] },
      ttft: { signal: "ttft", by: ["version"], quantiles: [0.95] },
      rateTotal: { signal: "request_rate", by: ["version"], shape: "summary" },
      ttftTotal: { signal: "ttft", by: ["version"], quantiles: [0.95], shape: "summary" },
    },
  },
];

/** One number above the panels: the value over the range, the same a range before, and its course. */
export interface KeyNumber {
  id: string;
  signal: OverviewSignal;
  /** For latencies; the number is this quantile over the range. */
  quantile?: number;
  /** Where its summary is, when another part of the page asks for it. */
  summaryId?: string;
}

export const keyNumbers: readonly KeyNumber[] = [
  { id: "key-ttft", signal: "ttft", quantile: 0.95 },
  { id: "key-itl", signal: "itl", quantile: 0.95 },
  { id: "key-availability", signal: "availability" },
  { id: "key-request-rate", signal: "request_rate" },
];

/** Shown where the service measures no time to the first token, or none between tokens. */
export const endToEnd: KeyNumber = {
  id: "key-e2e",
  signal: "e2e_latency",
  quantile: 0.95,
  summaryId: "table.e2e_latency",
};

const tableQuantiles = [0.5, 0.95, 0.99, 0.999];

/** The name under which a query's answer is found. */
export const queryId = (owner: string, name: string): string => `${owner}.${name}`;

/** The latency panel's query: the three percentiles with the distribution behind them. */
export const latencyQuery = (signal: LatencySignal): PanelQuery => ({
  signal,
  shape: "distribution",
  quantiles: lineQuantiles,
});

/** A few more points than pixels of a narrow panel help nobody; fewer make a line of corners. */
const pointsAcross = 240;

/** Of so many instances each is watched for silence; a course of each of thousands would be megabytes every refresh. */
const mostWatchedInstances = 500;

/** The step of the page's charts, whole seconds. `range` and `scrapeInterval` are in seconds. */
export const overviewStep = (range: number, scrapeInterval: number): number =>
  stepFor(range, pointsAcross, scrapeInterval);

/**
 * The one request of a page refresh: every query of the panels, the key numbers and the table. `from` and `to` are unix
 * seconds. Start and end lie on the step's grid, so that viewers a moment apart ask for the same.
 */
export function overviewRequest(options: {
  service: string;
  from: number;
  to: number;
  scrapeInterval: number;
  latency: LatencySignal;
  instanceCount: number;
}): SignalsRequest {
  const { service, from, to, scrapeInterval, latency, instanceCount } = options;
  const step = overviewStep(to - from, scrapeInterval);
  const end = alignToStep(to, step);
  const start = Math.min(alignToStep(from, step), end - step);
  const queries: SignalQuery[] = [];
  const add = (owner: string, name: string, { before, ...query }: PanelQuery) =>
    queries.push({
      id: queryId(owner, name),
      service,
      ...query,
      ...(before === true ? { offset: end - start } : {}),
      ...(query.shape === "summary" ? { acceptPrevious: true } : {}),
    });

  for (const { id, signal, quantile } of keyNumbers) {
    const quantiles = quantile === undefined ? undefined : tableQuantiles;
    add(id, "course", { signal, ...(quantile === undefined ? {} : { quantiles: [quantile] }) });
    add(id, "now", { signal, quantiles, shape: "summary" });
    add(id, "before", { signal, quantiles, shape: "summary", before: true });
  }
  // Its course and comparison are read where it is the latency on screen, as for a service that measures no other.
  if (latency === endToEnd.signal) {
    add(endToEnd.id, "course", { signal: latency, quantiles: [0.95] });
    add(endToEnd.id, "before", {
      signal: latency,
      quantiles: tableQuantiles,
      shape: "summary",
      before: true,
    });
  }
  if (instanceCount <= mostWatchedInstances)
    add("service", "instances", { signal: "requests_running", by: ["instance"] });
  add("table", "e2e_latency", { signal: "e2e_latency", quantiles: tableQuantiles, shape: "summary" });
  for (const panel of overviewPanels) {
    if (panel.view === "latency") add(panel.id, "latency", latencyQuery(latency));
    for (const [name, query] of Object.entries(panel.queries)) add(panel.id, name, query);
  }
  return { start, end, step, queries };
}

/** What is now is asked for this often, however long a step of the charts is; seconds. */
export const recentStep = 10;

/**
 * What the key numbers are now, the end of the range: the other request of a page refresh, small, so that the state of a
 * service is as fresh over thirty days as over an hour, and a source that does not answer is noticed within a refresh.
 */
export function overviewRecentRequest({
  service,
  to,
  scrapeInterval,
}: {
  service: string;
  to: number;
  scrapeInterval: number;
}): SignalsRequest {
  return {
    ...recentGrid(to, scrapeInterval, recentStep),
    queries: [...keyNumbers, endToEnd]
      .filter(({ signal }) => signal !== "request_rate")
      .map(({ id, signal, quantile }) => ({
        id: queryId(id, "recent"),
        service,
        signal,
        shape: "summary",
        ...(quantile === undefined ? {} : { quantiles: [quantile] }),
      })),
  };
}

/** Where the table's rows find their summaries. */
export const tableRows: readonly { signal: LatencySignal; queryId: string }[] = [
  { signal: "ttft", queryId: queryId("key-ttft", "now") },
  { signal: "itl", queryId: queryId("key-itl", "now") },
  { signal: "e2e_latency", queryId: queryId("table", "e2e_latency") },
];
