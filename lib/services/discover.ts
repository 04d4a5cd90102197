import "server-only";
import { createPrometheusClient, type PrometheusClient } from "@/lib/prometheus/client";
import { isClassicName, matchersText, oneOf, selector } from "@/lib/signals/promql";
import type { SpokenProfile } from "@/lib/signals/service";
import type { UpstreamTarget } from "@/lib/upstream/target";
import { isUpstreamError } from "@/lib/upstream/upstream-error";
import type { DiscoveredService } from "./describe";
import { type Discovered, discoverServices } from "./discovery";
import { podInfo, withNodes } from "./exporters";
import { withExposed } from "./exposed";
import { identityKey, type ServiceIdentity } from "./identity";
import type { ServiceLabelChoices } from "./label-guess";
import { heartbeatSelector, scrapeIntervalOf } from "./scrape-interval";
import { knownSentinels, namespaceOf, type Sentinel, sentinelsAmong } from "./sentinels";
import { groupOf, type Labels, type SeriesGroup } from "./service-groups";

/** A service is found while one of its series had a sample in this time; longer than a pause for a new release. Seconds. */
const discoveryWindow = 3_600;
/** Metric names past this are not read: five times what a large server has, 4 MB. */
const nameLimit = 100_000;
/** Series of one source past this are left out: an index answer of this size is some 10 MB. */
const seriesLimit = 50_000;
/** The interval of a service whose samples tell none yet, as most configurations have it. Seconds. */
const usualScrapeInterval = 15;
/** How far back samples are looked at for their interval; holds three of a minute. Seconds. */
const intervalWindow = 180;
/** The metric names of so many groups are asked for in a round, of the others in later ones. */
const groupsARound = 14;
/** After this the names of a group are asked for again: some counters appear with the first failure. Milliseconds. */
const namesKeptMs = 10 * 60_000;
/** A group is asked through so many of its instances: they differ by version, not by the metrics of one version. */
const instancesAsked = 6;
/** An interval is measured again after this, in case the scrape configuration changed. Milliseconds. */
const intervalKeptMs = 10 * 60_000;
const intervalsAtOnce = 40;
const lonelyIntervals = 2;
/** Labels for the case that all of them are too long to read: what tells services, versions and machines apart. */
const tellingLabels = [
  ...["__name__", "exported_job", "job", "service_name", "service", "app", "namespace", "exported_namespace"],
  ...["instance", "exported_instance"],
  ...["pod", "exported_pod", "node", "Hostname", "hostname", "nodename", "gpu", "UUID", "uuid", "gpu_uuid"],
  ...["model_name", "model", "version", "model_version", "app_kubernetes_io_version", "revision"],
  ...["container", "handler", "host_ip"],
];
const fewLabels = ["__name__", "exported_job", "job", "namespace", "instance"];
/** One answer may take so long before the round gives up on its source. Seconds. */
const timeout = 15;

export type FoundService = DiscoveredService & { scrapeInterval: number };

/** What is kept of a source between rounds, so that a round asks only what may have changed. */
export interface DiscoveryMemory {
  names: ReadonlySet<string>;
  groups: Map<string, { askedAt: number; names: ReadonlySet<string> }>;
  /** Scrape intervals in seconds, by identity key. */
  intervals: Map<string, { seconds: number; measuredAt: number }>;
}

export const newMemory = (): DiscoveryMemory => ({
  names: new Set(),
  groups: new Map(),
  intervals: new Map(),
});

/** How a round went. */
export interface DiscoveryReport {
  /** Requests to the source. */
  calls: number;
  seconds: number;
  /** How many metric names the source has; null where it did not tell. */
  names: number | null;
  series: number;
  /** Services whose metric names are still to be asked for. */
  waiting: number;
  notes: string[];
}

interface Round {
  client: PrometheusClient;
  memory: DiscoveryMemory;
  now: Date;
  notes: string[];
}

/**
 * The services of one Prometheus, at the cost of at most 20 small requests: its metric names, the series of the
 * sentinels among them, the names that up to 14 groups expose, and the scrape intervals that were not measured lately.
 * `stored` is what the last rounds found, by identity key; it stands where this one does not ask. `memory` is changed.
 * Throws UpstreamError.
 */
export async function discoverSource(
  target: UpstreamTarget,
  {
    stored = new Map(),
    choices = new Map(),
    memory = newMemory(),
    now,
    signal,
  }: {
    stored?: ReadonlyMap<string, { scrapeInterval: number; profiles: readonly SpokenProfile[] }>;
    choices?: ReadonlyMap<string, ServiceLabelChoices>;
    memory?: DiscoveryMemory;
    now: Date;
    signal?: AbortSignal;
  },
): Promise<{ services: FoundService[]; absorbed: ServiceIdentity[]; report: DiscoveryReport }> {
  const startedAt = performance.now();
  const counter = countedClient(target, signal);
  const round: Round = { client: counter.client, memory, now, notes: [] };

  const names = await metricNames(round);
  // A server that does not tell its names may be one from before Prometheus 3, which cannot parse all of them.
  const sentinels =
    names === undefined ? knownSentinels().filter(({ name }) => isClassicName(name)) : sentinelsAmong(names);
  const series = sentinels.length === 0 ? [] : await sentinelSeries(round, sentinels, names);
  const found = discoverServices(series, { sentinels, choices });
  forgetChanged(memory, names, found);
  const waiting = await askGroups(round, found);
  memory.names = names ?? new Set();

  const exposed = new Map([...memory.groups].map(([key, group]) => [key, group.names]));
  const services = found.services.map((service) => withExposed(service, exposed));
  await measureIntervals(round, services);
  return {
    services: services.map((service) => {
      const key = identityKey(service.identity);
      const before = stored.get(key);
      return {
        ...service,
        profiles: service.profiles.map((spoken) => withStoredMetrics(spoken, before?.profiles)),
        scrapeInterval: memory.intervals.get(key)?.seconds ?? before?.scrapeInterval ?? usualScrapeInterval,
      };
    }),
    absorbed: found.absorbed,
    report: {
      calls: counter.calls(),
      seconds: (performance.now() - startedAt) / 1000,
      names: names?.size ?? null,
      series: series.length,
      waiting,
      notes: [...round.notes, ...found.notes],
    },
  };
}

/** Metrics that were not asked for yet in this process are those that another found. */
function withStoredMetrics(spoken: SpokenProfile, stored: readonly SpokenProfile[] = []): SpokenProfile {
  const before = stored.find(({ id }) => id === spoken.id);
  const isSame = JSON.stringify(before?.rename) === JSON.stringify(spoken.rename);
  if (spoken.metrics !== undefined || before?.metrics === undefined || !isSame) return spoken;
  return { ...spoken, metrics: before.metrics };
}

/** The client with the round's signal and time-out in every request, which are counted. */
function countedClient(
  target: UpstreamTarget,
  signal: AbortSignal | undefined,
): { client: PrometheusClient; calls: () => number } {
  const client = createPrometheusClient(target);
  let calls = 0;
  const common = { signal, timeout };
  return {
    calls: () => calls,
    client: {
      ...client,
      query(expr, options) {
        calls += 1;
        return client.query(expr, { ...options, ...common });
      },
      series(options) {
        calls += 1;
        return client.series({ ...options, ...common });
      },
      labelValues(name, options) {
        calls += 1;
        return client.labelValues(name, { ...options, ...common });
      },
    },
  };
}

const windowOf = (now: Date): { start: number; end: number } => {
  const end = Math.floor(now.getTime() / 1000);
  return { start: end - discoveryWindow, end };
};

/** All metric names of the source; undefined where there are too many, or the source does not tell them. */
async function metricNames({ client, now, notes }: Round): Promise<Set<string> | undefined> {
  try {
    const { data } = await client.labelValues("__name__", { ...windowOf(now), limit: nameLimit });
    if (data.length < nameLimit) return new Set(data);
    notes.push(`The source has more than ${nameLimit} metric names. Known spellings are looked for.`);
  } catch (error) {
    if (!isUpstreamError(error) || !["rejected", "not_found", "too_large"].includes(error.failure))
      throw error;
    notes.push("The source does not tell its metric names. Known spellings are looked for.");
  }
  return undefined;
}

/**
 * cAdvisor has a series for every container of a cluster: they are asked for by pod, after the services are known. Those of
 * a machine without Kubernetes are of no pod, and few.
 */
const isOfContainers = ({ name }: Sentinel): boolean => name.startsWith("container_");

async function sentinelSeries(
  round: Round,
  sentinels: readonly Sentinel[],
  names: ReadonlySet<string> | undefined,
): Promise<Labels[]> {
  const wide = sentinels.filter((sentinel) => !isOfContainers(sentinel));
  const containers = sentinels.filter(isOfContainers);
  const series = await seriesOf(round, [
    ...wide.map(selectorOf),
    ...containers.map(({ name, profile }) => selector(name, [oneOf("pod", [""])], profile.sentinelMatchers)),
  ]);
  const pods = [...new Set(series.flatMap(({ pod }) => (pod && pod.length <= 253 ? [pod] : [])))].sort();
  const hasPodInfo = names?.has(podInfo) ?? false;
  if (pods.length === 0 || (containers.length === 0 && !hasPodInfo)) return series;
  const asked = pods.slice(0, 200);
  if (asked.length < pods.length)
    round.notes.push(`The containers of ${asked.length} of ${pods.length} pods were looked for.`);
  const ofPods = await seriesOf(round, [
    ...containers.map(({ name, profile }) => selector(name, [oneOf("pod", asked)], profile.sentinelMatchers)),
    ...(hasPodInfo ? ["pod", "exported_pod"].map((label) => selector(podInfo, [oneOf(label, asked)])) : []),
  ]);
  const isPodInfo = (labels: Labels): boolean => labels.__name__ === podInfo;
  return [...withNodes(series, ofPods.filter(isPodInfo)), ...ofPods.filter((labels) => !isPodInfo(labels))];
}

/** Look-alikes of an engine are told by reading them too; of other profiles there may be thousands. */
const selectorOf = ({ name, profile, shows }: Sentinel): string =>
  selector(name, [], profile.layer === "engine" || shows !== "proof" ? undefined : profile.sentinelMatchers);

async function seriesOf({ client, now, notes }: Round, match: string[]): Promise<Labels[]> {
  try {
    const { data } = await client.series({ match, ...windowOf(now), limit: seriesLimit });
    if (data.length < seriesLimit) return data;
    notes.push(`The source has more than ${seriesLimit} series that show services. The rest was left out.`);
    return data.slice(0, seriesLimit);
  } catch (error) {
    if (!isUpstreamError(error) || error.failure !== "too_large") throw error;
  }
  notes.push("The labels of this source are too long to read all. Only those that tell services apart were.");
  const grouped = (labels: readonly string[]): Promise<Labels[]> =>
    client
      .query(`group by (${labels.join(", ")}) (${match.join(" or ")})`, {
        time: windowOf(now).end,
        limit: seriesLimit,
      })
      .then(({ data }) => (data.type === "vector" ? data.series.map((one) => one.labels) : []));
  return grouped(tellingLabels).catch((error: unknown) => {
    if (!isUpstreamError(error) || error.failure !== "too_large") throw error;
    return grouped(fewLabels);
  });
}

// --- the metric names of groups -----------------------------------------------------------------------------------

/** A name that is new to the source may be one of any group that speaks its namespace. */
function forgetChanged(
  memory: DiscoveryMemory,
  names: ReadonlySet<string> | undefined,
  found: Discovered,
): void {
  for (const key of memory.groups.keys()) if (!found.groups.has(key)) memory.groups.delete(key);
  if (names === undefined || memory.names.size === 0) return;
  const appeared = [...names].filter((name) => !memory.names.has(name));
  if (appeared.length === 0) return;
  const namespaces = new Set(appeared.map(namespaceOf));
  for (const [key, group] of memory.groups) {
    const spoken = found.groups.get(key)?.series ?? [];
    if (spoken.some(({ sentinel }) => namespaces.has(namespaceOf(sentinel.name)))) group.askedAt = 0;
  }
}

/** Asks the groups of services for their metric names, those that waited longest first; answers how many still wait. */
async function askGroups(round: Round, found: Discovered): Promise<number> {
  const { memory, now, client } = round;
  const keys = new Set(found.services.flatMap(({ groupOf: groups }) => [...groups.values()]));
  const due = [...keys]
    .map((key) => ({ key, askedAt: memory.groups.get(key)?.askedAt ?? -1 }))
    .filter(({ askedAt }) => now.getTime() - askedAt >= namesKeptMs)
    .sort((a, b) => a.askedAt - b.askedAt);
  const asked = due.slice(0, groupsARound);
  await Promise.all(
    asked.map(async ({ key }) => {
      const group = found.groups.get(key)!;
      try {
        const { data } = await client.labelValues("__name__", {
          match: [sampleSelector(group)],
          ...windowOf(now),
          limit: nameLimit,
        });
        // Nothing at all is no answer: the group's series are there.
        if (data.length > 0) memory.groups.set(key, { askedAt: now.getTime(), names: new Set(data) });
      } catch (error) {
        // Without the names all of a profile's metrics are assumed, which is as good as before.
        if (!isUpstreamError(error)) throw error;
        round.notes.push(`Which metrics job ${group.identity.job} exposes is not known: ${error.detail}`);
      }
    }),
  );
  return due.length - asked.length;
}

/** Selects a few instances of a group, among them one of each profile and version. */
function sampleSelector({ matchers, series }: SeriesGroup): string {
  const byKind = new Map<string, string>();
  for (const { sentinel, labels } of series) {
    if (!labels.instance) continue;
    const version = sentinel.profile.labels.version.map((label) => labels[label]).find(Boolean) ?? "";
    const kind = `${sentinel.profile.id}\n${version}`;
    if (!byKind.has(kind)) byKind.set(kind, labels.instance);
  }
  const instances = [...new Set(byKind.values())].slice(0, instancesAsked);
  return `{${matchersText([...matchers, ...(instances.length === 0 ? [] : [oneOf("instance", instances)])])}}`;
}

// --- scrape intervals ---------------------------------------------------------------------------------------------

/** The jobs that a service may be scraped by: its own, or that of the collector that it comes through. */
const scrapeJobsOf = ({ identity, profiles }: DiscoveredService): string[] => {
  const scraped = profiles[0]?.matchers.find(({ label, op }) => label === "job" && op === "=")?.value;
  return [...new Set([identity.job, ...(scraped === undefined ? [] : [scraped])])];
};
const targetOf = (job = "", instance = ""): string => JSON.stringify([job, instance]);

/** Measures how often services are scraped: as `up` shows it, or as a metric of their own does. */
async function measureIntervals(
  { client, memory, now }: Round,
  services: readonly DiscoveredService[],
): Promise<void> {
  const measuredAt = now.getTime();
  const asked = services
    .map((service) => ({ service, at: memory.intervals.get(identityKey(service.identity))?.measuredAt ?? 0 }))
    .filter(({ at }) => measuredAt - at >= intervalKeptMs)
    .sort((a, b) => a.at - b.at)
    .slice(0, intervalsAtOnce)
    .map(({ service }) => service);
  if (asked.length === 0) return;
  const keep = (service: DiscoveredService, seconds: number) =>
    memory.intervals.set(identityKey(service.identity), { seconds, measuredAt });

  const time = windowOf(now).end;
  const jobs = [...new Set(asked.flatMap(scrapeJobsOf))];
  const instances = [...new Set(asked.flatMap((service) => service.instances.slice(0, 1)))];
  const scrapes = selector("up", [oneOf("job", jobs), oneOf("instance", instances)]);
  const { data } = await client.query(`${scrapes}[${intervalWindow}s]`, { time, limit: seriesLimit });
  const observed = new Map<string, number>();
  const observedOfTarget = new Map<string, number>();
  for (const { labels, times } of data.type === "matrix" ? data.series : []) {
    const group = groupOf(labels);
    const interval = scrapeIntervalOf(times);
    if (group === undefined || typeof group === "string" || interval === undefined) continue;
    observed.set(group.key, Math.max(interval, observed.get(group.key) ?? 0));
    observedOfTarget.set(targetOf(labels.job, labels.instance), interval);
  }

  const lonely: DiscoveredService[] = [];
  for (const service of asked) {
    const { engine: _, ...groupIdentity } = service.identity;
    const ofTarget = scrapeJobsOf(service).flatMap(
      (job) => observedOfTarget.get(targetOf(job, service.instances[0])) ?? [],
    );
    const interval = observed.get(identityKey(groupIdentity)) ?? ofTarget[0];
    if (interval === undefined) lonely.push(service);
    else keep(service, interval);
  }
  // What is pushed has no `up`.
  await Promise.all(
    lonely.slice(0, lonelyIntervals).map(async (service) => {
      const match = heartbeatSelector(service);
      if (match === undefined) return;
      const answer = await client.query(`${match}[${intervalWindow}s]`, { time, limit: 100 });
      const distances =
        answer.data.type === "matrix"
          ? answer.data.series.flatMap(({ times }) => scrapeIntervalOf(times) ?? [])
          : [];
      if (distances.length > 0) keep(service, Math.max(...distances));
    }),
  );
}
