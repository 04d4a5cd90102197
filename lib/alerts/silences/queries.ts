import "server-only";
import { z } from "zod";
import { foreignCursor, pageOf } from "@/lib/api/list";
import type { Actor } from "@/lib/auth/actor";
import { can } from "@/lib/auth/permissions";
import { db } from "@/lib/db/client";
import type { Silence } from "@/lib/db/generated/client";
import { matches } from "../labels";
import { matcherSchema, type SilenceMatcher, type SilenceView, type silencePreviewSchema } from "./schema";

const matchersInRow = z.array(matcherSchema);

const matchersOf = ({ matchers }: Pick<Silence, "matchers">): SilenceMatcher[] =>
  matchersInRow.parse(matchers);

/** Whether a silence is still to come, holds, or is over at `now`. */
export function silenceState(
  { startsAt, endsAt, endedAt }: Pick<Silence, "startsAt" | "endsAt" | "endedAt">,
  now: Date,
): SilenceView["state"] {
  if (endedAt !== null || endsAt <= now) return "expired";
  return startsAt > now ? "pending" : "active";
}

/** The team's silences that hold at `now`. */
export async function activeSilences(
  actor: Pick<Actor, "teamId">,
  now: Date,
): Promise<{ id: string; matchers: SilenceMatcher[] }[]> {
  const rows = await db().silence.findMany({
    where: { teamId: actor.teamId, startsAt: { lte: now }, endsAt: { gt: now }, endedAt: null },
  });
  return rows.map((row) => ({ id: row.id, matchers: matchersOf(row) }));
}

async function activeLabels(actor: Actor) {
  const rows = await db().alert.findMany({
    where: { teamId: actor.teamId, state: { in: ["pending", "firing"] } },
    select: { id: true, name: true, state: true, severity: true, labels: true },
    orderBy: { activeAt: "desc" },
  });
  return rows.map((row) => ({
    ...row,
    state: row.state as "pending" | "firing",
    labels: row.labels as Record<string, string>,
  }));
}

function view(
  row: Silence,
  actor: Actor,
  now: Date,
  active: Awaited<ReturnType<typeof activeLabels>>,
): SilenceView {
  const matchers = matchersOf(row);
  const state = silenceState(row, now);
  return {
    id: row.id,
    matchers,
    startsAt: row.startsAt.toISOString(),
    endsAt: (row.endedAt ?? row.endsAt).toISOString(),
    comment: row.comment,
    createdBy: row.createdBy,
    state,
    covers: state === "active" ? active.filter(({ labels }) => matches(labels, matchers)).length : 0,
    actions: state !== "expired" && can(actor, "silences:write", row) ? ["expire"] : [],
  };
}

/** A silence as a caller sees it at `now`. */
export const silenceView = async (row: Silence, actor: Actor, now: Date): Promise<SilenceView> =>
  view(row, actor, now, await activeLabels(actor));

/**
 * The team's silences, the ones that end last first; those that are over are left out unless asked for. Throws
 * `invalid_request` for a cursor that is not one.
 */
export async function listSilences(
  actor: Actor,
  { expired }: { expired: boolean },
  page: { cursor?: string; limit: number },
  now: Date,
): Promise<{ items: SilenceView[]; nextCursor: string | null }> {
  const [, time, id] =
    page.cursor === undefined ? [] : (/^(\d{1,16})\.([0-9a-f-]{36})$/.exec(page.cursor) ?? []);
  if (page.cursor !== undefined && id === undefined) throw foreignCursor();
  const end = new Date(Number(time));
  const rows = await db().silence.findMany({
    where: {
      teamId: actor.teamId,
      AND: [
        expired ? {} : { endsAt: { gt: now }, endedAt: null },
        id === undefined ? {} : { OR: [{ endsAt: { lt: end } }, { endsAt: end, id: { lt: id } }] },
      ],
    },
    orderBy: [{ endsAt: "desc" }, { id: "desc" }],
    take: page.limit + 1,
  });
  const active = await activeLabels(actor);
  return pageOf(
    rows,
    page.limit,
    (row) => `${row.endsAt.getTime()}.${row.id}`,
    (row) => view(row, actor, now, active),
  );
}

/** The most alerts that a preview names; it counts all. */
const mostPreviewed = 50;

/** Which active alerts these matchers would cover now. */
export async function previewSilence(
  actor: Actor,
  matchers: readonly SilenceMatcher[],
): Promise<z.infer<typeof silencePreviewSchema>> {
  const covered = (await activeLabels(actor)).filter(({ labels }) => matches(labels, matchers));
  return { active: covered.length, alerts: covered.slice(0, mostPreviewed) };
}
