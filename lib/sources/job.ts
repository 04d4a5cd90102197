import "server-only";
import pLimit from "p-limit";
import { db, transaction } from "@/lib/db/client";
import type { Source } from "@/lib/db/generated/client";
import { notify } from "@/lib/events/notify";
import { sendJob } from "@/lib/jobs/boss";
import type { JobDefinition, LoopDefinition } from "@/lib/jobs/definition";
import { log } from "@/lib/observability/log";
import { testConnection } from "@/lib/upstream/test-connection";
import { resealSources } from "./commands";
import { credentialState } from "./credentials";
import { askedAgainSentence } from "./queries";
import type { SourceTestResult } from "./schema";
import { openCredentials } from "./stored-credentials";
import { targetOf } from "./targets";

const CHECK_EVERY_SECONDS = 30;
/** A third of the period, so that sources which do not answer still leave time for the rest. */
const CHECK_TIMEOUT_SECONDS = 10;
const CHECKS_AT_ONCE = 10;

async function observe(source: Source, signal: AbortSignal): Promise<SourceTestResult> {
  const credentials = openCredentials(source);
  if (credentialState(source, credentials) === "asked_again")
    return { reachable: false, problem: askedAgainSentence(source.name), upstream: null, found: null };
  const { reachable, problem, upstream, found } = await testConnection(targetOf(source, credentials), {
    signal,
    timeout: CHECK_TIMEOUT_SECONDS,
  });
  return { reachable, problem, upstream, found };
}

/** Writes what a check found, unless the source was changed meanwhile; announces it when it differs from before. */
async function record(source: Source, result: SourceTestResult, checkedAt: Date): Promise<void> {
  const found = result.found ?? (typeof source.found === "string" ? source.found : undefined);
  const changed =
    source.reachable !== result.reachable ||
    source.problem !== result.problem ||
    source.found !== (found ?? null);
  await transaction(async (tx) => {
    const { count } = await tx.source.updateMany({
      where: { id: source.id, version: source.version },
      data: { checkedAt, reachable: result.reachable, problem: result.problem, found },
    });
    if (count === 1 && changed) await notify(tx, { type: "source", id: source.id });
  });
}

/** Asks every source that is valid now whether it answers, ten at a time, and writes down what it said. */
export async function checkSources(signal: AbortSignal): Promise<void> {
  const sources = await db().source.findMany({ where: { validTo: null } });
  const limit = pLimit(CHECKS_AT_ONCE);
  const oneAtATime = pLimit(1);
  await Promise.all(
    sources.map((source) =>
      limit(async () => {
        const result = await observe(source, signal);
        if (!signal.aborted) await oneAtATime(() => record(source, result, new Date()));
      }),
    ),
  );
}

/** Asks one source now rather than at the next round of the loop. */
export const checkSourceJob: JobDefinition<{ sourceId: string }> = {
  name: "check-source",
  summary: "Asks a data source that was just added or changed whether it answers.",
  // The loop comes round anyway.
  retryLimit: 0,
  handler: async ({ sourceId }, { signal }) => {
    const source = await db().source.findFirst({ where: { id: sourceId, validTo: null } });
    if (source !== null) await record(source, await observe(source, signal), new Date());
  },
};

/** Has a source asked in a moment, by a worker. Does not fail when that cannot be: the loop comes round anyway. */
export async function checkSoon(sourceId: string): Promise<void> {
  await sendJob(checkSourceJob, { sourceId }).catch((error: unknown) =>
    log.warn({ event: "check_not_sent", source: sourceId, error: String(error) }),
  );
}

export const sourceCheckLoop: LoopDefinition = {
  name: "check-sources",
  summary: "Asks each data source whether it answers, and which version it is.",
  everySeconds: CHECK_EVERY_SECONDS,
  run: checkSources,
};

export const reencryptSecretsJob: JobDefinition = {
  name: "reencrypt-credentials",
  summary: "Seals the credentials of data sources with the newest encryption key after it was rotated.",
  schedule: "43 3 * * *",
  onePending: true,
  handler: async () => {
    await resealSources();
  },
};
