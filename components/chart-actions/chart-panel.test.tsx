// @vitest-environment happy-dom
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, fireEvent, render, screen, waitFor, within } from "@testing-library/react";
import { NuqsTestingAdapter, type OnUrlUpdateFunction } from "nuqs/adapters/testing";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { ChartSeries } from "@/components/charts/series";
import { TimeSeriesChart } from "@/components/charts/time-series-chart";
import type { SignalsRequest } from "@/lib/signals/schema";
import { ChartPanel } from "./chart-panel";
import type { Measured } from "./measured";

const GRID = { start: 1_772_370_000, end: 1_772_370_060, step: 30 };
const lines = (values: readonly (number | null)[]): ChartSeries[] =>
  ["p95", "p99"].map((id) => ({ id, label: id, color: 1, values }));
const measured: Measured = {
  grid: GRID,
  queries: [{ id: "ttft", service: "chat-api", signal: "ttft" }],
  series: (results) => ({ TTFT: lines(results.get("ttft")?.series[0]?.values ?? []) }),
  versions: ["v1.2.0"],
};

const asked: { path: string; body?: SignalsRequest }[] = [];
let answers: Record<string, unknown> = {};
let address = "";
beforeEach(() => {
  asked.length = 0;
  history.replaceState(null, "", "/overview");
  vi.stubGlobal("fetch", async (path: string, { body }: { body?: string } = {}) => {
    asked.push({ path, body: body === undefined ? undefined : JSON.parse(body) });
    const answer = Object.entries(answers).find(([start]) => path.startsWith(start))?.[1];
    return Response.json(answer);
  });
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

function show(search = "", more: { measured?: Measured } = { measured }) {
  history.replaceState(null, "", `/overview${search}`);
  address = search;
  const onUrlUpdate: OnUrlUpdateFunction = ({ queryString }) => {
    address = queryString;
  };
  return render(
    <QueryClientProvider client={new QueryClient()}>
      <NuqsTestingAdapter searchParams={search} hasMemory onUrlUpdate={onUrlUpdate}>
        <main>
          <p>beside</p>
          <ChartPanel id="ttft" title="TTFT" {...more}>
            <TimeSeriesChart title="TTFT" unit="seconds" grid={GRID} series={lines([0.2, 0.3, 0.4])} />
          </ChartPanel>
        </main>
      </NuqsTestingAdapter>
    </QueryClientProvider>,
  );
}

/** Opens the menu by key, and gives one of its entries when it is there. */
async function entry(role: "menuitem" | "menuitemcheckbox", name: string | RegExp) {
  fireEvent.keyDown(screen.getByRole("button", { name: "Menu of TTFT" }), { key: "Enter" });
  return screen.findByRole(role, { name }, { timeout: 10_000 });
}

const names = () =>
  within(screen.getByRole("table", { hidden: true }))
    .getAllByRole("rowheader", { hidden: true })
    .map((cell) => cell.textContent);

it("fills the window, keeps the rest out of reach, and leaves it by Escape", async () => {
  show();
  fireEvent.click(await entry("menuitem", "Full screen"));
  const panel = await screen.findByRole("dialog", { name: "TTFT" });
  await waitFor(() => expect(screen.getByText("beside").inert).toBe(true));
  expect(new URLSearchParams(address).get("full")).toBe("ttft");
  expect(names()).toEqual(["p95", "p99"]);
  fireEvent.keyDown(panel, { key: "Escape" });
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(screen.getByText("beside").inert).toBe(false);
  expect(new URLSearchParams(address).get("full")).toBeNull();
});

it("shows what the address says, and nothing of it to a panel that it does not name", async () => {
  show("?legend=ttft&table=other");
  await waitFor(() => expect(names()).toEqual(["p95", "p99"]));
  expect(screen.queryByRole("region", { name: "TTFT as a table" })).toBeNull();
  cleanup();
  show("?table=ttft");
  expect(await screen.findByRole("region", { name: "TTFT as a table" })).toBeTruthy();
  fireEvent.click(screen.getByRole("button", { name: "Show chart" }));
  await waitFor(() => expect(new URLSearchParams(address).get("table")).toBeNull());
});

it("sets its lines against the time before, which it asks for in the panel's own queries", async () => {
  answers = {
    "/api/v1/signals/query": {
      ...GRID,
      results: [{ id: "ttft", status: "ok", series: [{ labels: {}, values: [0.1, null, 0.1] }] }],
    },
  };
  show("?compare=ttft~day&legend=ttft");
  await waitFor(() => expect(names()).toContain("p95, a day before"));
  expect(asked.map(({ body }) => body)).toEqual([
    { ...GRID, queries: [{ id: "ttft", service: "chat-api", signal: "ttft", offset: 86_400 }] },
  ]);
});

it("says that there is nothing to compare with", async () => {
  answers = {
    "/api/v1/signals/query": { ...GRID, results: [{ id: "ttft", status: "empty", series: [] }] },
  };
  show("?compare=ttft~version:v1.2.0");
  expect(await screen.findByText("Nothing was measured of v1.2.0.")).toBeTruthy();
});

it("tells why there is a gap, with what cannot be told", async () => {
  answers = {
    "/api/v1/services/chat-api/gaps": {
      items: [
        {
          start: GRID.start,
          end: GRID.start + 30,
          kind: "target_down",
          text: "b did not answer the scrape.",
        },
      ],
      notes: ["Requests of chat-api are not counted."],
    },
  };
  show();
  fireEvent.click(await entry("menuitem", "Why is there a gap"));
  const dialog = await screen.findByRole("dialog", { name: "Gaps in TTFT" });
  expect(await within(dialog).findByText("b did not answer the scrape.")).toBeTruthy();
  expect(within(dialog).getByText("target down")).toBeTruthy();
  expect(within(dialog).getByText("Requests of chat-api are not counted.")).toBeTruthy();
  expect(asked[0]?.path).toBe(
    `/api/v1/services/chat-api/gaps?start=${GRID.start}&end=${GRID.end}&step=${GRID.step}`,
  );
});

it("says that there are no exemplars, and offers none of them without a source", async () => {
  answers = { "/api/v1/services/chat-api/exemplars": { items: [], of: 0 } };
  show();
  fireEvent.click(await entry("menuitemcheckbox", "Exemplars"));
  expect(await screen.findByText(/^No exemplars in this range/)).toBeTruthy();
  cleanup();
  show("", {});
  await entry("menuitem", "Full screen");
  expect(screen.queryByRole("menuitemcheckbox", { name: "Exemplars" })).toBeNull();
  expect(screen.queryByRole("menuitem", { name: "Why is there a gap" })).toBeNull();
});
