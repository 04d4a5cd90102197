import "server-only";
import pLimit from "p-limit";
import { createPrometheusClient } from "@/lib/prometheus/client";
import { instantReader } from "@/lib/prometheus/instant-reader";
import type { VectorSeries } from "@/lib/prometheus/samples";
import type { MetricMetadata } from "@/lib/prometheus/schema";
import { joinsOf, metricsOf, selectorsOf } from "@/lib/promql/read";
import type { Seconds } from "@/lib/units";
import type { UpstreamTarget } from "@/lib/upstream/target";
import { type Facts, type LintedRule, type MetricType, noFacts } from "./lint/finding";
import { otherNamesOf } from "./lint/subject";

/** What was read of one source for some rules. */
export interface ReadFacts {
  /** The facts of one rule: of those that were read for, the scrape interval where its metrics have the same. */
  factsFor(rule: LintedRule): Facts;
  /** How many questions got no answer, and how many were not asked since there are too many metrics. */
  unanswered: number;
  unasked: number;
}

const queriesAtOnce = 8;
const timeout: Seconds = 5;
/** Together; what has no answer by then is not known. */
const longestMs = 20_000;
/** Of each kind of question: those that most rules read. */
const mostMetrics = 2_000;
/** Series whose labels are looked at, of one metric. */
const mostSeries = 100;
const namesAtOnce = 40;
/** Of more names all that the source has are asked for at once. */
const mostNamesApart = 200;
/** Of more metrics what all are is asked for at once. */
const mostTypesApart = 8;
/** Names that come back at most. */
const mostNames = 100_000;
const rulesAtOnce = 100;
/** Answers are shared by those who ask within this. */
const quantum: Seconds = 60;
const week: Seconds = 7 * 86_400;
/** In which the samples of a series are counted. */
const counted: Seconds = 600;

const nameSelector = (metric: string): string => `{__name__=${JSON.stringify(metric)}}`;

/**
 * Asks a Prometheus what lint needs to know of the metrics of some rules, in few and small queries: the labels of up to a
 * hundred series of what is joined, the bounds of what is a histogram, what has been there for seven days, how often what
 * is rated is scraped, what its targets declare. What differs between series is not said, and neither is what the source
 * does not answer in time. However many rules there are, it takes 20 seconds at most.
 */
export async function readFacts(
  target: UpstreamTarget,
  rules: readonly LintedRule[],
  { now, signal }: { now: Date; signal?: AbortSignal },
): Promise<ReadFacts> {
  const time = now.getTime() / 1000;
  const until = AbortSignal.any([AbortSignal.timeout(longestMs), ...(signal === undefined ? [] : [signal])]);
  const limit = pLimit(queriesAtOnce);
  let unanswered = 0;
  let unasked = 0;
  const bounded = (metrics: Iterable<string>): string[] => {
    const all = byUse(metrics);
    unasked += Math.max(0, all.length - mostMetrics);
    return all.slice(0, mostMetrics);
  };
  const known = <Answer>(ask: () => Promise<Answer>): Promise<Answer | undefined> =>
    limit(async () => {
      try {
        until.throwIfAborted();
        return await ask();
      } catch {
        signal?.throwIfAborted();
        unanswered += 1;
        return undefined;
      }
    });
  const vector = async (expr: string): Promise<VectorSeries[]> => {
    const { data } = await instantReader().read({ target, expr, time, quantum, timeout, signal: until });
    return data.type === "vector" ? data.series : [];
  };
  const byMetric = async <Answer>(
    metrics: readonly string[],
    ask: (metric: string) => Promise<Answer>,
  ): Promise<ReadonlyMap<string, Answer | undefined>> =>
    new Map(
      await Promise.all(metrics.map(async (metric) => [metric, await known(() => ask(metric))] as const)),
    );

  const [own, joined, rated]: [string[], string[], string[]] = [[], [], []];
  for (const [index, rule] of rules.entries()) {
    own.push(...metricsOf(rule.expr));
    joined.push(...joinsOf(rule.expr).flatMap(({ binary }) => metricsOf(binary)));
    rated.push(...ratedMetrics(rule));
    // Ten thousand take seconds, in which others have their turn.
    if (index % rulesAtOnce === rulesAtOnce - 1) await new Promise(setImmediate);
  }
  const names = byUse([...own, ...[...new Set(own)].flatMap(otherNamesOf)]);
  const client = createPrometheusClient(target);
  const seenOf = async (match?: string[]): Promise<ReadonlySet<string>> => {
    const range = { start: time - week, end: time, timeout, signal: until };
    const limited = match === undefined ? { limit: mostNames } : { match };
    return new Set((await client.labelValues("__name__", { ...range, ...limited })).data);
  };
  const histograms = bounded(own.filter((metric) => metric.endsWith("_bucket")));
  const [labels, bounds, intervals, seen, declared] = await Promise.all([
    byMetric(bounded(joined), async (metric) =>
      commonLabels(await vector(`topk(${mostSeries}, ${nameSelector(metric)})`)),
    ),
    Promise.all(
      chunksOf(histograms, namesAtOnce).map((some) =>
        known(async () => {
          const all = await vector(
            `count by (__name__, le) ({__name__=~${JSON.stringify(some.map(literal).join("|"))}})`,
          );
          return some.map(
            (metric) =>
              [metric, commonBounds(all.filter(({ labels }) => labels.__name__ === metric))] as const,
          );
        }),
      ),
    ),
    byMetric(bounded(rated), async (metric) =>
      intervalOf(await vector(`topk(1, count_over_time(${nameSelector(metric)}[${counted}s]))`)),
    ),
    names.length > mostNamesApart
      ? [
          await known(async () => {
            const found = await seenOf();
            // Of a list that was cut off, what it lacks may be there.
            return found.size >= mostNames ? [] : names.map((metric) => [metric, found.has(metric)] as const);
          }),
        ]
      : Promise.all(
          chunksOf(names, namesAtOnce).map((some) =>
            known(async () => {
              const found = await seenOf(some.map(nameSelector));
              return some.map((metric) => [metric, found.has(metric)] as const);
            }),
          ),
        ),
    known(async () => {
      const options = { timeout, signal: until };
      const families = [...new Set(own.flatMap(familiesOf))];
      if (families.length > mostTypesApart) return await client.metadata(options);
      const some = await Promise.all(families.map((metric) => client.metadata({ ...options, metric })));
      return Object.assign({}, ...some) as MetricMetadata;
    }),
  ]);
  const wasSeen = new Map(seen.flatMap((some) => some ?? []));
  const boundsByMetric = new Map(bounds.flatMap((some) => some ?? []));
  return {
    factsFor: (rule) => {
      const spacings = new Set(ratedMetrics(rule).map((metric) => intervals.get(metric)));
      return {
        ...noFacts,
        labelsOf: (metric) => labels.get(metric),
        boundsOf: (histogram) => boundsByMetric.get(`${histogram}_bucket`),
        seenInLastSevenDays: (metric) => wasSeen.get(metric),
        typeOf: (metric) => (declared === undefined ? undefined : typeFrom(declared, metric)),
        scrapeInterval: spacings.size === 1 ? [...spacings][0] : undefined,
      };
    },
    unanswered,
    unasked,
  };
}

/**
 * The finite upper bounds of a histogram's buckets, ascending; undefined where the source does not say, there are none, or
 * its series have different ones.
 */
export async function readBounds(
  target: UpstreamTarget,
  metric: string,
  { now, signal }: { now: Date; signal?: AbortSignal },
): Promise<number[] | undefined> {
  try {
    const { data } = await instantReader().read({
      target,
      expr: `count by (le) (${nameSelector(metric)})`,
      time: now.getTime() / 1000,
      quantum,
      timeout,
      signal,
    });
    return data.type === "vector" ? commonBounds(data.series) : undefined;
  } catch {
    signal?.throwIfAborted();
    return undefined;
  }
}

/** Each once, those that most rules read first. */
function byUse(metrics: Iterable<string>): string[] {
  const uses = new Map<string, number>();
  for (const metric of metrics) uses.set(metric, (uses.get(metric) ?? 0) + 1);
  return [...uses].sort(([, a], [, b]) => b - a).map(([metric]) => metric);
}

/** The names under which the family of a metric may be declared, its own first. */
const familiesOf = (metric: string): string[] => [
  metric,
  ...["_total", "_bucket", "_count", "_sum"].flatMap((suffix) =>
    metric.endsWith(suffix) ? [metric.slice(0, -suffix.length)] : [],
  ),
];

/** What targets declare a metric to be; undefined where they say different things, or nothing that is one of the two. */
function typeFrom(declared: MetricMetadata, metric: string): MetricType | undefined {
  for (const family of familiesOf(metric)) {
    const types = new Set(declared[family]?.map(({ type }) => type));
    if (types.size === 0) continue;
    if (types.size > 1) return undefined;
    const [type] = types;
    if (type === "counter") return "counter";
    // Of a gauge named x nothing is told of x_count.
    if (type === "gauge") return family === metric ? "gauge" : undefined;
    return (type === "histogram" || type === "summary") && family !== metric ? "counter" : undefined;
  }
  return undefined;
}

const literal = (name: string): string => name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

const ratedMetrics = ({ expr }: LintedRule): string[] => [
  ...new Set(
    selectorsOf(expr).flatMap(({ metric, range }) =>
      metric === undefined || range === undefined ? [] : [metric],
    ),
  ),
];

/** The names of the labels where all series carry the same. */
function commonLabels(series: readonly VectorSeries[]): string[] | undefined {
  const [first, ...others] = series.map(({ labels }) =>
    Object.keys(labels)
      .filter((label) => label !== "__name__")
      .sort(),
  );
  return others.every((each) => each.join() === first?.join()) ? first : undefined;
}

/** Ascending, where every series of the histogram has the same. */
function commonBounds(series: readonly VectorSeries[]): number[] | undefined {
  const counts = new Set(series.map(({ value }) => value));
  if (counts.size !== 1) return undefined;
  const bounds = series.map(({ labels }) => Number(labels.le)).filter(Number.isFinite);
  return bounds.length === 0 ? undefined : bounds.sort((a, b) => a - b);
}

/** Seconds between samples, from how many the fullest series has; whole seconds. */
function intervalOf([fullest]: readonly VectorSeries[]): Seconds | undefined {
  const samples = fullest?.value ?? 0;
  return samples < 5 ? undefined : Math.max(1, Math.round(counted / samples));
}

const chunksOf = <Each>(list: readonly Each[], size: number): Each[][] =>
  Array.from({ length: Math.ceil(list.length / size) }, (_, index) =>
    list.slice(index * size, (index + 1) * size),
  );
