import "server-only";
import { pageOf } from "@/lib/api/list";
import type { Actor } from "@/lib/auth/actor";
import { roleIncludes } from "@/lib/auth/permissions";
import { db } from "@/lib/db/client";
import type { ApiKey as ApiKeyRow, Prisma } from "@/lib/db/generated/client";
import { problem } from "@/lib/errors";
import { apiKeyState } from "./api-key";
import type { ApiKey, ApiKeyList } from "./schema";

export const withMaker = { createdBy: { select: { id: true, email: true, disabledAt: true } } } as const;

type Row = ApiKeyRow & { createdBy: { id: string; email: string; disabledAt: Date | null } | null };

/**
 * The keys an actor may see and revoke: an administrator's, all of the team; else those one made oneself. A key sees
 * itself and nothing more, unless it is an administrator's.
 */
export function visibleTo(actor: Actor): Prisma.ApiKeyWhereInput {
  if (actor.type === "system" || roleIncludes(actor.role, "admin")) return { teamId: actor.teamId };
  return actor.type === "user"
    ? { teamId: actor.teamId, createdById: actor.id }
    : { teamId: actor.teamId, id: actor.id };
}

/** A row as the API shows it; the hash stays behind. */
export function presentApiKey(row: Row, now: Date): ApiKey {
  const state = apiKeyState(row, now);
  return {
    id: row.id,
    name: row.name,
    prefix: row.prefix,
    role: row.role,
    scopes: row.scopes,
    state,
    createdBy: row.createdBy === null ? null : { id: row.createdBy.id, email: row.createdBy.email },
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt?.toISOString() ?? null,
    revokedAt: row.revokedAt?.toISOString() ?? null,
    lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
    actions: state === "revoked" ? [] : ["revoke"],
  };
}

/** The keys the actor may see, newest first. */
export async function listApiKeys(
  actor: Actor,
  { cursor, limit }: { cursor?: string; limit: number },
  now: Date,
): Promise<ApiKeyList> {
  const rows = await db().apiKey.findMany({
    // Ids are UUIDs of version 7: their order is that of their making.
    where: { AND: [visibleTo(actor), cursor === undefined ? {} : { id: { lt: cursor } }] },
    orderBy: { id: "desc" },
    take: limit + 1,
    include: withMaker,
  });
  return pageOf(
    rows,
    limit,
    (row) => row.id,
    (row) => presentApiKey(row, now),
  );
}

/** One key that the actor may see. Throws `not_found`. */
export async function readApiKey(actor: Actor, id: string, now: Date): Promise<ApiKey> {
  const row = await db().apiKey.findFirst({ where: { AND: [{ id }, visibleTo(actor)] }, include: withMaker });
  if (row === null) throw problem("not_found", "There is no such API key, or it is someone else's.");
  return presentApiKey(row, now);
}
