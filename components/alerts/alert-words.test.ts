import { expect, it } from "vitest";
import { alertState, firingAnswer, firingWords, valueWords } from "./alert-words";

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
  expect(words.replaceAll("\u2009", " ")).toBe("Pending 24 s of 5 min");
  const later = alertState({ ...pending, silencedBy: [] }, new Date("2026-03-04T12:03:59Z"));
  expect(later.words.replaceAll("\u2009", " ")).toBe("Pending 3 min of 5 min");
});

it("counts what fires by severity, the worst first", () => {
  expect(firingWords({ warning: 2, critical: 1, info: 3 })).toBe("1 critical, 2 warning, 3 info");
  expect(firingWords({ none: 1, "": 2 })).toBe("1 of severity none, 2 without severity");
});

const none = { bySeverity: {}, acknowledged: 0, observed: 0, silenced: 0, pending: 0 };
it.each([
  [{ bySeverity: { critical: 2 }, acknowledged: 1 }, "critical", "2 critical; 1 acknowledged"],
  [{ bySeverity: { page: 1 } }, "critical", "1 page"],
  [{ bySeverity: { warning: 1 }, observed: 6 }, "warning", "1 warning, and 6 that only observe"],
  [{ observed: 1, silenced: 2 }, "observe", "1 that only observes, 2 silenced"],
  [{ silenced: 2, pending: 3 }, "silenced", "3 pending, and 2 silenced"],
] as const)("says of the counts %j that it is %s", (counts, state, words) => {
  expect(firingAnswer({ ...none, ...counts })).toEqual({ state, words });
});

it.each([
  ["critical", "critical", "Critical"],
  ["page", "critical", "Page"],
  ["warning", "warning", "Warning"],
  [null, "warning", "No severity"],
  ["info", "info", "Info"],
  ["none", "info", "Severity none"],
] as const)("shows what fires with the severity %s as %s", (severity, state, words) => {
  expect(
    alertState({ ...pending, state: "firing", severity, silencedBy: [] }, new Date("2026-03-04T12:06:00Z")),
  ).toEqual({ state, words });
});

it.each([
  [0.254, { unit: "ratio", factor: 1 }, "25.4 %"],
  [83, { unit: "ratio", factor: 0.01 }, "83.0 %"],
  [19.5246, null, "19.52"],
  [null, null, "–"],
] as const)("writes the value %s in its unit", (value, measures, words) => {
  expect(valueWords(value, measures).replaceAll("\u2009", " ")).toBe(words);
});
