import { alignToStep, rateWindowFor } from "@/lib/prometheus/step";
import { type SignalId, signals } from "./catalogue";
import { type Gauge, withoutImpossible } from "./gauges";
import type { CounterName, DimensionLabels, FailuresWanted, MeanName, Profile, Spelling } from "./profile";
import { profileOf } from "./profiles";
import {
  countOf,
  fillTemplate,
  firstSampleOf,
  groupingText,
  isClassicName,
  type Matcher,
  matchersText,
  presenceOf,
  promDuration,
  rateOf,
  ratesOf,
  selector,
  sumOf,
} from "./promql";
import type { Dimension, Reason, SignalQuery } from "./schema";
import type { MeasuredService, SpokenProfile } from "./service";
import { alternativesOf, baseName, exposes, renamedMetric, spellingsOf, spokenFor } from "./spoken";

export { spokenFor };

/** A window of time on a grid: `start`, `start + step` … `end`, unix seconds, all multiples of `step`. */
export interface Grid {
  start: number;
  end: number;
  step: number;
}

/** The means that an estimate is made of. */
export const estimateParts = ["ttft", "itl", "tokens", "e2e"] as const;
export type EstimatePart = (typeof estimateParts)[number];

/** What one upstream expression gives to the answer. */
export type ReadRole =
  | "buckets"
  | "nativePresence"
  | "nativeCount"
  | "nativeBuckets"
  | `nativeQuantile:${number}`
  | `${EstimatePart}${"Sum" | "Count"}`
  | "sum"
  | "count"
  | "value"
  | "failures"
  | "total"
  | "coverage"
  | "start"
  | "first"
  | "recentFirst"
  | "holders";

/** One query to send to the service's source: over a range, or at one time where start is end. */
export interface PlannedRead extends Grid {
  role: ReadRole;
  expr: string;
  /** What `expr` sums up and by which labels: a sum by more labels holds it. */
  sum?: { of: string; by: readonly string[] };
  /** Whether the value of a step before will do while the one asked for is read. */
  acceptPrevious: boolean;
  /** The longest look into the past of any point, seconds: points this near to the end may still change. */
  rateWindow: number;
  /** The answer is native histograms, to be read as buckets. */
  isNative?: boolean;
}

/** How one query of a request is answered. */
export type SignalPlan =
  | {
      kind: "reads";
      query: SignalQuery;
      /** The window that the values stand for; a summary is one value over all of it. */
      grid: Grid;
      spelling: Spelling;
      reads: PlannedRead[];
      /** Reads that are needed only where a series has no sample at the window's start, which the read `start` shows. */
      readsOfYoung: PlannedRead[];
      /** The buckets of each replica, where one bound is written in two ways. */
      doubled?: PlannedRead;
      /** How many series have each bucket, to be read where not all have the same ones. */
      holders?: PlannedRead;
      /** The buckets of which series are counted to know that. */
      bucketCounters?: CounterName[];
      /** How a native histogram is read, where there are no buckets and the presence shows one. */
      native?: { presence: PlannedRead; reads: PlannedRead[]; expr: string[] };
      quantiles: number[];
      /** Seconds by which the first sample of a summary's window may be found late. */
      firstWithin: number;
      /** Output label → the labels that may carry it. */
      dimensions: DimensionLabels;
      /** What a person may paste into Prometheus. */
      expr: string[];
      note?: string;
      /** A metric whose presence says why there is nothing, and the matchers of the service. */
      evidence: {
        metric: string;
        matchers: Matcher[];
        profileTitle: string;
        /** All metrics that an expression is made of, or chooses from. */
        metrics: string[];
        blank?: Profile["blank"];
      };
      /** Counters that the numbers are rates of, to be looked at for falls. */
      counters: CounterName[];
      /** Gauges whose series are left out where their value cannot be. */
      gauges: Gauge[];
    }
  | { kind: "unavailable"; query: SignalQuery; reason: Reason };

/** The label by which Prometheus tells targets apart. */
export const targetLabel = "instance";

/** The quantiles of a line chart and of a table. */
const rangeQuantiles = [0.5, 0.95, 0.99];
const summaryQuantiles = [0.5, 0.95, 0.99, 0.999];
/** The first sample of a window is looked for at so many of its times: every minute of 6 hours. */
const mostFirstSteps = 360;
/** Within so many of these times from the end it is looked for again, more closely. */
const coarseSteps = 50;

/** The grid of times that are multiples of the step, from the one at or before `start` to that at or before `end`. */
export function alignGrid({ start, end, step }: Grid): Grid {
  return { start: alignToStep(start, step), end: alignToStep(end, step), step };
}

/** The grid's points, unix seconds, ascending. */
export function gridPoints({ start, end, step }: Grid): number[] {
  return Array.from({ length: Math.round((end - start) / step) + 1 }, (_, index) => start + index * step);
}

/** Which signals the service can be asked for, in the catalogue's order. */
export const measurableSignals = (service: MeasuredService): SignalId[] =>
  (Object.keys(signals) as SignalId[]).filter((signal) => spokenFor(service, signal) !== undefined);

/**
 * Plans one query: which profile answers it and what is asked of the source. `grid` must be aligned; an `offset` in
 * the query moves the window back by that much, rounded to whole steps. Makes no request.
 */
export function planSignal(service: MeasuredService, query: SignalQuery, grid: Grid): SignalPlan {
  const found = spokenFor(service, query.signal);
  if (found === undefined) return { kind: "unavailable", query, reason: whyUnspoken(service, query.signal) };
  const { profile, spoken, spelling } = found;

  const shape = query.shape ?? "range";
  const back = Math.round((query.offset ?? 0) / grid.step) * grid.step;
  const shifted = { start: grid.start - back, end: grid.end - back, step: grid.step };
  const isSummary = shape === "summary";
  const window = isSummary
    ? Math.max(shifted.end - shifted.start, 4 * service.scrapeInterval)
    : rateWindowFor(service.scrapeInterval, grid.step);
  const readGrid = isSummary ? { start: shifted.end, end: shifted.end, step: grid.step } : shifted;

  const dimensions = dimensionLabels(query.by ?? [], profile, spoken, spelling);
  const by = [...new Set(Object.values(dimensions).flat())];
  const typeLabels = dimensions.type ?? [];
  const { matchers } = spoken;
  const scope = { matchers, window };
  const acceptPrevious = isSummary && query.acceptPrevious === true;
  const read = (role: ReadRole, expr: string, sum?: PlannedRead["sum"]): PlannedRead => ({
    role,
    expr,
    ...(sum === undefined ? {} : { sum }),
    acceptPrevious,
    rateWindow: window,
    ...readGrid,
  });
  const summed = (
    role: ReadRole,
    counters: readonly CounterName[],
    labels: readonly string[],
  ): PlannedRead => {
    const of = ratesOf(counters, scope);
    return read(role, sumOf(of, labels), { of, by: labels });
  };
  // A summary of an earlier window stands for it only if there were samples from its start; a rate over hours would
  // pass a few minutes of them off as the whole.
  const shortWindow = rateWindowFor(service.scrapeInterval, grid.step);
  const coverageTime = alignToStep(shifted.start + shortWindow, grid.step) + grid.step;
  const coverage = (exprOf: (scope: { matchers: Matcher[]; window: number }) => string): PlannedRead[] =>
    isSummary && back > 0
      ? [
          {
            role: "coverage",
            expr: exprOf({ matchers, window: shortWindow }),
            acceptPrevious,
            rateWindow: shortWindow,
            start: coverageTime,
            end: coverageTime,
            step: grid.step,
          },
        ]
      : [];
  // `rate` divides by all of the window, however little of it the series cover. When they began is dear to find out, so
  // it is asked only of those that were not there at the window's start.
  const startTime = alignToStep(shifted.start, grid.step) + grid.step;
  // An earlier window that its series do not cover is not answered at all, so it needs neither.
  const mayBeYoung = isSummary && back === 0;
  const start = (counters: readonly CounterName[], labels: readonly string[]): PlannedRead[] =>
    mayBeYoung
      ? [
          {
            role: "start",
            expr: presenceOf(counters, { matchers, by: labels }),
            acceptPrevious,
            rateWindow: window,
            start: startTime,
            end: startTime,
            step: grid.step,
          },
        ]
      : [];
  const firstStep = Math.max(service.scrapeInterval, Math.ceil(window / mostFirstSteps));
  const first = (counters: readonly CounterName[], labels: readonly string[]): PlannedRead[] => {
    if (!mayBeYoung) return [];
    const within = (seconds: number, sought: number): string =>
      firstSampleOf(counters, { matchers, window: seconds, step: sought, by: labels });
    const wide = read("first", within(window, firstStep));
    const recent = coarseSteps * firstStep;
    // Minutes would be lost among the steps of a week.
    if (firstStep === service.scrapeInterval || recent >= window) return [wide];
    const sought = Math.max(service.scrapeInterval, Math.ceil(recent / mostFirstSteps));
    return [wide, read("recentFirst", within(recent, sought))];
  };
  const quantiles =
    query.quantiles ?? (shape === "summary" ? summaryQuantiles : shape === "range" ? rangeQuantiles : []);

  const common = {
    kind: "reads" as const,
    query,
    grid: shifted,
    spelling,
    quantiles:
      spelling.kind === "histogram" || spelling.kind === "summary" || spelling.kind === "mean"
        ? quantiles
        : [],
    readsOfYoung: [] as PlannedRead[],
    firstWithin: 3 * firstStep,
    dimensions,
    note: noteFor(service, found, query.signal),
    evidence: {
      metric: evidenceMetric(spoken, spelling),
      matchers,
      profileTitle: profile.title,
      metrics: spelling.kind === "expression" ? spelling.metrics : [],
      ...(profile.blank === undefined ? {} : { blank: profile.blank }),
    },
    counters: countersOf(spelling).filter(({ metric }) => exposes(spoken, metric)),
    gauges: [] as Gauge[],
  };
  const scaled = (expr: string): string => withScale(expr, "scale" in spelling ? spelling.scale : undefined);

  switch (spelling.kind) {
    case "histogram": {
      const named = (suffix: string): CounterName[] =>
        spelling.histograms.map((metric) => ({
          metric: `${metric}${suffix}`,
          ...(spelling.matchers === undefined ? {} : { matchers: spelling.matchers }),
        }));
      const bare = spelling.isBare
        ? spelling.histograms.map((metric) => ({
            metric,
            matchers: [spelling.matchers ?? "", 'le!=""'].filter((part) => part !== "").join(","),
          }))
        : [];
      const buckets = summed("buckets", [...named("_bucket"), ...bare], ["le", ...by]);
      const sum = summed("sum", named("_sum"), by);
      const mean = `${sum.expr} / ${rateOf(named("_count"), { ...scope, by })}`;
      const native = sumOf(ratesOf(named(""), scope), by);
      const wantsBuckets = isSummary || shape === "distribution";
      return {
        ...common,
        reads: [
          buckets,
          ...(isSummary ? [sum] : []),
          ...coverage((short) => rateOf(named("_count"), { ...short, by: [] })),
        ],
        holders: read("holders", countOf(ratesOf([...named("_bucket"), ...bare], scope), ["le", ...by])),
        bucketCounters: [...named("_bucket"), ...bare],
        doubled: summed("buckets", [...named("_bucket"), ...bare], ["le", targetLabel, ...by]),
        native: {
          presence: read("nativePresence", presenceOf(named(""), { matchers, by: [] })),
          reads: [
            read("nativeCount", `histogram_count(${native})`),
            ...(isSummary ? [read("sum", `histogram_sum(${native})`)] : []),
            ...(wantsBuckets ? [{ ...read("nativeBuckets", native), isNative: true }] : []),
            ...quantiles.map((quantile) =>
              read(`nativeQuantile:${quantile}`, `histogram_quantile(${quantile}, ${native})`),
            ),
            ...coverage((short) => `histogram_count(${sumOf(ratesOf(named(""), short), [])})`),
          ],
          expr: [
            ...quantiles.map((quantile) => scaled(`histogram_quantile(${quantile}, ${native})`)),
            ...(quantiles.length === 0 ? [native] : []),
            ...(isSummary ? [scaled(`histogram_sum(${native}) / histogram_count(${native})`)] : []),
          ],
        },
        expr: [
          ...quantiles.map((quantile) => scaled(`histogram_quantile(${quantile}, ${buckets.expr})`)),
          ...(quantiles.length === 0 ? [buckets.expr] : []),
          ...(isSummary ? [scaled(mean)] : []),
        ],
      };
    }
    case "counter": {
      const rate = summed("value", spelling.counters, by);
      const reads = [
        rate,
        ...start(spelling.counters, by),
        ...coverage((short) => rateOf(spelling.counters, { ...short, by: [] })),
      ];
      return { ...common, reads, readsOfYoung: first(spelling.counters, by), expr: [scaled(rate.expr)] };
    }
    case "mean": {
      const sum = summed("sum", spelling.sum, by);
      const count = summed("count", spelling.count, by);
      return {
        ...common,
        reads: [sum, count, ...coverage((short) => rateOf(spelling.count, { ...short, by: [] }))],
        expr: [scaled(`${sum.expr} / ${count.expr}`)],
      };
    }
    case "summary": {
      const named = (suffix: string): CounterName[] =>
        spelling.metrics.map((metric) => ({ metric: `${metric}${suffix}` }));
      const value = spelling.metrics.map((metric) => selector(metric, matchers, 'quantile!=""')).join(" or ");
      const sum = summed("sum", named("_sum"), by);
      const count = summed("count", named("_count"), by);
      return {
        ...common,
        dimensions: { ...dimensions, ...replicaDimensions(profile, spoken) },
        reads: [
          read("value", value),
          ...(isSummary ? [sum, count] : []),
          ...coverage((short) => rateOf(named("_count"), { ...short, by: [] })),
        ],
        expr: [scaled(value), ...(isSummary ? [scaled(`${sum.expr} / ${count.expr}`)] : [])],
      };
    }
    case "failures": {
      const failures = summed("failures", blamed(spelling), by);
      const totalBy = by.filter((label) => !typeLabels.includes(label));
      const all = allRequests(spelling);
      const total = summed("total", all, totalBy);
      const isRate = spelling.want === "failures";
      return {
        ...common,
        readsOfYoung: isRate ? first(all, totalBy) : [],
        reads: [
          failures,
          total,
          ...(isRate ? start(all, totalBy) : []),
          ...coverage((short) => rateOf(all, { ...short, by: [] })),
        ],
        expr: [failuresText(spelling.want, failures.expr, total.expr, by, totalBy)],
      };
    }
    case "estimate": {
      const reads = estimateParts.flatMap((part) => [
        summed(`${part}Sum`, spelling[part].sum, by),
        summed(`${part}Count`, spelling[part].count, by),
      ]);
      const mean = (part: EstimatePart): string =>
        `${rateOf(spelling[part].sum, { ...scope, by })} / ${rateOf(spelling[part].count, { ...scope, by })}`;
      const n = `(${mean("tokens")})`;
      return {
        ...common,
        reads: [...reads, ...coverage((short) => rateOf(spelling.e2e.count, { ...short, by: [] }))],
        expr: [
          `${mean("ttft")} + ${n} * (${mean("itl")})`,
          `${mean("ttft")} + (${n} - 1) * (${mean("itl")})`,
          mean("e2e"),
        ],
      };
    }
    case "labels": {
      const { metric, factors } = spelling;
      const value = `count by (${[...factors, ...by].join(", ")}) (max_over_time(${selector(metric, matchers)}[${promDuration(window)}]))`;
      return { ...common, reads: [read("value", value)], expr: [value] };
    }
    case "expression": {
      const { expression, gauges } = withoutImpossible(spelling.expression, query.signal);
      const value = fillTemplate(expression, { ...scope, by });
      const reads = [
        read("value", value),
        ...coverage((short) => fillTemplate(expression, { ...short, by: [] })),
      ];
      return { ...common, reads, expr: [value], gauges };
    }
  }
}

const withScale = (expr: string, scale: number | undefined): string =>
  scale === undefined ? expr : `${/ [/+-] | or /.test(expr) ? `(${expr})` : expr} * ${scale}`;

type FailuresSpelling = Extract<Spelling, { kind: "failures" }>;

/** Whose failures a share counts; those who are not asked for their fault count everyone's. */
const whoseFault: Partial<Record<FailuresWanted, "=~" | "!~">> = {
  client_error_rate: "=~",
  server_error_rate: "!~",
  availability: "!~",
};

/** The failures that are wanted: all, or, where types tell, those that are the callers' fault or are not. */
function blamed({ want, failures, clientTypes = [], ...spelling }: FailuresSpelling): CounterName[] {
  const op = whoseFault[want];
  if (op === undefined || clientTypes.length === 0) return failures;
  return failures.map((counter) => {
    // A label is written as its metric is.
    const labels = typeLabelsOf(spelling);
    const written = labels.find((one) => isClassicName(one) === isClassicName(counter.metric));
    const label = written ?? labels[0] ?? "type";
    const matcher = matchersText([{ label, op, value: clientTypes.join("|") }]);
    return {
      ...counter,
      matchers: [counter.matchers ?? "", matcher].filter((part) => part !== "").join(","),
    };
  });
}

const allRequests = ({ total, failures, isOfSuccesses }: FailuresSpelling): CounterName[] =>
  isOfSuccesses ? [...total, ...failures.map((counter) => ({ ...counter, isAdded: true }))] : total;

function countersOf(spelling: Spelling): CounterName[] {
  const mean = ({ sum, count }: MeanName): CounterName[] => [...sum, ...count];
  switch (spelling.kind) {
    case "histogram":
      return spelling.histograms.map((metric) => ({ metric: `${metric}_count` }));
    case "counter":
      return spelling.counters;
    case "mean":
      return mean(spelling);
    case "failures":
      return [...spelling.failures, ...spelling.total];
    case "estimate":
      return estimateParts.flatMap((part) => mean(spelling[part]));
    default:
      return [];
  }
}

/** The expression that a person would write for what `assemble` computes from failures and total. */
function failuresText(
  want: FailuresWanted,
  failures: string,
  total: string,
  by: readonly string[],
  totalBy: readonly string[],
): string {
  if (want === "failures") return failures;
  const isSplit = by.length > totalBy.length;
  const matching = isSplit ? ` on${groupingList(totalBy)} group_left ` : " ";
  const ratio = `${failures} /${matching}${total}`;
  return want === "availability" || want === "success_rate" ? `1 - ${ratio}` : ratio;
}

const groupingList = (labels: readonly string[]): string =>
  labels.length === 0 ? " ()" : groupingText(labels).trimEnd().replace(/^ by/, "");

const replicaLabels = (profile: Profile, spoken: SpokenProfile): string[] =>
  spoken.labels.replica === undefined ? profile.labels.instance : [spoken.labels.replica];

/** What keeps the series of a summary apart, which must not be merged. */
const replicaDimensions = (profile: Profile, spoken: SpokenProfile): DimensionLabels => ({
  replica: replicaLabels(profile, spoken),
  ...(profile.labels.model.length === 0 ? {} : { model: profile.labels.model }),
  version: spoken.labels.version === undefined ? profile.labels.version : [spoken.labels.version],
});

const typeLabelsOf = (spelling: Pick<Spelling, "labels"> & { typeLabel?: string }): string[] =>
  spelling.typeLabel === undefined ? (spelling.labels?.type ?? []) : [spelling.typeLabel];

function dimensionLabels(
  by: readonly Dimension[],
  profile: Profile,
  spoken: SpokenProfile,
  spelling: Spelling,
): DimensionLabels {
  const found: DimensionLabels = {};
  for (const dimension of by)
    switch (dimension) {
      case "gpu":
        Object.assign(found, profile.labels.gpu);
        break;
      case "instance":
        found.instance = profile.labels.instance;
        break;
      case "replica":
        found.replica = replicaLabels(profile, spoken);
        break;
      case "version":
        found.version = [spoken.labels.version ?? profile.labels.version[0] ?? "version"];
        break;
      case "model":
        if (spoken.labels.model !== undefined) found.model = [spoken.labels.model];
        break;
      case "type":
        if (typeLabelsOf(spelling).length > 0) found.type = typeLabelsOf(spelling);
        break;
      default: {
        const labels = spelling.labels?.[dimension] ?? profile.labels[dimension] ?? [];
        if (labels.length > 0) found[dimension] = labels;
      }
    }
  // A server from before Prometheus 3 cannot parse others; one that has such metrics is not.
  if (spoken.metrics?.some((metric) => !isClassicName(metric))) return found;
  return Object.fromEntries(
    Object.entries(found).flatMap(([name, labels]) => {
      const readable = labels.filter(
        (label) => isClassicName(label) || label === spoken.labels[name as "model"],
      );
      return readable.length === 0 ? [] : [[name, readable] as const];
    }),
  );
}

/** The metric whose presence says why there is nothing: of those that the service exposes, where that is known. */
function evidenceMetric(spoken: SpokenProfile, spelling: Spelling): string {
  const names = alternativesOf(spelling)[0] ?? [];
  const metric = names.find((name) => exposes(spoken, name)) ?? names[0] ?? "";
  return spelling.kind === "histogram" ? `${metric}_bucket` : metric;
}

/** Says what a person must know to read the numbers: where they come from, and what they are not. */
function noteFor(
  service: MeasuredService,
  { profile, spoken, spelling }: { profile: Profile; spoken: SpokenProfile; spelling: Spelling },
  signal: SignalId,
): string | undefined {
  const engine = service.profiles
    .map(({ id }) => profileOf(id))
    .find(({ layer, isGateway }) => layer === "engine" && !isGateway);
  const isSubstitute =
    engine !== undefined &&
    (profile.layer === "application" || profile.layer === "attachment" || profile.isGateway === true);
  const isPercentileAsked = signals[signal].kind === "quantile";
  const parts = [
    isSubstitute ? `Taken from ${profile.title}, not from ${engine.title}.` : undefined,
    spelling.kind === "mean" && isPercentileAsked
      ? `An average: ${profile.title} exposes only sums of it, no percentiles.`
      : undefined,
    spelling.kind === "summary"
      ? `Each replica's own quantiles: those of a summary cannot be merged over replicas.`
      : undefined,
    spelling.note,
    spoken.note,
  ].filter((part) => part !== undefined);
  return parts.length === 0 ? undefined : parts.join(" ");
}

/** What a metric is exposed with, where it has to be switched on. */
const exposedWith = ({ exposedWith: means }: Profile, metric: string): string | undefined => {
  const found = means?.[metric] ?? means?.[baseName(metric)];
  return found === undefined ? undefined : `with ${found}`;
};

/** The reason for a signal that none of the service's profiles answers. */
export function whyUnspoken(service: MeasuredService, signal: SignalId): Reason {
  const { title, measuredBy } = signals[signal];
  const spelled = service.profiles.flatMap((spoken) => {
    const profile = profileOf(spoken.id);
    const { rename } = spoken;
    const isThere = (name: string): boolean => exposes(spoken, renamedMetric(name, rename));
    const names = spellingsOf(profile, signal).flatMap((spelling) => {
      const needed = alternativesOf(spelling);
      return needed.find((alternatives) => !alternatives.some(isThere)) ?? needed[0] ?? [];
    });
    return names.length === 0 ? [] : [{ profile, names: [...new Set(names)], rename }];
  });
  const [first] = spelled;
  if (first !== undefined) {
    const { profile, names, rename } = first;
    const told = names.map((name) => {
      const more = [profile.releases?.[baseName(name)], exposedWith(profile, name)].filter(
        (part) => part !== undefined,
      );
      const scraped = renamedMetric(name, rename);
      return more.length === 0 ? `\`${scraped}\`` : `\`${scraped}\` (${more.join(", ")})`;
    });
    return {
      kind: "metric_not_found",
      metric: renamedMetric(names[0] ?? "", rename),
      text: `${title}: not measurable here, as ${service.name} exposes no ${told.join(" or ")} of ${profile.title}.`,
    };
  }
  const spoken = service.profiles.map(({ id }) => profileOf(id).title).join(", ");
  return {
    kind: "not_measurable",
    text: `${title}: not measurable here, as ${service.name} exposes ${spoken || "none of the known metrics"}, which has none. It takes ${measuredBy}.`,
  };
}

/** The window in words of PromQL, for a note beside a summary. */
export const windowText = (grid: Grid): string => promDuration(grid.end - grid.start);

/** The selector that shows which series a plan's evidence is about. */
export const evidenceSelector = ({
  metric,
  matchers,
}: {
  metric: string;
  matchers: readonly Matcher[];
}): string => selector(metric, matchers);
