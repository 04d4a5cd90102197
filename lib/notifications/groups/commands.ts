import "server-only";
import type { Labels } from "@/lib/alerts/labels";
import type { Transaction } from "@/lib/db/client";
import { afterInsert, type GroupState } from "../group";
import type { Destination } from "../policy";
import type { PolicyTree } from "../schema";
import { columnsOf, groupStateOf, type StoredGroup, storedGroupSchema } from "../stored-group";
import { destinationsOfAlert, routingOf } from "./routing";

/** A change of an alert as it is written down. Only what fires or has resolved is told. */
export interface AlertChange {
  alertId: string;
  fingerprint: string;
  labels: Labels;
  annotations: Labels;
  state: "pending" | "firing" | "inactive" | "resolved";
  /** When it began to fire. */
  startsAt: Date;
  /** When it resolved; null while it fires. */
  endsAt: Date | null;
}

interface Insert {
  alertId: string;
  fingerprint: string;
  isFiring: boolean;
  startsAt: number;
  endsAt: number | null;
}

type Gathered = Map<string, { destination: Destination; inserts: Insert[] }>;

function gather(into: Gathered, destinations: readonly Destination[], insert: Insert): void {
  for (const destination of destinations) {
    const id = JSON.stringify([destination.channelId, destination.key]);
    const known = into.get(id);
    if (known === undefined) into.set(id, { destination, inserts: [insert] });
    else known.inserts.push(insert);
  }
}

interface GroupRow {
  id: string;
  channelId: string;
  key: string;
  nextAt: Date | null;
  notifiedAt: Date | null;
  notified: unknown;
}

/** Locks groups, always in the same order, so that two who change several of the same do not wait for each other. */
async function lockGroups(tx: Transaction, groups: readonly { channelId: string; key: string }[]) {
  const channelIds = groups.map(({ channelId }) => channelId);
  const keys = groups.map(({ key }) => key);
  return tx.$queryRaw<GroupRow[]>`
    SELECT id, "channelId", key, "nextAt", "notifiedAt", notified FROM "NotificationGroup"
    WHERE ("channelId", key) IN (SELECT * FROM unnest(${channelIds}::text[], ${keys}::text[]))
    ORDER BY "channelId", key FOR UPDATE`;
}

/**
 * Puts changes of alerts into their groups, in the transaction that found them; the loop then tells of them when the
 * groups' time comes. Alerts of rules that only observe are left out, and those that another system notifies of.
 * `changes` are of alerts whose rows are written already.
 */
export async function enqueueChanges(
  tx: Transaction,
  teamId: string,
  changes: readonly AlertChange[],
  now: Date = new Date(),
): Promise<void> {
  const told = changes.filter(({ state }) => state !== "pending");
  if (told.length === 0) return;
  const routing = await routingOf(tx, teamId);
  if (routing === null) return;
  const rows = await tx.alert.findMany({
    where: { id: { in: told.map(({ alertId }) => alertId) }, teamId, isEnforced: true },
    select: { id: true, origin: true },
  });
  const origins = new Map(rows.map(({ id, origin }) => [id, origin]));
  const gathered: Gathered = new Map();
  for (const { alertId, fingerprint, labels, state, startsAt, endsAt } of told) {
    const origin = origins.get(alertId);
    if (origin === undefined) continue;
    gather(gathered, destinationsOfAlert(routing, labels, origin), {
      alertId,
      fingerprint,
      isFiring: state === "firing",
      startsAt: startsAt.getTime(),
      endsAt: endsAt?.getTime() ?? null,
    });
  }
  await insertInto(tx, teamId, gathered, now);
}

async function insertInto(tx: Transaction, teamId: string, gathered: Gathered, now: Date): Promise<void> {
  const all = [...gathered.values()];
  const begun = all.filter(({ inserts }) => inserts.some(({ isFiring }) => isFiring));
  if (begun.length > 0)
    await tx.notificationGroup.createMany({
      data: begun
        .map(({ destination: { channelId, key, groupLabels } }) => ({
          teamId,
          channelId,
          key,
          labels: groupLabels,
        }))
        .sort((a, b) => (a.channelId + a.key < b.channelId + b.key ? -1 : 1)),
      skipDuplicates: true,
    });
  const rows = await lockGroups(
    tx,
    all.map(({ destination }) => destination),
  );
  const writes: GroupWrite[] = rows.map((row) => {
    const { destination, inserts } = gathered.get(JSON.stringify([row.channelId, row.key]))!;
    const stored = storedGroupSchema.parse(row.notified);
    const alerts = { ...stored.alerts };
    let state = groupStateOf(row, stored);
    for (const { alertId, fingerprint, isFiring, startsAt, endsAt } of inserts) {
      // The end of an alert that this group does not hold, or holds a later one of, says nothing here.
      if (!isFiring && alerts[fingerprint] !== alertId) continue;
      alerts[fingerprint] = alertId;
      // Overdue while the alert still fired as far as anyone knew, though it may have ended before: then it is told of.
      if (!isFiring && endsAt !== null && state.nextAt !== null && state.nextAt <= now.getTime())
        state = { ...state, nextAt: Math.min(state.nextAt, endsAt - 1) };
      state = afterInsert(state, { startsAt }, destination.options, now.getTime());
      // An Alertmanager is told at once, as Prometheus does it.
      if (destination.isRelay) state = { ...state, nextAt: now.getTime() };
    }
    return { id: row.id, state, alerts };
  });
  await writeGroups(tx, writes);
}

/** A group as it is from now on. */
export interface GroupWrite {
  id: string;
  state: GroupState;
  alerts: StoredGroup["alerts"];
}

/** Writes groups in one statement: an incident has hundreds, and the evaluation waits for it. */
export async function writeGroups(tx: Transaction, writes: readonly GroupWrite[]): Promise<void> {
  if (writes.length === 0) return;
  const rows = writes.map(({ id, state, alerts }) => ({ id, ...columnsOf(state, alerts) }));
  await tx.$executeRaw`
    UPDATE "NotificationGroup" AS stored
    SET "nextAt" = given."nextAt", "notifiedAt" = given."notifiedAt", notified = given.notified
    FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      AS given (id text, "nextAt" timestamptz, "notifiedAt" timestamptz, notified jsonb)
    WHERE stored.id = given.id`;
}

/** Puts everything that fires, and what resolved and is not told yet, into the groups of a new policy. */
export async function regroup(tx: Transaction, teamId: string, tree: PolicyTree, now: Date): Promise<void> {
  const routing = await routingOf(tx, teamId);
  if (routing === null) return;
  const rows = await tx.$queryRaw<GroupRow[]>`
    SELECT id, "channelId", key, "nextAt", "notifiedAt", notified FROM "NotificationGroup"
    WHERE "teamId" = ${teamId} AND "nextAt" IS NOT NULL ORDER BY "channelId", key FOR UPDATE`;
  const held = rows.flatMap(({ notified }) => Object.values(storedGroupSchema.parse(notified).alerts));
  const alerts = await tx.alert.findMany({
    where: { teamId, isEnforced: true, OR: [{ state: "firing" }, { id: { in: held } }] },
    orderBy: { activeAt: "asc" },
  });
  const gathered: Gathered = new Map();
  for (const alert of alerts)
    gather(
      gathered,
      destinationsOfAlert({ ...routing, tree }, alert.labels as Record<string, string>, alert.origin),
      {
        alertId: alert.id,
        fingerprint: alert.fingerprint,
        isFiring: alert.state === "firing",
        startsAt: (alert.firedAt ?? alert.activeAt).getTime(),
        endsAt: alert.resolvedAt?.getTime() ?? null,
      },
    );
  const writes: GroupWrite[] = rows.map((row) => {
    const stored = storedGroupSchema.parse(row.notified);
    const stays = new Set(
      gathered.get(JSON.stringify([row.channelId, row.key]))?.inserts.map(({ alertId }) => alertId) ?? [],
    );
    const kept: StoredGroup["alerts"] = Object.fromEntries(
      Object.entries(stored.alerts).filter(([, id]) => stays.has(id)),
    );
    const isKept = (fingerprint: string) => kept[fingerprint] !== undefined;
    const state = groupStateOf(row, stored);
    return {
      id: row.id,
      alerts: kept,
      state: {
        ...state,
        nextAt: Object.keys(kept).length === 0 ? null : state.nextAt,
        firing: state.firing.filter(isKept),
        seenTo: state.seenTo.filter(isKept),
      },
    };
  });
  await writeGroups(tx, writes);
  await insertInto(tx, teamId, gathered, now);
}

/**
 * Has the groups of alerts looked at now rather than when their time comes: after an acknowledgement or a snooze began
 * or was undone, in the transaction that wrote it, so that it counts at once and its end is not missed.
 */
export async function wakeGroupsOf(
  tx: Transaction,
  teamId: string,
  alertIds: readonly string[],
  now: Date = new Date(),
): Promise<void> {
  const routing = await routingOf(tx, teamId);
  if (routing === null) return;
  const alerts = await tx.alert.findMany({ where: { id: { in: [...alertIds] }, teamId } });
  const destinations = alerts.flatMap((alert) =>
    destinationsOfAlert(routing, alert.labels as Record<string, string>, alert.origin),
  );
  const rows = await lockGroups(tx, destinations);
  const waiting = rows.filter(
    ({ nextAt, notified }) => nextAt !== null && storedGroupSchema.parse(notified).hasFlushed,
  );
  await tx.notificationGroup.updateMany({
    where: { id: { in: waiting.map(({ id }) => id) }, nextAt: { gt: now } },
    data: { nextAt: now },
  });
}
