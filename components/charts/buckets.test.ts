import { expect, it } from "vitest";
import { THIN_SPACE } from "@/lib/units";
import { bucketNames, bucketPosition, mergedBuckets, summedCounts } from "./buckets";
import { shadeOf } from "./heatmap-chart";
import { histogramBars } from "./histogram-chart";

it("places a value inside its bucket", () => {
  const bounds = [0.5, 1, 2, null];
  expect(bucketPosition(bounds, 0.25)).toBe(0.5);
  expect(bucketPosition(bounds, 1)).toBe(2);
  expect(bucketPosition(bounds, 1.5)).toBe(2.5);
  expect(bucketPosition(bounds, 9)).toBe(3);
  expect(bucketPosition([1, 2], 9)).toBe(2);
});

it("names each bucket in the units that suit its bounds", () => {
  const names = bucketNames([0.00833333, 0.05, 0.5, 10, 160, 3600, null], "seconds");
  expect(names.map((name) => name.replaceAll(THIN_SPACE, " "))).toEqual([
    "0–8.33 ms",
    "8.33 ms–50 ms",
    "50 ms–500 ms",
    "500 ms–10 s",
    "10 s–2.67 min",
    "2.67 min–1 h",
    "≥ 1 h",
  ]);
});

it("gives buckets their share, and none when nothing was counted", () => {
  expect(histogramBars([1, null], [3, 1], "seconds").map(({ share }) => share)).toEqual([0.75, 0.25]);
  expect(histogramBars([1], [0], "seconds")[0]!.share).toBe(0);
});

it("sums the buckets over the steps", () => {
  expect(
    summedCounts([
      [1, 2],
      [3, 4],
    ]),
  ).toEqual([4, 6]);
});

it("shades few beside many, and nothing for none", () => {
  expect([0, 1, 25, 100].map((count) => shadeOf(count, 100))).toEqual([0, 1, 4, 7]);
  expect(shadeOf(0, 0)).toBe(0);
});

it("puts the buckets of a fine histogram together, 2^n at a time, and loses no observation", () => {
  const bounds = [1, 2, 3, 4, 5, 6, 7, null];
  const counts = [[1, 1, 1, 1, 1, 1, 1, 9]];
  expect(mergedBuckets(bounds, counts, 7)).toEqual({ bounds, counts });
  expect(mergedBuckets(bounds, counts, 4)).toEqual({ bounds: [2, 4, 6, 7, null], counts: [[2, 2, 2, 1, 9]] });
  expect(mergedBuckets(bounds, counts, 2)).toEqual({ bounds: [4, 7, null], counts: [[4, 3, 9]] });
});
