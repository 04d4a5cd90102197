import "server-only";
import { LRUCache } from "lru-cache";
import { pageOf } from "@/lib/api/list";
import type { Actor } from "@/lib/auth/actor";
import { db } from "@/lib/db/client";
import type { Service as ServiceRow, Source } from "@/lib/db/generated/client";
import { problem } from "@/lib/errors";
import { measurableSignals } from "@/lib/signals/plan";
import type { Profile } from "@/lib/signals/profile";
import { profileOf } from "@/lib/signals/profiles";
import { type Matcher, selector } from "@/lib/signals/promql";
import type { QueryableService } from "@/lib/signals/query";
import { upstreamTarget } from "@/lib/sources/targets";
import type { UpstreamTarget } from "@/lib/upstream/target";
import { versionColorKey } from "./colors";
import {
  chosenLabelsSchema,
  identitySchema,
  labelChoicesSchema,
  type Service,
  selectorSchema,
} from "./schema";
import { evidenceOf } from "./sentinels";

/** PostgreSQL refuses to look for a text with a NUL, and no service is called so. */
const canBeName = (text: string): boolean => !text.includes("\u0000");

type Row = ServiceRow & { source: Source };

/** The rows of services valid now, by id, a page at a time; of one source where it is given. */
export async function listServiceRows(
  actor: Actor,
  { cursor, limit, sourceId }: { cursor?: string; limit: number; sourceId?: string },
): Promise<{ items: Row[]; nextCursor: string | null }> {
  const after = cursor === undefined ? undefined : decodeCursor(cursor);
  const rows = await db().service.findMany({
    where: {
      teamId: actor.teamId,
      sourceId,
      validTo: null,
      ...(after === undefined ? {} : { name: { gt: after } }),
    },
    include: { source: true },
    orderBy: { name: "asc" },
    take: limit + 1,
  });
  return pageOf(
    rows,
    limit,
    ({ name }) => Buffer.from(name).toString("base64url"),
    (row) => row,
  );
}

/** The services valid now, by id, a page at a time. */
export async function listServices(
  actor: Actor,
  page: { cursor?: string; limit: number },
): Promise<{ items: Service[]; nextCursor: string | null }> {
  const rows = await listServiceRows(actor, page);
  const colors = await db().entityColor.findMany({
    where: { teamId: actor.teamId, kind: { in: ["service", "version"] } },
  });
  const slotOf = new Map(colors.map(({ kind, key, slot }) => [`${kind}\n${key}`, slot]));
  return { ...rows, items: rows.items.map((row) => present(row, slotOf)) };
}

/** One service by its id. Throws `not_found`. */
export async function findService(actor: Actor, id: string): Promise<Service> {
  const row = await serviceRow(actor, id);
  const colors = await db().entityColor.findMany({
    where: {
      teamId: actor.teamId,
      OR: [
        { kind: "service", key: row.name },
        { kind: "version", key: { startsWith: versionColorKey(row.name, "") } },
      ],
    },
  });
  return present(row, new Map(colors.map(({ kind, key, slot }) => [`${kind}\n${key}`, slot])));
}

/** Fifty viewers ask for the same service every few seconds; what discovery changes shows after this at the latest. */
const MEASURED_CACHE_MS = 5_000;
const measured = new LRUCache<string, Promise<readonly QueryableService[]>>({
  max: 500,
  ttl: MEASURED_CACHE_MS,
});

/** Parsed once: what signals are spelled by is found by these very lists (`lib/signals/spoken.ts`). */
const queryable = (row: Row): QueryableService => {
  const { profiles, scrapeInterval } = selectorSchema.parse(row.selector);
  const target = () => upstreamTarget(row.sourceId);
  return { name: row.name, sourceName: row.source.name, profiles, scrapeInterval, target };
};

function measuredServices(teamId: string, names: string[]): Promise<readonly QueryableService[]> {
  const key = JSON.stringify([teamId, ...names]);
  const cached = measured.get(key);
  if (cached !== undefined) return cached;
  const services = db()
    .service.findMany({
      where: { teamId, validTo: null, name: { in: names } },
      include: { source: true },
    })
    .then((rows) => rows.map(queryable));
  measured.set(key, services);
  // What is not there may be found at any moment, and a failure is nothing to keep.
  services.then(
    (found) => found.length < names.length && measured.delete(key),
    () => measured.delete(key),
  );
  return services;
}

/** What is needed to measure these services, at most five seconds old; ids that do not exist are left out. */
export async function queryableServices(
  actor: Actor,
  ids: readonly string[],
): Promise<Map<string, QueryableService>> {
  const services = await measuredServices(actor.teamId, [...new Set(ids)].filter(canBeName).sort());
  return new Map(services.map((service) => [service.name, service]));
}

/** What shows which versions of a service run. */
export interface WatchedVersions {
  service: string;
  sourceName: string;
  /** Seconds. */
  scrapeInterval: number;
  /** How many instances are known; reading them costs the source as much. */
  instances: number;
  target: () => Promise<UpstreamTarget>;
  /** Selects the series that show the service. */
  shownBy?: string;
  /** The series whose label holds the version; absent where no label does. */
  version?: { selector: string; label: string };
  /** Selects all series of the service's own job. */
  matchers: Matcher[];
}

/** How the versions of these services are told, or of all, of the first `limit` by name. */
export async function watchedVersions(
  actor: Actor,
  { service, limit }: { service?: string; limit: number },
): Promise<WatchedVersions[]> {
  if (service !== undefined && !canBeName(service)) return [];
  const rows = await db().service.findMany({
    where: { teamId: actor.teamId, validTo: null, name: service },
    include: { source: true },
    orderBy: { name: "asc" },
    take: limit,
  });
  return rows.flatMap((row) => {
    const { profiles, scrapeInterval } = selectorSchema.parse(row.selector);
    // GPUs of nobody serve nothing, and are watched by what they have.
    const serving = profiles.filter(({ id }) => isServing(profileOf(id)));
    const told = (serving.length > 0 ? serving : profiles).flatMap((spoken) => {
      const sentinel = evidenceOf(profileOf(spoken.id), spoken.rename, row.evidence);
      return sentinel === undefined
        ? []
        : [{ spoken, label: spoken.labels.version, selector: selector(sentinel, spoken.matchers) }];
    });
    const [first] = told;
    if (first === undefined) return [];
    const [version] = told.flatMap(({ label, selector }) =>
      label === undefined ? [] : [{ label, selector }],
    );
    return [
      {
        service: row.name,
        sourceName: row.source.name,
        scrapeInterval,
        instances: instanceCountOf(row),
        target: () => upstreamTarget(row.sourceId),
        shownBy: first.selector,
        ...(version === undefined ? {} : { version }),
        matchers: first.spoken.matchers.filter(({ op }) => op === "="),
      },
    ];
  });
}

const isServing = ({ layer }: Profile): boolean => layer === "engine" || layer === "application";

/** How many instances were found; of a row that is older than the count, how many it lists. */
export const instanceCountOf = ({
  instances,
  instanceCount,
}: Pick<ServiceRow, "instances" | "instanceCount">): number => Math.max(instanceCount, instances.length);

async function serviceRow(actor: Actor, id: string): Promise<Row> {
  const row = canBeName(id)
    ? await db().service.findFirst({
        where: { teamId: actor.teamId, validTo: null, name: id },
        include: { source: true },
      })
    : null;
  if (row === null) throw problem("not_found", `There is no service "${id}".`);
  return row;
}

function present(row: Row, slotOf: ReadonlyMap<string, number>): Service {
  const identity = identitySchema.parse(row.identity);
  const slots = row.versions.flatMap((version) => {
    const slot = slotOf.get(`version\n${versionColorKey(row.name, version)}`);
    return slot === undefined ? [] : [[version, slot] as const];
  });
  const { profiles, scrapeInterval } = selectorSchema.parse(row.selector);
  const measured = { name: row.name, sourceName: row.source.name, profiles, scrapeInterval };
  const labels = chosenLabelsSchema.parse(row.labels);
  return {
    id: row.name,
    name: identity.job,
    namespace: identity.namespace ?? null,
    source: row.source.name,
    engines: row.engines,
    profiles: row.profiles,
    models: row.models,
    versions: row.versions,
    instances: row.instances,
    instanceCount: instanceCountOf(row),
    gpus: row.gpus,
    hosts: row.hosts,
    evidence: row.evidence,
    signals: measurableSignals(measured),
    labels: {
      version: labels.version ?? null,
      model: labels.model ?? null,
      replica: labels.replica ?? null,
    },
    labelChoices: labelChoicesSchema.parse(row.labelChoices),
    notes: row.notes,
    reachable: row.source.reachable,
    problem: row.source.reachable === false ? row.source.problem : null,
    lastSeenAt: row.lastSeenAt?.toISOString() ?? null,
    scrapeInterval,
    colorSlot: slotOf.get(`service\n${row.name}`) ?? null,
    versionColorSlots: Object.fromEntries(slots),
  };
}

function decodeCursor(cursor: string): string {
  const name = Buffer.from(cursor, "base64url").toString();
  if (Buffer.from(name).toString("base64url") !== cursor || !canBeName(name))
    throw problem("invalid_request", "The cursor is not one of this list.", {
      fields: [{ path: "cursor", message: "a nextCursor of an earlier page" }],
    });
  return name;
}
