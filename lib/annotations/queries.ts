import "server-only";
import { foreignCursor, pageOf } from "@/lib/api/list";
import type { Actor } from "@/lib/auth/actor";
import { can } from "@/lib/auth/permissions";
import { db } from "@/lib/db/client";
import type { Annotation, Service } from "@/lib/db/generated/client";
import { deployments } from "./deploys";
import type { AnnotationFilter, AnnotationView } from "./schema";

type Row = Annotation & { service: Pick<Service, "name"> | null };

/** An annotation as a caller sees it. */
export const annotationView = (row: Row, actor: Actor): AnnotationView => ({
  id: row.id,
  start: row.start.toISOString(),
  end: row.end?.toISOString() ?? null,
  text: row.text,
  kind: row.kind,
  service: row.service?.name ?? null,
  author: row.author,
  isComputed: false,
  version: row.version,
  actions: !can(actor, "annotations:write", row)
    ? []
    : row.deletedAt === null
      ? ["edit", "delete"]
      : ["restore"],
});

const cursorOf = ({ start, id }: Pick<AnnotationView, "start" | "id">) => `${Date.parse(start)}.${id}`;

function after(cursor: string): { start: Date; id: string } {
  const [, time, id] = /^(\d{1,16})\.([0-9a-f-]{36})$/.exec(cursor) ?? [];
  if (time === undefined || id === undefined) throw foreignCursor();
  return { start: new Date(Number(time)), id };
}

/** Deployments are looked for in at most so long a window: more of them than fit a chart lie in a longer one. */
const longestWindowMs = 100 * 86_400_000;

/**
 * The team's annotations that touch `[start, end]`, newest first, and the deployments that the metrics show between
 * both, where both are given; one without an end is a moment. `notes` say which source could not be read. Throws
 * `invalid_request` for a cursor that is not one.
 */
export async function listAnnotations(
  actor: Actor,
  filter: AnnotationFilter,
  page: { cursor?: string; limit: number },
  { now, signal }: { now: Date; signal?: AbortSignal },
): Promise<{ items: AnnotationView[]; nextCursor: string | null; notes: string[] }> {
  const position = page.cursor === undefined ? undefined : after(page.cursor);
  const [stored, computed] = await Promise.all([
    storedAnnotations(actor, filter, position, page.limit),
    computedAnnotations(actor, filter, now, signal),
  ]);
  const remaining = computed.items.filter(
    ({ id, start }) =>
      position === undefined ||
      Date.parse(start) < position.start.getTime() ||
      (Date.parse(start) === position.start.getTime() && id < position.id),
  );
  const views = stored.map((row) => annotationView(row, actor));
  const items = [...views, ...remaining.filter((mark) => !views.some((view) => tellsOf(view, mark)))]
    .sort((a, b) => Date.parse(b.start) - Date.parse(a.start) || (a.id < b.id ? 1 : -1))
    .slice(0, page.limit + 1);
  return { ...pageOf(items, page.limit, cursorOf, (item) => item), notes: computed.notes };
}

function storedAnnotations(
  actor: Actor,
  filter: AnnotationFilter,
  position: { start: Date; id: string } | undefined,
  limit: number,
): Promise<Row[]> {
  return db().annotation.findMany({
    where: {
      teamId: actor.teamId,
      deletedAt: null,
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
    take: limit + 1,
  });
}

function computedAnnotations(
  actor: Actor,
  { start, end, service, kind = "deployment" }: AnnotationFilter,
  now: Date,
  signal: AbortSignal | undefined,
): Promise<{ items: AnnotationView[]; notes: string[] }> {
  const isAsked = kind === "deployment" && start !== undefined && end !== undefined;
  if (!isAsked || end.getTime() - start.getTime() > longestWindowMs || !can(actor, "signals:read"))
    return Promise.resolve({ items: [], notes: [] });
  return deployments(actor, { start, end, service, now }, signal);
}

/** A pipeline that announced a deployment said more of it than the metrics do. */
const announcedWithinMs = 15 * 60_000;

const tellsOf = (view: AnnotationView, mark: AnnotationView): boolean =>
  view.kind === "deployment" &&
  (view.service === null || view.service === mark.service) &&
  Math.abs(Date.parse(view.start) - Date.parse(mark.start)) <= announcedWithinMs;
