import "server-only";
import type { z } from "zod";
import type { Actor } from "@/lib/auth/actor";
import { isInferscopeError } from "@/lib/errors";
import { acknowledge, addRemark, assign, snooze, undoAcknowledgement } from "./commands";
import type { bulkInputSchema, bulkResultSchema } from "./schema";

/**
 * Does one thing to several alerts, each in a transaction of its own: what cannot be done to one keeps nothing from the
 * others. Throws only what is no answer to the caller.
 */
export async function actOnAlerts(
  actor: Actor,
  { ids, action, note, until, assignee }: z.output<typeof bulkInputSchema>,
  { now, requestId }: { now: Date; requestId?: string },
): Promise<z.infer<typeof bulkResultSchema>> {
  const end = until?.toISOString() ?? null;
  const acts: Record<typeof action, (id: string) => Promise<unknown>> = {
    acknowledge: (id) => acknowledge(actor, { id, note, until: end, now }, { requestId }),
    undo_acknowledgement: (id) => undoAcknowledgement(actor, { id, now }, { requestId }),
    snooze: (id) => snooze(actor, { id, until: end, now }, { requestId }),
    assign: (id) => assign(actor, { id, assignee, now }, { requestId }),
    comment: (id) => addRemark(actor, { id, text: note ?? "", now }, { requestId }),
  };
  const done: string[] = [];
  const failed: { id: string; code: string; detail: string }[] = [];
  for (const id of new Set(ids)) {
    try {
      await acts[action](id);
      done.push(id);
    } catch (error) {
      if (!isInferscopeError(error)) throw error;
      failed.push({ id, code: error.code, detail: error.fields?.[0]?.message ?? error.detail });
    }
  }
  return { done, failed };
}
