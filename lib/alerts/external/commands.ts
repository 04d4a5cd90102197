import "server-only";
import { publicUrl } from "@/lib/config";
import type { Transaction } from "@/lib/db/client";
import { notify } from "@/lib/events/notify";
import { type AlertChange, enqueueChanges } from "@/lib/notifications/groups/commands";
import { isTestAlert } from "@/lib/notifications/labels";
import { recordEnds } from "../commands";
import { fingerprintOf, type Labels } from "../labels";

/** An alert as its server tells of it. */
export interface SeenAlert {
  labels: Labels;
  annotations: Labels;
  state: "pending" | "firing";
  value: number | null;
  activeAt: Date;
  generatorUrl: string | null;
}

/** Whether this console has posted it there: then it outlives what it was posted for by a few minutes at most. */
const isOfConsole = ({ generatorUrl }: SeenAlert): boolean =>
  generatorUrl?.startsWith(`${publicUrl()}/alerts`) === true;

/** Who tells of alerts. Without an id it is an Alertmanager that is not connected, known by what it posts alone. */
export interface Teller {
  id: string | null;
  teamId: string;
}

const keyOf = (sourceId: string | null, fingerprint: string) => `${sourceId ?? "webhook"}/${fingerprint}`;

/**
 * Makes the alerts of a source what it tells of now: new ones begin, those that it tells no more end. An alert has one
 * origin: what is evaluated here, or was told by a source before, is left out, and so is what this console has posted to
 * an Alertmanager, tests included. Part of one transaction; returns how many began, changed state or ended.
 */
export const recordSeen = (
  tx: Transaction,
  teller: Teller,
  origin: "prometheus" | "alertmanager",
  seen: readonly SeenAlert[],
  now: Date,
): Promise<number> => record(tx, teller, origin, seen, (_, isTold) => !isTold, now);

/**
 * Takes up what an Alertmanager posts of its own accord, which is some of its alerts: those that fire begin or go on,
 * those that have resolved end. All else is as with {@link recordSeen}.
 */
export const recordPosted = (
  tx: Transaction,
  teller: Teller,
  { firing, resolved }: { firing: readonly SeenAlert[]; resolved: readonly Labels[] },
  now: Date,
): Promise<number> => {
  const over = new Set(resolved.map(fingerprintOf));
  return record(
    tx,
    teller,
    "alertmanager",
    firing,
    (fingerprint, isTold) => !isTold && over.has(fingerprint),
    now,
  );
};

async function record(
  tx: Transaction,
  { id: sourceId, teamId }: Teller,
  origin: "prometheus" | "alertmanager",
  seen: readonly SeenAlert[],
  isOver: (fingerprint: string, isTold: boolean) => boolean,
  now: Date,
): Promise<number> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtext(${`alerts-of:${sourceId ?? teamId}`}))`;
  const known = await tx.alert.findMany({
    where: { teamId, sourceId, origin, state: { in: ["pending", "firing"] } },
  });
  const isKnown = new Set(known.map(({ id }) => id));
  const active = await tx.alert.findMany({
    where: {
      teamId,
      state: { in: ["pending", "firing"] },
      // A rule here that only observes does not speak for the alert.
      OR: [{ origin: { not: "console" } }, { isEnforced: true }],
    },
    select: { id: true, fingerprint: true },
  });
  const elsewhere = active.filter(({ id }) => !isKnown.has(id));
  const isElsewhere = new Set(elsewhere.map(({ fingerprint }) => fingerprint));
  const byFingerprint = new Map(known.map((alert) => [alert.fingerprint, alert]));
  const told = new Set<string>();
  const changes: AlertChange[] = [];
  let changed = 0;

  for (const alert of seen) {
    if (origin === "alertmanager" && (isTestAlert(alert.labels) || isOfConsole(alert))) continue;
    const fingerprint = fingerprintOf(alert.labels);
    if (told.has(fingerprint) || isElsewhere.has(fingerprint)) continue;
    told.add(fingerprint);
    const before = byFingerprint.get(fingerprint);
    const isNew = before === undefined;
    const firedAt = alert.state === "firing" ? (before?.firedAt ?? (isNew ? alert.activeAt : now)) : null;
    const shared = {
      annotations: alert.annotations,
      state: alert.state,
      value: alert.value,
      firedAt,
      seenAt: now,
      generatorUrl: alert.generatorUrl,
    };
    const row =
      before === undefined
        ? await tx.alert.create({
            data: {
              ...shared,
              teamId,
              sourceId,
              origin,
              fingerprint,
              activeKey: keyOf(sourceId, fingerprint),
              name: alert.labels.alertname ?? "",
              severity: alert.labels.severity ?? null,
              service: alert.labels.service ?? null,
              labels: alert.labels,
              activeAt: alert.activeAt,
            },
          })
        : await tx.alert.update({ where: { id: before.id }, data: shared });
    if (before?.state === alert.state) continue;
    changed += 1;
    await tx.alertTransition.createMany({
      data: [
        {
          alertId: row.id,
          at: isNew ? alert.activeAt : now,
          from: before?.state ?? "inactive",
          to: alert.state,
          value: alert.value,
        },
      ],
      skipDuplicates: true,
    });
    if (alert.state === "firing")
      changes.push({
        alertId: row.id,
        fingerprint,
        labels: alert.labels,
        annotations: alert.annotations,
        state: "firing",
        startsAt: firedAt!,
        endsAt: null,
      });
  }

  const ended = known.filter(({ fingerprint }) => isOver(fingerprint, told.has(fingerprint)));
  if (ended.length > 0) {
    await tx.alert.updateMany({
      where: { id: { in: ended.map(({ id }) => id) } },
      data: { state: "inactive", activeKey: null, resolvedAt: now },
    });
    changes.push(...(await recordEnds(tx, ended, now)));
  }
  await enqueueChanges(tx, teamId, changes, now);
  if (changed + ended.length > 0) await notify(tx, { type: "alert", id: sourceId ?? teamId });
  return changed + ended.length;
}

/** Ends the acknowledgements whose time has run out; their alerts escalate. Returns of how many alerts. */
export async function endRunOut(tx: Transaction, now: Date): Promise<number> {
  const over = await tx.acknowledgement.findMany({
    where: { openKey: { not: null }, until: { lte: now } },
    select: { id: true, alertId: true },
  });
  if (over.length === 0) return 0;
  await tx.acknowledgement.updateMany({
    where: { id: { in: over.map(({ id }) => id) }, openKey: { not: null } },
    data: { endedAt: now, endedBy: "ran_out", openKey: null },
  });
  await notify(tx, { type: "alert", id: over[0]!.alertId });
  return over.length;
}
