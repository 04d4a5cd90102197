import type { Profile, Rename, Spelling } from "@/lib/signals/profile";
import { profiles } from "@/lib/signals/profiles";
import type { Matcher } from "@/lib/signals/promql";

/** A metric of which the series show services, or what belongs to them. */
export interface Sentinel {
  /** As it is scraped. */
  name: string;
  profile: Profile;
  /** `proof`: its series show that the profile is spoken. `gpu`, `host`: they name GPUs and machines. */
  shows: "proof" | "gpu" | "host";
  rename?: Rename;
}

/** One series of a sentinel. */
export interface SentinelSeries {
  sentinel: Sentinel;
  labels: Record<string, string>;
  /** Look-alikes borrow an engine's names without what the engine always says. */
  isGenuine: boolean;
}

/** Carries the host's name beside the address that node_exporter is scraped at. */
const hostInfo = "node_uname_info";

/** Ray puts this before every metric that passes through its agents, and takes no colons. */
const rayPrefix = "ray_";
/** What a pipeline may put before the names of an engine: a few words, such as a team's name, each with an underscore. */
const anyPrefix = /^[a-zA-Z][a-zA-Z0-9]*_(?:[a-zA-Z0-9]+_){0,3}$/;

/** The part of a metric's name that all metrics of its exporter share: `vllm:`, `nv_`, `DCGM_`. */
export const namespaceOf = (metric: string): string => /^[^:_]*[:_]/.exec(metric)?.[0] ?? metric;

/** The metrics that a spelling reads, as the profile writes them. */
export function spelledMetrics(spelling: Spelling): string[] {
  const found: string[] = [];
  const collect = (value: unknown, key: string): void => {
    if (typeof value === "string" && ["metric", "metrics", "histograms"].includes(key)) found.push(value);
    else if (Array.isArray(value)) for (const item of value) collect(item, key);
    else if (typeof value === "object" && value !== null)
      for (const [name, item] of Object.entries(value)) collect(item, name);
  };
  collect(spelling, "");
  return found;
}

/** Every metric that a profile reads, as the profile writes them. */
export const metricsOfProfile = (profile: Profile): string[] => [
  ...new Set([...profile.sentinels, ...Object.values(profile.spellings).flatMap(spelledMetrics)]),
];

/** A metric's name after a renaming; as it was where that does not concern it. */
export const renamed = (metric: string, rename: Rename | undefined): string =>
  rename !== undefined && metric.startsWith(rename.from)
    ? `${rename.to}${metric.slice(rename.from.length)}`
    : metric;

/** The sentinels as the profiles write them, each with what it shows. */
const plainSentinels: readonly Sentinel[] = profiles.flatMap((profile): Sentinel[] => {
  const proofs = profile.sentinels.map((name): Sentinel => ({ name, profile, shows: "proof" }));
  const utilization = profile.spellings.gpu_utilization;
  const gpus =
    Object.keys(profile.labels.gpu).length === 0 || utilization === undefined
      ? []
      : spelledMetrics(utilization)
          .filter((name) => !profile.sentinels.includes(name))
          .map((name): Sentinel => ({ name, profile, shows: "gpu" }));
  const hosts: Sentinel[] =
    profile.id === "node-exporter" && !profile.sentinels.includes(hostInfo)
      ? [{ name: hostInfo, profile, shows: "host" }]
      : [];
  return [...proofs, ...gpus, ...hosts];
});

const plainNames = new Set(plainSentinels.map(({ name }) => name));

/** The spellings of a sentinel's name that pipelines are known to make of it; itself first. */
function knownForms(sentinel: Sentinel): Sentinel[] {
  const { name } = sentinel;
  const forms = new Map([[name, sentinel]]);
  for (const rename of renamesOf(sentinel.profile, name)) {
    const form = renamed(name, rename);
    if (!forms.has(form)) forms.set(form, { ...sentinel, name: form, rename });
  }
  return [...forms.values()];
}

/** How pipelines are known to rewrite the names of a profile: as it says, through Ray, and without colons. */
function renamesOf(profile: Profile, metric = profile.sentinels[0] ?? ""): Rename[] {
  const from = namespaceOf(metric);
  const to = from.replaceAll(":", "_");
  return [
    ...(profile.renames ?? []),
    { from, to: `${rayPrefix}${to}` },
    ...(to === from ? [] : [{ from, to }]),
  ];
}

/** Every known form of every sentinel: what to look for in a server that does not tell its metric names. */
export const knownSentinels = (): Sentinel[] =>
  unambiguous(plainSentinels.flatMap((sentinel) => knownForms(sentinel)));

/**
 * The sentinels among a server's metric names: as the profiles write them, with `:` rewritten to `_`, behind `ray_`,
 * and, for an engine, behind another prefix such as `otel_` or `acme_corp_`.
 */
export function sentinelsAmong(names: Iterable<string>): Sentinel[] {
  const present = new Set(names);
  const found = knownSentinels().filter(({ name }) => present.has(name));
  const taken = new Set(found.map(({ name }) => name));
  const engines = plainSentinels.filter(
    ({ profile, shows }) => shows === "proof" && profile.layer === "engine",
  );
  const tails = engines.flatMap((sentinel) =>
    [...new Set([sentinel.name, sentinel.name.replaceAll(":", "_")])].map((tail) => ({ sentinel, tail })),
  );
  for (const name of present) {
    if (taken.has(name)) continue;
    for (const { sentinel, tail } of tails) {
      if (!name.endsWith(tail)) continue;
      const prefix = name.slice(0, -tail.length);
      if (!anyPrefix.test(prefix)) continue;
      const from = namespaceOf(sentinel.name);
      const to = `${prefix}${namespaceOf(tail)}`;
      found.push({ ...sentinel, name, rename: { from, to } });
      break;
    }
  }
  return unambiguous([...found, ...stoodInFor(found, present)]);
}

/** So many metrics of a profile that shows none of its sentinels prove it all the same. */
const leastMetrics = 2;

/**
 * A metric in the place of the sentinels for each serving profile that shows none of them, yet several of its other
 * metrics: some releases, and some servers before their first request, lack the sentinels.
 */
function stoodInFor(found: readonly Sentinel[], present: ReadonlySet<string>): Sentinel[] {
  const proven = new Set(found.flatMap(({ profile, shows }) => (shows === "proof" ? [profile] : [])));
  return profiles
    .filter(
      (profile) => (profile.layer === "engine" || profile.layer === "application") && !proven.has(profile),
    )
    .flatMap((profile): Sentinel[] => {
      const namespaces = new Set(profile.sentinels.map(namespaceOf));
      const own = metricsOfProfile(profile).filter((metric) => namespaces.has(namespaceOf(metric)));
      for (const rename of [undefined, ...renamesOf(profile)]) {
        const shown = own.flatMap((metric) => {
          const name = renamed(metric, rename);
          const scraped = ["", "_count"].map((suffix) => `${name}${suffix}`).find((one) => present.has(one));
          return scraped === undefined ? [] : [scraped];
        });
        const [name] = shown;
        if (name !== undefined && shown.length >= leastMetrics)
          return [{ name, profile, shows: "proof", ...(rename === undefined ? {} : { rename }) }];
      }
      return [];
    });
}

/** The metric among those that show a service which shows that it speaks this profile. */
export function evidenceOf(
  profile: Profile,
  rename: Rename | undefined,
  evidence: readonly string[],
): string | undefined {
  const sentinels = profile.sentinels.map((metric) => renamed(metric, rename));
  const own = new Set(metricsOfProfile(profile).map((metric) => renamed(metric, rename)));
  return (
    evidence.find((name) => sentinels.includes(name)) ??
    evidence.find((name) => own.has(name) || own.has(name.replace(/_count$/, "")))
  );
}

/** One name stands for one profile: a profile's own spelling before what a pipeline would make of another's. */
function unambiguous(sentinels: readonly Sentinel[]): Sentinel[] {
  const byName = new Map<string, Sentinel>();
  for (const sentinel of sentinels) {
    const known = byName.get(sentinel.name);
    const isRewritten = sentinel.rename !== undefined;
    if (isRewritten && plainNames.has(sentinel.name)) continue;
    if (known === undefined) byName.set(sentinel.name, sentinel);
  }
  return [...byName.values()];
}

const matcherPattern = /([a-zA-Z_][a-zA-Z0-9_]*)\s*(=~|!~|!=|=)\s*("(?:[^"\\]|\\.)*")/g;

/** Matchers written as in PromQL, `model_name!="",status=~"5.."`, as values. */
export const parsedMatchers = (text: string): Matcher[] =>
  [...text.matchAll(matcherPattern)].map(([, label, op, value]) => ({
    label: label ?? "",
    op: op as Matcher["op"],
    value: JSON.parse(value ?? '""') as string,
  }));

/** Whether labels satisfy every matcher, as PromQL does: an absent label is an empty one, a pattern means all of it. */
export const matchesAll = (labels: Record<string, string>, matchers: readonly Matcher[]): boolean =>
  matchers.every(({ label, op, value }) => {
    const actual = labels[label] ?? "";
    if (op === "=") return actual === value;
    if (op === "!=") return actual !== value;
    return new RegExp(`^(?:${value})$`, "s").test(actual) === (op === "=~");
  });

/** The metrics of a profile that are among exposed names, as scraped; a histogram or summary under its bare name too. */
export function exposedMetrics(
  profile: Profile,
  rename: Rename | undefined,
  exposed: ReadonlySet<string>,
): string[] {
  const found = new Set<string>();
  for (const metric of metricsOfProfile(profile)) {
    const name = renamed(metric, rename);
    const isThere = ["", "_bucket", "_count", "_sum"].some((suffix) => exposed.has(`${name}${suffix}`));
    if (!isThere) continue;
    found.add(name);
    found.add(name.replace(/_(bucket|sum|count)$/, ""));
  }
  return [...found].sort();
}
