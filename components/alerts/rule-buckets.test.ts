import { describe, expect, it } from "vitest";
import { boundsAround, withBuckets } from "./rule-buckets";

const bounds = [0.5, 1, 2];

describe("the buckets of a rule's histogram", () => {
  it("hold each value, the last one without an upper end", () => {
    const [line] = withBuckets(
      [{ id: "a", label: "a", color: 1, values: [0.2, 0.5, 0.7, null, 1.9, 2] }],
      bounds,
    );
    expect(line!.band).toEqual({
      lo: [0, 0, 0.5, null, 1, 2],
      hi: [0.5, 0.5, 1, null, 2, null],
    });
  });

  it("end at a threshold, or around it", () => {
    expect(boundsAround(0.7, bounds)).toEqual({ isAt: false, below: 0.5, above: 1 });
    expect(boundsAround(1, bounds)).toEqual({ isAt: true, below: 0.5, above: 2 });
    expect(boundsAround(1 + 1e-13, bounds)).toEqual({ isAt: true, below: 0.5, above: 2 });
    expect(boundsAround(5, bounds)).toEqual({ isAt: false, below: 2, above: null });
    expect(boundsAround(0.1, bounds)).toEqual({ isAt: false, below: null, above: 0.5 });
  });
});
