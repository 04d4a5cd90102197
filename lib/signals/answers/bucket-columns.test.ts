import { describe, expect, it } from "vitest";
import { columnsOf, quantileOfColumn } from "./bucket-columns";

const bounds = [1, 2, Number.POSITIVE_INFINITY];
const grid = (start: number) => ({ start, end: start + 20, step: 10 });

describe("columnsOf", () => {
  it("takes over what was made of equal buckets when the grid has moved on", () => {
    const before = columnsOf(
      "moved",
      bounds,
      [
        [1, 2, 3],
        [4, 5, 6],
        [7, 8, 9],
      ],
      grid(100),
    );
    const after = columnsOf(
      "moved",
      bounds,
      [
        [2, 3, 4],
        [5, 6, 6],
        [8, 9, 9],
      ],
      grid(110),
    );
    expect(after.columns[0]).toBe(before.columns[1]);
    expect(after.columns[1]).toBe(before.columns[2]);
    expect(after.columns[2]?.buckets.histogram).toMatchObject({ counts: [4, 6, 9] });
  });

  it("makes anew what late samples changed, and what is not there any more", () => {
    columnsOf(
      "late",
      bounds,
      [
        [1, 2, 3],
        [4, 5, 6],
        [7, 8, 9],
      ],
      grid(100),
    );
    const after = columnsOf(
      "late",
      bounds,
      [
        [1, 2, null],
        [4, 5.5, null],
        [7, 8, null],
      ],
      grid(100),
    );
    expect(after.columns[1]?.buckets.histogram).toMatchObject({ counts: [2, 5.5, 8] });
    expect(after.columns[2]).toBeUndefined();
  });

  it("takes nothing over from other bounds", () => {
    const cumulative = [
      [1, 2],
      [4, 5],
      [7, 8],
    ];
    columnsOf("bounds", bounds, cumulative, grid(100));
    const after = columnsOf("bounds", [1, 4, Number.POSITIVE_INFINITY], cumulative, grid(100));
    expect(after.columns[0]?.buckets.histogram).toMatchObject({ bounds: [1, 4, Number.POSITIVE_INFINITY] });
  });

  it("tells a column's quantile alike each time it is asked", () => {
    const [column] = columnsOf("quantile", bounds, [[1], [4], [4]], grid(100)).columns;
    const first = quantileOfColumn(0.5, column!);
    expect(first).toMatchObject({ kind: "estimate", lo: 1, hi: 2 });
    expect(quantileOfColumn(0.5, column!)).toEqual(first);
    expect(quantileOfColumn(0.25, column!)).toMatchObject({ value: 1 });
  });
});
