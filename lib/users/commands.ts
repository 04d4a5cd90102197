import "server-only";
import { z } from "zod";
import type { Change } from "@/lib/audit/record";
import { type Actor, systemActor } from "@/lib/auth/actor";
import {
  createFirstAdministrator,
  lockFirstAdministrator,
  needsFirstAdministrator,
} from "@/lib/auth/first-administrator";
import {
  lifetimesMs,
  makeOneTimeToken,
  type OneTimeSecret,
  spendOneTimeToken,
  withdrawOneTimeTokens,
} from "@/lib/auth/one-time-tokens";
import { hashPassword, verifyPassword } from "@/lib/auth/passwords";
import { newPasswordSchema, type OneTimeLink } from "@/lib/auth/schema";
import { forgive, takeAttempt } from "@/lib/auth/throttle";
import { userState } from "@/lib/auth/user-state";
import { listensOnLoopback, publicUrl } from "@/lib/config";
import type { Transaction } from "@/lib/db/client";
import { command } from "@/lib/db/command";
import type { User } from "@/lib/db/generated/client";
import { isUniqueViolation } from "@/lib/db/unique-violation";
import { problem } from "@/lib/errors";
import {
  type changePasswordSchema,
  changeUserSchema,
  createUserSchema,
  personNameOrNull,
  resetPasswordSchema,
  setUpSchema,
} from "./schema";
import { userObstacles } from "./user";

const changeOf = (before: User | null, after: User, action: string): Change => ({
  type: "user",
  id: after.id,
  name: after.email,
  action,
  before: before === null ? null : userState(before),
  after: userState(after),
});

/** The secret stands after `#`, which browsers send to no server and write to no log. */
const passwordLink = ({ secret, expiresAt }: OneTimeSecret): OneTimeLink => ({
  url: `${publicUrl()}/sign-in/reset#token=${secret}`,
  expiresAt: expiresAt.toISOString(),
});

const linkMade = (token: OneTimeSecret, user: User, kind: string): Change => ({
  type: "one_time_link",
  id: token.id,
  name: user.email,
  action: "users:make_password_link",
  before: null,
  after: { kind, userId: user.id, expiresAt: token.expiresAt.toISOString() },
});

/** The row of a user of the actor's team, locked until the transaction ends. Throws `not_found`. */
async function lockUser(tx: Transaction, actor: Actor, id: string): Promise<User> {
  await tx.$queryRaw`SELECT "id" FROM "User" WHERE "id" = ${id} FOR UPDATE`;
  const user = await tx.user.findUnique({ where: { id, teamId: actor.teamId } });
  if (user === null) throw problem("not_found", "There is no such user.");
  return user;
}

/** Whether this is the only administrator who can sign in. Locks them all, so that two cannot step down at once. */
async function isLastAdministrator(tx: Transaction, actor: Actor, id: string): Promise<boolean> {
  const administrators = await tx.$queryRaw<{ id: string }[]>`
    SELECT "id" FROM "User"
    WHERE "teamId" = ${actor.teamId} AND "role" = 'admin' AND "disabledAt" IS NULL
    ORDER BY "id" FOR UPDATE`;
  return administrators.length === 1 && administrators[0]!.id === id;
}

/**
 * Makes a user without a password, and a link on which that person sets one. Throws `conflict` when the e-mail has an
 * account.
 */
export const createUser = command({
  permission: "users:write",
  input: createUserSchema.extend({ now: z.date() }),
  run: async (tx, actor, { email, name, role, now }) => {
    const taken = await tx.user.findUnique({ where: { email } });
    const conflict = () =>
      problem("conflict", `${email} has an account already.`, {
        fields: [{ path: "email", message: "an e-mail without an account" }],
      });
    if (taken !== null) throw conflict();
    const user = await tx.user
      .create({ data: { teamId: actor.teamId, email, name: name ?? null, role } })
      .catch((error: unknown) => {
        throw isUniqueViolation(error) ? conflict() : error;
      });
    const expiresAt = new Date(now.getTime() + lifetimesMs.invitation);
    const token = await makeOneTimeToken(tx, { kind: "password_reset", userId: user.id, expiresAt });
    return {
      result: { id: user.id, link: passwordLink(token) },
      changes: [changeOf(null, user, "users:create"), linkMade(token, user, "invitation")],
    };
  },
});

/**
 * Changes name, role or whether an account is disabled. Disabling ends the sessions and withdraws unused links. Throws
 * `precondition_failed` where the last administrator would be lost, or one disables oneself.
 */
export const changeUser = command({
  permission: "users:write",
  input: z.object({ id: z.string(), change: changeUserSchema, now: z.date() }),
  run: async (tx, actor, { id, change, now }) => {
    const last = await isLastAdministrator(tx, actor, id);
    const before = await lockUser(tx, actor, id);
    const disabled = before.disabledAt !== null;
    const obstacles = userObstacles({
      role: before.role,
      disabled,
      singleSignOn: before.oidcSubject !== null,
      isYou: before.id === actor.id,
      isLastAdministrator: last,
    });
    const changesRole = change.role !== undefined && change.role !== before.role;
    const disables = change.disabled === true && !disabled;
    const enables = change.disabled === false && disabled;
    const why =
      (changesRole ? obstacles.change_role : undefined) ?? (disables ? obstacles.disable : undefined);
    if (why !== undefined) throw problem("precondition_failed", why, { current: userState(before) });
    if (disables) await withdrawOneTimeTokens(tx, id, now);
    const after = await tx.user.update({
      where: { id },
      data: {
        ...(change.name === undefined ? {} : { name: change.name }),
        ...(changesRole ? { role: change.role } : {}),
        ...(disables ? { disabledAt: now, sessionVersion: { increment: 1 } } : {}),
        ...(enables ? { disabledAt: null } : {}),
      },
    });
    const action = disables
      ? "users:disable"
      : enables
        ? "users:enable"
        : changesRole
          ? "users:change_role"
          : "users:update";
    return { result: id, changes: [changeOf(before, after, action)] };
  },
});

/** Signs a user out everywhere. */
export const endSessions = command({
  permission: "users:write",
  input: z.object({ id: z.string() }),
  run: async (tx, actor, { id }) => {
    const before = await lockUser(tx, actor, id);
    const after = await tx.user.update({ where: { id }, data: { sessionVersion: { increment: 1 } } });
    return { result: id, changes: [changeOf(before, after, "users:end_sessions")] };
  },
});

/**
 * Makes a link on which a user sets a new password; earlier links stop working. Throws `precondition_failed` for an
 * account that is disabled or of single sign-on; a job (`npm run user`) may give the latter a password, for the day
 * the issuer is gone.
 */
export const makePasswordLink = command({
  permission: "users:write",
  input: z.object({ id: z.string(), now: z.date() }),
  run: async (tx, actor, { id, now }) => {
    const user = await lockUser(tx, actor, id);
    const why = userObstacles({
      role: user.role,
      disabled: user.disabledAt !== null,
      singleSignOn: user.oidcSubject !== null && actor.type !== "system",
      isYou: user.id === actor.id,
      isLastAdministrator: false,
    }).make_password_link;
    if (why !== undefined) throw problem("precondition_failed", why);
    await withdrawOneTimeTokens(tx, id, now);
    const lifetime = user.passwordHash === null ? lifetimesMs.invitation : lifetimesMs.password_reset;
    const expiresAt = new Date(now.getTime() + lifetime);
    const token = await makeOneTimeToken(tx, { kind: "password_reset", userId: id, expiresAt });
    return { result: passwordLink(token), changes: [linkMade(token, user, "password_reset")] };
  },
});

/** Sets a user's password from the machine's own command line, and ends the sessions. */
export const setPassword = command({
  permission: "users:write",
  input: z.object({ id: z.string(), password: newPasswordSchema, now: z.date() }),
  run: async (tx, actor, { id, password, now }) => {
    if (actor.type !== "system")
      throw problem("forbidden", "Nobody sets the password of someone else; make a link instead.");
    const before = await lockUser(tx, actor, id);
    const after = await storePassword(tx, before, password, now);
    return { result: after.email, changes: [changeOf(before, after, "users:set_password")] };
  },
});

async function storePassword(tx: Transaction, user: User, password: string, now: Date): Promise<User> {
  await withdrawOneTimeTokens(tx, user.id, now);
  await forgive({ email: user.email, address: null });
  return tx.user.update({
    where: { id: user.id },
    data: { passwordHash: await hashPassword(password), sessionVersion: { increment: 1 } },
  });
}

const ownAccount = (actor: Actor): string => {
  if (actor.type === "user") return actor.id;
  throw problem("forbidden", "Only a signed-in person has an account; this is an API key.");
};

/** Changes the name of the signed-in person. */
export const changeAccount = command({
  permission: "account:write",
  input: z.object({ name: personNameOrNull }),
  run: async (tx, actor, { name }) => {
    const before = await lockUser(tx, actor, ownAccount(actor));
    const after = await tx.user.update({ where: { id: before.id }, data: { name } });
    return { result: after.id, changes: [changeOf(before, after, "account:update")] };
  },
});

/**
 * Changes the password of the signed-in person and ends every session; the caller gets the new session version for
 * its own. Check the current password first, with `proveCurrentPassword`.
 */
export const changePassword = command({
  permission: "account:write",
  input: z.object({ newPassword: newPasswordSchema, provenHash: z.string(), now: z.date() }),
  run: async (tx, actor, { newPassword, provenHash, now }) => {
    const before = await lockUser(tx, actor, ownAccount(actor));
    if (before.passwordHash !== provenHash)
      throw problem("conflict", "The password was changed elsewhere in the meantime. Sign in again.");
    const after = await storePassword(tx, before, newPassword, now);
    return {
      result: { id: after.id, sessionVersion: after.sessionVersion },
      changes: [changeOf(before, after, "account:change_password")],
    };
  },
});

/** Ends every session of the signed-in person; the caller gets the new session version for its own. */
export const endOwnSessions = command({
  permission: "account:write",
  input: z.object({}),
  run: async (tx, actor) => {
    const before = await lockUser(tx, actor, ownAccount(actor));
    const after = await tx.user.update({
      where: { id: before.id },
      data: { sessionVersion: { increment: 1 } },
    });
    return {
      result: { id: after.id, sessionVersion: after.sessionVersion },
      changes: [changeOf(before, after, "account:end_sessions")],
    };
  },
});

const linkIsDead = () =>
  problem("invalid_request", "This link was used, or it has expired. Ask for a new one.", {
    fields: [{ path: "token", message: "a link that has not been used and has not expired" }],
  });

const resetPasswordByToken = command({
  permission: "account:write",
  input: resetPasswordSchema.extend({ now: z.date() }),
  run: async (tx, _actor, { token, password, now }) => {
    const spent = await spendOneTimeToken(tx, "password_reset", token, now);
    const before = spent?.userId ? await tx.user.findUnique({ where: { id: spent.userId } }) : null;
    if (before === null || before.disabledAt !== null) throw linkIsDead();
    const after = await storePassword(tx, before, password, now);
    return { result: { email: after.email }, changes: [changeOf(before, after, "account:reset_password")] };
  },
});

/** Sets the password of the one whom the link was made for, spends the link and ends the sessions. */
export const resetPassword = (
  input: { token: string; password: string; now: Date },
  context: { requestId?: string } = {},
) => resetPasswordByToken(systemActor("password-link"), input, context);

const setUpByVisitor = command({
  permission: "users:write",
  input: setUpSchema.extend({ now: z.date() }),
  run: async (tx, _actor, { email, name, password, token, now }) => {
    await lockFirstAdministrator(tx);
    if (!(await needsFirstAdministrator()))
      throw problem("conflict", "This console has an administrator already. Sign in instead.");
    if (!listensOnLoopback()) {
      const spent = token === undefined ? null : await spendOneTimeToken(tx, "setup", token, now);
      if (spent === null)
        throw problem(
          "invalid_request",
          "The token is not the one that the start printed, or it has expired.",
          {
            fields: [
              {
                path: "token",
                message: "the token that the console's start printed; a restart prints a new one",
              },
            ],
          },
        );
    }
    if ((await tx.user.findUnique({ where: { email } })) !== null)
      throw problem(
        "conflict",
        `${email} signs in through single sign-on; choose another e-mail for the administrator.`,
        {
          fields: [{ path: "email", message: "an e-mail without an account" }],
        },
      );
    const passwordHash = await hashPassword(password);
    await createFirstAdministrator(tx, { email, name: name ?? null, passwordHash }, "set-up");
    // Its audit event is written where the environment's administrator gets one, too.
    return { result: { email }, changes: [] };
  },
});

/**
 * Makes the first administrator: once, whoever else tries at the same time. Off loopback only with the token that the
 * start printed. Throws `conflict` when there is one, `invalid_request` for a wrong token.
 */
export const setUp = (
  input: z.input<typeof setUpSchema> & { now: Date },
  context: { requestId?: string } = {},
) => setUpByVisitor(systemActor("set-up"), input, context);

/**
 * Checks the current password of the signed-in person and returns its hash, which `changePassword` compares. Slowed
 * down like a sign-in, so that an open session is no way to guess. Throws `invalid_request` or `rate_limited`.
 */
export async function proveCurrentPassword(
  tx: Pick<Transaction, "user">,
  actor: Actor,
  { currentPassword }: Pick<z.output<typeof changePasswordSchema>, "currentPassword">,
  address: string | null,
  now: Date,
): Promise<string> {
  const user = await tx.user.findUniqueOrThrow({ where: { id: ownAccount(actor) } });
  if (user.passwordHash === null)
    throw problem("precondition_failed", "You sign in through single sign-on and have no password here.");
  const attempt = { email: user.email, address };
  const retryAt = await takeAttempt(attempt, now);
  if (retryAt !== null) {
    const seconds = Math.max(1, Math.ceil((retryAt.getTime() - now.getTime()) / 1000));
    throw problem("rate_limited", `Too many wrong passwords. Try again in ${seconds} s.`, {
      retryAfterSeconds: seconds,
    });
  }
  if (!(await verifyPassword(user.passwordHash, currentPassword)))
    throw problem("invalid_request", "The current password is wrong.", {
      fields: [{ path: "currentPassword", message: "your current password" }],
    });
  await forgive(attempt);
  return user.passwordHash;
}
