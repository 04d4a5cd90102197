import type { Profile, ProfileId } from "@/lib/signals/profile";
import { profiles } from "@/lib/signals/profiles";
import { type Matcher, oneOf } from "@/lib/signals/promql";
import type { SpokenProfile } from "@/lib/signals/service";
import { type Exporter, exporterTies, hostsOf, machinesOf, type Tie } from "./exporters";
import { identityKey, type ServiceIdentity } from "./identity";
import { chosenLabels, guessLabels, type ServiceLabelChoices, type ServiceLabels } from "./label-guess";
import { isUsable, longestName } from "./schema";
import type { Sentinel } from "./sentinels";
import {
  isExporter,
  isServing,
  type Labels,
  provenProfiles,
  type SeriesGroup,
  type ServicePart,
  sentinelMatchersOf,
} from "./service-groups";

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

/** A service with the group that each of its profiles' metric names are asked of. */
export type DescribedService = DiscoveredService & { groupOf: ReadonlyMap<ProfileId, string> };

/** Past these numbers a list is cut and a note says so: the first tell as much as all of them. */
export const most = { services: 500, instances: 1_000, values: 200, gpus: 2_000, hosts: 1_000 } as const;

/** The regular expression that names so many instances is still short enough for a URL's query. */
const mostNamedInstances = 200;

/** What the part of a group and the exporters that belong to it say of a service. */
export function describeService(
  part: ServicePart,
  ties: readonly Tie[],
  choices: ReadonlyMap<string, ServiceLabelChoices>,
): DescribedService {
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
export function describeFleet(
  group: SeriesGroup,
  orphans: readonly Exporter[],
  choices: ReadonlyMap<string, ServiceLabelChoices>,
): DescribedService {
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

export const orderOf = (id: ProfileId): number => profiles.findIndex((profile) => profile.id === id);

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
    ? sentinelMatchersOf(profile)
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

export const unique = (values: readonly (string | undefined)[]): string[] =>
  [...new Set(values.filter(isUsable))].sort(collator.compare);
