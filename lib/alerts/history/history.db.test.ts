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
import { findAlert, listAlerts } from "../queries";
import { alertReview } from "../review/queries";
import { fillAlertHistory } from "./job";

/** A whole minute, three days ago, so that what is written lies in blocks. */
const begin = Math.floor(Date.now() / 60_000) * 60 - 3 * 86_400;
const at = (minute: number) => begin + minute * 60;
const labels = { alertname: "HighLatency", severity: "critical", service: "chat-api" };

const samples = (from: number, to: number, value = 1) =>
  Array.from({ length: to - from + 1 }, (_, index): [number, number] => [at(from + index), value]);

describe.skipIf(whyNoPrometheus())("the history of a Prometheus that is added", () => {
  let prometheus: RunningPrometheus;
  beforeAll(async () => {
    prometheus = await startPrometheus({
      openMetrics: openMetricsText([
        {
          name: "ALERTS",
          type: "gauge",
          series: [
            { labels: { ...labels, alertstate: "pending" }, samples: samples(0, 4) },
            {
              labels: { ...labels, alertstate: "firing" },
              samples: [...samples(5, 29), ...samples(100, 120)],
            },
            { labels: { ...labels, instance: "b", alertstate: "pending" }, samples: samples(0, 4) },
          ],
        },
        {
          name: "ALERTS_FOR_STATE",
          type: "gauge",
          series: [
            { labels, samples: [...samples(0, 29, at(0) - 20), ...samples(100, 120, at(100) - 20)] },
            { labels: { ...labels, instance: "b" }, samples: samples(0, 4, at(0) - 20) },
          ],
        },
      ]),
      // No stale markers can be backfilled: a series ends half a minute after its last sample.
      flags: ["--query.lookback-delta=30s"],
    });
  });
  afterAll(() => prometheus.stop());

  async function scenario(tx: Transaction) {
    await tx.source.updateMany({
      where: { kind: "prometheus", validTo: null },
      data: { validTo: new Date() },
    });
    const admin = await asUser(tx, "admin");
    const { id } = await addSource(admin, { kind: "prometheus", name: "history-test", url: prometheus.url });
    return {
      id,
      admin,
      resolved: async () =>
        (await listAlerts(admin, { state: "resolved", origin: "prometheus" }, { limit: 50 }, new Date()))
          .items,
      history: async () => (await tx.source.findUniqueOrThrow({ where: { id } })).alertHistory,
    };
  }
  const iso = (seconds: number) => new Date(seconds * 1000).toISOString();

  it("is filled back from the ALERTS series, with how exact each time is, and nobody is told", () =>
    withTestTransaction(async (tx) => {
      const { admin, resolved, history } = await scenario(tx);
      const told = await tx.outboxMessage.count();
      const reviewed = async () => (await alertReview(admin, 7, new Date())).fired;
      const firedBefore = await reviewed();
      await fillAlertHistory(new Date());
      const alerts = await resolved();
      expect(alerts.map(({ activeAt, firedAt, resolvedAt }) => ({ activeAt, firedAt, resolvedAt }))).toEqual([
        { activeAt: iso(at(100) - 20), firedAt: iso(at(100)), resolvedAt: iso(at(121)) },
        { activeAt: iso(at(0) - 20), firedAt: iso(at(5)), resolvedAt: iso(at(30)) },
      ]);
      const [second, first] = alerts;
      expect(first).toMatchObject({
        name: "HighLatency",
        severity: "critical",
        service: "chat-api",
        source: "history-test",
        origin: "prometheus",
        labels,
      });
      const transitions = async (id: string) => (await findAlert(admin, id, new Date())).transitions;
      expect(await transitions(first!.id)).toEqual([
        { at: iso(at(0) - 20), from: "inactive", to: "pending", value: null, isReplayed: true, within: null },
        { at: iso(at(5)), from: "pending", to: "firing", value: null, isReplayed: true, within: 60 },
        { at: iso(at(30)), from: "firing", to: "inactive", value: null, isReplayed: true, within: 60 },
      ]);
      expect(await transitions(second!.id)).toMatchObject([
        { at: iso(at(100)), from: "inactive", to: "firing", within: 20 },
        { to: "inactive" },
      ]);
      expect(await history()).toMatchObject({ alerts: 2, step: 60, problem: null });
      expect(await tx.outboxMessage.count()).toBe(told);
      expect(await reviewed()).toBe(firedBefore);
    }));

  it("is the same when it is filled again", () =>
    withTestTransaction(async (tx) => {
      const { id, resolved, history } = await scenario(tx);
      await fillAlertHistory(new Date());
      const first = await resolved();
      await tx.$executeRaw`UPDATE "Source" SET "alertHistory" = NULL WHERE id = ${id}`;
      await fillAlertHistory(new Date());
      expect(await resolved()).toEqual(first);
      expect(await history()).toMatchObject({ alerts: 0, problem: null });
    }));

  it("is tried again after a while where the source did not answer", () =>
    withTestTransaction(async (tx) => {
      const { id, admin, resolved, history } = await scenario(tx);
      const now = Date.now();
      const away = await addSource(admin, { kind: "prometheus", name: "away", url: "http://127.0.0.1:9" });
      await tx.source.update({
        where: { id },
        data: { alertHistory: { at: new Date(now).toISOString(), problem: "It did not answer." } },
      });
      await fillAlertHistory(new Date(now + 1));
      expect((await tx.source.findUniqueOrThrow({ where: { id: away.id } })).alertHistory).toMatchObject({
        alerts: 0,
        from: null,
        problem: expect.stringContaining("127.0.0.1:9"),
      });
      await fillAlertHistory(new Date(now + 60_000));
      expect(await resolved()).toEqual([]);
      await fillAlertHistory(new Date(now + 601_000));
      expect(await resolved()).toHaveLength(2);
      expect(await history()).toMatchObject({ problem: null });
    }));
});
