import "server-only";
import type { Actor } from "@/lib/auth/actor";
import { db } from "@/lib/db/client";
import type { Takeover } from "./schema";

const most = 50;

interface Row extends Pick<Takeover, "id" | "kind" | "note"> {
  alertId: string;
  alertName: string;
  alertState: Takeover["alert"]["state"];
  byId: string;
  byName: string;
  at: Date;
}

/**
 * The acknowledgements of the caller that others took over or undid, and that the caller has not said to have seen;
 * newest first. Who undid one stands in the audit log alone.
 */
export async function unseenTakeovers(actor: Actor): Promise<Takeover[]> {
  const rows = await db().$queryRaw<Row[]>`
    SELECT ack.id, ack."endedBy" AS kind, alert.id AS "alertId", alert.name AS "alertName",
      alert.state AS "alertState", by.id AS "byId", by.name AS "byName", by.note, ack."endedAt" AS at
    FROM "Acknowledgement" AS ack
    JOIN "Alert" AS alert ON alert.id = ack."alertId"
    JOIN LATERAL (
      SELECT successor."actorId" AS id, successor."actorName" AS name, successor.note
      FROM "Acknowledgement" AS successor
      WHERE ack."endedBy" = 'taken_over' AND successor.id = ack.successor
      UNION ALL
      SELECT event."actorId", event."actorName", NULL
      FROM "AuditEvent" AS event
      WHERE ack."endedBy" = 'undone' AND event."resourceType" = 'alert' AND event."resourceId" = ack."alertId"
        AND event.action = 'alerts:undo_acknowledgement' AND event."actorId" <> ack."actorId"
        AND (event.before ->> 'at')::timestamptz = ack.at
    ) AS by ON true
    WHERE ack."actorId" = ${actor.id} AND ack."endedBy" IN ('taken_over', 'undone') AND ack."toldAt" IS NULL
      AND alert."teamId" = ${actor.teamId}
    ORDER BY ack."endedAt" DESC
    LIMIT ${most}`;
  return rows.map(({ id, kind, alertId, alertName, alertState, byId, byName, note, at }) => ({
    id,
    kind,
    alert: { id: alertId, name: alertName, state: alertState },
    by: { id: byId, name: byName },
    note,
    at: at.toISOString(),
  }));
}
