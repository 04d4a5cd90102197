import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { whyNoPrometheus } from "@/testing/prometheus";
import { testRules } from "./main";

const rule = (name: string) => `groups: [{ name: ${name}, rules: [{ alert: ${name}, expr: load > 5 }] }]`;
const test = (ruleFile: string, alertname: string) => `
rule_files: [${ruleFile}]
tests:
  - name: busy
    interval: 1m
    input_series: [{ series: load, values: 1 9 }]
    alert_rule_test: [{ eval_time: 1m, alertname: ${alertname}, exp_alerts: [{}] }]`;

describe.skipIf(whyNoPrometheus())("testRules", () => {
  let folder: string;
  const lines: string[] = [];
  beforeEach(async () => {
    lines.length = 0;
    folder = await mkdtemp(join(tmpdir(), "inferscope-test-rules-"));
    await mkdir(join(folder, "rules/more"), { recursive: true });
    await writeFile(join(folder, "rules/one.yml"), rule("One"));
    await writeFile(join(folder, "rules/more/two.yaml"), rule("Two"));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const run = async (...tests: string[]) => {
    const files = tests.map((_, index) => join(folder, `test${index}.yml`));
    for (const [index, file] of files.entries()) await writeFile(file, tests[index] as string);
    return testRules(files, (line) => lines.push(line));
  };

  it("finds rule files beside the test file, by name and by pattern", async () => {
    expect(await run(test("rules/one.yml", "One"), test('"rules/*/t?o.yaml"', "Two"))).toBe(0);
    expect(await run(test(`"${folder}/rules/*.yml"`, "One"))).toBe(0);
    expect(lines).toEqual(Array(3).fill(expect.stringMatching(/^PASSED .*: 1 cases, 0 failures$/)));
  });

  it("tells what failed, and goes on", async () => {
    expect(await run(test("rules/nowhere.yml", "One"), "tests: [", test("rules/one.yml", "One"))).toBe(1);
    expect(lines).toEqual([
      "WARNING no file matches rules/nowhere.yml",
      expect.stringMatching(/^FAILED .*test0.yml: 1 cases, 1 failures$/),
      "  busy, alertname: One, time: 1m: other alerts fire",
      '    expected labels {alertname="One"}, annotations {}',
      "    got      none",
      expect.stringMatching(/^FAILED .*test1.yml: yaml: /),
      expect.stringMatching(/^PASSED /),
    ]);
  });

  it("takes rule files that the test file holds itself", async () => {
    const inline = `${test("inline.yml", "Three")}
rule_files_content:
  inline.yml: |
    ${rule("Three")}`;
    expect(await run(inline)).toBe(0);
    expect(lines).toHaveLength(1);
  });
});
