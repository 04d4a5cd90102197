import { describe, expect, it } from "vitest";
import {
  bucketCounts,
  type CumulativeBucket,
  classicQuantile,
  estimateQuantile,
  histogramMean,
  meanFromBuckets,
  quantileBand,
  samplingBand,
  shareAtMost,
  standardDeviation,
} from "./histogram";
import moments from "./testdata/histogram_moments.json" with { type: "json" };
import quantiles from "./testdata/promql_quantile.json" with { type: "json" };

const number = (value: number | string) =>
  typeof value === "number" ? value : Number(value.replace("+Inf", "Infinity"));
const bucketsOf = (pairs: (string | number)[][]): CumulativeBucket[] =>
  pairs.map(([le, count]) => ({ le: number(le!), count: number(count!) }));

function expectClose(got: number, want: number, { abs, rel }: { abs: number; rel: number }) {
  if (Number.isFinite(want)) expect(Math.abs(got - want)).toBeLessThanOrEqual(abs + rel * Math.abs(want));
  else expect(got).toBe(want);
}

const some = bucketsOf([
  [0.1, 10],
  [0.5, 60],
  [1, 90],
  ["+Inf", 100],
]);

describe("classicQuantile", () => {
  it.each(quantiles.cases)("$name", ({ input, expect: want, tolerance }) => {
    const buckets = bucketsOf(input.buckets);
    expectClose(classicQuantile(number(input.q), buckets), number(want.value), tolerance);
    const band = quantileBand(number(input.q), buckets);
    if (want.band === null) expect(band).toBeNull();
    else expect(band).toEqual({ lo: number(want.band[0]!), hi: number(want.band[1]!) });
  });

  it("takes buckets in any order", () => {
    expect(classicQuantile(0.5, [...some].reverse())).toBe(classicQuantile(0.5, some));
  });
});

describe("estimateQuantile", () => {
  it("gives the band beside the value", () => {
    expect(estimateQuantile(0.5, some)).toEqual({
      kind: "estimate",
      value: expect.closeTo(0.42, 12),
      lo: 0.1,
      hi: 0.5,
      relativeWidth: 4,
    });
  });

  it("is a lower bound in the +Inf bucket", () => {
    expect(estimateQuantile(0.99, some)).toEqual({ kind: "at_least", value: 1, lo: 1, hi: null });
  });

  it.each([
    [
      "empty",
      0.5,
      [
        [1, 0],
        ["+Inf", 0],
      ],
    ],
    [
      "empty",
      0,
      [
        [1, 0],
        [2, 5],
        ["+Inf", 5],
      ],
    ],
    [
      "invalid",
      1.1,
      [
        [1, 1],
        ["+Inf", 2],
      ],
    ],
    [
      "invalid",
      Number.NaN,
      [
        [1, 1],
        ["+Inf", 2],
      ],
    ],
    [
      "invalid",
      0.5,
      [
        [1, 1],
        [2, 2],
      ],
    ],
    ["invalid", 0.5, [["+Inf", 2]]],
    [
      "invalid",
      0.5,
      [
        [1, -1],
        ["+Inf", 2],
      ],
    ],
    [
      "not_finite",
      0.5,
      [
        [1, Number.NaN],
        ["+Inf", 2],
      ],
    ],
  ] as [string, number, (string | number)[][]][])("cannot say: %s at q = %d", (reason, q, pairs) => {
    expect(estimateQuantile(q, bucketsOf(pairs))).toMatchObject({ kind: "undetermined", reason });
  });
});

describe("samplingBand", () => {
  it("widens with fewer observations", () => {
    const many = bucketsOf([
      [1, 4_000],
      [2, 9_500],
      [4, 9_980],
      ["+Inf", 10_000],
    ]);
    const few = many.map(({ le, count }) => ({ le, count: count / 200 }));
    expect(samplingBand(0.9, 1.96, many)).toEqual({ kind: "estimate", lo: 1, hi: 2 });
    expect(samplingBand(0.9, 1.96, few)).toEqual({ kind: "estimate", lo: 1, hi: 4 });
    expect(samplingBand(0.99, 1.96, few)).toEqual({ kind: "estimate", lo: 2, hi: Number.POSITIVE_INFINITY });
  });

  it("cannot say without observations", () => {
    expect(
      samplingBand(
        0.5,
        1.96,
        bucketsOf([
          [1, 0],
          ["+Inf", 0],
        ]),
      ),
    ).toMatchObject({ reason: "empty" });
    expect(samplingBand(0.5, -1, some)).toMatchObject({ reason: "invalid" });
  });
});

describe("mean and standard deviation", () => {
  it.each(moments.cases)("$name", ({ input, expect: want, tolerance }) => {
    const buckets = bucketsOf(input.buckets);
    const count = buckets.at(-1)!.count;
    const [mean, bounds, deviation] = [
      histogramMean(input.sum, count),
      meanFromBuckets(buckets),
      standardDeviation(buckets),
    ];
    if (want.error) {
      for (const answer of [mean, bounds, deviation])
        expect(answer).toMatchObject({ kind: "undetermined", reason: want.error });
      return;
    }
    if (mean.kind !== "estimate" || bounds.kind !== "estimate" || deviation.kind !== "estimate")
      throw new Error("undetermined");
    expect(count).toBe(want.count);
    expectClose(mean.value, want.mean!, tolerance);
    expectClose(bounds.lower, want.meanLower!, tolerance);
    expectClose(bounds.upper, number(want.meanUpper!), tolerance);
    expectClose(bounds.midpoint, want.meanMidpoint!, tolerance);
    expectClose(deviation.value, want.stdApprox!, tolerance);
    expectClose(deviation.openEndedShare, want.openEndedShare!, tolerance);
    expect(deviation.note.startsWith("estimated from buckets")).toBe(true);
    expect(deviation.note.includes("larger")).toBe(want.openEndedShare! > 0);
  });

  it("cannot say the spread of what lies beyond the bounds", () => {
    expect(
      standardDeviation(
        bucketsOf([
          [1, 40],
          ["+Inf", 100],
        ]),
      ),
    ).toMatchObject({ reason: "open_ended" });
    expect(
      standardDeviation(
        bucketsOf([
          [-1, 40],
          [1, 90],
          ["+Inf", 100],
        ]),
      ),
    ).toMatchObject({ reason: "open_ended" });
    expect(histogramMean(Number.NaN, 3)).toMatchObject({ reason: "not_finite" });
  });
});

describe("shareAtMost", () => {
  it.each([
    ["a bound", 0.5, { value: 0.6, lo: 0.6, hi: 0.6, isExact: true }],
    ["between bounds", 0.3, { value: 0.35, lo: 0.1, hi: 0.6, isExact: false }],
    ["within the first bucket", 0.05, { value: 0.05, lo: 0, hi: 0.1, isExact: false }],
    ["beyond the last bound", 5, { value: 0.9, lo: 0.9, hi: 1, isExact: false }],
    ["infinity", Number.POSITIVE_INFINITY, { value: 1, lo: 1, hi: 1, isExact: true }],
    ["below everything", -1, { value: 0, lo: 0, hi: 0, isExact: true }],
  ])("%s", (_, threshold, want) => {
    const share = shareAtMost(threshold, some);
    if (share.kind !== "estimate") throw new Error("undetermined");
    expect(share.value).toBeCloseTo(want.value, 12);
    expect(share).toMatchObject({ lo: want.lo, hi: want.hi, isExact: want.isExact });
  });

  it("cannot say without observations or threshold", () => {
    expect(
      shareAtMost(
        1,
        bucketsOf([
          [1, 0],
          ["+Inf", 0],
        ]),
      ),
    ).toMatchObject({ reason: "empty" });
    expect(shareAtMost(Number.NaN, some)).toMatchObject({ reason: "invalid" });
  });
});

describe("bucketCounts", () => {
  it("undoes the accumulation", () => {
    expect(bucketCounts(some).map(({ count }) => count)).toEqual([10, 50, 30, 10]);
    expect(bucketCounts(some)[0]).toEqual({ lo: 0, hi: 0.1, count: 10 });
    expect(bucketCounts([])).toEqual([]);
  });
});
