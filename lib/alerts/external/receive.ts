import "server-only";
import type { z } from "zod";
import type { Actor } from "@/lib/auth/actor";
import { db, transaction } from "@/lib/db/client";
import { invalidFields } from "@/lib/errors";
import { recordPosted } from "./commands";
import type { PostedAlerts, takenUpSchema } from "./schema";

/** The connected Alertmanager with this name. Throws `invalid_request` where there is none. */
async function alertmanagerNamed(actor: Actor, name: string): Promise<{ id: string }> {
  const sources = await db().source.findMany({
    where: { teamId: actor.teamId, kind: "alertmanager", validTo: null },
    select: { id: true, name: true },
    orderBy: { name: "asc" },
  });
  const found = sources.find((source) => source.name === name);
  if (found !== undefined) return found;
  const names = sources.map((source) => source.name).join(", ");
  throw invalidFields([
    {
      path: "source",
      message: `There is no Alertmanager "${name}"; ${names === "" ? "none is connected" : `there are ${names}`}`,
    },
  ]);
}

/** Takes up the alerts that an Alertmanager posts to its webhook. Throws `invalid_request` for a source that is none. */
export async function receivePostedAlerts(
  actor: Actor,
  { alerts, truncatedAlerts }: PostedAlerts,
  { source, now }: { source: string | undefined; now: Date },
): Promise<z.output<typeof takenUpSchema>> {
  const id = source === undefined ? null : (await alertmanagerNamed(actor, source)).id;
  const firing = alerts
    .filter(({ status }) => status === "firing")
    .map(({ labels, annotations, startsAt, generatorURL }) => ({
      labels,
      annotations,
      state: "firing" as const,
      value: null,
      activeAt: new Date(startsAt),
      generatorUrl: generatorURL || null,
    }));
  const resolved = alerts.filter(({ status }) => status === "resolved").map(({ labels }) => labels);
  const changed = await transaction((tx) =>
    recordPosted(tx, { id, teamId: actor.teamId }, { firing, resolved }, now),
  );
  const notes =
    truncatedAlerts > 0
      ? [
          `${truncatedAlerts} alerts were cut off by max_alerts of the webhook; ${id === null ? "they are not known here" : "they come in when the Alertmanager is read, every 15 seconds"}.`,
        ]
      : [];
  return { changed, notes };
}
