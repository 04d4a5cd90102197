import { describe, expect, it } from "vitest";
import { inhibition, silencesOf } from "./muting";

const of = (severity: string, more: Record<string, string> = {}) => ({
  alertname: "HighLatency",
  service: "chat-api",
  ...more,
  severity,
});

describe("inhibition", () => {
  it.each([
    ["a warning, while its critical tier fires", of("warning"), [of("critical")], true],
    ["a critical one, while its warning fires", of("critical"), [of("warning")], false],
    ["a warning of another service", of("warning", { service: "embed" }), [of("critical")], false],
    ["a warning of another GPU", of("warning", { gpu: "1" }), [of("critical", { gpu: "0" })], false],
    ["itself", of("warning"), [of("warning")], false],
    ["a severity that nobody knows", of("purple"), [of("critical")], false],
    ["by a severity that nobody knows", of("warning"), [of("purple")], false],
    ["two steps apart", of("info"), [of("warning"), of("critical")], true],
    ["without a severity", { alertname: "HighLatency", service: "chat-api" }, [of("critical")], false],
  ])("%s", (_, labels, firing, expected) => {
    expect(inhibition([labels, ...firing])(labels)).toBe(expected);
  });
});

it("counts a silence from its start to before its end", () => {
  const silence = {
    id: "1",
    matchers: [{ name: "service", value: "chat-api", isRegex: false, isEqual: true }],
    startsAt: 10,
    endsAt: 20,
  };
  const at = (now: number, labels = of("warning")) => silencesOf([silence], labels, now).length;
  expect([9, 10, 19, 20].map((now) => at(now))).toEqual([0, 1, 1, 0]);
  expect(at(15, of("warning", { service: "embed" }))).toBe(0);
});
