import "server-only";
import type { Actor } from "@/lib/auth/actor";
import { can } from "@/lib/auth/permissions";
import { type Database, db } from "@/lib/db/client";
import { WATCHDOG_KEY } from "../messages/content";
import { sinkResponseSchema } from "../schema";
import { type WatchdogView, watchdogInputSchema } from "./schema";

const defaultInterval = watchdogInputSchema.shape.interval.parse(undefined);

/** The alert that always fires, as a caller sees it: to which channel it goes, and what became of it last. */
export async function watchdogOf(actor: Actor, tx: Database = db()): Promise<WatchdogView> {
  const row = await tx.watchdog.findUnique({ where: { teamId: actor.teamId } });
  const channelId = row?.channelId ?? null;
  const [channel, last] =
    channelId === null
      ? [null, null]
      : await Promise.all([
          tx.notificationChannel.findFirst({
            where: { id: channelId, teamId: actor.teamId },
            select: { id: true, name: true, kind: true },
          }),
          tx.outboxMessage.findFirst({
            where: { teamId: actor.teamId, channelId, key: WATCHDOG_KEY },
            orderBy: { sequence: "desc" },
          }),
        ]);
  return {
    channel,
    interval: row?.interval ?? defaultInterval,
    sentAt: row?.sentAt?.toISOString() ?? null,
    problem: row?.problem ?? null,
    last:
      last === null
        ? null
        : {
            state: last.state as NonNullable<WatchdogView["last"]>["state"],
            createdAt: last.createdAt.toISOString(),
            deliveredAt: last.deliveredAt?.toISOString() ?? null,
            response: last.lastResponse === null ? null : sinkResponseSchema.parse(last.lastResponse),
          },
    version: row?.version ?? 0,
    actions: can(actor, "notifications:write") ? ["edit"] : [],
  };
}
