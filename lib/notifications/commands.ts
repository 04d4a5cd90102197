import "server-only";
import { z } from "zod";
import { fingerprintOf, type Labels } from "@/lib/alerts/labels";
import { type Actor, systemActor } from "@/lib/auth/actor";
import type { Transaction } from "@/lib/db/client";
import { command } from "@/lib/db/command";
import type { NotificationChannel, Prisma } from "@/lib/db/generated/client";
import { type FieldError, problem } from "@/lib/errors";
import { notify } from "@/lib/events/notify";
import { afterInsert, type GroupState } from "./group";
import { channelsOf, type Destination, destinationsOf, firstRouteTo } from "./policy";
import {
  channelProblem,
  channelView,
  currentPolicy,
  getPolicy,
  messageView,
  settingsOf,
  withChannel,
} from "./queries";
import {
  type ChannelSettings,
  channelInputSchema,
  channelPatchSchema,
  type MessageContent,
  messageContentSchema,
  type PolicyTree,
  policyTreeSchema,
  secretProblem,
  type ToldAlert,
} from "./schema";
import { resealedSecret, sealSecret } from "./secret";
import { columnsOf, groupStateOf, type StoredGroup, storedGroupSchema } from "./stored-group";

/** Changes of channels and policies go one after the other, so that no policy names a channel that is being removed. */
async function lockNotifications(tx: Transaction): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtext('inferscope.notifications'))`;
}

/** What the audit log and the revisions hold of a channel: its state without its secret. */
const audited = (channel: NotificationChannel, secret?: "replaced") => ({
  kind: channel.kind,
  name: channel.name,
  ...settingsOf(channel),
  secret: channel.secret === null ? "none" : (secret ?? "stored"),
});

type Verb = "add" | "edit" | "remove" | "restore";

const change = (
  verb: Verb,
  before: NotificationChannel | null,
  after: NotificationChannel | null,
  secret?: "replaced",
) => {
  const { id, name } = (after ?? before)!;
  return {
    type: "notification_channel",
    id,
    name,
    action: `notifications:${verb}_channel`,
    before: before === null ? null : audited(before),
    after: after === null ? null : audited(after, secret),
  };
};

function refuse(fields: FieldError[]): void {
  if (fields.length > 0) throw problem("invalid_request", "Some fields are not valid.", { fields });
}

async function nameFields(
  tx: Transaction,
  teamId: string,
  name: string,
  exceptId?: string,
): Promise<FieldError[]> {
  const other = await tx.notificationChannel.findFirst({
    where: { teamId, name, validTo: null, ...(exceptId === undefined ? {} : { id: { not: exceptId } }) },
    select: { id: true },
  });
  return other === null ? [] : [{ path: "name", message: `A channel is already called ${name}` }];
}

async function sourceFields(
  tx: Transaction,
  teamId: string,
  { sourceIds = [] }: ChannelSettings,
): Promise<FieldError[]> {
  const found = await tx.source.findMany({
    where: { id: { in: sourceIds }, teamId, kind: "alertmanager", validTo: null },
    select: { id: true },
  });
  const known = new Set(found.map(({ id }) => id));
  return sourceIds.every((id) => known.has(id))
    ? []
    : [{ path: "sourceIds", message: "Each must be a data source of the kind Alertmanager" }];
}

/** Adds a channel. Throws `invalid_request` with the fields when the name is taken or a source is none. */
export const addChannel = command({
  permission: "notifications:write",
  input: channelInputSchema,
  run: async (tx, actor, input) => {
    await lockNotifications(tx);
    const { kind, name } = input;
    const secret = "secret" in input ? input.secret : null;
    const settings: ChannelSettings =
      input.kind === "webhook"
        ? { url: input.url }
        : input.kind === "email"
          ? { to: input.to }
          : input.kind === "alertmanager"
            ? { sourceIds: input.sourceIds }
            : {};
    refuse([
      ...(await nameFields(tx, actor.teamId, name)),
      ...(await sourceFields(tx, actor.teamId, settings)),
    ]);
    const created = await tx.notificationChannel.create({
      data: { teamId: actor.teamId, kind, name, settings },
    });
    // The row's id is part of what the ciphertext is bound to.
    const channel =
      secret === null
        ? created
        : await tx.notificationChannel.update({
            where: { id: created.id },
            data: { secret: sealSecret(created.id, secret) },
          });
    return { result: channelView(channel, actor), changes: [change("add", null, channel)] };
  },
});

async function found(tx: Transaction, actor: Actor, id: string): Promise<NotificationChannel> {
  const channel = await tx.notificationChannel.findFirst({ where: { id, teamId: actor.teamId } });
  if (channel === null) throw problem("not_found", "There is no notification channel with this id.");
  return channel;
}

const changedMeanwhile = (channel: NotificationChannel, actor: Actor) =>
  problem("precondition_failed", "Someone changed this channel since you read it.", {
    current: channelView(channel, actor),
  });

const removedAlready = () =>
  problem("conflict", "This channel was removed. Restore it before changing or using it.");

/** What each kind may be changed in, besides its name. */
const partsOf: Record<NotificationChannel["kind"], readonly string[]> = {
  webhook: ["url", "secret"],
  email: ["to"],
  slack: ["secret"],
  alertmanager: ["sourceIds"],
};

/**
 * Changes a channel; what is left out stays. Throws `not_found`, `conflict` for a removed one, `invalid_request` with
 * the fields, and `precondition_failed` with the current state when `ifMatch` is not the present version.
 */
export const editChannel = command({
  permission: "notifications:write",
  input: z.object({ id: z.string(), ifMatch: z.number().int().optional(), patch: channelPatchSchema }),
  run: async (tx, actor, { id, ifMatch, patch }) => {
    await lockNotifications(tx);
    const before = await found(tx, actor, id);
    if (before.validTo !== null) throw removedAlready();
    if (ifMatch !== undefined && ifMatch !== before.version) throw changedMeanwhile(before, actor);
    const { name, secret, ...rest } = patch;
    const given = Object.keys(patch).filter((part) => part !== "name");
    const settings: ChannelSettings = { ...settingsOf(before), ...rest };
    const wrongSecret = secret === undefined ? undefined : secretProblem(before.kind, secret);
    refuse([
      ...given
        .filter((part) => !partsOf[before.kind].includes(part))
        .map((path) => ({ path, message: "A channel of this kind does not have it" })),
      ...(wrongSecret === undefined || !partsOf[before.kind].includes("secret")
        ? []
        : [{ path: "secret", message: wrongSecret }]),
      ...(name === undefined ? [] : await nameFields(tx, actor.teamId, name, id)),
      ...(rest.sourceIds === undefined ? [] : await sourceFields(tx, actor.teamId, settings)),
    ]);
    const { count } = await tx.notificationChannel.updateMany({
      where: { id, version: before.version, validTo: null },
      data: {
        name,
        settings,
        ...(secret === undefined ? {} : { secret: sealSecret(id, secret) }),
        version: { increment: 1 },
      },
    });
    const after = await found(tx, actor, id);
    if (count === 0) throw changedMeanwhile(after, actor);
    return {
      result: channelView(after, actor),
      changes: [change("edit", before, after, secret === undefined ? undefined : "replaced")],
    };
  },
});

/**
 * Ends a channel; what waits for it is not sent any more. It can be restored. Throws `conflict` while a route names it,
 * with that route.
 */
export const removeChannel = command({
  permission: "notifications:write",
  input: z.object({ id: z.string(), ifMatch: z.number().int().optional(), now: z.date() }),
  run: async (tx, actor, { id, ifMatch, now }) => {
    await lockNotifications(tx);
    const before = await found(tx, actor, id);
    if (before.validTo !== null) throw problem("conflict", "This channel is removed already.");
    if (ifMatch !== undefined && ifMatch !== before.version) throw changedMeanwhile(before, actor);
    const policy = await currentPolicy(tx, actor.teamId);
    const route = policy === null ? null : firstRouteTo(policy.tree, id);
    if (route !== null)
      throw problem("conflict", `${before.name} is told by ${route}. Take it out of the policy first.`);
    const after = await tx.notificationChannel.update({
      where: { id },
      data: { validTo: now, version: { increment: 1 } },
    });
    await tx.outboxMessage.updateMany({
      where: { channelId: id, state: "waiting" },
      data: { state: "superseded" },
    });
    return { result: channelView(after, actor), changes: [change("remove", before, null)] };
  },
});

/** Brings a removed channel back. Throws `conflict` when it is not removed or its name was given to another. */
export const restoreChannel = command({
  permission: "notifications:write",
  input: z.object({ id: z.string() }),
  run: async (tx, actor, { id }) => {
    await lockNotifications(tx);
    const before = await found(tx, actor, id);
    if (before.validTo === null) throw problem("conflict", "This channel is not removed.");
    if ((await nameFields(tx, actor.teamId, before.name)).length > 0)
      throw problem("conflict", `Another channel is called ${before.name} now. Rename that one first.`);
    const after = await tx.notificationChannel.update({
      where: { id },
      data: { validTo: null, version: { increment: 1 } },
    });
    return { result: channelView(after, actor), changes: [change("restore", null, after)] };
  },
});

/** Seals the secrets of channels with the newest key after it was rotated. Returns how many. */
export const resealChannels = (): Promise<number> => resealAll(systemActor("reencrypt-channels"), {});

const resealAll = command({
  permission: "notifications:write",
  input: z.object({}),
  run: async (tx) => {
    await lockNotifications(tx);
    const changes = [];
    for (const channel of await tx.notificationChannel.findMany({ where: { secret: { not: null } } })) {
      const secret = resealedSecret(channel);
      if (secret === null) continue;
      await tx.notificationChannel.update({ where: { id: channel.id }, data: { secret } });
      changes.push({
        type: "notification_channel",
        id: channel.id,
        name: channel.name,
        action: "notifications:reencrypt_channel",
        before: { secret: "sealed with an older key" },
        after: { secret: "sealed with the newest key" },
        revision: false as const,
      });
    }
    return { result: changes.length, changes };
  },
});

/**
 * Replaces the policy, and puts what fires into the groups of the new one, where it is told as if it had begun there.
 * `ifMatch` is the version that was read, 0 for none. Throws `precondition_failed` with the present policy when it is
 * another, and `invalid_request` for a channel that does not exist.
 */
export const putPolicy = command({
  permission: "notifications:write",
  input: z.object({ ifMatch: z.number().int(), tree: policyTreeSchema, now: z.date() }),
  run: async (tx, actor, { ifMatch, tree, now }) => {
    await lockNotifications(tx);
    const before = await currentPolicy(tx, actor.teamId);
    const version = before?.version ?? 0;
    if (ifMatch !== version)
      throw problem("precondition_failed", "Someone changed the policy since you read it.", {
        current: await getPolicy(actor),
      });
    await refuseUnknownChannels(tx, actor.teamId, tree);
    await tx.notificationPolicy.updateMany({
      where: { teamId: actor.teamId, validTo: null },
      data: { validTo: now },
    });
    const after = await tx.notificationPolicy.create({
      data: {
        teamId: actor.teamId,
        tree: tree as unknown as Prisma.InputJsonValue,
        version: version + 1,
        validFrom: now,
      },
    });
    await regroup(tx, actor.teamId, tree, now);
    return {
      result: await getPolicy(actor),
      changes: [
        {
          type: "notification_policy",
          id: actor.teamId,
          name: "Notification policy",
          action: "notifications:edit_policy",
          before: before === null ? null : { ...before.tree },
          after: policyTreeSchema.parse(after.tree),
        },
      ],
    };
  },
});

async function refuseUnknownChannels(tx: Transaction, teamId: string, tree: PolicyTree): Promise<void> {
  const named = channelsOf(tree);
  const valid = await tx.notificationChannel.findMany({
    where: { id: { in: named }, teamId, validTo: null },
    select: { id: true },
  });
  const known = new Set(valid.map(({ id }) => id));
  const fields: FieldError[] = [];
  const look = (path: string, channels: readonly string[] | undefined) => {
    for (const [index, id] of (channels ?? []).entries())
      if (!known.has(id))
        fields.push({
          path: `${path}channels.${index}`,
          message: "There is no such channel, or it was removed",
        });
  };
  const walk = (path: string, routes: PolicyTree["routes"]) => {
    for (const [index, route] of routes.entries()) {
      const at = `${path}routes.${index}.`;
      look(at, route.channels);
      walk(at, route.routes);
    }
  };
  look("", tree.channels);
  walk("", tree.routes);
  refuse(fields);
}

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

interface Routing {
  tree: PolicyTree;
  alertmanagers: ReadonlySet<string>;
}

async function routingOf(tx: Transaction, teamId: string): Promise<Routing | null> {
  const policy = await currentPolicy(tx, teamId);
  if (policy === null) return null;
  const channels = await tx.notificationChannel.findMany({
    where: { teamId, kind: "alertmanager" },
    select: { id: true },
  });
  return { tree: policy.tree, alertmanagers: new Set(channels.map(({ id }) => id)) };
}

/** The groups that an alert is in, by who evaluates it: what another system notifies of is not told twice, and never sent back. */
function destinationsOfAlert(routing: Routing, labels: Labels, origin: string): Destination[] {
  if (origin !== "console" && !routing.tree.tellsExternal) return [];
  const all = destinationsOf(routing.tree, labels, routing.alertmanagers);
  return origin === "console" ? all : all.filter(({ channelId }) => !routing.alertmanagers.has(channelId));
}

interface Insert {
  alertId: string;
  fingerprint: string;
  isFiring: boolean;
  startsAt: number;
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
  for (const { alertId, fingerprint, labels, state, startsAt } of told) {
    const origin = origins.get(alertId);
    if (origin === undefined) continue;
    gather(gathered, destinationsOfAlert(routing, labels, origin), {
      alertId,
      fingerprint,
      isFiring: state === "firing",
      startsAt: startsAt.getTime(),
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
    for (const { alertId, fingerprint, isFiring, startsAt } of inserts) {
      // The end of an alert that this group does not hold, or holds a later one of, says nothing here.
      if (!isFiring && alerts[fingerprint] !== alertId) continue;
      alerts[fingerprint] = alertId;
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
async function regroup(tx: Transaction, teamId: string, tree: PolicyTree, now: Date): Promise<void> {
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

/** What a page can show and a mail can bear; an Alertmanager gets all. */
export const MOST_ALERTS_TOLD = 100;

/** The content of a message, with what fires first and at most so many alerts as one message tells. */
export function contentOf(
  reason: MessageContent["reason"],
  groupKey: string,
  groupLabels: Record<string, string>,
  alerts: readonly ToldAlert[],
  most: number = MOST_ALERTS_TOLD,
): MessageContent {
  const ordered = [
    ...alerts.filter(({ status }) => status === "firing"),
    ...alerts.filter(({ status }) => status === "resolved"),
  ];
  return {
    reason,
    groupKey,
    groupLabels,
    alerts: ordered.slice(0, most),
    truncated: Math.max(0, ordered.length - most),
  };
}

/** Prometheus's default evaluation interval, seconds. */
const DEFAULT_INTERVAL = 60;

/** An alert's row as a message tells it. */
export function toldAlert(row: {
  id: string;
  fingerprint: string;
  state: string;
  labels: unknown;
  annotations: unknown;
  activeAt: Date;
  firedAt: Date | null;
  resolvedAt: Date | null;
  generatorUrl: string | null;
  value: number | null;
  rule: { group: { interval: number | null } } | null;
}): ToldAlert {
  return {
    alertId: row.id,
    fingerprint: row.fingerprint,
    status: row.state === "firing" ? "firing" : "resolved",
    labels: row.labels as Record<string, string>,
    annotations: row.annotations as Record<string, string>,
    startsAt: (row.firedAt ?? row.activeAt).toISOString(),
    endsAt: row.resolvedAt?.toISOString() ?? null,
    generatorUrl: row.generatorUrl,
    value: row.value !== null && Number.isFinite(row.value) ? row.value : null,
    // As Prometheus does it: four times the longer of the interval and the resend delay.
    holdsFor: 4 * Math.max(row.rule?.group.interval ?? DEFAULT_INTERVAL, 60),
  };
}

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
 * Writes a test message to a channel, as any other but for the order; returns its id. Throws `conflict` for a removed
 * channel and `precondition_failed` for one that cannot send as it is.
 */
export const writeTest = command({
  permission: "notifications:write",
  input: z.object({ id: z.string(), now: z.date() }),
  run: async (tx, actor, { id, now }) => {
    const channel = await found(tx, actor, id);
    if (channel.validTo !== null) throw removedAlready();
    const wrong = channelProblem(channel);
    if (wrong !== null) throw problem("precondition_failed", wrong);
    const labels = { alertname: "InferscopeTest", severity: "info", channel: channel.name };
    const alert: ToldAlert = {
      alertId: "",
      fingerprint: fingerprintOf(labels),
      status: "firing",
      labels,
      annotations: {
        summary: "This is a test",
        description: `${actor.name} tries the channel ${channel.name}. There is nothing to do.`,
      },
      startsAt: now.toISOString(),
      endsAt: null,
      generatorUrl: null,
      value: null,
      // An Alertmanager forgets it after so long.
      holdsFor: 60,
    };
    const [messageId] = await writeMessages(tx, [
      {
        teamId: actor.teamId,
        channelId: id,
        key: `test:${now.toISOString()}`,
        content: contentOf("test", "{}:{}", { alertname: labels.alertname }, [alert]),
      },
    ]);
    return {
      result: messageId!,
      changes: [
        {
          type: "notification_channel",
          id,
          name: channel.name,
          action: "notifications:test_channel",
          before: null,
          after: { messageId },
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

/** The content of a stored message. */
export const storedContent = (row: { content: unknown }): MessageContent =>
  messageContentSchema.parse(row.content);
