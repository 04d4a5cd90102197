import { describe, expect, it } from "vitest";
import { logTicks, logTimeTicks, mostTimeTicks, roundTicks, tickWords, timeTicks } from "./ticks";

describe("roundTicks", () => {
  it.each([
    [0, 3.1, [0, 1, 2, 3, 4]],
    [0, 44, [0, 20, 40, 60]],
    [0, 100, [0, 25, 50, 75, 100]],
    [0, 0.021, [0, 0.01, 0.02, 0.03]],
    [-3, 5, [-4, -2, 0, 2, 4, 6]],
    [0, 0, [0, 0.25, 0.5, 0.75, 1]],
    [0, Number.NaN, [0, 0.25, 0.5, 0.75, 1]],
  ])("of %d to %d are %j", (min, max, ticks) => {
    expect(roundTicks(min, max)).toEqual(ticks);
  });

  it("reaches the data with four to six ticks, whatever the size", () => {
    for (let max = 1e-6; max < 1e9; max *= 1.37) {
      const ticks = roundTicks(0, max);
      expect(ticks[0]).toBe(0);
      expect(ticks.at(-1)).toBeGreaterThanOrEqual(max * (1 - 1e-9));
      expect(ticks.length).toBeGreaterThanOrEqual(3);
      expect(ticks.length).toBeLessThanOrEqual(6);
    }
  });

  it("ends at the ceiling", () => {
    expect(roundTicks(0, 97, { ceiling: 100 }).at(-1)).toBe(100);
    expect(roundTicks(0, 16, { ceiling: 16 })).toEqual([0, 4, 8, 12, 16]);
    expect(roundTicks(0, 79.65, { ceiling: 79.65 })).toEqual([0, 20, 40, 60]);
  });

  it.each([
    [0, [0, 1, 2]],
    [1, [0, 1, 2]],
    [3, [0, 1, 2, 3]],
    [5.2, [0, 2, 4, 6]],
    [9, [0, 3, 6, 9]],
    [18, [0, 5, 10, 15, 20]],
    [90, [0, 25, 50, 75, 100]],
  ])("of things that are counted, up to %d, are %j", (max, ticks) => {
    expect(roundTicks(0, max, { isWhole: true })).toEqual(ticks);
  });
});

it("takes powers of ten on a log axis", () => {
  expect(logTicks(0.03, 4)).toEqual([0.01, 0.1, 1, 10]);
  expect(logTicks(5, 5)).toEqual([1, 10]);
});

it("sets times on a log axis at what is spoken of", () => {
  expect(logTimeTicks(0.03, 160)).toEqual([0.01, 0.1, 1, 10, 60, 600]);
  expect(logTimeTicks(0.5, 0.5)).toEqual([0.1, 1]);
  expect(logTimeTicks(1e-7, 90_000).length).toBeLessThanOrEqual(8);
  expect(logTimeTicks(1e-7, 90_000).at(-1)).toBeGreaterThanOrEqual(90_000);
});

describe("timeTicks", () => {
  it("are the same for charts of one width, whatever stands beside the plot and for bars too", () => {
    const six = { from: hour.from - 5 * 3600, to: hour.to };
    const lines = timeTicks(six.from, six.to, mostTimeTicks(430), utc);
    const bars = timeTicks(six.from - 45, six.to + 45, mostTimeTicks(430), utc, six.to - six.from);
    expect(bars.step).toBe(lines.step);
    expect(bars.ticks).toEqual(lines.ticks);
    expect(timeTicks(six.from - 45, six.to + 45, 3, utc).step).not.toBe(
      timeTicks(six.from, six.to, 3, utc).step,
    );
  });

  const utc = () => 0;
  const kolkata = () => 19_800; // UTC+5:30
  const hour = { from: 1_772_370_000, to: 1_772_373_600 }; // 13:00 to 14:00 UTC

  it("are round and no more than fit", () => {
    const { ticks, step } = timeTicks(hour.from, hour.to, 6, utc);
    expect(step).toBe(600);
    expect(ticks.map((tick) => tickWords(tick, step, utc))).toEqual([
      "13:00",
      "13:10",
      "13:20",
      "13:30",
      "13:40",
      "13:50",
      "14:00",
    ]);
  });

  it("are round in the viewer's zone", () => {
    const { ticks, step } = timeTicks(hour.from, hour.to, 2, kolkata);
    expect(ticks.map((tick) => tickWords(tick, step, kolkata))).toEqual(["18:30", "19:00", "19:30"]);
  });

  it("show the date where the day changes", () => {
    const midnight = 1_772_409_600; // 2026-03-02T00:00:00Z
    const { ticks, step } = timeTicks(midnight - 7200, midnight + 7200, 4, utc);
    expect(ticks.map((tick) => tickWords(tick, step, utc))).toEqual([
      "22:00",
      "23:00",
      "2 Mar",
      "01:00",
      "02:00",
    ]);
  });

  it("show seconds below a minute", () => {
    const { ticks, step } = timeTicks(hour.from, hour.from + 40, 4, utc);
    expect(step).toBe(10);
    expect(tickWords(ticks[1]!, step, utc)).toBe("13:00:10");
  });

  it("are days for a month", () => {
    const { ticks, step } = timeTicks(hour.from, hour.from + 30 * 86_400, 6, utc);
    expect(step).toBe(604_800);
    expect(tickWords(ticks[0]!, step, utc)).toMatch(/^\d+ Mar$/);
  });
});
