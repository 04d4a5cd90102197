// @vitest-environment happy-dom
import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, expect, it } from "vitest";
import { StatCard, type StatCardProps } from "./stat-card";

afterEach(cleanup);

const show = (fields: Partial<StatCardProps>) =>
  render(<StatCard name="Availability" value={{ number: "97.7", unit: "%" }} {...fields} />);

it("says the verdict before what it is judged by, uncut and as severe as it is given", () => {
  show({
    target: { text: "at least 99.9 %", by: "84.6 % in the last 5 min", met: false, severity: "critical" },
  });
  const words = screen.getByText("Target at least 99.9 % missed: 84.6 % in the last 5 min");
  const badge = words.closest("[data-state-tone]");
  expect(badge?.getAttribute("data-state-tone")).toBe("critical");
  expect(badge?.className).toContain("whitespace-normal");
});

it("is a warning where nothing else is said, and no verdict where it is not judged", () => {
  show({ target: { text: "under 500 ms", met: false } });
  expect(document.querySelector("[data-state-tone]")?.getAttribute("data-state-tone")).toBe("warning");
  cleanup();
  show({ target: { text: "under 500 ms", met: undefined } });
  expect(document.querySelector("[data-state-tone]")).toBeNull();
});

it("says that a number is older in place of its change", () => {
  show({ stale: "Older data, until 14:03:20", change: { text: "+1 %", direction: "better" } });
  expect(screen.getByText("Older data, until 14:03:20")).toBeTruthy();
  expect(screen.queryByText("+1 %")).toBeNull();
});
