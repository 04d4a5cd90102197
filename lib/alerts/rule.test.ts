import { describe, expect, it } from "vitest";
import { exprOf, labelsOf } from "./rule";

describe("exprOf", () => {
  it.each([
    ["up", "up > 5"],
    ["a / b", "a / b > 5"],
    ["sum by (pod) (a) + 1", "sum by (pod) (a) + 1 > 5"],
    ["a or b", "(a or b) > 5"],
    ["a > 3", "(a > 3) > 5"],
    ["a unless on (x) b", "(a unless on (x) b) > 5"],
    ["(a and b)", "(a and b) > 5"],
    ["up # seen", "up # seen\n> 5"],
    ["a or b # seen", "(a or b # seen\n) > 5"],
  ])("compares %j as %j", (expr, expected) => {
    expect(exprOf({ expr, comparison: ">" }, { severity: null, threshold: 5 })).toBe(expected);
  });

  it("leaves a whole expression as it is", () => {
    expect(exprOf({ expr: "up  ==  0", comparison: null }, { severity: null, threshold: null })).toBe(
      "up  ==  0",
    );
  });

  it("writes every number as PromQL does", () => {
    const of = (threshold: number) => exprOf({ expr: "a", comparison: "<=" }, { severity: null, threshold });
    expect(of(-0.05)).toBe("a <= -0.05");
    expect(of(1e-7)).toBe("a <= 1e-7");
    expect(of(Number.NEGATIVE_INFINITY)).toBe("a <= -Inf");
  });

  it("refuses a threshold without a comparison", () => {
    expect(() => exprOf({ expr: "a", comparison: null }, { severity: null, threshold: 1 })).toThrow(
      TypeError,
    );
  });
});

describe("labelsOf", () => {
  it("puts the level's severity over the rule's labels, and these over the group's", () => {
    expect(
      labelsOf(
        { labels: { team: "ml", severity: "info" } },
        { severity: "critical", threshold: 1 },
        { team: "any", region: "eu" },
      ),
    ).toEqual({ team: "ml", region: "eu", severity: "critical" });
    expect(labelsOf({ labels: { team: "ml" } }, { severity: null, threshold: null })).toEqual({ team: "ml" });
  });
});
