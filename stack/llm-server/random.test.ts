import { describe, expect, it } from "vitest";
import { createRandom, resumeRandom } from "./random";

const draw = (n: number, next: () => number) => Array.from({ length: n }, next);
const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe("createRandom", () => {
  it("gives the same numbers for the same seed and stream, and others for another", () => {
    const numbers = (seed: number, stream: string) => draw(5, createRandom(seed, stream).uniform);
    expect(numbers(1, "a")).toEqual(numbers(1, "a"));
    expect(numbers(1, "a")).not.toEqual(numbers(2, "a"));
    expect(numbers(1, "a")).not.toEqual(numbers(1, "b"));
  });

  it("goes on from its state", () => {
    const random = createRandom(3, "a");
    draw(10, random.uniform);
    const state = random.state();
    expect(draw(10, resumeRandom(JSON.parse(JSON.stringify(state))).normal)).toEqual(draw(10, random.normal));
  });

  it("has the moments of its distributions", () => {
    const random = createRandom(4, "a");
    const n = 40_000;
    const uniform = draw(n, random.uniform);
    expect(Math.min(...uniform)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...uniform)).toBeLessThan(1);
    // Four standard errors of each mean.
    expect(Math.abs(mean(uniform) - 0.5)).toBeLessThan(4 * (0.2887 / Math.sqrt(n)));
    expect(Math.abs(mean(draw(n, () => random.exponential(3))) - 3)).toBeLessThan(4 * (3 / Math.sqrt(n)));
    const normal = draw(n, random.normal);
    expect(Math.abs(mean(normal))).toBeLessThan(4 / Math.sqrt(n));
    expect(mean(normal.map((x) => x * x))).toBeCloseTo(1, 1);
    const below = draw(n, () => random.logNormal(150, 0.7)).filter((x) => x < 150).length / n;
    expect(Math.abs(below - 0.5)).toBeLessThan(4 * (0.5 / Math.sqrt(n)));
  });
});
