// @vitest-environment happy-dom
import { act, cleanup, fireEvent, render, screen } from "@testing-library/react";
import { NuqsTestingAdapter } from "nuqs/adapters/testing";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { TimeRangeControl } from "./time-range-control";
import { type TimeRangeControls, TimeRangeProvider, useTimeRange } from "./use-time-range";

const NOW = 1_772_373_600; // 2026-03-01T14:00:00Z
let range: TimeRangeControls;
let url: URLSearchParams;

function Probe() {
  range = useTimeRange();
  return null;
}

function show(search = "") {
  url = new URLSearchParams(search);
  render(
    <NuqsTestingAdapter
      searchParams={search}
      hasMemory
      onUrlUpdate={(update) => {
        url = update.searchParams;
      }}
    >
      <TimeRangeProvider now={NOW} defaultRefreshSeconds={10}>
        <TimeRangeControl />
        <Probe />
        <input aria-label="field" />
      </TimeRangeProvider>
    </NuqsTestingAdapter>,
  );
}

beforeEach(() => {
  vi.useFakeTimers({ now: NOW * 1000 });
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

const settle = () => act(() => vi.advanceTimersByTimeAsync(100));

it("begins with the range in the URL", () => {
  show("?from=now-6h");
  expect(range).toMatchObject({ from: NOW - 21_600, to: NOW, relative: "6h", refreshSeconds: 10 });
  expect(screen.getByRole("button", { name: "Time range: Last 6 hours" })).toBeTruthy();
});

it("puts a chosen range into the URL", async () => {
  show();
  fireEvent.click(screen.getByRole("button", { name: /Time range/ }));
  fireEvent.click(screen.getByRole("button", { name: "Last 24 hours" }));
  await settle();
  expect(url.get("from")).toBe("now-24h");
  expect(url.get("to")).toBeNull();
  expect(range.relative).toBe("24h");
});

it("zooms, and goes back to the range before", async () => {
  show("?from=now-6h");
  act(() => range.zoom(NOW - 1200, NOW - 600));
  await settle();
  expect(url.get("from")).toBe("2026-03-01T13:40:00Z");
  expect(url.get("to")).toBe("2026-03-01T13:50:00Z");
  expect(range).toMatchObject({ relative: null, canGoBack: true, refreshSeconds: 0, refreshChoice: 10 });
  fireEvent.keyDown(document.body, { key: "b" });
  await settle();
  expect(url.get("from")).toBe("now-6h");
  expect(range.canGoBack).toBe(false);
});

it("widens a zoom that is too narrow to hold samples", async () => {
  show();
  act(() => range.zoom(NOW - 100, NOW - 98));
  await settle();
  expect(range.to - range.from).toBe(10);
});

it("zooms out by key, but not while typing", async () => {
  show();
  fireEvent.keyDown(screen.getByLabelText("field"), { key: "z" });
  await settle();
  expect(range.relative).toBe("6h");
  fireEvent.keyDown(document.body, { key: "z" });
  await settle();
  expect(range.relative).toBe("12h");
});

it("shows the last so long as is typed, and says what can be", async () => {
  show();
  fireEvent.click(screen.getByRole("button", { name: /Time range/ }));
  fireEvent.change(screen.getByLabelText("Last"), { target: { value: "soon" } });
  fireEvent.click(screen.getByRole("button", { name: "Show" }));
  expect(screen.getByText(/such as 45m/)).toBeTruthy();
  fireEvent.change(screen.getByLabelText("Last"), { target: { value: "45 min" } });
  fireEvent.click(screen.getByRole("button", { name: "Show" }));
  await settle();
  expect(url.get("from")).toBe("now-45m");
  expect(screen.getByRole("button", { name: "Time range: Last 45 minutes" })).toBeTruthy();
});

it("refuses a custom range that ends before it starts", () => {
  show();
  fireEvent.click(screen.getByRole("button", { name: /Time range/ }));
  fireEvent.change(screen.getByLabelText("From"), { target: { value: "2026-03-01T13:00:00" } });
  fireEvent.change(screen.getByLabelText("To"), { target: { value: "2026-03-01T12:00:00" } });
  fireEvent.click(screen.getByRole("button", { name: "Apply" }));
  expect(screen.getByText("The end must be after the start.")).toBeTruthy();
  expect(range.relative).toBe("6h");
});

it("refreshes by itself, and not while the page is hidden", async () => {
  show();
  await act(() => vi.advanceTimersByTimeAsync(10_000));
  expect(range.now).toBe(NOW + 10);
  const visibility = vi.spyOn(document, "visibilityState", "get").mockReturnValue("hidden");
  await act(() => vi.advanceTimersByTimeAsync(60_000));
  expect(range.now).toBe(NOW + 10);
  visibility.mockReturnValue("visible");
  act(() => {
    document.dispatchEvent(new Event("visibilitychange"));
  });
  expect(range.now).toBe(NOW + 70);
  visibility.mockRestore();
});

it("is off when the URL says so", async () => {
  show("?refresh=off");
  await act(() => vi.advanceTimersByTimeAsync(120_000));
  expect(range.now).toBe(NOW);
});
