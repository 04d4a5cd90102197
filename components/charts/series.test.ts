import { describe, expect, it } from "vitest";
import {
  bandWords,
  boundedStats,
  type ChartSeries,
  gridTimes,
  scaleOf,
  seriesStats,
  summaryOf,
  valueWords,
  withOtherParts,
  withOthers,
} from "./series";

const series = (id: string, values: (number | null)[], more: Partial<ChartSeries> = {}): ChartSeries => ({
  id,
  label: id,
  color: 1,
  values,
  ...more,
});
const plain = (text: string | null) => text?.replaceAll("\u2009", " ");

it("counts the steps of a grid with both ends", () => {
  expect(gridTimes({ start: 0, end: 60, step: 30 })).toEqual([0, 30, 60]);
  expect(gridTimes({ start: 10, end: 10, step: 30 })).toEqual([10]);
  expect(gridTimes({ start: 0, end: 0.3, step: 0.1 })).toHaveLength(4);
});

describe("seriesStats", () => {
  it("leaves gaps and non-finite values out", () => {
    expect(seriesStats([1, null, 3, Number.NaN, Number.POSITIVE_INFINITY, null])).toEqual({
      last: 3,
      min: 1,
      max: 3,
      mean: 2,
    });
  });

  it("is absent, not zero, without values", () => {
    expect(seriesStats([null, null])).toEqual({ last: null, min: null, max: null, mean: null });
  });
});

it("keeps the colour of the eight with the largest last value, and draws the others beneath", () => {
  const ten = Array.from({ length: 10 }, (_, index) => series(`s${index}`, [index]));
  const shown = withOthers(ten);
  expect(shown.slice(0, 2).map((each) => [each.id, each.color])).toEqual([
    ["s0", "other"],
    ["s1", "other"],
  ]);
  expect(shown.slice(2).every((each) => each.color === 1)).toBe(true);
  expect(withOthers(ten.slice(0, 8))).toEqual(ten.slice(0, 8));
});

it("keeps the seven largest parts of a whole, each in a colour of its own, and adds up the rest", () => {
  const parts = Array.from({ length: 48 }, (_, index) =>
    series(`e${index}`, [index, null, 1], { color: ((index % 8) + 1) as 1 }),
  );
  const shown = withOtherParts([...parts, series("last", [100, 1, 1], { color: 1 })]);
  expect(shown.map(({ label }) => label)).toEqual([
    "e42",
    "e43",
    "e44",
    "e45",
    "e46",
    "e47",
    "last",
    "42 more",
  ]);
  expect(new Set(shown.map(({ color }) => color)).size).toBe(8);
  expect(shown.at(-1)).toMatchObject({ color: "other", values: [861, null, 42] });
  expect(withOtherParts(parts.slice(0, 8))).toEqual(parts.slice(0, 8));
});

describe("the statistics of quantiles from buckets", () => {
  const marks = (values: number[], lo: number[], hi: (number | null)[]) => {
    const { last, min, max, mean } = boundedStats(series("p99", values, { band: { lo, hi } }));
    return [last, min, max, mean].map(({ mark, value }) => `${mark}${value}`);
  };

  it("are lower bounds as far as one beyond the last bucket decides them", () => {
    expect(marks([10, 10], [10, 10], [null, null])).toEqual(["≥ 10", "≥ 10", "≥ 10", "≥ 10"]);
    expect(marks([10, 4], [10, 2.5], [null, 5])).toEqual(["4", "4", "≥ 10", "≥ 7"]);
  });

  it("are upper bounds as far as the first bucket decides them", () => {
    expect(marks([0.15, 0.285], [0, 0], [0.3, 0.3])).toEqual(["≤ 0.3", "≤ 0.3", "≤ 0.3", "≤ 0.3"]);
    expect(marks([0.15, 0.4], [0, 0.3], [0.3, 0.5])).toEqual(["0.4", "≤ 0.3", "0.4", "0.275"]);
  });

  it("are what they are without buckets", () => {
    expect(boundedStats(series("mean", [1, null, 3])).mean).toEqual({ value: 2, mark: "" });
  });
});

describe("a quantile from buckets", () => {
  const ttft = series("p99", [0.7, 10, null], { band: { lo: [0.5, 10, null], hi: [1, null, null] } });

  it("names its bucket", () => {
    expect(plain(valueWords(ttft, 0, "seconds"))).toBe("700 ms");
    expect(bandWords(ttft, 0, "seconds")).toBe("bucket 0.5–1 s");
  });

  it("is at least the start of the last bucket", () => {
    expect(plain(valueWords(ttft, 1, "seconds"))).toBe("≥ 10.0 s");
    expect(bandWords(ttft, 1, "seconds")).toBeNull();
  });

  it("is absent in a gap", () => {
    expect(valueWords(ttft, 2, "seconds")).toBe("–");
    expect(bandWords(ttft, 2, "seconds")).toBeNull();
  });
});

it("takes one scale from the largest value", () => {
  expect(scaleOf([{ values: [0.02, null] }, { values: [0.4] }], "seconds").label).toBe("ms");
  expect(scaleOf([{ values: [0.02, 1.4] }], "seconds").label).toBe("s");
});

it("sums a chart up in one sentence", () => {
  const grid = { start: 1_772_370_000, end: 1_772_373_600, step: 1800 };
  expect(plain(summaryOf([series("a", [1, 3, 2])], grid, "seconds", "UTC"))).toBe(
    "2.00 s at the end, between 1.00 s and 3.00 s, from 13:00 to 14:00.",
  );
  expect(plain(summaryOf([series("a", [1]), series("b", [5])], grid, "seconds", "UTC"))).toBe(
    "2 series from 13:00 to 14:00; at the end highest is b with 5.00 s, lowest a with 1.00 s.",
  );
  expect(summaryOf([series("a", [null])], grid, "seconds", "UTC")).toBe("No values from 13:00 to 14:00.");
});
