import { mkdtemp, rm } from "node:fs/promises";
import path from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, it } from "vitest";
import { parseRuleFile } from "./parse";
import { parseRuleFileAside } from "./parse-aside";

const root = path.resolve(import.meta.dirname, "../../..");
const rules = Array.from(
  { length: 60 },
  (_, index) => `      # The ${index}th.
      - alert: High${index}
        expr: sum by (job) (rate(errors_total{instance="i${index}"}[5m])) > ${index}
        for: 5m
        labels: {severity: critical}
        annotations:
          summary: "{{ $value }} of {{ $labels.job }}"
          description: ${"What to do about it. ".repeat(200)}
`,
);
const text = `groups:\n  - name: large\n    rules:\n${rules.join("")}      - alert: Broken\n        expr: sum(\n`;

let folder: string;
beforeAll(async () => {
  // Within the repository, since the program finds its packages from where it lies.
  folder = await mkdtemp(path.join(root, "node_modules/.rule-parser-"));
  await build({
    absWorkingDir: root,
    entryPoints: { "rule-parser": "scripts/rule-parser.ts" },
    outdir: folder,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    platform: "node",
    format: "esm",
    packages: "external",
  });
  process.env.INFERSCOPE_RULE_PARSER = path.join(folder, "rule-parser.mjs");
});
afterAll(async () => {
  delete process.env.INFERSCOPE_RULE_PARSER;
  await rm(folder, { recursive: true, force: true });
});

it("reads a large file in a thread, as in this one, while this one goes on", async () => {
  let turns = 0;
  const turn = setInterval(() => {
    turns += 1;
  }, 1);
  const aside = await parseRuleFileAside(text, "large.yaml").finally(() => clearInterval(turn));
  expect(turns).toBeGreaterThan(10);
  expect(aside).toEqual(parseRuleFile(text, "large.yaml"));
  expect(aside.report.problems).toHaveLength(1);
});

it("ends with its caller", async () => {
  const abort = new AbortController();
  const reading = parseRuleFileAside(text, "large.yaml", abort.signal);
  abort.abort(new Error("the caller went away"));
  await expect(reading).rejects.toThrow("the caller went away");
});

it("fails where the program does", async () => {
  const program = process.env.INFERSCOPE_RULE_PARSER;
  process.env.INFERSCOPE_RULE_PARSER = path.join(folder, "missing.mjs");
  await expect(
    parseRuleFileAside(text, "large.yaml").finally(() => {
      process.env.INFERSCOPE_RULE_PARSER = program;
    }),
  ).rejects.toThrow("missing.mjs");
});
