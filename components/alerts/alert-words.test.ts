import { expect, it } from "vitest";
import { alertState, firingWords } from "./alert-words";

const pending = {
  state: "pending",
  severity: "warning",
  activeAt: "2026-03-04T12:00:00.000Z",
  for: 300,
  silencedBy: [],
  isEnforced: true,
} as const;

it("says how long an alert has been pending, in whole seconds, of how long it must", () => {
  const { words } = alertState({ ...pending, silencedBy: [] }, new Date("2026-03-04T12:00:24.482Z"));
  expect(words.replaceAll("\u2009", " ")).toMatch(/^Pending 24(\.0)? s of 5 min$/);
});

it("counts what fires by severity, the worst first", () => {
  expect(firingWords({ warning: 2, critical: 1, info: 3 })).toBe("1 critical, 2 warning, 3 info");
});
