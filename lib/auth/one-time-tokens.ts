import "server-only";
import type { Transaction } from "@/lib/db/client";
import type { OneTimeTokenKind } from "@/lib/db/generated/client";
import { hashSecret, newSecret } from "./tokens";

/** How long each kind of link works, in milliseconds. An invitation is a password reset that may wait longer. */
export const lifetimesMs = {
  setup: 24 * 60 * 60_000,
  sign_in: 10 * 60_000,
  password_reset: 60 * 60_000,
  invitation: 3 * 24 * 60 * 60_000,
} as const;

export type OneTimeSecret = { id: string; secret: string; expiresAt: Date };

/** Makes a token that works once. Only its hash is kept, so the secret can be shown now and never again. */
export async function makeOneTimeToken(
  tx: Transaction,
  token: { kind: OneTimeTokenKind; userId: string | null; expiresAt: Date },
): Promise<OneTimeSecret> {
  const secret = newSecret("ist_");
  const { id } = await tx.oneTimeToken.create({ data: { ...token, hash: hashSecret(secret) } });
  return { id, secret, expiresAt: token.expiresAt };
}

/**
 * Uses a token up, or returns null when it is unknown, used or expired. Call it in the transaction of what it allows:
 * when that fails the link is not spent.
 */
export async function spendOneTimeToken(
  tx: Transaction,
  kind: OneTimeTokenKind,
  secret: string,
  now: Date,
): Promise<{ id: string; userId: string | null } | null> {
  const [spent] = await tx.oneTimeToken.updateManyAndReturn({
    where: { hash: hashSecret(secret), kind, usedAt: null, expiresAt: { gt: now } },
    data: { usedAt: now },
    select: { id: true, userId: true },
  });
  return spent ?? null;
}

/** Makes the unused tokens of a user worthless. */
export async function withdrawOneTimeTokens(tx: Transaction, userId: string, now: Date): Promise<void> {
  await tx.oneTimeToken.updateMany({ where: { userId, usedAt: null }, data: { usedAt: now } });
}
