import { expect, it } from "vitest";
import { fileName } from "./download";
import { flow } from "./picture-layout";

it("names a file by its title and its range in UTC", () => {
  const range = { from: 1_772_370_000, to: 1_772_373_600 };
  expect(fileName("TTFT p95, by version", range, "csv")).toBe(
    "ttft-p95-by-version-20260301T130000Z-20260301T140000Z.csv",
  );
  expect(fileName("Größe · chat/api", null, "png")).toBe("gro-e-chat-api.png");
  expect(fileName("…", null, "png")).toBe("chart.png");
});

it("sets a legend row by row, and cuts a name that is wider than a row", () => {
  const words = [60, 60, 30, 500].map((width, item) => ({ item, width }));
  const { placed, height } = flow(words, { width: 140, gap: 10, rowHeight: 20 });
  expect(placed.map(({ x, y, width }) => [x, y, width])).toEqual([
    [0, 0, 60],
    [70, 0, 60],
    [0, 20, 30],
    [0, 40, 140],
  ]);
  expect(height).toBe(60);
  expect(flow([], { width: 140, gap: 10, rowHeight: 20 }).height).toBe(0);
});
