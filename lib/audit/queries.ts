import "server-only";
import type { z } from "zod";
import { foreignCursor, pageOf } from "@/lib/api/list";
import type { Actor } from "@/lib/auth/actor";
import { db } from "@/lib/db/client";
import type { AuditEvent, Prisma } from "@/lib/db/generated/client";
import { containsText, literalInLike } from "@/lib/db/like";
import { problem } from "@/lib/errors";
import type { AuditEventView, AuditFilter, revisionSchema } from "./schema";

const view = (event: AuditEvent): AuditEventView => ({
  id: event.id.toString(),
  at: event.at.toISOString(),
  actor: {
    type: event.actorType as AuditEventView["actor"]["type"],
    id: event.actorId,
    name: event.actorName,
  },
  action: event.action,
  resource: { type: event.resourceType, id: event.resourceId, name: event.resourceName },
  before: event.before,
  after: event.after,
  reason: event.reason,
  requestId: event.requestId,
});

function whereOf(actor: Actor, filter: AuditFilter): Prisma.AuditEventWhereInput {
  const and: Prisma.AuditEventWhereInput[] = [];
  if (filter.actor !== undefined)
    and.push({ OR: [{ actorId: filter.actor }, { actorName: containsText(filter.actor) }] });
  if (filter.action !== undefined)
    and.push(
      filter.action.includes(":")
        ? { action: filter.action }
        : { action: { startsWith: `${literalInLike(filter.action)}:` } },
    );
  if (filter.q !== undefined)
    and.push({
      OR: [
        { actorName: containsText(filter.q) },
        { resourceName: containsText(filter.q) },
        { resourceId: containsText(filter.q) },
        { action: containsText(filter.q) },
        { reason: containsText(filter.q) },
      ],
    });
  return {
    teamId: actor.teamId,
    resourceType: filter.resourceType,
    resourceId: filter.resourceId,
    ...(filter.start === undefined && filter.end === undefined
      ? {}
      : { at: { gte: filter.start, lt: filter.end } }),
    AND: and,
  };
}

/** The team's audit events, newest first. Throws `invalid_request` for a cursor that is not one. */
export async function listAuditEvents(
  actor: Actor,
  filter: AuditFilter,
  page: { cursor?: string; limit: number },
): Promise<{ items: AuditEventView[]; nextCursor: string | null }> {
  if (page.cursor !== undefined && !/^\d{1,18}$/.test(page.cursor)) throw foreignCursor();
  const rows = await db().auditEvent.findMany({
    where: {
      ...whereOf(actor, filter),
      ...(page.cursor === undefined ? {} : { id: { lt: BigInt(page.cursor) } }),
    },
    orderBy: { id: "desc" },
    take: page.limit + 1,
  });
  return pageOf(rows, page.limit, (row) => row.id.toString(), view);
}

/** One audit event of the team. Throws `not_found`. */
export async function getAuditEvent(actor: Actor, id: string): Promise<AuditEventView> {
  const row = /^\d{1,18}$/.test(id)
    ? await db().auditEvent.findFirst({ where: { id: BigInt(id), teamId: actor.teamId } })
    : null;
  if (row === null) throw problem("not_found", "There is no audit event with this id.");
  return view(row);
}

/** What occurs in the team's log, for the filters of the page: every action and resource type, sorted. */
export async function auditVocabulary(actor: Actor): Promise<{ actions: string[]; resourceTypes: string[] }> {
  const where = { teamId: actor.teamId };
  const [actions, types] = await Promise.all([
    db().auditEvent.groupBy({ by: ["action"], where, orderBy: { action: "asc" } }),
    db().auditEvent.groupBy({ by: ["resourceType"], where, orderBy: { resourceType: "asc" } }),
  ]);
  return { actions: actions.map((row) => row.action), resourceTypes: types.map((row) => row.resourceType) };
}

/** What a thing was at a time, ends as `[validFrom, validTo)`. Throws `not_found` when it did not exist then. */
export async function revisionAt(
  actor: Actor,
  { resourceType, resourceId, at }: { resourceType: string; resourceId: string; at: Date },
): Promise<z.input<typeof revisionSchema>> {
  const row = await db().revision.findFirst({
    where: {
      teamId: actor.teamId,
      resourceType,
      resourceId,
      validFrom: { lte: at },
      OR: [{ validTo: null }, { validTo: { gt: at } }],
    },
    orderBy: { id: "desc" },
  });
  if (row === null)
    throw problem("not_found", `There was no ${resourceType} with this id at ${at.toISOString()}.`);
  return {
    resourceType,
    resourceId,
    state: row.state,
    validFrom: row.validFrom.toISOString(),
    validTo: row.validTo?.toISOString() ?? null,
  };
}
