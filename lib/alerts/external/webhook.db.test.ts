import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createAlertmanagerClient } from "@/lib/alertmanager/client";
import type { Actor } from "@/lib/auth/actor";
import type { Transaction } from "@/lib/db/client";
import { addSource } from "@/lib/sources/commands";
import { upstreamTarget } from "@/lib/sources/targets";
import { type RunningAlertmanager, startAlertmanager, whyNoAlertmanager } from "@/testing/alertmanager";
import { asUser, withTestTransaction } from "@/testing/database";
import { findAlert, listAlerts } from "../queries";
import { readExternalAlerts } from "./job";
import { receivePostedAlerts } from "./receive";
import { postedAlertsSchema } from "./schema";

const at = (minute: number) => new Date(Date.UTC(2026, 2, 4, 14, minute));
const labels = { alertname: "CrashLooping", severity: "critical", service: "chat", pod: "chat-0" };
const told = (status: string, change: object = {}) => ({
  version: "4",
  alerts: [{ status, labels: { ...labels, ...change }, startsAt: at(0).toISOString() }],
});

const active = async (actor: Actor, now: Date) =>
  (await listAlerts(actor, { state: "active", origin: "alertmanager" }, { limit: 10 }, now)).items;

const receive = (actor: Actor, body: unknown, source: string | undefined, now: Date) =>
  receivePostedAlerts(actor, postedAlertsSchema.parse(body), { source, now });

describe("what an Alertmanager that is not connected posts", () => {
  it("begins, goes on and ends what it is about and nothing else", () =>
    withTestTransaction(async (tx) => {
      const operator = await asUser(tx, "operator");
      expect(await receive(operator, told("firing"), undefined, at(1))).toEqual({ changed: 1, notes: [] });
      expect((await receive(operator, told("firing"), undefined, at(2))).changed).toBe(0);
      const [first] = await active(operator, at(2));
      await receive(operator, told("firing", { pod: "chat-1" }), undefined, at(2));
      expect(first).toMatchObject({ labels, source: null, service: "chat", severity: "critical" });
      expect((await receive(operator, told("resolved", { pod: "chat-9" }), undefined, at(3))).changed).toBe(
        0,
      );
      expect((await receive(operator, told("resolved"), undefined, at(4))).changed).toBe(1);
      expect((await active(operator, at(4))).map((alert) => alert.labels.pod)).toEqual(["chat-1"]);
      const { transitions } = await findAlert(operator, first!.id, at(4));
      expect(transitions.map(({ to }) => to)).toEqual(["firing", "inactive"]);
    }));

  it("says what was cut off, and refuses what is no message of a webhook and a source that is not there", () =>
    withTestTransaction(async (tx) => {
      const operator = await asUser(tx, "operator");
      const { notes } = await receive(operator, { ...told("firing"), truncatedAlerts: 3 }, undefined, at(1));
      expect(notes).toEqual([expect.stringContaining("3 alerts were cut off")]);
      expect(postedAlertsSchema.safeParse({ version: "3", alerts: [] }).success).toBe(false);
      await expect(receive(operator, told("firing"), "nosuch", at(1))).rejects.toMatchObject({
        code: "invalid_request",
      });
    }));
});

describe.skipIf(whyNoAlertmanager())("what a real Alertmanager posts", () => {
  let sink: Server;
  let alertmanager: RunningAlertmanager;
  const bodies: unknown[] = [];
  beforeAll(async () => {
    sink = createServer(async (request, response) => {
      bodies.push(await json(request));
      response.end();
      sink.emit("body");
    }).listen(0, "127.0.0.1");
    await once(sink, "listening");
    alertmanager = await startAlertmanager({
      webhook: `http://127.0.0.1:${(sink.address() as AddressInfo).port}/`,
    });
  });
  afterAll(async () => {
    await alertmanager.stop();
    sink.close();
  });

  async function scenario(tx: Transaction) {
    const admin = await asUser(tx, "admin");
    const source = await addSource(admin, {
      kind: "alertmanager",
      name: "posting",
      url: alertmanager.url,
    });
    const client = createAlertmanagerClient(await upstreamTarget(source.id));
    const posted = async (endsAt: Date) => {
      const arrives = once(sink, "body");
      await client.postAlerts([
        {
          labels,
          annotations: {},
          startsAt: new Date(Date.now() - 60_000).toISOString(),
          endsAt: endsAt.toISOString(),
        },
      ]);
      await arrives;
      return bodies.at(-1);
    };
    return { admin, posted };
  }

  it("is the same alert as the one that is read from it, whether it is said to be connected or not", () =>
    withTestTransaction(async (tx) => {
      const { admin, posted } = await scenario(tx);
      const firing = await posted(new Date(Date.now() + 300_000));
      await receive(admin, firing, "posting", new Date());
      await readExternalAlerts(new Date());
      await receive(admin, firing, undefined, new Date());
      const alerts = await active(admin, new Date());
      expect(alerts).toMatchObject([{ labels, source: "posting" }]);
      const resolved = await posted(new Date());
      await receive(admin, resolved, undefined, new Date());
      expect(await active(admin, new Date())).toHaveLength(1);
      await receive(admin, resolved, "posting", new Date());
      expect(await active(admin, new Date())).toEqual([]);
    }));

  it("comes in once where it was posted before it is read", () =>
    withTestTransaction(async (tx) => {
      const { admin, posted } = await scenario(tx);
      await receive(admin, await posted(new Date(Date.now() + 300_000)), undefined, new Date());
      await readExternalAlerts(new Date());
      expect(await active(admin, new Date())).toMatchObject([{ labels, source: null }]);
    }));
});
