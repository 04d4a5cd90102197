import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, describe, expect, it } from "vitest";
import { whyNoPrometheus } from "@/testing/prometheus";
import { matchesGlob, runUnitTests, UnitTestBoundError, type UnitTestResult, unitTestBounds } from "./run";
import { TestFileError } from "./test-file";
import { NoPrometheusError } from "./throw-away-prometheus";

const folder = fileURLToPath(new URL("./testdata/", import.meta.url));
const testFiles = readdirSync(folder).filter((name) => name.endsWith(".yml"));
const ruleFiles = Object.fromEntries(
  readdirSync(`${folder}rules`).map((name) => [
    `rules/${name}`,
    readFileSync(`${folder}rules/${name}`, "utf8"),
  ]),
);
const testFile = (name: string) => readFileSync(folder + name, "utf8");

/** What a case is known by in promtool's output and in ours; "file" is the whole of it. */
const titles = /(alertname: \S+, time: \w+|expr: "(?:[^"\\]|\\.)*", time: \w+|rule: \S+, time: \w+)/;
// Of a rule that fails promtool writes the time as Go does, 2m0s for 2m.
const inOrder = (found: string[]) =>
  [...new Set(found.map((title) => title.replace(/(?<=^rule: .*m)0s$/, "")))].sort();

async function byPromtool(name: string): Promise<string[]> {
  const { stderr } = await promisify(execFile)("promtool", ["test", "rules", name], { cwd: folder }).catch(
    (error: { stderr: string }) => error,
  );
  const [, report] = stderr.split("  FAILED:\n");
  if (report === undefined) return [];
  const found = report.split("\n").flatMap((line) => titles.exec(line)?.[1] ?? []);
  return found.length === 0 ? ["file"] : inOrder(found);
}

async function byUs(name: string): Promise<{ failed: string[]; cases: number }> {
  let result: UnitTestResult;
  try {
    result = await runUnitTests(testFile(name), ruleFiles);
  } catch (error) {
    if (error instanceof TestFileError) return { failed: ["file"], cases: 0 };
    throw error;
  }
  const failed = inOrder(
    result.failures.map(({ test, message }) => titles.exec(`${test} ${message}`)?.[1] ?? "file"),
  );
  expect(result.passed).toBe(failed.length === 0);
  return { failed, cases: result.cases };
}

describe.skipIf(whyNoPrometheus())("beside promtool", () => {
  const sum = { files: 0, cases: 0, failed: 0 };
  afterAll(() => {
    console.info(
      `${sum.files} test files, ${sum.cases} cases, of which promtool and we find ${sum.failed} failed`,
    );
  });

  it.each(testFiles)("%s has the verdict of promtool, case by case", { timeout: 60_000 }, async (name) => {
    const [theirs, ours] = await Promise.all([byPromtool(name), byUs(name)]);
    expect(ours.failed).toEqual(theirs);
    sum.files += 1;
    sum.cases += Math.max(ours.cases, 1);
    sum.failed += theirs.length;
  });
});

describe.skipIf(whyNoPrometheus())("runUnitTests", () => {
  const load = (rest: string) => `
rule_files: [rules/states.yml]
${rest}`;

  it("tells what was expected and what there is", async () => {
    const { passed, failures } = await runUnitTests(testFile("wrong-alerts.yml"), ruleFiles);
    expect(passed).toBe(false);
    expect(failures[0]).toEqual({
      test: "wrong alerts, alertname: AtOnce, time: 1m",
      message: "other alerts fire",
      expected: "none",
      got: 'labels {alertname="AtOnce", pod="a", severity="warning"}, annotations {}',
    });
  });

  it("knows fuzzy_compare and start_timestamp, which promtool 2.42 does not", async () => {
    const text = (fuzzy: boolean) => `
fuzzy_compare: ${fuzzy}
tests:
  - interval: 1m
    start_timestamp: 2025-01-02T03:00:00Z
    input_series: [{ series: a, values: 0+0.1x10 }]
    promql_expr_test:
      - { expr: a, eval_time: 10m, exp_samples: [{ labels: a, value: 1 }] }
      - { expr: hour(), eval_time: 1h, exp_samples: [{ labels: "{}", value: 4 }] }`;
    expect(await runUnitTests(text(true), {})).toEqual({ passed: true, cases: 2, failures: [] });
    expect((await runUnitTests(text(false), {})).failures).toHaveLength(1);
  });

  it("keeps to its bounds", async () => {
    const series = (count: number) =>
      load(
        `tests: [{ interval: 1m, input_series: [${Array.from({ length: count }, (_, at) => `{ series: a${at}, values: 1 }`)}] }]`,
      );
    const few = { ...unitTestBounds, series: 3, samples: 10, evaluations: 5 };
    await expect(runUnitTests(series(4), ruleFiles, { bounds: few })).rejects.toThrow(UnitTestBoundError);
    await expect(
      runUnitTests(
        load("tests: [{ interval: 1m, input_series: [{ series: a, values: 1x10 }] }]"),
        ruleFiles,
        { bounds: few },
      ),
    ).rejects.toThrow(/more than 10 values/);
    await expect(
      runUnitTests(
        load("tests: [{ interval: 1m, input_series: [{ series: a, values: 1x99999999999 }] }]"),
        ruleFiles,
      ),
    ).rejects.toThrow(UnitTestBoundError);
    await expect(
      runUnitTests(
        load("tests: [{ interval: 1m, promql_expr_test: [{ expr: a, eval_time: 5m }] }]"),
        ruleFiles,
        { bounds: few },
      ),
    ).rejects.toThrow("The tests take 6 evaluations, of at most 5.");
    await expect(
      runUnitTests(
        load("tests: [{ interval: 1m, promql_expr_test: [{ expr: a, eval_time: 30m }] }]"),
        ruleFiles,
        {
          bounds: { ...unitTestBounds, seconds: 0.001 },
        },
      ),
    ).rejects.toThrow("The tests take longer than 0.001 s.");
  });

  it("says so where there is no Prometheus", async () => {
    const path = process.env.PATH;
    process.env.PATH = "/nonexistent";
    try {
      await expect(runUnitTests("tests: [{ interval: 1m }]", {})).rejects.toThrow(NoPrometheusError);
    } finally {
      process.env.PATH = path;
    }
  });
});

describe("matchesGlob", () => {
  it.each([
    ["rules.yml", "rules.yml", true],
    ["./rules.yml", "rules.yml", true],
    ["a/rules.yml", "a/*.yml", true],
    ["a/b/rules.yml", "a/*.yml", false],
    ["rules1.yml", "rules?.yml", true],
    ["rules1.yml", "rules[0-9].yml", true],
    ["rulesx.yml", "rules[^0-9].yml", true],
    ["rulesXyml", "rules.yml", false],
  ])("%s by %s: %s", (name, pattern, expected) => {
    expect(matchesGlob(name, pattern)).toBe(expected);
  });
});
