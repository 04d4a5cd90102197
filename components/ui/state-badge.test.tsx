// @vitest-environment happy-dom
import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, expect, it } from "vitest";
import { compareStates, STATES, type State, worstState } from "./state";
import { StateBadge } from "./state-badge";

afterEach(cleanup);

it.each(Object.entries(STATES))("%s has a shape and its word", (state, { word, tone }) => {
  const { container } = render(<StateBadge state={state as State} />);
  expect(container.textContent).toBe(word);
  expect(container.querySelector("svg")?.getAttribute("aria-hidden")).toBe("true");
  expect(container.querySelector("[data-state-tone]")?.getAttribute("data-state-tone")).toBe(tone);
});

it("says more when it is given words", () => {
  render(<StateBadge state="no_data">No data for 6 min</StateBadge>);
  expect(screen.getByText("No data for 6 min")).toBeTruthy();
});

it("puts the worst first, and no data before healthy", () => {
  const states: State[] = ["ok", "progress", "no_data", "cannot_evaluate", "warning", "critical"];
  expect([...states].sort(compareStates)).toEqual([
    "critical",
    "warning",
    "cannot_evaluate",
    "no_data",
    "progress",
    "ok",
  ]);
  expect(worstState(["ok", "no_data"])).toBe("no_data");
  expect(worstState([])).toBeUndefined();
});
