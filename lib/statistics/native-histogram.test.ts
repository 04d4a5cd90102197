import { describe, expect, it } from "vitest";
import { estimateNativeQuantile, nativeBuckets, nativeQuantile } from "./native-histogram";
import vectors from "./testdata/native_quantile.json" with { type: "json" };

describe("nativeQuantile", () => {
  it.each(vectors.cases)("$name", ({ input, expect: want, tolerance }) => {
    const { q, ...histogram } = input;
    const positive = histogram.positive as unknown as Record<number, number>;
    const got = nativeQuantile(q, nativeBuckets({ ...histogram, positive }));
    expect(Math.abs(got - want.value)).toBeLessThanOrEqual(
      tolerance.abs + tolerance.rel * Math.abs(want.value),
    );
  });

  it("mirrors on the negative side", () => {
    const counts = { 0: 5, 1: 10, 2: 5 };
    const empty = { schema: 0, zeroThreshold: 1e-128, zeroCount: 0 };
    const positive = nativeBuckets({ ...empty, positive: counts });
    const negative = nativeBuckets({ ...empty, positive: {}, negative: counts });
    expect(negative.map(({ lo }) => lo)).toEqual([-4, -2, -1]);
    for (const q of [0.1, 0.3, 0.5, 0.9]) {
      expect(nativeQuantile(1 - q, negative)).toBeCloseTo(-nativeQuantile(q, positive), 12);
    }
  });

  it("is linear in the zero bucket, up to 0 on a side without buckets", () => {
    const zero = { lo: -0.5, hi: 0.5, count: 10 };
    const above = { lo: 1, hi: 2, count: 10 };
    const below = { lo: -2, hi: -1, count: 10 };
    expect(nativeQuantile(0.25, [zero, above])).toBe(0.25);
    expect(nativeQuantile(0.75, [below, zero])).toBe(-0.25);
    expect(nativeQuantile(0.5, [below, zero, above])).toBe(0);
  });

  it("has no quantile without observations, and none outside 0 to 1", () => {
    expect(nativeQuantile(0.5, [])).toBeNaN();
    expect(nativeQuantile(Number.NaN, [{ lo: 1, hi: 2, count: 1 }])).toBeNaN();
    expect(nativeQuantile(-0.1, [])).toBe(Number.NEGATIVE_INFINITY);
    expect(nativeQuantile(1.1, [])).toBe(Number.POSITIVE_INFINITY);
    expect(nativeQuantile(1, [{ lo: 8, hi: Number.POSITIVE_INFINITY, count: 1 }])).toBe(8);
  });
});

describe("estimateNativeQuantile", () => {
  it("says which bucket, and how wide it is", () => {
    const buckets = nativeBuckets({ schema: 3, zeroThreshold: 0, zeroCount: 0, positive: { 0: 4 } });
    const answer = estimateNativeQuantile(0.5, buckets);
    if (answer.kind !== "estimate") throw new Error(answer.text);
    expect(answer.hi).toBe(1);
    expect(answer.relativeWidth).toBeCloseTo(2 ** (1 / 8) - 1, 12);
    expect(answer.value).toBeGreaterThan(answer.lo);
    expect(answer.value).toBeLessThan(answer.hi);
  });

  it.each([
    ["empty", 0.5, []],
    ["invalid", 2, [{ lo: 1, hi: 2, count: 1 }]],
    ["invalid", 0.5, [{ lo: 1, hi: 2, count: -1 }]],
  ] as [string, number, { lo: number; hi: number; count: number }[]][])(
    "cannot say: %s",
    (reason, q, buckets) => {
      expect(estimateNativeQuantile(q, buckets)).toMatchObject({ kind: "undetermined", reason });
    },
  );
});
