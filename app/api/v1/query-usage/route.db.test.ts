import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, vi } from "vitest";
import { createApiKey } from "@/lib/api-keys/commands";
import { DEFAULT_TEAM_ID, type Role, type UserActor } from "@/lib/auth/actor";
import type { Transaction } from "@/lib/db/client";
import { createPrometheusClient } from "@/lib/prometheus/client";
import { addUsage, recordUsage } from "@/lib/query/job";
import { listUsage } from "@/lib/query/queries";
import type { UsageRow } from "@/lib/query/usage";
import { onBehalfOf } from "@/lib/upstream/caller";
import { closeUpstreamConnections } from "@/lib/upstream/fetch";
import { asUser, withTestTransaction } from "@/testing/database";
import { GET } from "./route";

vi.mock("next/headers", () => ({ cookies: async () => ({ get: () => undefined, getAll: () => [] }) }));

const now = new Date("2026-03-04T14:20:00Z");
const hour = (text: string) => new Date(`2026-03-04T${text}:00:00Z`);

const addSource = (tx: Transaction, url = "http://127.0.0.1:1") =>
  tx.source.create({
    data: { teamId: DEFAULT_TEAM_ID, kind: "prometheus", name: `p-${randomUUID()}`, url },
  });

const rowOf = (actor: UserActor, sourceId: string, given: Partial<UsageRow>): UsageRow => ({
  hour: hour("14"),
  sourceId,
  actorType: "user",
  actorId: actor.id,
  actorName: actor.name,
  teamId: DEFAULT_TEAM_ID,
  queries: 0,
  failed: 0,
  rejected: 0,
  seconds: 0,
  series: 0,
  points: 0,
  bytes: 0,
  ...given,
});

async function call(tx: Transaction, role: Role, query = "", scopes: string[] = []) {
  const { secret } = await createApiKey(await asUser(tx, "admin"), {
    name: `test-${randomUUID()}`,
    role,
    scopes,
    expiresAt: null,
    now: new Date(),
  });
  const request = new Request(`http://127.0.0.1:3000/api/v1/query-usage${query}`, {
    headers: { authorization: `Bearer ${secret}`, host: "127.0.0.1:3000" },
  });
  const response = await GET(request, { params: Promise.resolve({}) });
  return { status: response.status, body: await response.json() };
}

describe("usage", () => {
  it("adds up over the hours that are asked for, the costliest first, with each one's share of the source", () =>
    withTestTransaction(async (tx) => {
      const source = await addSource(tx);
      const [admin, ada, bob] = [
        await asUser(tx, "admin"),
        await asUser(tx, "viewer"),
        await asUser(tx, "operator"),
      ];
      await addUsage([
        rowOf(ada, source.id, { hour: hour("13"), queries: 2, seconds: 1, points: 10 }),
        rowOf(ada, source.id, { queries: 1, seconds: 0.5, failed: 1, bytes: 2 ** 40 }),
        rowOf(ada, source.id, { hour: hour("11"), queries: 100, seconds: 100 }),
        rowOf(bob, source.id, { queries: 5, seconds: 4.5, rejected: 2, series: 7 }),
      ]);
      // Another flush of the same hour.
      await addUsage([rowOf({ ...ada, name: "renamed" }, source.id, { queries: 3, seconds: 0 })]);
      const filter = { hours: 2, source: source.name };
      const { items } = await listUsage(admin, filter, { limit: 10 }, now);
      expect(items).toEqual([
        {
          actor: { type: "user", id: bob.id, name: bob.name },
          source: { id: source.id, name: source.name, kind: "prometheus" },
          queries: 5,
          failed: 0,
          rejected: 2,
          seconds: 4.5,
          share: 0.75,
          series: 7,
          points: 0,
          bytes: 0,
        },
        {
          actor: { type: "user", id: ada.id, name: "renamed" },
          source: { id: source.id, name: source.name, kind: "prometheus" },
          queries: 6,
          failed: 1,
          rejected: 0,
          seconds: 1.5,
          share: 0.25,
          series: 0,
          points: 10,
          bytes: 2 ** 40,
        },
      ]);
      const first = await listUsage(admin, filter, { limit: 1 }, now);
      expect(first.items).toEqual([items[0]]);
      const second = await listUsage(admin, filter, { limit: 1, cursor: first.nextCursor! }, now);
      expect(second).toEqual({ items: [items[1]], nextCursor: null });
    }));

  it("is shown to everyone else of themselves only", () =>
    withTestTransaction(async (tx) => {
      const source = await addSource(tx);
      const [ada, bob] = [await asUser(tx, "viewer"), await asUser(tx, "operator")];
      await addUsage([
        rowOf(ada, source.id, { queries: 1, seconds: 1 }),
        rowOf(bob, source.id, { queries: 1, seconds: 3 }),
      ]);
      for (const actor of [ada, bob]) {
        const { items } = await listUsage(actor, { hours: 1, source: source.id }, { limit: 10 }, now);
        expect(items.map((item) => item.actor.id)).toEqual([actor.id]);
      }
    }));

  it("of what is asked on behalf of somebody is written once a flush, the source's time and answer with it", () =>
    withTestTransaction(async (tx) => {
      const server = createServer((request, response) => {
        request.resume();
        const result = [1, 2, 3].map((index) => ({ metric: { i: String(index) }, value: [1, "1"] }));
        response.end(JSON.stringify({ status: "success", data: { resultType: "vector", result } }));
      });
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      const source = await addSource(tx, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
      const gone = await addSource(tx);
      const [admin, ada] = [await asUser(tx, "admin"), await asUser(tx, "viewer")];
      const recorder = recordUsage({ everyMs: 3_600_000, now: () => now });
      try {
        const clientOf = ({ id, url }: { id: string; url: string }) =>
          createPrometheusClient({ id, kind: "prometheus", url, headers: {}, limits: { series: 3 } });
        await onBehalfOf(ada, async () => {
          await clientOf(source).query("up");
          await clientOf(source).query("up");
          await clientOf(source)
            .queryRange("up", { start: 0, end: 500 * 86_400, step: 86_400 })
            .catch(() => undefined);
          await clientOf(gone)
            .query("up")
            .catch(() => undefined);
        });
        await recorder.flush();
        await recorder.flush();
        const usageOf = async (of: { id: string }) =>
          (await listUsage(admin, { hours: 1, source: of.id }, { limit: 10 }, now)).items;
        expect(await usageOf(source)).toEqual([
          expect.objectContaining({
            actor: { type: "user", id: ada.id, name: ada.name },
            queries: 2,
            failed: 0,
            rejected: 1,
            series: 6,
            points: 6,
            bytes: expect.any(Number),
            share: 1,
          }),
        ]);
        expect((await usageOf(source))[0]!.bytes).toBeGreaterThan(200);
        expect(await usageOf(gone)).toEqual([expect.objectContaining({ queries: 1, failed: 1, series: 0 })]);
      } finally {
        await recorder.stop();
        await closeUpstreamConnections();
        await new Promise((resolve) => server.close(resolve));
      }
    }));
});

describe("GET /api/v1/query-usage", () => {
  it("answers a viewer's key, and refuses one whose scopes leave it out", () =>
    withTestTransaction(async (tx) => {
      expect(await call(tx, "viewer")).toEqual({ status: 200, body: { items: [], nextCursor: null } });
      expect((await call(tx, "viewer", "", ["signals"])).status).toBe(403);
    }));

  it.each(["?hours=0", "?hours=721", "?cursor=x"])("refuses %s", (query) =>
    withTestTransaction(async (tx) => {
      expect((await call(tx, "admin", query)).status).toBe(400);
    }),
  );
});
