import { describe, expect, it } from "vitest";
import { apiKeyActor } from "@/lib/auth/authenticate";
import { asUser, expectAudit, withTestTransaction } from "@/testing/database";
import { createApiKey, revokeApiKey } from "./commands";
import { listApiKeys, readApiKey } from "./queries";

const now = new Date("2030-01-01T00:00:00Z");
const tomorrow = new Date(now.getTime() + 86_400_000);
const wanted = { name: "ci", role: "operator", expiresAt: null, now } as const;

describe("createApiKey", () => {
  it("makes a key that authenticates with its role and scopes, and keeps only its hash", () =>
    withTestTransaction(async (tx) => {
      const operator = await asUser(tx, "operator");
      const { apiKey, secret } = await createApiKey(operator, {
        ...wanted,
        scopes: ["signals", "services:read"],
      });
      const { id } = apiKey;
      expect(secret).toMatch(/^isk_[A-Za-z0-9_-]{43}$/);
      expect(await apiKeyActor(secret, now)).toEqual({
        type: "api_key",
        id,
        name: "ci",
        role: "operator",
        scopes: ["services:read", "signals"],
        teamId: "default",
      });
      const event = await expectAudit(tx, "api_key", id, { action: "api_keys:create", actorId: operator.id });
      const row = await tx.apiKey.findUniqueOrThrow({ where: { id } });
      expect(JSON.stringify([row, event.after])).not.toContain(secret);
      expect(row.hash).not.toContain(secret);
      expect(JSON.stringify(event.after)).not.toContain(row.hash);
    }));

  it("stops working when it expires", () =>
    withTestTransaction(async (tx) => {
      const operator = await asUser(tx, "operator");
      const { secret } = await createApiKey(operator, { ...wanted, expiresAt: tomorrow.toISOString() });
      await expect(apiKeyActor(secret, new Date(tomorrow.getTime() - 1))).resolves.toMatchObject({
        name: "ci",
      });
      await expect(apiKeyActor(secret, tomorrow)).rejects.toMatchObject({ code: "unauthenticated" });
    }));

  it.each([
    ["a role above one's own", { role: "admin" }, "forbidden", "role"],
    ["a scope that does not exist", { scopes: ["everything"] }, "invalid_request", "scopes.0"],
    ["an end in the past", { expiresAt: now.toISOString() }, "invalid_request", "expiresAt"],
    ["no name", { name: " " }, "invalid_request", "name"],
  ] as const)("refuses %s, and makes nothing", (_name, changed, code, path) =>
    withTestTransaction(async (tx) => {
      const operator = await asUser(tx, "operator");
      await expect(
        createApiKey(operator, {
          ...wanted,
          ...changed,
          scopes: [...("scopes" in changed ? changed.scopes : [])],
        }),
      ).rejects.toMatchObject({ code, fields: [{ path }] });
      expect(await tx.apiKey.count()).toBe(0);
    }),
  );

  it("refuses a viewer", () =>
    withTestTransaction(async (tx) => {
      await expect(
        createApiKey(await asUser(tx, "viewer"), { ...wanted, role: "viewer" }),
      ).rejects.toMatchObject({ code: "forbidden" });
    }));

  it("gives a key made by a key to the same person", () =>
    withTestTransaction(async (tx) => {
      const operator = await asUser(tx, "operator");
      const first = await createApiKey(operator, wanted);
      const second = await createApiKey(await apiKeyActor(first.secret, now), { ...wanted, role: "viewer" });
      expect(await tx.apiKey.findUnique({ where: { id: second.apiKey.id } })).toMatchObject({
        createdById: operator.id,
      });
      expect(second).toMatchObject({
        apiKey: { role: "viewer", state: "active" },
        secret: expect.stringMatching(/^isk_/),
      });
    }));
});

describe("a key", () => {
  it("may no more than its maker may now", () =>
    withTestTransaction(async (tx) => {
      const operator = await asUser(tx, "operator");
      const { secret } = await createApiKey(operator, wanted);
      await tx.user.update({ where: { id: operator.id }, data: { role: "viewer" } });
      expect(await apiKeyActor(secret, now)).toMatchObject({ role: "viewer" });
      await tx.user.update({ where: { id: operator.id }, data: { role: "admin" } });
      expect(await apiKeyActor(secret, now)).toMatchObject({ role: "operator" });
    }));

  it("rests while its maker's account is disabled", () =>
    withTestTransaction(async (tx) => {
      const operator = await asUser(tx, "operator");
      const {
        apiKey: { id },
        secret,
      } = await createApiKey(operator, wanted);
      await tx.user.update({ where: { id: operator.id }, data: { disabledAt: now } });
      await expect(apiKeyActor(secret, now)).rejects.toMatchObject({ code: "unauthenticated" });
      expect(await readApiKey(await asUser(tx, "admin"), id, now)).toMatchObject({ state: "resting" });
    }));
});

describe("revokeApiKey", () => {
  it("ends a key for good and leaves it in the list; again changes nothing", () =>
    withTestTransaction(async (tx) => {
      const operator = await asUser(tx, "operator");
      const {
        apiKey: { id },
        secret,
      } = await createApiKey(operator, wanted);
      await revokeApiKey(operator, { id, now });
      await revokeApiKey(operator, { id, now: tomorrow });
      await expect(apiKeyActor(secret, now)).rejects.toMatchObject({ code: "unauthenticated" });
      const { items } = await listApiKeys(operator, { limit: 50 }, now);
      expect(items).toMatchObject([{ id, state: "revoked", revokedAt: now.toISOString(), actions: [] }]);
      await expectAudit(tx, "api_key", id, { action: "api_keys:revoke", actorId: operator.id });
      expect(await tx.auditEvent.count({ where: { resourceId: id } })).toBe(2);
    }));

  it("is for one's own keys, or for administrators", () =>
    withTestTransaction(async (tx) => {
      const [owner, other, admin] = [
        await asUser(tx, "operator"),
        await asUser(tx, "operator"),
        await asUser(tx, "admin"),
      ];
      const {
        apiKey: { id },
      } = await createApiKey(owner, wanted);
      await expect(revokeApiKey(other, { id, now })).rejects.toMatchObject({ code: "not_found" });
      await expect(readApiKey(other, id, now)).rejects.toMatchObject({ code: "not_found" });
      expect((await listApiKeys(other, { limit: 50 }, now)).items).toEqual([]);
      expect((await listApiKeys(admin, { limit: 50 }, now)).items).toMatchObject([
        { id, createdBy: { email: owner.name } },
      ]);
      await revokeApiKey(admin, { id, now });
      expect(await tx.apiKey.findUnique({ where: { id } })).toMatchObject({ revokedAt: now });
    }));
});

describe("listApiKeys", () => {
  it("pages, newest first", () =>
    withTestTransaction(async (tx) => {
      const operator = await asUser(tx, "operator");
      const made = [];
      for (const name of ["one", "two", "three"])
        made.push(await createApiKey(operator, { ...wanted, name }));
      const first = await listApiKeys(operator, { limit: 2 }, now);
      const second = await listApiKeys(operator, { limit: 2, cursor: first.nextCursor! }, now);
      expect([...first.items, ...second.items].map((key) => key.name).sort()).toEqual([
        "one",
        "three",
        "two",
      ]);
      expect(first.items).toHaveLength(2);
      expect(second.nextCursor).toBeNull();
    }));
});
