import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DEFAULT_TEAM_ID, systemActor } from "@/lib/auth/actor";
import type { Transaction } from "@/lib/db/client";
import { saveDiscoveries } from "@/lib/services/commands";
import { asUser, expectAudit, withTestTransaction } from "@/testing/database";
import {
  openMetricsText,
  type RunningPrometheus,
  startPrometheus,
  whyNoPrometheus,
} from "@/testing/prometheus";
import { acceptUsualRules } from "./commands";
import { usualRules } from "./queries";

const end = 1_760_000_400;
const now = new Date(end * 1000);
const start = end - 7 * 86_400;
const job = `usual-${randomUUID()}`;
/** The same in each test, since what measures a service is kept for a while. */
const sourceName = `usual-${randomUUID()}`;

/** Every minute of seven days; the queue is long for 20 minutes of each day, the cache full for 20 minutes on one. */
const samplesOf = (valueAt: (second: number, day: number) => number): [number, number][] =>
  Array.from({ length: 7 * 1_440 + 1 }, (_, index) => [
    start + index * 60,
    valueAt((index * 60) % 86_400, Math.floor(index / 1_440)),
  ]);
const isNoon = (second: number) => second >= 43_200 && second < 44_400;

describe.skipIf(whyNoPrometheus())("the usual rules of a service against a real Prometheus", () => {
  let prometheus: RunningPrometheus;
  beforeAll(async () => {
    const gauge = (name: string, valueAt: (second: number, day: number) => number) => ({
      name,
      type: "gauge" as const,
      series: [
        {
          labels: { job, instance: "a:8000", model_name: "llama", engine: "0" },
          samples: samplesOf(valueAt),
        },
      ],
    });
    prometheus = await startPrometheus({
      openMetrics: openMetricsText([
        gauge("vllm:num_requests_running", () => 4),
        {
          name: "vllm:num_preemptions",
          type: "counter" as const,
          series: [
            {
              suffix: "_total",
              labels: { job, instance: "a:8000", model_name: "llama", engine: "0" },
              // One a second from half an hour before the end on.
              samples: samplesOf((second, day) => Math.max(0, day * 86_400 + second - (7 * 86_400 - 1_800))),
            },
          ],
        },
        gauge("vllm:num_requests_waiting", (second) => (isNoon(second) ? 600 : 1)),
        gauge("vllm:kv_cache_usage_perc", (second, day) => (day === 2 && isNoon(second) ? 0.99 : 0.4)),
      ]),
    });
  });
  afterAll(() => prometheus.stop());

  async function scenario(tx: Transaction) {
    const operator = await asUser(tx, "operator");
    const source = await tx.source.create({
      data: {
        teamId: DEFAULT_TEAM_ID,
        kind: "prometheus",
        name: sourceName,
        url: prometheus.url,
      },
    });
    await saveDiscoveries(systemActor("service-discovery"), {
      sourceId: source.id,
      seenAt: now,
      services: [
        {
          identity: { job },
          engines: ["vllm"],
          models: ["llama"],
          versions: [],
          instances: ["a:8000"],
          labels: {},
          selector: {
            profiles: [{ id: "vllm", matchers: [{ label: "job", op: "=", value: job }], labels: {} }],
            scrapeInterval: 60,
          },
        },
      ],
    });
    return { operator, source };
  }

  it("come with the pages that a week would have had, and the noisy ones not ticked", () =>
    withTestTransaction(async (tx) => {
      const { operator } = await scenario(tx);
      const { items } = await usualRules(operator, job, { now });
      const of = (key: string) => items.find((item) => item.key === key)!;
      // Both tiers begin to fire at one evaluation of each day: one page.
      expect(of("queue-depth")).toMatchObject({
        levels: [
          { severity: "warning", threshold: 100 },
          { severity: "critical", threshold: 500 },
        ],
        backtest: { pages: 7, reason: null },
        isTicked: false,
        mode: "enforce",
      });
      expect(of("queue-depth").backtest.pagesPerWeek).toBeCloseTo(7, 0);
      expect(of("preemptions")).toMatchObject({ backtest: { pages: 1, firesNow: true }, isTicked: false });
      expect(of("kv-cache").backtest.firesNow).toBe(false);
      expect(of("kv-cache")).toMatchObject({ backtest: { pages: 1 }, isTicked: true, ruleId: null });
      expect(of("kv-cache").backtest.pagesPerWeek).toBeCloseTo(1, 0);
      // There are no requests to tell it from.
      expect(of("latency")).toMatchObject({ backtest: { pagesPerWeek: null }, isTicked: true });
      expect(of("latency").backtest.reason).toMatch(/Nothing was measured/);
    }));

  it("are made as they are or adjusted, all or none, and once", () =>
    withTestTransaction(async (tx) => {
      const { operator, source } = await scenario(tx);
      const levels = [
        { severity: "warning", threshold: 50 },
        { severity: "critical", threshold: 700 },
      ];
      const accept = {
        service: job,
        keys: ["queue-depth" as const, "kv-cache" as const],
        adjust: { "queue-depth": { levels, for: "10m", mode: "observe" as const } },
        now,
      };
      const { items, kept } = await acceptUsualRules(operator, accept);
      expect(kept).toEqual([]);
      expect(items).toMatchObject([
        {
          name: "LLMLongQueue",
          levels,
          for: 600,
          mode: "observe",
          services: [job],
          signal: { service: job, signal: "queue_depth" },
          group: { name: job, source: source.name },
        },
        { name: "LLMKVCacheFull", mode: "enforce", for: 600 },
      ]);
      for (const { id } of items)
        await expectAudit(tx, "alert_rule", id, { action: "alert_rules:add", actorId: operator.id });
      expect(await acceptUsualRules(operator, accept)).toEqual({
        items: [],
        kept: ["queue-depth", "kv-cache"],
      });
      const offered = await usualRules(operator, job, { now });
      expect(offered.items.find(({ key }) => key === "kv-cache")).toMatchObject({
        isTicked: false,
        ruleId: items[1]!.id,
      });

      await expect(
        acceptUsualRules(operator, {
          service: job,
          keys: ["preemptions", "no-data"],
          adjust: { "no-data": { levels } },
          now,
        }),
      ).rejects.toMatchObject({ code: "invalid_request" });
      expect(await tx.alertRule.count({ where: { services: { has: job } } })).toBe(2);
      await expect(acceptUsualRules(await asUser(tx, "viewer"), accept)).rejects.toMatchObject({
        code: "forbidden",
      });
      await expect(usualRules(operator, "no-such-service", { now })).rejects.toMatchObject({
        code: "not_found",
      });
    }));
});
