import "server-only";
import type { Transaction } from "@/lib/db/client";

/**
 * Holds groups until the transaction ends. Whoever writes groups, their rules or their alerts holds the groups first, all
 * of them at once and in the order of their ids, so that no two wait for each other; an evaluation holds its group in the
 * same way and waits for nobody. What was read of a group before is to be read again.
 */
export async function holdGroups(tx: Transaction, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await tx.$queryRaw`
    SELECT id FROM "RuleGroup" WHERE id = ANY(${[...ids]}::text[]) ORDER BY id FOR UPDATE`;
}

/** `holdGroups` for the groups of rules; those of another team are left alone. */
export async function holdGroupsOfRules(
  tx: Transaction,
  teamId: string,
  ruleIds: readonly string[],
): Promise<void> {
  const rules = await tx.alertRule.findMany({
    where: { id: { in: [...ruleIds] }, teamId },
    select: { groupId: true },
  });
  await holdGroups(
    tx,
    rules.map(({ groupId }) => groupId),
  );
}

/**
 * Holds a group of this version until the transaction ends, unless another holds it at this moment or it has changed; false
 * then.
 */
export async function holdGroupIfFree(
  tx: Transaction,
  { id, version }: { id: string; version: number },
): Promise<boolean> {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    SELECT id FROM "RuleGroup" WHERE id = ${id} AND version = ${version} AND "validTo" IS NULL
    FOR UPDATE SKIP LOCKED`;
  return rows.length > 0;
}
