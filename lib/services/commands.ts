import "server-only";
import { z } from "zod";
import type { Change } from "@/lib/audit/record";
import type { Transaction } from "@/lib/db/client";
import { command } from "@/lib/db/command";
import type { Prisma, Service } from "@/lib/db/generated/client";
import { problem } from "@/lib/errors";
import { profiles as allProfiles } from "@/lib/signals/profiles";
import { nextColorSlot, versionColorKey } from "./colors";
import { freeName, identityKey } from "./identity";
import { chosenLabels } from "./label-guess";
import {
  chosenLabelsSchema,
  type discoveredServiceSchema,
  discoveriesSchema,
  identitySchema,
  type LabelChoices,
  labelChoicesSchema,
  selectorSchema,
  servicePatchSchema,
} from "./schema";

/** What the audit log keeps of a service. Instances come and go with every scaling, so they are left out. */
export const auditedService = (
  service: Pick<Service, "name" | "engines" | "profiles" | "models" | "versions" | "labelChoices">,
) => ({
  name: service.name,
  engines: service.engines,
  profiles: service.profiles,
  models: service.models,
  versions: service.versions,
  labelChoices: service.labelChoices,
});

/** Makes everything that gives or frees a team's service names wait for its turn, until the transaction ends. */
export async function lockServices(tx: Transaction, teamId: string): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtext(${`services:${teamId}`}))`;
}

/** Ends the services that are valid and match; answers the changes for the audit log. Call with the services locked. */
export async function endServices(
  tx: Transaction,
  where: Prisma.ServiceWhereInput & { sourceId: string },
  now: Date,
): Promise<Change[]> {
  const ending = await tx.service.findMany({ where: { ...where, validTo: null } });
  await tx.service.updateMany({
    where: { id: { in: ending.map(({ id }) => id) }, validTo: null },
    data: { validTo: now },
  });
  return ending.map((service) => ({
    type: "service",
    id: service.id,
    name: service.name,
    action: "services:end",
    before: auditedService(service),
    after: null,
  }));
}

/** Ends every service of a source that is removed `now`, and answers the changes. */
export async function endServicesOf(
  tx: Transaction,
  source: { id: string; teamId: string },
  now: Date,
): Promise<Change[]> {
  await lockServices(tx, source.teamId);
  return endServices(tx, { sourceId: source.id }, now);
}

/**
 * Brings back the services that ended with their source at `endedAt`, and answers the changes. One whose name was given
 * to another meanwhile stays ended; discovery finds it anew under another name.
 */
export async function reopenServicesOf(
  tx: Transaction,
  source: { id: string; teamId: string },
  endedAt: Date,
): Promise<Change[]> {
  await lockServices(tx, source.teamId);
  const ended = await tx.service.findMany({ where: { sourceId: source.id, validTo: endedAt } });
  const taken = await tx.service.findMany({
    where: { teamId: source.teamId, validTo: null, name: { in: ended.map(({ name }) => name) } },
    select: { name: true },
  });
  const takenNames = new Set(taken.map(({ name }) => name));
  const back = ended.filter(({ name }) => !takenNames.has(name));
  await tx.service.updateMany({ where: { id: { in: back.map(({ id }) => id) } }, data: { validTo: null } });
  return back.map((service) => ({
    type: "service",
    id: service.id,
    name: service.name,
    action: "services:reopen",
    before: null,
    after: auditedService(service),
  }));
}

type Discovered = z.output<typeof discoveredServiceSchema>;

/** A release or an outage may take days; a service that was not seen for a week is gone. Milliseconds. */
const keptUnseenMs = 7 * 86_400_000;

/**
 * Takes what was found in a source into the list of services: known ones are brought up to date, new ones get a name
 * and colours, and ones that had ended come back while their name is free. A service that was not found stays as it is
 * for seven days, of which its `lastSeenAt` tells, and then ends; one that was absorbed by another ends at once. Answers
 * how many are new.
 */
export const saveDiscoveries = command({
  permission: "services:write",
  input: discoveriesSchema,
  run: async (tx, actor, { sourceId, seenAt, report, services, absorbed = [] }) => {
    // Two consoles that discover at once would both give the same free name; a source may be removed meanwhile.
    await lockServices(tx, actor.teamId);
    const source = await tx.source.findFirst({
      where: { id: sourceId, teamId: actor.teamId, validTo: null },
    });
    if (source === null) throw problem("not_found", "There is no such data source.");
    if (report !== undefined)
      await tx.source.update({
        where: { id: sourceId },
        data: { discovery: { ...report, at: seenAt.toISOString() } },
      });

    const valid = await tx.service.findMany({ where: { teamId: actor.teamId, validTo: null } });
    const taken = new Set(valid.map(({ name }) => name));
    const known = new Map(
      valid
        .filter((service) => service.sourceId === sourceId)
        .map((service) => [identityKey(identitySchema.parse(service.identity)), service]),
    );

    const ended = new Map(
      services.every(({ identity }) => known.has(identityKey(identity)))
        ? []
        : (
            await tx.service.findMany({
              where: { sourceId, validTo: { not: null } },
              orderBy: { validTo: "asc" },
            })
          ).map((service) => [identityKey(identitySchema.parse(service.identity)), service]),
    );

    const changes: Change[] = [];
    const unchanged: string[] = [];
    const colors = await colorsOf(tx, actor.teamId);
    let added = 0;
    for (const found of services) {
      const before = known.get(identityKey(found.identity));
      const data = dataOf(found, seenAt, before);
      if (before !== undefined && isSame(before, data)) {
        unchanged.push(before.id);
        continue;
      }
      const gone = before === undefined ? ended.get(identityKey(found.identity)) : undefined;
      let after: Service;
      const isBack = gone !== undefined && !taken.has(gone.name);
      if (isBack) {
        taken.add(gone.name);
        added += 1;
        after = await tx.service.update({ where: { id: gone.id }, data: { ...data, validTo: null } });
      } else if (before === undefined) {
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
      await giveColors(tx, actor.teamId, after, colors);
      const change: Change = {
        type: "service",
        id: after.id,
        name: after.name,
        action: isBack
          ? "services:reopen"
          : before === undefined
            ? "services:discover"
            : "services:rediscover",
        before: before === undefined ? null : auditedService(before),
        after: auditedService(after),
      };
      if (JSON.stringify(change.before) !== JSON.stringify(change.after)) changes.push(change);
    }
    await tx.service.updateMany({
      where: { id: { in: unchanged }, validTo: null },
      data: { lastSeenAt: seenAt },
    });
    const absorbedIds = absorbed.flatMap((identity) => {
      const row = known.get(identityKey(identity));
      // Engines that are away for a while leave their GPUs to another; they come back as what they were.
      return row === undefined || (identity.engine === undefined && row.profiles.some(isServing))
        ? []
        : [row.id];
    });
    changes.push(...(await endServices(tx, { sourceId, id: { in: absorbedIds } }, seenAt)));
    const unseenSince = new Date(seenAt.getTime() - keptUnseenMs);
    changes.push(...(await endServices(tx, { sourceId, lastSeenAt: { lt: unseenSince } }, seenAt)));
    return { result: { added }, changes };
  },
});

/** What is written of a service that was found. What a person chose since it was looked for goes before the guess. */
function dataOf(found: Discovered, seenAt: Date, before: Service | undefined) {
  const choices = labelChoicesSchema.parse(before?.labelChoices ?? {});
  return {
    engines: found.engines,
    profiles: found.selector.profiles.map(({ id }) => id),
    models: found.models,
    versions: found.versions,
    instances: found.instances,
    instanceCount: found.instanceCount ?? found.instances.length,
    gpus: found.gpus,
    hosts: found.hosts,
    evidence: found.evidence,
    notes: found.notes,
    selector: withChoices(found.selector, choices),
    labels: chosenLabelsSchema.parse(chosenLabels(found.labels, choices)),
    lastSeenAt: seenAt,
  };
}

/** Whether a service is as it was, but for when it was seen. */
function isSame(before: Service, { lastSeenAt: _, ...after }: ReturnType<typeof dataOf>): boolean {
  // The database orders the keys of JSON its own way; the schemas order them alike.
  const known = {
    ...before,
    selector: selectorSchema.parse(before.selector),
    labels: chosenLabelsSchema.parse(before.labels),
  };
  return Object.entries(after).every(
    ([key, value]) => JSON.stringify(known[key as keyof typeof after]) === JSON.stringify(value),
  );
}

const isServing = (profile: string): boolean => servingProfiles.has(profile);

const servingProfiles = new Set<string>(
  allProfiles.filter(({ layer }) => layer === "engine" || layer === "application").map(({ id }) => id),
);

/** The labels that a person chose in the profiles that serve. */
function withChoices(
  selector: z.output<typeof selectorSchema>,
  choices: LabelChoices,
): z.output<typeof selectorSchema> {
  const profiles = selector.profiles.map((spoken) => {
    if (!isServing(spoken.id)) return spoken;
    // Of what was looked for with the choice, a label's absence says that the profile's series lack it.
    const carried = Object.keys(spoken.labels) as (keyof typeof spoken.labels)[];
    const chosen = Object.fromEntries(
      carried.flatMap((key) => (choices[key] === undefined ? [] : [[key, choices[key]]])),
    );
    return { ...spoken, labels: chosenLabels(spoken.labels, chosen) };
  });
  return selectorSchema.parse({ ...selector, profiles });
}

type Slots = Map<"service" | "version", Map<string, number>>;

/** The slots that are given, by key. */
async function colorsOf(tx: Transaction, teamId: string): Promise<Slots> {
  const slots: Slots = new Map([
    ["service", new Map()],
    ["version", new Map()],
  ]);
  const kinds = ["service", "version"];
  for (const { kind, key, slot } of await tx.entityColor.findMany({
    where: { teamId, kind: { in: kinds } },
  }))
    slots.get(kind as "service" | "version")?.set(key, slot);
  return slots;
}

async function giveColors(tx: Transaction, teamId: string, service: Service, colors: Slots): Promise<void> {
  await giveColorsOf(tx, teamId, "service", [service.name], "", colors);
  const versions = service.versions.map((version) => versionColorKey(service.name, version));
  await giveColorsOf(tx, teamId, "version", versions, versionColorKey(service.name, ""), colors);
}

/** Gives entities a slot once. `prefix` bounds the entities whose colours must differ from theirs. */
async function giveColorsOf(
  tx: Transaction,
  teamId: string,
  kind: "service" | "version",
  keys: readonly string[],
  prefix: string,
  colors: Slots,
): Promise<void> {
  const known = colors.get(kind)!;
  const missing = keys.filter((key) => !known.has(key));
  if (missing.length === 0) return;
  const slots = [...known].flatMap(([key, slot]) => (key.startsWith(prefix) ? [slot] : []));
  for (const key of missing) {
    const slot = nextColorSlot(slots);
    slots.push(slot);
    known.set(key, slot);
    await tx.entityColor.create({ data: { teamId, kind, key, slot } });
  }
}

/**
 * Takes a person's word for which labels carry version, model and replica of a service, over every guess from now on;
 * null goes back to the guess, with the next discovery. Answers the service's source. Throws `not_found`.
 */
export const chooseLabels = command({
  permission: "services:write",
  input: servicePatchSchema.extend({ name: z.string() }),
  run: async (tx, actor, { name, labels: patch }) => {
    await lockServices(tx, actor.teamId);
    const before = await tx.service.findFirst({ where: { teamId: actor.teamId, validTo: null, name } });
    if (before === null) throw problem("not_found", `There is no service "${name}".`);
    const choices = { ...labelChoicesSchema.parse(before.labelChoices) };
    for (const key of ["version", "model", "replica"] as const) {
      const label = patch[key];
      if (label === null) delete choices[key];
      else if (label !== undefined) choices[key] = label;
    }
    const selector = selectorSchema.parse(before.selector);
    const after = await tx.service.update({
      where: { id: before.id, validTo: null },
      data: {
        labelChoices: choices,
        labels: { ...chosenLabels(chosenLabelsSchema.parse(before.labels), choices) },
        selector: {
          ...selector,
          profiles: selector.profiles.map((spoken) =>
            isServing(spoken.id) ? { ...spoken, labels: chosenLabels(spoken.labels, choices) } : spoken,
          ),
        },
      },
    });
    const changed = JSON.stringify(before.labelChoices) !== JSON.stringify(after.labelChoices);
    return {
      result: { sourceId: before.sourceId },
      changes: changed
        ? [
            {
              type: "service",
              id: after.id,
              name,
              action: "services:choose_labels",
              before: auditedService(before),
              after: auditedService(after),
            },
          ]
        : [],
    };
  },
});
