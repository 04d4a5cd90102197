import "server-only";
import { z } from "zod";
import type { Actor } from "@/lib/auth/actor";
import { hashSecret, keyPrefix, newSecret } from "@/lib/auth/tokens";
import type { Transaction } from "@/lib/db/client";
import { command } from "@/lib/db/command";
import type { ApiKey as ApiKeyRow } from "@/lib/db/generated/client";
import { invalidFields, problem } from "@/lib/errors";
import { excessOf } from "./api-key";
import { presentApiKey, visibleTo, withMaker } from "./queries";
import { createApiKeySchema } from "./schema";

const stateOf = (row: ApiKeyRow) => ({
  name: row.name,
  prefix: row.prefix,
  role: row.role,
  scopes: row.scopes,
  expiresAt: row.expiresAt?.toISOString() ?? null,
  revoked: row.revokedAt !== null,
});

/** Whose key it becomes: the person's who makes it, or of whom the asking key is. */
async function makerOf(tx: Transaction, actor: Actor): Promise<string | null> {
  if (actor.type === "user") return actor.id;
  if (actor.type === "system") return null;
  return (await tx.apiKey.findUniqueOrThrow({ where: { id: actor.id } })).createdById;
}

/**
 * Makes a key and returns it with its secret; only the secret's hash is kept. Throws `forbidden` for a key that could
 * do more than its maker.
 */
export const createApiKey = command({
  permission: "api_keys:write",
  input: createApiKeySchema.extend({ now: z.date() }),
  run: async (tx, actor, { name, role, scopes, expiresAt, now }) => {
    const excess = excessOf(actor, { role, scopes });
    if (excess !== null)
      throw problem("forbidden", "A key may not do more than the one who makes it.", { fields: [excess] });
    if (expiresAt !== null && new Date(expiresAt) <= now)
      throw invalidFields([{ path: "expiresAt", message: "a time in the future, or null for never" }]);
    const secret = newSecret("isk_");
    const row = await tx.apiKey.create({
      data: {
        teamId: actor.teamId,
        name,
        prefix: keyPrefix(secret),
        hash: hashSecret(secret),
        role,
        scopes: [...new Set(scopes)].sort(),
        createdById: await makerOf(tx, actor),
        expiresAt: expiresAt === null ? null : new Date(expiresAt),
      },
      include: withMaker,
    });
    return {
      result: { apiKey: presentApiKey(row, now), secret },
      changes: [
        { type: "api_key", id: row.id, name, action: "api_keys:create", before: null, after: stateOf(row) },
      ],
    };
  },
});

/**
 * Revokes a key for good; it stays in the list. Revoking it again changes nothing. Throws `not_found` for a key the
 * actor may not see.
 */
export const revokeApiKey = command({
  permission: "api_keys:write",
  input: z.object({ id: z.string(), now: z.date() }),
  run: async (tx, actor, { id, now }) => {
    const mine = { AND: [{ id }, visibleTo(actor)] };
    const before = await tx.apiKey.findFirst({ where: mine });
    if (before === null) throw problem("not_found", "There is no such API key, or it is someone else's.");
    const [after] = await tx.apiKey.updateManyAndReturn({
      where: { AND: [mine, { revokedAt: null }] },
      data: { revokedAt: now },
    });
    return {
      result: undefined,
      changes:
        after === undefined
          ? []
          : [
              {
                type: "api_key",
                id,
                name: after.name,
                action: "api_keys:revoke",
                before: stateOf(before),
                after: stateOf(after),
              },
            ],
    };
  },
});
