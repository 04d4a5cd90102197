// @vitest-environment happy-dom
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, cleanup, renderHook } from "@testing-library/react";
import { NuqsTestingAdapter } from "nuqs/adapters/testing";
import type { ReactNode } from "react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { TimeRangeProvider } from "@/components/ui/use-time-range";
import { exampleService } from "@/lib/services/example";
import type { SignalsRequest } from "@/lib/signals/schema";
import { signalResult } from "@/testing/signal-result";
import { useOverview } from "./use-overview";

const NOW = 1_772_373_600;
const service = exampleService;
/** Whether the source answers what is asked of now, and of the range. */
let answers = { recent: true, range: true };

const isRecent = ({ queries }: SignalsRequest) => queries.some(({ id }) => id === "key-ttft.recent");

beforeEach(() => {
  vi.useFakeTimers({ now: NOW * 1000 });
  answers = { recent: true, range: true };
  vi.stubGlobal("fetch", (_: unknown, { body }: { body: string }) => {
    const request = JSON.parse(body) as SignalsRequest;
    if (!(isRecent(request) ? answers.recent : answers.range)) return new Promise(() => {});
    const results = request.queries.map(({ id, signal }) => signalResult({ id, signal }));
    const { start, end, step } = request;
    return Promise.resolve(Response.json({ start, end, step, results }));
  });
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

function shown() {
  const queries = new QueryClient();
  const around = ({ children }: { children: ReactNode }) => (
    <NuqsTestingAdapter searchParams="?from=now-6h" hasMemory>
      <QueryClientProvider client={queries}>
        <TimeRangeProvider now={NOW} defaultRefreshSeconds={10}>
          {children}
        </TimeRangeProvider>
      </QueryClientProvider>
    </NuqsTestingAdapter>
  );
  return renderHook(() => useOverview(service, "ttft"), { wrapper: around }).result;
}
/** One by one: what a timer changes is rendered when the act around it ends. */
async function seconds(count: number) {
  for (let second = 0; second < count; second += 1) await act(() => vi.advanceTimersByTimeAsync(1_000));
}

it("notices two refreshes and five seconds after the last answer that a source hangs, at six hours too", async () => {
  const page = shown();
  await seconds(5);
  expect(page.current.recent?.end).toBe(NOW);
  answers = { recent: false, range: false };
  await seconds(18);
  expect(page.current.refresh.overdueSince).toBeUndefined();
  expect(page.current.recent).toBeDefined();
  await seconds(6);
  expect(page.current.refresh.overdueSince).toBe(NOW);
  // What is on screen stays.
  expect(page.current.refresh.results?.size).toBeGreaterThan(0);
  answers = { recent: true, range: true };
  await seconds(11);
  expect(page.current.refresh.overdueSince).toBeUndefined();
});

it("knows nothing of now where only the range is answered, from what the server had kept", async () => {
  answers = { recent: false, range: true };
  const page = shown();
  await seconds(3);
  expect(page.current.refresh.results?.size).toBeGreaterThan(0);
  expect(page.current.recent).toBeUndefined();
  expect(page.current.refresh.waiting).toEqual({ source: service.source, since: NOW });
});

it("waits on for the range where only what is now was kept", async () => {
  answers = { recent: true, range: false };
  const page = shown();
  await seconds(3);
  answers = { recent: false, range: false };
  await seconds(40);
  expect(page.current.refresh.overdueSince).toBeUndefined();
  expect(page.current.refresh.waiting).toEqual({ source: service.source, since: NOW });
});

it("says whom it waits for within two seconds, and counts on over refreshes", async () => {
  answers = { recent: false, range: false };
  const page = shown();
  await seconds(2);
  expect(page.current.refresh.waiting).toEqual({ source: service.source, since: NOW });
  await seconds(30);
  expect(page.current.refresh.waiting).toEqual({ source: service.source, since: NOW });
  answers = { recent: true, range: true };
  await seconds(90);
  expect(page.current.refresh.waiting).toBeUndefined();
});
