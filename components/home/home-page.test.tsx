// @vitest-environment happy-dom
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, cleanup, render, screen } from "@testing-library/react";
import { NuqsTestingAdapter } from "nuqs/adapters/testing";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { exampleAnnotation } from "@/lib/annotations/example";
import { servicesQuery } from "@/lib/services/client";
import { exampleService } from "@/lib/services/example";
import type { SignalsRequest } from "@/lib/signals/schema";
import { signalResult } from "@/testing/signal-result";
import { HomePage } from "./home-page";

const NOW = 1_772_373_605;
let ttft: number | "hangs" | "fails" = 0.2;

/** What changed, by how long a range is asked for: the week's coarse points tell of other versions than the last hours'. */
let changes: { recent: string[]; week: string[] } = { recent: [], week: [] };
function changesOf(url: string) {
  const range = new URL(url, "http://localhost").searchParams;
  const isWeek = Number(range.get("end")) - Number(range.get("start")) > 86_400;
  const items = changes[isWeek ? "week" : "recent"].map((text) => ({
    ...exampleAnnotation,
    service: exampleService.id,
    isComputed: true,
    start: new Date((NOW - 150) * 1000).toISOString(),
    text,
  }));
  return { items, nextCursor: null, notes: [] };
}

const gone = { code: "upstream_unavailable" as const, detail: "Nothing listens there.", requestId: "1" };
const summary = (value: number) => ({
  count: 100,
  mean: value,
  standardDeviation: { kind: "undetermined" as const, reason: "" },
  quantiles: [{ q: 0.95, kind: "estimate" as const, value }],
});

beforeEach(() => {
  vi.useFakeTimers({ now: NOW * 1000 });
  ttft = 0.2;
  changes = { recent: [], week: [] };
  vi.stubGlobal("fetch", (url: string, init?: { body?: string }) => {
    if (url.includes("annotations")) return Promise.resolve(Response.json(changesOf(url)));
    if (!url.includes("signals/query"))
      return Promise.resolve(Response.json({ items: [], nextCursor: null }));
    if (ttft === "hangs") return new Promise(() => {});
    const value = ttft;
    const { queries, ...grid } = JSON.parse(init?.body ?? "") as SignalsRequest;
    const results = queries.map(({ id, signal }) =>
      value === "fails"
        ? signalResult({ id, signal, status: "error", error: gone })
        : signalResult({ id, signal, summary: summary(value) }),
    );
    return Promise.resolve(Response.json({ ...grid, results }));
  });
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

/** One by one: what a timer changes is rendered when the act around it ends. */
async function seconds(count: number) {
  for (let second = 0; second < count; second += 1) await act(() => vi.advanceTimersByTimeAsync(1_000));
}

function renderHome() {
  const queries = new QueryClient({ defaultOptions: { queries: { staleTime: Number.POSITIVE_INFINITY } } });
  queries.setQueryData(servicesQuery().queryKey, { items: [exampleService], nextCursor: null });
  render(
    <NuqsTestingAdapter>
      <QueryClientProvider client={queries}>
        <HomePage now={NOW} />
      </QueryClientProvider>
    </NuqsTestingAdapter>,
  );
}

it("says what changed last as the last hours tell it, and nothing before it is known", async () => {
  changes = { recent: ["Back to version v2.0 from v1.0"], week: ["Version v1.0 first seen"] };
  renderHome();
  expect(screen.queryByText("Nothing in 7 days")).toBeNull();
  await seconds(2);
  expect(screen.getByText("Back to version v2.0 from v1.0")).toBeTruthy();
  expect(screen.queryByText("Version v1.0 first seen")).toBeNull();
});

it("says of an older change that its time is about, and that there was none only once it is known", async () => {
  changes = { recent: [], week: ["Version v1 → v2"] };
  renderHome();
  await seconds(2);
  expect(screen.getByText("Version v1 → v2").parentElement?.textContent).toContain("about ");
  cleanup();
  changes = { recent: [], week: [] };
  renderHome();
  expect(screen.queryByText("Nothing in 7 days")).toBeNull();
  await seconds(2);
  expect(screen.getByText("Nothing in 7 days")).toBeTruthy();
});

it("judges by the newest five minutes within half a minute, and by one before for two more", async () => {
  renderHome();
  expect(screen.getByText("Reading")).toBeTruthy();
  await seconds(2);
  expect(screen.getByText("Healthy")).toBeTruthy();
  ttft = "hangs";
  await seconds(30);
  expect(screen.getByText("Healthy")).toBeTruthy();
  expect(screen.queryByText("Reading")).toBeNull();
  await seconds(65);
  expect(screen.queryByText("Healthy")).toBeNull();
  expect(screen.getByText("Reading")).toBeTruthy();
  ttft = 4;
  await seconds(35);
  expect(screen.queryByText("Healthy")).toBeNull();
  expect(screen.getByText("Warning")).toBeTruthy();
});

it("keeps the last numbers of a source that went away, marked so, and takes new ones when it is back", async () => {
  renderHome();
  await seconds(2);
  expect(screen.getAllByText(/^200\sms$/)).not.toHaveLength(0);
  expect(screen.queryByText(/Not refreshed since/)).toBeNull();
  ttft = "fails";
  await seconds(35);
  expect(screen.getByText("Cannot evaluate")).toBeTruthy();
  expect(screen.getAllByText(/^200\sms$/)).not.toHaveLength(0);
  expect(screen.getByText(/^Not refreshed since .*Nothing listens there\.$/)).toBeTruthy();
  ttft = 0.3;
  await seconds(35);
  expect(screen.getAllByText(/^300\sms$/)).not.toHaveLength(0);
  expect(screen.queryByText(/Not refreshed since/)).toBeNull();
});
