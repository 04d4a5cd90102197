// @vitest-environment happy-dom
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, cleanup, render, screen } from "@testing-library/react";
import { NuqsTestingAdapter } from "nuqs/adapters/testing";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { servicesQuery } from "@/lib/services/client";
import { exampleService } from "@/lib/services/example";
import type { SignalsRequest } from "@/lib/signals/schema";
import { signalResult } from "@/testing/signal-result";
import { HomePage } from "./home-page";

const NOW = 1_772_373_605;
let ttft: number | "hangs" = 0.2;

const summary = (value: number) => ({
  count: 100,
  mean: value,
  standardDeviation: { kind: "undetermined" as const, reason: "" },
  quantiles: [{ q: 0.95, kind: "estimate" as const, value }],
});

beforeEach(() => {
  vi.useFakeTimers({ now: NOW * 1000 });
  ttft = 0.2;
  vi.stubGlobal("fetch", (url: string, init?: { body?: string }) => {
    if (!url.includes("signals/query"))
      return Promise.resolve(Response.json({ items: [], nextCursor: null }));
    if (ttft === "hangs") return new Promise(() => {});
    const value = ttft;
    const { queries, ...grid } = JSON.parse(init?.body ?? "") as SignalsRequest;
    const results = queries.map(({ id, signal }) => signalResult({ id, signal, summary: summary(value) }));
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

it("judges by the newest five minutes within half a minute, and by one before for two more", async () => {
  const queries = new QueryClient({ defaultOptions: { queries: { staleTime: Number.POSITIVE_INFINITY } } });
  queries.setQueryData(servicesQuery().queryKey, { items: [exampleService], nextCursor: null });
  render(
    <NuqsTestingAdapter>
      <QueryClientProvider client={queries}>
        <HomePage now={NOW} />
      </QueryClientProvider>
    </NuqsTestingAdapter>,
  );
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
