import "server-only";
import type { Actor } from "@/lib/auth/actor";
import type { Transaction } from "@/lib/db/client";
import { Prisma } from "@/lib/db/generated/client";

/** A thing that changed: `before` is null for one that was made, `after` for one that is gone. Never holds a secret. */
export type Change = {
  type: string;
  id: string;
  name?: string;
  /** The verb of the audit event when the permission's own is too coarse, such as "users:disable". */
  action?: string;
  before: Record<string, unknown> | null;
  after: Record<string, unknown> | null;
  /** False for something that was done to a thing rather than to its state (a job tried again): audited, not a revision. */
  revision?: false;
};

const json = (value: Record<string, unknown> | null): Prisma.InputJsonValue | typeof Prisma.DbNull =>
  value === null ? Prisma.DbNull : (JSON.parse(JSON.stringify(value)) as Prisma.InputJsonValue);

const equal = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/**
 * Writes an audit event for each change and moves its revisions on: the open one ends now, and `after` begins. A
 * change whose before and after are equal leaves no trace. Runs in the transaction that made the change.
 */
export async function recordChanges(
  tx: Transaction,
  actor: Actor,
  action: string,
  changes: Change[],
  context: { requestId?: string; reason?: string },
): Promise<void> {
  for (const change of changes) {
    if (equal(change.before, change.after)) continue;
    const [row] = await tx.$queryRaw<{ now: Date }[]>`SELECT clock_timestamp() AS now`;
    const at = row!.now;
    await tx.auditEvent.create({
      data: {
        at,
        teamId: actor.teamId,
        actorType: actor.type,
        actorId: actor.id,
        actorName: actor.name,
        action: change.action ?? action,
        resourceType: change.type,
        resourceId: change.id,
        resourceName: change.name ?? null,
        before: json(change.before),
        after: json(change.after),
        reason: context.reason ?? null,
        requestId: context.requestId ?? null,
      },
    });
    if (change.revision === false) continue;
    await tx.revision.updateMany({
      where: { resourceType: change.type, resourceId: change.id, validTo: null },
      data: { validTo: at },
    });
    if (change.after !== null)
      await tx.revision.create({
        data: {
          teamId: actor.teamId,
          resourceType: change.type,
          resourceId: change.id,
          state: json(change.after) as Prisma.InputJsonValue,
          validFrom: at,
        },
      });
  }
}
