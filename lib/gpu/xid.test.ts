import { describe, expect, it } from "vitest";
import { knownXids, xidFacts } from "./xid";

describe("xidFacts", () => {
  it("says nothing of 0, which is none", () => expect(xidFacts(0)).toBeNull());

  it.each([
    [13, "application", "restart"],
    [31, "application", "restart"],
    [43, "application", "restart"],
    [45, "application", "none"],
    [48, "hardware", "drain"],
    [63, "hardware", "watch"],
    [64, "hardware", "replace"],
    [74, "hardware", "drain"],
    [79, "hardware", "drain"],
    [92, "hardware", "watch"],
    [94, "hardware", "restart"],
    [95, "hardware", "drain"],
    [119, "driver", "drain"],
    [154, "information", "watch"],
  ] as const)("puts %i down to the %s and says to %s", (code, first, urgency) => {
    const facts = xidFacts(code)!;
    expect(facts.classes[0]).toBe(first);
    expect(facts.urgency).toBe(urgency);
  });

  it("tells 94 from 95: one error was contained, the other not", () => {
    expect(xidFacts(94)!.meaning).toContain("was contained");
    expect(xidFacts(95)!.meaning).toContain("not contained");
  });

  it("has a sentence and an action for every number of the reference", () => {
    const reference = [
      8, 13, 31, 32, 38, 43, 45, 46, 48, 56, 57, 58, 61, 62, 63, 64, 68, 69, 74, 79, 80, 92, 93, 94, 95, 109,
      110, 119, 120, 121, 122, 123, 124, 125, 144, 150, 154,
    ];
    expect(knownXids()).toEqual(expect.arrayContaining(reference));
    for (const code of knownXids()) {
      const facts = xidFacts(code)!;
      expect(facts.action).toMatch(/\.$/);
      expect(facts.classes.length).toBeGreaterThan(0);
    }
  });

  it("answers for a number that nobody knows without guessing whose fault it is", () => {
    expect(xidFacts(999)).toMatchObject({ classes: [], meaning: expect.stringContaining("999") });
  });
});
