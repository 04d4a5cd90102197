import "server-only";
import { config } from "@/lib/config";
import { db } from "@/lib/db/client";
import type { JobDefinition } from "@/lib/jobs/definition";
import { log } from "@/lib/observability/log";

/** Each batch is a transaction of its own, so that a year of alerts holds nobody up. */
const atOnce = 1_000;

/**
 * Deletes alerts that were resolved more than `seconds` before `now`, with their transitions, acknowledgements and
 * comments, a batch at a time until none is left or `signal` aborts. Returns how many. Active ones stay, however old, and
 * so does the audit log.
 */
export async function deleteOldAlerts(
  now: Date,
  seconds: number,
  { signal, batch = atOnce }: { signal?: AbortSignal; batch?: number } = {},
): Promise<number> {
  const before = new Date(now.getTime() - seconds * 1000);
  let deleted = 0;
  for (let last = batch; last === batch && !signal?.aborted; deleted += last) {
    const old = await db().alert.findMany({
      where: { state: "inactive", resolvedAt: { lt: before } },
      orderBy: { resolvedAt: "asc" },
      take: batch,
      select: { id: true },
    });
    const { count } = await db().alert.deleteMany({ where: { id: { in: old.map(({ id }) => id) } } });
    last = count;
  }
  return deleted;
}

export const alertRetentionJob: JobDefinition = {
  name: "alert-retention",
  summary:
    "Deletes alerts that were resolved longer ago than INFERSCOPE_ALERT_RETENTION, with their history.",
  schedule: "37 * * * *",
  onePending: true,
  handler: async (_, { now, signal }) => {
    const deleted = await deleteOldAlerts(now, config().INFERSCOPE_ALERT_RETENTION, { signal });
    if (deleted > 0) log.info({ event: "old_alerts_deleted", deleted });
  },
};
