import { describe, expect, it } from "vitest";
import { movedByKey, onStep, stepOfPixel } from "./threshold-handle";

describe("the handle of a threshold", () => {
  it("moves in steps that a pixel can tell apart and a person would type", () => {
    expect(stepOfPixel(0, 2, 200)).toBe(0.01);
    expect(stepOfPixel(0, 700, 200)).toBe(5);
    expect(stepOfPixel(0.9, 1, 200)).toBeCloseTo(0.0005);
    expect(stepOfPixel(1, 1, 200)).toBe(1);
  });

  it("leaves no binary noise behind", () => {
    expect(onStep(0.1 + 0.2, 0.01)).toBe(0.3);
    expect(Object.is(onStep(-0.001, 0.01), 0)).toBe(true);
  });

  it("goes by keys, over the end of the axis too", () => {
    const axis = { low: 0, high: 2, step: 0.01 };
    expect(movedByKey("ArrowUp", 0.7, axis)).toBe(0.71);
    expect(movedByKey("PageDown", 0.7, axis)).toBe(0.6);
    expect(movedByKey("ArrowUp", 2, axis)).toBe(2.01);
    expect(movedByKey("PageDown", 0.05, axis)).toBe(0);
    expect(movedByKey("ArrowDown", -1, { low: -1, high: 1, step: 0.01 })).toBe(-1.01);
    expect(movedByKey("Home", 0.7, axis)).toBe(0);
    expect(movedByKey("End", 0.7, axis)).toBe(2);
    expect(movedByKey("t", 0.7, axis)).toBeUndefined();
  });
});
