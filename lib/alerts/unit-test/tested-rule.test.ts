import { describe, expect, it } from "vitest";
import { whyNoPrometheus } from "@/testing/prometheus";
import { runUnitTests } from "./run";
import { exampleTests, ruleFileOf, type TestedRuleView, testsOfRule } from "./tested-rule";

const rule = (given: Partial<TestedRuleView> & Pick<TestedRuleView, "promql">): TestedRuleView => ({
  kind: "alerting",
  name: "LongQueue",
  for: 300,
  keepFiringFor: 0,
  labels: { team: "llm", where: "{{ $labels.instance }}" },
  annotations: { summary: "{{ $value | humanize }} requests wait at {{ $labels.instance }}" },
  group: { name: "llm", interval: 30, limit: 1000 },
  ...given,
});

const queue = rule({
  promql: [
    { severity: "warning", expr: 'vllm:num_requests_waiting{job=~"chat-.*|rag",model!=""} > 100' },
    { severity: "critical", expr: 'vllm:num_requests_waiting{job=~"chat-.*|rag",model!=""} > 500' },
  ],
});

describe("ruleFileOf", () => {
  it("has a rule for each level", () => {
    expect(ruleFileOf(queue)).toContain(`    interval: 30s
    limit: 1000
    rules:
      - alert: LongQueue
        expr: vllm:num_requests_waiting{job=~"chat-.*|rag",model!=""} > 100
        for: 5m
        labels:
          team: llm
          where: "{{ $labels.instance }}"
          severity: warning
        annotations:
          summary: "{{ $value | humanize }} requests wait at {{ $labels.instance }}"
      - alert: LongQueue
`);
  });
});

describe("testsOfRule", () => {
  it("puts the rule in the place of the files that are named, and leaves the rest as it is written", () => {
    const text = "rule_files: [other.yaml]\nevaluation_interval: 1m\ntests:\n  - interval: 007s # odd\n";
    const made = testsOfRule(text, queue);
    expect(made).toContain("interval: 007s # odd");
    expect(made).toContain("rule_files:\n  - rule.yaml\n");
    expect(made).not.toContain("other.yaml");
  });

  it.each([
    ["tests: [", /at line 1|Flow/],
    ["- a", "A file of tests is a map with the key tests."],
  ])("refuses %s", (text, message) => {
    expect(() => testsOfRule(text, queue)).toThrow(message);
  });
});

describe.skipIf(whyNoPrometheus())("exampleTests", () => {
  it.each<[string, TestedRuleView, number]>([
    ["two levels on a series", queue, 2],
    ["a target that is down", rule({ promql: [{ severity: null, expr: 'up{job="a"} == 0' }] }), 1],
    ["a threshold from below", rule({ promql: [{ severity: "page", expr: "free_ratio < 0.1" }] }), 1],
    [
      "a division",
      rule({ promql: [{ severity: null, expr: "rate(errors[5m]) / rate(requests[5m]) > 2" }] }),
      0,
    ],
    ["what is absent", rule({ promql: [{ severity: null, expr: 'absent(up{job="a"})' }] }), 0],
  ])(
    "is passed by %s",
    async (_, given, alerts) => {
      const example = await exampleTests(given);
      expect(example.match(/exp_labels/g) ?? []).toHaveLength(alerts);
      expect(await runUnitTests(testsOfRule(example, given))).toEqual({
        passed: true,
        cases: 1,
        failures: [],
      });
    },
    30_000,
  );
});
