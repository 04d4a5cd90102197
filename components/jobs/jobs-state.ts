import type { State } from "@/components/ui/state";
import type { Job, JobState, Loop, Queue, Worker } from "@/lib/jobs/schema";

/** State and word of a job on the page. */
export const jobStateWords: Record<JobState, { state: State; word: string }> = {
  failed: { state: "failed", word: "Failed" },
  retry: { state: "warning", word: "Waits to be retried" },
  active: { state: "progress", word: "Running" },
  created: { state: "pending", word: "Waiting" },
  cancelled: { state: "paused", word: "Cancelled" },
  completed: { state: "ok", word: "Done" },
};

/** How a loop does: failing, running somewhere, or held by nobody. */
export function loopState(loop: Loop): { state: State; word: string } {
  if (loop.holder === null) return { state: "warning", word: "Runs nowhere" };
  if (loop.error !== null) return { state: "failed", word: "Failing" };
  return loop.finishedAt === null ? { state: "pending", word: "First run" } : { state: "ok", word: "Runs" };
}

/** The page's answer first: the worst of workers, loops and queues, in words. */
export function jobsSummary(
  workers: Worker[],
  loops: Loop[],
  queues: Queue[],
): { state: State; words: string } {
  if (!workers.some(({ alive }) => alive)) return { state: "critical", words: "No worker is alive" };
  const failed = queues.reduce((sum, queue) => sum + queue.failed, 0);
  const failing = loops.filter(({ error }) => error !== null).length;
  const parts = [
    ...(failing > 0 ? [`${failing} ${failing === 1 ? "loop is" : "loops are"} failing`] : []),
    ...(failed > 0 ? [`${failed} failed ${failed === 1 ? "job" : "jobs"}`] : []),
  ];
  return parts.length === 0
    ? { state: "ok", words: "All work is done" }
    : { state: "warning", words: parts.join(", ") };
}

/** How long a finished or running job took, in milliseconds; null before it began. */
export function jobDuration(job: Job, now: number): number | null {
  if (job.startedAt === null) return null;
  const end = job.finishedAt === null ? now : Date.parse(job.finishedAt);
  return Math.max(0, end - Date.parse(job.startedAt));
}
