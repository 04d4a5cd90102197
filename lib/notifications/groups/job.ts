import "server-only";
import { externalSilences, forDecisions, holdsAt } from "@/lib/alerts/external/queries";
import { db, type Transaction, transaction } from "@/lib/db/client";
import type { LoopDefinition } from "@/lib/jobs/definition";
import { type GroupedAlert, stepGroup, stepRelay } from "../group";
import { type NewMessage, writeMessages } from "../messages/commands";
import { contentOf, toldAlert } from "../messages/content";
import { type ActiveSilence, inhibition, silencesOf } from "../muting";
import { destinationsOf, RESEND_SECONDS } from "../policy";
import { currentPolicy, silencesAt } from "../queries";
import type { PolicyTree } from "../schema";
import { groupStateOf, type StoredGroup, storedGroupSchema } from "../stored-group";
import { type GroupWrite, writeGroups } from "./commands";

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
    const { silences: all } = await externalSilences(teamId, now, forDecisions, signal);
    const silences = all
      .filter((silence) => holdsAt(silence, now))
      // It holds there, though by the clock here it may be about to begin.
      .map((silence) => ({ ...silence, startsAt: Math.min(silence.startsAt, now.getTime()) }));
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

const LOOK_EVERY_SECONDS = 2;

export const flushLoop: LoopDefinition = {
  name: "flush-notifications",
  summary: "Looks at groups of alerts whose time has come, and writes what is to be told.",
  everySeconds: LOOK_EVERY_SECONDS,
  run: async (signal) => {
    await flushDue(new Date(), { signal });
  },
};
