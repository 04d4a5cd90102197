import { expect, it } from "vitest";
import { belowOf, inSight, rowsOf } from "./rows";

const depths = (...list: number[]) => list.map((depth) => ({ depth }));

it("counts what stands below each span", () => {
  expect(belowOf(depths(0, 1, 2, 1, 0))).toEqual([3, 1, 0, 0, 0]);
  expect(belowOf(depths(0, 1, 2, 3))).toEqual([3, 2, 1, 0]);
  expect(belowOf([])).toEqual([]);
});

it("leaves out what stands below a collapsed span", () => {
  const below = belowOf(depths(0, 1, 2, 1, 0));
  const shown = (...collapsed: number[]) => rowsOf(below, new Set(collapsed)).map(({ index }) => index);
  expect(shown()).toEqual([0, 1, 2, 3, 4]);
  expect(shown(1)).toEqual([0, 1, 3, 4]);
  expect(shown(0, 1)).toEqual([0, 4]);
  // One without anything below cannot be collapsed.
  expect(rowsOf(below, new Set([4])).at(-1)).toEqual({ index: 4, below: 0, isCollapsed: false });
});

it("draws the rows in sight, and some around them", () => {
  expect(inSight(50_000, { top: 28_000, height: 560, rowHeight: 28, spare: 5 })).toEqual({
    from: 995,
    to: 1025,
  });
  expect(inSight(3, { top: 0, height: 560, rowHeight: 28 })).toEqual({ from: 0, to: 3 });
});
