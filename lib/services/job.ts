import "server-only";
import { systemActor } from "@/lib/auth/actor";
import { db } from "@/lib/db/client";
import { isInferscopeError } from "@/lib/errors";
import type { LoopDefinition } from "@/lib/jobs/definition";
import { log } from "@/lib/observability/log";
import { upstreamTarget } from "@/lib/sources/targets";
import { saveDiscoveries } from "./commands";
import { discoverSource } from "./discover";
import { identityKey } from "./identity";
import { identitySchema, selectorSchema } from "./schema";

const actor = systemActor("service-discovery");

/** An interval is measured again after this, in case the scrape configuration changed. */
const intervalKeptMs = 10 * 60_000;
const intervalsMeasuredAt = new Map<string, number>();

/**
 * Looks for services in every Prometheus, each on its own: one that does not answer leaves its services as they were,
 * and the next run tries again. Rejects only when the database does.
 */
export async function discoverAll(now: Date, signal?: AbortSignal): Promise<void> {
  const sources = await db().source.findMany({
    where: { teamId: actor.teamId, kind: "prometheus", validTo: null },
    include: { services: { where: { validTo: null } } },
  });
  await Promise.all(
    sources.map(async ({ services, ...source }) => {
      const measuredAt = intervalsMeasuredAt.get(source.id) ?? 0;
      const isFresh = now.getTime() - measuredAt < intervalKeptMs;
      const knownIntervals = new Map(
        services.map(({ identity, selector }) => [
          identityKey(identitySchema.parse(identity)),
          selectorSchema.parse(selector).scrapeInterval,
        ]),
      );
      try {
        const found = await discoverSource(await upstreamTarget(source.id), {
          knownIntervals: isFresh ? knownIntervals : new Map(),
          now,
          signal,
        });
        if (!isFresh) intervalsMeasuredAt.set(source.id, now.getTime());
        await saveDiscoveries(actor, {
          sourceId: source.id,
          seenAt: now,
          services: found.map(({ profiles, scrapeInterval, ...service }) => ({
            ...service,
            selector: { profiles, scrapeInterval },
          })),
        });
      } catch (error) {
        if (signal?.aborted || !isInferscopeError(error)) throw error;
        log.warn({ event: "discovery_failed", source: source.name, code: error.code, detail: error.detail });
      }
    }),
  );
}

/** The loop that keeps the list of services up to date. */
export const discoveryLoop: LoopDefinition = {
  name: "service-discovery",
  summary: "Looks for LLM services in every Prometheus.",
  everySeconds: 30,
  run: (signal) => discoverAll(new Date(), signal),
};
