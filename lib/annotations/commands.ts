import "server-only";
import { z } from "zod";
import { command } from "@/lib/db/command";
import { problem } from "@/lib/errors";
import { annotationView } from "./queries";
import { type AnnotationView, annotationInputSchema } from "./schema";

const withService = { service: { select: { name: true } } } as const;

const change = (before: AnnotationView | null, after: AnnotationView | null) => {
  const { id, text } = (after ?? before)!;
  return {
    type: "annotation",
    id,
    name: text.slice(0, 100),
    action: after === null ? "annotations:delete" : "annotations:add",
    before,
    after,
  };
};

/** Marks a moment or a span of time. Throws `invalid_request` for a service that does not exist. */
export const addAnnotation = command({
  permission: "annotations:write",
  input: annotationInputSchema,
  run: async (tx, actor, { service: serviceName, ...input }) => {
    const service =
      serviceName === null
        ? null
        : await tx.service.findFirst({ where: { teamId: actor.teamId, name: serviceName, validTo: null } });
    if (serviceName !== null && service === null)
      throw problem("invalid_request", "Some fields are not valid.", {
        fields: [{ path: "service", message: `There is no service "${serviceName}"` }],
      });
    const row = await tx.annotation.create({
      data: { teamId: actor.teamId, serviceId: service?.id ?? null, ...input },
      include: withService,
    });
    const after = annotationView(row);
    return { result: after, changes: [change(null, after)] };
  },
});

/** Deletes an annotation; the audit log keeps what it said. Throws `not_found`. */
export const deleteAnnotation = command({
  permission: "annotations:write",
  input: z.object({ id: z.string() }),
  run: async (tx, actor, { id }) => {
    const row = await tx.annotation.findFirst({ where: { id, teamId: actor.teamId }, include: withService });
    const { count } = await tx.annotation.deleteMany({ where: { id, teamId: actor.teamId } });
    if (row === null || count === 0) throw problem("not_found", "There is no annotation with this id.");
    return { result: undefined, changes: [change(annotationView(row), null)] };
  },
});
