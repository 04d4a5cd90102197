import { describe, expect, it } from "vitest";
import { formatDuration, parseDuration } from "./duration";

// The pairs of prometheus/common's own documentation of its format.
const pairs: [string, number][] = [
  ["0s", 0],
  ["324ms", 0.324],
  ["3s", 3],
  ["5m", 300],
  ["1h", 3600],
  ["4d", 345_600],
  ["4d1h", 349_200],
  ["3w", 1_814_400],
  ["10y", 315_360_000],
  ["1h30m", 5400],
  ["8d", 691_200],
  ["1m30s500ms", 90.5],
];

describe("parseDuration", () => {
  it.each(pairs)("reads %s as %d s", (text, seconds) => {
    expect(parseDuration(text)).toBe(seconds);
  });

  it("reads units that a duration is not printed with", () => {
    expect(parseDuration("0")).toBe(0);
    expect(parseDuration("3w2d1h")).toBe(1_990_800);
    expect(parseDuration("90m")).toBe(5400);
  });

  it.each(["", "1", "1y1m1d", "-1w", "1.5d", "d", "5m ", "300y"])("refuses %j", (text) => {
    expect(() => parseDuration(text)).toThrow(RangeError);
  });
});

describe("formatDuration", () => {
  it.each(pairs)("writes %s for %d s", (text, seconds) => {
    expect(formatDuration(seconds)).toBe(text);
  });

  it("cuts what lies below a millisecond, but not what only floating point does", () => {
    expect(formatDuration(0.0009)).toBe("0s");
    expect(formatDuration(0.29)).toBe("290ms");
  });

  it.each([-1, Number.NaN, Number.POSITIVE_INFINITY])("refuses %d", (seconds) => {
    expect(() => formatDuration(seconds)).toThrow(RangeError);
  });
});
