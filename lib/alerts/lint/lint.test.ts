import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parsePromql } from "@/lib/promql/parse";
import {
  type OpenMetricsFamily,
  openMetricsText,
  type RunningPrometheus,
  startPrometheus,
  whyNoPrometheus,
} from "@/testing/prometheus";
import { type AlertingRule, exprOf } from "../rule";
import { type Facts, type Finding, type FindingId, type LintedRule, noFacts } from "./finding";
import { lintRule } from "./rule";
import { lintRules } from "./set";

const rule = (expr: string, severity: string | null = null, more: Partial<LintedRule> = {}): LintedRule => ({
  id: expr,
  name: "A",
  expr,
  comparison: null,
  levels: [{ severity, threshold: null }],
  for: 300,
  keepFiringFor: 0,
  labels: {},
  annotations: {},
  ...more,
});

/** What a Prometheus knows of the plain family as the demo exposes it. */
const facts: Facts = {
  labelsOf: (metric) =>
    ({
      llm_errors_total: ["job", "instance", "type"],
      llm_requests_total: ["job", "instance"],
      llm_latency_bucket: ["job", "instance", "le"],
      gpu_memory_used: ["job", "instance", "gpu"],
      gpu_memory_total: ["job", "instance", "gpu"],
      gpu_info: ["gpu", "model"],
    })[metric],
  boundsOf: (histogram) => (histogram === "llm_latency" ? [0.5, 1, 2.5, 5, 10, 20] : undefined),
  seenInLastSevenDays: (metric) => metric !== "vllm:gpu_cache_usage_perc",
  typeOf: (metric) =>
    (({ llm_reloads: "counter", llm_budget_total: "gauge", llm_slots: "gauge" }) as const)[
      metric as "llm_slots"
    ],
  scrapeInterval: 15,
};
const find = (findings: readonly Finding[], id: FindingId): Finding => {
  const found = findings.find((finding) => finding.id === id);
  if (found === undefined) throw new Error(`no ${id} among ${findings.map((one) => one.id).join(", ")}`);
  return found;
};
const exprsOf = (corrected: AlertingRule | undefined): string[] =>
  corrected === undefined ? [] : corrected.levels.map((level) => exprOf(corrected, level));
const first = (finding: Finding): string[] => exprsOf(finding.corrected[0]?.rules[0]);

describe("the textbook's three rules", () => {
  const latency = lintRule(rule("histogram_quantile(0.99, llm_latency_bucket) > 10"), facts);
  const errors = lintRule(
    rule("rate(llm_errors_total[5m]) / rate(llm_requests_total[5m]) > 0.05", "critical"),
    facts,
  );
  const memory = lintRule(rule("gpu_memory_used / gpu_memory_total > 0.9", "warning"), facts);

  it("say what they really compare", () => {
    expect(find(latency, "histogram-of-all-time").text).toMatch(
      /p99 of every request since each process started, for each series by itself/,
    );
    expect(find(errors, "never-matches").text).toMatch(
      /never fires.*llm_errors_total carries type, which llm_requests_total does not/,
    );
    expect(find(memory, "severity-contradicts").text).toMatch(
      /above 90\s% is warning here, and critical in the usual set: warning above 80\s%, critical above 90\s%/,
    );
    expect(find(memory, "cause-pages").text).toMatch(/vLLM 90\s%/);
  });

  it("are corrected", () => {
    expect(first(find(latency, "histogram-of-all-time"))).toEqual([
      "histogram_quantile(0.99, sum by (le) (rate(llm_latency_bucket[5m]))) > 10",
    ]);
    expect(first(find(latency, "one-tier"))).toEqual([
      "histogram_quantile(0.99, llm_latency_bucket) > 5",
      "histogram_quantile(0.99, llm_latency_bucket) > 10",
    ]);
    expect(first(find(errors, "never-matches"))).toEqual([
      "sum(rate(llm_errors_total[5m])) / sum(rate(llm_requests_total[5m])) > 0.05",
    ]);
    expect(find(memory, "severity-contradicts").corrected[0]?.rules).toMatchObject([
      {
        expr: "gpu_memory_used / gpu_memory_total",
        comparison: ">",
        levels: [
          { severity: "warning", threshold: 0.8 },
          { severity: "critical", threshold: 0.9 },
        ],
      },
    ]);
    expect(find(memory, "cause-pages").corrected).toMatchObject([{ mode: "observe" }]);
  });

  it("are left alone once they are", () => {
    for (const finding of [...latency, ...errors, ...memory])
      for (const { rules, mode } of finding.corrected)
        for (const corrected of rules) {
          const again = lintRule({ ...corrected, ...(mode === undefined ? {} : { mode }) }, facts);
          expect(again.map(({ id }) => id)).not.toContain(finding.id);
        }
  });

  describe.skipIf(whyNoPrometheus())("at a real Prometheus", () => {
    const minutes = Array.from({ length: 41 }, (_, n) => 1_700_000_000 + 15 * n);
    const grows = (perStep: number): [number, number][] =>
      minutes.map((time, n) => [time, 1_000 + perStep * n]);
    const level = (value: number): [number, number][] => minutes.map((time) => [time, value]);
    const target = { job: "chat", instance: "a:9000" };
    const families: OpenMetricsFamily[] = [
      {
        name: "llm_latency",
        type: "histogram",
        // All of the last minutes are slow; the thousands before were fast.
        series: [
          ...["0.5", "10"].map((le) => ({
            suffix: "_bucket",
            labels: { ...target, le },
            samples: level(100_000),
          })),
          ...["20", "+Inf"].map((le) => ({
            suffix: "_bucket",
            labels: { ...target, le },
            samples: minutes.map((time, n): [number, number] => [time, 100_000 + 10 * n]),
          })),
        ],
      },
      {
        name: "llm_errors",
        type: "counter",
        series: ["oom", "timeout"].map((type) => ({
          suffix: "_total",
          labels: { ...target, type },
          samples: grows(5),
        })),
      },
      {
        name: "llm_requests",
        type: "counter",
        series: [{ suffix: "_total", labels: target, samples: grows(100) }],
      },
      ...(["used", "total"] as const).map(
        (name): OpenMetricsFamily => ({
          name: `gpu_memory_${name}`,
          type: "gauge",
          series: ["0", "1"].map((gpu) => ({
            labels: { ...target, gpu },
            samples: level(name === "total" ? 80 : gpu === "0" ? 68 : 76),
          })),
        }),
      ),
    ];
    let server: RunningPrometheus;
    beforeAll(async () => {
      server = await startPrometheus({ openMetrics: openMetricsText(families) });
    }, 30_000);
    afterAll(() => server?.stop());
    const values = async (expr: string): Promise<number[]> => {
      const query = new URLSearchParams({ query: expr, time: String(minutes.at(-1)) });
      const answer = await (await fetch(`${server.url}/api/v1/query?${query}`)).json();
      if (answer.status !== "success") throw new Error(answer.error);
      return answer.data.result.map((one: { value: [number, string] }) => Number(one.value[1]));
    };

    it("fire only in their corrected form", async () => {
      const slow = find(latency, "histogram-of-all-time");
      expect(await values(slow.rules[0]!)).toEqual([]);
      expect((await values(first(slow)[0]!))[0]).toBeCloseTo(19.9, 1);

      const failing = find(errors, "never-matches");
      expect(await values(failing.rules[0]!)).toEqual([]);
      expect((await values(first(failing)[0]!))[0]).toBeCloseTo(0.1, 6);

      const full = find(memory, "severity-contradicts");
      expect(await values(full.rules[0]!)).toEqual([0.95]);
      const [warning, critical] = first(full);
      expect(await values(warning!)).toEqual([0.85, 0.95]);
      expect(await values(critical!)).toEqual([0.95]);
    });
  });
});

describe("one rule", () => {
  it.each<[id: FindingId, rule: LintedRule, text: RegExp, corrected: string[]]>([
    ["does-not-parse", rule("rate(x) > 1"), /column 6/, []],
    [
      "histogram-per-series",
      rule("histogram_quantile(0.9, rate(x_bucket[5m])) > 1"),
      /each series by itself/,
      ["histogram_quantile(0.9, sum by (le) (rate(x_bucket[5m]))) > 1"],
    ],
    [
      "histogram-of-all-time",
      rule("histogram_quantile(0.9, sum by (le) (x_bucket offset 1h)) > 1"),
      /since each process started: buckets/,
      ["histogram_quantile(0.9, sum by (le) (rate(x_bucket[5m] offset 1h))) > 1"],
    ],
    [
      "histogram-without-le",
      rule("histogram_quantile(0.9, sum by (job) (rate(x_bucket[5m]))) > 1"),
      /drops the label le/,
      ["histogram_quantile(0.9, sum by (le, job) (rate(x_bucket[5m]))) > 1"],
    ],
    [
      "average-of-quantiles",
      rule("avg(histogram_quantile(0.9, sum by (le, a) (rate(x_bucket[5m])))) > 1"),
      /percentile of nothing/,
      [],
    ],
    [
      "never-matches",
      rule("gpu_memory_used * gpu_info > 5"),
      /gpu_memory_used carries job and instance.*gpu_info carries model/,
      [],
    ],
    [
      "never-matches",
      rule("gpu_memory_used / ignoring (gpu) llm_errors_total > 5"),
      /llm_errors_total carries type/,
      [],
    ],
    [
      "never-matches",
      rule("gpu_memory_used and llm_requests_total > 5"),
      /carries gpu/,
      ["gpu_memory_used and on (instance, job) llm_requests_total > 5"],
    ],
    [
      "matches-by-all-labels",
      rule("rate(a_errors_total[5m]) / rate(a_requests_total[5m]) > 0.1"),
      /exactly the same labels/,
      ["sum(rate(a_errors_total[5m])) / sum(rate(a_requests_total[5m])) > 0.1"],
    ],
    [
      "counter-of-all-time",
      rule("sum(llm_errors_total) > 100"),
      /since each process started/,
      ["sum(increase(llm_errors_total[5m])) > 100"],
    ],
    [
      "quantile-out-of-range",
      rule("histogram_quantile(99, sum by (le) (rate(llm_latency_bucket[5m]))) > 10"),
      /^It fires for every series at all times: .*of 99 it gives \+Inf/,
      ["histogram_quantile(0.99, sum by (le) (rate(llm_latency_bucket[5m]))) > 10"],
    ],
    [
      "quantile-out-of-range",
      rule("quantile(95, queue) < 3 and quantile_over_time(-1, queue[5m]) < 2"),
      /^quantile takes a quantile between 0 and 1/,
      [],
    ],
    [
      "counter-of-all-time",
      rule("llm_reloads > 3"),
      /all that llm_reloads has counted/,
      ["increase(llm_reloads[5m]) > 3"],
    ],
    [
      "counter-of-all-time",
      rule("sum(llm_errors_total) / sum(llm_requests_total) > 0.05"),
      /the share of all that llm_errors_total and llm_requests_total have counted/,
      ["sum(increase(llm_errors_total[5m])) / sum(increase(llm_requests_total[5m])) > 0.05"],
    ],
    [
      "rate-of-gauge",
      rule("sum(rate(llm_slots[5m])) > 3 and increase(vllm:num_requests_waiting[5m]) > 1"),
      /^llm_slots is a gauge, and rate\(\) is for counters/,
      ["sum(deriv(llm_slots[5m])) > 3 and delta(vllm:num_requests_waiting[5m]) > 1"],
    ],
    [
      "rate-of-gauge",
      rule("increase(gpu_memory_used[5m]) > 3"),
      /is a gauge by its name/,
      ["delta(gpu_memory_used[5m]) > 3"],
    ],
    [
      "value-in-label",
      rule("queue > 5", "page", { labels: { seen: "{{ $value }}", team: "ml" } }),
      /The label seen holds the value.*fires only while the value stands still/,
      ["queue > 5"],
    ],
    [
      "wrong-unit",
      rule(
        "histogram_quantile(0.99, sum by (le) (rate(vllm:e2e_request_latency_seconds_bucket[5m]))) > 5000",
      ),
      /This is in seconds, and 5000 is 5,000\ss/,
      ["histogram_quantile(0.99, sum by (le) (rate(vllm:e2e_request_latency_seconds_bucket[5m]))) > 5"],
    ],
    [
      "wrong-unit",
      rule("node_memory_used_bytes > 60"),
      /This is in bytes, and 60 is 60\sB: it fires nearly always/,
      ["node_memory_used_bytes > 64424509440"],
    ],
    [
      "window-too-short",
      rule("max_over_time(queue[10s]) > 5"),
      /Looks back 10s, while a sample comes every 15s: between two samples it gives nothing/,
      ["max_over_time(queue[1m]) > 5"],
    ],
    ["always-fires", rule("up == bool 0"), /0 or 1/, ["up == 0"]],
    ["always-fires", rule("rate(llm_errors_total[5m])"), /nothing is compared/, []],
    [
      "ratio-or-percent",
      rule("sum(rate(llm_errors_total[5m])) / sum(rate(llm_requests_total[5m])) > 5"),
      /between 0 and 1, and 5 would be 500\s%/,
      ["sum(rate(llm_errors_total[5m])) / sum(rate(llm_requests_total[5m])) > 0.05"],
    ],
    [
      "ratio-or-percent",
      rule("gpu_utilization_percent > 0.9"),
      /0.9 is 0.9\s%/,
      ["gpu_utilization_percent > 90"],
    ],
    [
      "no-bucket-bound",
      rule("histogram_quantile(0.99, sum by (le) (rate(llm_latency_bucket[5m]))) > 6"),
      /between 5\ss and 10\ss/,
      ["histogram_quantile(0.99, sum by (le) (rate(llm_latency_bucket[5m]))) > 5"],
    ],
    [
      "above-last-bucket",
      rule("histogram_quantile(0.99, sum by (le) (rate(llm_latency_bucket[5m]))) > 20"),
      /never fires: the last bucket.*20\ss/,
      ["histogram_quantile(0.99, sum by (le) (rate(llm_latency_bucket[5m]))) > 10"],
    ],
    [
      "window-too-short",
      rule("sum(rate(x[30s] offset 5m)) > 1 and rate(y[10s]) > 1"),
      /Looks back 30s, while a sample comes every 15s/,
      ["sum(rate(x[1m] offset 5m)) > 1 and rate(y[1m]) > 1"],
    ],
    [
      "metric-absent",
      rule("max(vllm:gpu_cache_usage_perc) > 0.9"),
      /seven days/,
      ["max(vllm:kv_cache_usage_perc) > 0.9"],
    ],
    [
      "tiers-inverted",
      rule("a", null, {
        comparison: ">",
        levels: [
          { severity: "warning", threshold: 10 },
          { severity: "critical", threshold: 5 },
        ],
      }),
      /nobody is warned before it is critical/,
      ["a > 5", "a > 10"],
    ],
    [
      "severity-contradicts",
      rule("100 * sum(rate(llm_errors_total[5m])) / sum(rate(llm_requests_total[5m])) > 6", "warning"),
      /above 6\s% is warning here, and critical/,
      [1, 5].map(
        (percent) => `100 * sum(rate(llm_errors_total[5m])) / sum(rate(llm_requests_total[5m])) > ${percent}`,
      ),
    ],
    ["one-tier", rule("queue > 5", "critical"), /nobody is warned before/, []],
    [
      "cause-pages",
      rule("DCGM_FI_DEV_GPU_UTIL > 95", "critical"),
      /healthy at 95\s%/,
      ["DCGM_FI_DEV_GPU_UTIL > 95"],
    ],
  ])("%s: %#", (id, linted, text, corrected) => {
    const found = find(lintRule(linted, facts), id);
    expect(found.text).toMatch(text);
    expect(first(found)).toEqual(corrected);
  });

  it.each([
    "histogram_quantile(0.99, sum by (le) (rate(llm_latency_bucket[5m]))) > 10",
    "sum(rate(llm_errors_total[5m])) / sum(rate(llm_requests_total[5m])) > 0.05",
    "sum by (job) (rate(llm_errors_total[5m])) / sum by (job) (rate(llm_requests_total[5m])) > 0.05",
    // A part of the failures, and what did not fail: other thresholds are theirs.
    'sum(rate(llm_errors_total{type="oom"}[5m])) / sum(rate(llm_requests_total[5m])) > 0.01',
    "1 - sum(rate(llm_errors_total[5m])) / sum(rate(llm_requests_total[5m])) < 0.99",
    "absent(vllm:gpu_cache_usage_perc)",
    "vector(1)",
    "up == 0",
    "llm_errors_total unless llm_requests_total",
    "time() - process_start_time_seconds < 300",
    // A gauge by its type, whatever its name; and gauges that are looked back on.
    "llm_budget_total > 5",
    "deriv(llm_slots[5m]) > 5",
    "max_over_time(queue[1m]) > 5",
    "llm_errors_total / llm_budget_total > 0.5",
    "node_memory_used_bytes > 60000000000",
  ])("has nothing against %s", (expr) => {
    const thoughts = ["one-tier", "without-guidance"];
    expect(lintRule(rule(expr), facts).filter(({ id }) => !thoughts.includes(id))).toEqual([]);
  });

  it("tells the usual cause and what to do where a rule of a known signal says neither", () => {
    const expr = "sum(rate(llm_errors_total[5m])) / sum(rate(llm_requests_total[5m])) > 0.05";
    const told = (annotations: Record<string, string>, of = expr) =>
      lintRule(rule(of, "critical", { annotations }), { ...facts, consoleUrl: "https://c.example" }).find(
        ({ id }) => id === "without-guidance",
      );
    const found = told({ summary: "errors" });
    expect(found?.text).toMatch(/usual cause: A deploy, a replica out of memory/);
    const corrected = found?.corrected[0]?.rules[0];
    expect(corrected).toMatchObject({
      expr,
      annotations: {
        summary: "errors",
        cause: expect.stringMatching(/^A deploy/),
        action: expect.stringMatching(/\.$/),
        runbook_url: "https://c.example/docs/alerts#error-rate",
      },
    });
    expect(told(corrected?.annotations ?? {})).toBeUndefined();
    expect(told({ runbook_url: "https://own.example" })).toBeUndefined();
    expect(told({}, "sum(backlog) > 5")).toBeUndefined();
  });

  it("gives only corrections that parse, and says nothing of what it was not told", () => {
    const unknown = lintRule(
      rule("rate(llm_errors_total[5s]) / rate(llm_requests_total[5m]) > 0.05"),
      noFacts,
    );
    expect(unknown.map(({ id }) => id)).toEqual(["matches-by-all-labels", "one-tier", "without-guidance"]);
    for (const { corrected } of unknown)
      for (const { rules } of corrected)
        for (const each of rules) for (const expr of exprsOf(each)) expect(parsePromql(expr).ok).toBe(true);
  });
});

it.each([
  ["the other side of an or", "max(vllm:kv_cache_usage_perc or vllm:gpu_cache_usage_perc) > 0.9"],
  [
    "one of three",
    "(vllm:gpu_cache_usage_perc or vllm:kv_cache_usage_perc) or vllm:gpu_cache_usage_perc > 0.9",
  ],
  ["what unless takes away", "max(x) > 0.9 unless on () vllm:gpu_cache_usage_perc"],
])("does not miss a metric that need not be there: %s", (_what, expr) => {
  expect(lintRule(rule(expr), facts).map(({ id }) => id)).not.toContain("metric-absent");
});

it("misses a metric of which both sides of an or are gone", () => {
  const found = lintRule(rule("(vllm:gpu_cache_usage_perc or vllm:gpu_cache_usage_perc) > 0.9"), facts);
  expect(found.map(({ id }) => id)).toContain("metric-absent");
});

describe("a set", () => {
  const quiet = { ...noFacts };
  const ids = (...rules: LintedRule[]) => lintRules(rules, () => quiet).map(({ id }) => id);
  const queue = (threshold: number, severity: string | null, more: Partial<LintedRule> = {}): LintedRule =>
    rule(`sum(backlog) > ${threshold}`, severity, { id: `${threshold} ${severity} ${more.name}`, ...more });

  it("takes two rules of one alert as its tiers", () => {
    expect(ids(queue(100, "warning"), queue(500, "critical"))).toEqual([]);
  });

  it("merges two alerts of which one fires whenever the other does", () => {
    const found = find(
      lintRules(
        [queue(100, "warning", { name: "Long" }), queue(500, "critical", { name: "TooLong" })],
        () => quiet,
      ),
      "overlaps",
    );
    expect(found.text).toMatch(/Long \(> 100\) fires too whenever TooLong \(> 500\) does/);
    expect(found.corrected[0]?.rules).toMatchObject([
      {
        name: "Long",
        expr: "sum(backlog)",
        levels: [
          { severity: "warning", threshold: 100 },
          { severity: "critical", threshold: 500 },
        ],
      },
    ]);
  });

  it("finds the same twice, and what contradicts", () => {
    expect(ids(queue(100, "page", { name: "A" }), queue(100, "page", { name: "B" }))).toContain("overlaps");
    expect(ids(queue(100, "warning"), queue(100, "critical"))).toContain("severity-contradicts");
    const inverted = find(
      lintRules([queue(500, "warning"), queue(100, "critical")], () => quiet),
      "severity-contradicts",
    );
    expect(inverted.corrected[0]?.rules[0]?.levels).toEqual([
      { severity: "warning", threshold: 100 },
      { severity: "critical", threshold: 500 },
    ]);
  });

  it("says once of two rules what is so of each pair of their tiers", () => {
    const tiered = (name: string, warning: number, critical: number): LintedRule => ({
      ...rule("sum(backlog)", null, { id: name, name }),
      comparison: ">",
      levels: [
        { severity: "warning", threshold: warning },
        { severity: "critical", threshold: critical },
      ],
    });
    const same = lintRules([tiered("A", 100, 500), tiered("B", 100, 500)], () => quiet);
    expect(same.map(({ id, severity }) => `${id} ${severity}`)).toEqual(["overlaps warning"]);
    expect(same[0]!.text).toMatch(/A and B compare the same with the same thresholds: /);
    expect(ids(tiered("A", 100, 500), tiered("B", 200, 600))).toEqual(["overlaps"]);
    const [thrice, ...others] = lintRules(
      [tiered("A", 100, 500), tiered("B", 100, 500), tiered("C", 100, 500)],
      () => quiet,
    );
    expect(thrice).toMatchObject({
      rules: ["A", "B", "C"],
      text: expect.stringMatching(/^A, B and C compare the same.*paged 3 times/),
      corrected: [{ title: "Keep A" }],
    });
    expect(others).toEqual([]);
  });

  it("finds one that is of all series and fires with another of some", () => {
    const of = (id: string, expr: string): LintedRule => rule(expr, "critical", { id, name: id });
    const told = (...rules: LintedRule[]) =>
      lintRules(rules, () => quiet).filter(({ id }) => id === "overlaps");
    const [found] = told(
      of("All", "sum(backlog) > 100"),
      of("Chat", 'sum (backlog{job="chat"}) > 100'),
      of("Embed", 'sum(backlog{env="prod", job="embed"}) > 200'),
    );
    expect(found?.rules).toEqual(["All", "Chat", "Embed"]);
    expect(found?.text).toMatch(/^All \(> 100\) is of all series, those of Chat and Embed among them/);
    // It is passed later than the other, averages out, or is of others.
    expect(told(of("All", "sum(backlog) > 100"), of("Chat", 'sum(backlog{job="chat"}) > 50'))).toEqual([]);
    expect(told(of("All", "avg(backlog) > 100"), of("Chat", 'avg(backlog{job="chat"}) > 100'))).toEqual([]);
    expect(told(of("A", 'sum(backlog{job="a"}) > 100'), of("B", 'sum(backlog{job="b"}) > 100'))).toEqual([]);
  });

  it.each<[what: string, exprOf: (n: number) => string, found: number, told: RegExp]>([
    [
      "the same",
      () => "sum(backlog) > 100",
      10_001,
      /^A0, A1, A2 and 9997 more compare the same with the same threshold: .* 10000 times/,
    ],
    [
      "the same with thresholds of their own",
      (n) => `sum(backlog) > ${100 + n}`,
      10_051,
      /^10000 rules, A0, A1, A2 and 9997 more, compare the same with 10000 thresholds.*50 such pairs/,
    ],
    [
      "a service each, beside one of all",
      (n) => (n === 0 ? "sum(backlog) > 100" : `sum(backlog{job="j${n}", env="prod"}) > 100`),
      10_001,
      /^A0 .* those of A1, A2, A3 and 9996 more among them/,
    ],
  ])("takes 10,000 rules that compare %s", { timeout: 120_000 }, (_what, exprOf, found, told) => {
    const many = Array.from({ length: 10_000 }, (_, n) =>
      rule(exprOf(n), "page", { id: `r${n}`, name: `A${n}` }),
    );
    const before = process.cpuUsage();
    const findings = lintRules(many, () => quiet);
    // Each has one tier; beside that what they are together.
    expect(findings).toHaveLength(found);
    expect(findings.find(({ id }) => id === "overlaps")?.rules).toHaveLength(50);
    expect(findings.map(({ text }) => text)).toContainEqual(expect.stringMatching(told));
    // Pairs of them all would be fifty million. 2 s as measured, and room for a slower machine.
    expect(process.cpuUsage(before).user / 1e6).toBeLessThan(10);
  });

  it("reads thousands of rules in seconds", { timeout: 120_000 }, () => {
    const many = Array.from({ length: 2_000 }, (_, n) =>
      rule(`sum(rate(errors_total{job="j${n}"}[5m])) / sum(rate(requests_total{job="j${n}"}[5m])) > 0.05`),
    );
    const before = process.cpuUsage();
    expect(lintRules(many, () => quiet)).toHaveLength(2_000);
    expect(process.cpuUsage(before).user / 1e6).toBeLessThan(5);
  });

  it("leaves rules of other services alone", () => {
    const of = (job: string) =>
      rule(`sum(vllm:num_requests_waiting{job="${job}"}) > 500`, "critical", { id: job, name: job });
    expect(ids(of("a"), of("b"))).not.toContain("overlaps");
  });
});
