import { randomUUID } from "node:crypto";
import { afterAll, expect } from "vitest";
import { DEFAULT_TEAM_ID, type Role, type UserActor } from "@/lib/auth/actor";
import { closeDatabase, prisma, type Transaction, transaction } from "@/lib/db/client";

/** The database of `*.db.test.ts`; `npm test` starts one and sets this. */
export const testDatabaseUrl = process.env.TEST_DATABASE_URL;

if (testDatabaseUrl !== undefined) process.env.DATABASE_URL = testDatabaseUrl;
process.env.INFERSCOPE_SECRET ??= "a secret of tests, as long as is needed here";
process.env.INFERSCOPE_ENCRYPTION_KEY ??= Buffer.alloc(32, 7).toString("base64");

afterAll(closeDatabase);

class RollBack extends Error {}

/**
 * Runs `run` in a transaction that is always rolled back. Commands called inside join it as savepoints, so they behave
 * as in production and leave nothing behind.
 */
export async function withTestTransaction(run: (tx: Transaction) => Promise<void>): Promise<void> {
  if (testDatabaseUrl === undefined)
    throw new Error("TEST_DATABASE_URL is not set. `npm test` starts a database and sets it.");
  try {
    await prisma().team.upsert({
      where: { id: DEFAULT_TEAM_ID },
      create: { id: DEFAULT_TEAM_ID, name: "Default" },
      update: {},
    });
    await transaction(async (tx) => {
      await run(tx);
      throw new RollBack();
    });
  } catch (error) {
    if (!(error instanceof RollBack)) throw error;
  }
}

/** A user of the given role, made in the surrounding transaction. */
export async function asUser(tx: Transaction, role: Role): Promise<UserActor> {
  const email = `${role}-${randomUUID()}@example.com`;
  const user = await tx.user.create({ data: { teamId: DEFAULT_TEAM_ID, email, role } });
  return { type: "user", id: user.id, name: email, role, teamId: DEFAULT_TEAM_ID };
}

/** Asserts that the newest audit event of a thing has this action and actor, and returns it. */
export async function expectAudit(
  tx: Transaction,
  resourceType: string,
  resourceId: string,
  expected: { action: string; actorId: string },
) {
  const event = await tx.auditEvent.findFirst({
    where: { resourceType, resourceId },
    orderBy: { id: "desc" },
  });
  expect(event).toMatchObject(expected);
  return event!;
}
