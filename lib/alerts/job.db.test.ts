import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Transaction } from "@/lib/db/client";
import { addSource } from "@/lib/sources/commands";
import { asUser, withTestTransaction } from "@/testing/database";
import {
  openMetricsText,
  type RunningPrometheus,
  startPrometheus,
  whyNoPrometheus,
} from "@/testing/prometheus";
import { acknowledge } from "./commands";
import { groupHeaders } from "./evaluation/load";
import { evaluateDueGroup } from "./job";
import { findAlert, listAlerts } from "./queries";
import { addRule, deleteRule } from "./rules/commands";
import { findRule } from "./rules/queries";
import type { RuleInput } from "./rules/schema";
import { slotAfter, slotBefore } from "./slots";

const start = 1_760_000_000;
const step = 15;

/** 0 but for the minutes 20 to 40, in which it is 7 for one service and 3 for another. */
const valueAt = (time: number, high: number) => (time >= start + 1_200 && time < start + 2_400 ? high : 0);
const samplesOf = (high: number): [number, number][] =>
  Array.from({ length: 241 }, (_, index) => [start + index * step, valueAt(start + index * step, high)]);

describe.skipIf(whyNoPrometheus())("evaluated by a worker against a real Prometheus", () => {
  let prometheus: RunningPrometheus;
  beforeAll(async () => {
    prometheus = await startPrometheus({
      openMetrics: openMetricsText([
        {
          name: "depth",
          type: "gauge",
          series: [
            { labels: { service: "chat" }, samples: samplesOf(7) },
            { labels: { service: "search" }, samples: samplesOf(3) },
          ],
        },
      ]),
    });
  });
  afterAll(() => prometheus.stop());

  const rule = (patch: Partial<RuleInput> = {}): RuleInput => ({
    name: "DeepQueue",
    expr: "depth",
    comparison: ">",
    levels: [
      { severity: "warning", threshold: 2 },
      { severity: "critical", threshold: 5 },
    ],
    for: "5m",
    annotations: { summary: "{{ $value }} wait at {{ $labels.service }}" },
    group: "queues",
    interval: "2m",
    source: "rules-test",
    ...patch,
  });

  async function scenario(tx: Transaction, patch: Partial<RuleInput> = {}) {
    const [admin, operator] = [await asUser(tx, "admin"), await asUser(tx, "operator")];
    await addSource(admin, { kind: "prometheus", name: "rules-test", url: prometheus.url });
    const now = new Date(start * 1000);
    const added = await addRule(operator, { rule: rule(patch), now });
    const header = async () => (await groupHeaders({ groupId: added.group.id }))[0]!;
    const slotted = { name: "queues", file: "console", interval: 120 };
    return {
      operator,
      rule: added,
      slotted,
      /** Evaluates every slot up to `until`, as a worker does that is there all the time. */
      async live(from: number, until: number) {
        for (let at = slotBefore(slotted, from); at <= until; at = slotAfter(slotted, at))
          await evaluateDueGroup(await header(), at);
      },
      late: async (at: number) => evaluateDueGroup(await header(), at),
      alerts: async (state: "active" | "resolved" | "all", at: number) =>
        (await listAlerts(operator, { state, ruleId: added.id }, { limit: 50 }, new Date(at * 1000))).items,
    };
  }

  const told = (alerts: { labels: Record<string, string>; state: string }[]) =>
    alerts.map(({ labels, state }) => `${state} ${labels.severity} ${labels.service}`).sort();

  it("goes from pending over firing to resolved, one alert a label set and level", () =>
    withTestTransaction(async (tx) => {
      const { live, alerts, slotted, rule: added, operator } = await scenario(tx);
      await live(start + 960, start + 1_320);
      expect(told(await alerts("active", start + 1_320))).toEqual([
        "pending critical chat",
        "pending warning chat",
        "pending warning search",
      ]);
      await live(start + 1_440, start + 1_800);
      const firing = await alerts("active", start + 1_800);
      expect(told(firing)).toEqual(["firing critical chat", "firing warning chat", "firing warning search"]);
      const first = slotAfter(slotted, start + 1_200 - 0.001);
      expect(firing[0]!.labels.severity).toBe("critical");
      expect(firing[0]).toMatchObject({
        value: 7,
        service: "chat",
        annotations: { summary: "7 wait at chat" },
        activeAt: new Date(first * 1000).toISOString(),
        firedAt: new Date((first + 360) * 1000).toISOString(),
        isEnforced: true,
        silencedBy: [],
      });
      await live(start + 1_920, start + 2_760);
      expect(await alerts("active", start + 2_760)).toEqual([]);
      expect(told(await alerts("resolved", start + 2_760))).toHaveLength(3);
      const detail = await findAlert(operator, firing[0]!.id, new Date((start + 2_760) * 1000));
      expect(detail.transitions.map(({ from, to, isReplayed }) => [from, to, isReplayed])).toEqual([
        ["inactive", "pending", false],
        ["pending", "firing", false],
        ["firing", "inactive", false],
      ]);
      expect((await findRule(operator, added.id, new Date())).status).toMatchObject({
        health: "ok",
        series: 2,
        noDataSince: null,
      });
    }));

  it("takes the comparison within an expression apart for the curve of its alert", () =>
    withTestTransaction(async (tx) => {
      const { live, alerts, operator } = await scenario(tx, {
        expr: "depth > 5",
        comparison: null,
        levels: [{ severity: "critical", threshold: null }],
        labels: { team: "serving" },
      });
      await live(start + 1_200, start + 1_800);
      const [firing] = await alerts("active", start + 1_800);
      const { query } = await findAlert(operator, firing!.id, new Date((start + 1_800) * 1000));
      expect(query).toEqual({
        expr: "depth > 5",
        compared: "depth",
        comparison: ">",
        thresholds: [{ severity: "critical", threshold: 5 }],
        ruleLabels: ["team", "severity"],
        interval: 120,
      });
    }));

  it("makes up for what was missed, with the same transitions at the same times", () =>
    withTestTransaction(async (tx) => {
      const { live, late, alerts, operator } = await scenario(tx);
      await live(start + 960, start + 960);
      expect(await late(start + 1_800)).not.toBeNull();
      const made = await alerts("active", start + 1_800);
      expect(told(made)).toEqual(["firing critical chat", "firing warning chat", "firing warning search"]);
      const replayed = await findAlert(operator, made[0]!.id, new Date((start + 1_800) * 1000));
      expect(replayed.transitions.map(({ to, isReplayed }) => [to, isReplayed])).toEqual([
        ["pending", true],
        ["firing", true],
      ]);
      // Nothing is due twice, and a second worker that comes late writes nothing.
      expect(await late(start + 1_800)).toBeNull();
      expect(await late(start + 3_000)).not.toBeNull();
      expect(await alerts("active", start + 3_000)).toEqual([]);
    }));

  it("keeps its slots due, and its alerts, while the source does not answer", () =>
    withTestTransaction(async (tx) => {
      const { live, late, alerts, rule: added, operator } = await scenario(tx);
      await live(start + 1_080, start + 1_800);
      const { sourceId } = await tx.ruleGroup.findUniqueOrThrow({ where: { id: added.group.id } });
      await tx.source.update({ where: { id: sourceId }, data: { validTo: new Date() } });
      const header = {
        id: added.group.id,
        name: "queues",
        file: "console",
        interval: 120,
        evaluatedFor: slotBefore({ name: "queues", file: "console", interval: 120 }, start + 1_800),
      };
      const { forgetTarget } = await import("@/lib/sources/targets");
      forgetTarget(sourceId);
      expect(await evaluateDueGroup(header, start + 1_900)).toBeNull();
      expect(told(await alerts("active", start + 1_900))).toHaveLength(3);
      expect((await findRule(operator, added.id, new Date())).status).toMatchObject({ health: "err" });
      await tx.source.update({ where: { id: sourceId }, data: { validTo: null } });
      forgetTarget(sourceId);
      expect(await late(start + 2_000)).not.toBeNull();
      expect((await findRule(operator, added.id, new Date())).status).toMatchObject({ health: "ok" });
    }));

  it("ends an acknowledgement with the alert, and carries it over while it flaps", () =>
    withTestTransaction(async (tx) => {
      const { live, alerts, operator } = await scenario(tx, {
        expr: "depth > 5 and on() (floor(vector(time()) / 300) % 2 == 0)",
        comparison: null,
        levels: [{ severity: "critical", threshold: null }],
        for: 0,
      });
      await live(start + 1_560, start + 1_800);
      const [first] = await alerts("active", start + 1_800);
      const at = new Date((start + 1_800) * 1000);
      if (first === undefined) throw new Error("it should fire");
      await acknowledge(operator, {
        id: first.id,
        until: new Date((start + 3_000) * 1000).toISOString(),
        now: at,
      });
      await live(start + 1_920, start + 2_340);
      const [again] = await alerts("active", start + 2_340);
      expect(again?.id).not.toBe(first.id);
      expect(again?.acknowledgement).toMatchObject({ actor: { id: operator.id }, endedBy: null });
      const before = await findAlert(operator, first.id, at);
      expect(before.acknowledgements[0]).toMatchObject({ endedBy: "resolved" });
    }));

  it("alerts on no data and on a failing query where the rule says so", () =>
    withTestTransaction(async (tx) => {
      const { live, alerts } = await scenario(tx, {
        expr: "no_such_metric",
        for: 0,
        alertsOnNoData: true,
        labels: { team: "llm" },
      });
      await live(start + 600, start + 600);
      expect((await alerts("active", start + 600)).map(({ labels }) => labels)).toEqual([
        { alertname: "DeepQueue", rule_state: "no_data", severity: "warning", team: "llm" },
      ]);
    }));

  it("ends the alerts of a rule that is deleted", () =>
    withTestTransaction(async (tx) => {
      const { live, alerts, operator, rule: added } = await scenario(tx);
      await live(start + 1_080, start + 1_800);
      await deleteRule(operator, { id: added.id, now: new Date((start + 1_830) * 1000) });
      expect(await alerts("active", start + 1_830)).toEqual([]);
      expect(await alerts("resolved", start + 1_830)).toHaveLength(3);
    }));
});
