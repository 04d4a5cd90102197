import { describe, expect, it } from "vitest";
import { bucketsAt, isBoundDoubled, quantileAt, rowsByBound } from "./buckets";

/** One histogram at one time; keys are bounds as exporters write them, in any order. */
const at = (counts: Record<string, number | null>) => {
  const rows = Object.entries(counts)
    .map(([le, count]) => ({ bound: le === "+Inf" ? Number.POSITIVE_INFINITY : Number(le), count }))
    .sort((a, b) => a.bound - b.bound);
  return bucketsAt(
    rows.map(({ bound }) => bound),
    rows.map(({ count }) => [count]),
    0,
  );
};
const quantile = (q: number, counts: Record<string, number | null>) => {
  const buckets = at(counts);
  if (buckets === undefined) throw new Error("no sample");
  return quantileAt(q, buckets);
};

describe("buckets that fall", () => {
  const fallen = { "0.1": 40, "0.25": 30, "0.5": 90, "1": 99, "+Inf": 100 };

  it("tell no quantile that lies where they contradict each other", () => {
    expect(quantile(0.35, fallen)).toMatchObject({ kind: "undetermined", reason: "invalid" });
    expect(quantile(0.5, fallen)).toMatchObject({ kind: "undetermined" });
  });

  it("tell the others", () => {
    expect(quantile(0.95, fallen)).toMatchObject({ kind: "estimate", lo: 0.5, hi: 1 });
    expect(quantile(0.999, fallen)).toMatchObject({ kind: "at_least", value: 1 });
  });

  it("by the rounding of sums are none that fall", () => {
    const rounded = { "0.1": 40, "0.25": 40 - 1e-12, "0.5": 90, "+Inf": 100 };
    expect(quantile(0.5, rounded)).toMatchObject({ kind: "estimate", lo: 0.25, hi: 0.5 });
  });

  it("because replicas end at different bounds tell none beyond the lower end", () => {
    // One ends at 1, the other at 10: each has 100, the first 10 of them beyond its end.
    const mixed = { "0.5": 150, "1": 180, "10": 95, "+Inf": 200 };
    expect(quantile(0.8, mixed)).toMatchObject({ kind: "undetermined" });
    expect(quantile(0.99, mixed)).toMatchObject({ kind: "undetermined" });
  });
});

describe("a histogram", () => {
  it("without its +Inf bucket is undetermined, with the reason", () => {
    expect(quantile(0.5, { "0.1": 40, "1": 90 })).toMatchObject({
      kind: "undetermined",
      text: "The histogram lacks its +Inf bucket or has no other.",
    });
  });

  it("without a sample is none", () => {
    expect(at({ "0.1": null, "+Inf": null })).toBeUndefined();
    expect(at({ "0.1": Number.NaN, "+Inf": Number.NaN })).toBeUndefined();
  });

  it("with a bucket that is NaN is read without it", () => {
    expect(quantile(0.5, { "0.1": 40, "0.25": Number.NaN, "0.5": 90, "+Inf": 100 })).toMatchObject({
      lo: 0.1,
      hi: 0.5,
    });
  });
});

describe("a bound that is written in two ways", () => {
  it("is found", () => {
    expect(isBoundDoubled([{ le: "1" }, { le: "1.0" }, { le: "+Inf" }])).toBe(true);
    expect(isBoundDoubled([{ le: "1", version: "a" }, { le: "1", version: "b" }, { le: "+Inf" }])).toBe(
      false,
    );
  });

  it("by two replicas is added up", () => {
    const { bounds, cumulative } = rowsByBound([
      { bound: 1, values: [5, null], replica: "a" },
      { bound: 1, values: [4, 3], replica: "b" },
    ]);
    expect(bounds).toEqual([1]);
    expect(cumulative).toEqual([[9, 3]]);
  });

  it("by one replica counts once where both say the same, as an upgrade in the window does not", () => {
    expect(
      rowsByBound([
        { bound: 1, values: [5, 2], replica: "a" },
        { bound: 1, values: [5, 3], replica: "a" },
        { bound: 1, values: [5, 5], replica: "b" },
      ]).cumulative,
    ).toEqual([[10, 10]]);
  });
});
