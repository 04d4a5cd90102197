import { describe, expect, it } from "vitest";
import { formatDuration, parseDuration } from "./duration";

describe("durations of PromQL and the API", () => {
  it.each([
    ["0s", 0],
    ["250ms", 0.25],
    ["15s", 15],
    ["1s500ms", 1.5],
    ["5m", 300],
    ["1h30m", 5400],
    ["1d", 86_400],
    ["7d", 604_800],
    ["400d", 34_560_000],
  ])("%s is %d seconds, both ways", (text, seconds) => {
    expect(parseDuration(text)).toBe(seconds);
    expect(formatDuration(seconds)).toBe(text);
  });

  it.each([
    ["1w", 604_800],
    ["1y", 31_536_000],
    ["90", 90],
    ["0.5", 0.5],
    [" 5m ", 300],
    ["90m", 5400],
  ])("reads %j", (text, seconds) => {
    expect(parseDuration(text)).toBe(seconds);
  });

  it.each(["", "m", "-5m", "5m5m", "5s1m", "5 m", "1.5h", "∞"])("refuses %j", (text) => {
    expect(parseDuration(text)).toBeNull();
  });

  it.each([-1, Number.NaN, Number.POSITIVE_INFINITY])("does not write %d", (seconds) => {
    expect(() => formatDuration(seconds)).toThrow(RangeError);
  });
});
