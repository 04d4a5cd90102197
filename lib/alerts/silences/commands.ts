import "server-only";
import { z } from "zod";
import type { Actor } from "@/lib/auth/actor";
import { transaction } from "@/lib/db/client";
import { command } from "@/lib/db/command";
import type { Silence } from "@/lib/db/generated/client";
import { invalidFields, problem } from "@/lib/errors";
import { notify } from "@/lib/events/notify";
import { silenceState, silenceView } from "./queries";
import { silenceInputSchema, silencePatchSchema } from "./schema";

const audited = (row: Silence) => ({
  matchers: row.matchers,
  startsAt: row.startsAt.toISOString(),
  endsAt: row.endsAt.toISOString(),
  comment: row.comment,
  createdBy: row.createdBy,
  endedAt: row.endedAt?.toISOString() ?? null,
});

const change = (action: "add" | "edit" | "expire", before: Silence | null, after: Silence) => ({
  type: "silence",
  id: after.id,
  name: after.comment.slice(0, 100),
  action: `silences:${action}`,
  before: before === null ? null : audited(before),
  after: audited(after),
});

const pastEnd = () => invalidFields([{ path: "endsAt", message: "A time that is still to come" }]);

/**
 * Mutes here what the matchers select, for a time; `makeSilence` also makes one in an Alertmanager. Throws
 * `invalid_request` for an end that is not to come.
 */
export const addSilence = command({
  permission: "silences:write",
  input: z.object({ silence: silenceInputSchema, now: z.date() }),
  run: async (tx, actor, { silence: { startsAt, source: _, ...silence }, now }) => {
    if (silence.endsAt <= now) throw pastEnd();
    const row = await tx.silence.create({
      data: { ...silence, teamId: actor.teamId, startsAt: startsAt ?? now, createdBy: actor.name },
    });
    await notify(tx, { type: "alert", id: row.id });
    return { result: await silenceView(row, actor, now), changes: [change("add", null, row)] };
  },
});

const isOver = (row: Silence, now: Date) =>
  problem("conflict", "This silence is over already.", { current: { state: silenceState(row, now) } });

/**
 * Changes a silence of the console that is not over; what is left out stays. Throws `not_found`, `conflict` for one that
 * is over, `invalid_request` for times that do not fit, and `precondition_failed` with the current state when `ifMatch` is
 * not the present version.
 */
export const editOwnSilence = command({
  permission: "silences:write",
  input: z.object({
    id: z.string(),
    ifMatch: z.number().int().optional(),
    patch: silencePatchSchema,
    now: z.date(),
  }),
  run: async (tx, actor, { id, ifMatch, patch, now }) => {
    const before = await tx.silence.findFirst({ where: { id, teamId: actor.teamId } });
    if (before === null) throw problem("not_found", "There is no silence with this id.");
    const startsAt = patch.startsAt ?? before.startsAt;
    const endsAt = patch.endsAt ?? before.endsAt;
    if (patch.endsAt !== undefined && endsAt <= now) throw pastEnd();
    if (endsAt <= startsAt) throw invalidFields([{ path: "endsAt", message: "After the start" }]);
    const { count } = await tx.silence.updateMany({
      where: { id, version: ifMatch ?? before.version, endedAt: null, endsAt: { gt: now } },
      data: { ...patch, version: { increment: 1 } },
    });
    const after = await tx.silence.findUniqueOrThrow({ where: { id } });
    if (count === 0) {
      if (silenceState(after, now) === "expired") throw isOver(after, now);
      throw problem("precondition_failed", "Someone changed this silence since you read it.", {
        current: await silenceView(after, actor, now),
      });
    }
    await notify(tx, { type: "alert", id });
    return { result: await silenceView(after, actor, now), changes: [change("edit", before, after)] };
  },
});

/** Ends a silence of the console before its time. Throws `not_found`, and `conflict` for one that is over. */
export const expireSilence = command({
  permission: "silences:write",
  input: z.object({ id: z.string(), now: z.date() }),
  run: async (tx, actor, { id, now }) => {
    const before = await tx.silence.findFirst({ where: { id, teamId: actor.teamId } });
    if (before === null) throw problem("not_found", "There is no silence with this id.");
    const { count } = await tx.silence.updateMany({
      where: { id, endedAt: null, endsAt: { gt: now } },
      data: { endedAt: now, version: { increment: 1 } },
    });
    const after = await tx.silence.findUniqueOrThrow({ where: { id } });
    if (count === 0) throw isOver(after, now);
    await notify(tx, { type: "alert", id });
    return { result: undefined, changes: [change("expire", before, after)] };
  },
});

/** Beyond what asking three members of a cluster takes that hang. Milliseconds. */
const changeTimeout = 40_000;

/**
 * Does a change of a silence of an Alertmanager while no one else does one here: it does not say whether a silence was
 * over already when it is asked to end it.
 */
export const alone = <Result>(id: string, change: () => Promise<Result>): Promise<Result> =>
  transaction(
    async (tx) => {
      await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtext(${`silence:${id}`}))`;
      return change();
    },
    { timeoutMs: changeTimeout },
  );

const stateSchema = z.record(z.string(), z.unknown());

/** Writes into the audit log what was done to a silence of an Alertmanager, and announces it. */
export const recordElsewhere = command({
  permission: "silences:write",
  input: z.object({
    id: z.string(),
    comment: z.string(),
    action: z.enum(["add", "edit", "expire"]),
    before: stateSchema.nullable(),
    after: stateSchema,
  }),
  run: async (tx, _actor: Actor, { id, comment, action, before, after }) => {
    await notify(tx, { type: "alert", id });
    return {
      result: undefined,
      changes: [
        {
          type: "silence",
          id,
          name: comment.slice(0, 100),
          action: `silences:${action}`,
          before,
          after,
          revision: false as const,
        },
      ],
    };
  },
});
