import { prepareHistogram, type QuantileEstimate, standardDeviationOf } from "@/lib/statistics/histogram";
import { format } from "@/lib/units";
import {
  type BucketRow,
  type BucketsAt,
  bucketsAt,
  isBoundDoubled,
  quantileAt,
  rowsByBound,
} from "./buckets";
import { signals } from "./catalogue";
import { percentile } from "./percentile";
import {
  type EstimatePart,
  estimateParts,
  type PlannedRead,
  type ReadRole,
  type SignalPlan,
  targetLabel,
} from "./plan";
import type { DimensionLabels, FailuresWanted } from "./profile";
import type {
  Distribution,
  QuantileValue,
  Reason,
  SignalResult,
  SignalSeries,
  SignalSummary,
} from "./schema";

/** What the source answered to one read: series whose values lie on the read's grid, null where there is none. */
export interface ReadResult {
  series: { labels: Record<string, string>; values: (number | null)[] }[];
  warnings: string[];
  /** When a value at one time is of, unix seconds: it may be of the step before. */
  time?: number;
}

/** Seconds by which what was read is older than what was asked for. */
export const lagOf = (read: PlannedRead, result: ReadResult | undefined): number =>
  result?.time === undefined ? 0 : read.end - result.time;

/** Whether the source proves that failures would be counted: by the counter's metadata or by a series of it. */
export type CounterProof = "proven" | "unproven";

type ReadPlan = Extract<SignalPlan, { kind: "reads" }>;
type Results = Partial<Record<ReadRole, ReadResult>>;

/** A frame of an answer without its content: what is known of a query before anything was read. */
export function emptyResult(plan: SignalPlan): SignalResult {
  const definition = signals[plan.query.signal];
  return {
    id: plan.query.id,
    status: "empty",
    signal: plan.query.signal,
    unit: definition.unit,
    better: definition.better,
    ...statisticOf(plan),
    doctor: `${plan.query.service}.${plan.query.signal}`,
    expr: plan.kind === "reads" ? plan.expr : [],
    ...(plan.kind === "reads" && plan.note !== undefined ? { note: plan.note } : {}),
    ...(plan.kind === "unavailable" ? { status: "unavailable" as const, reason: plan.reason } : {}),
    warnings: [],
    series: [],
  };
}

function statisticOf(plan: SignalPlan): { statistic?: "quantile" | "mean" } {
  if (plan.kind !== "reads" || signals[plan.query.signal].kind !== "quantile") return {};
  // A gauge of a duration is an average too: that of a batch, or since the start.
  if (plan.spelling.kind === "mean" || plan.spelling.kind === "expression") return { statistic: "mean" };
  return { statistic: "quantile" };
}

/** Whether a histogram has no buckets, so that a native one is worth a look. */
export const mayBeNative = (plan: ReadPlan, results: Results): boolean =>
  plan.native !== undefined && results.buckets?.series.length === 0;

/** Whether a bucket's bound is written in two ways, so that the buckets of each replica have to be read. */
export const isDoubled = (plan: ReadPlan, results: Results): boolean =>
  plan.doubled !== undefined && isBoundDoubled((results.buckets?.series ?? []).map(({ labels }) => labels));

/**
 * Whether an answer needs to know if failures would be counted: there was traffic, and no series of failures. The
 * search for a proof is a request of its own, so it is made only then.
 */
export function needsProof(plan: ReadPlan, results: Results): boolean {
  if (plan.spelling.kind !== "failures") return false;
  const hasTraffic = (results.total?.series ?? []).some(({ values }) =>
    values.some((value) => (value ?? 0) > 0),
  );
  return hasTraffic && (results.failures?.series.length ?? 0) === 0;
}

/** Whether a series of a summary was not there at the window's start, so that the plan's `readsOfYoung` are needed. */
export function hasYoung(plan: ReadPlan, results: Results): boolean {
  const { start } = results;
  if (start === undefined || plan.readsOfYoung.length === 0) return false;
  const { type: _, ...dimensions } = plan.dimensions;
  const named = ({ labels }: { labels: Record<string, string> }) => keyOf(dimensionsOf(labels, dimensions));
  const old = new Set(start.series.map(named));
  return (results.total ?? results.value)?.series.some((one) => !old.has(named(one))) ?? false;
}

/**
 * Puts together the answer to one query. Pure. A result without any value has status `empty`; its reason is
 * `no_traffic` where the source shows that nothing was asked of the service, and is left for the caller to find where
 * there were no series at all.
 */
export function assemble(plan: ReadPlan, results: Results, proof: CounterProof = "unproven"): SignalResult {
  const result = emptyResult(plan);
  if (plan.query.shape === "summary") result.window = windowOf(plan, results);
  result.warnings = [...new Set(Object.values(results).flatMap((read) => read?.warnings ?? []))];
  if (results.coverage !== undefined && results.coverage.series.length === 0)
    return { ...result, reason: uncovered(plan) };
  return { ...result, ...filledBy(plan, results, proof) };
}

function filledBy(plan: ReadPlan, results: Results, proof: CounterProof): Partial<SignalResult> {
  const { spelling } = plan;
  switch (spelling.kind) {
    case "histogram":
      return results.nativeCount === undefined ? histogramResult(plan, results) : nativeResult(plan, results);
    case "failures":
      return failuresResult(plan, spelling, results, proof);
    case "mean":
      return meanResult(plan, results);
    case "summary":
      return summaryResult(plan, results);
    case "estimate":
      return estimateResult(plan, results);
    case "labels":
      return valueResult(plan, { ...results, value: productsOf(results.value, spelling.factors, plan) });
    default:
      return valueResult(plan, results);
  }
}

const scaleOf = ({ spelling }: ReadPlan): number => ("scale" in spelling ? (spelling.scale ?? 1) : 1);

function windowOf(plan: ReadPlan, results: Results): { start: number; end: number } {
  const [first] = plan.reads;
  const lag = first === undefined ? 0 : lagOf(first, results[first.role]);
  return { start: plan.grid.start - lag, end: plan.grid.end - lag };
}

// --- histograms ---------------------------------------------------------------------------------------------------

interface BucketGroup {
  labels: Record<string, string>;
  /** Ascending, in the signal's unit; the last is +Infinity in a complete histogram. */
  bounds: number[];
  /** A row for each bound: the cumulative rate per second at each grid point. */
  cumulative: (number | null)[][];
  /** The histogram of each grid point; undefined where there is no sample. */
  histograms: (BucketsAt | undefined)[];
}

/** Several queries of a page draw on one read of buckets, which is put in order once. */
const groupsOf = new WeakMap<ReadResult, Map<string, BucketGroup[]>>();

const uncovered = (plan: ReadPlan): Reason => ({
  kind: "no_samples",
  metric: plan.evidence.metric,
  text: "There are no samples from the start of this window, so it does not stand for all of it.",
});

const notANumber = (plan: ReadPlan): Reason => ({
  kind: "no_samples",
  metric: plan.evidence.metric,
  text: `\`${plan.evidence.metric}\` has samples in this range, but their value is not a number (NaN), or infinite, so there is nothing to show.`,
});

const noRequests: Reason = { kind: "no_traffic", text: "No traffic: no requests in this range." };

function histogramResult(plan: ReadPlan, results: Results): Partial<SignalResult> {
  const groups = bucketGroups(results.buckets, plan.dimensions, scaleOf(plan));
  if (groups.length === 0) return { status: "empty" };
  const hasTraffic = groups.some(({ cumulative }) =>
    cumulative.some((row) => row.some((value) => (value ?? 0) > 0)),
  );
  if (!hasTraffic) {
    const isNumber = groups.every(({ cumulative }) =>
      cumulative.flat().every((value) => !Number.isNaN(value)),
    );
    return { status: "empty", reason: isNumber ? noRequests : notANumber(plan) };
  }
  const refusal = refusalOf(groups);
  if (refusal !== undefined)
    return {
      status: "unavailable",
      reason: { kind: "not_measurable", metric: plan.evidence.metric, text: refusal },
    };

  const shape = plan.query.shape ?? "range";
  if (shape === "summary") {
    const window = plan.grid.end - plan.grid.start;
    const summarised = groups.map((group) => ({
      group,
      summary: summaryOf(plan, group, sumFor(results.sum, group, plan.dimensions)),
    }));
    return {
      status: "ok",
      // Several groups answer as series of one value each; the summary itself is of the first.
      series: summarised.flatMap(({ group, summary }) =>
        summary.quantiles.map(({ q, value, lo, hi, kind }) => ({
          labels: group.labels,
          quantile: q,
          values: [value ?? null],
          ...(kind === "undetermined" ? {} : { band: { lo: [lo ?? null], hi: [hi ?? null] } }),
        })),
      ),
      ...(summarised[0] === undefined ? {} : { summary: summarised[0].summary }),
      distribution: distributionOf(groups, window),
    };
  }

  const lines = groups.map((group) => quantileLines(group, plan.quantiles));
  const unsaid = lines.flatMap(({ unsaid: reasons }) => reasons);
  return {
    status: "ok",
    series: lines.flatMap(({ series }) => series),
    ...notePart(plan, ...new Set(unsaid)),
    ...(shape === "distribution" ? { distribution: distributionOf(groups, plan.grid.step) } : {}),
  };
}

/** Why no time of any group has a histogram to read; undefined where one has, or nothing was asked. */
function refusalOf(groups: readonly BucketGroup[]): string | undefined {
  const all = groups.flatMap(({ histograms }) => histograms).filter((one) => one !== undefined);
  if (all.some(({ histogram }) => histogram.kind === "histogram")) return undefined;
  const [refused] = all.flatMap(({ histogram }) =>
    histogram.kind === "undetermined" && histogram.reason !== "empty" ? [histogram.text] : [],
  );
  return refused;
}

function bucketGroups(
  read: ReadResult | undefined,
  dimensions: DimensionLabels,
  scale: number,
): BucketGroup[] {
  if (read === undefined) return [];
  const named = JSON.stringify([dimensions, scale]);
  const known = groupsOf.get(read) ?? new Map<string, BucketGroup[]>();
  groupsOf.set(read, known);
  const groups = known.get(named) ?? makeBucketGroups(read.series, dimensions, scale);
  known.set(named, groups);
  return groups;
}

function makeBucketGroups(
  series: ReadResult["series"],
  dimensions: DimensionLabels,
  scale: number,
): BucketGroup[] {
  const groups = new Map<string, { labels: Record<string, string>; rows: BucketRow[] }>();
  for (const { labels, values } of series) {
    const bound = boundOf(labels.le);
    if (bound === undefined) continue;
    const named = dimensionsOf(labels, dimensions);
    const key = keyOf(named);
    const group = groups.get(key) ?? { labels: named, rows: [] };
    // 0.1 × 1000 ms are 0.1 s, not 0.10000000000000002.
    group.rows.push({
      bound: scale === 1 ? bound : Number((bound * scale).toPrecision(12)),
      values,
      replica: labels[targetLabel] ?? "",
    });
    groups.set(key, group);
  }
  return [...groups.values()]
    .map(({ labels, rows }) => {
      const { bounds, cumulative } = rowsByBound(rows);
      const histograms = (cumulative[0] ?? []).map((_, index) => bucketsAt(bounds, cumulative, index));
      return { labels, bounds, cumulative, histograms };
    })
    .sort((a, b) => keyOf(a.labels).localeCompare(keyOf(b.labels)));
}

function boundOf(le: string | undefined): number | undefined {
  if (le === undefined) return undefined;
  if (le === "+Inf" || le === "Inf") return Number.POSITIVE_INFINITY;
  const bound = Number(le);
  return Number.isNaN(bound) ? undefined : bound;
}

/** A line for each quantile, each with the edges of the buckets that its values lie in, and why points are missing. */
function quantileLines(
  group: BucketGroup,
  quantiles: readonly number[],
): { series: SignalSeries[]; unsaid: string[] } {
  const { labels, histograms } = group;
  const unsaid = new Set<string>();
  const series = quantiles.map((quantile): SignalSeries => {
    const empty = (): (number | null)[] => new Array<number | null>(histograms.length).fill(null);
    const [values, lo, hi] = [empty(), empty(), empty()];
    for (let index = 0; index < histograms.length; index++) {
      const buckets = histograms[index];
      if (buckets === undefined) continue;
      const estimate = quantileAt(quantile, buckets);
      if (estimate.kind === "undetermined") {
        if (estimate.reason !== "empty") unsaid.add(estimate.text);
        continue;
      }
      values[index] = estimate.value;
      lo[index] = finite(estimate.lo);
      hi[index] = estimate.hi;
    }
    return { labels, quantile, values, band: { lo, hi } };
  });
  return { series, unsaid: [...unsaid] };
}

function sumFor(
  read: ReadResult | undefined,
  group: BucketGroup,
  dimensions: DimensionLabels,
): number | null | undefined {
  const match = read?.series.find(
    ({ labels }) => keyOf(dimensionsOf(labels, dimensions)) === keyOf(group.labels),
  );
  return match?.values[0];
}

function summaryOf(
  plan: ReadPlan,
  group: BucketGroup,
  sumPerSecond: number | null | undefined,
): SignalSummary {
  const window = plan.grid.end - plan.grid.start;
  const { observed } = signals[plan.query.signal];
  const buckets = group.histograms[0] ?? { histogram: prepareHistogram([]) };
  const { histogram } = buckets;
  const perSecond = histogram.kind === "histogram" ? histogram.counts.at(-1)! : 0;
  const count = Math.round(perSecond * window);
  const spread = histogram.kind === "histogram" ? standardDeviationOf(histogram) : histogram;
  return {
    count,
    mean:
      sumPerSecond === null || sumPerSecond === undefined || perSecond === 0
        ? null
        : finite((sumPerSecond / perSecond) * scaleOf(plan)),
    standardDeviation:
      spread.kind === "estimate"
        ? { kind: "estimate", value: spread.value, note: spread.note }
        : { kind: "undetermined", reason: spread.text },
    quantiles: plan.quantiles.map((q) => quantileValue(q, count, observed, quantileAt(q, buckets))),
  };
}

/** Says with a far quantile how few observations it stands on: 1 / (1 − q) are needed for one to lie beyond it. */
function quantileValue(
  q: number,
  count: number,
  observed: string,
  estimate: QuantileEstimate,
): QuantileValue {
  const needed = Math.round(1 / (1 - q));
  const few =
    count < needed
      ? `Only ${count.toLocaleString("en-US")} ${observed}: it takes ${needed.toLocaleString("en-US")} for one to lie beyond p${percentile(q)}.`
      : undefined;
  switch (estimate.kind) {
    case "undetermined":
      return { q, kind: "undetermined", reason: estimate.text };
    case "at_least":
      return { q, kind: "at_least", value: estimate.value, lo: estimate.lo, ...(few ? { reason: few } : {}) };
    case "estimate":
      return {
        q,
        kind: "estimate",
        value: estimate.value,
        lo: estimate.lo,
        hi: estimate.hi,
        ...(few ? { reason: few } : {}),
      };
  }
}

/** Observations per bucket over `seconds`, all groups added up: a row for each point of the grid. */
function distributionOf(groups: readonly BucketGroup[], seconds: number): Distribution {
  const bounds = [...new Set(groups.flatMap((group) => group.bounds))].sort((a, b) => a - b);
  const length = groups[0]?.cumulative[0]?.length ?? 0;
  const counts = Array.from({ length }, () => bounds.map(() => 0));
  const columnOf = new Map(bounds.map((bound, column) => [bound, column]));
  for (const group of groups)
    for (let index = 0; index < length; index++) {
      const row = counts[index];
      if (row === undefined) continue;
      let before = 0;
      group.bounds.forEach((bound, position) => {
        const cumulative = Math.max(before, group.cumulative[position]?.[index] ?? before);
        const column = columnOf.get(bound)!;
        row[column] = (row[column] ?? 0) + (cumulative - before) * seconds;
        before = cumulative;
      });
    }
  return { bounds: bounds.map((bound) => (Number.isFinite(bound) ? bound : null)), counts };
}

// --- failures -----------------------------------------------------------------------------------------------------

function failuresResult(
  plan: ReadPlan,
  spelling: Extract<ReadPlan["spelling"], { kind: "failures" }>,
  results: Results,
  proof: CounterProof,
): Partial<SignalResult> {
  const totals = results.total?.series ?? [];
  const failures = results.failures?.series ?? [];
  if (totals.length === 0) return { status: "empty" };
  if (!totals.some(({ values }) => values.some((value) => (value ?? 0) > 0)))
    return { status: "empty", reason: noRequests };
  const isCounted = failures.length > 0 || proof === "proven";
  const metric = spelling.failures[0]?.metric ?? "";
  if (!isCounted)
    return {
      status: "unavailable",
      reason: {
        kind: "not_measurable",
        metric,
        text: `Not measurable here: there was traffic, but this Prometheus has never shown ${metric}, so no errors and errors that nobody counts look the same. It takes ${signals[plan.query.signal].measuredBy}.`,
      },
    };

  const { type, ...totalDimensions } = plan.dimensions;
  const totalOf = new Map(
    totals.map((series) => [keyOf(dimensionsOf(series.labels, totalDimensions)), series]),
  );
  const series: SignalSeries[] = [];
  for (const [key, total] of totalOf) {
    const own = failures.filter(({ labels }) => keyOf(dimensionsOf(labels, totalDimensions)) === key);
    const rows =
      own.length > 0
        ? own
        : type === undefined
          ? [{ labels: total.labels, values: total.values.map(() => null) }]
          : [];
    for (const row of rows)
      series.push({
        labels: dimensionsOf({ ...total.labels, ...row.labels }, plan.dimensions),
        values: total.values.map((requests, index) =>
          failureValue(spelling.want, row.values[index] ?? 0, requests),
        ),
      });
  }
  series.sort((a, b) => keyOf(a.labels).localeCompare(keyOf(b.labels)));
  const none = failures.length === 0 ? "No errors were counted in this range." : undefined;
  const { series: covered, note } = overCoveredTime(plan, results, series, totalDimensions);
  return {
    status: "ok",
    series: covered,
    ...notePart(plan, none, note),
    ...summaryPart(
      plan,
      covered,
      totals.reduce((sum, { values }) => sum + (values[0] ?? 0), 0),
    ),
  };
}

function failureValue(want: FailuresWanted, failures: number, requests: number | null): number | null {
  if (requests === null) return null;
  if (want === "failures") return failures;
  if (requests === 0) return null;
  const rate = Math.min(1, failures / requests);
  return want === "availability" || want === "success_rate" ? 1 - rate : rate;
}

// --- single values ------------------------------------------------------------------------------------------------

const scaledBy = (value: number | null, scale: number): number | null =>
  value === null || scale === 1 ? value : value * scale;

function valueResult(plan: ReadPlan, results: Results): Partial<SignalResult> {
  const scale = scaleOf(plan);
  const series = (results.value?.series ?? [])
    .map(({ labels, values }) => ({
      labels: dimensionsOf(labels, plan.dimensions),
      values: values.map((value) => scaledBy(finite(value), scale)),
    }))
    .sort((a, b) => byNumber.compare(keyOf(a.labels), keyOf(b.labels)));
  if (!series.some(({ values }) => values.some((value) => value !== null))) {
    if (series.length === 0) return { status: "empty" };
    // A ratio of two counters is 0/0 where nothing happened: there are series, but not one value.
    const isRatio = signals[plan.query.signal].kind === "ratio";
    return { status: "empty", reason: isRatio ? noRequests : notANumber(plan) };
  }
  const perSecond =
    plan.spelling.kind === "counter"
      ? series.reduce((sum, { values }) => sum + (values[0] ?? 0), 0)
      : undefined;
  const { series: covered, note } = overCoveredTime(plan, results, series, plan.dimensions);
  const lies = signals[plan.query.signal].kind === "ratio" ? undefined : notFinite(results.value);
  return {
    status: "ok",
    series: covered,
    ...notePart(plan, note, lies),
    ...summaryPart(plan, covered, perSecond),
  };
}

/** Says of samples that are NaN or infinite that they are left out. */
function notFinite(read: ReadResult | undefined): string | undefined {
  const lies = (read?.series ?? []).some(({ values }) =>
    values.some((value) => value !== null && !Number.isFinite(value)),
  );
  return lies ? "Some samples are not a number, or infinite: they are left out." : undefined;
}

/** For each series the product of the numbers that its labels hold, times how many series say so. */
function productsOf(read: ReadResult | undefined, factors: readonly string[], plan: ReadPlan): ReadResult {
  const groups = new Map<string, { labels: Record<string, string>; values: (number | null)[] }>();
  for (const { labels, values } of read?.series ?? []) {
    const product = factors.reduce((result, factor) => result * Number(labels[factor] || Number.NaN), 1);
    if (!Number.isFinite(product)) continue;
    const key = keyOf(dimensionsOf(labels, plan.dimensions));
    const known = groups.get(key);
    groups.set(key, {
      labels,
      values: values.map((count, index) => {
        const before = known?.values[index] ?? null;
        return count === null ? before : (before ?? 0) + count * product;
      }),
    });
  }
  return { series: [...groups.values()], warnings: read?.warnings ?? [] };
}

// --- averages -----------------------------------------------------------------------------------------------------

interface Ratio {
  labels: Record<string, string>;
  /** Per second. */
  counts: (number | null)[];
  values: (number | null)[];
}

/** What was summed, a count: null where nothing was counted, or what is no number. */
function ratiosOf(
  sum: ReadResult | undefined,
  count: ReadResult | undefined,
  dimensions: DimensionLabels,
  scale = 1,
): Ratio[] {
  const sums = new Map(
    (sum?.series ?? []).map((series) => [keyOf(dimensionsOf(series.labels, dimensions)), series]),
  );
  return (count?.series ?? [])
    .map((series) => {
      const labels = dimensionsOf(series.labels, dimensions);
      const own = sums.get(keyOf(labels));
      return {
        labels,
        counts: series.values.map(finite),
        values: series.values.map((counted, index) => {
          const summed = own?.values[index];
          if (!counted || counted < 0 || summed === null || summed === undefined || summed < 0) return null;
          return finite((summed / counted) * scale);
        }),
      };
    })
    .sort((a, b) => byNumber.compare(keyOf(a.labels), keyOf(b.labels)));
}

const counted = (ratios: readonly Ratio[]): boolean =>
  ratios.some(({ counts }) => counts.some((count) => (count ?? 0) > 0));

function meanResult(plan: ReadPlan, results: Results): Partial<SignalResult> {
  const ratios = ratiosOf(results.sum, results.count, plan.dimensions, scaleOf(plan));
  if (ratios.length === 0) return { status: "empty" };
  if (!counted(ratios)) return { status: "empty", reason: noRequests };
  if (!ratios.some(({ values }) => values.some((value) => value !== null)))
    return { status: "empty", reason: notANumber(plan) };
  const series = ratios.map(({ labels, values }) => ({ labels, values }));
  return { status: "ok", series, ...averageSummary(plan, ratios, onlyMean) };
}

const onlyMean = "Only an average is measured here, which tells no percentile.";

/** The summary of something of which the source has the mean alone. */
function averageSummary(plan: ReadPlan, ratios: readonly Ratio[], why: string): { summary?: SignalSummary } {
  if (plan.query.shape !== "summary") return {};
  const window = plan.grid.end - plan.grid.start;
  return {
    summary: {
      count: Math.round((ratios[0]?.counts[0] ?? 0) * window),
      mean: ratios[0]?.values[0] ?? null,
      standardDeviation: { kind: "undetermined", reason: "Only a histogram tells how values spread." },
      quantiles: plan.quantiles.map((q) => ({ q, kind: "undetermined", reason: why })),
    },
  };
}

// --- summaries of replicas ----------------------------------------------------------------------------------------

const ofReplicas =
  "Each replica has quantiles of its own over a time of its own; they cannot be merged into one of this range.";

function summaryResult(plan: ReadPlan, results: Results): Partial<SignalResult> {
  const scale = scaleOf(plan);
  const read = results.value?.series ?? [];
  if (read.length === 0) return { status: "empty" };
  const asked = new Set(plan.quantiles);
  const series = read
    .flatMap(({ labels, values }): SignalSeries[] => {
      const quantile = Number(labels.quantile || Number.NaN);
      if (!asked.has(quantile)) return [];
      const named = dimensionsOf(labels, plan.dimensions);
      return [{ labels: named, quantile, values: values.map((value) => scaledBy(finite(value), scale)) }];
    })
    .sort(
      (a, b) => byNumber.compare(keyOf(a.labels), keyOf(b.labels)) || (a.quantile ?? 0) - (b.quantile ?? 0),
    );
  if (!series.some(({ values }) => values.some((value) => value !== null)))
    return series.length === 0
      ? { status: "unavailable", reason: noSuchQuantile(plan) }
      : { status: "empty", reason: noRequests };
  const { replica: _, ...shared } = plan.dimensions;
  const wanted = Object.fromEntries(
    Object.entries(shared).filter(([name]) => plan.query.by?.includes(name as "version")),
  );
  const ratios = ratiosOf(results.sum, results.count, wanted, scale);
  return { status: "ok", series, ...averageSummary(plan, ratios, ofReplicas) };
}

const noSuchQuantile = (plan: ReadPlan): Reason => ({
  kind: "not_measurable",
  metric: plan.evidence.metric,
  text: `\`${plan.evidence.metric}\` is a summary without ${plan.quantiles.map((q) => `p${percentile(q)}`).join(", ")}: its quantiles are set where it is exported.`,
});

// --- estimates ----------------------------------------------------------------------------------------------------

/** Requests counted at their first token and at their end differ by those under way: beyond this share it is said. */
const samePopulation = 0.1;

function estimateResult(plan: ReadPlan, results: Results): Partial<SignalResult> {
  const parts = Object.fromEntries(
    estimateParts.map((part) => [
      part,
      ratiosOf(results[`${part}Sum`], results[`${part}Count`], plan.dimensions),
    ]),
  ) as Record<EstimatePart, Ratio[]>;
  if (parts.e2e.length === 0) return { status: "empty" };
  if (!counted(parts.e2e)) return { status: "empty", reason: noRequests };
  const series: SignalSeries[] = [];
  let hasTokens = false;
  let difference = 0;
  for (const e2e of parts.e2e) {
    const own = (part: EstimatePart): Ratio | undefined =>
      parts[part].find(({ labels }) => keyOf(labels) === keyOf(e2e.labels));
    const [ttft, itl, tokens] = [own("ttft"), own("itl"), own("tokens")];
    difference = Math.max(difference, differenceOf(ttft, e2e), differenceOf(tokens, e2e));
    const estimate = (gaps: (n: number) => number): (number | null)[] =>
      e2e.values.map((_, index) => {
        const [first, n] = [ttft?.values[index] ?? null, tokens?.values[index] ?? null];
        if (first === null || n === null || n < 1) return null;
        hasTokens = true;
        if (gaps(n) === 0) return first;
        const gap = itl?.values[index] ?? null;
        return gap === null ? null : first + gaps(n) * gap;
      });
    series.push(
      { labels: { ...e2e.labels, estimate: "TTFT + n × ITL" }, values: estimate((n) => n) },
      { labels: { ...e2e.labels, estimate: "TTFT + (n − 1) × ITL" }, values: estimate((n) => n - 1) },
      { labels: { ...e2e.labels, estimate: "measured" }, values: e2e.values },
    );
  }
  return {
    status: "ok",
    series,
    ...notePart(
      plan,
      hasTokens ? undefined : "Undetermined without tokens: no answer had any.",
      difference > samePopulation
        ? `The means are of requests that differ by ${Math.round(difference * 100)} %: some began or ended outside of this range.`
        : undefined,
    ),
    ...summaryPart(
      plan,
      series,
      parts.e2e.reduce((sum, { counts }) => sum + (counts[0] ?? 0), 0),
    ),
  };
}

/** By what share of the one the requests of two means differ. */
function differenceOf(part: Ratio | undefined, whole: Ratio): number {
  const total = ({ counts }: Ratio): number => counts.reduce<number>((sum, count) => sum + (count ?? 0), 0);
  return part === undefined ? 0 : Math.abs(total(part) - total(whole)) / Math.max(total(part), total(whole));
}

// --- native histograms --------------------------------------------------------------------------------------------

function nativeResult(plan: ReadPlan, results: Results): Partial<SignalResult> {
  const count = results.nativeCount?.series ?? [];
  if (count.length === 0) return { status: "empty" };
  if (!count.some(({ values }) => values.some((value) => (value ?? 0) > 0)))
    return { status: "empty", reason: noRequests };
  const scale = scaleOf(plan);
  const expr = plan.native?.expr ?? plan.expr;
  const shape = plan.query.shape ?? "range";
  // Native buckets are read as classic ones where the spread is asked for; quantiles are the source's own.
  const spread = histogramResult(plan, { buckets: results.nativeBuckets, sum: results.sum });
  const lines = plan.quantiles.flatMap((quantile) =>
    (results[`nativeQuantile:${quantile}`]?.series ?? []).map(
      ({ labels, values }): SignalSeries => ({
        labels: dimensionsOf(labels, plan.dimensions),
        quantile,
        values: values.map((value) => scaledBy(finite(value), scale)),
      }),
    ),
  );
  if (shape === "range") return { status: "ok", expr, series: lines };
  if (shape === "distribution") return { ...spread, expr, series: lines };
  return {
    ...spread,
    expr,
    ...(spread.summary === undefined ? {} : { summary: withQuantiles(spread.summary, lines) }),
  };
}

/** A summary from buckets with the values of quantiles that the source itself computed. */
function withQuantiles(summary: SignalSummary, lines: readonly SignalSeries[]): SignalSummary {
  return {
    ...summary,
    quantiles: summary.quantiles.map((known) => {
      const value = lines.find(({ quantile }) => quantile === known.q)?.values[0] ?? null;
      return value === null || known.kind === "undetermined" ? known : { ...known, value };
    }),
  };
}

// --- notes and summaries ------------------------------------------------------------------------------------------

function notePart(plan: ReadPlan, ...notes: (string | undefined)[]): { note?: string } {
  const said = [plan.note, ...notes].filter((note) => note !== undefined);
  return said.length === 0 ? {} : { note: said.join(" ") };
}

/**
 * Rates of a window per second of the time that their series cover of it, from the first sample on: PromQL's `rate`
 * divides by the whole window, so a service of ten minutes would have a fraction of its rate over six hours.
 */
function overCoveredTime(
  plan: ReadPlan,
  results: Results,
  series: SignalSeries[],
  dimensions: DimensionLabels,
): { series: SignalSeries[]; note?: string } {
  const { first } = results;
  if (first === undefined) return { series };
  const window = plan.grid.end - plan.grid.start;
  const end = first.time ?? plan.grid.end;
  const startOf = new Map<string, number>();
  for (const read of [results.recentFirst, first])
    for (const { labels, values } of read?.series ?? []) {
      const [time, key] = [finite(values[0]), keyOf(dimensionsOf(labels, dimensions))];
      if (time !== null) startOf.set(key, Math.min(time, startOf.get(key) ?? time));
    }
  const coveredOf = ({ labels }: SignalSeries): number => {
    const own = Object.fromEntries(Object.entries(labels).filter(([name]) => name in dimensions));
    const covered = end - (startOf.get(keyOf(own)) ?? 0);
    return covered > 0 && covered < window - plan.firstWithin ? covered : window;
  };
  const longest = Math.max(0, ...series.map(coveredOf));
  const shortest = Math.min(window, ...series.map(coveredOf));
  if (shortest === window) return { series };
  const measured =
    shortest === longest
      ? format(longest, "seconds")
      : `${format(shortest, "seconds")} to ${format(longest, "seconds")}`;
  return {
    series: series.map((one) => ({
      ...one,
      values: one.values.map((value) => (value === null ? null : (value * window) / coveredOf(one))),
    })),
    note: `Measured over the last ${measured} of the ${format(window, "seconds")} asked: there are no samples from before.`,
  };
}

/** The summary of a signal that has one value over the window, with what was counted in it. */
function summaryPart(
  plan: ReadPlan,
  series: readonly SignalSeries[],
  countedPerSecond: number | undefined,
): { summary?: SignalSummary } {
  if (plan.query.shape !== "summary") return {};
  const window = plan.grid.end - plan.grid.start;
  return {
    summary: {
      count: countedPerSecond === undefined ? null : Math.round(countedPerSecond * window),
      mean: series[0]?.values[0] ?? null,
      standardDeviation: { kind: "undetermined", reason: "Only a histogram tells how values spread." },
      quantiles: [],
    },
  };
}

/** GPU 10 comes after GPU 9. */
const byNumber = new Intl.Collator("en", { numeric: true });

/** What JSON can carry: NaN (0/0 of a ratio) and infinities are no values. */
const finite = (value: number | null | undefined): number | null =>
  value !== null && value !== undefined && Number.isFinite(value) ? value : null;

// --- labels -------------------------------------------------------------------------------------------------------

/** The output labels of a series: for each dimension the first label that is present and not empty. */
function dimensionsOf(labels: Record<string, string>, dimensions: DimensionLabels): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [name, candidates] of Object.entries(dimensions)) {
    const value = candidates
      .map((candidate) => labels[candidate])
      .find((text) => text !== undefined && text !== "");
    if (value !== undefined) found[name] = value;
  }
  return found;
}

const keyOf = (labels: Record<string, string>): string =>
  JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
