import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { closeUpstreamConnections } from "@/lib/upstream/fetch";
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

describe("what targets declare", () => {
  let server: Server;
  const asked: string[] = [];
  beforeAll(async () => {
    const of = (...types: string[]) => types.map((type) => ({ type, help: "", unit: "" }));
    const declared: Record<string, unknown> = {
      reloads: of("counter"),
      llm_errors: of("counter"),
      llm_latency: of("histogram"),
      slots: of("gauge"),
      torn: of("gauge", "counter"),
      vague: of("unknown"),
    };
    server = createServer((request, response) => {
      const { pathname, searchParams } = new URL(request.url!, "http://server");
      const metric = searchParams.get("metric");
      const isMetadata = pathname === "/api/v1/metadata";
      if (isMetadata) asked.push(metric ?? "all");
      const data = metric === null ? declared : metric in declared ? { [metric]: declared[metric] } : {};
      response.writeHead(isMetadata ? 200 : 404, { "content-type": "application/json" });
      response.end(JSON.stringify({ status: "success", data }));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });
  afterAll(async () => {
    await closeUpstreamConnections();
    server.close();
  });
  const typesOf = async (...metrics: string[]) => {
    const { port } = server.address() as AddressInfo;
    const target = {
      id: "declared",
      kind: "prometheus" as const,
      url: `http://127.0.0.1:${port}`,
      headers: {},
    };
    asked.length = 0;
    const { factsFor } = await readFacts(
      target,
      metrics.map((metric) => rule(`${metric} > 5`)),
      { now },
    );
    return metrics.map((metric) => factsFor(rule(metric)).typeOf(metric));
  };

  it("is asked for a few metrics one by one, by the name of their family too", async () => {
    expect(await typesOf("reloads", "llm_errors_total", "slots")).toEqual(["counter", "counter", "gauge"]);
    expect(asked.sort()).toEqual(["llm_errors", "llm_errors_total", "reloads", "slots"]);
  });

  it("is asked for many at once; what is not said, or said twice, is not known", async () => {
    const metrics = [
      "llm_latency_bucket",
      "llm_latency_count",
      "llm_latency",
      "torn",
      "vague",
      "slots_count",
      "none",
      "other",
    ];
    expect(await typesOf(...metrics)).toEqual(["counter", "counter", ...Array(6).fill(undefined)]);
    expect(asked).toEqual(["all"]);
  });
});
