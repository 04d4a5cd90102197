import "server-only";
import { db } from "@/lib/db/client";

/**
 * How long a claim holds unless it is renewed. When it runs out, because its holder died or was stopped for longer
 * than this, any other process may take it at its next try; a holder that wakes up late is refused the renewal and
 * aborts what it does. For that moment both may be at work, so work under a lease must bear being done twice.
 */
export const LEASE_SECONDS = 10;

/** Under a third of the lease: two renewals may fail before it runs out. */
export const RENEW_SECONDS = 3;

/**
 * Takes the lease `name` for `holder`, or renews it when `holder` has it; false while another holds it. One statement
 * on the database's clock, so of holders that race exactly one gets it, whatever their own clocks say.
 */
export async function claimLease(
  name: string,
  holder: string,
  seconds: number = LEASE_SECONDS,
): Promise<boolean> {
  const rows = await db().$queryRaw<{ name: string }[]>`
    INSERT INTO "Lease" AS lease (name, holder, "expiresAt")
    VALUES (${name}, ${holder}, clock_timestamp() + make_interval(secs => ${seconds}))
    ON CONFLICT (name) DO UPDATE SET holder = EXCLUDED.holder, "expiresAt" = EXCLUDED."expiresAt"
    WHERE lease.holder = EXCLUDED.holder OR lease."expiresAt" < clock_timestamp()
    RETURNING name`;
  return rows.length === 1;
}

/**
 * Returns in how many seconds the lease `name` runs out unless it is renewed: 0 or less where it has, or nobody holds it.
 * By the database's clock.
 */
export async function leaseRunsOutIn(name: string): Promise<number> {
  const [row] = await db().$queryRaw<{ seconds: number }[]>`
    SELECT extract(epoch FROM "expiresAt" - clock_timestamp())::float8 AS seconds FROM "Lease" WHERE name = ${name}`;
  return row?.seconds ?? 0;
}

/** Gives the lease up, so that another need not wait until it runs out. Does nothing when `holder` has lost it. */
export async function releaseLease(name: string, holder: string): Promise<void> {
  await db().lease.deleteMany({ where: { name, holder } });
}
