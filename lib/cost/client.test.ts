import { expect, it } from "vitest";
import { costRange } from "./client";

it.each([
  // A quarter of an hour costs a quarter of an hour, wherever it begins.
  [900, 60],
  [3_600, 300],
  [86_400, 300],
])("asks for all of %i seconds and no more", (seconds, step) => {
  for (const start of [1_767_225_600, 1_767_225_601, 1_767_225_899]) {
    const range = costRange({ start, end: start + seconds });
    expect(range.end - range.start).toBe(seconds);
    expect(start - range.start).toBeGreaterThanOrEqual(0);
    expect(start - range.start).toBeLessThan(step);
    // A second later it is the same, but where a step begins.
    expect(costRange({ start: range.start + 1, end: range.start + 1 + seconds })).toEqual(range);
  }
});

it("asks for a step at least", () => {
  expect(costRange({ start: 1_767_225_600, end: 1_767_225_610 })).toEqual({
    start: 1_767_225_600,
    end: 1_767_225_660,
  });
});
