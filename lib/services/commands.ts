import "server-only";
import type { z } from "zod";
import type { Change } from "@/lib/audit/record";
import type { Transaction } from "@/lib/db/client";
import { command } from "@/lib/db/command";
import type { Service } from "@/lib/db/generated/client";
import { problem } from "@/lib/errors";
import { nextColorSlot, versionColorKey } from "./colors";
import { freeName, identityKey } from "./identity";
import { type discoveredServiceSchema, discoveriesSchema, identitySchema } from "./schema";

type Discovered = z.output<typeof discoveredServiceSchema>;

/** What the audit log keeps of a service. Instances come and go with every scaling, so they are left out. */
const audited = (service: Pick<Service, "name" | "engines" | "profiles" | "models" | "versions">) => ({
  name: service.name,
  engines: service.engines,
  profiles: service.profiles,
  models: service.models,
  versions: service.versions,
});

/**
 * Takes what was found in a source into the list of services: known ones are brought up to date, new ones get a name
 * and colours. A service that was not found stays as it is; its `lastSeenAt` tells since when. Answers how many are new.
 */
export const saveDiscoveries = command({
  permission: "services:write",
  input: discoveriesSchema,
  run: async (tx, actor, { sourceId, seenAt, services }) => {
    const source = await tx.source.findFirst({
      where: { id: sourceId, teamId: actor.teamId, validTo: null },
    });
    if (source === null) throw problem("not_found", "There is no such data source.");
    // Two consoles that discover at once would both give the same free name.
    await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtext(${`services:${actor.teamId}`}))`;

    const valid = await tx.service.findMany({ where: { teamId: actor.teamId, validTo: null } });
    const taken = new Set(valid.map(({ name }) => name));
    const known = new Map(
      valid
        .filter((service) => service.sourceId === sourceId)
        .map((service) => [identityKey(identitySchema.parse(service.identity)), service]),
    );

    const changes: Change[] = [];
    let added = 0;
    for (const found of services) {
      const before = known.get(identityKey(found.identity));
      const data = dataOf(found, seenAt);
      let after: Service;
      if (before === undefined) {
        const name = freeName(found.identity, source.name, taken);
        taken.add(name);
        added += 1;
        after = await tx.service.create({
          data: {
            ...data,
            teamId: actor.teamId,
            sourceId,
            name,
            identity: found.identity,
            validFrom: seenAt,
          },
        });
      } else after = await tx.service.update({ where: { id: before.id, validTo: null }, data });
      await giveColors(tx, actor.teamId, after);
      const change: Change = {
        type: "service",
        id: after.id,
        name: after.name,
        action: before === undefined ? "services:discover" : "services:rediscover",
        before: before === undefined ? null : audited(before),
        after: audited(after),
      };
      if (JSON.stringify(change.before) !== JSON.stringify(change.after)) changes.push(change);
    }
    return { result: { added }, changes };
  },
});

const dataOf = (found: Discovered, seenAt: Date) => ({
  engines: found.engines,
  profiles: found.selector.profiles.map(({ id }) => id),
  models: found.models,
  versions: found.versions,
  instances: found.instances,
  selector: found.selector,
  labels: found.labels,
  lastSeenAt: seenAt,
});

async function giveColors(tx: Transaction, teamId: string, service: Service): Promise<void> {
  await giveColor(tx, teamId, "service", service.name, "");
  for (const version of service.versions)
    await giveColor(
      tx,
      teamId,
      "version",
      versionColorKey(service.name, version),
      versionColorKey(service.name, ""),
    );
}

/** Gives an entity a slot once. `prefix` bounds the entities whose colours must differ from it. */
async function giveColor(
  tx: Transaction,
  teamId: string,
  kind: "service" | "version",
  key: string,
  prefix: string,
): Promise<void> {
  const siblings = await tx.entityColor.findMany({ where: { teamId, kind, key: { startsWith: prefix } } });
  if (siblings.some((sibling) => sibling.key === key)) return;
  await tx.entityColor.create({
    data: { teamId, kind, key, slot: nextColorSlot(siblings.map(({ slot }) => slot)) },
  });
}
