import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runCase, type VectorCase } from "./compare";
import { runVectors } from "./main";

const oneCase = (expectation: Record<string, unknown>): VectorCase => ({
  name: "one",
  input: {},
  expect: expectation,
  tolerance: { abs: 0, rel: 0.01 },
});
const differences = (want: Record<string, unknown>, got: Record<string, unknown>) =>
  runCase(() => got, oneCase(want)).differences;

describe("runCase", () => {
  it("holds a number within its tolerance and says how far it was off", () => {
    expect(runCase(() => ({ value: 1.005 }), oneCase({ value: 1 }))).toEqual({
      name: "one",
      differences: [],
      relativeError: expect.closeTo(0.005, 10),
    });
    expect(differences({ value: 1 }, { value: 1.02 })).toEqual(["value: wanted 1, got 1.02"]);
  });

  it.each([
    [{ value: "NaN" }, { value: Number.NaN }],
    [{ value: "-Infinity" }, { value: Number.NEGATIVE_INFINITY }],
    [{ band: null }, { band: null }],
    [{ band: [1, "Infinity"] }, { band: [1, Number.POSITIVE_INFINITY], more: 2 }],
    [
      { used: "exact", nested: { capped: false } },
      { used: "exact", nested: { capped: false } },
    ],
  ])("holds %j", (want, got) => {
    expect(differences(want, got)).toEqual([]);
  });

  it.each([
    [{ value: "NaN" }, { value: 0 }],
    [{ value: 1 }, { value: Number.NaN }],
    [{ value: 1 }, {}],
    [{ band: null }, { band: [0, 1] }],
    [{ band: [1, 2] }, { band: [1] }],
    [{ used: "exact" }, { used: "asymptotic" }],
    [{ error: "empty" }, { value: 1 }],
  ])("does not hold %j for %j", (want, got) => {
    expect(differences(want, got)).toHaveLength(1);
  });

  it("takes a refusal by its code, and an exception as a failure", () => {
    const refusal = { kind: "undetermined", reason: "empty", text: "none" } as const;
    expect(runCase(() => refusal, oneCase({ error: "empty" })).differences).toEqual([]);
    expect(runCase(() => refusal, oneCase({ error: "too_few" })).differences).toHaveLength(1);
    expect(runCase(() => refusal, oneCase({ value: 1 })).differences).toHaveLength(1);
    const thrower = () => {
      throw new Error("broken");
    };
    expect(runCase(thrower, oneCase({ value: 1 })).differences).toEqual(["threw Error: broken"]);
  });
});

describe("runVectors", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "vectors-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const run = () => {
    const lines: string[] = [];
    const status = runVectors(folder, (line) => lines.push(line));
    return { status, text: lines.join("\n") };
  };
  const quantileFile = (value: number) =>
    JSON.stringify({
      cases: [
        {
          name: "median",
          input: {
            q: 0.5,
            buckets: [
              [1, 5],
              ["+Inf", 10],
            ],
          },
          expect: { value, band: [0, 1] },
          tolerance: { abs: 0, rel: 1e-9 },
        },
      ],
    });

  it("passes where every case holds, and names files without a method", () => {
    writeFileSync(path.join(folder, "promql_quantile.json"), quantileFile(1));
    writeFileSync(path.join(folder, "of_tomorrow.json"), "{}");
    const { status, text } = run();
    expect(status).toBe(0);
    expect(text).toContain("1 of 1");
    expect(text).toContain("No method yet for of_tomorrow.json.");
  });

  it("fails where a case does not hold, with what was wanted", () => {
    writeFileSync(path.join(folder, "promql_quantile.json"), quantileFile(2));
    const { status, text } = run();
    expect(status).toBe(1);
    expect(text).toContain('FAILED promql_quantile.json, "median": value: wanted 2, got 1');
  });

  it.each(["not json", "{}", '{"cases":[]}'])("fails on a file that is no vectors: %s", (content) => {
    writeFileSync(path.join(folder, "promql_quantile.json"), content);
    expect(run().status).toBe(1);
  });

  it("fails on an empty folder", () => {
    expect(run().status).toBe(1);
  });
});
