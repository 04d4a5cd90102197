import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { whyNoPrometheus } from "@/testing/prometheus";
import { parseRuleFile } from "./parse";
import { printRuleFile, type Target } from "./print";

const printed = (text: string, target: Target = { kind: "prometheus" }) => {
  const { groups, report } = parseRuleFile(text, "r.yml");
  return { ...printRuleFile(groups, { target }), report };
};

describe("what was read and is written", () => {
  const unknown = `groups:
  - name: g
    x_numbers: [ 007, 1.50, 0x1F, 1_000, +1, 1e3, .5 ]
    x_words: [ yes, ~, null, True, "quoted", 'single', 2020-01-01, !custom tagged ]
    x_empty:
    x_map:
      # Of the first.
      b: 1.0 # beside
      a: >-
        folded text
      007: |
        kept

          as it is
    rules:
      - alert: A
        x_first: "1"
        expr: up == 0
        x_list:
          - 010 # eight
          # Before the second.
          - { a: 1.10, b: [ ~ ] }
        x_anchored:
          base: &base
            level: 007
          more:
            <<: *base
            other: *base
`;

  it("has unknown fields as they were written, in their places", () => {
    const { text, report, dropped } = printed(unknown);
    expect(report.problems).toEqual([]);
    expect(dropped).toEqual([]);
    expect(text).toBe(unknown);
    expect(report.comments).toEqual([]);
  });

  it("has what aliases of something elsewhere stand for", () => {
    const { text, report } = printed(
      `groups:
  - name: g
    x_base: &base { level: 007, note: "a" }
    rules:
      - &first
        alert: A
        expr: &expr up == 0
        labels: &labels { team: ml, severity: page }
        x_copy: *base
        x_merged:
          <<: *base
          level: 1.50
      - <<: *first
        alert: B
        labels:
          <<: *labels
          severity: info
        annotations: { expr: *expr }
`,
    );
    expect(report.problems).toEqual([]);
    expect(text).not.toMatch(/[&*](base|first|expr|labels)/);
    const { groups } = parseRuleFile(text, "r.yml");
    expect(groups[0]?.rules).toMatchObject([
      {
        alert: "A",
        expr: "up == 0",
        labels: { team: "ml", severity: "page" },
        extra: [
          { key: "x_copy", yaml: '{ level: 007, note: "a" }' },
          { key: "x_merged", yaml: '<<: { level: 007, note: "a" }\nlevel: 1.50' },
        ],
      },
      {
        alert: "B",
        expr: "up == 0",
        labels: { team: "ml", severity: "info" },
        annotations: { expr: "up == 0" },
        extra: [{ key: "x_copy" }, { key: "x_merged" }],
      },
    ]);
  });

  it("has every comment, or it is named", () => {
    const text = `# c1
groups: # c2
  # c3
  - name: g # c4
    # c5
    interval: 1m # c6
    rules: # c7
      # c8
      - alert: A # c9
        # c10
        expr: | # c11
          up == 0 # c12
        labels: # c13
          # c14
          a: b # c15
          # c16
        annotations: {s: t} # c17
        # c18
      # c19
      - record: r # c20
        expr: up # c21
        labels: { # c22
          a: b, # c23
        }
        x: # c24
          - 1 # c25
    # c26
  # c27
# c28
`;
    const { text: written, report } = printed(text);
    const namesIn = (some: string): string[] => some.match(/c\d+/g) ?? [];
    const kept = [written, ...report.comments.map(({ text: comment }) => comment)].flatMap(namesIn);
    const missing = Array.from({ length: 28 }, (_, n) => `c${n + 1}`).filter((c) => !kept.includes(c));
    expect(missing).toEqual([]);
    const withoutComments = (yaml: string) =>
      JSON.stringify(parseRuleFile(yaml, "r.yml").groups, (key, value: unknown) =>
        key === "comments" ? undefined : value,
      );
    expect(withoutComments(written)).toBe(withoutComments(text));
  });

  it("has PrometheusRules with all of their metadata, and names what is none", () => {
    const text = `apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: a
  namespace: ml
  labels:
    release: stack
    tier: "1"
  annotations:
    note: "yes"
  finalizers: [ x.example/y ]
  generation: 007
spec:
  groups:
    - name: g
      partial_response_strategy: warn
      rules:
        - alert: A
          expr: up == 0
  x_more: ~
status:
  bound: 0x1F
---
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: b
spec:
  groups:
    - name: g
      rules:
        - record: r
          expr: up
`;
    const { text: written, report } = printed(`${text}---\nkind: Service\nmetadata: {name: s}\n`, {
      kind: "prometheus-rule",
    });
    const { groups } = parseRuleFile(text, "r.yml");
    expect(report).toMatchObject({ problems: [], left: [{ kind: "Service", line: 35, column: 1 }] });
    expect(report.unknown.map(({ path }) => path)).toEqual([
      "a / metadata / finalizers",
      "a / metadata / generation",
      "g / partial_response_strategy",
      "a / spec / x_more",
      "a / status",
    ]);
    expect(parseRuleFile(written, "r.yml").groups).toEqual(groups);
    for (const line of [
      "finalizers: [ x.example/y ]",
      "generation: 007",
      "x_more: ~",
      "bound: 0x1F",
      'tier: "1"',
    ])
      expect(written).toContain(line);
  });
});

describe.skipIf(whyNoPrometheus())("at promtool 2.42", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "inferscope-round-trip-"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const promtool = (...args: string[]): string => {
    try {
      return execFileSync("promtool", args, { encoding: "utf8", stdio: "pipe", cwd: folder });
    } catch (error) {
      const { stdout, stderr } = error as { stdout: string; stderr: string };
      return stdout + stderr;
    }
  };
  const check = (text: string): string => {
    writeFileSync(join(folder, "r.yml"), text);
    return promtool("check", "rules", "r.yml");
  };

  const newer: [expr: string, reason: RegExp][] = [
    ["histogram_stddev(x) > 1", /histogram_stddev, which Prometheus knows from 2\.47 on\.$/],
    ["histogram_avg(x) > 1", /histogram_avg, which Prometheus knows from 2\.51 on\.$/],
    ["mad_over_time(x[5m]) > 1", /mad_over_time, .*2\.49 on and only with .*=promql-experimental-functions/],
    ['sort_by_label(x, "a") > 1', /sort_by_label/],
    ["limitk(3, x) > 1", /limitk, .*2\.54/],
    ["LIMIT_RATIO(0.5, x) > 1", /limit_ratio, .*2\.54/],
    ["info(x) > 1", /info, .*2\.55/],
    ["double_exponential_smoothing(x[5m], 0.5, 0.5) > 1", /double_exponential_smoothing, .*3\.0/],
    ["ts_of_max_over_time(x[5m]) > 1", /ts_of_max_over_time, .*3\.5/],
    ["first_over_time(x[5m]) > 1", /first_over_time, .*3\.7/],
    ["ts_of_first_over_time(x[5m]) > 1", /ts_of_first_over_time, .*3\.7/],
    ["time() - x > 10m", /the duration 10m as a number, .*2\.54/],
    ["x > 1_000", /the number 1_000, .*2\.54/],
    ["rate(x[300]) > 1", /the number 300 as a duration, .*2\.54/],
    ["x offset 300 > 1", /the number 300 as a duration/],
    ["rate(x[5m*2]) > 1", /arithmetic in a duration, .*3\.4 .*promql-duration-expr/],
    ["rate(x[step()]) > 1", /step\(\) in a duration, .*3\.6/],
    ["x offset (5m + 30s) > 1", /arithmetic in a duration/],
    ["rate(x[5m] anchored) > 1", /the modifier anchored, .*3\.7/],
    ["x smoothed > 1", /the modifier smoothed/],
    ["a + fill(0) b > 1", /fill\(\), .*3\.10/],
    ["histogram_count(x </ 3) > 1", /the operator <\/, .*3\.11/],
    ['{"up"} == 0', /a name in quotes, .*3\.0/],
    ['sum by ("a") (x) > 1', /a name in quotes/],
    ['{"a.b"} > 1', /characters that Prometheus knows from 3\.0 on/],
  ];
  const known = [
    "x @ 1609746000 > 1",
    "x @ start() offset -5m > 1",
    "rate(x[1h30m]) atan2 y > 1",
    "sgn(clamp(x, 0, 1)) > 0 and last_over_time(x[5m]) > 0",
    "present_over_time(x[5m]) > 0",
    "histogram_count(x) > 0 or histogram_sum(x) > 1 or histogram_fraction(0, 1, x) > 0",
    "holt_winters(x[5m], 0.5, 0.5) > 1",
    "day_of_year() > 300 and on () sin(x) > pi()",
    "x > 0x1F and x > 1e3 and x > .5 and x < +Inf",
    "avg_over_time(rate(x[5m])[1h:1m]) > 1 # comment",
    "group by (job) (count_values('v', topk(3, x))) > 0",
    "start > 1 and end > 1 and step > 1 and info > 1 and anchored > 1 and limitk > 1",
  ];
  const fileOf = (exprs: readonly string[]): string =>
    JSON.stringify({
      groups: [{ name: "g", rules: exprs.map((expr, index) => ({ alert: `A${index}`, expr })) }],
    });

  it.each(newer)("%s is refused by it, and left out with the reason", (expr, reason) => {
    expect(check(fileOf([expr]))).toMatch(/FAILED|could not parse/);
    const { text, dropped } = printed(fileOf([expr]), { kind: "prometheus", version: "2.42" });
    expect(dropped).toEqual([expect.stringMatching(reason)]);
    expect(check(text)).toContain("SUCCESS: 0 rules found");
  });

  it("takes all that is not left out, and what it knows is not", () => {
    const all = fileOf([...newer.map(([expr]) => expr), ...known]);
    const { text, dropped, report } = printed(all, { kind: "prometheus", version: "2.42" });
    expect(report.problems).toEqual([]);
    expect(dropped).toHaveLength(newer.length);
    expect(check(text)).toContain(`SUCCESS: ${known.length} rules found`);
  });

  it.each<[version: string, expr: string, isTaken: boolean]>([
    ["2.32", "x @ 5 > 1", false],
    ["2.33", "x offset -5m > 1", true],
    ["2.30.3", "a atan2 b > 1", false],
    ["2.25", "sgn(x) > 0", false],
    ["2.55", "holt_winters(x[5m], 0.5, 0.5) > 1", true],
    ["3.0", "holt_winters(x[5m], 0.5, 0.5) > 1", false],
    ["3.0", "x > 10m", true],
    ["3.13", "rate(x[5m*2]) > 1", false],
    ["3.14", "rate(x[5m*2]) > 1", true],
    ["3.14", "first_over_time(x[5m]) > 1", true],
    ["3.14", "info(x) > 1", false],
  ])("of %s: %s", (version, expr, isTaken) => {
    const { dropped } = printed(fileOf([expr]), { kind: "prometheus", version });
    expect(dropped).toHaveLength(isTaken ? 0 : 1);
  });

  it("takes templates without the functions that it does not know", () => {
    const rule = {
      alert: "A",
      expr: "up == 0",
      labels: { when: "{{ now | toTime }}", plain: "now {{ $value }} toDuration" },
      annotations: {
        link: "https://x?y={{ urlQueryEscape $labels.job }}",
        quoted: '{{ "toDuration" }} {{ $labels.now }} {{ `}} now` }}',
        time: "{{ toTime $value }}",
      },
    };
    const text = JSON.stringify({ groups: [{ name: "g", rules: [rule] }] });
    expect(check(text)).toMatch(/function "(now|urlQueryEscape)" not defined/);
    const { text: written, dropped } = printed(text, { kind: "prometheus", version: "2.42" });
    expect(dropped).toEqual([
      expect.stringMatching(/^g \/ A: "when", whose template has the function now, .*3\.6 on/),
      expect.stringMatching(/"link", whose template has the function urlQueryEscape, .*3\.8 on/),
    ]);
    expect(check(written)).toContain("SUCCESS: 1 rules found");
  });

  it("reads texts with every character as they were", { timeout: 30_000 }, () => {
    const texts = [
      ..."\u0085\u2028\u2029\u00a0\ufeff\u007f\u0080\u009f\u0001\u001b\r\t\ufffd\uffff\u{1f600}".split(""),
    ].map((character) => `a${character}b`);
    const annotations = Object.fromEntries(
      [
        ...texts.slice(0, -2),
        "a\u{1f600}b",
        ...texts.map((text) => `first\n${text}\n last \n`),
        "a\r\nb\r\n",
        "  two before\nnone before\n\n",
        "\n",
        " ",
        "~",
        "null",
        "007",
        "yes",
        "- a",
        "a: b",
        "# no comment",
        "a # b",
        "<<",
        "=",
        "!tag",
        "&a",
        "*a",
        `"quoted" 'too'`,
        "back\\slash \\L",
        "x".repeat(300),
        `${"long line ".repeat(30)}\nsecond`,
      ]
        // Halves of a character are refused.
        .filter((text) => text.isWellFormed())
        .map((text, index) => [`k${String(index).padStart(3, "0")}`, text]),
    );
    const rule = { alert: "A\u2028B", expr: 'vector(1) > 0 unless {a="b\\u2028\u2028"}', annotations };
    const given = JSON.stringify({
      groups: [{ name: "g\u0085h", rules: [{ ...rule, labels: { l: "c\u2029d" } }] }],
    }).replace(/[\x7f-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
    const { groups, report } = parseRuleFile(given, "r.yml");
    expect(report.problems).toEqual([]);
    const { text } = printRuleFile(groups, { target: { kind: "prometheus", version: "2.42" } });
    expect(parseRuleFile(text, "r.yml").groups).toEqual(groups);
    expect(check(text)).toContain("SUCCESS: 1 rules found");
    // As promtool evaluates it: the texts that it expects stand as escapes in JSON.
    const test = {
      rule_files: ["r.yml"],
      evaluation_interval: "1m",
      tests: [
        {
          interval: "1m",
          alert_rule_test: [
            {
              alertname: rule.alert,
              eval_time: "1m",
              exp_alerts: [{ exp_labels: { l: "c\u2029d" }, exp_annotations: annotations }],
            },
          ],
        },
      ],
    };
    const ascii = JSON.stringify(test).replace(
      /[\x7f-\uffff]/g,
      (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`,
    );
    writeFileSync(join(folder, "test.yml"), ascii.replace(/\\ud83d\\ude00/g, "\\U0001f600"));
    expect(promtool("test", "rules", "test.yml")).toContain("SUCCESS");
  });
});
