import "server-only";
import { recordChanges } from "@/lib/audit/record";
import { db, type Transaction } from "@/lib/db/client";
import type { User } from "@/lib/db/generated/client";
import { DEFAULT_TEAM_ID, systemActor } from "./actor";
import { userState } from "./user-state";

/** Held while the first administrator is made, so that there is one. Any constant does, as long as nothing shares it. */
const ADVISORY_LOCK_KEY = 4_713_201_918;

/** Waits until no one else makes the first administrator; the lock goes with the transaction. */
export const lockFirstAdministrator = (tx: Transaction) =>
  tx.$executeRaw`SELECT pg_advisory_xact_lock(${ADVISORY_LOCK_KEY})`;

/**
 * Whether there has never been an administrator. People who came by single sign-on do not count: else the first of
 * them would close the set-up for everyone.
 */
export const needsFirstAdministrator = async (): Promise<boolean> =>
  (await db().user.findFirst({ where: { role: "admin" }, select: { id: true } })) === null;

/** Makes the team that everything belongs to, where it is missing. */
export const ensureDefaultTeam = (tx: Transaction) =>
  tx.team.upsert({
    where: { id: DEFAULT_TEAM_ID },
    create: { id: DEFAULT_TEAM_ID, name: "Default" },
    update: {},
  });

/** Makes the first administrator, in a transaction that holds the lock and found that there is none. */
export async function createFirstAdministrator(
  tx: Transaction,
  given: { email: string; name: string | null; passwordHash: string },
  by: "set-up" | "environment",
): Promise<User> {
  await ensureDefaultTeam(tx);
  const user = await tx.user.create({ data: { teamId: DEFAULT_TEAM_ID, role: "admin", ...given } });
  await recordChanges(
    tx,
    systemActor(by),
    "users:create",
    [{ type: "user", id: user.id, name: user.email, before: null, after: userState(user) }],
    {},
  );
  return user;
}
