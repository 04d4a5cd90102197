import { describe, expect, it } from "vitest";
import { judge, type Measurement } from "./measurement";
import { median, spread } from "./statistics";

const measured = (parts: Partial<Measurement>): Measurement => ({
  number: 1,
  title: "Panels",
  unit: "seconds",
  subject: { of: "the console", values: [0.3, 0.1, 0.2] },
  details: [],
  ...parts,
});
const reference = (...values: number[]) => ({ of: "Prometheus alone", values });

describe("median and spread", () => {
  it.each([
    [[5], 5],
    [[3, 1, 2], 2],
    [[4, 1, 3, 2], 2.5],
    [[10, 9, 100], 10],
  ])("of %j the median is %d", (values, expected) => {
    expect(median(values)).toBe(expected);
  });

  it("orders by number, not by text, and leaves the samples as they were", () => {
    const values = [100, 20, 3];
    expect(spread(values)).toEqual({ lowest: 3, highest: 100 });
    expect(values).toEqual([100, 20, 3]);
  });

  it("of nothing there is neither", () => {
    expect(() => median([])).toThrow(RangeError);
    expect(() => spread([])).toThrow(RangeError);
  });
});

describe("the verdict", () => {
  it("holds the medians against a ratio with an allowance, the limit included", () => {
    const bar = { kind: "ratio", factor: 1.25, allowance: 0.03 } as const;
    // 1.25 × 0.136 s + 30 ms is exactly 0.2 s.
    expect(judge(measured({ reference: reference(0.136, 0.1, 0.9), bar }))).toMatchObject({
      subject: 0.2,
      reference: 0.136,
      ratio: 0.2 / 0.136,
      isMet: true,
    });
    expect(judge(measured({ reference: reference(0.135), bar })).isMet).toBe(false);
  });

  it("holds a value against a fixed bar", () => {
    const bytes = (value: number) =>
      judge(
        measured({
          unit: "bytes",
          subject: { of: "scripts", values: [value] },
          bar: { kind: "absolute", most: 300_000 },
        }),
      );
    expect(bytes(300_000)).toEqual({
      subject: 300_000,
      reference: undefined,
      ratio: undefined,
      most: 300_000,
      isMet: true,
    });
    expect(bytes(300_001).isMet).toBe(false);
  });

  it("only reports where there is no bar", () => {
    expect(judge(measured({ reference: reference(0.1) }))).toMatchObject({
      ratio: 2,
      most: undefined,
      isMet: undefined,
    });
  });

  it("has no ratio to nothing, and still a verdict by the allowance", () => {
    const verdict = judge(
      measured({ reference: reference(0), bar: { kind: "ratio", factor: 1.1, allowance: 0 } }),
    );
    expect(verdict).toMatchObject({ ratio: undefined, most: 0, isMet: false });
  });

  it("does not guess a reference", () => {
    expect(() => judge(measured({ bar: { kind: "ratio", factor: 1, allowance: 0 } }))).toThrow(RangeError);
  });
});
