import "server-only";
import { db } from "@/lib/db/client";
import type { JobDefinition } from "./definition";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Long enough for every retry of a client; what docs/api.md promises. */
export const KEEP_IDEMPOTENCY_KEYS_MS = DAY_MS;
/** A link that ran out is kept a while, so that it can be told from one that never was. */
const KEEP_EXPIRED_TOKENS_MS = 7 * DAY_MS;
/** A worker that died without a word stays on the page for a day. */
const KEEP_HEARTBEATS_MS = DAY_MS;
const KEEP_THROTTLES_MS = DAY_MS;
/** The longest period of the page, and a month to look back over. */
const KEEP_QUERY_USAGE_MS = 31 * DAY_MS;

/** Deletes what nobody will ask for again, and returns how many rows of each went. Audit and revisions stay. */
export async function deleteExpired(now: Date): Promise<Record<string, number>> {
  const before = (age: number) => new Date(now.getTime() - age);
  const [idempotencyKeys, tokens, endedSessions, heartbeats, throttles, queryUsage] = await Promise.all([
    db().idempotencyKey.deleteMany({ where: { createdAt: { lt: before(KEEP_IDEMPOTENCY_KEYS_MS) } } }),
    db().oneTimeToken.deleteMany({ where: { expiresAt: { lt: before(KEEP_EXPIRED_TOKENS_MS) } } }),
    db().endedSession.deleteMany({ where: { expiresAt: { lt: now } } }),
    db().workerHeartbeat.deleteMany({ where: { lastSeenAt: { lt: before(KEEP_HEARTBEATS_MS) } } }),
    db().signInThrottle.deleteMany({
      where: {
        lastFailure: { lt: before(KEEP_THROTTLES_MS) },
        OR: [{ blockedUntil: null }, { blockedUntil: { lt: now } }],
      },
    }),
    db().queryUsage.deleteMany({ where: { hour: { lt: before(KEEP_QUERY_USAGE_MS) } } }),
  ]);
  return {
    idempotencyKeys: idempotencyKeys.count,
    tokens: tokens.count,
    endedSessions: endedSessions.count,
    heartbeats: heartbeats.count,
    throttles: throttles.count,
    queryUsage: queryUsage.count,
  };
}

export const retentionJob: JobDefinition = {
  name: "retention",
  summary:
    "Deletes old idempotency keys, expired links and sessions, heartbeats of dead workers, old sign-in failures and usage of queries.",
  schedule: "17 * * * *",
  onePending: true,
  handler: async (_, { now }) => {
    await deleteExpired(now);
  },
};
