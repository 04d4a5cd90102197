// @vitest-environment happy-dom
import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, expect, it } from "vitest";
import { exampleAlert } from "@/lib/alerts/example";
import type { AlertView } from "@/lib/alerts/schema";
import { AlertRow } from "./alert-row";

afterEach(cleanup);

const show = (patch: Partial<AlertView>) =>
  render(
    <AlertRow
      alert={{ ...exampleAlert, severity: "critical", ...patch }}
      now={new Date("2026-03-04T14:00:00Z")}
      isFocused={false}
      isSelected={false}
      busy={false}
      onAcknowledge={() => {}}
      onFocus={() => {}}
    />,
  );

it.each([
  [{ isEnforced: false }, "Observe only"],
  [{ silencedBy: ["x"] }, "Silenced"],
])("says the severity beside the state of %j", (patch, state) => {
  show(patch);
  expect(screen.getByText(state)).toBeTruthy();
  expect(screen.getByText("Critical")).toBeTruthy();
});

it("says it once where it is the state", () => {
  show({});
  expect(screen.getAllByText("Critical")).toHaveLength(1);
});
