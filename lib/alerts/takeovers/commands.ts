import "server-only";
import { z } from "zod";
import { command } from "@/lib/db/command";
import { problem } from "@/lib/errors";
import { notify } from "@/lib/events/notify";

/** Says that the caller has seen that an acknowledgement of theirs was taken over or undone. Throws `not_found` for one that was not. */
export const seeTakeover = command({
  permission: "alerts:read",
  input: z.object({ id: z.string(), now: z.date() }),
  run: async (tx, actor, { id, now }) => {
    const { count } = await tx.acknowledgement.updateMany({
      where: {
        id,
        actorId: actor.id,
        OR: [{ successor: { not: null } }, { endedBy: "undone" }],
        toldAt: null,
        alert: { teamId: actor.teamId },
      },
      data: { toldAt: now },
    });
    if (count === 0)
      throw problem("not_found", "There is no acknowledgement of yours that was taken over or undone.");
    await notify(tx, { type: "alert", id });
    return { result: undefined, changes: [] };
  },
});
