import "server-only";
import { z } from "zod";
import type { Actor } from "@/lib/auth/actor";
import type { Transaction } from "@/lib/db/client";
import { command } from "@/lib/db/command";
import type { Annotation, Service } from "@/lib/db/generated/client";
import { invalidFields, problem } from "@/lib/errors";
import { annotationView } from "./queries";
import { annotationInputSchema, annotationPatchSchema } from "./schema";

type Row = Annotation & { service: Pick<Service, "name"> | null };

const withService = { service: { select: { name: true } } } as const;

/** What the audit log and the revisions hold of an annotation. */
const audited = (row: Row) => ({
  start: row.start.toISOString(),
  end: row.end?.toISOString() ?? null,
  text: row.text,
  kind: row.kind,
  service: row.service?.name ?? null,
});

const change = (action: "add" | "edit" | "delete" | "restore", before: Row | null, after: Row | null) => {
  const { id, text } = (after ?? before)!;
  return {
    type: "annotation",
    id,
    name: text.slice(0, 100),
    action: `annotations:${action}`,
    before: before === null ? null : audited(before),
    after: after === null ? null : audited(after),
  };
};

async function serviceIdOf(tx: Transaction, actor: Actor, name: string | null): Promise<string | null> {
  if (name === null) return null;
  const service = await tx.service.findFirst({ where: { teamId: actor.teamId, name, validTo: null } });
  if (service === null) throw invalidFields([{ path: "service", message: `There is no service "${name}"` }]);
  return service.id;
}

/** Marks a moment or a span of time. Throws `invalid_request` for a service that does not exist. */
export const addAnnotation = command({
  permission: "annotations:write",
  input: annotationInputSchema,
  run: async (tx, actor, { service, ...input }) => {
    const row = await tx.annotation.create({
      data: {
        teamId: actor.teamId,
        serviceId: await serviceIdOf(tx, actor, service),
        author: actor.type === "system" ? null : actor.name,
        ...input,
      },
      include: withService,
    });
    return { result: annotationView(row, actor), changes: [change("add", null, row)] };
  },
});

const found = async (tx: Transaction, actor: Actor, id: string): Promise<Row> => {
  const row = await tx.annotation.findFirst({ where: { id, teamId: actor.teamId }, include: withService });
  if (row === null) throw problem("not_found", "There is no annotation with this id.");
  return row;
};

const changedMeanwhile = (row: Row, actor: Actor) =>
  problem("precondition_failed", "Someone changed this annotation since you read it.", {
    current: annotationView(row, actor),
  });

/**
 * Changes an annotation; what is left out stays. Throws `not_found`, `conflict` for a deleted one, `invalid_request` for
 * an end before the start, and `precondition_failed` with the current state when `version` is not the present one.
 */
export const editAnnotation = command({
  permission: "annotations:write",
  input: z.object({ id: z.string(), ifMatch: z.number().int().optional(), patch: annotationPatchSchema }),
  run: async (tx, actor, { id, ifMatch, patch: { service, ...patch } }) => {
    const before = await found(tx, actor, id);
    if (before.deletedAt !== null)
      throw problem("conflict", "This annotation was deleted. Restore it before changing it.");
    if (ifMatch !== undefined && ifMatch !== before.version) throw changedMeanwhile(before, actor);
    const start = patch.start ?? before.start;
    const end = patch.end === undefined ? before.end : patch.end;
    if (end !== null && end < start) throw invalidFields([{ path: "end", message: "Not before the start" }]);
    const { count } = await tx.annotation.updateMany({
      where: { id, version: before.version, deletedAt: null },
      data: {
        ...patch,
        ...(service === undefined ? {} : { serviceId: await serviceIdOf(tx, actor, service) }),
        version: { increment: 1 },
      },
    });
    const after = await found(tx, actor, id);
    if (count === 0) throw changedMeanwhile(after, actor);
    return { result: annotationView(after, actor), changes: [change("edit", before, after)] };
  },
});

/**
 * Deletes an annotation, which can be restored. Throws `not_found`, also for one that is deleted already, and
 * `precondition_failed` with the current state when `ifMatch` is not the present version.
 */
export const deleteAnnotation = command({
  permission: "annotations:write",
  input: z.object({ id: z.string(), ifMatch: z.number().int().optional(), now: z.date() }),
  run: async (tx, actor, { id, ifMatch, now }) => {
    const before = await found(tx, actor, id);
    if (before.deletedAt !== null) throw problem("not_found", "This annotation is deleted already.");
    if (ifMatch !== undefined && ifMatch !== before.version) throw changedMeanwhile(before, actor);
    const { count } = await tx.annotation.updateMany({
      where: { id, version: before.version, deletedAt: null },
      data: { deletedAt: now, version: { increment: 1 } },
    });
    if (count === 0) throw changedMeanwhile(await found(tx, actor, id), actor);
    return { result: undefined, changes: [change("delete", before, null)] };
  },
});

/** Brings a deleted annotation back. Throws `not_found`, and `conflict` for one that is not deleted. */
export const restoreAnnotation = command({
  permission: "annotations:write",
  input: z.object({ id: z.string() }),
  run: async (tx, actor, { id }) => {
    await found(tx, actor, id);
    const { count } = await tx.annotation.updateMany({
      where: { id, deletedAt: { not: null } },
      data: { deletedAt: null, version: { increment: 1 } },
    });
    if (count === 0) throw problem("conflict", "This annotation is not deleted.");
    const after = await found(tx, actor, id);
    return { result: annotationView(after, actor), changes: [change("restore", null, after)] };
  },
});
