import "server-only";
import { db, transaction } from "@/lib/db/client";
import type { User } from "@/lib/db/generated/client";
import { spendOneTimeToken } from "./one-time-tokens";
import { verifyPassword } from "./passwords";
import { MAXIMUM_PASSWORD_LENGTH } from "./schema";
import { recordRefusedSignIn, recordSignIn } from "./sign-in-events";
import { forgive, takeAttempt } from "./throttle";

/** What came of a try to sign in. `wrong` does not say which of e-mail and password it was. */
export type SignInOutcome =
  | { kind: "signed_in"; user: User }
  | { kind: "wrong" }
  | { kind: "disabled" }
  | { kind: "expired_link" }
  | { kind: "throttled"; retryAt: Date };

/** E-mails are kept in lower case. */
export const normalizeEmail = (email: string): string => email.trim().toLowerCase();

/**
 * Signs in by e-mail and password. Takes as long for an account that does not exist as for a wrong password, and says
 * that an account is disabled only to one who knows its password.
 */
export async function signInByPassword(
  given: { email: string; password: string },
  address: string | null,
  now: Date,
): Promise<SignInOutcome> {
  const attempt = { email: normalizeEmail(given.email), address };
  const retryAt = await takeAttempt(attempt, now);
  if (retryAt !== null) return { kind: "throttled", retryAt };
  const user = await db().user.findUnique({ where: { email: attempt.email } });
  const tooLong = given.password.length > MAXIMUM_PASSWORD_LENGTH;
  const matches = await verifyPassword(user?.passwordHash ?? null, tooLong ? "" : given.password);
  if (user === null || !matches) {
    await recordRefusedSignIn(user, "password", "wrong_password", address);
    return { kind: "wrong" };
  }
  if (user.disabledAt !== null) {
    await recordRefusedSignIn(user, "password", "disabled", address);
    return { kind: "disabled" };
  }
  await forgive(attempt);
  await transaction(() => recordSignIn(user, "password", address, now));
  return { kind: "signed_in", user };
}

/** Signs in by a one-time link, which is then spent. */
export async function signInByLink(token: string, address: string | null, now: Date): Promise<SignInOutcome> {
  return transaction(async (tx) => {
    const spent = await spendOneTimeToken(tx, "sign_in", token, now);
    const user = spent?.userId ? await tx.user.findUnique({ where: { id: spent.userId } }) : null;
    if (user === null) {
      await recordRefusedSignIn(null, "link", "expired_link", address);
      return { kind: "expired_link" };
    }
    if (user.disabledAt !== null) {
      await recordRefusedSignIn(user, "link", "disabled", address);
      return { kind: "disabled" };
    }
    await recordSignIn(user, "link", address, now);
    return { kind: "signed_in", user };
  });
}
