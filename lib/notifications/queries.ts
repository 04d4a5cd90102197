import "server-only";
import { covering, externalSilences, forViews, holdsAt } from "@/lib/alerts/external/queries";
import { foreignCursor, pageOf } from "@/lib/api/list";
import type { Actor } from "@/lib/auth/actor";
import { can } from "@/lib/auth/permissions";
import { config } from "@/lib/config";
import { type Database, db } from "@/lib/db/client";
import type { NotificationChannel, OutboxMessage } from "@/lib/db/generated/client";
import { problem } from "@/lib/errors";
import { formatDuration } from "@/lib/units";
import { formatMatchers } from "./matcher";
import { countsOf, subjectOf } from "./message";
import { WATCHDOG_KEY } from "./messages/content";
import { silencesOf } from "./muting";
import { groupKeyOf, groupLabelsOf, RELAY_KEY, routesOf } from "./policy";
import {
  type ChannelSettings,
  type ChannelView,
  channelSettingsSchema,
  type Matcher,
  type MessageFilter,
  type MessageView,
  messageContentSchema,
  type PolicyTree,
  type PolicyView,
  type Preview,
  policyTreeSchema,
  sinkResponseSchema,
} from "./schema";
import { openSecret } from "./secret";

/** What is not secret of a channel. */
export const settingsOf = (channel: Pick<NotificationChannel, "settings">): ChannelSettings =>
  channelSettingsSchema.parse(channel.settings);

/** Why nothing can be sent through a channel as it is, and what to do; null when something can. */
export function channelProblem(channel: NotificationChannel): string | null {
  const needsSecret = channel.kind === "webhook" || channel.kind === "slack";
  if (needsSecret && openSecret(channel) === null)
    return channel.secret === null
      ? "Its secret is missing. Edit it and enter the secret."
      : "Its secret cannot be read any more: the encryption key that sealed it is gone. Enter the secret again.";
  if (channel.kind === "email" && config().INFERSCOPE_SMTP_URL === undefined)
    return "There is no mail server. Set INFERSCOPE_SMTP_URL and INFERSCOPE_MAIL_FROM, and restart.";
  return null;
}

type Counts = { waiting: number; failed: number; lastDeliveredAt: Date | null };
const noCounts: Counts = { waiting: 0, failed: 0, lastDeliveredAt: null };

/** A channel as a caller sees it: never its secret. */
export function channelView(
  channel: NotificationChannel,
  actor: Actor,
  counts: Counts = noCounts,
): ChannelView {
  const { url, to, sourceIds } = settingsOf(channel);
  return {
    id: channel.id,
    kind: channel.kind,
    name: channel.name,
    url: url ?? null,
    to: to ?? [],
    sourceIds: sourceIds ?? [],
    hasSecret: channel.secret !== null,
    problem: channelProblem(channel),
    lastDeliveredAt: counts.lastDeliveredAt?.toISOString() ?? null,
    waiting: counts.waiting,
    failed: counts.failed,
    version: channel.version,
    validTo: channel.validTo?.toISOString() ?? null,
    actions: !can(actor, "notifications:write", channel)
      ? []
      : channel.validTo === null
        ? ["edit", "test", "remove"]
        : ["restore"],
  };
}

/** How long a failure shows at its channel. */
const FAILED_FOR_MS = 7 * 86_400_000;

async function countsByChannel(channelIds: string[], now: Date): Promise<Map<string, Counts>> {
  const of = { channelId: { in: channelIds } };
  const [waiting, failed, delivered] = await Promise.all([
    db().outboxMessage.groupBy({ by: ["channelId"], where: { ...of, state: "waiting" }, _count: true }),
    db().outboxMessage.groupBy({
      by: ["channelId"],
      where: { ...of, state: "failed", createdAt: { gte: new Date(now.getTime() - FAILED_FOR_MS) } },
      _count: true,
    }),
    db().outboxMessage.groupBy({
      by: ["channelId"],
      where: { ...of, state: "delivered" },
      _max: { deliveredAt: true },
    }),
  ]);
  const countIn = (rows: typeof waiting, id: string) =>
    rows.find(({ channelId }) => channelId === id)?._count ?? 0;
  return new Map(
    channelIds.map((id) => [
      id,
      {
        waiting: countIn(waiting, id),
        failed: countIn(failed, id),
        lastDeliveredAt: delivered.find(({ channelId }) => channelId === id)?._max.deliveredAt ?? null,
      },
    ]),
  );
}

/** The team's channels by name; the removed ones instead, newest removal first. */
export async function listChannels(
  actor: Actor,
  { removed, now }: { removed: boolean; now: Date },
): Promise<ChannelView[]> {
  const channels = await db().notificationChannel.findMany({
    where: { teamId: actor.teamId, validTo: removed ? { not: null } : null },
    orderBy: removed ? { validTo: "desc" } : { name: "asc" },
  });
  const counts = await countsByChannel(
    channels.map(({ id }) => id),
    now,
  );
  return channels.map((channel) => channelView(channel, actor, counts.get(channel.id)));
}

/** One channel, removed ones included. Throws `not_found`. */
export async function getChannel(actor: Actor, id: string, now: Date): Promise<ChannelView> {
  const channel = await db().notificationChannel.findFirst({ where: { id, teamId: actor.teamId } });
  if (channel === null) throw problem("not_found", "There is no notification channel with this id.");
  return channelView(channel, actor, (await countsByChannel([id], now)).get(id));
}

/** The policy in force; null while there is none, and then nobody is told of anything. */
export async function currentPolicy(
  tx: Database,
  teamId: string,
): Promise<{ id: string; tree: PolicyTree; version: number; validFrom: Date } | null> {
  const row = await tx.notificationPolicy.findFirst({
    where: { teamId, validTo: null },
    orderBy: { version: "desc" },
  });
  return row === null ? null : { ...row, tree: policyTreeSchema.parse(row.tree) };
}

/** The policy as a caller sees it; version 0 and no channels while there is none. */
export async function getPolicy(actor: Actor): Promise<PolicyView> {
  const policy = await currentPolicy(db(), actor.teamId);
  return {
    ...(policy?.tree ?? policyTreeSchema.parse({})),
    version: policy?.version ?? 0,
    validFrom: policy?.validFrom.toISOString() ?? null,
    actions: can(actor, "notifications:write") ? ["edit"] : [],
  };
}

/** The data sources that channels of the kind Alertmanager name together: the members of one cluster each. Ids. */
export async function alertmanagerClusters(teamId: string): Promise<string[][]> {
  const channels = await db().notificationChannel.findMany({
    where: { teamId, kind: "alertmanager", validTo: null },
    orderBy: { id: "asc" },
  });
  return channels.map((channel) => settingsOf(channel).sourceIds ?? []);
}

/** The console's silences of a team that are not over at `now`, as they count for muting. */
export async function silencesAt(tx: Database, teamId: string, now: Date) {
  const rows = await tx.silence.findMany({ where: { teamId, endedAt: null, endsAt: { gt: now } } });
  return rows.map((row) => ({
    id: row.id,
    comment: row.comment,
    createdBy: row.createdBy,
    matchers: row.matchers as unknown as Matcher[],
    startsAt: row.startsAt.getTime(),
    endsAt: row.endsAt.getTime(),
  }));
}

const span = (seconds: number): string => (seconds === 0 ? "at once" : `after ${formatDuration(seconds)}`);

/** Who would be told of an alert with these labels, when, and by which route. */
export async function previewOf(
  actor: Actor,
  { labels, policy }: { labels: Record<string, string>; policy?: PolicyTree },
  now: Date,
): Promise<Preview> {
  const tree = policy ?? (await currentPolicy(db(), actor.teamId))?.tree ?? policyTreeSchema.parse({});
  const known = await db().notificationChannel.findMany({
    where: { teamId: actor.teamId, validTo: null },
    select: { id: true, name: true, kind: true },
  });
  const [own, { silences: external }] = await Promise.all([
    silencesAt(db(), actor.teamId, now),
    externalSilences(actor.teamId, now, forViews),
  ]);
  const silences = [
    ...silencesOf(own, labels, now.getTime()).map((one) => ({
      ...one,
      origin: "console" as const,
      sources: [],
    })),
    ...covering(
      external.filter((one) => holdsAt(one, now)),
      labels,
    ).map((one) => ({
      ...one,
      origin: "alertmanager" as const,
      sources: one.sources.map(({ name }) => name),
    })),
  ];
  const routes = routesOf(tree, labels).map((route) => {
    const channels = route.channels.flatMap((id) => known.find((channel) => channel.id === id) ?? []);
    const groupLabels = groupLabelsOf(route, labels);
    const isRelay = channels.length > 0 && channels.every(({ kind }) => kind === "alertmanager");
    const names = channels.map(({ name }) => name).join(" and ");
    const by =
      Object.keys(groupLabels).length === 0
        ? "with all others"
        : `with others of the same ${Object.keys(groupLabels).join(" and ")}`;
    const says =
      channels.length === 0
        ? "Nobody is told."
        : isRelay
          ? `${names} is told at once and each minute; it groups and notifies by itself.`
          : `${names} ${channels.length === 1 ? "is" : "are"} told ${span(route.groupWait)}, ${by}; of changes every ${formatDuration(route.groupInterval)}; again every ${formatDuration(route.repeatInterval)} while it fires.`;
    return {
      path: route.path.slice(1).map(formatMatchers),
      key: isRelay ? RELAY_KEY : groupKeyOf(route, groupLabels),
      channels,
      groupLabels: isRelay ? {} : groupLabels,
      firstAfter: isRelay ? 0 : route.groupWait,
      changesEvery: route.groupInterval,
      repeatedEvery: route.repeatInterval,
      says,
    };
  });
  return {
    routes,
    silencedBy: silences.map(({ id, origin, sources, comment, createdBy, endsAt }) => ({
      id,
      origin,
      sources,
      comment,
      createdBy,
      endsAt: new Date(endsAt).toISOString(),
    })),
  };
}

type MessageRow = OutboxMessage & { channel: Pick<NotificationChannel, "id" | "name" | "kind"> };
export const withChannel = { channel: { select: { id: true, name: true, kind: true } } } as const;

/** A message as a caller sees it. */
export function messageView(row: MessageRow, actor: Actor): MessageView {
  const content = messageContentSchema.parse(row.content);
  const state = row.state as MessageView["state"];
  return {
    id: row.id,
    channel: { id: row.channel.id, name: row.channel.name, kind: row.channel.kind },
    key: row.key,
    reason: content.reason,
    subject: subjectOf(content),
    ...countsOf(content),
    alertIds: [...new Set(content.alerts.map(({ alertId }) => alertId).filter((id) => id !== ""))],
    state,
    attempts: row.attempts,
    createdAt: row.createdAt.toISOString(),
    nextAt: state === "waiting" ? row.nextAt.toISOString() : null,
    deliveredAt: row.deliveredAt?.toISOString() ?? null,
    response: row.lastResponse === null ? null : sinkResponseSchema.parse(row.lastResponse),
    actions:
      can(actor, "notifications:write", row) && (state === "failed" || state === "waiting") ? ["retry"] : [],
  };
}

/** The team's messages but those of the heartbeat, newest first. Throws `invalid_request` for a cursor that is not one. */
export async function listMessages(
  actor: Actor,
  filter: MessageFilter,
  page: { cursor?: string; limit: number },
): Promise<{ items: MessageView[]; nextCursor: string | null }> {
  if (page.cursor !== undefined && !/^\d{1,18}$/.test(page.cursor)) throw foreignCursor();
  const rows = await db().outboxMessage.findMany({
    where: {
      teamId: actor.teamId,
      // One each few minutes would bury the others; the last stands with the heartbeat.
      key: { not: WATCHDOG_KEY },
      state: filter.state,
      channelId: filter.channel,
      ...(filter.alert === undefined
        ? {}
        : { content: { path: ["alerts"], array_contains: [{ alertId: filter.alert }] } }),
      ...(page.cursor === undefined ? {} : { sequence: { lt: BigInt(page.cursor) } }),
    },
    include: withChannel,
    orderBy: { sequence: "desc" },
    take: page.limit + 1,
  });
  return pageOf(
    rows,
    page.limit,
    ({ sequence }) => String(sequence),
    (row) => messageView(row, actor),
  );
}

/** One message. Throws `not_found`. */
export async function getMessage(actor: Actor, id: string): Promise<MessageView> {
  const row = await db().outboxMessage.findFirst({
    where: { id, teamId: actor.teamId },
    include: withChannel,
  });
  if (row === null) throw problem("not_found", "There is no notification with this id.");
  return messageView(row, actor);
}
