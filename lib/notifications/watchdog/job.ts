import "server-only";
import { fingerprintOf } from "@/lib/alerts/labels";
import { overdueRules } from "@/lib/alerts/rules/queries";
import { publicUrl } from "@/lib/config";
import { db, transaction } from "@/lib/db/client";
import type { Watchdog } from "@/lib/db/generated/client";
import { notify } from "@/lib/events/notify";
import type { LoopDefinition } from "@/lib/jobs/definition";
import { log } from "@/lib/observability/log";
import { writeMessages } from "../messages/commands";
import { contentOf, WATCHDOG_KEY } from "../messages/content";
import { channelProblem } from "../queries";
import type { ToldAlert } from "../schema";

const everySeconds = 15;
/** The loop comes round a little before or after an interval is over. */
const toleranceMs = 1_000;
/** Enough for a restart; evaluations that are later than this mean that nobody watches. Seconds. */
const overdueBeyond = 300;
/** Messages that are over; one a minute would bury those of alerts. */
const kept = 20;

/** The name that kube-prometheus gave it, which receivers know. */
const labels = { alertname: "Watchdog", severity: "none" };

const alertOf = ({ startedAt, interval }: Watchdog): ToldAlert => ({
  alertId: "",
  fingerprint: fingerprintOf(labels),
  status: "firing",
  labels,
  annotations: {
    summary: "Alert rules are being evaluated",
    description: `This alert always fires, every ${interval} s. When it stops to arrive, nobody watches: look at the workers of ${publicUrl()}.`,
  },
  startsAt: startedAt.toISOString(),
  endsAt: null,
  generatorUrl: null,
  value: null,
  holdsFor: 4 * Math.max(60, interval),
});

/** Why a heartbeat may not be sent; null when it may. */
async function whyHeld(watchdog: Watchdog, now: Date): Promise<string | null> {
  const channel = await db().notificationChannel.findFirst({
    where: { id: watchdog.channelId!, teamId: watchdog.teamId, validTo: null },
  });
  if (channel === null) return "Its channel was removed.";
  const wrong = channelProblem(channel);
  if (wrong !== null) return `Nothing can be sent through ${channel.name}. ${wrong}`;
  const { count, name, since } = await overdueRules(watchdog.teamId, overdueBeyond, now);
  if (count === 0) return null;
  const rules = count === 1 ? `the rule ${name} was` : `${count} rules, such as ${name}, were`;
  return `Held back, because ${rules} last evaluated at ${since!.toISOString().slice(0, 16).replace("T", " ")} UTC or before.`;
}

async function beat(watchdog: Watchdog, now: Date): Promise<void> {
  const { teamId, channelId, problem } = watchdog;
  const held = await whyHeld(watchdog, now);
  await transaction(async (tx) => {
    // Whoever changed it meanwhile wins; the next round looks again.
    const { count } = await tx.watchdog.updateMany({
      where: { teamId, version: watchdog.version, channelId },
      data: held === null ? { sentAt: now, problem: null } : { problem: held },
    });
    if (count === 0) return;
    if (held === null) {
      await writeMessages(tx, [
        {
          teamId,
          channelId: channelId!,
          key: WATCHDOG_KEY,
          content: contentOf("repeat", `{}:{alertname="${labels.alertname}"}`, labels, [alertOf(watchdog)]),
        },
      ]);
      const over = await tx.outboxMessage.findMany({
        where: { teamId, key: WATCHDOG_KEY, state: { not: "waiting" } },
        orderBy: { sequence: "desc" },
        skip: kept,
        select: { id: true },
      });
      await tx.outboxMessage.deleteMany({ where: { id: { in: over.map(({ id }) => id) } } });
    }
    if (held !== problem) {
      if (held !== null) log.warn({ event: "watchdog_held_back", problem: held });
      await notify(tx, { type: "notification_watchdog", id: teamId });
    }
  });
}

/**
 * Writes the message that tells that alerts are being evaluated, where it is due. It is held back while a rule is overdue:
 * then nobody watches, and its absence tells. Of one team where that is given.
 */
export async function beatDue(now: Date, teamId?: string): Promise<void> {
  const set = await db().watchdog.findMany({ where: { channelId: { not: null }, teamId } });
  for (const watchdog of set) {
    const { sentAt, interval } = watchdog;
    const isDue = sentAt === null || sentAt.getTime() + interval * 1000 - toleranceMs <= now.getTime();
    if (isDue) await beat(watchdog, now);
  }
}

export const watchdogLoop: LoopDefinition = {
  name: "watchdog",
  summary: "Sends the alert that always fires, so that its absence tells that nobody watches.",
  everySeconds,
  run: () => beatDue(new Date()),
};
