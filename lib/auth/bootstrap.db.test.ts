import { describe, expect, it, vi } from "vitest";

vi.hoisted(() => {
  Object.assign(process.env, {
    INFERSCOPE_ADMIN_EMAIL: "Ops@Example.com",
    INFERSCOPE_ADMIN_PASSWORD: "a password of the environment",
    INFERSCOPE_API_KEY: "isk_a_key_of_the_environment_long_enough",
  });
});

import { asUser, expectAudit, withTestTransaction } from "@/testing/database";
import { apiKeyActor } from "./authenticate";
import { ensureBootstrap, ensureSetupToken } from "./bootstrap";
import { spendOneTimeToken } from "./one-time-tokens";
import { verifyPassword } from "./passwords";
import { hashSecret } from "./tokens";

const now = new Date("2030-01-01T00:00:00Z");
const key = "isk_a_key_of_the_environment_long_enough";

describe("ensureBootstrap", () => {
  it("makes the administrator and the key of the environment once, however often it runs", () =>
    withTestTransaction(async (tx) => {
      await ensureBootstrap(now);
      await ensureBootstrap(now);
      const [user, ...others] = await tx.user.findMany();
      expect(others).toEqual([]);
      expect(user).toMatchObject({ email: "ops@example.com", role: "admin" });
      expect(await verifyPassword(user!.passwordHash, "a password of the environment")).toBe(true);
      await expectAudit(tx, "user", user!.id, { action: "users:create", actorId: "environment" });
      expect(await apiKeyActor(key, now)).toMatchObject({ type: "api_key", role: "admin", scopes: [] });
      expect(await tx.apiKey.count()).toBe(1);
    }));

  it("leaves the administrator who is there alone", () =>
    withTestTransaction(async (tx) => {
      const admin = await asUser(tx, "admin");
      await ensureBootstrap(now);
      expect(await tx.user.findMany({ select: { id: true } })).toEqual([{ id: admin.id }]);
    }));

  it("does not bring a revoked key back", () =>
    withTestTransaction(async (tx) => {
      await ensureBootstrap(now);
      await tx.apiKey.updateMany({ data: { revokedAt: now } });
      await ensureBootstrap(now);
      await expect(apiKeyActor(key, now)).rejects.toMatchObject({ code: "unauthenticated" });
    }));

  it("revokes the key that the variable held before, and no other", () =>
    withTestTransaction(async (tx) => {
      const old = await tx.apiKey.create({
        data: {
          teamId: "default",
          name: "INFERSCOPE_API_KEY",
          prefix: "isk_old",
          hash: hashSecret("old"),
          role: "admin",
        },
      });
      const { id: createdById } = await asUser(tx, "admin");
      const owned = await tx.apiKey.create({
        data: {
          teamId: "default",
          name: "INFERSCOPE_API_KEY",
          prefix: "isk_own",
          hash: hashSecret("own"),
          role: "admin",
          createdById,
        },
      });
      await ensureBootstrap(now);
      expect(await tx.apiKey.findUnique({ where: { id: old.id } })).toMatchObject({ revokedAt: now });
      expect(await tx.apiKey.findUnique({ where: { id: owned.id } })).toMatchObject({ revokedAt: null });
      await expectAudit(tx, "api_key", old.id, { action: "api_keys:revoke", actorId: "environment" });
    }));
});

describe("ensureSetupToken", () => {
  it("makes a token only while there is no administrator; people of single sign-on do not close the set-up", () =>
    withTestTransaction(async (tx) => {
      await asUser(tx, "viewer");
      const token = await ensureSetupToken(now);
      expect(token).toMatch(/^ist_/);
      expect(await spendOneTimeToken(tx, "setup", token!, now)).not.toBeNull();
      await asUser(tx, "admin");
      expect(await ensureSetupToken(now)).toBeNull();
    }));
});
