import "server-only";
import type { z } from "zod";
import type { Actor } from "@/lib/auth/actor";
import { db } from "@/lib/db/client";
import { problem } from "@/lib/errors";
import { signalEvidence } from "@/lib/signals/evidence";
import { instanceCountOf, listServiceRows } from "./queries";
import { type foundServiceSchema, selectorSchema } from "./schema";

type FoundService = z.input<typeof foundServiceSchema>;

/**
 * The services of one source, by its name or id, or of all, with what shows them and what answers each signal. Throws
 * `not_found` for a source that does not exist.
 */
export async function discoveredServices(
  actor: Actor,
  { source, ...page }: { source?: string; cursor?: string; limit: number },
): Promise<{ items: FoundService[]; nextCursor: string | null }> {
  const sourceId = source === undefined ? undefined : await sourceIdOf(actor, source);
  const rows = await listServiceRows(actor, { ...page, sourceId });
  return {
    nextCursor: rows.nextCursor,
    items: rows.items.map((row) => {
      const { profiles, scrapeInterval } = selectorSchema.parse(row.selector);
      const evidence = signalEvidence({
        name: row.name,
        sourceName: row.source.name,
        profiles,
        scrapeInterval,
      });
      return {
        service: row.name,
        source: row.source.name,
        engines: row.engines,
        models: row.models,
        versions: row.versions,
        instances: row.instances,
        instanceCount: instanceCountOf(row),
        gpus: row.gpus,
        hosts: row.hosts,
        evidence: row.evidence,
        notes: row.notes,
        signals: Object.fromEntries(
          Object.entries(evidence).map(([signal, { metric = null, expr = null, ...facts }]) => [
            signal,
            { ...facts, metric, expr },
          ]),
        ),
      };
    }),
  };
}

async function sourceIdOf(actor: Actor, nameOrId: string): Promise<string> {
  const sources = await db().source.findMany({
    where: {
      teamId: actor.teamId,
      validTo: null,
      kind: "prometheus",
      OR: [{ name: nameOrId }, { id: nameOrId }],
    },
    select: { id: true },
  });
  const [found] = sources;
  if (found === undefined) throw problem("not_found", `There is no Prometheus source "${nameOrId}".`);
  return found.id;
}
