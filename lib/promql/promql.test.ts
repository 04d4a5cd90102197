import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { whyNoPrometheus } from "@/testing/prometheus";
import { parsePromql } from "./parse";
import { comparisonOf, joinsOf, labelsOfResult, metricsOf, selectorsOf, withComparison } from "./read";

const valid = [
  "histogram_quantile(0.99, llm_latency_bucket) > 10",
  "rate(llm_errors_total[5m]) / rate(llm_requests_total[5m]) > 0.05",
  'sum by (le, job) (rate(vllm:e2e_request_latency_seconds_bucket{job=~"a|b",}[5m] offset 1h))',
  "max_over_time(rate(x[1m])[1h:5m]) == bool 1",
  "x and on () y unless ignoring (a) z",
  "a * on (instance) group_left (name, uuid) b",
  'count_values without () ("xid", x > 0) or x == 0',
  "topk(3, sum without (a) (x))",
  "holt_winters(x[10m], 0.5, 0.5) < -Inf",
  "-x ^ 2 % 3 # why",
  'label_replace(x, "a", "$1", "b", "(.*)\\\\d")',
  "absent(up{job='a'}) and hour() > 8",
  "x @ end() > scalar(y)",
  "(time() - x) > 3600",
  "1 == bool 1",
];
const invalid: [expr: string, at: number, message: RegExp][] = [
  ["", 1, /no expression/],
  ["rate(x[5m]", 11, /missing at the end/],
  ["nofunction(x)", 1, /no function "nofunction"/],
  ["sum(rate(x[5m])) >", 19, /missing at the end/],
  ['up{job="a}', 8, /not closed/],
  ["rate(x)", 6, /rate takes a range vector/],
  ["rate(x[5m], 2)", 1, /rate takes 1 argument, not 2/],
  ["x[5m] > 1", 1, /between numbers and instant vectors/],
  ["1 > 2", 3, /needs bool/],
  ["x and 1", 3, /between two instant vectors/],
  ["rate(sum(x)[5m])", 6, /A range belongs to a selector/],
  ["{}", 1, /does not match the empty string/],
  ['x{__name__="y"}', 1, /two names/],
  ["sum(x, y)", 1, /sum takes 1 argument/],
  ["a b", 3, /"b" is not expected/],
  ["histogram_quantile(x, y)", 20, /takes a number here/],
  ["x{a=}", 5, /a value in quotes/],
];

describe("parsePromql", () => {
  it.each(valid)("takes %s", (expr) => {
    expect(parsePromql(expr)).toMatchObject({ ok: true });
  });

  it.each(invalid)("refuses %j at column %i", (expr, column, message) => {
    const parsed = parsePromql(expr);
    expect(parsed.ok).toBe(false);
    if (parsed.ok) return;
    expect(parsed.error.message).toMatch(message);
    expect(parsed.error.column).toBe(column);
  });

  it("refuses what is nested without end, and takes long rows", () => {
    for (const expr of [`${"(".repeat(9_000)}x${")".repeat(9_000)}`, `x${" + x".repeat(1_500)}`])
      expect(parsePromql(expr)).toMatchObject({
        ok: false,
        error: { message: expect.stringContaining("nested") },
      });
    expect(metricsOf(`x${" or y".repeat(500)}`)).toEqual(["x", "y"]);
  });

  it("counts lines", () => {
    expect(parsePromql("sum(\n  x) >\n  rate(y)")).toMatchObject({ error: { line: 3, column: 8 } });
  });

  it("reads strings, numbers and durations as Go does", () => {
    const parsed = parsePromql('x{a="\\u00e9\\n\\"",b=`\\d`} > 0x1f');
    expect(parsed).toMatchObject({
      expr: { left: { matchers: [{ value: 'é\n"' }, { value: "\\d" }] }, right: { value: 31 } },
    });
    expect(selectorsOf("rate(x[1h30m] offset -5m)")).toMatchObject([{ range: 5400, offset: -300 }]);
  });
});

describe.skipIf(whyNoPrometheus())("beside promtool", () => {
  const folder = mkdtempSync(join(tmpdir(), "inferscope-promql-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const accepts = (expr: string): boolean => {
    const file = join(folder, "rules.json");
    writeFileSync(file, JSON.stringify({ groups: [{ name: "g", rules: [{ alert: "A", expr }] }] }));
    try {
      execFileSync("promtool", ["check", "rules", file], { stdio: "pipe" });
      return true;
    } catch {
      return false;
    }
  };

  it("takes and refuses what it does", () => {
    const all = [...valid, ...invalid.map(([expr]) => expr)];
    expect(all.filter(accepts)).toEqual(valid);
  });
});

describe("metricsOf and selectorsOf", () => {
  it("name each metric once, in order", () => {
    expect(metricsOf('b / (a + b) > {__name__="c"} and {"d.e"} and {job="x"}')).toEqual([
      "b",
      "a",
      "c",
      "d.e",
    ]);
    expect(metricsOf("rate(")).toEqual([]);
  });
});

describe("comparisonOf", () => {
  it.each([
    ["a / b > 0.9", { left: "a / b", op: ">", threshold: 0.9 }],
    ["(a > 5)", { left: "a", op: ">", threshold: 5 }],
    ["-1e3 <= (a or b)", { left: "a or b", op: ">=", threshold: -1000 }],
    ["a > bool 1", undefined],
    ["a > b", undefined],
    ["a > 1 and b > 2", undefined],
    ["a", undefined],
  ])("%s", (expr, expected) => {
    expect(comparisonOf(expr)).toEqual(expected);
  });
});

describe("withComparison", () => {
  it.each([
    ["a / b", "a / b > 0.9"],
    ["a or b", "(a or b) > 0.9"],
    ["a == 1", "(a == 1) > 0.9"],
    ["a # why", "(a # why\n) > 0.9"],
    ["(a or b)", "(a or b) > 0.9"],
  ])("of %j", (expr, expected) => {
    const text = withComparison(expr, ">", 0.9);
    expect(text).toBe(expected);
    expect(comparisonOf(text)?.threshold).toBe(0.9);
  });
});

describe("joinsOf", () => {
  it("tells by which labels a division joins", () => {
    expect(joinsOf("100 * a / on (job) group_left (x) b > 5")).toMatchObject([
      { op: "/", left: "100 * a", right: "b", matching: { on: ["job"], group: "left", include: ["x"] } },
    ]);
  });
});

describe("labelsOfResult", () => {
  const known: Record<string, string[]> = {
    errors: ["job", "type"],
    requests: ["job"],
    h_bucket: ["job", "le"],
  };
  const labels = (expr: string): string[] | undefined => {
    const parsed = parsePromql(expr);
    if (!parsed.ok) throw new Error(parsed.error.message);
    const found = labelsOfResult(parsed.expr, (metric) => known[metric]);
    return found && [...found].sort();
  };

  it.each([
    ["rate(errors[5m])", ["job", "type"]],
    ["sum(rate(errors[5m]))", []],
    ["sum by (type, absent) (errors)", ["type"]],
    ["sum without (type) (errors)", ["job"]],
    ["histogram_quantile(0.9, h_bucket)", ["job"]],
    ["errors / on (job) group_left requests", ["job", "type"]],
    ["errors / ignoring (type) requests", ["job"]],
    ["errors * 100", ["job", "type"]],
    ["unknown", undefined],
  ])("%s", (expr, expected) => {
    expect(labels(expr)).toEqual(expected);
  });
});
