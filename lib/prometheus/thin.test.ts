import { describe, expect, it } from "vitest";
import { type CoarseGrid, coarseIndices, coarserGrid, gapsBetween, thinnedIndices } from "./thin";

/** A repeatable source of numbers in [0, 1): mulberry32. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function walk(seed: number, length: number, gapShare = 0): (number | null)[] {
  const random = randomOf(seed);
  let at = 0;
  let isGap = false;
  return Array.from({ length }, () => {
    at += random() - 0.5;
    if (random() < (isGap ? 0.2 : gapShare)) isGap = !isGap;
    return isGap ? null : at;
  });
}

const present = (values: readonly (number | null)[]) =>
  values.filter((value): value is number => value !== null);

describe("thinnedIndices", () => {
  it("leaves a series that fits as it is, without its gaps", () => {
    expect(thinnedIndices([1, null, 3], 2)).toEqual([0, 2]);
    expect(thinnedIndices([], 2)).toEqual([]);
    expect(thinnedIndices([null, null], 2)).toEqual([]);
  });

  it("keeps a spike of one point among ten thousand, at its own time", () => {
    const values = new Array<number>(10_000).fill(1);
    values[7_123] = 50;
    values[2_001] = -3;
    const kept = thinnedIndices(values, 100);
    expect(kept.length).toBeLessThanOrEqual(100);
    expect(kept).toContain(7_123);
    expect(kept).toContain(2_001);
    expect([kept[0], kept.at(-1)]).toEqual([0, 9_999]);
  });

  it.each([2, 3, 5, 6, 7, 40, 333, 999])("keeps lowest and highest of %d points at most", (maxPoints) => {
    for (let seed = 1; seed <= 20; seed++) {
      const values = walk(seed, 1000, seed % 2 === 0 ? 0.05 : 0);
      const kept = thinnedIndices(values, maxPoints);
      expect(kept.length).toBeLessThanOrEqual(maxPoints);
      expect(kept).toEqual([...new Set(kept)].sort((a, b) => a - b));
      const numbers = present(values);
      const left = present(kept.map((index) => values[index]!));
      expect(left).toHaveLength(kept.length);
      expect(Math.max(...left)).toBe(Math.max(...numbers));
      expect(Math.min(...left)).toBe(Math.min(...numbers));
    }
  });

  it("keeps the extremes of every stretch, so that the picture's outline stays", () => {
    const values = walk(5, 1200);
    const kept = new Set(thinnedIndices(values, 122));
    for (let from = 0; from < 1200; from += 20) {
      const stretch = values.slice(from, from + 20) as number[];
      expect(kept).toContain(from + stretch.indexOf(Math.max(...stretch)));
      expect(kept).toContain(from + stretch.indexOf(Math.min(...stretch)));
    }
  });

  it("takes infinity for the highest, and NaN only where there is nothing else", () => {
    const values = new Array<number>(100).fill(0);
    values[30] = Number.POSITIVE_INFINITY;
    values[60] = Number.NaN;
    const kept = thinnedIndices(values, 10);
    expect(kept).toContain(30);
    expect(kept).not.toContain(60);
    expect(thinnedIndices(new Array<number>(100).fill(Number.NaN), 4)).toHaveLength(2);
  });
});

describe("gapsBetween", () => {
  it("says where samples are missing between two that are kept, the longest run of each", () => {
    const values = [1, null, 2, null, null, 3, 4, 5];
    expect(gapsBetween(values, [0, 5, 7])).toEqual([[3, 4]]);
    expect(gapsBetween(values, [0, 2, 5, 7])).toEqual([
      [1, 1],
      [3, 4],
    ]);
  });

  it("does not count what is missing before the first or after the last", () => {
    expect(gapsBetween([null, 1, 2, null], [1, 2])).toEqual([]);
  });
});

describe("a coarser grid", () => {
  const gridOf = (points: number) => ({ start: 0, end: (points - 1) * 15, step: 15 });

  it("is none where the series fits", () => {
    expect(coarserGrid(gridOf(100), 100)).toBeNull();
  });

  it.each([3, 4, 10, 100, 500])("has at most %d points, covers the range and ends with it", (maxPoints) => {
    for (const points of [501, 720, 1000, 1999]) {
      const fine = gridOf(points);
      const coarse = coarserGrid(fine, maxPoints)!;
      const slots = (coarse.end - coarse.start) / coarse.step + 1;
      expect(slots).toBeLessThanOrEqual(maxPoints);
      expect(slots % 3).toBe(0);
      expect(coarse.end).toBe(fine.end);
      expect(coarse.start - coarse.step).toBeLessThan(fine.start);
      expect(coarse.step).toBe(coarse.width * fine.step);
    }
  });

  const shown = (values: readonly (number | null)[], coarse: CoarseGrid) =>
    coarseIndices(values, coarse).map((index) => (index < 0 ? null : values[index]!));

  it("keeps extremes and gaps in their order", () => {
    const coarse: CoarseGrid = { start: 45, end: 270, step: 45, width: 3 };
    const values = [1, 1, 1, 1, 9, 1, 1, 1, 1, 5, null, 7, null, null, 2, 3, 3, 3];
    expect(shown(values, coarse)).toEqual([1, 9, 1, 7, null, 2]);
  });

  it.each([
    ["a gap before its one value", [null, null, 4], [null, null, 4]],
    ["a gap after its one value", [4, null, null], [4, null, null]],
    ["nothing", [null, null, null], [null, null, null]],
    ["a gap between its extremes", [1, null, 4], [1, null, 4]],
    ["no gap, with the last value beside the extremes", [4, 1, 2], [4, 1, 2]],
  ])("shows a stretch with %s", (_, values, expected) => {
    expect(shown(values, { start: 0, end: 2, step: 1, width: 1 })).toEqual(expected);
  });

  it("loses no extreme and no gap of any length, whatever the points", () => {
    for (let seed = 1; seed <= 40; seed++) {
      const length = 300 + seed * 17;
      const values = walk(seed, length, 0.03);
      const coarse = coarserGrid(gridOf(length), 60)!;
      const indices = coarseIndices(values, coarse);
      const kept = indices.filter((index) => index >= 0);
      expect(kept).toEqual([...new Set(kept)].sort((a, b) => a - b));
      const numbers = present(values);
      const left = present(shown(values, coarse));
      expect(Math.max(...left)).toBe(Math.max(...numbers));
      expect(Math.min(...left)).toBe(Math.min(...numbers));
      const stretch = 3 * coarse.width;
      for (let slot = 0; slot < indices.length; slot += 3) {
        const to = length - ((indices.length - slot) / 3 - 1) * stretch;
        const fine = values.slice(Math.max(0, to - stretch), to);
        const isBroken = indices.slice(slot, slot + 3).includes(-1);
        if (fine.length === stretch) expect(isBroken).toBe(fine.includes(null));
      }
    }
  });
});
