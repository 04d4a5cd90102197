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

const podLabels = ["exported_pod", "pod", "pod_name", "kubernetes_pod_name"];
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
    // Where the scrape's own labels were kept, those of the pod it tells of are exported.
    pods.map(({ exported_pod, pod, node, host_ip }) => [exported_pod ?? pod ?? "", { node, host_ip }]),
  );
  return series.map((labels) => {
    const place = placeOf.get(labels.pod ?? "");
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

const podsOf = (labels: Labels): string[] =>
  podLabels.flatMap((label) => (labels[label] ? [labels[label]] : []));

/**
 * Which exporters belong to which of the places: by pod, else by host. One that no label ties to any is given to the
 * only service, or to all where it has but one machine, with a note; the rest are orphans. An exporter of a place's own
 * group, such as Triton's, is tied to no place of another.
 */
export function exporterTies(
  places: readonly Place[],
  exporters: readonly Exporter[],
): { ties: Tie[][]; orphans: Exporter[] } {
  const ties: Tie[][] = places.map(() => []);
  const orphans: Exporter[] = [];
  const known = places.map(({ key, series }) => ({
    key,
    pods: new Set(series.flatMap(podsOf)),
    hosts: new Set(series.flatMap(hostsOf).flatMap(comparable)),
  }));
  for (const exporter of exporters) {
    const machines = machinesOf(exporter);
    const isOwned = known.some(({ key }) => key === exporter.key);
    const matched = known.map((place) =>
      isOwned && place.key !== exporter.key
        ? undefined
        : (byPod(exporter, place) ?? byHost(exporter, machines, place)),
    );
    const shared = sharedInstances(matched);
    for (const [index, tie] of matched.entries())
      if (tie !== undefined) ties[index]!.push(isOwned ? tie : withSharingNote(tie, shared));
    if (isOwned || matched.some((tie) => tie !== undefined)) continue;

    const isAlone = exporters.filter(({ profile }) => profile === exporter.profile).length === 1;
    const fits = places.length === 1 || (places.length > 1 && new Set(machines.values()).size === 1);
    if (!isAlone || !fits) {
      orphans.push(exporter);
      continue;
    }
    const what = exporter.profile.layer === "gpu" ? "GPUs" : "hosts";
    const note = `All ${what} of job ${exporter.identity.job} are counted, since no label says which of them serve.`;
    for (const list of ties)
      list.push({ exporter, series: exporter.series, matchers: exporter.matchers, note });
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

function byPod(exporter: Exporter, { pods }: { pods: ReadonlySet<string> }): Tie | undefined {
  if (pods.size === 0) return undefined;
  for (const label of podLabels) {
    const series = exporter.series.filter(({ labels }) => pods.has(labels[label] ?? ""));
    if (series.length === 0) continue;
    return narrowed(exporter, series, label);
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
