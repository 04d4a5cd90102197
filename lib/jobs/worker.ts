import "server-only";
import { setMaxListeners } from "node:events";
import type PgBoss from "pg-boss";
import { everySeconds } from "@/lib/leases/every-seconds";
import { log } from "@/lib/observability/log";
import { ensureQueue, startBoss } from "./boss";
import type { JobDefinition, LoopDefinition } from "./definition";
import { newWorkerId, startHeartbeat } from "./heartbeat";
import { loopRecord } from "./loop-record";
import { jobs as allJobs, loops as allLoops, jobsAtStart } from "./registry";

/** A job that has not ended by then is put back and tried again by another worker. */
const STOP_GRACE_MS = 1_000;

export type RunningWorker = {
  id: string;
  /** Resolves once the signal aborted and everything is put down. */
  stopped: Promise<void>;
};

async function workOn(boss: PgBoss, job: JobDefinition<never>, signal: AbortSignal): Promise<void> {
  await ensureQueue(boss, job);
  if (job.schedule === undefined) await boss.unschedule(job.name);
  else await boss.schedule(job.name, job.schedule, {}, { tz: "UTC" });
  await boss.work<object>(job.name, async (batch) => {
    for (const { id, data } of batch) {
      try {
        await job.handler((data ?? {}) as never, { jobId: id, signal, now: new Date() });
        log.info({ event: "job_done", queue: job.name, jobId: id });
      } catch (error) {
        log.error({
          event: "job_failed",
          queue: job.name,
          jobId: id,
          error: error instanceof Error ? error.stack : String(error),
        });
        throw error;
      }
    }
  });
}

/**
 * Starts this process as a worker: heartbeat, queues, schedules and loops. Resolves once it works; abort `signal` to
 * stop it, and await `stopped`. Throws when the database cannot be reached.
 */
export async function startWorker({
  signal,
  jobs = allJobs,
  loops = allLoops,
  atStart = jobsAtStart,
}: {
  signal: AbortSignal;
  jobs?: readonly JobDefinition<never>[];
  loops?: readonly LoopDefinition[];
  /** Sent once each time a worker starts. */
  atStart?: readonly JobDefinition[];
}): Promise<RunningWorker> {
  // Each loop listens to it: no leak, which Node warns of beyond ten.
  setMaxListeners(0, signal);
  const id = newWorkerId();
  const boss = await startBoss("worker");
  const endHeartbeat = await startHeartbeat(id);
  for (const job of jobs) await workOn(boss, job, signal);
  const running = loops.map((loop) =>
    everySeconds(loop.name, loop.everySeconds, loop.run, { holder: id, signal, observer: loopRecord }),
  );
  for (const job of atStart) await boss.send(job.name, {});
  log.info({ event: "worker_started", worker: id, queues: jobs.length, loops: loops.length });

  const stopped = new Promise<void>((resolve) => {
    const stop = async () => {
      await Promise.allSettled([
        boss.stop({ graceful: true, timeout: STOP_GRACE_MS }),
        Promise.all(running),
        endHeartbeat(),
      ]);
      log.info({ event: "worker_stopped", worker: id });
      resolve();
    };
    if (signal.aborted) void stop();
    else signal.addEventListener("abort", () => void stop(), { once: true });
  });
  return { id, stopped };
}
