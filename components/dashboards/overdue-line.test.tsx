// @vitest-environment happy-dom
import { act, cleanup, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { OverdueLine } from "./overdue-line";

const START = 1_767_225_600;

beforeEach(() => {
  vi.useFakeTimers({ now: (START + 40) * 1000 });
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const line = () => screen.getByText(/^Last refreshed at/).textContent;

it("blames nobody before it knows, then whoever stands in the way", async () => {
  let answer: (state: object) => void = () => {};
  vi.stubGlobal(
    "fetch",
    () =>
      new Promise((resolve) => {
        answer = (state) => resolve(Response.json(state));
      }),
  );
  render(<OverdueLine since={START} failed={false} />);
  await act(() => vi.advanceTimersByTimeAsync(3_000));
  expect(line()).toMatch(/ 43\u2009s ago$/);
  await act(async () => answer({ status: "not_ready", reason: "The database cannot be reached." }));
  expect(line()).toMatch(/ ago\. The database cannot be reached\.$/);
  await act(() => vi.advanceTimersByTimeAsync(5_000));
  await act(async () => answer({ status: "ready", degraded: [] }));
  expect(line()).toMatch(/ ago; waiting for Prometheus$/);
});

it("says that the console does not answer, also where a request failed by that", async () => {
  vi.stubGlobal("fetch", () => Promise.reject(new TypeError("network")));
  render(<OverdueLine since={START} failed />);
  await act(() => vi.advanceTimersByTimeAsync(0));
  expect(line()).toMatch(/ ago\. The console does not answer\.$/);
});

it("leaves it to the panels to say why the source failed", async () => {
  vi.stubGlobal("fetch", async () => Response.json({ status: "ready", degraded: [] }));
  render(<OverdueLine since={START} failed />);
  await act(() => vi.advanceTimersByTimeAsync(0));
  expect(line()).toMatch(/ ago$/);
});
