import { prepareHistogram, type QuantileEstimate, standardDeviationOf } from "@/lib/statistics/histogram";
import { type BucketRow, quantileAt, rowsByBound } from "../buckets";
import { signals } from "../catalogue";
import { percentile } from "../percentile";
import { targetLabel } from "../plan";
import type { DimensionLabels } from "../profile";
import type { Distribution, QuantileValue, SignalResult, SignalSeries, SignalSummary } from "../schema";
import { type Columns, columnsOf, quantileOfColumn } from "./bucket-columns";
import { dimensionsOf, finite, keyOf, noRequests, notANumber, notePart, scaleOf } from "./parts";
import type { ReadPlan, ReadResult, Results } from "./read-results";

interface BucketGroup extends Columns {
  labels: Record<string, string>;
}

/** Several queries of a page draw on one read of buckets, which is put in order once. */
const groupsOf = new WeakMap<ReadResult, Map<string, BucketGroup[]>>();

/** Quantiles, the distribution and the moments of a classic histogram. */
export function histogramResult(plan: ReadPlan, results: Results): Partial<SignalResult> {
  const groups = bucketGroups(plan, results.buckets);
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
  let refused: string | undefined;
  for (const { columns } of groups)
    for (const column of columns) {
      if (column === undefined) continue;
      const { histogram } = column.buckets;
      if (histogram.kind === "histogram") return undefined;
      if (histogram.reason !== "empty") refused ??= histogram.text;
    }
  return refused;
}

function bucketGroups(plan: ReadPlan, read: ReadResult | undefined): BucketGroup[] {
  if (read === undefined) return [];
  const named = JSON.stringify([plan.dimensions, scaleOf(plan)]);
  const known = groupsOf.get(read) ?? new Map<string, BucketGroup[]>();
  groupsOf.set(read, known);
  const groups = known.get(named) ?? makeBucketGroups(plan, read.series);
  known.set(named, groups);
  return groups;
}

function makeBucketGroups(plan: ReadPlan, series: ReadResult["series"]): BucketGroup[] {
  const scale = scaleOf(plan);
  const groups = new Map<string, { labels: Record<string, string>; rows: BucketRow[] }>();
  for (const { labels, values } of series) {
    const bound = boundOf(labels.le);
    if (bound === undefined) continue;
    const named = dimensionsOf(labels, plan.dimensions);
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
  return [...groups]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([key, { labels, rows }]) => {
      const { bounds, cumulative } = rowsByBound(rows);
      const view = JSON.stringify([plan.query.service, plan.query.signal, key, plan.grid.step]);
      return { labels, ...columnsOf(view, bounds, cumulative, plan.grid) };
    });
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
  const counts = Array.from({ length }, () => new Array<number>(bounds.length).fill(0));
  for (const group of groups) {
    const columnOf = group.bounds.map((bound) => bounds.indexOf(bound));
    for (let index = 0; index < length; index++) {
      const row = counts[index]!;
      let before = 0;
      for (let position = 0; position < columnOf.length; position++) {
        const cumulative = Math.max(before, group.cumulative[position]?.[index] ?? before);
        row[columnOf[position]!]! += (cumulative - before) * seconds;
        before = cumulative;
      }
    }
  }
  return { bounds: bounds.map((bound) => (Number.isFinite(bound) ? bound : null)), counts };
}
