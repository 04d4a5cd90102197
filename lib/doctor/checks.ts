import { blankAdvice } from "@/lib/signals/blank";
import type { Doubt } from "@/lib/signals/schema";
import { baseName } from "@/lib/signals/spoken";
import { format } from "@/lib/units";
import type { DoctorFinding } from "./schema";

/** One scrape target of a service, as its `up` series show it. */
export interface ObservedTarget {
  name: string;
  /** Samples of `up` in the time looked at. */
  samples: number;
  isUp: boolean;
  lastError?: string;
}

/** A rate needs at least two samples, and four so that one failed scrape leaves a rate. */
const SCRAPES_FOR_A_RATE = 4;
/** From here on a window of a few minutes is too short for a rate. Seconds. */
const SLOW_SCRAPES = 30;

/** What the scraping of a service does to its numbers. `interval` in seconds. */
export function scrapeFindings(interval: number, targets: readonly ObservedTarget[] | null): DoctorFinding[] {
  const findings: DoctorFinding[] = [];
  if (interval >= SLOW_SCRAPES)
    findings.push({
      id: "slow-scrapes",
      severity: "hint",
      title: `Scraped every ${format(interval, "seconds")}`,
      text: `Windows under ${format(SCRAPES_FOR_A_RATE * interval, "seconds")} are empty or jump: a rate needs ${SCRAPES_FOR_A_RATE} scrapes to survive one that fails.`,
      advice: "Set `scrape_interval: 15s` for this job, or look at longer ranges.",
    });
  if (targets === null) return findings;
  if (targets.length === 0)
    findings.push({
      id: "no-up",
      severity: "hint",
      title: "No `up` series",
      text: "These metrics are pushed, federated or remote-written, so a target that is down cannot be told from one without traffic.",
      advice: "Scrape the servers themselves, or send `up` along.",
    });
  for (const { name, samples, isUp, lastError } of targets) {
    if (!isUp)
      findings.push({
        id: `down:${name}`,
        severity: "problem",
        title: `${name} cannot be scraped`,
        text: lastError ? `Prometheus says: ${lastError}` : "Its `up` is 0.",
        advice: "Check that the process runs and that Prometheus reaches its metrics port.",
      });
    else if (samples < SCRAPES_FOR_A_RATE)
      findings.push({
        id: `young:${name}`,
        severity: "hint",
        title: `${name} was scraped ${samples === 1 ? "once" : `${samples} times`}`,
        text: `${samples === 1 ? "One scrape" : `${samples} scrapes`} in this window: a rate needs more.`,
        advice: `Wait until ${format(SCRAPES_FOR_A_RATE * interval, "seconds")} have passed since its first scrape.`,
      });
  }
  return findings;
}

/** How a metric is used by the signals, and as what its target declares it. */
export interface UsedMetric {
  metric: string;
  usedAs: "counter" | "histogram" | "summary";
  declared: string | undefined;
}

/**
 * Metrics that are declared as another type than they are used as. `untyped`, `unknown` and an absent declaration say
 * nothing and are passed over; a histogram's and a summary's parts are counters.
 */
export function typeFindings(metrics: readonly UsedMetric[]): DoctorFinding[] {
  return metrics.flatMap(({ metric, usedAs, declared }): DoctorFinding[] => {
    if (declared === undefined || declared === "unknown" || declared === "untyped" || declared === usedAs)
      return [];
    const isPart = metric !== baseName(metric);
    if (usedAs === "counter" && isPart && (declared === "histogram" || declared === "summary")) return [];
    if (usedAs === "histogram" && declared === "gaugehistogram") return [];
    return [
      {
        id: `type:${metric}`,
        severity: "problem",
        title: `${usedAs === "counter" ? "Counter" : usedAs === "histogram" ? "Histogram" : "Summary"} \`${metric}\` is exported as ${declared}`,
        text: typeText(usedAs, declared),
        advice: `Have the exporter declare it: \`# TYPE ${metric} ${usedAs}\`.`,
        metric,
      },
    ];
  });
}

function typeText(usedAs: UsedMetric["usedAs"], declared: string): string {
  if (usedAs === "counter" && declared === "gauge")
    return "Its rate is taken all the same, but a value that may fall makes every fall look like a restart.";
  if (usedAs === "histogram" && declared === "summary")
    return "A summary's quantiles are each replica's own and cannot be merged, so no percentile of the service is shown.";
  return `It is read as a ${usedAs}; if it really is a ${declared}, its numbers are wrong.`;
}

/** Buckets that reach this far say enough of a request that is still bearable. Of latencies, in seconds. */
const FAR_ENOUGH = 60;

/**
 * What a histogram's buckets cannot tell, and whether that hurts now: more than 1 % of the observations lie beyond the
 * last bound. Undefined where there is nothing to know. `bounds` in base units, ascending, the open one as null; counts
 * per bucket.
 */
export function bucketNote(
  bounds: readonly (number | null)[],
  counts: readonly number[],
  words: (value: number) => string,
): { note: string; isHurting: boolean } | undefined {
  const last = bounds.findLast((bound) => bound !== null);
  if (last === undefined || last === null) return undefined;
  const total = counts.reduce((sum, count) => sum + count, 0);
  const beyond = bounds.reduce<number>(
    (sum, bound, index) => (bound === null ? sum + (counts[index] ?? 0) : sum),
    0,
  );
  const share = total > 0 ? beyond / total : 0;
  if (share > 0.01)
    return {
      isHurting: true,
      note: `Buckets end at ${words(last)}, and ${format(share, "ratio")} of the observations lie beyond, so p99 above that is unknown.`,
    };
  if (share === 0 && last >= FAR_ENOUGH) return undefined;
  return { isHurting: false, note: `Buckets end at ${words(last)}, so p99 above that is unknown.` };
}

/** One profile's view of the same failures. */
export interface FailureView {
  title: string;
  metric: string;
  /** 0–1 over the window looked at; null without traffic. */
  errorRate: number | null;
}

/** Below this a difference may be requests that one of the two has not counted yet. */
const TELLING_ERROR_RATE = 0.001;

/** Says where one exporter counts no failure while another, of the same service, does. */
export function contradictions(views: readonly FailureView[]): DoctorFinding[] {
  const failing = views.filter(({ errorRate }) => errorRate !== null && errorRate > TELLING_ERROR_RATE);
  const silent = views.filter(({ errorRate }) => errorRate === 0);
  return silent.flatMap((quiet) =>
    failing.map((loud) => ({
      id: `contradiction:${quiet.metric}:${loud.metric}`,
      severity: "problem" as const,
      title: `${quiet.title} and ${loud.title} disagree on failures`,
      text: `\`${quiet.metric}\` counts no failure while \`${loud.metric}\` counts ${format(loud.errorRate, "ratio")}. What is shown for errors is the first of the two.`,
      advice: `Find out what ${loud.title} counts that ${quiet.title} does not: time-outs in front of it, refused connections, requests that never reached it.`,
      metric: quiet.metric,
    })),
  );
}

const doubtTitles: Partial<Record<Doubt["kind"], (metric: string) => string>> = {
  different_buckets: (metric) => `Replicas have different buckets of ${metric}`,
  no_infinite_bucket: (metric) => `${metric} lacks its +Inf bucket`,
  falling_buckets: (metric) => `The buckets of ${metric} are not cumulative`,
  falling_counter: (metric) => `The counter ${metric} falls`,
  restarts: () => "The process restarts again and again",
  not_a_number: (metric) => `${metric} is not a number`,
  implausible: (metric) => `${metric} holds what cannot be`,
  contradiction: (metric) => `${metric} contradicts the requests it is a part of`,
};

/** What was found to be untrue while signals were answered, each lie of a metric once. */
export function doubtFindings(doubts: readonly Doubt[]): DoctorFinding[] {
  const found = new Map<string, DoctorFinding>();
  for (const { kind, metric, text, advice } of doubts) {
    const title = doubtTitles[kind]?.(metric === undefined ? "A metric" : `\`${metric}\``);
    const id = `${kind}:${metric ?? ""}`;
    if (title !== undefined && !found.has(id))
      found.set(id, {
        id,
        severity: "problem",
        title,
        text,
        advice,
        ...(metric === undefined ? {} : { metric }),
      });
  }
  return [...found.values()];
}

/** Metrics that are named; the rest are counted. */
const MOST_NAMED = 6;

/** Says of which metrics an exporter has no value although it writes a number. `series`: how many of each. */
export function blankFindings(
  { title, why }: { title: string; why: string },
  blanks: readonly { metric: string; series: number }[],
): DoctorFinding[] {
  if (blanks.length === 0) return [];
  const named = blanks
    .slice(0, MOST_NAMED)
    .map(({ metric, series }) => `\`${metric}\` (${series} series)`)
    .join(", ");
  const more = blanks.length > MOST_NAMED ? `, and ${blanks.length - MOST_NAMED} more` : "";
  return [
    {
      id: `blank:${title}`,
      severity: "hint",
      title: `${title} writes "no value" as a number`,
      text: `${named}${more}. These are left out of every chart and average. ${why}.`,
      advice: blankAdvice,
    },
  ];
}

/** What discovery left out of a source, or could not tell, each as a finding. */
export const discoveryFindings = (notes: readonly string[]): DoctorFinding[] =>
  [...new Set(notes)].map((note) => ({
    id: `discovery:${note.replace(/\d+/g, "n")}`,
    severity: "hint",
    title: "Looking for services left something out",
    text: note,
    advice:
      "Correct the labels where these metrics are scraped (`relabel_configs`), or what the source may be asked; the next look follows within a minute.",
  }));

/** Parts of label names that people's data go by; between them stand underscores, hyphens or dots. */
const personal =
  /(^|[_.-])(e?mail|user|user_?(name|id)|login|phone|msisdn|ssn|passport|(first|last|full)_?name|birth(day|date)?|(home|postal|street|ip|client|remote)_?addr(ess)?|client_?ip|customer_?(name|id|email)|account_?id|session_?id|api_?key)([_.-]|$)/i;
/** Names that match and are not about people: a machine's address is not a caller's. */
const impersonal =
  /^user_agent(_|$)|(^|_)(node|host|pod|server|instance|machine|listen)_?(ip|ip_?addr(ess)?)(_|$)/i;

/** Labels whose names say that their values may be about a person, with advice. */
export function personalLabels(names: readonly string[]): DoctorFinding[] {
  return names
    .filter((name) => personal.test(name) && !impersonal.test(name))
    .map((name) => ({
      id: `personal:${name}`,
      severity: "problem",
      title: `Label \`${name}\` looks like personal data`,
      text: "Its values are kept as long as the samples, shown to everyone who may query, and make a series for each person.",
      advice: `Drop it where it is scraped: \`metric_relabel_configs: [{action: labeldrop, regex: ${name}}]\`.`,
    }));
}

/** A label with more values than this makes queries slow wherever it stands. */
const MANY_VALUES = 10_000;
/** A metric with more series than this share of the server's is what costs it. */
const LARGE_SHARE = 0.2;
const MANY_SERIES = 10_000;
/** One with more than this share is worth a word on a small server too, unless there is next to nothing on it. */
const OUTSIZED_SHARE = 1 / 3;
const SOME_SERIES = 1_000;

interface Counted {
  name: string;
  count: number;
}

const isLarge = (count: number, series: number): boolean =>
  (count >= MANY_SERIES && count >= LARGE_SHARE * series) ||
  (count >= SOME_SERIES && count > OUTSIZED_SHARE * series);

/** The metric with the most series where it has so many that its labels are worth asking for. */
export function outsizedMetric(series: number, metrics: readonly Counted[]): string | undefined {
  const largest = metrics.reduce<Counted | undefined>(
    (most, one) => (most === undefined || one.count > most.count ? one : most),
    undefined,
  );
  return largest !== undefined && isLarge(largest.count, series) ? largest.name : undefined;
}

/**
 * What costs the server: metrics that hold much of its memory, and labels with very many values. `made`: the labels of one
 * of the metrics with how many values each has there.
 */
export function cardinalityFindings(
  series: number,
  metrics: readonly Counted[],
  labels: readonly Counted[],
  made?: { metric: string; labels: readonly Counted[] },
): DoctorFinding[] {
  const large = metrics.filter(({ count }) => isLarge(count, series));
  const wide = labels.filter(({ name, count }) => name !== "__name__" && count >= MANY_VALUES);
  return [
    ...large.map(
      ({ name, count }): DoctorFinding => ({
        id: `series:${name}`,
        severity: "problem",
        title: `\`${name}\` has ${format(count, "count")} series`,
        text: `That is ${format(count / series, "ratio")} of all that this server keeps in memory.${name === made?.metric ? madeBy(made.labels) : ""}`,
        advice: "Drop labels that nobody looks at, or buckets that nobody needs, where it is scraped.",
        metric: name,
      }),
    ),
    ...wide.map(
      ({ name, count }): DoctorFinding => ({
        id: `label:${name}`,
        severity: "problem",
        title: `Label \`${name}\` has ${format(count, "count")} values`,
        text: "Each value makes series of its own, and a query over all of them reads each.",
        advice: `Drop it (\`labeldrop\`) or replace it by something with few values.`,
      }),
    ),
  ];
}

/** Labels that are named as making a metric's series. */
const MOST_LABELS = 3;

/** Which labels make so many series; a label of one value makes none. */
function madeBy(labels: readonly Counted[]): string {
  const widest = labels
    .filter(({ count }) => count > 1)
    .sort((a, b) => b.count - a.count)
    .slice(0, MOST_LABELS)
    .map(({ name, count }) => `\`${name}\` (${format(count, "count")})`);
  return widest.length === 0 ? "" : ` Its labels with the most values: ${widest.join(", ")}.`;
}
