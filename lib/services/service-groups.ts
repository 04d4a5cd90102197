import type { Profile } from "@/lib/signals/profile";
import { profiles } from "@/lib/signals/profiles";
import { type Matcher, oneOf } from "@/lib/signals/promql";
import type { Exporter } from "./exporters";
import { identityKey, type ServiceIdentity } from "./identity";
import { isUsable, longestName } from "./schema";
import { matchesAll, parsedMatchers, type Sentinel, type SentinelSeries } from "./sentinels";

export type Labels = Record<string, string>;

/** Series that one scrape configuration made: what is asked for metric names at once. */
export interface SeriesGroup {
  key: string;
  identity: ServiceIdentity;
  /** Select the group among all series of the source. */
  matchers: Matcher[];
  series: SentinelSeries[];
}

/**
 * Labels that name a service. What is scraped from a collector, a gateway or another Prometheus has a job of its own
 * beside that of the scrape; what is pushed may have none.
 */
const serviceLabels = ["exported_job", "job", "service_name", "service", "app"];
const namespaceLabels = ["namespace", "exported_namespace"];

export const isServing = ({ layer }: Profile): boolean => layer === "engine" || layer === "application";
export const isExporter = ({ layer }: Profile): boolean => layer === "gpu" || layer === "host";

const matchersOfProfile = new Map(
  profiles.map((profile) => [profile.id, parsedMatchers(profile.sentinelMatchers ?? "")]),
);

/** What tells a profile's own series from those of look-alikes. */
export const sentinelMatchersOf = ({ id }: Profile): Matcher[] => matchersOfProfile.get(id) ?? [];

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
): Pick<SeriesGroup, "key" | "identity" | "matchers"> | "too long" | "blank" | undefined {
  const jobLabel = serviceLabels.find((label) => labels[label]);
  if (jobLabel === undefined) return undefined;
  const job = labels[jobLabel] ?? "";
  const namespaceLabel = namespaceLabels.find((label) => labels[label]);
  const namespace = namespaceLabel === undefined ? undefined : labels[namespaceLabel];
  const unusable = [job, namespace].find((value): boolean => value !== undefined && !isUsable(value));
  if (unusable !== undefined) return unusable.trim() === "" ? "blank" : "too long";
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

/** The series of sentinels by what their labels say that they are of; a sentence on those that could not be read. */
export function groupSeries(
  series: readonly Labels[],
  sentinels: readonly Sentinel[],
): { groups: Map<string, SeriesGroup>; notes: string[] } {
  const sentinelOf = new Map(sentinels.map((sentinel) => [sentinel.name, sentinel]));
  const groups = new Map<string, SeriesGroup>();
  const unusable = { "too long": 0, blank: 0 };
  let nameless = 0;
  for (const labels of series) {
    const sentinel = sentinelOf.get(labels.__name__ ?? "");
    if (sentinel === undefined) continue;
    const found = groupOf(labels);
    if (found === undefined) {
      // HTTP counters say nothing of a service by themselves.
      if (sentinel.profile.layer !== "attachment") nameless += 1;
      continue;
    }
    if (typeof found === "string") {
      unusable[found] += 1;
      continue;
    }
    const group = groups.get(found.key) ?? { ...found, series: [] };
    const isGenuine = sentinel.shows !== "proof" || matchesAll(labels, sentinelMatchersOf(sentinel.profile));
    group.series.push({ sentinel, labels, isGenuine });
    groups.set(found.key, group);
  }
  for (const { series: members } of groups.values()) trustEmbedded(members);
  const notes = (
    [
      ["too long", `longer than ${longestName} characters`],
      ["blank", "blank"],
    ] as const
  ).flatMap(([kind, words]) =>
    unusable[kind] === 0
      ? []
      : [`${unusable[kind]} series were left out: their job or namespace is ${words}.`],
  );
  if (nameless > 0)
    notes.push(
      `${nameless} series were left out: no label says whose they are. One of ${serviceLabels.map((label) => `\`${label}\``).join(", ")} has to.`,
    );
  return { groups, notes };
}

/** One service's share of a group. */
export interface ServicePart {
  group: SeriesGroup;
  identity: ServiceIdentity;
  /** Selects the part where a profile's metric names alone do not. */
  instances: Set<string> | undefined;
  series: SeriesGroup["series"];
  /** Engines that answer at the same instances and are services of their own. */
  beside?: Profile[];
}

export const provenProfiles = (series: SeriesGroup["series"]): Profile[] =>
  profiles.filter((profile) =>
    series.some((one) => one.sentinel.profile === profile && one.sentinel.shows === "proof" && one.isGenuine),
  );

/**
 * The services of a group: one, or one for each set of engines that belong together. Those of one instance do where one
 * may run or front the other, such as vLLM within Triton; two that stand for themselves behind one address do not. The
 * set with the first engine in the order of profiles keeps the group's identity, and what is no engine of an instance
 * that several share.
 */
export function serviceParts(group: SeriesGroup): ServicePart[] {
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

/** The GPU and host exporters of a group. */
export const exportersOf = (group: SeriesGroup): Exporter[] =>
  provenProfiles(group.series)
    .filter(isExporter)
    .map((profile) => ({
      profile,
      key: group.key,
      identity: group.identity,
      matchers: group.matchers,
      series: group.series.filter(({ sentinel }) => sentinel.profile === profile),
    }));

/** Where a service runs, for finding what belongs to it. */
export const placeOf = ({ group, series }: ServicePart) => ({
  key: group.key,
  series: series
    .filter((one) => isServing(one.sentinel.profile) && one.isGenuine)
    .map(({ labels }) => labels),
});
