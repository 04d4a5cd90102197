import "server-only";
import { db } from "@/lib/db/client";
import { log } from "@/lib/observability/log";
import { onQuery } from "@/lib/prometheus/query-events";
import type { Caller } from "@/lib/upstream/caller";
import { onUpstreamRequest } from "@/lib/upstream/fetch";
import { type UsageRow, UsageTally } from "./usage";

const FLUSH_EVERY_MS = 10_000;

/** Adds rows to what is kept, in one statement. Throws as the database does; then nothing was added. */
export async function addUsage(rows: readonly UsageRow[]): Promise<void> {
  if (rows.length === 0) return;
  const column = <Name extends keyof UsageRow>(name: Name) => rows.map((row) => row[name]);
  await db().$executeRaw`
    INSERT INTO "QueryUsage" AS kept ("hour", "sourceId", "actorType", "actorId", "teamId", "actorName",
      "queries", "failed", "rejected", "seconds", "series", "points", "bytes")
    SELECT * FROM unnest(
      ${column("hour")}::timestamptz[], ${column("sourceId")}::text[], ${column("actorType")}::text[],
      ${column("actorId")}::text[], ${column("teamId")}::text[], ${column("actorName")}::text[],
      ${column("queries")}::int[], ${column("failed")}::int[], ${column("rejected")}::int[],
      ${column("seconds")}::float8[], ${column("series")}::float8[], ${column("points")}::float8[],
      ${column("bytes")}::float8[])
    ON CONFLICT ("hour", "sourceId", "actorType", "actorId") DO UPDATE SET
      "actorName" = excluded."actorName",
      "queries" = kept."queries" + excluded."queries",
      "failed" = kept."failed" + excluded."failed",
      "rejected" = kept."rejected" + excluded."rejected",
      "seconds" = kept."seconds" + excluded."seconds",
      "series" = kept."series" + excluded."series",
      "points" = kept."points" + excluded."points",
      "bytes" = kept."bytes" + excluded."bytes"`;
}

export type UsageRecorder = {
  /** Writes what has been added up so far. */
  flush(): Promise<void>;
  /** Ends the listening and writes the rest. */
  stop(): Promise<void>;
};

/** Not a failure of the source: the caller left, or was refused by us. */
const OURS = new Set(["ok", "aborted", "refused", "too_large"]);

/**
 * Listens to every request to another system and writes who caused it, every ten seconds in one statement. A query never
 * waits for it; while the database is away it is kept and added later. One a process.
 */
export function recordUsage(options: { everyMs?: number; now?: () => Date } = {}): UsageRecorder {
  const now = options.now ?? (() => new Date());
  const tally = new UsageTally();
  const keyOf = (sourceId: string, { type, id, name, teamId }: Caller) => ({
    sourceId,
    actorType: type,
    actorId: id,
    actorName: name,
    teamId,
  });
  const stopRequests = onUpstreamRequest(({ target, caller, seconds, bytes, outcome }) => {
    if (outcome === "refused") return;
    const failed = OURS.has(outcome) ? 0 : 1;
    tally.add(keyOf(target.id, caller), { queries: 1, seconds, bytes, failed }, now());
  });
  const stopQueries = onQuery(({ targetId, caller, series, points, isRejected }) =>
    tally.add(keyOf(targetId, caller), { series, points, rejected: isRejected ? 1 : 0 }, now()),
  );

  let writing: Promise<void> = Promise.resolve();
  const write = async () => {
    const rows = tally.take();
    try {
      await addUsage(rows);
    } catch (error) {
      tally.restore(rows);
      log.warn({
        event: "query_usage_not_written",
        rows: rows.length,
        error: error instanceof Error ? error.message : String(error),
      });
    }
  };
  const flush = () => {
    writing = writing.then(write);
    return writing;
  };
  const timer = setInterval(() => void flush(), options.everyMs ?? FLUSH_EVERY_MS);
  timer.unref();
  return {
    flush,
    stop: () => {
      clearInterval(timer);
      stopRequests();
      stopQueries();
      return flush();
    },
  };
}
