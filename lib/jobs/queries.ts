import "server-only";
import { foreignCursor, pageOf } from "@/lib/api/list";
import { db } from "@/lib/db/client";
import { problem } from "@/lib/errors";
import { jobs, loops } from "./registry";
import {
  type Job,
  type JobFilter,
  type JobState,
  type Loop,
  type Queue,
  WORKER_GONE_AFTER_SECONDS,
  type Worker,
} from "./schema";

type JobRow = {
  id: string;
  name: string;
  state: JobState;
  retry_count: number;
  retry_limit: number;
  created_on: Date;
  start_after: Date;
  started_on: Date | null;
  completed_on: Date | null;
  output: unknown;
  position: string;
};

/** Queues that pg-boss keeps for itself begin like this. */
const INTERNAL = "\\_\\_%";

/** pg-boss makes its tables when the first worker starts; before that there are no jobs. */
async function isInstalled(): Promise<boolean> {
  const [row] = await db().$queryRaw<
    { installed: boolean }[]
  >`SELECT to_regclass('pgboss.job') IS NOT NULL AS installed`;
  return row!.installed;
}

/** pg-boss keeps what a handler threw as `{message, stack, …}`, and what it returned as `{value}`. */
function errorOf({ state, output }: JobRow): string | null {
  if (state !== "failed" && state !== "retry") return null;
  if (typeof output !== "object" || output === null) return null;
  const { message, value } = output as { message?: unknown; value?: unknown };
  const text =
    typeof message === "string" ? message : value === undefined ? JSON.stringify(output) : String(value);
  return text.slice(0, 2_000);
}

const jobOf = (row: JobRow): Job => ({
  id: row.id,
  queue: row.name,
  state: row.state,
  tries: row.started_on === null ? row.retry_count : row.retry_count + (row.state === "retry" ? 0 : 1),
  triesAllowed: row.retry_limit + 1,
  createdAt: row.created_on.toISOString(),
  startAfter: row.start_after.toISOString(),
  startedAt: row.started_on?.toISOString() ?? null,
  finishedAt: row.completed_on?.toISOString() ?? null,
  error: errorOf(row),
  actions: row.state === "failed" ? ["retry"] : [],
});

/** Fragments are plain text and values numbered parameters: a nested Prisma.sql is not known across bundles. */
const columns = `id, name, state::text AS state, retry_count, retry_limit, created_on, start_after, started_on,
  completed_on, output, created_on::text || '|' || id AS position`;

/** Jobs that are kept, newest first. Throws `invalid_request` for a cursor that is not one. */
export async function listJobs(
  filter: JobFilter,
  page: { cursor?: string; limit: number },
): Promise<{ items: Job[]; nextCursor: string | null }> {
  if (!(await isInstalled())) return { items: [], nextCursor: null };
  const [, createdOn, id] = /^(\d{4}-[\d :.+-]{10,40})\|([0-9a-f-]{36})$/.exec(page.cursor ?? "") ?? [];
  if (page.cursor !== undefined && createdOn === undefined) throw foreignCursor();
  const values: unknown[] = [];
  const parameter = (value: unknown) => `$${values.push(value)}`;
  const conditions = [
    `name NOT LIKE ${parameter(INTERNAL)}`,
    ...(filter.queue === undefined ? [] : [`name = ${parameter(filter.queue)}`]),
    ...(filter.state === undefined ? [] : [`state::text = ${parameter(filter.state)}`]),
    ...(createdOn === undefined
      ? []
      : [`(created_on, id) < (${parameter(createdOn)}::timestamptz, ${parameter(id)}::uuid)`]),
  ];
  const rows = await db().$queryRawUnsafe<JobRow[]>(
    `SELECT ${columns} FROM pgboss.job WHERE ${conditions.join(" AND ")}
     ORDER BY created_on DESC, id DESC LIMIT ${parameter(page.limit + 1)}`,
    ...values,
  );
  return pageOf(rows, page.limit, (row) => row.position, jobOf);
}

/** One job. Throws `not_found` for one that is not kept any more. */
export async function getJob(id: string): Promise<Job> {
  const rows = (await isInstalled())
    ? await db().$queryRawUnsafe<JobRow[]>(
        `SELECT ${columns} FROM pgboss.job WHERE id = $1::uuid AND name NOT LIKE $2`,
        id,
        INTERNAL,
      )
    : [];
  const row = rows[0];
  if (row === undefined)
    throw problem(
      "not_found",
      "There is no job with this id; finished ones are kept for a day, failed ones for 14.",
    );
  return jobOf(row);
}

type CountRow = {
  name: string;
  waiting: number;
  active: number;
  failed: number;
  completed: number;
  last: Date | null;
};

/** Every queue with its counts, by name; also those of earlier versions that still hold jobs. */
export async function listQueues(): Promise<Queue[]> {
  const counts = (await isInstalled())
    ? await db().$queryRaw<CountRow[]>`
        SELECT name,
          count(*) FILTER (WHERE state IN ('created', 'retry'))::int AS waiting,
          count(*) FILTER (WHERE state = 'active')::int AS active,
          count(*) FILTER (WHERE state = 'failed')::int AS failed,
          count(*) FILTER (WHERE state = 'completed')::int AS completed,
          max(completed_on) AS last
        FROM pgboss.job WHERE name NOT LIKE ${INTERNAL} GROUP BY name`
    : [];
  const names = new Set([...jobs.map((job) => job.name), ...counts.map((row) => row.name)]);
  return [...names].sort().map((name) => {
    const definition = jobs.find((job) => job.name === name);
    const count = counts.find((row) => row.name === name);
    return {
      name,
      summary: definition?.summary ?? null,
      schedule: definition?.schedule ?? null,
      waiting: count?.waiting ?? 0,
      active: count?.active ?? 0,
      failed: count?.failed ?? 0,
      completed: count?.completed ?? 0,
      lastFinishedAt: count?.last?.toISOString() ?? null,
      actions: definition?.schedule === undefined ? [] : ["run"],
    };
  });
}

/** Every worker that is alive or died without a word in the last day, newest first. */
export async function listWorkers(now: Date): Promise<Worker[]> {
  const rows = await db().workerHeartbeat.findMany({ orderBy: { startedAt: "desc" } });
  return rows.map((row) => ({
    ...row,
    startedAt: row.startedAt.toISOString(),
    lastSeenAt: row.lastSeenAt.toISOString(),
    alive: now.getTime() - row.lastSeenAt.getTime() < WORKER_GONE_AFTER_SECONDS * 1000,
  }));
}

/** Every loop with how it last went, by name. */
export async function listLoops(now: Date): Promise<Loop[]> {
  const [runs, leases] = await Promise.all([
    db().loop.findMany(),
    db().lease.findMany({ where: { name: { startsWith: "loop:" }, expiresAt: { gt: now } } }),
  ]);
  return [...loops]
    .sort((a, b) => a.name.localeCompare(b.name))
    .map((loop) => {
      const run = runs.find((row) => row.name === loop.name);
      return {
        name: loop.name,
        summary: loop.summary ?? null,
        everySeconds: loop.everySeconds,
        holder: leases.find((lease) => lease.name === `loop:${loop.name}`)?.holder ?? null,
        startedAt: run?.startedAt.toISOString() ?? null,
        finishedAt: run?.finishedAt?.toISOString() ?? null,
        error: run?.error ?? null,
        failingSince: run?.failingSince?.toISOString() ?? null,
      };
    });
}
