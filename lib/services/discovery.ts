import {
  type DescribedService,
  type DiscoveredService,
  describeFleet,
  describeService,
  most,
} from "./describe";
import { exporterTies } from "./exporters";
import { identityKey, type ServiceIdentity } from "./identity";
import type { ServiceLabelChoices } from "./label-guess";
import { knownSentinels, type Sentinel } from "./sentinels";
import {
  exportersOf,
  groupSeries,
  type Labels,
  placeOf,
  provenProfiles,
  type SeriesGroup,
  serviceParts,
} from "./service-groups";

export interface Discovered {
  services: DescribedService[];
  /** By key: those whose metric names are worth asking for. */
  groups: ReadonlyMap<string, SeriesGroup>;
  /** What stood for itself while less was known of the source, and now belongs to one of the services. */
  absorbed: ServiceIdentity[];
  /** What was left out of the source, a sentence each. */
  notes: string[];
}

/**
 * Groups the sentinels' series of one source into services: those of an engine, and those of plain metrics where no
 * engine stands, by job and namespace. Engines of one job that share no instance are services of their own, but for a
 * gateway before the only others. GPU and host exporters are attached to the services they belong to: of the same job,
 * of the same pods, on the same hosts, or, where nothing tells them apart, with a note; GPUs of nobody stand for
 * themselves.
 */
export function discoverServices(
  series: readonly Labels[],
  {
    sentinels = knownSentinels(),
    choices = new Map(),
  }: {
    sentinels?: readonly Sentinel[];
    /** What people chose, by identity key. */
    choices?: ReadonlyMap<string, ServiceLabelChoices>;
  } = {},
): Discovered {
  const { groups, notes } = groupSeries(series, sentinels);
  const parts = [...groups.values()].flatMap(serviceParts);
  const exporters = [...groups.values()].flatMap(exportersOf);
  const { ties, orphans } = exporterTies(parts.map(placeOf), exporters);

  const services = parts.map((part, index) => describeService(part, ties[index] ?? [], choices));
  const fleets = new Set(orphans.filter(({ profile }) => profile.layer === "gpu").map(({ key }) => key));
  for (const key of fleets) services.push(describeFleet(groups.get(key)!, orphans, choices));
  for (const { profile, key, identity } of orphans)
    if (!fleets.has(key))
      notes.push(`${profile.title} of job ${identity.job} belongs to no service: none runs on its hosts.`);
  const standing = new Set(services.map(({ identity }) => identityKey(identity)));
  const absorbed = [...groups.values()]
    .flatMap(couldStand)
    .filter((identity) => !standing.has(identityKey(identity)));
  services.sort(byIdentity);
  if (services.length > most.services) {
    notes.push(`${services.length} services were found; the first ${most.services} by job are shown.`);
    services.length = most.services;
  }
  return { services, groups, absorbed, notes };
}

/** Identities that a group has series for: that of its GPUs without an engine, and of each engine apart from the others. */
const couldStand = ({ identity, series }: SeriesGroup): ServiceIdentity[] =>
  provenProfiles(series).flatMap(({ id, layer }) =>
    layer === "gpu" ? [identity] : layer === "engine" ? [{ ...identity, engine: id }] : [],
  );

/** The part of a group that keeps its identity comes before the others, and is named first. */
function byIdentity({ identity: a }: DiscoveredService, { identity: b }: DiscoveredService): number {
  const compared = (["job", "namespace", "engine"] as const).map((key) =>
    (a[key] ?? "").localeCompare(b[key] ?? ""),
  );
  return compared.find((order) => order !== 0) ?? 0;
}
