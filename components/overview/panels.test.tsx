// @vitest-environment happy-dom
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, render, screen, waitFor } from "@testing-library/react";
import { NuqsTestingAdapter } from "nuqs/adapters/testing";
import { afterEach, expect, it, vi } from "vitest";
import { overviewPanels, overviewRequest } from "@/lib/dashboards/overview";
import { overviewTexts } from "@/lib/dashboards/overview-texts";
import type { Service } from "@/lib/services/schema";
import type { SignalResult, SignalsRequest } from "@/lib/signals/schema";
import { signalResult } from "@/testing/signal-result";
import { OverviewPanelView } from "./panels";
import { OverviewTextsContext } from "./texts";

const grid = { start: 1_772_370_000, end: 1_772_373_600, step: 1_800 };
const service: Service = {
  id: "prod/chat-api",
  name: "chat-api",
  namespace: "prod",
  source: "prometheus",
  engines: ["vLLM"],
  profiles: ["vllm"],
  models: [],
  versions: ["v1", "v2"],
  instances: [],
  instanceCount: 0,
  gpus: [],
  hosts: [],
  evidence: [],
  signals: [],
  labels: { version: "version", model: null, replica: null },
  labelChoices: {},
  notes: [],
  reachable: true,
  problem: null,
  lastSeenAt: null,
  scrapeInterval: 15,
  colorSlot: null,
  versionColorSlots: {},
};

const rate = (more: Partial<SignalResult>) =>
  signalResult({
    id: "request-rate.rate",
    signal: "request_rate",
    unit: "requests_per_second",
    better: "higher",
    ...more,
  });

function showRequestRate(result: SignalResult) {
  const { queries } = overviewRequest({
    service: service.id,
    from: grid.start,
    to: grid.end,
    scrapeInterval: 15,
    latency: "ttft",
    instanceCount: 2,
  });
  render(
    <NuqsTestingAdapter searchParams={location.search}>
      <QueryClientProvider client={new QueryClient()}>
        <OverviewTextsContext value={overviewTexts}>
          <OverviewPanelView
            panel={overviewPanels.find(({ id }) => id === "request-rate")!}
            refresh={{
              results: new Map([[result.id, result]]),
              isRefreshing: false,
              error: null,
              shownUntil: grid.end,
              retry: () => {},
            }}
            grid={grid}
            queries={queries}
            axis={{ marks: [], gaps: [] }}
            service={service}
            latency={{ signal: "ttft", choose: () => {}, view: "heatmap", show: () => {} }}
          />
        </OverviewTextsContext>
      </QueryClientProvider>
    </NuqsTestingAdapter>,
  );
}

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
  history.replaceState(null, "", "/overview");
});

it("leads from an empty panel to its signal's line in the metric doctor", () => {
  showRequestRate(rate({ status: "empty", reason: { kind: "metric_not_found", text: "There is none." } }));
  expect(screen.getByRole("link", { name: "Why, and what to change" }).getAttribute("href")).toBe(
    "/doctor?service=prod%2Fchat-api#request_rate",
  );
});

it("is set against the time before, as its address says", async () => {
  history.replaceState(null, "", "/overview?compare=request-rate~period&legend=request-rate");
  const asked: SignalsRequest[] = [];
  vi.stubGlobal("fetch", async (_url: string, { body }: RequestInit) => {
    asked.push(JSON.parse(String(body)));
    const results = [rate({ series: [{ labels: {}, values: [1, 1, 1] }] })];
    return new Response(JSON.stringify({ ...grid, results }), {
      headers: { "content-type": "application/json" },
    });
  });
  showRequestRate(rate({ series: [{ labels: {}, values: [2, 2, 2] }] }));
  await waitFor(() => screen.getByText(/^Requests, 1.h before$/), { timeout: 10_000 });
  expect(asked).toEqual([
    {
      ...grid,
      queries: [
        {
          id: "request-rate.rate",
          service: service.id,
          signal: "request_rate",
          offset: grid.end - grid.start,
        },
      ],
    },
  ]);
}, 30_000);
