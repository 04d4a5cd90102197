import "server-only";
import { db } from "@/lib/db/client";
import type { JobDefinition } from "@/lib/jobs/definition";
import { resealChannels } from "./channels/commands";

const DAY_MS = 86_400_000;
/** As long as anyone asks who was told. */
const KEEP_MESSAGES_MS = 90 * DAY_MS;
/** Alertmanager's retention of what it told of. */
const KEEP_GROUPS_MS = 5 * DAY_MS;

/** Deletes messages that are over and old, and groups that have been empty for long. */
async function deleteOldNotifications(now: Date): Promise<void> {
  await db().outboxMessage.deleteMany({
    where: { state: { not: "waiting" }, createdAt: { lt: new Date(now.getTime() - KEEP_MESSAGES_MS) } },
  });
  await db().notificationGroup.deleteMany({
    where: { nextAt: null, notifiedAt: { lt: new Date(now.getTime() - KEEP_GROUPS_MS) } },
  });
}

export const notificationUpkeepJob: JobDefinition = {
  name: "notification-upkeep",
  summary: "Deletes old notifications, and seals the secrets of channels with the newest encryption key.",
  schedule: "53 3 * * *",
  onePending: true,
  handler: async (_, { now }) => {
    await deleteOldNotifications(now);
    await resealChannels();
  },
};
