import "server-only";
import { z } from "zod";
import type { Actor } from "@/lib/auth/actor";
import { type CommandContext, command } from "@/lib/db/command";
import { problem } from "@/lib/errors";
import { sendJob } from "./boss";
import { getJob } from "./queries";
import { jobs } from "./registry";
import type { Job } from "./schema";

/**
 * Puts a failed job back in its queue, for one more try at once. Throws `not_found`, or `conflict` with the job as it
 * is when it has not failed.
 */
export const retryJob = command({
  permission: "jobs:write",
  input: z.object({ id: z.uuid({ error: "A job's id" }) }),
  run: async (tx, _, { id }) => {
    const before = await getJob(id);
    // As pg-boss's own retry(), and due now rather than when its last try was due.
    const count = await tx.$executeRaw`
      UPDATE pgboss.job SET state = 'retry', retry_limit = retry_limit + 1, start_after = now(), completed_on = NULL
      WHERE name = ${before.queue} AND id = ${id}::uuid AND state = 'failed'`;
    if (count === 0)
      throw problem("conflict", `Only a failed job can be tried again; this one is ${before.state}.`, {
        current: before,
      });
    const after = await getJob(id);
    return {
      result: after,
      changes: [
        {
          type: "job",
          id,
          name: before.queue,
          action: "jobs:retry",
          before: { state: before.state, error: before.error },
          after: { state: after.state },
          revision: false as const,
        },
      ],
    };
  },
});

const auditRun = command({
  permission: "jobs:write",
  input: z.object({ queue: z.string() }),
  run: async (_tx, _actor, { queue }) => {
    const definition = jobs.find((job) => job.name === queue);
    if (definition === undefined) throw problem("not_found", `There is no queue called ${queue}.`);
    if (definition.schedule === undefined)
      throw problem("conflict", "Only a queue with a schedule can be run by hand.");
    return {
      result: definition,
      changes: [
        {
          type: "queue",
          id: queue,
          name: queue,
          action: "jobs:run",
          before: { run: "by its schedule" },
          after: { run: "by hand" },
          revision: false as const,
        },
      ],
    };
  },
});

/** Runs a scheduled queue now and returns the job; null when one is waiting already. */
export async function runQueue(
  actor: Actor,
  queue: string,
  context: CommandContext = {},
): Promise<Job | null> {
  const definition = await auditRun(actor, { queue }, context);
  const id = await sendJob(definition, {} as never);
  return id === null ? null : getJob(id);
}
