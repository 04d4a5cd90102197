import "server-only";
import { metrics } from "@/lib/observability/metrics";
import { listQueues } from "./queries";

/** Sets the gauge of waiting jobs from Postgres; called when the metrics are read. Leaves it out while that is away. */
export async function refreshJobMetrics(): Promise<void> {
  const { jobQueueDepth } = metrics();
  jobQueueDepth.reset();
  const queues = await listQueues().catch(() => []);
  for (const queue of queues) jobQueueDepth.set({ queue: queue.name }, queue.waiting);
}
