import { describe, expect, it } from "vitest";
import { clockReasons, clockReasonWords, clockState } from "./clock-events";

describe("clockState", () => {
  it.each([
    [0, []],
    [0x1, []],
    [0x2, []],
    [0x4, ["power"]],
    [0x80, ["power"]],
    [0x20, ["thermal"]],
    [0x40, ["thermal"]],
    [0x8, ["hardware"]],
    // The hardware slows down because it is hot, or because of the brake: that is the reason.
    [0x48, ["thermal"]],
    [0x88, ["power"]],
    [0x64, ["thermal", "power"]],
    [0x10, ["boost_group"]],
    [0x100, []],
    [0x200, ["unknown"]],
    [0x205, ["power", "unknown"]],
  ] as const)("of the mask %i gives %j", (mask, verdicts) => {
    expect(clockState(mask).verdicts).toEqual(verdicts);
    expect(clockState(mask).action === null).toBe(verdicts.length === 0);
  });

  it("says each reason in words", () => {
    expect(clockState(0).text).toBe("at full clock");
    expect(clockState(0x24).text).toBe("at its power limit, slowed down by the driver, since it is hot");
    expect(clockState(0x200).text).toContain("0x200");
  });

  it("reads bits beyond 32 without taking them for others", () => {
    expect(clockState(2 ** 40 + 0x4).verdicts).toEqual(["power", "unknown"]);
  });

  it("has a bit of its own for each reason", () => {
    const bits = clockReasons.map(({ bit }) => bit);
    expect(new Set(bits).size).toBe(bits.length);
    for (const bit of bits) expect(Number.isInteger(Math.log2(bit))).toBe(true);
  });

  it("knows the names that exporters give", () => {
    expect(clockReasonWords("hw_thermal_slowdown")).toContain("half its clock");
    expect(clockReasonWords("new_reason")).toBe("new_reason");
  });
});
