import { describe, expect, it } from "vitest";
import { firstRefreshes } from "./viewers";

describe("when viewers refresh first", () => {
  it("puts one alone in the middle of the interval", () => {
    expect(firstRefreshes(1)).toEqual([5]);
  });

  it("spreads many evenly, clear of both ends", () => {
    const firsts = firstRefreshes(50);
    expect(firsts).toHaveLength(50);
    expect(firsts[0]).toBe(1);
    expect(firsts.at(-1)).toBe(9);
    for (const [index, first] of firsts.entries())
      if (index > 0) expect(first - firsts[index - 1]!).toBeCloseTo(8 / 49);
  });
});
