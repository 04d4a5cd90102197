import "server-only";
import { z } from "zod";
import { command } from "@/lib/db/command";
import type { Silence } from "@/lib/db/generated/client";
import { invalidFields, problem } from "@/lib/errors";
import { silenceState, silenceView } from "./queries";
import { silenceInputSchema } from "./schema";

const audited = (row: Silence) => ({
  matchers: row.matchers,
  startsAt: row.startsAt.toISOString(),
  endsAt: row.endsAt.toISOString(),
  comment: row.comment,
  createdBy: row.createdBy,
  endedAt: row.endedAt?.toISOString() ?? null,
});

const change = (action: "add" | "expire", before: Silence | null, after: Silence) => ({
  type: "silence",
  id: after.id,
  name: after.comment.slice(0, 100),
  action: `silences:${action}`,
  before: before === null ? null : audited(before),
  after: audited(after),
});

/** Mutes what the matchers select, for a time. Throws `invalid_request` for an end that is not to come. */
export const addSilence = command({
  permission: "silences:write",
  input: z.object({ silence: silenceInputSchema, now: z.date() }),
  run: async (tx, actor, { silence: { startsAt, ...silence }, now }) => {
    if (silence.endsAt <= now)
      throw invalidFields([{ path: "endsAt", message: "A time that is still to come" }]);
    const row = await tx.silence.create({
      data: { ...silence, teamId: actor.teamId, startsAt: startsAt ?? now, createdBy: actor.name },
    });
    return { result: await silenceView(row, actor, now), changes: [change("add", null, row)] };
  },
});

/** Ends a silence before its time. Throws `not_found`, and `conflict` for one that is over. */
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
    if (count === 0)
      throw problem("conflict", "This silence is over already.", {
        current: { state: silenceState(after, now) },
      });
    return { result: undefined, changes: [change("expire", before, after)] };
  },
});
