import type { Profile } from "@/lib/signals/profile";
import { type Matcher, oneOf } from "@/lib/signals/promql";
import type { ServiceIdentity } from "./identity";
import type { SentinelSeries } from "./sentinels";

type Labels = Record<string, string>;
type Series = SentinelSeries[];

/** The GPUs or hosts that one job exports. */
export interface Exporter {
  profile: Profile;
  /** Of the group of series that it is part of. */
  key: string;
  identity: ServiceIdentity;
  matchers: Matcher[];
  series: Series;
}

/** Where a service runs: the series that it serves with, and the group that they are part of. */
export interface Place {
  key: string;
  series: readonly Labels[];
}

/** What of an exporter belongs to a service. */
export interface Tie {
  exporter: Exporter;
  series: Series;
  matchers: Matcher[];
  note?: string;
}

/** Labels that name a pod, each with that of its namespace. */
const podLabels: readonly (readonly [pod: string, namespace: string])[] = [
  ["exported_pod", "exported_namespace"],
  ["pod", "namespace"],
  ["pod_name", "pod_namespace"],
  ["kubernetes_pod_name", "kubernetes_namespace"],
];
const hostLabels = ["nodename", "Hostname", "hostname", "node", "kubernetes_node", "node_name", "host_ip"];
/** A regular expression of more alternatives than this is dearer than what it leaves out. */
const mostAlternatives = 200;

/** What a series says of the machine it comes from, the name before the address. */
export function hostsOf(labels: Labels): string[] {
  const instanceHost = (labels.instance ?? "").replace(/:\d+$/, "");
  return [...new Set([...hostLabels.map((label) => labels[label]), instanceHost])].filter(
    (host): host is string => host !== undefined && host !== "",
  );
}

/** Says on which node a pod runs, in Kubernetes. */
export const podInfo = "kube_pod_info";

/** Series with the node and its address beside the pod that they come from, as `kube_pod_info` tells. */
export function withNodes(series: readonly Labels[], pods: readonly Labels[]): Labels[] {
  const placeOf = new Map(
    pods.flatMap((labels) => {
      // Where the scrape's own labels were kept, those of the pod it tells of are exported.
      const [pod = ["", ""]] = podsOf(labels);
      const place = { node: labels.node, host_ip: labels.host_ip };
      return [pod, [pod[0], ""]].map((named) => [named.join("\n"), place] as const);
    }),
  );
  return series.map((labels) => {
    const place = placeOf.get([labels.pod ?? "", labels.namespace ?? ""].join("\n"));
    if (place === undefined) return labels;
    const missing = Object.entries(place).flatMap(([label, value]): [string, string][] =>
      value && !labels[label] ? [[label, value]] : [],
    );
    return missing.length === 0 ? labels : { ...labels, ...Object.fromEntries(missing) };
  });
}

/** The names under which a machine may be known elsewhere: `node-1` is `node-1.example.com` too, an address only itself. */
const comparable = (host: string): string[] => {
  const lower = host.toLowerCase();
  const [first] = lower.split(".");
  return first === undefined || first === lower || /^[\d.]+$/.test(lower) ? [lower] : [lower, first];
};

/** The pods that a series names, each with its namespace or an empty text. */
function podsOf(labels: Labels): [pod: string, namespace: string][] {
  return podLabels.flatMap(([pod, namespace]) =>
    labels[pod] ? [[labels[pod], labels[namespace] ?? ""] as [string, string]] : [],
  );
}

/** What is known of a place: its pods with the namespaces they are in, and the names of its machines. */
interface KnownPlace {
  key: string;
  pods: Map<string, Set<string>>;
  hosts: Set<string>;
  /** Addresses of machines, where every series has one and none is of a pod. */
  addresses: Set<string> | undefined;
}

const addressOf = (labels: Labels): string => (labels.instance ?? "").replace(/:\d+$/, "");
const isAddress = (host: string): boolean => /^\d+(\.\d+){3}$/.test(host);

function knownPlace({ key, series }: Place): KnownPlace {
  const pods = new Map<string, Set<string>>();
  for (const [pod, namespace] of series.flatMap(podsOf))
    pods.set(pod, (pods.get(pod) ?? new Set()).add(namespace));
  const addresses = new Set(series.map(addressOf));
  return {
    key,
    pods,
    hosts: new Set(series.flatMap(hostsOf).flatMap(comparable)),
    addresses: pods.size === 0 && [...addresses].every(isAddress) ? addresses : undefined,
  };
}

/** Whether both are known by addresses, which differ: they are not of one machine. */
const isElsewhere = ({ series }: Exporter, { addresses }: KnownPlace): boolean =>
  addresses !== undefined &&
  series.every(({ labels }) => isAddress(addressOf(labels)) && !addresses.has(addressOf(labels)));

/**
 * Which exporters belong to which of the places: by pod, else by host. What is tied by its pod also tells on which machine
 * the pod runs. One that no label ties to any is given to the only service, or to all that may be on its only machine, with
 * a note; the rest are orphans. GPUs are so given only where nothing tells of whose any are. An exporter of a place's own
 * group, such as Triton's, is tied to no place of another.
 */
export function exporterTies(
  places: readonly Place[],
  exporters: readonly Exporter[],
): { ties: Tie[][]; orphans: Exporter[] } {
  const ties: Tie[][] = places.map(() => []);
  const orphans: Exporter[] = [];
  const known = places.map(knownPlace);
  const isOwned = (exporter: Exporter): boolean => known.some(({ key }) => key === exporter.key);
  const mayBeOf = (exporter: Exporter, place: KnownPlace): boolean =>
    place.key === exporter.key || !isOwned(exporter);
  const isGpus = ({ profile }: Exporter): boolean => profile.layer === "gpu";

  const byPods = exporters.map((exporter) =>
    known.map((place) => (mayBeOf(exporter, place) ? byPod(exporter, place) : undefined)),
  );
  const hasGpus = known.map((_, index) =>
    byPods.some((matched, position) => isGpus(exporters[position]!) && matched[index] !== undefined),
  );
  for (const matched of byPods)
    for (const [index, tie] of matched.entries())
      for (const { labels } of tie?.series ?? [])
        for (const host of hostsOf(labels).flatMap(comparable)) known[index]!.hosts.add(host);

  const machinesOfEach = exporters.map((exporter) => machinesOf(exporter));
  const allMatched = exporters.map((exporter, position) => {
    const matched = byPods[position]!;
    // Where it tells of pods, what is of none of ours is of others.
    const told = new Set(matched.flatMap((tie) => tie?.series.map(({ labels }) => labels.instance) ?? []));
    const untold = {
      ...exporter,
      series: exporter.series.filter(({ labels }) => !told.has(labels.instance)),
    };
    return known.map((place, index) => {
      if (matched[index] !== undefined || !mayBeOf(exporter, place)) return matched[index];
      // All GPUs of a machine say less of a service than those of its pods.
      if (isGpus(exporter) && place.key !== exporter.key && hasGpus[index]) return undefined;
      return byHost(isGpus(exporter) ? untold : exporter, machinesOfEach[position]!, place);
    });
  });
  for (const [position, exporter] of exporters.entries()) {
    const matched = allMatched[position]!;
    const shared = sharedInstances(matched);
    for (const [index, tie] of matched.entries())
      if (tie !== undefined) ties[index]!.push(isOwned(exporter) ? tie : withSharingNote(tie, shared));
  }
  const isGpuOfSome = exporters.some(
    (exporter, position) =>
      isGpus(exporter) && (isOwned(exporter) || allMatched[position]!.some((tie) => tie !== undefined)),
  );
  for (const [position, exporter] of exporters.entries()) {
    if (isOwned(exporter) || allMatched[position]!.some((tie) => tie !== undefined)) continue;
    const isAlone = exporters.filter(({ profile }) => profile === exporter.profile).length === 1;
    const isOneMachine = new Set(machinesOfEach[position]!.values()).size === 1;
    const given =
      !isAlone || places.length === 0
        ? []
        : places.length === 1
          ? [...known.keys()]
          : !isOneMachine || (isGpus(exporter) && isGpuOfSome)
            ? []
            : [...known.keys()].filter((index) => !isElsewhere(exporter, known[index]!));
    if (given.length === 0) {
      orphans.push(exporter);
      continue;
    }
    const what = isGpus(exporter) ? "GPUs" : "hosts";
    const note = `All ${what} of job ${exporter.identity.job} are counted, since no label says which of them serve.`;
    for (const index of given)
      ties[index]!.push({ exporter, series: exporter.series, matchers: exporter.matchers, note });
  }
  return { ties, orphans };
}

/** The name of the machine behind each instance. */
export function machinesOf({ series }: Pick<Exporter, "series">): Map<string, string> {
  const machines = new Map<string, string>();
  for (const { labels } of series) {
    const instance = labels.instance ?? "";
    const [name] = hostsOf(labels);
    const isNamed = hostLabels.some((label) => labels[label]);
    if (name !== undefined && (isNamed || !machines.has(instance))) machines.set(instance, name);
  }
  return machines;
}

function byPod(exporter: Exporter, { pods }: KnownPlace): Tie | undefined {
  if (pods.size === 0) return undefined;
  for (const [podLabel, namespaceLabel] of podLabels) {
    const series = exporter.series.filter(({ labels }) => {
      const namespaces = pods.get(labels[podLabel] ?? "");
      const namespace = labels[namespaceLabel];
      return namespaces !== undefined && (!namespace || namespaces.has("") || namespaces.has(namespace));
    });
    if (series.length === 0) continue;
    const tie = narrowed(exporter, series, podLabel);
    // Pods of one name may be in other namespaces too.
    const isAmbiguous = exporter.series.some(
      (one) => pods.has(one.labels[podLabel] ?? "") && !series.includes(one),
    );
    const namespaces = [...new Set(series.map(({ labels }) => labels[namespaceLabel] ?? ""))].sort();
    return isAmbiguous ? { ...tie, matchers: [...tie.matchers, oneOf(namespaceLabel, namespaces)] } : tie;
  }
  return undefined;
}

function byHost(
  exporter: Exporter,
  machines: ReadonlyMap<string, string>,
  { hosts }: { hosts: ReadonlySet<string> },
): Tie | undefined {
  const series = exporter.series.filter(({ labels }) =>
    [...hostsOf(labels), machines.get(labels.instance ?? "") ?? ""]
      .flatMap(comparable)
      .some((host) => hosts.has(host)),
  );
  return series.length === 0 ? undefined : narrowed(exporter, series, "instance");
}

function narrowed(exporter: Exporter, series: Series, label: string): Tie {
  const values = [...new Set(series.flatMap(({ labels }) => labels[label] ?? []))].sort();
  if (values.length > mostAlternatives) {
    const isAll = series.length === exporter.series.length;
    return {
      exporter,
      series,
      matchers: exporter.matchers,
      ...(isAll
        ? {}
        : {
            note: `All of job ${exporter.identity.job} is counted: the ${values.length} that belong to this service are too many to name in a query.`,
          }),
    };
  }
  return { exporter, series, matchers: [...exporter.matchers, oneOf(label, values)] };
}

/** Instances of an exporter that several services were tied to. */
function sharedInstances(ties: readonly (Tie | undefined)[]): Set<string> {
  const seen = new Set<string>();
  const shared = new Set<string>();
  for (const tie of ties) {
    const instances = new Set(tie?.series.map(({ labels }) => seriesKey(labels)));
    for (const instance of instances) (seen.has(instance) ? shared : seen).add(instance);
  }
  return shared;
}

const seriesKey = (labels: Labels): string => JSON.stringify([labels.instance, ...podsOf(labels)]);

function withSharingNote(tie: Tie, shared: ReadonlySet<string>): Tie {
  const isShared = tie.series.some(({ labels }) => shared.has(seriesKey(labels)));
  if (tie.exporter.profile.layer !== "gpu" || !isShared || tie.note !== undefined) return tie;
  return {
    ...tie,
    note: "Other services run on the same hosts; no label says which of their GPUs are this one's.",
  };
}
