import { prepareHistogram, type QuantileEstimate, standardDeviationOf } from "@/lib/statistics/histogram";
import type { Undetermined } from "@/lib/statistics/outcome";
import {
  type BucketRow,
  boundOf,
  falling,
  type Holders,
  holdersOf,
  isTold,
  quantileAt,
  rowsByBound,
  sharedRows,
} from "../buckets";
import { signals } from "../catalogue";
import { percentile } from "../percentile";
import { targetLabel } from "../plan";
import type { DimensionLabels } from "../profile";
import type {
  Distribution,
  Doubt,
  QuantileValue,
  SignalResult,
  SignalSeries,
  SignalSummary,
} from "../schema";
import { type Columns, columnsOf, quantileOfColumn } from "./bucket-columns";
import {
  dimensionsOf,
  finite,
  keyOf,
  noRequests,
  notANumber,
  notePart,
  notNumberAdvice,
  scaleOf,
} from "./parts";
import type { ReadPlan, ReadResult, Results } from "./read-results";

interface BucketGroup extends Columns {
  labels: Record<string, string>;
  /** Not all replicas have the same buckets; only those that all have are here. */
  isUneven: boolean;
}

/** Several queries of a page draw on one read of buckets, which is put in order once. */
const groupsOf = new WeakMap<ReadResult, Map<string, BucketGroup[]>>();

/** Quantiles, the distribution and the moments of a classic histogram. */
export function histogramResult(plan: ReadPlan, results: Results): Partial<SignalResult> {
  const groups = bucketGroups(plan, results);
  if (groups.length === 0) return { status: "empty" };
  const hasTraffic = groups.some(({ cumulative }) =>
    cumulative.some((row) => row.some((value) => (value ?? 0) > 0)),
  );
  if (!hasTraffic) {
    const isNumber = groups.every(({ cumulative }) =>
      cumulative.flat().every((value) => !Number.isNaN(value)),
    );
    return { status: "empty", ...(isNumber ? { reason: noRequests } : notANumber(plan)) };
  }
  const { metric } = plan.evidence;
  const refusal = refusalOf(groups);
  if (refusal !== undefined)
    return {
      status: "unavailable",
      reason: { kind: "not_measurable", metric, text: refusal.text },
      doubts: [{ ...refusal, metric }],
    };
  const doubts = groups.some(({ isUneven }) => isUneven) ? [{ ...onlyShared, metric }] : [];

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
      ...notePart(plan, ...doubts.map(({ text }) => text)),
      ...(doubts.length === 0 ? {} : { doubts }),
      ...distributionOf(groups, window),
    };
  }

  const lines = groups.map((group) => quantileLines(group, plan.quantiles));
  const unsaid = lines.flatMap(({ unsaid: reasons }) => reasons);
  if (unsaid.includes(falling.text)) doubts.push({ ...fallingBuckets, metric });
  return {
    status: "ok",
    series: lines.flatMap(({ series }) => series),
    ...notePart(plan, ...new Set([...unsaid, ...doubts.map(({ text }) => text)])),
    ...(doubts.length === 0 ? {} : { doubts }),
    ...(shape === "distribution" ? distributionOf(groups, plan.grid.step) : {}),
  };
}

const sameBuckets =
  "Finish the rollout, or configure the same buckets in all replicas: a percentile needs bounds that all of them have.";
const onlyShared: Doubt = {
  kind: "different_buckets",
  text: "Replicas have different buckets: only bounds that all of them have are used, so percentiles are coarser.",
  advice: sameBuckets,
};
const noneShared: Doubt = {
  kind: "different_buckets",
  text: "Replicas have different buckets, and no bound that all of them have, so no percentile of the whole can be told. Split by version or replica, each has its own.",
  advice: sameBuckets,
};
const fallingBuckets: Doubt = {
  kind: "falling_buckets",
  text: falling.text,
  advice:
    "Correct the exporter: each bucket counts all observations up to its bound, so none holds less than a lower one.",
};
const noInfiniteBucket = (isUneven: boolean): Doubt => ({
  kind: "no_infinite_bucket",
  text: isUneven
    ? "The histogram of some replicas lacks its +Inf bucket, which holds everything, so no percentile of the whole can be told."
    : "The histogram lacks its +Inf bucket, which holds everything, or has no other, so no percentile can be told.",
  advice: 'Expose the bucket `le="+Inf"` too, and look for a relabelling rule that drops it.',
});

/** Why no time of any group has a histogram to read; undefined where one has, or nothing was asked. */
function refusalOf(groups: readonly BucketGroup[]): Doubt | undefined {
  let refused: Doubt | undefined;
  for (const group of groups)
    for (const column of group.columns) {
      if (column === undefined) continue;
      const { histogram } = column.buckets;
      if (histogram.kind === "histogram") return undefined;
      if (histogram.reason !== "empty") refused ??= unreadable(group, histogram);
    }
  return refused;
}

/** Why buckets make no histogram. */
function unreadable({ bounds, isUneven }: BucketGroup, { reason, text }: Undetermined): Doubt {
  const hasInfinite = bounds.at(-1) === Number.POSITIVE_INFINITY;
  if (isUneven && hasInfinite) return noneShared;
  if (reason === "invalid" && (!hasInfinite || bounds.length < 2)) return noInfiniteBucket(isUneven);
  return { kind: "not_a_number", text, advice: notNumberAdvice };
}

function bucketGroups(plan: ReadPlan, { buckets: read, holders }: Results): BucketGroup[] {
  if (read === undefined) return [];
  const named = JSON.stringify([plan.dimensions, scaleOf(plan), holders !== undefined]);
  const known = groupsOf.get(read) ?? new Map<string, BucketGroup[]>();
  groupsOf.set(read, known);
  const groups = known.get(named) ?? makeBucketGroups(plan, read.series, holders?.series);
  known.set(named, groups);
  return groups;
}

/** How many series have each bucket, by group. */
function holdersByGroup(plan: ReadPlan, series: ReadResult["series"]): Map<string, Holders> {
  const groups = new Map<string, Map<number, readonly (number | null)[]>>();
  for (const { labels, values } of series) {
    const bound = scaledBound(labels.le, scaleOf(plan));
    if (bound === undefined) continue;
    const key = keyOf(dimensionsOf(labels, plan.dimensions));
    const own = groups.get(key) ?? new Map<number, readonly (number | null)[]>();
    groups.set(key, own.set(bound, values));
  }
  return groups;
}

function makeBucketGroups(
  plan: ReadPlan,
  series: ReadResult["series"],
  holders: ReadResult["series"] | undefined,
): BucketGroup[] {
  const scale = scaleOf(plan);
  const groups = new Map<string, { labels: Record<string, string>; rows: BucketRow[] }>();
  for (const { labels, values } of series) {
    const bound = scaledBound(labels.le, scale);
    if (bound === undefined) continue;
    const named = dimensionsOf(labels, plan.dimensions);
    const key = keyOf(named);
    const group = groups.get(key) ?? { labels: named, rows: [] };
    group.rows.push({ bound, values, replica: labels[targetLabel] ?? "" });
    groups.set(key, group);
  }
  const counted = holders === undefined ? undefined : holdersByGroup(plan, holders);
  return [...groups]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([key, { labels, rows: all }]) => {
      // Where buckets were read replica by replica, their own rows tell.
      const isByReplica = all.some(({ replica }) => replica !== "");
      const holds = isByReplica ? holdersOf(all) : counted?.get(key);
      const { rows, isUneven } =
        holds === undefined ? { rows: all, isUneven: false } : sharedRows(all, holds);
      const { bounds, cumulative } = rowsByBound(rows);
      const view = JSON.stringify([plan.query.service, plan.query.signal, key, plan.grid.step]);
      return { labels, isUneven, ...columnsOf(view, bounds, cumulative, plan.grid) };
    });
}

/** A bucket's bound in the signal's unit: 0.1 × 1000 ms are 0.1 s, not 0.10000000000000002. */
function scaledBound(le: string | undefined, scale: number): number | undefined {
  const bound = boundOf(le);
  return bound === undefined || scale === 1 ? bound : Number((bound * scale).toPrecision(12));
}

/** A line for each quantile, each with the edges of the buckets that its values lie in, and why points are missing. */
function quantileLines(
  group: BucketGroup,
  quantiles: readonly number[],
): { series: SignalSeries[]; unsaid: string[] } {
  const { labels, columns } = group;
  const unsaid = new Set<string>();
  const series = quantiles.map((quantile): SignalSeries => {
    const values: (number | null)[] = [];
    const lo: (number | null)[] = [];
    const hi: (number | null)[] = [];
    for (const column of columns) {
      const estimate = column === undefined ? undefined : quantileOfColumn(quantile, column);
      if (estimate === undefined || estimate.kind === "undetermined") {
        if (estimate !== undefined && estimate.reason !== "empty") unsaid.add(estimate.text);
        values.push(null);
        lo.push(null);
        hi.push(null);
        continue;
      }
      values.push(estimate.value);
      lo.push(finite(estimate.lo));
      hi.push(estimate.hi);
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
  const buckets = group.columns[0]?.buckets ?? { histogram: prepareHistogram([]) };
  const { histogram } = buckets;
  const perSecond = histogram.kind === "histogram" ? histogram.counts.at(-1)! : 0;
  const count = Math.round(perSecond * window);
  const spread =
    histogram.kind !== "histogram" ? histogram : isTold(buckets) ? standardDeviationOf(histogram) : falling;
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

/**
 * Observations per bucket over `seconds`, all groups added up: a row for each point of the grid, empty where buckets
 * contradict each other. Nothing where they do at every point.
 */
function distributionOf(groups: readonly BucketGroup[], seconds: number): { distribution?: Distribution } {
  const isAnyTold = groups.some(({ columns }) =>
    columns.some((column) => column !== undefined && isTold(column.buckets)),
  );
  if (!isAnyTold) return {};
  const bounds = [...new Set(groups.flatMap((group) => group.bounds))].sort((a, b) => a - b);
  const length = groups[0]?.cumulative[0]?.length ?? 0;
  const counts = Array.from({ length }, () => new Array<number>(bounds.length).fill(0));
  for (const group of groups) {
    const columnOf = group.bounds.map((bound) => bounds.indexOf(bound));
    for (let index = 0; index < length; index++) {
      const column = group.columns[index];
      if (column === undefined || !isTold(column.buckets)) continue;
      const row = counts[index]!;
      let before = 0;
      for (let position = 0; position < columnOf.length; position++) {
        const cumulative = Math.max(before, group.cumulative[position]?.[index] ?? before);
        row[columnOf[position]!]! += (cumulative - before) * seconds;
        before = cumulative;
      }
    }
  }
  return {
    distribution: { bounds: bounds.map((bound) => (Number.isFinite(bound) ? bound : null)), counts },
  };
}
