import { afterEach, describe, expect, it, vi } from "vitest";
import { systemActor, type UserActor } from "@/lib/auth/actor";
import { ensureSetupToken } from "@/lib/auth/bootstrap";
import { hashPassword, verifyPassword } from "@/lib/auth/passwords";
import * as config from "@/lib/config";
import { db, type Transaction } from "@/lib/db/client";
import { asUser, expectAudit, withTestTransaction } from "@/testing/database";
import {
  changeAccount,
  changePassword,
  changeUser,
  createUser,
  endOwnSessions,
  endSessions,
  makePasswordLink,
  proveCurrentPassword,
  resetPassword,
  setPassword,
  setUp,
} from "./commands";
import { listUsers, readAccount, readUser } from "./queries";

vi.mock("@/lib/config", { spy: true });
afterEach(() => vi.resetAllMocks());

const now = new Date("2030-01-01T00:00:00Z");
const later = (ms: number) => new Date(now.getTime() + ms);
const hour = 3_600_000;
const password = "correct horse battery";
const tokenOf = ({ url }: { url: string }) => new URLSearchParams(new URL(url).hash.slice(1)).get("token")!;
const row = (tx: Transaction, { id }: { id: string }) => tx.user.findUniqueOrThrow({ where: { id } });

async function withPassword(tx: Transaction, role: UserActor["role"] = "viewer"): Promise<UserActor> {
  const actor = await asUser(tx, role);
  await tx.user.update({ where: { id: actor.id }, data: { passwordHash: await hashPassword(password) } });
  return actor;
}

describe("createUser", () => {
  it("makes an account without a password, and a link on which its person sets one", () =>
    withTestTransaction(async (tx) => {
      const admin = await asUser(tx, "admin");
      const { id, link } = await createUser(admin, {
        email: " Ada@Example.com",
        name: "Ada",
        role: "operator",
        now,
      });
      expect(await row(tx, { id })).toMatchObject({
        email: "ada@example.com",
        name: "Ada",
        role: "operator",
        passwordHash: null,
      });
      await expectAudit(tx, "user", id, { action: "users:create", actorId: admin.id });
      expect(await resetPassword({ token: tokenOf(link), password, now: later(71 * hour) })).toEqual({
        email: "ada@example.com",
      });
      expect(await verifyPassword((await row(tx, { id })).passwordHash, password)).toBe(true);
    }));

  it.each(["operator", "viewer"] as const)("refuses a %s, and makes nothing", (role) =>
    withTestTransaction(async (tx) => {
      const actor = await asUser(tx, role);
      await expect(
        createUser(actor, { email: "ada@example.com", role: "viewer", now }),
      ).rejects.toMatchObject({ code: "forbidden" });
      expect(await tx.user.count({ where: { email: "ada@example.com" } })).toBe(0);
      expect(await tx.oneTimeToken.count()).toBe(0);
    }),
  );

  it("refuses an e-mail that has an account, naming the field", () =>
    withTestTransaction(async (tx) => {
      const admin = await asUser(tx, "admin");
      await expect(
        createUser(admin, { email: admin.name.toUpperCase(), role: "viewer", now }),
      ).rejects.toMatchObject({
        code: "conflict",
        fields: [{ path: "email" }],
      });
    }));
});

describe("changeUser", () => {
  it("changes a role and records before and after", () =>
    withTestTransaction(async (tx) => {
      const admin = await asUser(tx, "admin");
      const viewer = await asUser(tx, "viewer");
      await changeUser(admin, { id: viewer.id, change: { role: "operator" }, now });
      const event = await expectAudit(tx, "user", viewer.id, {
        action: "users:change_role",
        actorId: admin.id,
      });
      expect(event).toMatchObject({ before: { role: "viewer" }, after: { role: "operator" } });
    }));

  it("ends the sessions and withdraws the links of an account it disables", () =>
    withTestTransaction(async (tx) => {
      const admin = await asUser(tx, "admin");
      const viewer = await withPassword(tx);
      const link = await makePasswordLink(admin, { id: viewer.id, now });
      await changeUser(admin, { id: viewer.id, change: { disabled: true }, now });
      expect(await row(tx, viewer)).toMatchObject({ disabledAt: now, sessionVersion: 2 });
      await changeUser(admin, { id: viewer.id, change: { disabled: false }, now });
      await expect(resetPassword({ token: tokenOf(link), password, now })).rejects.toMatchObject({
        code: "invalid_request",
      });
      await expectAudit(tx, "user", viewer.id, { action: "users:enable", actorId: admin.id });
    }));

  it("keeps the last administrator who can sign in", () =>
    withTestTransaction(async (tx) => {
      const admin = await asUser(tx, "admin");
      const gone = await asUser(tx, "admin");
      await changeUser(admin, { id: gone.id, change: { disabled: true }, now });
      for (const change of [{ role: "viewer" as const }, { disabled: true }])
        await expect(changeUser(systemActor("test"), { id: admin.id, change, now })).rejects.toMatchObject({
          code: "precondition_failed",
          detail: expect.stringContaining("last administrator"),
        });
      expect(await row(tx, admin)).toMatchObject({ role: "admin", disabledAt: null });
    }));

  it("lets an administrator step down while there is another, but not disable the own account", () =>
    withTestTransaction(async (tx) => {
      const admin = await asUser(tx, "admin");
      await asUser(tx, "admin");
      await expect(
        changeUser(admin, { id: admin.id, change: { disabled: true }, now }),
      ).rejects.toMatchObject({ code: "precondition_failed" });
      await changeUser(admin, { id: admin.id, change: { role: "viewer" }, now });
      expect(await row(tx, admin)).toMatchObject({ role: "viewer" });
    }));

  it("does not find a user of another team", () =>
    withTestTransaction(async (tx) => {
      const admin = await asUser(tx, "admin");
      await tx.team.create({ data: { id: "other", name: "Other" } });
      const stranger = await tx.user.create({
        data: { teamId: "other", email: "stranger@example.com", role: "viewer" },
      });
      await expect(
        changeUser(admin, { id: stranger.id, change: { role: "admin" }, now }),
      ).rejects.toMatchObject({ code: "not_found" });
      await expect(readUser(admin, stranger.id, now)).rejects.toMatchObject({ code: "not_found" });
      expect((await listUsers(admin, { limit: 50 }, now)).items.map((user) => user.email)).not.toContain(
        "stranger@example.com",
      );
    }));
});

describe("endSessions", () => {
  it("raises the session version and is recorded", () =>
    withTestTransaction(async (tx) => {
      const admin = await asUser(tx, "admin");
      const viewer = await asUser(tx, "viewer");
      await endSessions(admin, { id: viewer.id });
      expect(await row(tx, viewer)).toMatchObject({ sessionVersion: 2 });
      await expectAudit(tx, "user", viewer.id, { action: "users:end_sessions", actorId: admin.id });
      await expect(endSessions(viewer, { id: admin.id })).rejects.toMatchObject({ code: "forbidden" });
    }));
});

describe("password links", () => {
  it("work once, within an hour, and end the sessions", () =>
    withTestTransaction(async (tx) => {
      const admin = await asUser(tx, "admin");
      const viewer = await withPassword(tx);
      const token = tokenOf(await makePasswordLink(admin, { id: viewer.id, now }));
      await expect(resetPassword({ token, password: "short", now })).rejects.toMatchObject({
        code: "invalid_request",
        fields: [{ path: "password" }],
      });
      await resetPassword({ token, password: "another long password", now: later(hour - 1) });
      expect(await row(tx, viewer)).toMatchObject({ sessionVersion: 2 });
      await expectAudit(tx, "user", viewer.id, {
        action: "account:reset_password",
        actorId: "password-link",
      });
      await expect(resetPassword({ token, password, now })).rejects.toMatchObject({
        code: "invalid_request",
        fields: [{ path: "token" }],
      });
      const late = tokenOf(await makePasswordLink(admin, { id: viewer.id, now }));
      await expect(resetPassword({ token: late, password, now: later(hour) })).rejects.toMatchObject({
        fields: [{ path: "token" }],
      });
    }));

  it("stop working when a newer one is made", () =>
    withTestTransaction(async (tx) => {
      const admin = await asUser(tx, "admin");
      const viewer = await withPassword(tx);
      const older = tokenOf(await makePasswordLink(admin, { id: viewer.id, now }));
      await makePasswordLink(admin, { id: viewer.id, now });
      await expect(resetPassword({ token: older, password, now })).rejects.toMatchObject({
        fields: [{ path: "token" }],
      });
    }));

  it("are refused for people of single sign-on, but not to the command line", () =>
    withTestTransaction(async (tx) => {
      const admin = await asUser(tx, "admin");
      const viewer = await asUser(tx, "viewer");
      await tx.user.update({
        where: { id: viewer.id },
        data: { oidcIssuer: "https://issuer.example", oidcSubject: "1" },
      });
      await expect(makePasswordLink(admin, { id: viewer.id, now })).rejects.toMatchObject({
        code: "precondition_failed",
      });
      await makePasswordLink(systemActor("command-line"), { id: viewer.id, now });
      await setPassword(systemActor("command-line"), { id: viewer.id, password, now });
      await expect(setPassword(admin, { id: viewer.id, password, now })).rejects.toMatchObject({
        code: "forbidden",
      });
    }));
});

describe("the own account", () => {
  it("changes its password with the current one, and ends the other sessions", () =>
    withTestTransaction(async (tx) => {
      const viewer = await withPassword(tx);
      const provenHash = await proveCurrentPassword(db(), viewer, { currentPassword: password }, null, now);
      const result = await changePassword(viewer, { newPassword: "another long password", provenHash, now });
      expect(result).toEqual({ id: viewer.id, sessionVersion: 2 });
      expect(await verifyPassword((await row(tx, viewer)).passwordHash, "another long password")).toBe(true);
      const event = await expectAudit(tx, "user", viewer.id, {
        action: "account:change_password",
        actorId: viewer.id,
      });
      expect(JSON.stringify([event.before, event.after])).not.toContain("$argon2");
      await expect(changePassword(viewer, { newPassword: password, provenHash, now })).rejects.toMatchObject({
        code: "conflict",
      });
    }));

  it("refuses a wrong current password, and slows guesses down", () =>
    withTestTransaction(async (tx) => {
      const viewer = await withPassword(tx);
      for (let index = 0; index < 5; index += 1)
        await expect(
          proveCurrentPassword(db(), viewer, { currentPassword: "wrong" }, null, now),
        ).rejects.toMatchObject({
          code: "invalid_request",
          fields: [{ path: "currentPassword" }],
        });
      await expect(
        proveCurrentPassword(db(), viewer, { currentPassword: password }, null, now),
      ).rejects.toMatchObject({
        code: "rate_limited",
        retryAfterSeconds: 1,
      });
    }));

  it("ends its sessions and changes its name", () =>
    withTestTransaction(async (tx) => {
      const viewer = await asUser(tx, "viewer");
      expect(await endOwnSessions(viewer, {})).toEqual({ id: viewer.id, sessionVersion: 2 });
      await changeAccount(viewer, { name: "Ada" });
      expect(await readAccount(viewer)).toMatchObject({ name: "Ada", signsInWith: [] });
    }));

  it("is nothing an API key has", () =>
    withTestTransaction(async () => {
      const key = {
        type: "api_key",
        id: "k",
        name: "ci",
        role: "admin",
        scopes: [],
        teamId: "default",
      } as const;
      await expect(readAccount({ ...key, scopes: [] })).rejects.toMatchObject({ code: "forbidden" });
      await expect(endOwnSessions({ ...key, scopes: [] }, {})).rejects.toMatchObject({ code: "forbidden" });
    }));
});

describe("setUp", () => {
  const given = { email: "ada@example.com", password, now };

  it("makes the administrator of an empty database, once", () =>
    withTestTransaction(async (tx) => {
      expect(await setUp(given)).toEqual({ email: "ada@example.com" });
      const user = await tx.user.findUniqueOrThrow({ where: { email: "ada@example.com" } });
      expect(user.role).toBe("admin");
      await expectAudit(tx, "user", user.id, { action: "users:create", actorId: "set-up" });
      await expect(setUp({ ...given, email: "eve@example.com" })).rejects.toMatchObject({ code: "conflict" });
    }));

  it("needs the printed token off loopback", () =>
    withTestTransaction(async (tx) => {
      vi.mocked(config.listensOnLoopback).mockReturnValue(false);
      const token = (await ensureSetupToken(now))!;
      for (const wrong of [undefined, "ist_guessed"])
        await expect(setUp({ ...given, token: wrong })).rejects.toMatchObject({
          code: "invalid_request",
          fields: [{ path: "token" }],
        });
      await expect(setUp({ ...given, token, now: later(24 * hour) })).rejects.toMatchObject({
        fields: [{ path: "token" }],
      });
      expect(await tx.user.count()).toBe(0);
      await setUp({ ...given, token });
      expect(await tx.user.count({ where: { role: "admin" } })).toBe(1);
    }));

  it("does not take over an account of single sign-on", () =>
    withTestTransaction(async (tx) => {
      await tx.user.create({
        data: { teamId: "default", email: given.email, role: "viewer", oidcIssuer: "i", oidcSubject: "s" },
      });
      await expect(setUp(given)).rejects.toMatchObject({ code: "conflict", fields: [{ path: "email" }] });
    }));
});

describe("listUsers", () => {
  it("pages by e-mail, counts, searches in e-mail and name, and says what can be done", () =>
    withTestTransaction(async (tx) => {
      const admin = await asUser(tx, "admin");
      for (const [email, name] of [
        ["b@list.example", "Grace"],
        ["a@list.example", "Ada"],
        ["c_d@list.example", null],
      ] as const)
        await tx.user.create({ data: { teamId: "default", email, name, role: "viewer" } });
      const first = await listUsers(admin, { search: "LIST.example", limit: 2 }, now);
      expect(first.items.map((user) => user.email)).toEqual(["a@list.example", "b@list.example"]);
      expect(first).toMatchObject({ total: 3, nextCursor: "b@list.example" });
      const second = await listUsers(
        admin,
        { search: "list.example", limit: 2, cursor: first.nextCursor! },
        now,
      );
      expect(second).toMatchObject({ items: [{ email: "c_d@list.example" }], nextCursor: null });
      expect(
        (await listUsers(admin, { search: "grac", limit: 9 }, now)).items.map((user) => user.email),
      ).toEqual(["b@list.example"]);
      expect(
        (await listUsers(admin, { search: "_", limit: 9 }, now)).items.map((user) => user.email),
      ).toEqual(["c_d@list.example"]);
      expect(await readUser(admin, admin.id, now)).toMatchObject({
        isYou: true,
        actions: ["end_sessions", "make_password_link"],
      });
    }));
});
