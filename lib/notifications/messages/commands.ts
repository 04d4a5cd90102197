import "server-only";
import { z } from "zod";
import { fingerprintOf } from "@/lib/alerts/labels";
import { publicUrl } from "@/lib/config";
import type { Transaction } from "@/lib/db/client";
import { command } from "@/lib/db/command";
import type { Prisma } from "@/lib/db/generated/client";
import { problem } from "@/lib/errors";
import { notify } from "@/lib/events/notify";
import { destinationsOfAlert, routingOf } from "../groups/routing";
import { TEST_LABEL } from "../labels";
import { messageView, withChannel } from "../queries";
import { labelsSchema, type MessageContent, type ToldAlert } from "../schema";
import { contentOf, toldAlert } from "./content";

/** A message that is to be sent. */
export interface NewMessage {
  teamId: string;
  channelId: string;
  key: string;
  content: MessageContent;
}

/**
 * Writes messages, at most one a key, in the transaction that found their reason, and returns their ids. What still
 * waits for the same key and only said again what was said before is superseded.
 */
export async function writeMessages(tx: Transaction, messages: readonly NewMessage[]): Promise<string[]> {
  if (messages.length === 0) return [];
  await tx.$executeRaw`
    UPDATE "OutboxMessage" SET state = 'superseded'
    WHERE state = 'waiting' AND content ->> 'reason' = 'repeat' AND ("channelId", key) IN (
      SELECT * FROM unnest(
        ${messages.map(({ channelId }) => channelId)}::text[],
        ${messages.map(({ key }) => key)}::text[]))`;
  const rows = await tx.outboxMessage.createManyAndReturn({
    data: messages.map((message) => ({
      ...message,
      content: message.content as unknown as Prisma.InputJsonValue,
    })),
    select: { id: true },
  });
  await notify(tx, { type: "notification", id: rows[0]!.id });
  return rows.map(({ id }) => id);
}

/**
 * Tells of alerts that fired and resolved while nothing was evaluated, in one message a channel, in the transaction that
 * found them afterwards. An Alertmanager is not told: for it they are over.
 */
export async function enqueueSummary(
  tx: Transaction,
  teamId: string,
  alertIds: readonly string[],
): Promise<void> {
  const routing = await routingOf(tx, teamId);
  if (routing === null || alertIds.length === 0) return;
  const alerts = await tx.alert.findMany({
    where: { id: { in: [...alertIds] }, teamId, isEnforced: true },
    include: { rule: { select: { group: { select: { interval: true } } } } },
    orderBy: { activeAt: "asc" },
  });
  const byChannel = new Map<string, ToldAlert[]>();
  for (const alert of alerts) {
    const channels = destinationsOfAlert(routing, alert.labels as Record<string, string>, alert.origin)
      .map(({ channelId }) => channelId)
      .filter((id) => !routing.alertmanagers.has(id));
    for (const id of new Set(channels))
      byChannel.set(id, [...(byChannel.get(id) ?? []), { ...toldAlert(alert), status: "resolved" }]);
  }
  await writeMessages(
    tx,
    [...byChannel].map(([channelId, told]) => ({
      teamId,
      channelId,
      key: SUMMARY_KEY,
      content: contentOf("summary", SUMMARY_KEY, {}, told),
    })),
  );
}

const SUMMARY_KEY = "summary";

/**
 * Writes a test of a rule to every channel that would be told of an alert with its labels, as any other but for the order
 * and the waiting; returns the messages' ids, none where nobody would be told.
 */
export const writeTestAlert = command({
  permission: "alert_rules:write",
  input: z.object({
    rule: z.object({ id: z.string(), name: z.string() }),
    labels: labelsSchema,
    annotations: labelsSchema,
    value: z.number().nullable(),
    now: z.date(),
  }),
  run: async (tx, actor, { rule, labels, annotations, value, now }) => {
    const routing = await routingOf(tx, actor.teamId);
    const destinations = routing === null ? [] : destinationsOfAlert(routing, labels, "console");
    const marked = { ...labels, [TEST_LABEL]: "true" };
    const alert: ToldAlert = {
      alertId: "",
      fingerprint: fingerprintOf(marked),
      status: "firing",
      labels: marked,
      annotations: {
        ...annotations,
        summary: `Test: ${annotations.summary ?? rule.name}`,
        test: `${actor.name} tries the rule ${rule.name}. There is nothing to do.`,
      },
      startsAt: now.toISOString(),
      endsAt: null,
      generatorUrl: `${publicUrl()}/alerts/rules/${rule.id}`,
      value,
      // An Alertmanager forgets it after so long.
      holdsFor: 60,
    };
    const key = `test:${now.toISOString()}`;
    const byChannel = new Map(destinations.map(({ channelId, groupLabels }) => [channelId, groupLabels]));
    const messageIds = await writeMessages(
      tx,
      [...byChannel].map(([channelId, groupLabels]) => ({
        teamId: actor.teamId,
        channelId,
        key,
        content: contentOf("test", key, groupLabels, [alert]),
      })),
    );
    return {
      result: messageIds,
      changes: [
        {
          type: "alert_rule",
          id: rule.id,
          name: rule.name,
          action: "alert_rules:test_alert",
          before: null,
          after: { messageIds },
          revision: false as const,
        },
      ],
    };
  },
});

/**
 * Has a message tried again now, one that was given up too. Throws `not_found`, and `conflict` for one that was delivered
 * or superseded.
 */
export const retryMessage = command({
  permission: "notifications:write",
  input: z.object({ id: z.string(), now: z.date() }),
  run: async (tx, actor, { id, now }) => {
    const before = await tx.outboxMessage.findFirst({
      where: { id, teamId: actor.teamId },
      include: withChannel,
    });
    if (before === null) throw problem("not_found", "There is no notification with this id.");
    const { count } = await tx.outboxMessage.updateMany({
      where: { id, state: { in: ["failed", "waiting"] } },
      data: { state: "waiting", nextAt: now, attempts: 0 },
    });
    if (count === 0)
      throw problem(
        "conflict",
        before.state === "delivered"
          ? "This notification was delivered already."
          : "A later notification was sent instead of this one.",
      );
    const after = await tx.outboxMessage.findUniqueOrThrow({ where: { id }, include: withChannel });
    return {
      result: messageView(after, actor),
      changes: [
        {
          type: "notification",
          id,
          name: after.channel.name,
          action: "notifications:retry",
          before: { state: before.state, attempts: before.attempts },
          after: { state: after.state, attempts: after.attempts },
          revision: false as const,
        },
      ],
    };
  },
});
