import "server-only";
import { randomUUID } from "node:crypto";
import { type Transaction, transaction } from "@/lib/db/client";
import type { Prisma } from "@/lib/db/generated/client";
import { notify } from "@/lib/events/notify";
import type { PastAlert } from "./runs";

const atOnce = 500;

const date = (seconds: number): Date => new Date(seconds * 1000);

/** What is known already: the same alert, as it was told while it was active, or as one that was evaluated here. */
async function known(tx: Transaction, teamId: string, sourceId: string, alerts: readonly PastAlert[]) {
  const rows = await tx.alert.findMany({
    where: {
      teamId,
      fingerprint: { in: alerts.map(({ fingerprint }) => fingerprint) },
      activeAt: { lte: date(Math.max(...alerts.map(({ resolvedAt }) => resolvedAt))) },
      OR: [{ sourceId }, { origin: "console", isEnforced: true }],
    },
    select: { fingerprint: true, activeAt: true, resolvedAt: true },
  });
  const byFingerprint = new Map<string, typeof rows>();
  for (const row of rows)
    byFingerprint.set(row.fingerprint, [...(byFingerprint.get(row.fingerprint) ?? []), row]);
  return ({ fingerprint, activeAt, activeWithin, resolvedAt }: PastAlert): boolean =>
    (byFingerprint.get(fingerprint) ?? []).some(
      (row) =>
        row.activeAt.getTime() / 1000 < resolvedAt &&
        (row.resolvedAt === null || row.resolvedAt.getTime() / 1000 > activeAt - (activeWithin ?? 0)),
    );
}

/**
 * Writes alerts of a Prometheus that were over before it was added, with their transitions; those that are known already
 * are left out, so that it may be done again. Nobody is told of them. Returns how many were written.
 */
export async function recordPast(
  { id: sourceId, teamId }: { id: string; teamId: string },
  alerts: readonly PastAlert[],
): Promise<number> {
  let written = 0;
  for (let first = 0; first < alerts.length; first += atOnce)
    written += await transaction((tx) =>
      recordSome(tx, teamId, sourceId, alerts.slice(first, first + atOnce)),
    );
  return written;
}

async function recordSome(
  tx: Transaction,
  teamId: string,
  sourceId: string,
  alerts: readonly PastAlert[],
): Promise<number> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtext(${`alerts-of:${sourceId}`}))`;
  const isKnown = await known(tx, teamId, sourceId, alerts);
  const fresh = alerts.filter((alert) => !isKnown(alert)).map((alert) => ({ id: randomUUID(), alert }));
  if (fresh.length === 0) return 0;
  await tx.alert.createMany({
    data: fresh.map(
      ({ id, alert: { fingerprint, labels, activeAt, firedAt, resolvedAt, resolvedWithin } }) => ({
        id,
        teamId,
        sourceId,
        origin: "prometheus",
        fingerprint,
        name: labels.alertname ?? "",
        severity: labels.severity ?? null,
        service: labels.service ?? null,
        labels,
        annotations: {},
        state: "inactive",
        activeAt: date(activeAt),
        firedAt: date(firedAt),
        resolvedAt: date(resolvedAt),
        seenAt: date(resolvedAt - resolvedWithin),
      }),
    ),
  });
  await tx.alertTransition.createMany({ data: fresh.flatMap(({ id, alert }) => transitionsOf(id, alert)) });
  await notify(tx, { type: "alert", id: fresh[0]!.id });
  return fresh.length;
}

function transitionsOf(alertId: string, alert: PastAlert): Prisma.AlertTransitionCreateManyInput[] {
  const shared = { alertId, isReplayed: true };
  const fires = { ...shared, at: date(alert.firedAt), to: "firing", within: alert.firedWithin };
  const ends = {
    ...shared,
    at: date(alert.resolvedAt),
    from: "firing",
    to: "inactive",
    within: alert.resolvedWithin,
  };
  if (!alert.wasPending) return [{ ...fires, from: "inactive" }, ends];
  const begins = {
    ...shared,
    at: date(alert.activeAt),
    from: "inactive",
    to: "pending",
    within: alert.activeWithin,
  };
  return [begins, { ...fires, from: "pending" }, ends];
}
