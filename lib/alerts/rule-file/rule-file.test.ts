import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { whyNoPrometheus } from "@/testing/prometheus";
import type { AlertingRule } from "../rule";
import { parseRuleFile } from "./parse";
import { printRuleFile } from "./print";
import { unwritten } from "./rule-file";
import { rulesInFileOf } from "./tiers";

const file = `# Rules of the platform team.
# Second line.
groups:
  # What users feel.
  - name: latency
    interval: 90s
    query_offset: 1m
    limit: 20
    labels:
      team: platform
    x_owner: [ops, ml]
    rules:
      # The slow ones.
      - expr: histogram_quantile(0.99, sum by (le) (rate(llm_latency_bucket[5m]))) > 10 # seconds
        alert: Slow
        keep_firing_for: 5m
        for: 1h30m
        labels:
          # Wakes someone.
          severity: critical
          tier: 1
        annotations:
          summary: "p99 is {{ $value | humanizeDuration }}"
          description: |
            Two
            lines
        x_ticket: [ML]
      - record: job:llm_requests:rate5m
        expr: sum by (job) (rate(llm_requests_total[5m]))
  - name: empty
    rules: []
# The end.
`;

describe("a rule file", () => {
  const read = parseRuleFile(file, "rules.yml");
  const [latency, empty] = read.groups;

  it("is read with every field", () => {
    expect(read.report.problems).toEqual([]);
    expect(latency).toMatchObject({
      file: "rules.yml",
      name: "latency",
      interval: 90,
      queryOffset: 60,
      limit: 20,
      labels: { team: "platform" },
      extra: [{ key: "x_owner" }],
    });
    expect(latency?.rules[0]).toMatchObject({
      kind: "alerting",
      alert: "Slow",
      for: 5400,
      keepFiringFor: 300,
      labels: { severity: "critical", tier: "1" },
      annotations: { description: "Two\nlines\n" },
    });
    expect(latency?.rules[1]).toMatchObject({ kind: "recording", record: "job:llm_requests:rate5m" });
    expect(empty?.rules).toEqual([]);
    expect(read.report.unknown).toMatchObject([
      { line: 11, column: 5, path: "latency / x_owner" },
      { line: 27, column: 9, path: "latency / Slow / x_ticket" },
    ]);
  });

  it("keeps its comments, fields and their order", () => {
    const { text, dropped } = printRuleFile(read.groups, { target: { kind: "prometheus" } });
    expect(dropped).toEqual([]);
    const commentsOf = (yaml: string): string[] => (yaml.match(/# ?.*$/gm) ?? []).map((one) => one.trim());
    expect(commentsOf(text)).toEqual(commentsOf(file));
    const keysOf = (yaml: string): string[] => [...yaml.matchAll(/^[ -]*(\w+):/gm)].map(([, key]) => key!);
    expect(keysOf(text)).toEqual(keysOf(file));
    expect(text).toContain("for: 1h30m");
    expect(text).toContain("interval: 90s");
    const again = parseRuleFile(text, "rules.yml");
    expect(again.groups).toEqual(read.groups);
  });

  it("loses what an older Prometheus refuses, and says so", () => {
    const of = (version: string) =>
      printRuleFile(read.groups, { target: { kind: "prometheus", version } }).dropped;
    expect(of("2.42").join("\n")).toMatch(
      /query_offset.*2\.53[\s\S]*labels of the group.*3\.0[\s\S]*x_ticket[\s\S]*x_owner/,
    );
    expect(of("2.42").join("\n")).not.toContain("keep_firing_for");
    expect(of("2.30.1").join("\n")).toMatch(/limit.*2\.31[\s\S]*keep_firing_for.*2\.42/);
    expect(of("3.1").every((line) => line.includes("x_"))).toBe(true);
  });

  it("becomes a PrometheusRule and comes back", () => {
    const { text } = printRuleFile(read.groups, { target: { kind: "prometheus-rule", name: "llm" } });
    const back = parseRuleFile(text, "crd.yml");
    expect(back.report.problems).toEqual([]);
    expect(back.groups[0]).toMatchObject({
      file: "crd.yml#/llm",
      resource: { name: "llm" },
      name: "latency",
    });
    expect(back.groups[0]?.rules).toEqual(latency?.rules);
  });
});

describe("PrometheusRules", () => {
  const resource = (name: string, indent = ""): string =>
    [
      "apiVersion: monitoring.coreos.com/v1",
      "kind: PrometheusRule",
      `metadata: {name: ${name}, namespace: ml, labels: {release: stack}}`,
      "spec:",
      "  groups:",
      "  - name: g",
      "    partial_response_strategy: warn",
      "    rules: [{alert: A, expr: up == 0}]",
    ]
      .map((line) => indent + line)
      .join("\n");

  it.each([
    ["several documents", `${resource("a")}\n---\nkind: Service\n---\n${resource("b")}\n`],
    ["a List", `kind: List\nitems:\n-\n${resource("a", "  ")}\n-\n${resource("b", "  ")}\n`],
  ])("are read from %s", (_, text) => {
    const read = parseRuleFile(text, "k8s.yml");
    expect(read.report.problems).toEqual([]);
    expect(read.groups.map((group) => group.file)).toEqual(["k8s.yml#ml/a", "k8s.yml#ml/b"]);
    const { text: printed } = printRuleFile(read.groups, { target: { kind: "prometheus-rule" } });
    expect(parseRuleFile(printed, "k8s.yml").groups).toEqual(read.groups);
  });

  it("may have groups of one name, which one rule file may not", () => {
    const read = parseRuleFile(`${resource("a")}\n---\n${resource("b")}\n`, "k8s.yml");
    const { text, dropped } = printRuleFile(read.groups, { target: { kind: "prometheus" } });
    expect(parseRuleFile(text, "one.yml").groups.map(({ name }) => name)).toEqual(["g", "g (k8s.yml#ml/b)"]);
    expect(dropped).toHaveLength(1);
  });
});

describe("what Prometheus refuses", () => {
  const refused = (text: string) => parseRuleFile(text, "r.yml").report.problems;
  const rule = (lines: string): string =>
    `groups:\n- name: g\n  rules:\n  - ${lines.trim().split("\n").join("\n    ")}\n`;

  it.each([
    ["a name twice", "groups:\n- name: g\n- name: g\n", { line: 3, message: /"g" is repeated/ }],
    ["no name", "groups:\n- rules: []\n", { line: 2, message: /Groupname must not be empty/ }],
    ["alert and record", rule("alert: A\nrecord: b\nexpr: up"), { line: 4, message: /only one of/ }],
    ["neither", rule("expr: up"), { message: /one of 'record' or 'alert'/ }],
    ["no expression", rule("alert: A"), { message: /'expr' must be set/ }],
    [
      "PromQL",
      rule("alert: A\nexpr: rate(x) > 1"),
      { line: 5, column: 16, message: /column 6: rate takes a range/ },
    ],
    ["PromQL in a block", rule("alert: A\nexpr: |\n  up\n  == ="), { line: 5, message: /line 2, column 4/ }],
    [
      "a duration",
      rule("alert: A\nexpr: up\nfor: 5 minutes"),
      { line: 6, column: 10, message: /for: not a valid duration/ },
    ],
    [
      "a label's name",
      rule("alert: A\nexpr: up\nlabels:\n  __name__: x"),
      { line: 7, message: /invalid label name/ },
    ],
    [
      "a template",
      rule('alert: A\nexpr: up\nannotations:\n  s: "{{ .Labels"'),
      { line: 7, message: /annotation "s"/ },
    ],
    [
      "a regular expression",
      rule('alert: A\nexpr: up{b="1"} and up{a=~"("}'),
      { line: 5, column: 27, message: /column 17: .*missing closing \): `\^\(\?s:\(\)\$`/ },
    ],
    [
      "a regular expression of another kind",
      rule("record: a\nexpr: |\n  up ==\n    down{a!~`(?=x)`}"),
      { line: 5, message: /line 2, column 7: .*unsupported Perl syntax: `\(\?=`/ },
    ],
    ["NUL", rule("alert: A\nexpr: up\nlabels:\n  a: b\0c"), { line: 7, column: 11, message: /control char/ }],
    [
      "NUL as an escape",
      rule('alert: "A\\0"\nexpr: up'),
      { line: 4, column: 12, message: /control characters are not allowed/ },
    ],
    [
      "half a character as an escape",
      rule('alert: A\nexpr: up\nannotations:\n  "\\uD800": x'),
      { line: 7, column: 7, message: /control characters are not allowed/ },
    ],
    ["for of a record", rule("record: a\nexpr: up\nfor: 5m"), { line: 6, message: /invalid field 'for'/ }],
    ["a record's name", rule("record: a{b}\nexpr: up"), { message: /braces present/ }],
    ["YAML", "groups:\n- name: [\n", { message: /flow|end/i }],
    ["no map", "- a\n", { message: /a map with the key groups/ }],
    ["a key beside groups", "groups: []\nrules: []\n", { line: 2, message: /field rules not found/ }],
  ])("%s", (_, text, expected) => {
    const problems = refused(text);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatchObject({ ...expected, message: expect.stringMatching(expected.message) });
  });

  it("is nothing in an empty file, and in merged and aliased values", () => {
    expect(parseRuleFile("", "r.yml")).toMatchObject({ groups: [], report: { problems: [] } });
    const read = parseRuleFile(
      `groups:\n- name: g\n  rules:\n  - alert: A\n    expr: &up up == 0\n    labels: &l {severity: page}\n  - alert: B\n    expr: *up\n    labels: {<<: *l, team: b}\n`,
      "r.yml",
    );
    expect(read.report.problems).toEqual([]);
    expect(read.groups[0]?.rules[1]).toMatchObject({
      expr: "up == 0",
      labels: { severity: "page", team: "b" },
    });
  });

  it("is no regular expression of RE2, no backslash before a zero, and no interval of none", () => {
    const { groups, report } = parseRuleFile(
      `groups:\n- name: g\n  interval: 0s\n  rules:\n  - alert: A\n    expr: up{a=~"(?i)x.*|\\\\d+", b!~"", c="("} == 0\n    annotations: {s: 'C:\\0'}\n`,
      "r.yml",
    );
    expect(report.problems).toEqual([]);
    expect(groups[0]).not.toHaveProperty("interval");
    expect(groups[0]!.rules[0]).toMatchObject({ annotations: { s: "C:\\0" } });
  });

  it.each([
    ["a map in itself", "groups:\n- &g\n  <<: *g\n  name: g\n", 0],
    ["a list in itself", "kind: List\nitems: &i\n- kind: List\n  items: *i\n", 1],
    [
      "aliases of aliases",
      `groups:\n- name: g\n  x: [&a [1,1,1,1,1,1,1,1,1,1], &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a], &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b], &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]]\n  y: [*d,*d]\n`,
      1,
    ],
  ])("comes to an end with %s", (_, text, problems) => {
    expect(refused(text)).toHaveLength(problems);
  });

  it("names comments that cannot be kept", () => {
    const { report } = parseRuleFile("# Of nothing.\n---\n# Nor this.\n", "r.yml");
    expect(report.comments).toMatchObject([{ text: "Of nothing." }, { text: "Nor this." }]);
  });
});

// On a machine that is busy otherwise it waits long for its two seconds of processor.
it("reads 10,000 rules in seconds", { timeout: 120_000 }, () => {
  const rules = Array.from(
    { length: 10_000 },
    (_, n) =>
      `  - alert: A${n}\n    expr: rate(errors_total{job="j${n}"}[5m]) > 0.05\n    for: 5m\n    labels: {severity: warning}\n`,
  );
  const before = process.cpuUsage();
  const { groups, report } = parseRuleFile(`groups:\n- name: g\n  rules:\n${rules.join("")}`, "r.yml");
  const { user } = process.cpuUsage(before);
  expect(report.problems).toEqual([]);
  expect(groups[0]?.rules).toHaveLength(10_000);
  // Processor time: what else the machine does is not this file's. 2 s as measured, and room for a slower machine.
  expect(user / 1e6).toBeLessThan(8);
});

describe("tiers", () => {
  const rule: AlertingRule = {
    id: "1",
    name: "Slow",
    expr: "a or b",
    comparison: ">",
    levels: [
      { severity: "warning", threshold: 5 },
      { severity: "critical", threshold: 10 },
    ],
    for: 300,
    keepFiringFor: 0,
    labels: { team: "ml" },
    annotations: { summary: "slow" },
  };

  it("are a rule each", () => {
    expect(rulesInFileOf(rule)).toMatchObject([
      { alert: "Slow", expr: "(a or b) > 5", labels: { team: "ml", severity: "warning" }, for: 300 },
      { alert: "Slow", expr: "(a or b) > 10", labels: { team: "ml", severity: "critical" } },
    ]);
  });

  it.skipIf(whyNoPrometheus())("pass promtool 2.42 with all that it reads", () => {
    const folder = mkdtempSync(join(tmpdir(), "inferscope-rule-file-"));
    afterAll(() => rmSync(folder, { recursive: true, force: true }));
    const groups = [
      ...parseRuleFile(file, "rules.yml").groups,
      {
        file: "console",
        name: "g",
        labels: {},
        rules: rulesInFileOf(rule),
        extra: [],
        comments: [],
        written: unwritten,
      },
      {
        ...parseRuleFile(`groups: [{name: dots, rules: [{alert: D, expr: '{"a.b"} > 1'}]}]`, "d.yml")
          .groups[0]!,
      },
    ];
    const check = (version?: string): string => {
      const { text } = printRuleFile(groups, {
        target: { kind: "prometheus", ...(version === undefined ? {} : { version }) },
      });
      writeFileSync(join(folder, "r.yml"), text);
      try {
        return execFileSync("promtool", ["check", "rules", join(folder, "r.yml")], {
          encoding: "utf8",
          stdio: "pipe",
        });
      } catch (error) {
        return String((error as { stderr: string }).stderr);
      }
    };
    expect(check("2.42")).toContain("SUCCESS: 4 rules found");
    // Nothing is dropped that it would have taken.
    expect(check()).toMatch(/field query_offset not found/);
  });
});
