import "server-only";
import { setTimeout as delay } from "node:timers/promises";
import { db, prisma, type Transaction, transaction } from "@/lib/db/client";
import type { NotificationChannel } from "@/lib/db/generated/client";
import { notify } from "@/lib/events/notify";
import type { JobDefinition, LoopDefinition } from "@/lib/jobs/definition";
import { log } from "@/lib/observability/log";
import {
  contentOf,
  type GroupWrite,
  type NewMessage,
  resealChannels,
  storedContent,
  toldAlert,
  writeGroups,
  writeMessages,
} from "./commands";
import { externalSilences } from "./external-silences";
import { type GroupedAlert, stepGroup, stepRelay } from "./group";
import { type ActiveSilence, inhibition, silencesOf } from "./muting";
import { destinationsOf, RESEND_SECONDS } from "./policy";
import { currentPolicy, silencesAt } from "./queries";
import type { MessageContent, PolicyTree, SinkResponse } from "./schema";
import { type SendOutcome, sendMessage } from "./send";
import { groupStateOf, type StoredGroup, storedGroupSchema } from "./stored-group";

/** So few that a busy database looks at them well within a transaction's time. */
const GROUPS_AT_ONCE = 20;

/**
 * Looks at every group whose time has come and writes what is to be told to the outbox, a few groups a transaction. A group
 * is locked while it is looked at, and skipped by whoever else looks. Of one team where that is given. Returns how many
 * messages were written.
 */
export async function flushDue(
  now: Date,
  { signal, teamId: only }: { signal?: AbortSignal; teamId?: string } = {},
): Promise<number> {
  const due = await db().notificationGroup.findMany({
    where: { nextAt: { lte: now }, teamId: only },
    select: { teamId: true },
    distinct: ["teamId"],
  });
  let written = 0;
  for (const { teamId } of due) {
    // Before the transaction: another system may take its time, and locks must not wait for it.
    const silences = await externalSilences(teamId, now, signal);
    for (let looked = GROUPS_AT_ONCE; looked === GROUPS_AT_ONCE && !signal?.aborted; ) {
      const round = await transaction((tx) => flushTeam(tx, teamId, silences, now));
      looked = round.looked;
      written += round.written;
    }
  }
  return written;
}

interface DueGroup {
  id: string;
  channelId: string;
  key: string;
  labels: Record<string, string>;
  nextAt: Date | null;
  notifiedAt: Date | null;
  notified: unknown;
}

async function flushTeam(
  tx: Transaction,
  teamId: string,
  external: readonly ActiveSilence[],
  now: Date,
): Promise<{ looked: number; written: number }> {
  const groups = await tx.$queryRaw<DueGroup[]>`
    SELECT id, "channelId", key, labels, "nextAt", "notifiedAt", notified FROM "NotificationGroup"
    WHERE "teamId" = ${teamId} AND "nextAt" <= ${now} ORDER BY "nextAt" LIMIT ${GROUPS_AT_ONCE}
    FOR UPDATE SKIP LOCKED`;
  if (groups.length === 0) return { looked: 0, written: 0 };
  const look = await lookerOf(tx, teamId, groups, external, now);
  const looks = groups.map(look);
  await writeGroups(
    tx,
    looks.map(({ write }) => write),
  );
  const messages = looks.flatMap(({ message }) => message ?? []);
  await writeMessages(tx, messages);
  return { looked: groups.length, written: messages.length };
}

interface Look {
  write: GroupWrite;
  message: NewMessage | null;
}

/** Reads once what all groups of a round need, and returns what looks at one. */
async function lookerOf(
  tx: Transaction,
  teamId: string,
  groups: readonly DueGroup[],
  external: readonly ActiveSilence[],
  now: Date,
): Promise<(group: DueGroup) => Look> {
  const stored = new Map(groups.map(({ id, notified }) => [id, storedGroupSchema.parse(notified)]));
  const alertIds = [...new Set([...stored.values()].flatMap(({ alerts }) => Object.values(alerts)))];
  const [policy, channels, own, firing, alerts, acknowledgements] = await Promise.all([
    currentPolicy(tx, teamId),
    tx.notificationChannel.findMany({ where: { teamId, validTo: null }, select: { id: true, kind: true } }),
    silencesAt(tx, teamId, now),
    tx.alert.findMany({ where: { teamId, state: "firing", isEnforced: true }, select: { labels: true } }),
    tx.alert.findMany({
      where: { id: { in: alertIds } },
      include: { rule: { select: { group: { select: { interval: true } } } } },
    }),
    tx.acknowledgement.findMany({
      where: { alertId: { in: alertIds }, endedAt: null, OR: [{ until: null }, { until: { gt: now } }] },
      select: { alertId: true, until: true },
    }),
  ]);
  const kinds = new Map(channels.map(({ id, kind }) => [id, kind]));
  const alertmanagers = new Set(channels.filter(({ kind }) => kind === "alertmanager").map(({ id }) => id));
  const silences: ActiveSilence[] = [...own, ...external];
  const isInhibited = inhibition(firing.map(({ labels }) => labels as Record<string, string>));
  const rows = new Map(alerts.map((row) => [row.id, row]));
  const acknowledgedUntil = new Map(acknowledgements.map(({ alertId, until }) => [alertId, until]));

  const grouped = (row: (typeof alerts)[number]): GroupedAlert => {
    const labels = row.labels as Record<string, string>;
    const until = acknowledgedUntil.get(row.id);
    const snoozed = row.snoozedUntil !== null && row.snoozedUntil > now ? row.snoozedUntil : undefined;
    // Both hold: the later end counts, and an acknowledgement without an end has none.
    const ends = [until, snoozed].filter((one) => one !== undefined);
    const isMuted = isInhibited(labels) || silencesOf(silences, labels, now.getTime()).length > 0;
    const latest = ends.some((end) => end === null)
      ? null
      : Math.max(...ends.map((end) => end?.getTime() ?? 0));
    return {
      fingerprint: row.fingerprint,
      status: row.state === "firing" ? "firing" : "resolved",
      startsAt: (row.firedAt ?? row.activeAt).getTime(),
      endsAt: row.resolvedAt?.getTime() ?? null,
      muting: isMuted ? "muted" : ends.length > 0 ? "seen_to" : null,
      mutedUntil: ends.length === 0 ? null : latest,
    };
  };

  return (group) => {
    const known = stored.get(group.id)!;
    const members = Object.values(known.alerts).flatMap((id) => rows.get(id) ?? []);
    const timing = policy === null ? undefined : timingOf(policy.tree, members, group, alertmanagers);
    const isRelay = alertmanagers.has(group.channelId);
    if (timing === undefined || !kinds.has(group.channelId)) {
      const nobody = { ...groupStateOf(group, known), nextAt: null, firing: [], resolved: [], seenTo: [] };
      return { write: { id: group.id, state: nobody, alerts: {} }, message: null };
    }
    const state = groupStateOf(group, known);
    const step = isRelay
      ? stepRelay(state, members.map(grouped), RESEND_SECONDS, now.getTime())
      : stepGroup(state, members.map(grouped), timing, now.getTime());
    const dropped = new Set(step.dropped);
    const remaining: StoredGroup["alerts"] = Object.fromEntries(
      Object.entries(known.alerts).filter(([fingerprint, id]) => rows.has(id) && !dropped.has(fingerprint)),
    );
    const write: GroupWrite = { id: group.id, state: step.state, alerts: remaining };
    if (step.message === null) return { write, message: null };
    const { reason, firing: nowFiring, resolved } = step.message;
    const told = new Set([...nowFiring, ...resolved]);
    const content = contentOf(
      reason,
      group.key,
      group.labels,
      members.filter(({ fingerprint }) => told.has(fingerprint)).map(toldAlert),
      isRelay ? Number.POSITIVE_INFINITY : undefined,
    );
    return { write, message: { teamId, channelId: group.channelId, key: group.key, content } };
  };
}

/** The times of a group, as the policy gives them to any of its alerts; undefined where it leads none there. */
function timingOf(
  tree: PolicyTree,
  members: readonly { labels: unknown }[],
  { channelId, key }: DueGroup,
  alertmanagers: ReadonlySet<string>,
) {
  for (const { labels } of members) {
    const found = destinationsOf(tree, labels as Record<string, string>, alertmanagers).find(
      (destination) => destination.channelId === channelId && destination.key === key,
    );
    if (found !== undefined) return found.options;
  }
  return undefined;
}

/**
 * For how long a message that is being sent is left alone by others. When it runs out, its sender died in the middle, and
 * whether it arrived cannot be known: it is sent again, with the same id.
 */
const CLAIM_MS = 30_000;

const FIRST_RETRY_MS = 5_000;
const LONGEST_RETRY_MS = 300_000;
/** With the waits above: a day. */
const MOST_ATTEMPTS = 290;
/** A sink that refuses may be in the middle of being deployed; after a few minutes it means it. */
const MOST_REJECTIONS = 6;

/** How long after so many tries the next one comes, in milliseconds; `random` from 0 to 1 spreads them. */
export const retryAfter = (attempts: number, random: number): number =>
  Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.max(0, attempts - 1)) * (0.9 + 0.2 * random);

/** What a message becomes by a try. */
export function afterTry(
  { kind }: SendOutcome,
  { attempts, reason }: { attempts: number; reason: MessageContent["reason"] },
): "delivered" | "failed" | "waiting" {
  if (kind === "delivered") return "delivered";
  // Whoever asked for a test waits for its answer.
  if (reason === "test") return "failed";
  return attempts >= (kind === "rejected" ? MOST_REJECTIONS : MOST_ATTEMPTS) ? "failed" : "waiting";
}

/**
 * Claims a message that is due and tries to send it, once. Returns what came back; null when another has it, or it need
 * not be sent any more. An abort leaves it to be sent again.
 */
export async function deliverOne(id: string, signal?: AbortSignal): Promise<SinkResponse | null> {
  const now = new Date();
  const { count } = await db().outboxMessage.updateMany({
    where: { id, state: "waiting", nextAt: { lte: now } },
    data: { attempts: { increment: 1 }, nextAt: new Date(now.getTime() + CLAIM_MS) },
  });
  if (count === 0) return null;
  const row = await db().outboxMessage.findUniqueOrThrow({ where: { id }, include: { channel: true } });
  const content = storedContent(row);
  const result = await sent(row.channel, { id, key: row.key, content }, now, signal);
  const state = afterTry(result, { attempts: row.attempts, reason: content.reason });
  await transaction(async (tx) => {
    await tx.outboxMessage.updateMany({
      // A message that was superseded while it was on its way has arrived all the same.
      where: { id, state: { in: ["waiting", "superseded"] } },
      data: {
        state,
        lastResponse: result.response,
        ...(state === "delivered" ? { deliveredAt: new Date() } : {}),
        nextAt: new Date(Date.now() + (state === "waiting" ? retryAfter(row.attempts, Math.random()) : 0)),
      },
    });
    if (state === "delivered" && content.reason === "repeat" && row.channel.kind === "alertmanager")
      await forgetEarlierRepeats(tx, row);
    await notify(tx, { type: "notification", id });
  });
  if (result.kind !== "delivered")
    log.warn({
      event: "notification_not_delivered",
      message: id,
      channel: row.channelId,
      attempt: row.attempts,
      status: result.response.status,
      error: result.response.error,
    });
  return result.response;
}

/** An Alertmanager is told all there is each minute: of those the last says enough. */
async function forgetEarlierRepeats(
  tx: Transaction,
  { channelId, key, sequence }: { channelId: string; key: string; sequence: bigint },
): Promise<void> {
  await tx.outboxMessage.deleteMany({
    where: {
      channelId,
      key,
      sequence: { lt: sequence },
      state: { in: ["delivered", "superseded"] },
      content: { path: ["reason"], equals: "repeat" },
    },
  });
}

async function sent(
  channel: NotificationChannel,
  message: { id: string; key: string; content: MessageContent },
  now: Date,
  signal: AbortSignal | undefined,
): Promise<SendOutcome> {
  try {
    return await sendMessage(channel, message, now, signal);
  } catch (error) {
    const wasStopped = signal?.aborted === true;
    if (!wasStopped) log.error({ event: "notification_sender_failed", message: message.id, error });
    return {
      kind: "failed",
      response: {
        status: null,
        body: null,
        error: wasStopped
          ? "The worker was stopped while it was being sent; it is sent again."
          : `It could not be sent: ${error instanceof Error ? error.message : String(error)}`,
        at: now.toISOString(),
      },
    };
  }
}

/** Of each channel that has nothing on its way, the message that is due for the longest, if it is the first of its key. */
const dueHeads = (now: Date, busy: readonly string[], teamId: string | null) => prisma().$queryRaw<
  { id: string; channelId: string }[]
>`
  SELECT DISTINCT ON (message."channelId") message.id, message."channelId" FROM "OutboxMessage" AS message
  WHERE message.state = 'waiting' AND message."nextAt" <= ${now} AND message."channelId" <> ALL(${[...busy]}::text[])
    AND (${teamId}::text IS NULL OR message."teamId" = ${teamId})
    AND NOT EXISTS (
      SELECT 1 FROM "OutboxMessage" AS earlier
      WHERE earlier."channelId" = message."channelId" AND earlier.key = message.key
        AND earlier.sequence < message.sequence AND earlier.state = 'waiting')
  ORDER BY message."channelId", message."nextAt", message.sequence`;

const POLL_MS = 250;
/** What is on its way when the worker stops may still arrive and be written down; then it is not sent twice. */
const STOP_GRACE_MS = 3_000;

/**
 * Delivers what is due until nothing is on its way: each channel one message at a time, so that a kill doubles at most
 * one there, and channels beside each other, so that one that hangs holds up no other. Of one team where that is given.
 */
export async function deliverDue(signal: AbortSignal, { teamId }: { teamId?: string } = {}): Promise<void> {
  const busy = new Map<string, Promise<void>>();
  const stop = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const onAbort = () => {
    timer = setTimeout(() => stop.abort(signal.reason), STOP_GRACE_MS);
  };
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    while (!signal.aborted) {
      // Of before the question: a channel that becomes free meanwhile was left out of its answer.
      const passedOver = [...busy.keys()];
      const heads = await dueHeads(new Date(), passedOver, teamId ?? null);
      if (heads.length === 0 && passedOver.length === 0) break;
      for (const { id, channelId } of heads)
        busy.set(
          channelId,
          deliverOne(id, stop.signal)
            .then(
              () => undefined,
              (error: unknown) =>
                log.error({ event: "notification_not_recorded", message: id, error: String(error) }),
            )
            .finally(() => busy.delete(channelId)),
        );
      await Promise.race([...busy.values(), delay(POLL_MS, undefined, { ref: false })]);
    }
  } finally {
    await Promise.all(busy.values());
    clearTimeout(timer);
    signal.removeEventListener("abort", onAbort);
  }
}

const LOOK_EVERY_SECONDS = 2;

export const flushLoop: LoopDefinition = {
  name: "flush-notifications",
  summary: "Looks at groups of alerts whose time has come, and writes what is to be told.",
  everySeconds: LOOK_EVERY_SECONDS,
  run: async (signal) => {
    await flushDue(new Date(), { signal });
  },
};

export const deliveryLoop: LoopDefinition = {
  name: "deliver-notifications",
  summary: "Sends waiting notifications to their channels, and again what did not arrive.",
  everySeconds: LOOK_EVERY_SECONDS,
  run: (signal) => deliverDue(signal),
};

const DAY_MS = 86_400_000;
/** As long as anyone asks who was told. */
const KEEP_MESSAGES_MS = 90 * DAY_MS;
/** Alertmanager's retention of what it told of. */
const KEEP_GROUPS_MS = 5 * DAY_MS;

/** Deletes messages that are over and old, and groups that have been empty for long. */
export async function deleteOldNotifications(now: Date): Promise<void> {
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
