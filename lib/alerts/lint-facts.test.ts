import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  openMetricsText,
  type RunningPrometheus,
  startPrometheus,
  whyNoPrometheus,
} from "@/testing/prometheus";
import type { LintedRule } from "./lint/finding";
import { lintRules } from "./lint/set";
import { readFacts } from "./lint-facts";

const end = 1_760_000_000;
const now = new Date(end * 1000);
const samplesOf = (rise: number, step = 15, ago = 0): [number, number][] =>
  Array.from({ length: 80 }, (_, index) => [end - ago - (79 - index) * step, index * rise]);

const rule = (expr: string): LintedRule => ({
  id: expr,
  name: "Rule",
  expr,
  comparison: null,
  levels: [{ severity: null, threshold: null }],
  for: 0,
  keepFiringFor: 0,
  labels: {},
  annotations: {},
});

const division = rule("rate(llm_errors_total[30s]) / rate(llm_requests_total[30s]) > 0.05");
const quantile = rule("histogram_quantile(0.99, sum by (le) (rate(llm_latency_seconds_bucket[5m]))) > 3");
const gone = rule("old_depth > 5");
const uneven = rule("uneven_total / llm_requests_total > 1");

describe.skipIf(whyNoPrometheus())("what lint asks of a real Prometheus", () => {
  let prometheus: RunningPrometheus;
  beforeAll(async () => {
    prometheus = await startPrometheus({
      openMetrics: openMetricsText([
        {
          name: "llm_errors",
          type: "counter",
          series: [{ suffix: "_total", labels: { job: "chat", type: "5xx" }, samples: samplesOf(1) }],
        },
        {
          name: "llm_requests",
          type: "counter",
          series: [{ suffix: "_total", labels: { job: "chat" }, samples: samplesOf(10) }],
        },
        {
          name: "uneven",
          type: "counter",
          series: [
            { suffix: "_total", labels: { job: "chat" }, samples: samplesOf(1) },
            { suffix: "_total", labels: { job: "chat", type: "5xx" }, samples: samplesOf(1) },
          ],
        },
        {
          name: "llm_latency_seconds",
          type: "histogram",
          series: ["1", "2.5", "5", "+Inf"].map((le) => ({
            suffix: "_bucket",
            labels: { job: "chat", le },
            samples: samplesOf(1),
          })),
        },
        {
          name: "old_depth",
          type: "gauge",
          series: [{ labels: { job: "chat" }, samples: samplesOf(0, 15, 9 * 86_400) }],
        },
      ]),
    });
  });
  afterAll(() => prometheus.stop());

  const target = () => ({
    id: "lint-facts-test",
    kind: "prometheus" as const,
    url: prometheus.url,
    headers: {},
  });

  it("knows labels, bounds, what is there and how often it is scraped", async () => {
    const rules = [division, quantile, gone, uneven];
    const { factsFor, unanswered, unasked } = await readFacts(target(), rules, { now });
    const facts = factsFor(division);
    expect({ unanswered, unasked }).toEqual({ unanswered: 0, unasked: 0 });
    expect(facts.labelsOf("llm_errors_total")).toEqual(["job", "type"]);
    expect(facts.labelsOf("llm_requests_total")).toEqual(["job"]);
    expect(facts.labelsOf("uneven_total")).toBeUndefined();
    expect(facts.boundsOf("llm_latency_seconds")).toEqual([1, 2.5, 5]);
    expect(facts.seenInLastSevenDays("llm_errors_total")).toBe(true);
    expect(facts.seenInLastSevenDays("old_depth")).toBe(false);
    expect(facts.seenInLastSevenDays("never_asked")).toBeUndefined();
    expect(facts.scrapeInterval).toBe(15);
    const found = lintRules(rules, factsFor).map(({ id, rules: of }) => [id, of[0]]);
    expect(found).toContainEqual(["never-matches", division.id]);
    expect(found).toContainEqual(["window-too-short", division.id]);
    expect(found).toContainEqual(["no-bucket-bound", quantile.id]);
    expect(found).toContainEqual(["metric-absent", gone.id]);
    expect(found).not.toContainEqual(["never-matches", uneven.id]);
  });

  it("says nothing of what a source does not answer", async () => {
    const deaf = { ...target(), id: "lint-facts-deaf", url: "http://127.0.0.1:9" };
    const { factsFor, unanswered } = await readFacts(deaf, [division], { now });
    expect(unanswered).toBe(6);
    expect(factsFor(division).labelsOf("llm_errors_total")).toBeUndefined();
    expect(factsFor(division).seenInLastSevenDays("llm_errors_total")).toBeUndefined();
  });
});
