import "server-only";
import { pageOf } from "@/lib/api/list";
import type { Actor } from "@/lib/auth/actor";
import { db } from "@/lib/db/client";
import type { Annotation, Service } from "@/lib/db/generated/client";
import { problem } from "@/lib/errors";
import type { AnnotationFilter, AnnotationView } from "./schema";

/** An annotation as a caller sees it. */
export const annotationView = (
  row: Annotation & { service: Pick<Service, "name"> | null },
): AnnotationView => ({
  id: row.id,
  start: row.start.toISOString(),
  end: row.end?.toISOString() ?? null,
  text: row.text,
  kind: row.kind,
  service: row.service?.name ?? null,
});

const cursorOf = (row: Annotation) => `${row.start.getTime()}.${row.id}`;

function after(cursor: string): { start: Date; id: string } {
  const [, time, id] = /^(\d{1,16})\.([0-9a-f-]{36})$/.exec(cursor) ?? [];
  if (time === undefined || id === undefined)
    throw problem("invalid_request", "This cursor is not from this list.", {
      fields: [{ path: "cursor", message: "The nextCursor of the page before" }],
    });
  return { start: new Date(Number(time)), id };
}

/**
 * The team's annotations that touch `[start, end]`, newest first; one without an end is a moment. Throws
 * `invalid_request` for a cursor that is not one.
 */
export async function listAnnotations(
  actor: Actor,
  filter: AnnotationFilter,
  page: { cursor?: string; limit: number },
): Promise<{ items: AnnotationView[]; nextCursor: string | null }> {
  const position = page.cursor === undefined ? undefined : after(page.cursor);
  const rows = await db().annotation.findMany({
    where: {
      teamId: actor.teamId,
      kind: filter.kind,
      AND: [
        filter.end === undefined ? {} : { start: { lte: filter.end } },
        filter.start === undefined
          ? {}
          : { OR: [{ end: { gte: filter.start } }, { end: null, start: { gte: filter.start } }] },
        filter.service === undefined
          ? {}
          : { OR: [{ serviceId: null }, { service: { name: filter.service } }] },
        position === undefined
          ? {}
          : { OR: [{ start: { lt: position.start } }, { start: position.start, id: { lt: position.id } }] },
      ],
    },
    include: { service: { select: { name: true } } },
    orderBy: [{ start: "desc" }, { id: "desc" }],
    take: page.limit + 1,
  });
  return pageOf(rows, page.limit, cursorOf, annotationView);
}
