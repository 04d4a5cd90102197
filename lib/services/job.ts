import "server-only";
import { systemActor } from "@/lib/auth/actor";
import { db } from "@/lib/db/client";
import type { Service, Source } from "@/lib/db/generated/client";
import { isInferscopeError } from "@/lib/errors";
import { sendJob } from "@/lib/jobs/boss";
import type { JobDefinition, LoopDefinition } from "@/lib/jobs/definition";
import { log } from "@/lib/observability/log";
import { upstreamTarget } from "@/lib/sources/targets";
import { saveDiscoveries } from "./commands";
import { type DiscoveryMemory, discoverSource, newMemory } from "./discover";
import { identityKey } from "./identity";
import { identitySchema, labelChoicesSchema, selectorSchema } from "./schema";

const actor = systemActor("service-discovery");

const memories = new Map<string, DiscoveryMemory>();

function memoryOf(sourceId: string): DiscoveryMemory {
  const memory = memories.get(sourceId) ?? newMemory();
  memories.set(sourceId, memory);
  return memory;
}

type SourceWithServices = Source & { services: Service[] };

const withServices = { services: { where: { validTo: null } } } as const;

const sourceOf = (id: string): Promise<SourceWithServices | null> =>
  db().source.findFirst({ where: { id, kind: "prometheus", validTo: null }, include: withServices });

/**
 * One round for a source; answers how many services' metrics it has not asked for yet. Rejects only when the database
 * does, or the signal aborts.
 */
async function discoverOne(source: SourceWithServices, now: Date, signal?: AbortSignal): Promise<number> {
  const known = source.services.map(({ identity, selector, labelChoices }) => ({
    key: identityKey(identitySchema.parse(identity)),
    stored: selectorSchema.parse(selector),
    choices: labelChoicesSchema.parse(labelChoices),
  }));
  try {
    const { services, absorbed, report } = await discoverSource(await upstreamTarget(source.id), {
      stored: new Map(known.map(({ key, stored }) => [key, stored])),
      choices: new Map(known.map(({ key, choices }) => [key, choices])),
      memory: memoryOf(source.id),
      now,
      signal,
    });
    await saveDiscoveries(actor, {
      sourceId: source.id,
      seenAt: now,
      report,
      absorbed,
      services: services.map(({ profiles, scrapeInterval, ...service }) => ({
        ...service,
        selector: { profiles, scrapeInterval },
      })),
    });
    return report.waiting;
  } catch (error) {
    if (signal?.aborted || !isInferscopeError(error)) throw error;
    log.warn({ event: "discovery_failed", source: source.name, code: error.code, detail: error.detail });
    return 0;
  }
}

/**
 * Looks for services in every Prometheus, each on its own: one that does not answer leaves its services as they were,
 * and the next run tries again. Rejects only when the database does.
 */
export async function discoverAll(now: Date, signal?: AbortSignal): Promise<void> {
  const sources = await db().source.findMany({
    where: { teamId: actor.teamId, kind: "prometheus", validTo: null },
    include: withServices,
  });
  const ids = new Set(sources.map(({ id }) => id));
  for (const id of memories.keys()) if (!ids.has(id)) memories.delete(id);
  await Promise.all(
    sources.map(async (source) => {
      // One that is not there, or has nothing new, costs one round.
      if ((await discoverOne(source, now, signal)) > 0) await discoverTheRest(source.id, signal);
    }),
  );
}

/** Rounds that follow at once on one that had more to ask for than a round may: all is known within a minute. */
const mostRoundsMore = 4;

async function discoverTheRest(sourceId: string, signal?: AbortSignal): Promise<void> {
  for (let round = 1; round <= mostRoundsMore; round++) {
    const source = await sourceOf(sourceId);
    if (source === null || (await discoverOne(source, new Date(), signal)) === 0) return;
  }
}

/** Looks for the services of one source now rather than at the next round of the loop. */
export const discoverSourceJob: JobDefinition<{ sourceId: string }> = {
  name: "discover-source",
  summary: "Looks for LLM services in a Prometheus that was just added or changed.",
  // The loop comes round anyway.
  retryLimit: 0,
  handler: async ({ sourceId }, { signal }) => {
    const source = await sourceOf(sourceId);
    if (source !== null && (await discoverOne(source, new Date(), signal)) > 0)
      await discoverTheRest(sourceId, signal);
  },
};

/** Has a source looked through in a moment, by a worker. Does not fail when that cannot be: the loop comes round anyway. */
export async function discoverSoon(sourceId: string): Promise<void> {
  await sendJob(discoverSourceJob, { sourceId }).catch((error: unknown) =>
    log.warn({ event: "discovery_not_sent", source: sourceId, error: String(error) }),
  );
}

/** The loop that keeps the list of services up to date. */
export const discoveryLoop: LoopDefinition = {
  name: "service-discovery",
  summary: "Looks for LLM services in every Prometheus.",
  everySeconds: 30,
  run: (signal) => discoverAll(new Date(), signal),
};
