import "server-only";
import { z } from "zod";
import { command } from "@/lib/db/command";
import { invalidFields, problem } from "@/lib/errors";
import { lockNotifications } from "../channels/commands";
import { WATCHDOG_KEY } from "../messages/content";
import { watchdogOf } from "./queries";
import { watchdogInputSchema } from "./schema";

/**
 * Says to which channel the alert that always fires goes, and how often; null turns it off. The first message is written
 * at the next round. Throws `invalid_request` for a channel that is not there, and `precondition_failed` with the current
 * state when `ifMatch` is not the present version.
 */
export const setWatchdog = command({
  permission: "notifications:write",
  input: watchdogInputSchema.extend({ ifMatch: z.number().int(), now: z.date() }),
  run: async (tx, actor, { channel: channelId, interval, ifMatch, now }) => {
    const { teamId } = actor;
    await lockNotifications(tx);
    const before = await tx.watchdog.findUnique({ where: { teamId } });
    if ((before?.version ?? 0) !== ifMatch)
      throw problem("precondition_failed", "Someone changed the heartbeat since you read it.", {
        current: await watchdogOf(actor, tx),
      });
    const channels = await tx.notificationChannel.findMany({
      where: { teamId, id: { in: [channelId, before?.channelId].flatMap((id) => id ?? []) } },
      select: { id: true, name: true, validTo: true },
    });
    if (channelId !== null && !channels.some(({ id, validTo }) => id === channelId && validTo === null))
      throw invalidFields([{ path: "channel", message: "There is no such channel" }]);
    const isOther = before?.channelId !== channelId;
    const settings = {
      channelId,
      interval,
      problem: null,
      ...(isOther ? { startedAt: now, sentAt: null } : {}),
    };
    await tx.watchdog.upsert({
      where: { teamId },
      create: { teamId, startedAt: now, ...settings },
      update: { ...settings, version: { increment: 1 } },
    });
    if (isOther)
      await tx.outboxMessage.updateMany({
        where: { teamId, key: WATCHDOG_KEY, state: "waiting" },
        data: { state: "superseded" },
      });
    const audited = (set: { channelId: string | null; interval: number } | null) =>
      set === null
        ? null
        : {
            channel: channels.find(({ id }) => id === set.channelId)?.name ?? null,
            interval: set.interval,
          };
    return {
      result: await watchdogOf(actor, tx),
      changes: [
        {
          type: "notification_watchdog",
          id: teamId,
          name: "Watchdog",
          action: "notifications:set_watchdog",
          before: audited(before),
          after: audited({ channelId, interval }),
        },
      ],
    };
  },
});
