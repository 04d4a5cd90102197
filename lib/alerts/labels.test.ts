import { describe, expect, it } from "vitest";
import { compareText, fingerprintOf, type Matcher, matches } from "./labels";

describe("fingerprintOf", () => {
  // What model.LabelSet.Fingerprint gives for them (prometheus/common@model/signature_test.go, alertmanager's API).
  it.each([
    [{}, "cbf29ce484222325"],
    [{ name: "garland, briggs", fear: "love is not enough" }, 5799056148416392346n.toString(16)],
  ])("of %j is %s", (labels, expected) => {
    expect(fingerprintOf(labels)).toBe(expected.padStart(16, "0"));
  });

  it("does not depend on the order, nor on empty labels", () => {
    expect(fingerprintOf({ a: "1", b: "2", c: "" })).toBe(fingerprintOf({ b: "2", a: "1" }));
    expect(fingerprintOf({ a: "12" })).not.toBe(fingerprintOf({ a1: "2" }));
  });
});

describe("compareText", () => {
  it("orders by the bytes of UTF-8", () => {
    expect(compareText("a", "b")).toBeLessThan(0);
    expect(compareText("ab", "a")).toBeGreaterThan(0);
    // U+FF5E comes before U+1F600 in UTF-8, and after it in UTF-16.
    expect(compareText("～", "😀")).toBeLessThan(0);
  });
});

describe("matches", () => {
  const labels = { job: "vllm", pod: "chat-1" };
  const matcher = (name: string, op: "=" | "!=" | "=~" | "!~", value: string): Matcher => ({
    name,
    value,
    isRegex: op.endsWith("~"),
    isEqual: op.startsWith("="),
  });
  it.each([
    ["job", "=", "vllm", true],
    ["job", "!=", "vllm", false],
    ["job", "=~", "v.*", true],
    ["job", "=~", "v", false],
    ["job", "!~", "v", true],
    ["job", "=~", "a|vllm", true],
    ["absent", "=", "", true],
    ["absent", "!=", "", false],
    ["absent", "=~", ".+", false],
    ["absent", "!~", ".+", true],
    ["toString", "=", "", true],
    ["job", "=~", "(?i:V)llm", true],
    ["job", "=~", "v|vll", false],
    ["pod", "=~", "\\Qchat-\\E[[:digit:]]", true],
  ] as const)("%s %s %j: %s", (name, op, value, expected) => {
    expect(matches(labels, [matcher(name, op, value)])).toBe(expected);
  });

  it("wants all of them, and none of none", () => {
    expect(matches(labels, [])).toBe(true);
    expect(matches(labels, [matcher("job", "=", "vllm"), matcher("pod", "=", "x")])).toBe(false);
  });

  it.each(["(", "(?=vllm)", "a**", "a{1001}"])("refuses %j, as RE2 does", (pattern) => {
    expect(() => matches(labels, [matcher("job", "=~", pattern)])).toThrow(/^error parsing regexp: /);
  });
});
