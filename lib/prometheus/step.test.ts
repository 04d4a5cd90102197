import { describe, expect, it } from "vitest";
import { alignToStep, MAX_POINTS_PER_SERIES, rateWindowFor, stepFor } from "./step";

describe("stepFor", () => {
  it.each([
    [300, 300, 5, 5],
    [900, 240, 5, 5],
    [3600, 240, 5, 15],
    [3600, 240, 30, 30],
    [21_600, 360, 5, 60],
    [86_400, 300, 15, 300],
    [7 * 86_400, 300, 15, 3600],
    [30 * 86_400, 300, 15, 10_800],
    [365 * 86_400, 300, 15, 2 * 86_400],
    [60, 300, 0.5, 1],
  ])("%d s in %d points, scraped every %d s: %d s", (range, points, scrape, step) => {
    expect(stepFor(range, points, scrape)).toBe(step);
  });

  it("never goes over Prometheus's limit", () => {
    for (let range = 60; range < 1e9; range = Math.ceil(range * 1.7)) {
      const step = stepFor(range, 1e9, 1);
      expect(Number.isInteger(step)).toBe(true);
      expect(range / step).toBeLessThanOrEqual(MAX_POINTS_PER_SERIES - 2);
    }
  });

  it.each([
    [0, 1, 1],
    [1, 0, 1],
    [1, 1, 0],
    [Number.NaN, 1, 1],
  ])("refuses %d, %d, %d", (range, points, scrape) => {
    expect(() => stepFor(range, points, scrape)).toThrow(RangeError);
  });
});

describe("rateWindowFor", () => {
  it.each([
    [5, 15, 60],
    [30, 15, 120],
    [15, 15, 60],
    [5, 300, 300],
  ])("scraped every %d s, step %d s: %d s", (scrape, step, window) => {
    expect(rateWindowFor(scrape, step)).toBe(window);
  });
});

describe("alignToStep", () => {
  it("moves down", () => {
    expect(alignToStep(1003.7, 15)).toBe(990);
    expect(alignToStep(990, 15)).toBe(990);
  });
});
