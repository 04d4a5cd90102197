import "server-only";
import { z } from "zod";
import { fingerprintOf } from "@/lib/alerts/labels";
import { type Actor, systemActor } from "@/lib/auth/actor";
import type { Transaction } from "@/lib/db/client";
import { command } from "@/lib/db/command";
import type { NotificationChannel } from "@/lib/db/generated/client";
import { type FieldError, invalidFields, problem } from "@/lib/errors";
import { TEST_ALERTNAME } from "../labels";
import { writeMessages } from "../messages/commands";
import { contentOf } from "../messages/content";
import { firstRouteTo } from "../policy";
import { channelProblem, channelView, currentPolicy, settingsOf } from "../queries";
import {
  type ChannelSettings,
  channelInputSchema,
  channelPatchSchema,
  secretProblem,
  type ToldAlert,
} from "../schema";
import { resealedSecret, sealSecret } from "../secret";

/** Changes of channels and policies go one after the other, so that no policy names a channel that is being removed. */
export async function lockNotifications(tx: Transaction): Promise<void> {
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
  if (fields.length > 0) throw invalidFields(fields);
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
 * with that route, or the heartbeat goes to it.
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
    const watchdog = await tx.watchdog.findFirst({ where: { teamId: actor.teamId, channelId: id } });
    if (watchdog !== null)
      throw problem("conflict", `The heartbeat goes to ${before.name}. Choose another channel for it first.`);
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
    const labels = { alertname: TEST_ALERTNAME, severity: "info", channel: channel.name };
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
