// @vitest-environment happy-dom
import { act, cleanup, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { PageFailure } from "./page-failure";

const router = { refresh: vi.fn() };
vi.mock("next/navigation", () => ({ useRouter: () => router }));

beforeEach(() => vi.useFakeTimers());
afterEach(() => {
  cleanup();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it("says what stands in the way, and comes back once that is over", async () => {
  let state: object = { status: "not_ready", reason: "The database cannot be reached." };
  vi.stubGlobal("fetch", async () => Response.json(state));
  const reset = vi.fn();
  render(<PageFailure error={new Error("boom")} reset={reset} />);
  await act(() => vi.advanceTimersByTimeAsync(0));
  expect(screen.getByRole("alert").textContent).toContain("The database cannot be reached.");
  expect(reset).not.toHaveBeenCalled();
  state = { status: "ready", degraded: [] };
  await act(() => vi.advanceTimersByTimeAsync(5_000));
  expect(reset).toHaveBeenCalledTimes(1);
  expect(router.refresh).toHaveBeenCalledTimes(1);
});

it("does not try again and again where nothing stands in the way", async () => {
  vi.stubGlobal("fetch", async () => Response.json({ status: "ready", degraded: [] }));
  const reset = vi.fn();
  render(<PageFailure error={new Error("boom")} reset={reset} />);
  await act(() => vi.advanceTimersByTimeAsync(20_000));
  expect(screen.getByRole("alert").textContent).toContain("this page does not");
  expect(reset).not.toHaveBeenCalled();
});
