// @vitest-environment happy-dom
import { act, cleanup, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { PageFailure } from "./page-failure";

const reload = vi.fn();
beforeEach(() => {
  vi.useFakeTimers();
  reload.mockClear();
  vi.spyOn(window.location, "reload").mockImplementation(reload);
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it("says what stands in the way, and comes back once that is over", async () => {
  let state: object = { status: "not_ready", reason: "The database cannot be reached." };
  vi.stubGlobal("fetch", async () => Response.json(state));
  render(<PageFailure error={new Error("boom")} />);
  await act(() => vi.advanceTimersByTimeAsync(0));
  expect(screen.getByRole("alert").textContent).toContain("The database cannot be reached.");
  expect(reload).not.toHaveBeenCalled();
  state = { status: "ready", degraded: [] };
  await act(() => vi.advanceTimersByTimeAsync(5_000));
  expect(reload).toHaveBeenCalledTimes(1);
});

it("does not try again and again where nothing stands in the way", async () => {
  vi.stubGlobal("fetch", async () => Response.json({ status: "ready", degraded: [] }));
  render(<PageFailure error={new Error("boom")} />);
  await act(() => vi.advanceTimersByTimeAsync(20_000));
  expect(screen.getByRole("alert").textContent).toContain("this page does not");
  expect(reload).not.toHaveBeenCalled();
});

it("says nothing of the cause before it is known", async () => {
  let answer: (state: object) => void = () => {};
  vi.stubGlobal("fetch", () => new Promise((resolve) => (answer = (state) => resolve(Response.json(state)))));
  render(<PageFailure error={new Error("boom")} />);
  await act(() => vi.advanceTimersByTimeAsync(3_000));
  expect(screen.getByRole("alert").textContent).toContain("could not be loadedNothing was changed.");
  await act(async () => answer({ status: "not_ready", reason: "The database cannot be reached." }));
  expect(screen.getByRole("alert").textContent).toContain("The database cannot be reached. Nothing");
});

it("keeps to what was said while nothing can be asked", async () => {
  let isHanging = false;
  vi.stubGlobal("fetch", async () => {
    if (isHanging) throw new DOMException("late", "TimeoutError");
    return Response.json({ status: "not_ready", reason: "The database cannot be reached." });
  });
  const patience = vi.spyOn(AbortSignal, "timeout");
  render(<PageFailure error={new Error("boom")} />);
  await act(() => vi.advanceTimersByTimeAsync(0));
  isHanging = true;
  patience.mockReturnValue(AbortSignal.abort());
  await act(() => vi.advanceTimersByTimeAsync(5_000));
  expect(screen.getByRole("alert").textContent).toContain("The database cannot be reached.");
  patience.mockRestore();
  await act(() => vi.advanceTimersByTimeAsync(5_000));
  expect(screen.getByRole("alert").textContent).toContain("The console does not answer.");
});
