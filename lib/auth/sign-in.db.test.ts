import { describe, expect, it } from "vitest";
import type { Transaction } from "@/lib/db/client";
import { asUser, expectAudit, withTestTransaction } from "@/testing/database";
import { makeOneTimeToken } from "./one-time-tokens";
import { hashPassword } from "./passwords";
import { signInByLink, signInByPassword } from "./sign-in";
import { makeSignInLink } from "./sign-in-links";

const now = new Date("2030-01-01T00:00:00Z");
const minutesLater = (minutes: number) => new Date(now.getTime() + minutes * 60_000);
const password = "correct horse battery";

async function withPassword(tx: Transaction) {
  const actor = await asUser(tx, "operator");
  await tx.user.update({ where: { id: actor.id }, data: { passwordHash: await hashPassword(password) } });
  return actor;
}

describe("signInByPassword", () => {
  it("signs in whatever the case of the e-mail, and records it with the address", () =>
    withTestTransaction(async (tx) => {
      const { id, name: email } = await withPassword(tx);
      const outcome = await signInByPassword(
        { email: ` ${email.toUpperCase()}`, password },
        "203.0.113.7",
        now,
      );
      expect(outcome).toMatchObject({ kind: "signed_in", user: { id } });
      expect(await tx.user.findUnique({ where: { id } })).toMatchObject({ lastSignInAt: now });
      const event = await expectAudit(tx, "user", id, { action: "session:sign_in", actorId: id });
      expect(event.after).toEqual({ method: "password", address: "203.0.113.7" });
    }));

  it("answers a wrong password and an unknown account alike, and records neither password nor typed e-mail", () =>
    withTestTransaction(async (tx) => {
      const { id, name: email } = await withPassword(tx);
      expect(await signInByPassword({ email, password: "wrong password" }, null, now)).toEqual({
        kind: "wrong",
      });
      expect(await signInByPassword({ email: "nobody@example.com", password }, null, now)).toEqual({
        kind: "wrong",
      });
      await expectAudit(tx, "user", id, { action: "session:sign_in_refused", actorId: "sign-in" });
      const events = await tx.auditEvent.findMany({ where: { action: "session:sign_in_refused" } });
      expect(events).toHaveLength(2);
      const written = JSON.stringify(events, (_key, value) =>
        typeof value === "bigint" ? String(value) : value,
      );
      expect(written).not.toContain("wrong password");
      expect(written).not.toContain("nobody@example.com");
    }));

  it("refuses an account without a password, whatever is given", () =>
    withTestTransaction(async (tx) => {
      const { name: email } = await asUser(tx, "viewer");
      expect(await signInByPassword({ email, password: "" }, null, now)).toEqual({ kind: "wrong" });
      expect(await signInByPassword({ email, password: "no account has this password" }, null, now)).toEqual({
        kind: "wrong",
      });
    }));

  it("tells only the one who knows the password that the account is disabled", () =>
    withTestTransaction(async (tx) => {
      const { id, name: email } = await withPassword(tx);
      await tx.user.update({ where: { id }, data: { disabledAt: now } });
      expect(await signInByPassword({ email, password: "wrong password" }, null, now)).toEqual({
        kind: "wrong",
      });
      expect(await signInByPassword({ email, password }, null, now)).toEqual({ kind: "disabled" });
    }));

  it("refuses the right password too while the account has to wait, and says until when", () =>
    withTestTransaction(async (tx) => {
      const { name: email } = await withPassword(tx);
      for (let index = 0; index < 5; index += 1)
        await signInByPassword({ email, password: "wrong" }, null, now);
      const retryAt = new Date(now.getTime() + 1000);
      expect(await signInByPassword({ email, password }, null, now)).toEqual({ kind: "throttled", retryAt });
      expect(await signInByPassword({ email, password }, null, retryAt)).toMatchObject({ kind: "signed_in" });
    }));
});

describe("signInByLink", () => {
  const tokenOf = (url: string) => new URLSearchParams(new URL(url).hash.slice(1)).get("token")!;

  it("signs in once, within ten minutes", () =>
    withTestTransaction(async (tx) => {
      const admin = await asUser(tx, "admin");
      const viewer = await asUser(tx, "viewer");
      const { url, expiresAt } = await makeSignInLink(admin, { email: viewer.name, now });
      expect(new Date(expiresAt)).toEqual(minutesLater(10));
      expect(new URL(url).pathname).toBe("/sign-in/link");
      expect(await signInByLink(tokenOf(url), null, minutesLater(9))).toMatchObject({
        kind: "signed_in",
        user: { id: viewer.id },
      });
      expect(await signInByLink(tokenOf(url), null, minutesLater(9))).toEqual({ kind: "expired_link" });
      await expectAudit(tx, "user", viewer.id, { action: "session:sign_in", actorId: viewer.id });
    }));

  it("refuses a link that ran out, of another kind, or of a disabled account", () =>
    withTestTransaction(async (tx) => {
      const admin = await asUser(tx, "admin");
      const { url } = await makeSignInLink(admin, { email: admin.name, now });
      expect(await signInByLink(tokenOf(url), null, minutesLater(10))).toEqual({ kind: "expired_link" });
      const reset = await makeOneTimeToken(tx, {
        kind: "password_reset",
        userId: admin.id,
        expiresAt: minutesLater(60),
      });
      expect(await signInByLink(reset.secret, null, now)).toEqual({ kind: "expired_link" });
      const viewer = await asUser(tx, "viewer");
      const late = await makeSignInLink(admin, { email: viewer.name, now });
      await tx.user.update({ where: { id: viewer.id }, data: { disabledAt: now } });
      expect(await signInByLink(tokenOf(late.url), null, now)).toEqual({ kind: "disabled" });
    }));

  it("keeps no secret of a link, neither in the token's row nor in the audit log", () =>
    withTestTransaction(async (tx) => {
      const admin = await asUser(tx, "admin");
      const { url } = await makeSignInLink(admin, { email: admin.name, now });
      const kept = JSON.stringify([
        await tx.oneTimeToken.findMany(),
        (await tx.auditEvent.findMany()).map((event) => ({ ...event, id: String(event.id) })),
        (await tx.revision.findMany()).map((row) => ({ ...row, id: String(row.id) })),
      ]);
      expect(kept).not.toContain(tokenOf(url));
    }));

  it("is for administrators to make, and only for accounts that can sign in", () =>
    withTestTransaction(async (tx) => {
      const operator = await asUser(tx, "operator");
      const admin = await asUser(tx, "admin");
      await expect(makeSignInLink(operator, { now })).rejects.toMatchObject({ code: "forbidden" });
      await expect(makeSignInLink(admin, { email: "nobody@example.com", now })).rejects.toMatchObject({
        code: "not_found",
      });
      await tx.user.update({ where: { id: operator.id }, data: { disabledAt: now } });
      await expect(makeSignInLink(admin, { email: operator.name, now })).rejects.toMatchObject({
        code: "precondition_failed",
      });
    }));
});
