import "server-only";
import { db } from "@/lib/db/client";

/** How failures of one key slow down the next try. Times in milliseconds. */
type Limit = {
  /** Tries that fail without a wait. */
  free: number;
  /** The wait doubles from one second up to this, so that nobody is locked out forever. */
  longestWaitMs: number;
};

/** A person mistypes a few times; behind one address there may be an office. */
const limits = {
  account: { free: 5, longestWaitMs: 5 * 60_000 },
  address: { free: 25, longestWaitMs: 15 * 60_000 },
} as const satisfies Record<string, Limit>;

/** A day without a failure starts the count anew. */
const FORGOTTEN_AFTER_MS = 24 * 60 * 60_000;

/** Who tries: the account by its e-mail, and the address when it is known. */
export type Attempt = { email: string; address: string | null };

const keysOf = ({ email, address }: Attempt): { key: string; limit: Limit }[] => [
  // The address first: one that is blocked cannot add to the wait of an account.
  ...(address === null ? [] : [{ key: `address:${address}`, limit: limits.address }]),
  { key: `account:${email.toLowerCase().slice(0, 254)}`, limit: limits.account },
];

/**
 * Takes one try of each key, counted as a failure until `forgive` says otherwise: tries that run side by side cannot
 * share a free one. Returns null when the try may go on, else the time from which the next may.
 */
export async function takeAttempt(attempt: Attempt, now: Date): Promise<Date | null> {
  const forgotten = new Date(now.getTime() - FORGOTTEN_AFTER_MS);
  for (const { key, limit } of keysOf(attempt)) {
    const taken = await db().$queryRaw<{ failures: number }[]>`
      INSERT INTO "SignInThrottle" AS t ("key", "failures", "lastFailure") VALUES (${key}, 1, ${now})
      ON CONFLICT ("key") DO UPDATE SET
        "failures" = CASE WHEN t."lastFailure" < ${forgotten} THEN 1 ELSE t."failures" + 1 END,
        "lastFailure" = ${now},
        "blockedUntil" = CASE
          WHEN t."lastFailure" < ${forgotten} OR t."failures" + 1 < ${limit.free} THEN NULL
          ELSE ${now}::timestamptz + make_interval(secs =>
            LEAST(${limit.longestWaitMs}::float8 / 1000, power(2, LEAST(t."failures" + 1 - ${limit.free}, 30)::float8)))
        END
      WHERE t."blockedUntil" IS NULL OR t."blockedUntil" <= ${now}
      RETURNING "failures"`;
    if (taken.length === 0) {
      const row = await db().signInThrottle.findUnique({ where: { key } });
      return row?.blockedUntil ?? new Date(now.getTime() + 1_000);
    }
  }
  return null;
}

/** After a try that succeeded: the account starts anew, and the address gets its one try back. */
export async function forgive({ email, address }: Attempt): Promise<void> {
  for (const { key } of keysOf({ email, address }))
    if (key.startsWith("account:")) await db().signInThrottle.deleteMany({ where: { key } });
    else
      await db()
        .$executeRaw`UPDATE "SignInThrottle" SET "failures" = GREATEST("failures" - 1, 0), "blockedUntil" = NULL WHERE "key" = ${key}`;
}
