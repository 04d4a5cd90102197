import "server-only";
import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import pLimit from "p-limit";
import { systemActor } from "@/lib/auth/actor";
import { publicUrl } from "@/lib/config";
import { db, transaction } from "@/lib/db/client";
import { isInferscopeError } from "@/lib/errors";
import type { LoopDefinition } from "@/lib/jobs/definition";
import { log } from "@/lib/observability/log";
import { upstreamTarget } from "@/lib/sources/targets";
import { onBehalfOf } from "@/lib/upstream/caller";
import { recordEvaluation, recordOutage } from "./evaluation/commands";
import { slotsToRun } from "./evaluation/due";
import { type GroupHeader, groupHeaders, loadGroup, shards } from "./evaluation/load";
import { type GroupRun, runGroup } from "./evaluation/run";
import { slotAfter } from "./slots";

const actor = systemActor("alert-evaluation");

/** The loop comes round this often; within, a round waits for each group's own time. */
const everySeconds = 5;
/** Groups of one shard that are evaluated at once. */
const groupsAtOnce = 4;
/** Groups of all shards that are written at once: leases and whoever else is in this process need connections as well. */
const writing = pLimit(4);
/** A round ends this long before the next one begins, so that it misses no tick. */
const marginMs = 300;
/** A query that takes longer counts as not answered; also never longer than the group's interval. Seconds. */
const longestQuery = 30;

/**
 * Evaluates one group for the slots that are due at `now` (Unix seconds) and writes down what came of it. Returns the last
 * of them, or null where nothing was evaluated: nothing was due, another worker was first, or the source does not answer,
 * which leaves the slots due. Rejects when the database does, or `signal` aborts.
 */
export async function evaluateDueGroup(
  header: GroupHeader,
  now: number,
  signal?: AbortSignal,
): Promise<number | null> {
  const { slots, skippedBefore } = slotsToRun(header, header.evaluatedFor, now);
  if (slots.length === 0) return null;
  const loaded = await loadGroup(db(), header.id);
  if (loaded === null || loaded.spec.rules.length === 0) return null;
  if (skippedBefore !== null)
    log.warn({
      event: "alert_evaluations_given_up",
      group: header.name,
      from: header.evaluatedFor,
      until: skippedBefore,
    });
  let run: GroupRun;
  try {
    run = await runGroup(loaded, slots, await upstreamTarget(loaded.row.sourceId), {
      timeout: Math.min(longestQuery, Math.max(1, header.interval)),
      signal,
      newId: randomUUID,
      externalUrl: publicUrl(),
    });
  } catch (error) {
    if (signal?.aborted || !isInferscopeError(error)) throw error;
    run = { kind: "outage", error: error.detail };
  }
  signal?.throwIfAborted();
  return writing(() =>
    transaction(async (tx) => {
      if (run.kind === "outage") {
        await recordOutage(tx, loaded, run.error, new Date());
        return null;
      }
      if (await recordEvaluation(tx, loaded, run, new Date())) return run.at;
      log.info({ event: "alert_evaluation_superseded", group: header.name, at: run.at });
      return null;
    }),
  );
}

/**
 * One round of a shard: each group when it is due, until shortly before the next round. A group that is slow keeps no other
 * from its time; one that could not be evaluated is tried again in the next round.
 */
async function round(shard: number, signal: AbortSignal): Promise<void> {
  const began = Date.now();
  const end = began - (began % (everySeconds * 1000)) + everySeconds * 1000 - marginMs;
  const limit = pLimit(groupsAtOnce);
  const waiting = new Set(await groupHeaders({ shard }));
  const underway = new Set<Promise<void>>();
  const failures: unknown[] = [];

  const isDue = (header: GroupHeader) =>
    header.evaluatedFor === null || slotAfter(header, header.evaluatedFor) * 1000 <= Date.now();
  const evaluate = async (header: GroupHeader) => {
    try {
      const last = await onBehalfOf(actor, () => evaluateDueGroup(header, Date.now() / 1000, signal));
      if (last !== null) waiting.add({ ...header, evaluatedFor: last });
    } catch (error) {
      failures.push(error);
    }
  };

  while (!signal.aborted && Date.now() < end) {
    for (const header of [...waiting].filter(isDue)) {
      waiting.delete(header);
      const work: Promise<void> = limit(() => evaluate(header)).finally(() => underway.delete(work));
      underway.add(work);
    }
    const next = Math.min(
      end,
      ...[...waiting].map((header) => slotAfter(header, header.evaluatedFor ?? 0) * 1000),
    );
    const awake = delay(Math.max(20, next - Date.now()), undefined, { signal }).catch(() => {});
    // Whatever ends may be due again before the next of the others.
    await Promise.race([awake, ...underway]);
  }
  await Promise.all(underway);
  if (failures.length > 0 && !signal.aborted) throw failures[0];
}

/** The loops that evaluate alert rules: one a shard, so that several workers share them. */
export const alertEvaluationLoops: readonly LoopDefinition[] = Array.from({ length: shards }, (_, shard) => ({
  name: `alert-evaluation-${shard}`,
  summary: `Evaluates the alert rules of shard ${shard + 1} of ${shards}.`,
  everySeconds,
  run: (signal) => round(shard, signal),
}));
