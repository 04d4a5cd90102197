import { type SignalId, signals } from "@/lib/signals/catalogue";
import { type QueryableService, querySignals } from "@/lib/signals/query";
import type { SignalQuery, SignalResult, SignalSeries } from "@/lib/signals/schema";
import type { Expected, ExpectedSignals, Replica } from "./exporter";
import { meanOf, quantileOf } from "./workload";

const quantiles = [0.5, 0.95, 0.99];
/** Rates are extrapolated from samples that lie up to a scrape beside the window's edges. */
const rateTolerance = 0.05;
/** Ratios and means are of the same samples above and below the line. */
const exactTolerance = 0.002;
/** Those of several replicas are weighted by rates, of windows that each begin and end at other scrapes. */
const pooledTolerance = 0.03;
/** Longer than the shortest window of a rate, seconds. */
const range = 90;
const step = 5;
/** The last samples may be on their way. */
const delay = 2;

interface Question {
  signal: SignalId;
  /** A value of its own, its parts, or the whole window. */
  ask: Pick<SignalQuery, "by" | "shape" | "quantiles">;
  judge(result: SignalResult): string[];
}

/**
 * What a console would show wrongly of a service at `now`, a line for each: signals whose values are not those expected,
 * signals among `unavailable` that are shown all the same, and those of `nonsense` of which a number is shown.
 */
export async function wrongSignals(
  service: QueryableService,
  {
    expected = {},
    unavailable = [],
    nonsense = [],
    replicas = [],
    now,
  }: {
    expected?: ExpectedSignals;
    unavailable?: readonly SignalId[];
    nonsense?: readonly SignalId[];
    /** Those that the expected values are of together; one unless given. */
    replicas?: readonly Replica[];
    now: Date;
  },
): Promise<string[]> {
  const questions = [
    ...(Object.entries(expected) as [SignalId, Expected][]).flatMap(([signal, one]) =>
      questionsOf(signal, one, replicas.length > 1 ? pooledTolerance : exactTolerance),
    ),
    ...unavailable.map(absent),
    ...nonsense.map(unsaid),
  ];
  const end = Math.floor(now.getTime() / 1000) - delay;
  const problems: string[] = [];
  for (let index = 0; index < questions.length; index += 64) {
    const some = questions.slice(index, index + 64);
    const { results } = await querySignals(
      {
        start: end - range,
        end,
        step,
        queries: some.map(({ signal, ask }, id) => ({
          id: String(id),
          service: service.name,
          signal,
          ...ask,
        })),
      },
      new Map([[service.name, service]]),
      { requestId: "exporters", now },
    );
    for (const [id, { signal, ask, judge }] of some.entries()) {
      const result = results[id]!;
      const what = [signal, ...(ask.by ?? []), ...(ask.shape === undefined ? [] : [ask.shape])].join(" ");
      problems.push(...judge(result).map((problem) => `${what}: ${problem} ‹${result.expr[0] ?? ""}›`));
    }
  }
  return problems;
}

function questionsOf(signal: SignalId, expected: Expected, exact: number): Question[] {
  const {
    value,
    tolerance = isRate(signal) ? rateTolerance : exact,
    observations,
    byType,
    byGpu,
    average,
    byReplica,
    byEstimate,
  } = expected;
  const question = (ask: Question["ask"], judge: Question["judge"]): Question => ({
    signal,
    ask,
    judge: (result) => (result.status === "ok" ? judge(result) : [whyNot(result)]),
  });
  return [
    ...(value === undefined
      ? []
      : [
          question({}, ({ series }) =>
            series.length === 1 ? near(last(series[0]), value, tolerance) : [`${series.length} series`],
          ),
        ]),
    ...(observations === undefined
      ? []
      : [
          question({ quantiles }, ({ series, statistic }) => [
            ...(statistic === "mean" ? ["only a mean"] : []),
            ...quantiles.flatMap((quantile) =>
              withinBucket(
                series.find((one) => one.quantile === quantile),
                quantile,
                // Where replicas' shares of a window differ a little, so does the rank.
                (exact === exactTolerance ? [0] : [0, -0.009, 0.009]).map((shift) =>
                  quantileOf(observations, quantile + shift),
                ),
                expected.orNothing,
              ),
            ),
          ]),
          question({ shape: "summary" }, ({ summary }) =>
            near(summary?.mean ?? null, meanOf(observations), exact),
          ),
        ]),
    ...(average === undefined
      ? []
      : [
          question({ quantiles }, ({ series, statistic }) => [
            ...(statistic === "mean" ? [] : ["it is not said to be a mean"]),
            ...(series.length === 1 ? [] : [`${series.length} series`]),
            ...(series[0]?.quantile === undefined ? [] : [`called the quantile ${series[0].quantile}`]),
            ...near(last(series[0]), average, exact),
          ]),
        ]),
    ...(byType === undefined
      ? []
      : [
          question({ by: ["type"] }, ({ series }) =>
            parts(series, byType, ({ labels }) => labels.type, rateTolerance),
          ),
        ]),
    ...(byReplica === undefined
      ? []
      : [
          question({ quantiles }, ({ series }) => [
            ...(series.length === quantiles.length * Object.keys(byReplica).length
              ? []
              : [`${series.length} series`]),
            ...Object.entries(byReplica).flatMap(([instance, own]) =>
              quantiles.flatMap((quantile) =>
                near(
                  last(
                    series.find(({ labels, quantile: q }) => labels.replica === instance && q === quantile),
                  ),
                  quantileOf(own, quantile),
                  exact,
                ).map((problem) => `quantile ${quantile} of ${instance} ${problem}`),
              ),
            ),
          ]),
        ]),
    ...(byEstimate === undefined
      ? []
      : [question({}, ({ series }) => parts(series, byEstimate, ({ labels }) => labels.estimate, exact))]),
    ...(byGpu === undefined
      ? []
      : [
          question({ by: ["gpu"] }, ({ series }) =>
            parts(series, byGpu, ({ labels }) => labels.uuid ?? labels.gpu, exact),
          ),
        ]),
  ];
}

const absent = (signal: SignalId): Question => ({
  signal,
  ask: {},
  judge: ({ status, reason, series }) => {
    if (status === "unavailable" && ["not_measurable", "metric_not_found"].includes(reason?.kind ?? ""))
      return [];
    const shown = series.length === 0 ? "" : `, showing ${last(series[0])}`;
    return [`should be not measurable here, is ${status} ${reason?.kind ?? ""}${shown}`];
  },
});

const unsaid = (signal: SignalId): Question => ({
  signal,
  ask: {},
  judge: ({ series, status, error, reason, note }) => [
    ...(status === "error" ? [`an error, ${error?.detail}`] : []),
    ...(reason === undefined && note === undefined ? ["says nothing"] : []),
    ...(reason?.kind === "no_traffic" ? [`says ${reason.text}`] : []),
    ...series.flatMap((one) => {
      const shown = last(one);
      return shown === null ? [] : [`shows ${shown}, though no number can be right`];
    }),
  ],
});

const whyNot = ({ status, reason, error }: SignalResult): string =>
  `${status}: ${reason?.text ?? error?.detail ?? "no reason"}`;

const last = (series: SignalSeries | undefined): number | null =>
  series?.values.findLast((value) => value !== null) ?? null;

const isRate = (signal: SignalId): boolean =>
  signals[signal].unit.endsWith("_per_second") || signal === "gpu_energy";

function near(actual: number | null, wanted: number, tolerance: number): string[] {
  if (actual === null) return [`nothing, not ${wanted}`];
  return Math.abs(actual - wanted) <= tolerance * Math.abs(wanted) + 1e-12
    ? []
    : [`${actual}, not ${wanted}`];
}

function withinBucket(
  series: SignalSeries | undefined,
  quantile: number,
  truths: readonly number[],
  orNothing = false,
): string[] {
  const index = series?.values.findLastIndex((value) => value !== null) ?? -1;
  if (series === undefined || index < 0) return orNothing ? [] : [`no quantile ${quantile}`];
  const value = series.values[index]!;
  const lo = series.band?.lo[index] ?? Number.NEGATIVE_INFINITY;
  const hi = series.band?.hi[index] ?? Number.POSITIVE_INFINITY;
  if (!truths.some((truth) => truth >= lo && truth <= hi))
    return [`quantile ${quantile} in (${lo}, ${hi}], not at ${truths[0]}`];
  return value < lo || value > hi
    ? [`quantile ${quantile} is ${value}, outside its bucket (${lo}, ${hi}]`]
    : [];
}

function parts(
  series: readonly SignalSeries[],
  wanted: Record<string, number>,
  nameOf: (series: SignalSeries) => string | undefined,
  tolerance: number,
): string[] {
  // A type of failure that did not happen may be told as 0.
  const actual = new Map(
    series.filter((one) => last(one) !== 0).map((one) => [nameOf(one) ?? "", last(one)]),
  );
  const surplus = [...actual.keys()].filter((name) => !(name in wanted));
  return [
    ...surplus.map((name) => `an unexpected "${name}" of ${actual.get(name)}`),
    ...Object.entries(wanted).flatMap(([name, value]) =>
      near(actual.get(name) ?? null, value, tolerance).map((problem) => `"${name}" ${problem}`),
    ),
  ];
}
