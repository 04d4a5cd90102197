import type { Profile, ProfileId } from "@/lib/signals/profile";
import { profiles } from "@/lib/signals/profiles";
import { type Matcher, oneOf, selector } from "@/lib/signals/promql";
import type { SpokenProfile } from "@/lib/signals/service";
import { identityKey, type ServiceIdentity } from "./identity";

type Labels = Record<string, string>;

/** A service as its series show it. */
export interface DiscoveredService {
  identity: ServiceIdentity;
  engines: string[];
  profiles: SpokenProfile[];
  models: string[];
  versions: string[];
  instances: string[];
  /** The labels that were found to carry version and model. */
  labels: { version?: string; model?: string };
}

const profileBySentinel = new Map<string, Profile>(
  profiles.flatMap((profile) => profile.sentinels.map((sentinel) => [sentinel, profile] as const)),
);

/** The selectors of one `/series` call that shows every service and exporter of a source. */
export const sentinelSelectors = (): string[] =>
  profiles.flatMap((profile) =>
    profile.sentinels.map((name) => selector(name, [], profile.sentinelMatchers)),
  );

/** Labels that name a service where there is no `job`, as with pushed metrics. */
const serviceLabels = ["job", "service_name", "service", "app"];
const namespaceLabels = ["namespace", "exported_namespace"];

interface Group {
  identity: ServiceIdentity;
  matchers: Matcher[];
  series: { profile: Profile; labels: Labels }[];
}

/**
 * Groups the sentinels' series of one source into services: those of an engine, and those of plain metrics where no
 * engine stands, by job and namespace. GPU and host exporters are attached to the services they belong to: of the
 * same job, of the same pods, on the same hosts, or, where there is but one service, to that one with a note.
 */
export function discoverServices(series: readonly Labels[]): DiscoveredService[] {
  const groups = groupByJob(series);
  const served = groups.filter(({ series: members }) =>
    members.some(({ profile }) => profile.layer === "engine" || profile.layer === "application"),
  );
  const exporters = groups.flatMap((group) =>
    [...new Set(group.series.map(({ profile }) => profile))]
      .filter(({ layer }) => layer === "gpu" || layer === "host")
      .map((profile) => ({ profile, group, series: group.series.filter((one) => one.profile === profile) })),
  );
  return served
    .map((group) => describeService(group, exporters, served.length === 1))
    .sort((a, b) => identityKey(a.identity).localeCompare(identityKey(b.identity)));
}

function groupByJob(series: readonly Labels[]): Group[] {
  const groups = new Map<string, Group>();
  for (const labels of series) {
    const profile = profileBySentinel.get(labels.__name__ ?? "");
    const jobLabel = serviceLabels.find((label) => labels[label]);
    if (profile === undefined || jobLabel === undefined) continue;
    const job = labels[jobLabel] ?? "";
    const namespaceLabel = namespaceLabels.find((label) => labels[label]);
    const namespace = namespaceLabel === undefined ? undefined : labels[namespaceLabel];
    const identity = namespace === undefined ? { job } : { job, namespace };
    const key = identityKey(identity);
    const group = groups.get(key) ?? {
      identity,
      matchers: [
        oneOf(jobLabel, [job]),
        ...(namespaceLabel === undefined || namespace === undefined
          ? []
          : [oneOf(namespaceLabel, [namespace])]),
      ],
      series: [],
    };
    group.series.push({ profile, labels });
    groups.set(key, group);
  }
  return [...groups.values()];
}

interface Exporter {
  profile: Profile;
  group: Group;
  series: { labels: Labels }[];
}

function describeService(group: Group, exporters: readonly Exporter[], isOnly: boolean): DiscoveredService {
  const own = [...new Set(group.series.map(({ profile }) => profile))];
  const hasEngine = own.some(({ layer }) => layer === "engine");
  const serving = group.series.filter(
    ({ profile }) => profile.layer === "engine" || profile.layer === "application",
  );
  const version = firstCarrying(serving, (profile) => profile.labels.version);
  const model = firstCarrying(serving, (profile) => profile.labels.model);
  const labels = { ...(version === undefined ? {} : { version }), ...(model === undefined ? {} : { model }) };

  const spoken: SpokenProfile[] = [];
  for (const profile of profiles) {
    if (own.includes(profile)) {
      // HTTP counters say something of an LLM service only beside an engine.
      if (profile.layer === "attachment" && !hasEngine) continue;
      spoken.push({ id: profile.id, matchers: group.matchers, labels });
      continue;
    }
    const attached = attach(profile, group, exporters, isOnly);
    if (attached !== undefined) spoken.push({ id: profile.id, labels: {}, ...attached });
  }

  return {
    identity: group.identity,
    engines: own.filter(({ layer }) => layer === "engine").map(({ id }) => id),
    profiles: spoken,
    models: valuesOf(serving, model),
    versions: valuesOf(serving, version),
    instances: valuesOf(serving, "instance"),
    labels,
  };
}

/** How an exporter of another job belongs to a service; undefined when nothing says that it does. */
function attach(
  profile: Profile,
  service: Group,
  exporters: readonly Exporter[],
  isOnly: boolean,
): Pick<SpokenProfile, "matchers" | "note"> | undefined {
  const candidates = exporters.filter((exporter) => exporter.profile === profile);
  const pods = new Set(service.series.flatMap(({ labels }) => labels.pod ?? []));
  const hosts = new Set(service.series.flatMap(({ labels }) => hostsOf(labels)));

  for (const { group, series } of candidates) {
    for (const label of ["exported_pod", "pod"]) {
      const matching = unique(
        series.flatMap(({ labels }) => (pods.has(labels[label] ?? "") ? [labels[label]] : [])),
      );
      if (matching.length > 0) return { matchers: [...group.matchers, oneOf(label, matching)] };
    }
    const instances = unique(
      series.flatMap(({ labels }) =>
        hostsOf(labels).some((host) => hosts.has(host)) ? [labels.instance] : [],
      ),
    );
    if (instances.length > 0) return { matchers: [...group.matchers, oneOf("instance", instances)] };
  }
  const [single] = candidates;
  if (!isOnly || candidates.length !== 1 || single === undefined) return undefined;
  const what = profile.layer === "gpu" ? "GPUs" : "hosts";
  return {
    matchers: single.group.matchers,
    note: `All ${what} of job ${single.group.identity.job} are counted, since no label says which of them serve.`,
  };
}

/** What a series says of the machine it comes from. A loopback address says nothing across exporters but the same one. */
function hostsOf(labels: Labels): string[] {
  const instanceHost = (labels.instance ?? "").replace(/:\d+$/, "");
  return [labels.node, labels.Hostname, labels.hostname, labels.nodename, instanceHost].filter(
    (host): host is string => host !== undefined && host !== "",
  );
}

function firstCarrying(
  series: readonly { profile: Profile; labels: Labels }[],
  candidatesOf: (profile: Profile) => string[],
): string | undefined {
  for (const { profile, labels } of series) {
    const found = candidatesOf(profile).find((label) => labels[label]);
    if (found !== undefined) return found;
  }
  return undefined;
}

const valuesOf = (series: readonly { labels: Labels }[], label: string | undefined): string[] =>
  label === undefined ? [] : unique(series.map(({ labels }) => labels[label]));

const unique = (values: readonly (string | undefined)[]): string[] =>
  [...new Set(values.filter((value): value is string => value !== undefined && value !== ""))].sort((a, b) =>
    a.localeCompare(b, "en", { numeric: true }),
  );

/** The interval between scrapes, seconds: the median distance of a series' samples; undefined under two samples. */
export function scrapeIntervalOf(times: readonly number[]): number | undefined {
  const distances = times.slice(1).map((time, index) => time - (times[index] ?? time));
  distances.sort((a, b) => a - b);
  const median = distances[Math.floor(distances.length / 2)];
  return median === undefined || median <= 0 ? undefined : Math.max(1, Math.round(median));
}

/** A selector of a few series of the service that are written at every scrape. */
export function heartbeatSelector(profileIds: readonly SpokenProfile[]): string | undefined {
  const [first] = profileIds;
  const profile = profiles.find(({ id }) => id === (first?.id as ProfileId));
  const sentinel = profile?.sentinels[0];
  return first === undefined || sentinel === undefined ? undefined : selector(sentinel, first.matchers);
}
