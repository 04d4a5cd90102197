import type { Profile, ProfileId } from "@/lib/signals/profile";
import { profiles } from "@/lib/signals/profiles";
import { type Matcher, oneOf, selector } from "@/lib/signals/promql";
import type { SpokenProfile } from "@/lib/signals/service";
import { type Exporter, exporterTies, hostsOf, machinesOf, type Tie } from "./exporters";
import { identityKey, type ServiceIdentity } from "./identity";
import { chosenLabels, guessLabels, type ServiceLabelChoices, type ServiceLabels } from "./label-guess";
import { isUsable, longestName } from "./schema";
import {
  evidenceOf,
  exposedMetrics,
  knownSentinels,
  matchesAll,
  parsedMatchers,
  type Sentinel,
  type SentinelSeries,
} from "./sentinels";

export type Labels = Record<string, string>;

/** A service as its series show it. */
export interface DiscoveredService {
  identity: ServiceIdentity;
  engines: string[];
  profiles: SpokenProfile[];
  models: string[];
  versions: string[];
  instances: string[];
  /** All of which `instances` lists the first. */
  instanceCount: number;
  gpus: string[];
  hosts: string[];
  /** The metrics that show it and what belongs to it, as scraped. */
  evidence: string[];
  /** What was left out or guessed, a sentence each. */
  notes: string[];
  /** The labels that carry version, model and replica, as guessed or as a person chose. */
  labels: ServiceLabels;
}

/** Series that one scrape configuration made: what is asked for metric names at once. */
export interface SeriesGroup {
  key: string;
  identity: ServiceIdentity;
  /** Select the group among all series of the source. */
  matchers: Matcher[];
  series: SentinelSeries[];
}

export interface Discovered {
  services: (DiscoveredService & { groupOf: ReadonlyMap<ProfileId, string> })[];
  /** By key: those whose metric names are worth asking for. */
  groups: ReadonlyMap<string, SeriesGroup>;
  /** What stood for itself while less was known of the source, and now belongs to one of the services. */
  absorbed: ServiceIdentity[];
  /** What was left out of the source, a sentence each. */
  notes: string[];
}

/** Past these numbers a list is cut and a note says so: the first tell as much as all of them. */
export const most = { services: 500, instances: 1_000, values: 200, gpus: 2_000, hosts: 1_000 } as const;

/**
 * Labels that name a service. What is scraped from a collector, a gateway or another Prometheus has a job of its own
 * beside that of the scrape; what is pushed may have none.
 */
const serviceLabels = ["exported_job", "job", "service_name", "service", "app"];
const namespaceLabels = ["namespace", "exported_namespace"];

const isServing = ({ layer }: Profile): boolean => layer === "engine" || layer === "application";
const isExporter = ({ layer }: Profile): boolean => layer === "gpu" || layer === "host";

/**
 * Groups the sentinels' series of one source into services: those of an engine, and those of plain metrics where no
 * engine stands, by job and namespace. Engines of one job that share no instance are services of their own,
 * but for a gateway before the only others. GPU and
 * host exporters are attached to the services they belong to: of the same job, of the same pods, on the same hosts, or,
 * where nothing tells them apart, with a note; GPUs of nobody stand for themselves.
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

// --- grouping -----------------------------------------------------------------------------------------------------

const matchersOfProfile = new Map(
  profiles.map((profile) => [profile.id, parsedMatchers(profile.sentinelMatchers ?? "")]),
);

/** An engine within another speaks through it and names its model as that one does, such as vLLM within Triton. */
function trustEmbedded(series: SentinelSeries[]): void {
  const enginesAt = new Map<string, Set<Profile>>();
  for (const { sentinel, labels, isGenuine } of series) {
    if (sentinel.profile.layer !== "engine" || !isGenuine) continue;
    const instance = labels.instance ?? "";
    enginesAt.set(instance, (enginesAt.get(instance) ?? new Set()).add(sentinel.profile));
  }
  for (const one of series)
    if (!one.isGenuine && one.labels.model && enginesAt.has(one.labels.instance ?? "")) one.isGenuine = true;
}

/** Which labels of a series say whose it is; undefined where none does. */
export function groupOf(
  labels: Labels,
): Pick<SeriesGroup, "key" | "identity" | "matchers"> | "unusable" | undefined {
  const jobLabel = serviceLabels.find((label) => labels[label]);
  if (jobLabel === undefined) return undefined;
  const job = labels[jobLabel] ?? "";
  const namespaceLabel = namespaceLabels.find((label) => labels[label]);
  const namespace = namespaceLabel === undefined ? undefined : labels[namespaceLabel];
  if (!isUsable(job) || (namespace !== undefined && !isUsable(namespace))) return "unusable";
  const identity = namespace === undefined ? { job } : { job, namespace };
  return {
    key: identityKey(identity),
    identity,
    matchers: [
      oneOf(jobLabel, [job]),
      ...(jobLabel === "exported_job" && isUsable(labels.job) ? [oneOf("job", [labels.job])] : []),
      ...(namespaceLabel === undefined || namespace === undefined
        ? []
        : [oneOf(namespaceLabel, [namespace])]),
    ],
  };
}

function groupSeries(
  series: readonly Labels[],
  sentinels: readonly Sentinel[],
): { groups: Map<string, SeriesGroup>; notes: string[] } {
  const sentinelOf = new Map(sentinels.map((sentinel) => [sentinel.name, sentinel]));
  const groups = new Map<string, SeriesGroup>();
  let unusable = 0;
  for (const labels of series) {
    const sentinel = sentinelOf.get(labels.__name__ ?? "");
    if (sentinel === undefined) continue;
    const found = groupOf(labels);
    if (found === undefined) continue;
    if (found === "unusable") {
      unusable += 1;
      continue;
    }
    const group = groups.get(found.key) ?? { ...found, series: [] };
    const isGenuine =
      sentinel.shows !== "proof" || matchesAll(labels, matchersOfProfile.get(sentinel.profile.id) ?? []);
    group.series.push({ sentinel, labels, isGenuine });
    groups.set(found.key, group);
  }
  for (const { series: members } of groups.values()) trustEmbedded(members);
  const notes =
    unusable === 0
      ? []
      : [
          `${unusable} series were left out: their job or namespace is longer than ${longestName} characters.`,
        ];
  return { groups, notes };
}

/** One service's share of a group. */
interface ServicePart {
  group: SeriesGroup;
  identity: ServiceIdentity;
  /** Selects the part where a profile's metric names alone do not. */
  instances: Set<string> | undefined;
  series: SeriesGroup["series"];
  /** Engines that answer at the same instances and are services of their own. */
  beside?: Profile[];
}

const provenProfiles = (series: SeriesGroup["series"]): Profile[] =>
  profiles.filter((profile) =>
    series.some((one) => one.sentinel.profile === profile && one.sentinel.shows === "proof" && one.isGenuine),
  );

/**
 * The services of a group: one, or one for each set of engines that belong together. Those of one instance do where one
 * may run or front the other, such as vLLM within Triton; two that stand for themselves behind one address do not. The
 * set with the first engine in the order of profiles keeps the group's identity, and what is no engine of an instance
 * that several share.
 */
function serviceParts(group: SeriesGroup): ServicePart[] {
  const proven = provenProfiles(group.series).filter(isServing);
  if (proven.length === 0) return [];
  const whole: ServicePart = { group, identity: group.identity, instances: undefined, series: group.series };
  const engines = proven.filter(({ layer }) => layer === "engine");
  if (engines.length < 2) return [whole];

  const instancesOf = (profile: Profile): Set<string> =>
    new Set(
      group.series
        .filter((one) => one.sentinel.profile === profile && one.isGenuine)
        .map(({ labels }) => labels.instance ?? ""),
    );
  const sets: { engines: Profile[]; instances: Set<string> }[] = [];
  for (const engine of engines) {
    const instances = instancesOf(engine);
    const touching = sets.filter(
      (set) =>
        sharesInstance(instances, set.instances) &&
        (mayHoldOthers(engine) || set.engines.some(mayHoldOthers)),
    );
    const merged = {
      engines: [...touching.flatMap((set) => set.engines), engine],
      instances: new Set([...touching.flatMap((set) => [...set.instances]), ...instances]),
    };
    for (const set of touching) sets.splice(sets.indexOf(set), 1);
    sets.push(merged);
  }
  // What stands before the only engines of its job serves with them.
  const isOfGateways = (set: (typeof sets)[number]): boolean =>
    set.engines.every(({ isGateway }) => isGateway);
  if (sets.filter((set) => !isOfGateways(set)).length <= 1) return [whole];
  sets.sort((a, b) => profiles.indexOf(a.engines[0]!) - profiles.indexOf(b.engines[0]!));
  /** An instance that several share is the first's, but for their engines. */
  const owns = (index: number, instance: string): boolean =>
    sets.findIndex((set) => set.instances.has(instance)) === index;
  return sets.map(({ engines: own, instances }, index) => ({
    group,
    identity: index === 0 ? group.identity : { ...group.identity, engine: own[0]!.id },
    instances: new Set([...instances].filter((instance) => owns(index, instance))),
    beside: sets
      .filter((set, other) => other !== index && sharesInstance(set.instances, instances))
      .flatMap((set) => set.engines),
    series: group.series.filter(({ sentinel, labels }) =>
      sentinel.profile.layer === "engine"
        ? own.includes(sentinel.profile)
        : owns(index, labels.instance ?? ""),
    ),
  }));
}

const mayHoldOthers = ({ isGateway, embedsEngines }: Profile): boolean =>
  isGateway === true || embedsEngines === true;

const sharesInstance = (one: ReadonlySet<string>, other: ReadonlySet<string>): boolean =>
  [...one].some((instance) => other.has(instance));

const exportersOf = (group: SeriesGroup): Exporter[] =>
  provenProfiles(group.series)
    .filter(isExporter)
    .map((profile) => ({
      profile,
      key: group.key,
      identity: group.identity,
      matchers: group.matchers,
      series: group.series.filter(({ sentinel }) => sentinel.profile === profile),
    }));

const placeOf = ({ group, series }: ServicePart) => ({
  key: group.key,
  series: series
    .filter((one) => isServing(one.sentinel.profile) && one.isGenuine)
    .map(({ labels }) => labels),
});

// --- describing ---------------------------------------------------------------------------------------------------

/** The regular expression that names so many instances is still short enough for a URL's query. */
const mostNamedInstances = 200;

function describeService(
  part: ServicePart,
  ties: readonly Tie[],
  choices: ReadonlyMap<string, ServiceLabelChoices>,
): Discovered["services"][number] {
  const { group, identity } = part;
  const choice = choices.get(identityKey(identity)) ?? {};
  const proven = provenProfiles(part.series);
  const hasEngine = proven.some(({ layer }) => layer === "engine");
  // HTTP counters say something of an LLM service only beside an engine.
  const own = proven.filter(({ layer }) => layer !== "attachment" || hasEngine);
  const seriesOf = (profile: Profile): SeriesGroup["series"] =>
    part.series.filter((one) => one.sentinel.profile === profile && one.isGenuine);
  const labelsOf = (profile: Profile): Labels[] => seriesOf(profile).map(({ labels }) => labels);
  const serving = own.filter(isServing);
  const notes: string[] = [];

  const guesses = serving.map((profile) => guessLabels(profile, labelsOf(profile)));
  const guessed: ServiceLabels = Object.assign({}, ...[...guesses].reverse());
  const labels = chosenLabels(guessed, choice);

  if (part.beside?.length)
    notes.push(
      `${part.beside.map(({ title }) => title).join(" and ")} reports from the same instance: it is listed as a service of its own.`,
    );
  const tooLong = serving.flatMap((profile) => longNames(profile, labelsOf(profile), labels));
  if (tooLong.length > 0)
    notes.push(
      `${new Set(tooLong).size} names of versions or models were left out: they are longer than ${longestName} characters.`,
    );

  const spoken: SpokenProfile[] = [];
  const groupOfProfile = new Map<ProfileId, string>();
  for (const profile of own) {
    const rename = renameOf(seriesOf(profile));
    const isTold = part.instances === undefined || profile.layer === "engine";
    if (!isTold && part.instances!.size > mostNamedInstances) {
      notes.push(
        `${profile.title} of this job is left out: its metrics do not say which engine's they are, and there are more than ${mostNamedInstances} instances.`,
      );
      continue;
    }
    spoken.push({
      id: profile.id,
      matchers: [
        ...group.matchers,
        ...(isTold ? [] : [oneOf("instance", [...part.instances!].sort())]),
        ...lookAlikeMatchers(profile, part.series),
      ],
      labels: labelsOfProfile(profile, labelsOf(profile), labels, choice),
      ...(rename === undefined ? {} : { rename }),
    });
    groupOfProfile.set(profile.id, group.key);
  }
  const tied = ties.filter(({ exporter }) => !own.includes(exporter.profile));
  for (const { exporter, matchers, note } of tied) {
    if (spoken.some(({ id }) => id === exporter.profile.id)) continue;
    const rename = renameOf(exporter.series);
    spoken.push({
      id: exporter.profile.id,
      matchers,
      labels: {},
      ...(note === undefined ? {} : { note }),
      ...(rename === undefined ? {} : { rename }),
    });
    groupOfProfile.set(exporter.profile.id, exporter.key);
  }
  spoken.sort((a, b) => orderOf(a.id) - orderOf(b.id));

  const instances = valuesOf(serving.flatMap(labelsOf), "instance");
  const versions = serving.flatMap((profile) =>
    valuesOf(labelsOf(profile), spoken.find(({ id }) => id === profile.id)?.labels.version),
  );
  const models = serving.flatMap((profile) =>
    valuesOf(labelsOf(profile), spoken.find(({ id }) => id === profile.id)?.labels.model),
  );
  const evidence = own.flatMap((profile) =>
    seriesOf(profile).flatMap(({ sentinel }) => (sentinel.shows === "proof" ? [sentinel.name] : [])),
  );
  const machines = [
    ...own.filter(isExporter).map((profile) => ({ profile, series: seriesOf(profile) })),
    ...own
      .filter((profile) => !isExporter(profile))
      .map((profile) => ({
        profile,
        series: seriesOf(profile).filter(({ sentinel }) => sentinel.shows === "gpu"),
      })),
    ...tied.map(({ exporter, series }) => ({ profile: exporter.profile, series })),
  ];
  return {
    identity,
    engines: own.filter(({ layer }) => layer === "engine").map(({ id }) => id),
    profiles: spoken,
    ...lists(
      {
        models: unique(models),
        versions: unique(versions),
        instances,
        gpus: gpusOf(machines),
        hosts: hostsIn(machines),
      },
      notes,
    ),
    instanceCount: instances.length,
    evidence: unique([...evidence, ...tied.flatMap(({ series }) => proofsOf(series))]),
    notes,
    labels,
    groupOf: groupOfProfile,
  };
}

/** GPUs that belong to no service, as an entry of their own: a fleet is worth watching without an engine beside it. */
function describeFleet(
  group: SeriesGroup,
  orphans: readonly Exporter[],
  choices: ReadonlyMap<string, ServiceLabelChoices>,
): Discovered["services"][number] {
  const place = { key: group.key, series: group.series.map(({ labels }) => labels) };
  const hosts = orphans.filter(({ profile, key }) => profile.layer === "host" && key !== group.key);
  const [ties] = exporterTies([place], hosts).ties;
  const onItsHosts = (ties ?? []).filter(({ note }) => note === undefined);
  const part: ServicePart = { group, identity: group.identity, instances: undefined, series: group.series };
  const fleet = describeService(part, onItsHosts, choices);
  const instances = valuesOf(place.series, "instance");
  return {
    ...fleet,
    instances: instances.slice(0, most.instances),
    instanceCount: instances.length,
    notes: [...fleet.notes, "No label says which service uses these GPUs."],
  };
}

/** Versions and models that are too long to be names, of the labels that carry them or would. */
const longNames = (profile: Profile, series: readonly Labels[], carriers: ServiceLabels): string[] =>
  (["version", "model"] as const)
    .flatMap((key) => (carriers[key] === undefined ? profile.labels[key] : [carriers[key]]))
    .flatMap((label) => series.map((labels) => labels[label] ?? ""))
    .filter((value) => value.length > longestName);

const orderOf = (id: ProfileId): number => profiles.findIndex((profile) => profile.id === id);

/** A profile's own name for what the service's label carries; a person's choice goes before both. */
function labelsOfProfile(
  profile: Profile,
  series: readonly Labels[],
  service: ServiceLabels,
  choice: ServiceLabelChoices,
): ServiceLabels {
  const guessed = guessLabels(profile, series);
  const result: ServiceLabels = {};
  for (const key of ["version", "model", "replica"] as const) {
    const label = choice[key] ?? guessed[key] ?? service[key];
    if (label !== undefined && series.some((labels) => labels[label])) result[key] = label;
  }
  return result;
}

/** Where look-alikes stand among a profile's series, the numbers are taken without them. */
const lookAlikeMatchers = (profile: Profile, series: SeriesGroup["series"]): Matcher[] =>
  profile.layer === "engine" && series.some((one) => one.sentinel.profile === profile && !one.isGenuine)
    ? (matchersOfProfile.get(profile.id) ?? [])
    : [];

/** How the names of most series were rewritten; not at all where some carry the profile's own. */
function renameOf(series: SeriesGroup["series"]): Sentinel["rename"] {
  const renames = new Map<string, { rename: Sentinel["rename"]; count: number }>();
  for (const { sentinel } of series) {
    if (sentinel.rename === undefined) return undefined;
    const key = JSON.stringify(sentinel.rename);
    renames.set(key, { rename: sentinel.rename, count: (renames.get(key)?.count ?? 0) + 1 });
  }
  return [...renames.values()].sort((a, b) => b.count - a.count)[0]?.rename;
}

const proofsOf = (series: SeriesGroup["series"]): string[] =>
  series.flatMap(({ sentinel }) => (sentinel.shows === "proof" ? [sentinel.name] : []));

type Machines = readonly { profile: Profile; series: SeriesGroup["series"] }[];

/** Ids of GPUs. An application counts the same GPUs by index, so where an exporter names them only its names count. */
function gpusOf(machines: Machines): string[] {
  const exporters = machines.filter(({ profile }) => profile.layer === "gpu");
  return unique((exporters.length > 0 ? exporters : machines).flatMap(namedGpus));
}

function namedGpus({ profile, series }: Machines[number]): (string | undefined)[] {
  const { uuid = [], gpu = [] } = profile.labels.gpu;
  return series.map(({ labels }) => {
    const id = uuid.map((label) => labels[label]).find(isUsable);
    // nvidia-smi's exporter leaves the prefix out.
    if (id !== undefined) return id.replace(/^(?=[0-9a-f]{8}-)/i, "GPU-");
    const index = gpu.map((label) => labels[label]).find(isUsable);
    const host = hostsOf(labels)[0];
    return index === undefined ? undefined : host === undefined ? index : `${host}/${index}`;
  });
}

const hostsIn = (machines: Machines): string[] =>
  unique(
    machines.flatMap(({ profile, series }) =>
      isExporter(profile) ? [...machinesOf({ series }).values()] : [],
    ),
  );

function lists<Lists extends Record<"models" | "versions" | "instances" | "gpus" | "hosts", string[]>>(
  all: Lists,
  notes: string[],
): Lists {
  const limits = {
    models: most.values,
    versions: most.values,
    instances: most.instances,
    gpus: most.gpus,
    hosts: most.hosts,
  };
  const cut = { ...all };
  for (const key of Object.keys(limits) as (keyof typeof limits)[]) {
    const limit = limits[key];
    if (all[key].length <= limit) continue;
    notes.push(`${all[key].length} ${key} were found; the first ${limit} are listed, all are measured.`);
    cut[key] = all[key].slice(0, limit);
  }
  return cut;
}

const valuesOf = (series: readonly Labels[], label: string | undefined): string[] =>
  label === undefined ? [] : unique(series.map((labels) => labels[label]));

const collator = new Intl.Collator("en", { numeric: true });

const unique = (values: readonly (string | undefined)[]): string[] =>
  [...new Set(values.filter(isUsable))].sort(collator.compare);

// --- metric names -------------------------------------------------------------------------------------------------

/**
 * Says of each profile which of its metrics the service exposes, where the names of its group are known, and adds the
 * engines that another one re-exports: vLLM within Triton has none of its own sentinels.
 */
export function withExposed(
  service: Discovered["services"][number],
  namesOf: ReadonlyMap<string, ReadonlySet<string>>,
): DiscoveredService {
  const { groupOf: groups, ...found } = service;
  const spoken = found.profiles.map((one) => {
    const profile = profiles.find(({ id }) => id === one.id);
    const exposed = namesOf.get(groups.get(one.id) ?? "");
    if (profile === undefined || exposed === undefined) return one;
    return { ...one, metrics: exposedMetrics(profile, one.rename, exposed) };
  });
  const within = reexported(found, spoken, groups, namesOf);
  return {
    ...found,
    engines: profiles
      .map(({ id }) => id)
      .filter((id) => found.engines.includes(id) || within.some((one) => one.id === id)),
    profiles: [...spoken, ...within].sort((a, b) => orderOf(a.id) - orderOf(b.id)),
    evidence: unique([...found.evidence, ...within.flatMap(({ metrics }) => metrics?.slice(0, 1) ?? [])]),
  };
}

/** Engines of which a service's own group exposes the namespace without a sentinel. */
function reexported(
  found: DiscoveredService,
  spoken: readonly SpokenProfile[],
  groups: ReadonlyMap<ProfileId, string>,
  namesOf: ReadonlyMap<string, ReadonlySet<string>>,
): SpokenProfile[] {
  const host = spoken.find(({ id }) => found.engines.includes(id));
  const exposed = host === undefined ? undefined : namesOf.get(groups.get(host.id) ?? "");
  // A part of a group shares its names with the other parts, whose engines they may be.
  if (host === undefined || exposed === undefined || found.identity.engine !== undefined) return [];
  return profiles
    .filter(
      (profile) =>
        profile.layer === "engine" &&
        // Names without a namespace of their own are anybody's.
        profile.sentinels.some((name) => name.includes(":")) &&
        !spoken.some(({ id }) => id === profile.id),
    )
    .flatMap((profile): SpokenProfile[] => {
      const isOthers = profile.sentinels.some((name) => exposed.has(name));
      const metrics = isOthers ? [] : exposedMetrics(profile, undefined, exposed);
      const { version, model } = host.labels;
      return metrics.length === 0
        ? []
        : [
            {
              id: profile.id,
              matchers: host.matchers,
              labels: { ...(version ? { version } : {}), ...(model ? { model } : {}) },
              metrics,
            },
          ];
    });
}

// --- scrape interval ----------------------------------------------------------------------------------------------

/** The interval between scrapes, seconds: the median distance of a series' samples; undefined under two samples. */
export function scrapeIntervalOf(times: readonly number[]): number | undefined {
  const distances = times.slice(1).map((time, index) => time - (times[index] ?? time));
  distances.sort((a, b) => a - b);
  const median = distances[Math.floor(distances.length / 2)];
  return median === undefined || median <= 0 ? undefined : Math.max(1, Math.round(median));
}

/** A selector of a few series of the service that are written at every scrape. */
export function heartbeatSelector(service: DiscoveredService): string | undefined {
  const [first] = service.profiles;
  const profile = profiles.find(({ id }) => id === first?.id);
  if (first === undefined || profile === undefined) return undefined;
  const sentinel = evidenceOf(profile, first.rename, service.evidence);
  if (sentinel === undefined) return undefined;
  const [instance] = service.instances;
  return selector(sentinel, [
    ...first.matchers,
    ...(instance === undefined ? [] : [oneOf("instance", [instance])]),
  ]);
}
