import { alignToStep, rateWindowFor } from "@/lib/prometheus/step";
import { type SignalId, signals } from "./catalogue";
import type { CounterName, DimensionLabels, Profile, Spelling } from "./profile";
import { profileOf, profiles } from "./profiles";
import {
  fillTemplate,
  firstSampleOf,
  groupingText,
  type Matcher,
  presenceOf,
  promDuration,
  rateOf,
  ratesOf,
  selector,
  sumOf,
} from "./promql";
import type { Dimension, Reason, SignalQuery } from "./schema";
import type { MeasuredService, SpokenProfile } from "./service";

/** A window of time on a grid: `start`, `start + step` … `end`, unix seconds, all multiples of `step`. */
export interface Grid {
  start: number;
  end: number;
  step: number;
}

/** What one upstream expression gives to the answer. */
export type ReadRole =
  | "buckets"
  | "sum"
  | "value"
  | "failures"
  | "total"
  | "coverage"
  | "start"
  | "first"
  | "recentFirst";

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
      quantiles: number[];
      /** Seconds by which the first sample of a summary's window may be found late. */
      firstWithin: number;
      /** Output label → the labels that may carry it. */
      dimensions: DimensionLabels;
      /** What a person may paste into Prometheus. */
      expr: string[];
      note?: string;
      /** A metric whose presence says why there is nothing, and the matchers of the service. */
      evidence: { metric: string; matchers: Matcher[]; profileTitle: string };
    }
  | { kind: "unavailable"; query: SignalQuery; reason: Reason };

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

/** The first of the service's profiles that can spell the signal, in the order of `profiles`. */
export function spokenFor(
  service: MeasuredService,
  signal: SignalId,
): { profile: Profile; spoken: SpokenProfile; spelling: Spelling } | undefined {
  for (const profile of profiles) {
    const spoken = service.profiles.find(({ id }) => id === profile.id);
    const spelling = profile.spellings[signal];
    if (spoken !== undefined && spelling !== undefined) return { profile, spoken, spelling };
  }
  return undefined;
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
  if (found === undefined)
    return { kind: "unavailable", query, reason: notMeasurable(service, query.signal) };
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
    quantiles: spelling.kind === "histogram" ? quantiles : [],
    readsOfYoung: [] as PlannedRead[],
    firstWithin: 3 * firstStep,
    dimensions,
    note: noteFor(service, profile, spoken),
    evidence: { metric: evidenceMetric(spelling), matchers, profileTitle: profile.title },
  };

  switch (spelling.kind) {
    case "histogram": {
      const named = (suffix: string): CounterName[] =>
        spelling.histograms.map((metric) => ({ metric: `${metric}${suffix}` }));
      const buckets = summed("buckets", named("_bucket"), ["le", ...by]);
      const sum = summed("sum", named("_sum"), by);
      const mean = `${sum.expr} / ${rateOf(named("_count"), { ...scope, by })}`;
      return {
        ...common,
        reads: [
          buckets,
          ...(isSummary ? [sum] : []),
          ...coverage((short) => rateOf(named("_count"), { ...short, by: [] })),
        ],
        expr: [
          ...quantiles.map((quantile) => `histogram_quantile(${quantile}, ${buckets.expr})`),
          ...(quantiles.length === 0 ? [buckets.expr] : []),
          ...(isSummary ? [mean] : []),
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
      return { ...common, reads, readsOfYoung: first(spelling.counters, by), expr: [rate.expr] };
    }
    case "failures": {
      const failures = summed("failures", [spelling.failures], by);
      const totalBy = by.filter((label) => label !== spelling.typeLabel);
      const total = summed("total", [spelling.total], totalBy);
      const isRate = spelling.want === "failures";
      return {
        ...common,
        readsOfYoung: isRate ? first([spelling.total], totalBy) : [],
        reads: [
          failures,
          total,
          ...(isRate ? start([spelling.total], totalBy) : []),
          ...coverage((short) => rateOf([spelling.total], { ...short, by: [] })),
        ],
        expr: [failuresText(spelling.want, failures.expr, total.expr, by, totalBy)],
      };
    }
    case "expression": {
      const value = fillTemplate(spelling.expression, { ...scope, by });
      const reads = [
        read("value", value),
        ...coverage((short) => fillTemplate(spelling.expression, { ...short, by: [] })),
      ];
      return { ...common, reads, expr: [value] };
    }
  }
}

/** The expression that a person would write for what `assemble` computes from failures and total. */
function failuresText(
  want: "error_rate" | "availability" | "failures",
  failures: string,
  total: string,
  by: readonly string[],
  totalBy: readonly string[],
): string {
  if (want === "failures") return failures;
  const isSplit = by.length > totalBy.length;
  const matching = isSplit ? ` on${groupingList(totalBy)} group_left ` : " ";
  const ratio = `${failures} /${matching}${total}`;
  return want === "error_rate" ? ratio : `1 - ${ratio}`;
}

const groupingList = (labels: readonly string[]): string =>
  labels.length === 0 ? " ()" : groupingText(labels).trimEnd().replace(/^ by/, "");

function dimensionLabels(
  by: readonly Dimension[],
  profile: Profile,
  spoken: SpokenProfile,
  spelling: Spelling,
): DimensionLabels {
  const found: DimensionLabels = {};
  for (const dimension of by) {
    if (dimension === "gpu") Object.assign(found, profile.labels.gpu);
    if (dimension === "instance") found.instance = profile.labels.instance;
    if (dimension === "version")
      found.version = [spoken.labels.version ?? profile.labels.version[0] ?? "version"];
    if (dimension === "model" && spoken.labels.model !== undefined) found.model = [spoken.labels.model];
    if (dimension === "type" && "typeLabel" in spelling && spelling.typeLabel !== undefined)
      found.type = [spelling.typeLabel];
  }
  return found;
}

function evidenceMetric(spelling: Spelling): string {
  switch (spelling.kind) {
    case "histogram":
      return `${spelling.histograms[0]}_bucket`;
    case "counter":
      return spelling.counters[0]?.metric ?? "";
    case "failures":
      return spelling.total.metric;
    case "expression":
      return spelling.metrics[0] ?? "";
  }
}

/** Says where the numbers come from when it is not the service's engine, or where series were attributed by a guess. */
function noteFor(service: MeasuredService, profile: Profile, spoken: SpokenProfile): string | undefined {
  const engine = service.profiles.map(({ id }) => profileOf(id)).find(({ layer }) => layer === "engine");
  const isSubstitute =
    engine !== undefined && (profile.layer === "application" || profile.layer === "attachment");
  const parts = [
    ...(isSubstitute ? [`Taken from the ${profile.title}, not from ${engine.title}.`] : []),
    ...(spoken.note === undefined ? [] : [spoken.note]),
  ];
  return parts.length === 0 ? undefined : parts.join(" ");
}

/** The reason for a signal that none of the service's profiles has. */
function notMeasurable(service: MeasuredService, signal: SignalId): Reason {
  const { title, measuredBy } = signals[signal];
  const spoken = service.profiles.map(({ id }) => profileOf(id).title).join(", ");
  return {
    kind: "not_measurable",
    text: `${title} is not measurable here: ${service.name} exposes ${spoken || "none of the known metrics"}, which has none. It takes ${measuredBy}.`,
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
