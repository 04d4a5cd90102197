import "server-only";
import type { Actor } from "@/lib/auth/actor";
import { db } from "@/lib/db/client";
import type { Takeover } from "./schema";

const most = 50;

/** The acknowledgements of the caller that others took over, and that the caller has not said to have seen; newest first. */
export async function unseenTakeovers(actor: Actor): Promise<Takeover[]> {
  const rows = await db().acknowledgement.findMany({
    where: {
      actorId: actor.id,
      endedBy: "taken_over",
      toldAt: null,
      successor: { not: null },
      alert: { teamId: actor.teamId },
    },
    include: { alert: { select: { id: true, name: true, state: true } } },
    orderBy: { endedAt: "desc" },
    take: most,
  });
  const successors = await db().acknowledgement.findMany({
    where: { id: { in: rows.map(({ successor }) => successor!) } },
    select: { id: true, actorId: true, actorName: true, note: true, at: true },
  });
  const byId = new Map(successors.map((each) => [each.id, each]));
  return rows.flatMap(({ id, alert, successor }) => {
    const by = byId.get(successor!);
    if (by === undefined) return [];
    return {
      id,
      alert: { ...alert, state: alert.state as Takeover["alert"]["state"] },
      by: { id: by.actorId, name: by.actorName },
      note: by.note,
      at: by.at.toISOString(),
    };
  });
}
