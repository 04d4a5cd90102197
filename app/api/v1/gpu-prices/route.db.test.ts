import { randomUUID } from "node:crypto";
import { describe, expect, it, vi } from "vitest";
import type { Route } from "@/lib/api/route";
import { createApiKey } from "@/lib/api-keys/commands";
import type { Role } from "@/lib/auth/actor";
import type { Transaction } from "@/lib/db/client";
import { asUser, expectAudit, withTestTransaction } from "@/testing/database";
import { PUT, GET as read } from "./route";

vi.mock("next/headers", () => ({ cookies: async () => ({ get: () => undefined, getAll: () => [] }) }));

async function call(route: Route, key: string | undefined, body?: unknown) {
  const response = await route(
    new Request("http://127.0.0.1:3000/api/v1/gpu-prices", {
      method: route.definition.method,
      headers: {
        host: "127.0.0.1:3000",
        ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
        "content-type": "application/json",
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    }),
    { params: Promise.resolve({}) },
  );
  return { status: response.status, body: await response.json() };
}

async function keyOf(tx: Transaction, role: Role) {
  const { apiKey, secret } = await createApiKey(await asUser(tx, "admin"), {
    name: `test-${randomUUID()}`,
    role,
    scopes: [],
    expiresAt: null,
    now: new Date(),
  });
  return { id: apiKey.id, secret };
}

const scenario = (
  run: (keys: Record<Role, { id: string; secret: string }>, tx: Transaction) => Promise<void>,
) =>
  withTestTransaction(async (tx) => {
    await tx.gpuPrice.deleteMany({});
    const [viewer, operator, admin] = [
      await keyOf(tx, "viewer"),
      await keyOf(tx, "operator"),
      await keyOf(tx, "admin"),
    ];
    await run({ viewer, operator, admin }, tx);
  });

const h100 = { gpuModel: "NVIDIA H100 80GB HBM3", pricePerHour: 2.9875 };

describe("200", () => {
  it("replaces all prices, and the audit log says what each was", () =>
    scenario(async ({ admin, viewer }, tx) => {
      expect((await call(read, viewer.secret)).body).toEqual({ currency: null, items: [], nextCursor: null });
      const first = { currency: "USD", items: [h100, { gpuModel: "*", pricePerHour: 1 }] };
      expect(await call(PUT, admin.secret, first)).toMatchObject({ status: 200, body: { currency: "USD" } });
      const second = { currency: "EUR", items: [{ ...h100, pricePerHour: 2.5 }] };
      await call(PUT, admin.secret, second);
      expect((await call(read, viewer.secret)).body).toEqual({ ...second, nextCursor: null });

      const changed = await expectAudit(tx, "gpu_price", "nvidia h100 80gb hbm3", {
        action: "gpu_prices:write",
        actorId: admin.id,
      });
      expect(changed).toMatchObject({
        before: { pricePerHour: 2.9875, currency: "USD" },
        after: { pricePerHour: 2.5, currency: "EUR" },
      });
      const removed = await expectAudit(tx, "gpu_price", "*", {
        action: "gpu_prices:write",
        actorId: admin.id,
      });
      expect(removed.after).toBeNull();
    }));

  it("leaves no trace where nothing changed", () =>
    scenario(async ({ admin }, tx) => {
      const prices = { currency: "USD", items: [h100] };
      await call(PUT, admin.secret, prices);
      await call(PUT, admin.secret, prices);
      expect(await tx.auditEvent.count({ where: { resourceType: "gpu_price", actorId: admin.id } })).toBe(1);
    }));
});

describe("400", () => {
  it.each([
    ["a price below 0", { currency: "USD", items: [{ ...h100, pricePerHour: -1 }] }, "items.0.pricePerHour"],
    [
      "a fifth decimal",
      { currency: "USD", items: [{ ...h100, pricePerHour: 1.00001 }] },
      "items.0.pricePerHour",
    ],
    ["no number", { currency: "USD", items: [{ ...h100, pricePerHour: null }] }, "items.0.pricePerHour"],
    [
      "a model twice",
      { currency: "USD", items: [h100, { ...h100, gpuModel: "nvidia h100 80gb hbm3" }] },
      "items.1.gpuModel",
    ],
    ["no currency", { items: [h100] }, "currency"],
    ["a currency of another shape", { currency: "dollar", items: [h100] }, "currency"],
    ["an empty model", { currency: "USD", items: [{ ...h100, gpuModel: " " }] }, "items.0.gpuModel"],
  ])("for %s, and nothing is written", (_name, body, path) =>
    scenario(async ({ admin }, tx) => {
      const answer = await call(PUT, admin.secret, body);
      expect(answer.status).toBe(400);
      expect(answer.body.errors ?? answer.body.fields).toContainEqual(expect.objectContaining({ path }));
      expect(await tx.gpuPrice.count()).toBe(0);
    }),
  );
});

describe("401 and 403", () => {
  it("keep strangers out and let only administrators write", () =>
    scenario(async ({ viewer, operator }) => {
      expect((await call(read, undefined)).status).toBe(401);
      for (const { secret } of [viewer, operator])
        expect((await call(PUT, secret, { currency: "USD", items: [h100] })).status).toBe(403);
    }));
});
