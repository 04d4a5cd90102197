import "server-only";
import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { config } from "@/lib/config";
import { db } from "@/lib/db/client";
import { log } from "@/lib/observability/log";
import { version } from "@/package.json";
import { HEARTBEAT_SECONDS } from "./schema";

/** Names this process among all workers; also the holder of its leases. */
export const newWorkerId = (): string => `${hostname()}-${process.pid}-${randomUUID().slice(0, 8)}`;

/**
 * Writes this worker's heartbeat now and every ten seconds; the returned function ends it and takes the row away, so
 * that only workers which died without a word stay on the page.
 */
export async function startHeartbeat(workerId: string): Promise<() => Promise<void>> {
  const startedAt = new Date();
  const row = {
    host: hostname(),
    pid: process.pid,
    role: config().INFERSCOPE_ROLE,
    version,
    startedAt,
  };
  const beat = async () => {
    const lastSeenAt = new Date();
    await db().workerHeartbeat.upsert({
      where: { id: workerId },
      create: { id: workerId, ...row, lastSeenAt },
      update: { lastSeenAt },
    });
  };
  await beat();
  const timer = setInterval(() => {
    beat().catch((error: unknown) => log.warn({ event: "heartbeat_failed", error: String(error) }));
  }, HEARTBEAT_SECONDS * 1000);
  return async () => {
    clearInterval(timer);
    await db().workerHeartbeat.deleteMany({ where: { id: workerId } });
  };
}
