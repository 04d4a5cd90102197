import "server-only";
import PgBoss from "pg-boss";
import { config } from "@/lib/config";
import { log } from "@/lib/observability/log";
import type { JobDefinition } from "./definition";

/** The Postgres schema that pg-boss keeps its tables in, made by itself at the first start. */
export const JOB_SCHEMA = "pgboss";

/** How long jobs stay on the page: failures long enough to come back from a holiday, the rest for a day. */
const KEEP_FAILED_SECONDS = 14 * 86_400;
const KEEP_COMPLETED_SECONDS = 86_400;

/** Two connections to send with, five to work with: a worker fetches and completes side by side. */
const CONNECTIONS = { sender: 2, worker: 5 } as const;

/** A started pg-boss. `worker` also maintains the tables and starts what is scheduled. The caller stops it. */
export async function startBoss(kind: "sender" | "worker"): Promise<PgBoss> {
  const works = kind === "worker";
  const boss = new PgBoss({
    connectionString: config().DATABASE_URL,
    schema: JOB_SCHEMA,
    application_name: `inferscope-jobs-${kind}`,
    max: CONNECTIONS[kind],
    supervise: works,
    schedule: works,
    archiveFailedAfterSeconds: KEEP_FAILED_SECONDS,
    archiveCompletedAfterSeconds: KEEP_COMPLETED_SECONDS,
    deleteAfterDays: 7,
  });
  boss.on("error", (error) => log.warn({ event: "job_queue_error", error: String(error) }));
  await boss.start();
  return boss;
}

/** Makes the queue of a job, or brings its settings up to date. */
export async function ensureQueue(boss: PgBoss, job: JobDefinition<never>): Promise<void> {
  const options = {
    name: job.name,
    policy: job.onePending ? ("short" as const) : ("standard" as const),
    retryLimit: job.retryLimit ?? 3,
    retryDelay: job.retryDelaySeconds ?? 30,
    retryBackoff: true,
    expireInSeconds: job.expireInSeconds ?? 15 * 60,
  };
  await boss.createQueue(job.name, options);
  await boss.updateQueue(job.name, options);
}

type Shared = { sender: Promise<PgBoss> | null; queues: Set<string> };
const holder = globalThis as unknown as { inferscopeJobs?: Shared };
holder.inferscopeJobs ??= { sender: null, queues: new Set() };
const shared = holder.inferscopeJobs;

async function sender(): Promise<PgBoss> {
  shared.sender ??= startBoss("sender");
  try {
    return await shared.sender;
  } catch (error) {
    shared.sender = null;
    throw error;
  }
}

/**
 * Puts a job in its queue and returns its id; null when it allows `onePending` and one is waiting already. May be called
 * from any process. It does not join a transaction, so call it after what the job reads is committed.
 */
export async function sendJob<Data extends object>(
  job: JobDefinition<Data>,
  data: Data,
  options: { startAfterSeconds?: number } = {},
): Promise<string | null> {
  const boss = await sender();
  if (!shared.queues.has(job.name)) {
    await ensureQueue(boss, job);
    shared.queues.add(job.name);
  }
  return boss.send(
    job.name,
    data,
    options.startAfterSeconds === undefined ? {} : { startAfter: options.startAfterSeconds },
  );
}

/** Ends the connections that `sendJob` opened; for scripts, tests and a stopping process. */
export async function closeJobSender(): Promise<void> {
  const started = shared.sender;
  shared.sender = null;
  shared.queues.clear();
  await (await started)?.stop({ graceful: false });
}
