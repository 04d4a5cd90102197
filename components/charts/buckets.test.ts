import { expect, it } from "vitest";
import { bucketNames, bucketPosition, bucketScale, mergedBuckets, summedCounts } from "./buckets";
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

it("takes the scale in which nearly all lie, whatever the last bound", () => {
  const bounds = [0.00833333, 0.05, 0.5, 3600, null];
  const scale = bucketScale(bounds, [10, 50, 40, 0, 0], "seconds");
  expect(scale.label).toBe("ms");
  expect(bucketNames(bounds, scale)).toEqual(["0–8.33", "8.33–50", "50–500", "500–3,600,000", "≥ 3,600,000"]);
  expect(bucketScale(bounds, [0, 0, 0, 9, 0], "seconds").label).toBe("h");
  expect(bucketScale([0.5, null], [0, 7], "seconds").label).toBe("ms");
});

it("gives buckets their share, and none when nothing was counted", () => {
  const bars = histogramBars([1, null], [3, 1], bucketScale([1, null], [3, 1], "seconds"));
  expect(bars.map(({ name, share }) => [name, share])).toEqual([
    ["0–1", 0.75],
    ["≥ 1", 0.25],
  ]);
  expect(histogramBars([1], [0], bucketScale([1], [0], "seconds"))[0]!.share).toBe(0);
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
