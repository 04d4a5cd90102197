import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { publicUrl } from "@/lib/config";
import type { Transaction } from "@/lib/db/client";
import { addSource } from "@/lib/sources/commands";
import { asUser, withTestTransaction } from "@/testing/database";
import { acknowledge } from "../commands";
import type { Labels } from "../labels";
import { findAlert, listAlerts } from "../queries";
import { endRunOut, recordSeen } from "./commands";
import { readExternalAlerts } from "./job";

/** Answers /api/v1/rules as a Prometheus does that evaluates one rule. */
describe("alerts that a Prometheus evaluates", () => {
  let server: Server;
  let url: string;
  let alerts: unknown[] | null = [];
  beforeAll(async () => {
    server = createServer((_, response) => {
      response.statusCode = alerts === null ? 500 : 200;
      response.setHeader("content-type", "application/json");
      response.end(
        JSON.stringify({
          status: "success",
          data: {
            groups: [
              {
                name: "g",
                file: "r.yaml",
                rules: [
                  { type: "alerting", name: "Down", query: "up == 0", duration: 60, labels: {}, alerts },
                ],
              },
            ],
          },
        }),
      );
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => void server.close());

  const at = (minute: number) => new Date(Date.UTC(2026, 2, 4, 14, minute));
  const alert = {
    labels: { alertname: "Down", severity: "critical", instance: "a" },
    annotations: { summary: "a is down" },
    activeAt: at(0).toISOString(),
    value: "0e+00",
  };

  async function scenario(tx: Transaction) {
    const admin = await asUser(tx, "admin");
    await addSource(admin, { kind: "prometheus", name: "external-test", url });
    const active = async (now: Date) =>
      (await listAlerts(admin, { state: "active", origin: "prometheus" }, { limit: 10 }, now)).items;
    return { admin, active };
  }

  it("come in, fire, and end with it", () =>
    withTestTransaction(async (tx) => {
      const { admin, active } = await scenario(tx);
      alerts = [{ ...alert, state: "pending" }];
      await readExternalAlerts(at(0));
      alerts = [{ ...alert, state: "firing" }];
      await readExternalAlerts(at(1));
      const [firing] = await active(at(1));
      expect(firing).toMatchObject({
        name: "Down",
        state: "firing",
        source: "external-test",
        firedAt: at(1).toISOString(),
        ruleId: null,
      });
      alerts = [];
      await readExternalAlerts(at(5));
      const detail = await findAlert(admin, firing!.id, at(5));
      expect(detail.transitions.map(({ to }) => to)).toEqual(["pending", "firing", "inactive"]);
    }));

  it("stay while it does not answer", () =>
    withTestTransaction(async (tx) => {
      const { active } = await scenario(tx);
      alerts = [{ ...alert, state: "firing" }];
      await readExternalAlerts(at(1));
      alerts = null;
      await readExternalAlerts(at(4));
      expect(await active(at(4))).toHaveLength(1);
    }));

  it("are no longer acknowledged once that has run out", () =>
    withTestTransaction(async (tx) => {
      const { admin, active } = await scenario(tx);
      alerts = [{ ...alert, state: "firing" }];
      await readExternalAlerts(at(1));
      const [firing] = await active(at(1));
      await acknowledge(admin, { id: firing!.id, until: at(2).toISOString(), now: at(1) });
      expect(await endRunOut(tx, at(1))).toBe(0);
      expect(await endRunOut(tx, at(3))).toBe(1);
      expect((await findAlert(admin, firing!.id, at(3))).acknowledgements).toMatchObject([
        { endedBy: "ran_out", endedAt: at(3).toISOString() },
      ]);
    }));
});

describe("alerts that an Alertmanager holds", () => {
  it("come in but for what this console has posted there, tests included", () =>
    withTestTransaction(async (tx) => {
      const admin = await asUser(tx, "admin");
      const { id } = await addSource(admin, {
        kind: "alertmanager",
        name: "external-alertmanager",
        url: "http://127.0.0.1:9",
      });
      const now = new Date(Date.UTC(2026, 2, 4, 14, 0));
      const labelSets: Labels[] = [
        { alertname: "InferscopeTest", severity: "info", channel: "pager" },
        { alertname: "Down", instance: "a", inferscope_test: "true" },
        { alertname: "Down", instance: "a" },
      ];
      const held = labelSets.map((labels) => ({
        labels,
        annotations: {},
        state: "firing" as const,
        value: null,
        activeAt: now,
        generatorUrl: null,
      }));
      const posted = { ...held[2]!, labels: { alertname: "Ours" }, generatorUrl: `${publicUrl()}/alerts/1` };
      const source = { id, teamId: admin.teamId };
      expect(await recordSeen(tx, source, "alertmanager", [...held, posted], now)).toBe(1);
      const recorded = await tx.alert.findMany({ where: { sourceId: id }, select: { labels: true } });
      expect(recorded).toEqual([{ labels: { alertname: "Down", instance: "a" } }]);
    }));
});
