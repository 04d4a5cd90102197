import "server-only";
import { z } from "zod";
import type { Transaction } from "@/lib/db/client";
import { command } from "@/lib/db/command";
import type { Prisma } from "@/lib/db/generated/client";
import { type FieldError, invalidFields, problem } from "@/lib/errors";
import { lockNotifications } from "../channels/commands";
import { regroup } from "../groups/commands";
import { channelsOf } from "../policy";
import { currentPolicy, getPolicy } from "../queries";
import { type PolicyTree, policyTreeSchema } from "../schema";

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
  if (fields.length > 0) throw invalidFields(fields);
}
