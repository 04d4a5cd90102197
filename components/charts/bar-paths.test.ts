import { expect, it } from "vitest";
import { partings } from "./bar-paths";

const grid = { start: 6_000, end: 6_600, step: 60 };

it("parts every bar that is wide enough, and groups of those that are not", () => {
  expect(partings(grid, 8)).toEqual([6_030, 6_090, 6_150, 6_210, 6_270, 6_330, 6_390, 6_450, 6_510, 6_570]);
  expect(partings(grid, 2)).toEqual([6_090, 6_270, 6_450]);
});

it("parts at the same times when the range moves on", () => {
  const next = partings({ ...grid, start: grid.start + 60, end: grid.end + 60 }, 2);
  expect(next).toEqual([6_090, 6_270, 6_450, 6_630]);
});
