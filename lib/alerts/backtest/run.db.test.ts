import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { addRule } from "@/lib/alerts/rules/commands";
import { ruleInputSchema } from "@/lib/alerts/rules/schema";
import { DEFAULT_TEAM_ID } from "@/lib/auth/actor";
import type { Transaction } from "@/lib/db/client";
import { asUser, withTestTransaction } from "@/testing/database";
import {
  openMetricsText,
  type RunningPrometheus,
  startPrometheus,
  whyNoPrometheus,
} from "@/testing/prometheus";
import { backtest } from "./run";
import { backtestInputSchema } from "./schema";

const start = 1_760_000_400;
const end = start + 6 * 3_600;
const now = new Date(end * 1000);
const bounds = ["0.5", "1", "2", "+Inf"];

const at = (seconds: number) => new Date((start + seconds) * 1000);

describe.skipIf(whyNoPrometheus())("a backtest against a real Prometheus", () => {
  let prometheus: RunningPrometheus;
  beforeAll(async () => {
    const minutes = Array.from({ length: 361 }, (_, index) => index * 60);
    prometheus = await startPrometheus({
      openMetrics: openMetricsText([
        {
          name: "queue",
          type: "gauge",
          series: [
            {
              labels: { service: "chat" },
              // There from the second hour on, high from the third to the fourth.
              samples: minutes
                .filter((second) => second >= 3_600)
                .map((second) => [start + second, second >= 10_800 && second < 14_400 ? 9 : 1]),
            },
          ],
        },
        {
          name: "latency_seconds",
          type: "histogram",
          series: bounds.map((le) => ({
            suffix: "_bucket",
            labels: { service: "chat", le },
            samples: minutes.map((second): [number, number] => [start + second, second]),
          })),
        },
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
        name: `backtest-${randomUUID()}`,
        url: prometheus.url,
      },
    });
    const replayed = (change: Record<string, unknown>) =>
      backtest(operator, backtestInputSchema.parse({ start, end, source: source.name, ...change }), { now });
    return { operator, source, replayed };
  }
  const long = { expr: "queue", comparison: ">", threshold: 5 };

  it("says from when on there was data, when it would have fired, and that it compares no histogram", () =>
    withTestTransaction(async (tx) => {
      const { replayed } = await scenario(tx);
      expect(await replayed({ ...long, for: "5m" })).toMatchObject({
        completeFrom: at(3_600).toISOString(),
        alerts: [
          {
            labels: { service: "chat" },
            pendingAt: at(10_800).toISOString(),
            firingAt: at(11_100).toISOString(),
            resolvedAt: at(14_400).toISOString(),
          },
        ],
        bounds: null,
        unit: null,
      });
    }));

  it("takes apart what compares with a number by itself, and looks at what other expressions read", () =>
    withTestTransaction(async (tx) => {
      const { replayed } = await scenario(tx);
      const split = await replayed({ ...long, for: "5m", pagesPerWeek: 0 });
      expect(await replayed({ expr: "5 < queue", for: "5m", pagesPerWeek: 0 })).toEqual(split);
      const firing = { pendingAt: at(10_800).toISOString(), resolvedAt: at(14_400).toISOString() };
      expect(await replayed({ expr: "queue > 5 and queue > 8" })).toMatchObject({
        completeFrom: at(3_600).toISOString(),
        alerts: [firing],
        notes: [],
      });
      const never = await replayed({ expr: "queue > 5 unless missing > 0" });
      expect(never).toMatchObject({ completeFrom: null, alerts: [firing] });
      expect(never.notes).toEqual([expect.stringContaining("not all that it reads had data")]);
    }));

  it("gives the bounds of the histogram that is compared, in the unit of the expression", () =>
    withTestTransaction(async (tx) => {
      const { replayed } = await scenario(tx);
      const p99 = "histogram_quantile(0.99, sum by (le) (rate(latency_seconds_bucket[5m])))";
      const of = (expr: string) => replayed({ expr, comparison: ">", threshold: 1 });
      expect(await of(p99)).toMatchObject({ bounds: [0.5, 1, 2], unit: "seconds" });
      expect((await of(`1000 * ${p99}`)).bounds).toEqual([500, 1_000, 2_000]);
    }));

  it("says how much of its firing time another rule was firing by the alert history, and not itself", () =>
    withTestTransaction(async (tx) => {
      const { operator, source, replayed } = await scenario(tx);
      const rule = await addRule(operator, {
        rule: ruleInputSchema.parse({
          name: "Queue",
          expr: "queue > 7",
          source: source.name,
          group: `backtest-${randomUUID()}`,
        }),
        now: at(0),
      });
      // Half of the hour that the backtest fires in; another is of another service.
      for (const [service, from, to] of [
        ["chat", 10_800, 12_600],
        ["search", 10_800, 14_400],
      ] as const)
        await tx.alert.create({
          data: {
            teamId: DEFAULT_TEAM_ID,
            ruleId: rule.id,
            origin: "console",
            fingerprint: randomUUID().slice(0, 16),
            name: "Queue",
            labels: { alertname: "Queue", service },
            annotations: {},
            state: "inactive",
            activeAt: at(from),
            firedAt: at(from),
            resolvedAt: at(to),
            seenAt: at(to),
          },
        });
      const { overlap } = await replayed(long);
      expect(overlap.share).toBeCloseTo(0.5);
      expect(overlap.rules).toEqual([{ ruleId: rule.id, name: "Queue", share: expect.closeTo(0.5) }]);
      expect((await replayed({ ...long, rule: rule.id })).overlap.rules).toEqual([]);
    }));
});
