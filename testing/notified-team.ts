import { randomUUID } from "node:crypto";
import { fingerprintOf } from "@/lib/alerts/labels";
import type { SystemActor } from "@/lib/auth/actor";
import { prisma, transaction } from "@/lib/db/client";
import { type AlertChange, enqueueChanges } from "@/lib/notifications/groups/commands";

/** A team of its own in the database, committed, for tests whose subject runs in transactions of its own. */
export type NotifiedTeam = {
  actor: SystemActor;
  /** Writes an alert that fires, with its change, as the evaluation does; `changed` defaults to now. */
  fire(labels: Record<string, string>, more?: FiredAlert): Promise<string>;
  /** Writes that an alert has resolved. */
  resolve(alertId: string, at?: Date): Promise<void>;
  /** Deletes everything of the team. */
  remove(): Promise<void>;
};

export type FiredAlert = {
  at?: Date;
  annotations?: Record<string, string>;
  isEnforced?: boolean;
  origin?: "console" | "prometheus" | "alertmanager";
};

/** Makes a team whose alerts are told of. Call `remove` at the end. */
export async function notifiedTeam(): Promise<NotifiedTeam> {
  const teamId = `test-${randomUUID()}`;
  await prisma().team.create({ data: { id: teamId, name: "A team of a test" } });
  const changeOf = (row: {
    id: string;
    fingerprint: string;
    labels: unknown;
    annotations: unknown;
    firedAt: Date | null;
    resolvedAt: Date | null;
  }): AlertChange => ({
    alertId: row.id,
    fingerprint: row.fingerprint,
    labels: row.labels as Record<string, string>,
    annotations: row.annotations as Record<string, string>,
    state: row.resolvedAt === null ? "firing" : "inactive",
    startsAt: row.firedAt ?? new Date(0),
    endsAt: row.resolvedAt,
  });
  return {
    actor: { type: "system", id: "test", name: "a test", teamId },
    fire: (labels, { at = new Date(), annotations = {}, isEnforced = true, origin = "console" } = {}) =>
      transaction(async (tx) => {
        const fingerprint = fingerprintOf(labels);
        const row = await tx.alert.create({
          data: {
            teamId,
            origin,
            fingerprint,
            activeKey: `${teamId}:${fingerprint}`,
            name: labels.alertname ?? "Alert",
            severity: labels.severity,
            service: labels.service,
            labels,
            annotations,
            state: "firing",
            value: 1,
            activeAt: at,
            firedAt: at,
            seenAt: at,
            isEnforced,
          },
        });
        await enqueueChanges(tx, teamId, [changeOf(row)], at);
        return row.id;
      }),
    resolve: (alertId, at = new Date()) =>
      transaction(async (tx) => {
        const row = await tx.alert.update({
          where: { id: alertId },
          data: { state: "inactive", resolvedAt: at, activeKey: null },
        });
        await enqueueChanges(tx, teamId, [changeOf(row)], at);
      }),
    remove: async () => {
      const of = { where: { teamId } };
      await prisma().outboxMessage.deleteMany(of);
      await prisma().notificationGroup.deleteMany(of);
      await prisma().notificationPolicy.deleteMany(of);
      await prisma().notificationChannel.deleteMany(of);
      await prisma().acknowledgement.deleteMany({ where: { alert: { teamId } } });
      await prisma().alert.deleteMany(of);
      await prisma().silence.deleteMany(of);
      await prisma().source.deleteMany(of);
      await prisma().revision.deleteMany(of);
      await prisma()
        .auditEvent.deleteMany(of)
        .catch(() => undefined);
      await prisma().team.delete({ where: { id: teamId } });
    },
  };
}
