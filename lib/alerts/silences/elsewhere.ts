import "server-only";
import {
  type AlertmanagerClient,
  createAlertmanagerClient,
  type NewSilence,
  type Silence,
} from "@/lib/alertmanager/client";
import type { Actor } from "@/lib/auth/actor";
import { can, whyNot } from "@/lib/auth/permissions";
import { db } from "@/lib/db/client";
import { type InferscopeError, invalidFields, isInferscopeError, problem } from "@/lib/errors";
import { upstreamTarget } from "@/lib/sources/targets";
import { isUpstreamError } from "@/lib/upstream/upstream-error";
import { externalState, forgetSilences, readSilence } from "../external/queries";
import { addSilence, alone, editOwnSilence, expireSilence, recordElsewhere } from "./commands";
import { alertmanagersFor, externalSilenceView, findExternalSilence } from "./queries";
import type { SilenceInput, SilencePatch, SilenceView } from "./schema";

type Context = { now: Date; requestId?: string };
type Member = { id: string; name: string };

/** Seconds: so long a member of a cluster may take to say that it is there before the next is asked. */
const probeTimeout = 3;

const clientOf = async ({ id }: Member): Promise<AlertmanagerClient> =>
  createAlertmanagerClient(await upstreamTarget(id));

function requirePermission(actor: Actor): void {
  if (!can(actor, "silences:write")) throw problem("forbidden", whyNot(actor, "silences:write"));
}

/** What an Alertmanager says against a silence, beside the field that it is about. */
function refusal(error: InferscopeError, { name }: Member): InferscopeError {
  const said = error.upstream ?? error.detail;
  const isRefused = isUpstreamError(error) && error.failure === "rejected";
  const field = !isRefused
    ? "source"
    : /end time|endsAt/i.test(said)
      ? "endsAt"
      : /start time|startsAt/i.test(said)
        ? "startsAt"
        : /comment/i.test(said)
          ? "comment"
          : /matcher|label|regexp/i.test(said)
            ? "matchers"
            : "source";
  const message = isRefused ? `${name} says: ${said}` : error.detail;
  return problem(isRefused ? "invalid_request" : error.code, message, {
    fields: [{ path: field, message }],
    upstream: error.upstream,
    cause: error,
  });
}

async function orRefusal<Result>(member: Member, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw isInferscopeError(error) ? refusal(error, member) : error;
  }
}

/**
 * The first of the members that answers: a silence made at one that hangs may or may not have been made, so that the
 * next is asked before, not after. Throws what each said where none answers.
 */
async function answering(
  members: readonly Member[],
): Promise<{ member: Member; client: AlertmanagerClient }> {
  const refusals: InferscopeError[] = [];
  for (const member of members)
    try {
      const client = await clientOf(member);
      if (members.length > 1) await client.status({ timeout: probeTimeout });
      return { member, client };
    } catch (error) {
      if (!isInferscopeError(error)) throw error;
      refusals.push(refusal(error, member));
    }
  const [first] = refusals;
  const message = refusals.map(({ detail }) => detail).join(" ");
  throw problem(first!.code, message, { fields: [{ path: "source", message }], cause: first });
}

/** What the audit log holds of a silence in an Alertmanager. */
const audited = ({ matchers, startsAt, endsAt, comment, createdBy }: NewSilence, { name }: Member) => ({
  alertmanager: name,
  matchers,
  startsAt: new Date(startsAt).toISOString(),
  endsAt: new Date(endsAt).toISOString(),
  comment,
  createdBy,
});

/** Writes a silence and gives it as the Alertmanager then has it. */
async function written(
  client: AlertmanagerClient,
  member: Member,
  silence: NewSilence,
  now: Date,
): Promise<Silence> {
  const id = await orRefusal(member, () => client.createSilence(silence));
  const shown = await client.silence(id).catch((error: unknown) => {
    if (!isInferscopeError(error)) throw error;
    return null;
  });
  const state = Date.parse(silence.startsAt) > now.getTime() ? "pending" : "active";
  return shown ?? { ...silence, id, updatedAt: now.toISOString(), status: { state } };
}

const viewOf = (silence: Silence, { id, name }: Member, actor: Actor, now: Date): Promise<SilenceView> =>
  externalSilenceView({ ...readSilence(silence), sources: [{ id, name }] }, actor, now);

const asText = (date: Date | undefined) => date?.toISOString();

/**
 * Mutes what the matchers select, for a time: here, or in the Alertmanager `source`, where another member of its cluster
 * is asked when it does not answer. Throws `invalid_request` with the field for what is not taken, in the Alertmanager's
 * own words, and the codes of UpstreamError, with the field `source`, where it cannot be asked.
 */
export async function makeSilence(
  actor: Actor,
  { source, ...silence }: SilenceInput,
  { now, requestId }: Context,
): Promise<SilenceView> {
  requirePermission(actor);
  const { startsAt, endsAt, matchers, comment } = silence;
  if (source === null)
    return addSilence(
      actor,
      {
        // The command reads the same schema, which takes times as text.
        silence: {
          ...silence,
          startsAt: asText(startsAt ?? undefined) ?? null,
          endsAt: endsAt.toISOString(),
        },
        now,
      },
      { requestId },
    );
  const members = await alertmanagersFor(actor, source, now);
  const { member, client } = await answering(members);
  const made = await written(
    client,
    member,
    {
      matchers,
      startsAt: (startsAt ?? now).toISOString(),
      endsAt: endsAt.toISOString(),
      comment,
      createdBy: actor.name,
    },
    now,
  );
  forgetSilences(members.map(({ id }) => id));
  await recordElsewhere(
    actor,
    { id: made.id, comment, action: "add", before: null, after: audited(made, member) },
    { requestId },
  );
  return viewOf(made, member, actor, now);
}

const isOwn = async (actor: Actor, id: string): Promise<boolean> =>
  (await db().silence.count({ where: { id, teamId: actor.teamId } })) > 0;

const isOver = () => problem("conflict", "This silence is over already.", { current: { state: "expired" } });

/** Asks a member that answers for a silence that is to be changed. Throws `conflict` for one that is over. */
async function toBeChanged(actor: Actor, id: string, now: Date) {
  const { sources } = await findExternalSilence(actor, id, now);
  const { member, client } = await answering(sources);
  const before = await orRefusal(member, () => client.silence(id));
  if (externalState(readSilence(before), now) === "expired") throw isOver();
  return { member, client, before, sources };
}

/**
 * Changes a silence where it is made. One in an Alertmanager gets another id where its matchers, or its start after it
 * began, are changed: the old one ends. Throws as `editOwnSilence` and `makeSilence` do.
 */
export async function editSilence(
  actor: Actor,
  { id, ifMatch, patch }: { id: string; ifMatch?: number; patch: SilencePatch },
  { now, requestId }: Context,
): Promise<SilenceView> {
  requirePermission(actor);
  if (await isOwn(actor, id)) {
    const given = { ...patch, startsAt: asText(patch.startsAt), endsAt: asText(patch.endsAt) };
    return editOwnSilence(actor, { id, ifMatch, patch: given, now }, { requestId });
  }
  return alone(id, () => editElsewhere(actor, { id, ifMatch, patch }, { now, requestId }));
}

async function editElsewhere(
  actor: Actor,
  { id, ifMatch, patch }: { id: string; ifMatch?: number; patch: SilencePatch },
  { now, requestId }: Context,
): Promise<SilenceView> {
  const { member, client, before, sources } = await toBeChanged(actor, id, now);
  if (ifMatch !== undefined && ifMatch !== Date.parse(before.updatedAt))
    throw problem("precondition_failed", "Someone changed this silence since you read it.", {
      current: await viewOf(before, member, actor, now),
    });
  const endsAt = asText(patch.endsAt) ?? before.endsAt;
  const startsAt = asText(patch.startsAt) ?? before.startsAt;
  if (Date.parse(endsAt) <= now.getTime())
    throw invalidFields([{ path: "endsAt", message: "A time that is still to come" }]);
  if (Date.parse(endsAt) <= Date.parse(startsAt))
    throw invalidFields([{ path: "endsAt", message: "After the start" }]);
  const { matchers, comment, createdBy } = before;
  const after = await written(
    client,
    member,
    {
      id,
      createdBy,
      matchers: patch.matchers ?? matchers,
      comment: patch.comment ?? comment,
      startsAt,
      endsAt,
    },
    now,
  );
  forgetSilences(sources.map((source) => source.id));
  await recordElsewhere(
    actor,
    {
      id: after.id,
      comment: after.comment,
      action: "edit",
      before: audited(before, member),
      after: audited(after, member),
    },
    { requestId },
  );
  return viewOf(after, member, actor, now);
}

/**
 * Ends a silence before its time, where it is made. Throws `not_found`, `conflict` for one that is over, also where someone
 * else was a moment faster, and the codes of UpstreamError where its Alertmanager cannot be asked.
 */
export async function endSilence(actor: Actor, id: string, { now, requestId }: Context): Promise<void> {
  requirePermission(actor);
  if (await isOwn(actor, id)) return expireSilence(actor, { id, now }, { requestId });
  return alone(id, () => endElsewhere(actor, id, { now, requestId }));
}

async function endElsewhere(actor: Actor, id: string, { now, requestId }: Context): Promise<void> {
  const { member, client, before, sources } = await toBeChanged(actor, id, now);
  await orRefusal(member, () => client.expireSilence(id)).finally(() =>
    forgetSilences(sources.map((source) => source.id)),
  );
  await recordElsewhere(
    actor,
    {
      id,
      comment: before.comment,
      action: "expire",
      before: audited(before, member),
      after: { ...audited(before, member), endedAt: now.toISOString() },
    },
    { requestId },
  );
}
