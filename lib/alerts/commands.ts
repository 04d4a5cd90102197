import "server-only";
import { z } from "zod";
import type { Actor } from "@/lib/auth/actor";
import type { Transaction } from "@/lib/db/client";
import { command } from "@/lib/db/command";
import type { Acknowledgement, Alert } from "@/lib/db/generated/client";
import { invalidFields, problem } from "@/lib/errors";
import { notify } from "@/lib/events/notify";
import { type AlertChange, enqueueChanges, wakeGroupsOf } from "@/lib/notifications/groups/commands";
import { type AlertRow, alertRow, alertViews, labelsOfAlert } from "./queries";
import {
  type AlertView,
  acknowledgeInputSchema,
  assignInputSchema,
  type RemarkView,
  remarkInputSchema,
  snoozeInputSchema,
} from "./schema";

const viewOf = async (row: AlertRow, actor: Actor, now: Date): Promise<AlertView> =>
  (await alertViews([row], actor, now))[0]!;

/** What was done to an alert, for the audit log. What it says of itself is in its own history. */
const done = (
  row: AlertRow,
  action: string,
  before: Record<string, unknown> | null,
  after: Record<string, unknown> | null,
) => ({
  type: "alert",
  id: row.id,
  name: row.name,
  action: `alerts:${action}`,
  before,
  after,
  revision: false as const,
});

const audited = (ack: Acknowledgement | undefined) =>
  ack === undefined
    ? null
    : {
        by: ack.actorName,
        note: ack.note,
        at: ack.at.toISOString(),
        until: ack.until?.toISOString() ?? null,
      };

const inFuture = (until: Date | null, now: Date) => {
  if (until !== null && until <= now)
    throw invalidFields([{ path: "until", message: "A time that is still to come" }]);
};

/**
 * Says that the caller sees to an active alert, until a time or for as long as it is active. Who has acknowledged it
 * already may do so anew; another needs `takeOver`. Throws `not_found`, `invalid_request` for a time that is past, and
 * `conflict` with the current state for one that is resolved or that another holds.
 */
export const acknowledge = command({
  permission: "alerts:write",
  input: acknowledgeInputSchema.extend({ id: z.string(), now: z.date() }),
  run: async (tx, actor, { id, now, note, until, takeOver }) => {
    inFuture(until, now);
    // One after the other: whoever comes second sees what the first did.
    await tx.$queryRaw`SELECT id FROM "Alert" WHERE id = ${id} FOR UPDATE`;
    const before = await alertRow(tx, actor, id);
    const current = async () => viewOf(before, actor, now);
    if (before.state === "inactive")
      throw problem("conflict", "This alert is resolved; there is nothing to acknowledge.", {
        current: await current(),
      });
    const [held] = before.acknowledgements;
    if (held !== undefined && held.actorId !== actor.id && !takeOver)
      throw problem("conflict", `${held.actorName} has acknowledged this alert. You can take it over.`, {
        current: await current(),
      });
    if (held !== undefined)
      await tx.acknowledgement.update({
        where: { id: held.id },
        data: { endedAt: now, endedBy: "taken_over", openKey: null },
      });
    const { id: successor } = await tx.acknowledgement.create({
      data: {
        alertId: id,
        actorId: actor.id,
        actorName: actor.name,
        note,
        at: now,
        until,
        openKey: id,
      },
    });
    // Who had it is told, until they say that they have seen it.
    if (held !== undefined && held.actorId !== actor.id)
      await tx.acknowledgement.update({ where: { id: held.id }, data: { successor } });
    await tx.alert.update({ where: { id }, data: { version: { increment: 1 } } });
    await wakeGroupsOf(tx, actor.teamId, [id], now);
    const after = await alertRow(tx, actor, id);
    return {
      result: await viewOf(after, actor, now),
      changes: [
        done(
          after,
          held === undefined || held.actorId === actor.id ? "acknowledge" : "take_over",
          audited(held),
          audited(after.acknowledgements[0]),
        ),
      ],
    };
  },
});

/**
 * Ends the acknowledgement of an alert; whose it was is told where another ends it. Throws `not_found`, and `conflict`
 * where there is none.
 */
export const undoAcknowledgement = command({
  permission: "alerts:write",
  input: z.object({ id: z.string(), now: z.date() }),
  run: async (tx, actor, { id, now }) => {
    // What ends is what was looked at, not what someone else has taken over since.
    await tx.$queryRaw`SELECT id FROM "Alert" WHERE id = ${id} FOR UPDATE`;
    const before = await alertRow(tx, actor, id);
    const [held] = before.acknowledgements;
    if (held === undefined)
      throw problem("conflict", "Nobody has acknowledged this alert.", {
        current: await viewOf(before, actor, now),
      });
    await tx.acknowledgement.update({
      where: { id: held.id },
      data: {
        endedAt: now,
        endedBy: "undone",
        openKey: null,
        // Who ends their own need not be told.
        toldAt: held.actorId === actor.id ? now : null,
      },
    });
    await wakeGroupsOf(tx, actor.teamId, [id], now);
    const after = await alertRow(tx, actor, id);
    return {
      result: await viewOf(after, actor, now),
      changes: [done(after, "undo_acknowledgement", audited(held), null)],
    };
  },
});

const stillActive = async (row: AlertRow, actor: Actor, now: Date) => {
  if (row.state === "inactive")
    throw problem("conflict", "This alert is resolved.", { current: await viewOf(row, actor, now) });
};

/** Says who sees to an active alert; null for nobody. Throws `not_found`, and `conflict` for one that is resolved. */
export const assign = command({
  permission: "alerts:write",
  input: assignInputSchema.extend({ id: z.string(), now: z.date() }),
  run: async (tx, actor, { id, assignee, now }) => {
    const before = await alertRow(tx, actor, id);
    await stillActive(before, actor, now);
    await tx.alert.update({ where: { id }, data: { assignee, version: { increment: 1 } } });
    const after = await alertRow(tx, actor, id);
    return {
      result: await viewOf(after, actor, now),
      changes: [done(after, "assign", { assignee: before.assignee }, { assignee })],
    };
  },
});

/** Keeps an active alert from notifying until a time; null ends that. Throws as `assign`, and `invalid_request` for a past time. */
export const snooze = command({
  permission: "alerts:write",
  input: snoozeInputSchema.extend({ id: z.string(), now: z.date() }),
  run: async (tx, actor, { id, until, now }) => {
    inFuture(until, now);
    const before = await alertRow(tx, actor, id);
    await stillActive(before, actor, now);
    await tx.alert.update({ where: { id }, data: { snoozedUntil: until, version: { increment: 1 } } });
    await wakeGroupsOf(tx, actor.teamId, [id], now);
    const after = await alertRow(tx, actor, id);
    const told = (time: Date | null) => ({ snoozedUntil: time?.toISOString() ?? null });
    return {
      result: await viewOf(after, actor, now),
      changes: [done(after, "snooze", told(before.snoozedUntil), told(until))],
    };
  },
});

/** Adds a comment, or a note of how it was resolved. Throws `not_found`. */
export const addRemark = command({
  permission: "alerts:write",
  input: remarkInputSchema.extend({ id: z.string(), now: z.date() }),
  run: async (
    tx,
    actor,
    { id, kind, text, now },
  ): Promise<{ result: RemarkView; changes: ReturnType<typeof done>[] }> => {
    const alert = await alertRow(tx, actor, id);
    const row = await tx.alertRemark.create({
      data: { alertId: id, kind, text, at: now, actorId: actor.id, actorName: actor.name },
    });
    return {
      result: { id: row.id, kind, text, at: now.toISOString(), actor: { id: actor.id, name: actor.name } },
      changes: [done(alert, "comment", null, { kind, text })],
    };
  },
});

/** Takes back a comment of the caller's own. Throws `not_found` for one that is not there, or is another's. */
export const deleteRemark = command({
  permission: "alerts:write",
  input: z.object({ id: z.string(), remark: z.string(), now: z.date() }),
  run: async (tx, actor, { id, remark, now }) => {
    const alert = await alertRow(tx, actor, id);
    const row = await tx.alertRemark.findFirst({
      where: { id: remark, alertId: id, actorId: actor.id, deletedAt: null },
    });
    if (row === null) throw problem("not_found", "There is no comment of yours with this id.");
    await tx.alertRemark.update({ where: { id: remark }, data: { deletedAt: now } });
    return { result: undefined, changes: [done(alert, "delete_comment", { text: row.text }, null)] };
  },
});

/**
 * Ends the active alerts of rules that are no more, and what holds of them, at `now`; those that fired are told of as
 * resolved. Part of the command that ends the rules.
 */
export async function endAlertsOfRules(
  tx: Transaction,
  teamId: string,
  ruleIds: readonly string[],
  now: Date,
): Promise<void> {
  const active = await tx.alert.findMany({
    where: { teamId, ruleId: { in: [...ruleIds] }, state: { in: ["pending", "firing"] } },
  });
  if (active.length === 0) return;
  const ids = active.map(({ id }) => id);
  await tx.alert.updateMany({
    where: { id: { in: ids } },
    data: {
      state: "inactive",
      activeKey: null,
      resolvedAt: now,
      snoozedUntil: null,
      version: { increment: 1 },
    },
  });
  await enqueueChanges(tx, teamId, await recordEnds(tx, active, now), now);
  await notify(tx, { type: "alert", id: ids[0]! });
}

/**
 * Writes into the history of alerts that they end at `now`, and ends their acknowledgements. Returns what is to be told:
 * the ends of those that had fired. Part of the transaction that ends them.
 */
export async function recordEnds(
  tx: Transaction,
  alerts: readonly Alert[],
  now: Date,
): Promise<AlertChange[]> {
  await tx.alertTransition.createMany({
    data: alerts.map(({ id, state, value }) => ({
      alertId: id,
      at: now,
      from: state,
      to: "inactive",
      value,
    })),
    skipDuplicates: true,
  });
  await tx.acknowledgement.updateMany({
    where: { openKey: { in: alerts.map(({ id }) => id) } },
    data: { endedAt: now, endedBy: "resolved", openKey: null },
  });
  return alerts.flatMap((alert) =>
    alert.firedAt === null
      ? []
      : {
          alertId: alert.id,
          fingerprint: alert.fingerprint,
          labels: labelsOfAlert(alert),
          annotations: alert.annotations as Record<string, string>,
          state: "resolved",
          startsAt: alert.firedAt,
          endsAt: now,
        },
  );
}
