import { describe, expect, it } from "vitest";
import { parsePromql } from "@/lib/promql/parse";
import type { ProfileId } from "@/lib/signals/profile";
import type { MeasuredService } from "@/lib/signals/service";
import { openMetricsText, startPrometheus, whyNoPrometheus } from "@/testing/prometheus";
import { noFacts } from "./lint/finding";
import { lintRules } from "./lint/set";
import { exprOf } from "./rule";
import { parseTemplate } from "./template/template";
import { usualKeys } from "./usual-keys";
import { usualSet } from "./usual-set";

const service = (...ids: ProfileId[]): MeasuredService => ({
  name: "chat-api",
  sourceName: "prod",
  scrapeInterval: 15,
  profiles: ids.map((id) => ({ id, matchers: [{ label: "job", op: "=", value: id }], labels: {} })),
});
const setOf = (...ids: ProfileId[]) => usualSet(service(...ids), { consoleUrl: "https://console.example" });
const vllm = setOf("vllm", "dcgm", "plain", "node-exporter");
const plain = setOf("plain");

describe("usualSet", () => {
  it("has every rule that the service can give, each once and under a name that stays", () => {
    expect(vllm.map(({ key }) => key)).toEqual(usualKeys);
    expect(plain.map(({ id }) => id)).toEqual(
      ["latency", "error-rate", "gpu-utilization", "gpu-memory", "no-data", "replica-not-ready"].map(
        (key) => `chat-api/${key}`,
      ),
    );
  });

  it("has the field's thresholds, strictly above", () => {
    const levels = Object.fromEntries(
      vllm.map(({ key, comparison, levels }) => [
        key,
        [comparison, ...levels.map(({ severity, threshold }) => `${severity} ${threshold}`)],
      ]),
    );
    expect(levels).toMatchObject({
      latency: [">", "warning 5", "critical 10"],
      ttft: [">", "warning 0.5", "critical 1"],
      itl: [">", "warning 0.05", "critical 0.1"],
      "error-rate": [">", "warning 0.01", "critical 0.05"],
      "queue-depth": [">", "warning 100", "critical 500"],
      "gpu-utilization": [">", "warning 0.9", "critical 0.95"],
      "gpu-memory": [">", "warning 0.8", "critical 0.9"],
      xid: [">", "critical 0"],
      "no-data": [null, "critical null"],
    });
  });

  it("reads what the signals read, over five minutes and a GPU at a time", () => {
    const exprOfKey = (key: string) => plain.find((rule) => rule.key === key)?.expr;
    expect(exprOfKey("error-rate")).toBe(
      'sum(rate(llm_errors_total{job="plain"}[5m])) / sum(rate(llm_requests_total{job="plain"}[5m]))',
    );
    expect(exprOfKey("gpu-utilization")).toMatch(
      /^avg by \(gpu, .*gpu_utilization_percent\{job="plain"\}\[5m\]/,
    );
    expect(exprOfKey("no-data")).toBe('absent(llm_requests_total{job="plain"})');
    expect(exprOfKey("replica-not-ready")).toContain('up{job="plain"} == 0 and on (job, instance)');
  });

  it("pages for what users feel", () => {
    const observed = (rules: typeof vllm) => rules.filter(({ pages }) => !pages).map(({ key }) => key);
    expect(observed(vllm)).toEqual(["gpu-utilization", "gpu-memory"]);
    // Nothing reserves the memory here: its being full is news.
    expect(observed(plain)).toEqual(["gpu-utilization"]);
  });

  it("is PromQL with templates that parse, and passes its own lint", () => {
    for (const rule of [...vllm, ...plain]) {
      for (const level of rule.levels) expect(parsePromql(exprOf(rule, level))).toMatchObject({ ok: true });
      for (const text of Object.values(rule.annotations)) expect(parseTemplate(text)).toBeNull();
      expect(rule.annotations.runbook_url).toBe(`https://console.example/docs/alerts#${rule.key}`);
      expect(rule.labels).toEqual({ service: "chat-api" });
    }
    const asEnforced = vllm.map((rule) => ({
      ...rule,
      mode: rule.pages ? ("enforce" as const) : ("observe" as const),
    }));
    expect(lintRules(asEnforced, () => ({ ...noFacts, scrapeInterval: 15 }))).toEqual([]);
  });

  it.skipIf(whyNoPrometheus())(
    "misses replicas and the whole service at a real Prometheus",
    { timeout: 30_000 },
    async () => {
      const start = 1_700_000_000;
      const samples = (from: number, to: number, value: number): [number, number][] =>
        Array.from({ length: (to - from) / 15 + 1 }, (_, n) => [start + from + 15 * n, value]);
      const of = (job: string, instance: string) => ({ job, instance });
      const openMetrics = openMetricsText([
        {
          name: "llm_requests",
          type: "counter",
          series: [
            { suffix: "_total", labels: of("plain", "a"), samples: samples(0, 3600, 7) },
            { suffix: "_total", labels: of("plain", "b"), samples: samples(0, 1800, 7) },
          ],
        },
        {
          name: "up",
          type: "gauge",
          series: [
            { labels: of("plain", "a"), samples: samples(0, 3600, 1) },
            { labels: of("plain", "b"), samples: [...samples(0, 1800, 1), ...samples(1815, 3600, 0)] },
            // Never one of the service's replicas.
            { labels: of("plain", "c"), samples: samples(0, 3600, 0) },
          ],
        },
      ]);
      const server = await startPrometheus({ openMetrics });
      try {
        const firing = async (key: string, after: number): Promise<(string | undefined)[]> => {
          const rule = plain.find((each) => each.key === key)!;
          const query = new URLSearchParams({
            query: exprOf(rule, rule.levels[0]!),
            time: String(start + after),
          });
          const { data } = await (await fetch(`${server.url}/api/v1/query?${query}`)).json();
          return data.result.map(
            ({ metric }: { metric: Record<string, string> }) => metric.instance ?? metric.job,
          );
        };
        expect(await firing("replica-not-ready", 1800)).toEqual([]);
        expect(await firing("replica-not-ready", 3600)).toEqual(["b"]);
        expect(await firing("no-data", 3600)).toEqual([]);
        expect(await firing("no-data", 4200)).toEqual(["plain"]);
      } finally {
        await server.stop();
      }
    },
  );
});
