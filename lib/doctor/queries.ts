import "server-only";
import { LRUCache } from "lru-cache";
import type { Actor } from "@/lib/auth/actor";
import { db } from "@/lib/db/client";
import { problem } from "@/lib/errors";
import { createPrometheusClient, type PrometheusClient } from "@/lib/prometheus/client";
import type { MetricMetadata, TargetMetadata } from "@/lib/prometheus/schema";
import { alignToStep } from "@/lib/prometheus/step";
import { queryableServices } from "@/lib/services/queries";
import { discoveryReportSchema } from "@/lib/services/schema";
import { signalIds, signals } from "@/lib/signals/catalogue";
import { signalEvidence } from "@/lib/signals/evidence";
import { profileOf } from "@/lib/signals/profiles";
import { countOf, matchersText, quoted, selector } from "@/lib/signals/promql";
import { type QueryableService, querySignals } from "@/lib/signals/query";
import type { Reason, SignalQuery, SignalResult } from "@/lib/signals/schema";
import { alternativesOf, baseName, spokenFor } from "@/lib/signals/spoken";
import { upstreamTarget } from "@/lib/sources/targets";
import { format } from "@/lib/units";
import { isUpstreamError } from "@/lib/upstream/upstream-error";
import {
  blankFindings,
  bucketNote,
  cardinalityFindings,
  contradictions,
  discoveryFindings,
  doubtFindings,
  type FailureView,
  type ObservedTarget,
  outsizedMetric,
  personalLabels,
  scrapeFindings,
  typeFindings,
  type UsedMetric,
} from "./checks";
import type { DoctorFinding, ServiceReport, SignalLine, SourceReport } from "./schema";

interface Context {
  requestId: string;
  now: Date;
  signal?: AbortSignal;
}

/** What is looked at: long enough for slow scrapes, short enough to be "now". Seconds. */
const WINDOW = 900;
const STEP = 60;
/** Queries of one request for signals. */
const BATCH = 64;
/** So many names and metrics are asked for at most. */
const LIMIT = 10_000;

/**
 * How one service's signals are answered, and what makes its numbers missing or wrong. Throws `not_found`; a source that
 * does not answer makes signals `error`, and `notTold` says what could not be looked at.
 */
export async function examineService(actor: Actor, id: string, context: Context): Promise<ServiceReport> {
  const service = (await queryableServices(actor, [id])).get(id);
  if (service === undefined) throw problem("not_found", `There is no service "${id}".`);
  const { ask, notTold } = asking();
  if (service.profiles.some(({ metrics }) => metrics === undefined)) notTold.push(NAMES_NOT_READ);
  const [results, targets, types, views, blanks] = await Promise.all([
    answersOf(service, context),
    ask("How it is scraped", () => targetsOf(service, context)),
    ask("The declared types of its metrics", () => declaredTypes(service)),
    failureViews(service, context, notTold),
    ask("Which of its numbers are none", () => blanksOf(service, context)),
  ]);
  const findings: DoctorFinding[] = [
    ...scrapeFindings(service.scrapeInterval, targets),
    ...typeFindings(usedMetrics(service, types ?? new Map())),
    ...contradictions(views),
    ...doubtFindings([...results.values()].flatMap(({ doubts = [] }) => doubts)),
    ...(blanks ?? []),
  ];
  return {
    service: id,
    source: service.sourceName,
    checkedAt: Math.floor(context.now.getTime() / 1000),
    scrapeInterval: service.scrapeInterval,
    findings,
    notTold,
    signals: linesOf(service, results),
  };
}

const NAMES_NOT_READ =
  "Which metrics it exposes: not read yet, so each signal is shown with the name that current releases have. Examine again in a minute.";

/** What a source tells, or null where it refuses or is too old; anything else that fails is a failure of ours. */
async function told<Value>(
  read: () => Promise<Value>,
  onRefusal?: (detail: string) => void,
): Promise<Value | null> {
  try {
    return await read();
  } catch (error) {
    if (!isUpstreamError(error)) throw error;
    onRefusal?.(error.detail);
    return null;
  }
}

/** Asks for parts of a report; `notTold` gathers those that it must do without, with the reason. */
function asking() {
  const notTold: string[] = [];
  const ask = <Value>(what: string, read: () => Promise<Value>): Promise<Value | null> =>
    told(read, (detail) => notTold.push(`${what}: ${detail}`));
  return { ask, notTold };
}

const isHistogram = (signal: (typeof signalIds)[number]): boolean => signals[signal].kind === "quantile";

async function answersOf(
  service: QueryableService,
  { requestId, now, signal }: Context,
): Promise<Map<string, SignalResult>> {
  const end = alignToStep(now.getTime() / 1000, STEP);
  const queries = signalIds.map(
    (id): SignalQuery => ({
      id,
      service: service.name,
      signal: id,
      ...(isHistogram(id) ? { shape: "distribution", quantiles: [0.99] } : {}),
    }),
  );
  const services = new Map([[service.name, service]]);
  const batches = Array.from({ length: Math.ceil(queries.length / BATCH) }, (_, index) =>
    queries.slice(index * BATCH, (index + 1) * BATCH),
  );
  const answers = await Promise.all(
    batches.map((batch) =>
      querySignals({ start: end - WINDOW, end, step: STEP, queries: batch }, services, {
        requestId,
        now,
        signal,
      }),
    ),
  );
  return new Map(answers.flatMap(({ results }) => results.map((result) => [result.id, result])));
}

function linesOf(service: QueryableService, results: ReadonlyMap<string, SignalResult>): SignalLine[] {
  const evidence = signalEvidence(service);
  return signalIds.map((signal) => {
    const { title, unit, measuredBy } = signals[signal];
    const { available, profile, metric, expr, note } = evidence[signal];
    const result = results.get(signal);
    const notes = withoutRepeated([note, result?.note]);
    const { bounds, counts } = result?.distribution ?? {};
    const summed = bounds?.map((_, column) =>
      (counts ?? []).reduce((sum, row) => sum + (row[column] ?? 0), 0),
    );
    const buckets =
      bounds === undefined || summed === undefined
        ? undefined
        : bucketNote(bounds, summed, (value) => format(value, unit));
    if (buckets?.note !== undefined) notes.push(buckets.note);
    const state = !available
      ? "unavailable"
      : lineState(result, buckets?.isHurting === true || notes.length > 1 || result?.doubts !== undefined);
    if (result?.reason !== undefined && state !== "answered" && !notes.includes(result.reason.text))
      notes.unshift(result.reason.text);
    if (result?.error !== undefined) notes.unshift(result.error.detail);
    return {
      signal,
      title,
      unit,
      state,
      profile: profile ?? null,
      metric: (isMissing(result) ? baseName(result.reason.metric) : metric) ?? null,
      expr: expr ?? null,
      notes,
      advice:
        result?.doubts?.[0]?.advice ??
        adviceFor(state, {
          isHurt: buckets?.isHurting === true,
          measuredBy: notes.join(" ").includes(measuredBy) ? null : measuredBy,
          reason: result?.reason,
        }),
    };
  });
}

/** Whether it is known which metric it takes to answer a signal that has none now. */
const isMissing = (
  result: SignalResult | undefined,
): result is SignalResult & { reason: { metric: string } } =>
  result?.status !== "ok" && result?.reason?.metric !== undefined;

/** The notes without those that another of them says as well. */
const withoutRepeated = (notes: readonly (string | undefined)[]): string[] => {
  const said = [...new Set(notes)].filter((note) => note !== undefined && note !== "") as string[];
  return said.filter((note) => !said.some((other) => other !== note && other.includes(note)));
};

function lineState(result: SignalResult | undefined, isLimited: boolean): SignalLine["state"] {
  if (result === undefined || result.status === "error") return "error";
  if (result.status === "unavailable") return "unavailable";
  if (result.status === "empty") return "empty";
  return isLimited || result.statistic === "mean" ? "limited" : "answered";
}

/** What to do about a signal's state, where no doubt about its numbers says it. */
function adviceFor(
  state: SignalLine["state"],
  { isHurt, measuredBy, reason }: { isHurt: boolean; measuredBy: string | null; reason: Reason | undefined },
): string | null {
  if (isHurt) return "Configure buckets up to the longest time that a request may take.";
  if (state === "unavailable") return measuredBy === null ? null : `Expose ${measuredBy}.`;
  if (state !== "empty") return null;
  switch (reason?.kind) {
    case "metric_not_found":
      return `Check that \`${reason.metric}\` is exposed and scraped: some are exposed with the first request, or have to be switched on.`;
    case "no_traffic":
      return "Check that requests arrive, or look at a range in which some did.";
    default:
      return "Look at a longer range, or wait until there are more samples.";
  }
}

// --- scraping -----------------------------------------------------------------------------------------------------

/** `up` carries the labels of the target alone; of those that a service is selected by, it has these. */
const targetLabels = new Set(["job", "namespace", "instance", "pod", "service", "cluster"]);

async function targetsOf(service: QueryableService, { now, signal }: Context): Promise<ObservedTarget[]> {
  const [first] = service.profiles;
  const matchers = (first?.matchers ?? []).filter(({ label }) => targetLabels.has(label));
  if (first === undefined || matchers.length === 0) return [];
  const target = await service.target();
  const client = createPrometheusClient(target);
  const time = Math.floor(now.getTime() / 1000);
  const up = selector("up", matchers);
  const [samples, state, active] = await Promise.all([
    client.query(`count_over_time(${up}[${WINDOW}s])`, { time, signal }),
    client.query(up, { time, signal }),
    told(() => client.activeTargets({ signal })),
  ]);
  if (samples.data.type !== "vector" || state.data.type !== "vector") return [];
  const counts = new Map(samples.data.series.map(({ labels, value }) => [keyOf(labels), value]));
  return state.data.series.map(({ labels, value }) => ({
    name: labels.instance ?? labels.pod ?? keyOf(labels),
    samples: counts.get(keyOf(labels)) ?? 0,
    isUp: value === 1,
    ...lastErrorOf(labels, active ?? []),
  }));
}

const keyOf = ({ __name__: _, ...labels }: Record<string, string>): string =>
  JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));

function lastErrorOf(
  { job, instance }: Record<string, string>,
  targets: readonly { labels: Record<string, string>; lastError: string }[],
): { lastError?: string } {
  const found = targets.find(({ labels }) => labels.job === job && labels.instance === instance);
  return found === undefined || found.lastError === "" ? {} : { lastError: found.lastError };
}

// --- declared types -----------------------------------------------------------------------------------------------

/** A large server's metadata is a megabyte, and it changes with a release. */
const metadataCache = new LRUCache<string, Promise<MetricMetadata>>({ max: 50, ttl: 60_000 });

/** What a metric is declared as, by name: one type, or those of targets that do not agree. */
type DeclaredTypes = ReadonlyMap<string, ReadonlySet<string>>;

/** The targets of a service are alike: so many of them tell what all declare. */
const TARGETS_ASKED = 20;

/**
 * The types that a service's metrics are declared as. A server's metadata says it of all its targets at once; where
 * those do not agree, the service's own are asked.
 */
async function declaredTypes(service: QueryableService): Promise<DeclaredTypes> {
  const types = new Map<string, Set<string>>();
  const add = (metric: string, type: string): void => {
    types.set(metric, (types.get(metric) ?? new Set()).add(type));
  };
  for (const [metric, entries] of Object.entries(await metadataOf(service)))
    for (const { type } of entries) add(metric, type);

  const used = new Set(usedMetrics(service, types).flatMap(({ metric }) => namesOf(metric)));
  if (![...used].some((name) => (types.get(name)?.size ?? 0) > 1)) return types;
  const own = await told(() => ownMetadata(service));
  const declared = new Set(own?.map(({ metric }) => metric));
  for (const metric of declared) types.delete(metric);
  for (const { metric, type } of own ?? []) add(metric, type);
  return types;
}

async function ownMetadata(service: QueryableService): Promise<TargetMetadata> {
  const client = createPrometheusClient(await service.target());
  const matches = new Set(
    service.profiles.map(({ matchers }) =>
      matchersText(matchers.filter(({ label }) => targetLabels.has(label))),
    ),
  );
  const asked = [...matches].filter((match) => match !== "");
  const found = await Promise.all(
    asked.map((match) => client.targetMetadata({ match: `{${match}}`, limit: TARGETS_ASKED })),
  );
  return found.flat();
}

/** OpenMetrics declares a counter without the suffix that its samples carry, and a histogram without those of its parts. */
const namesOf = (metric: string): string[] => [
  ...new Set([metric, metric.replace(/_total$/, ""), metric.replace(/_(bucket|sum|count)$/, "")]),
];

async function metadataOf(service: QueryableService): Promise<MetricMetadata> {
  const target = await service.target();
  const known = metadataCache.get(target.id);
  if (known !== undefined) return known;
  const asked = createPrometheusClient(target).metadata({ limit: LIMIT });
  metadataCache.set(target.id, asked);
  asked.catch(() => metadataCache.delete(target.id));
  return asked;
}

function usedMetrics(service: QueryableService, declaredAs: DeclaredTypes): UsedMetric[] {
  const used = new Map<string, UsedMetric>();
  for (const signal of signalIds) {
    const spelling = spokenFor(service, signal)?.spelling;
    if (spelling === undefined) continue;
    const usedAs =
      spelling.kind === "histogram" || spelling.kind === "summary"
        ? spelling.kind
        : spelling.kind === "counter" || spelling.kind === "failures" || spelling.kind === "mean"
          ? "counter"
          : undefined;
    if (usedAs === undefined) continue;
    for (const metric of alternativesOf(spelling).flat()) {
      const types = new Set(namesOf(metric).flatMap((name) => [...(declaredAs.get(name) ?? [])]));
      // One of several targets may have it right.
      const declared = types.has(usedAs) ? usedAs : [...types][0];
      used.set(metric, { metric, usedAs, declared });
    }
  }
  return [...used.values()];
}

// --- numbers that are none ------------------------------------------------------------------------------------------

/** Metrics of the service's exporters whose newest number is a word for "no value". */
async function blanksOf(service: QueryableService, { now, signal }: Context): Promise<DoctorFinding[]> {
  const found = await Promise.all(
    service.profiles.map(async ({ id, matchers }): Promise<DoctorFinding[]> => {
      const { blank, title } = profileOf(id);
      if (blank === undefined) return [];
      const names = { label: "__name__", op: "=~" as const, value: blank.names };
      const series = `{${matchersText([names, ...matchers])}}`;
      const client = createPrometheusClient(await service.target());
      const { data } = await client.query(
        `count by (__name__) (${blank.expression.replaceAll("$series", series)})`,
        { time: Math.floor(now.getTime() / 1000), signal },
      );
      if (data.type !== "vector") return [];
      const blanks = data.series.map(({ labels, value }) => ({
        metric: labels.__name__ ?? "",
        series: value ?? 0,
      }));
      return blankFindings({ title, why: blank.why }, blanks);
    }),
  );
  return found.flat();
}

// --- contradictions -----------------------------------------------------------------------------------------------

/** The error rate as each of the service's profiles has it. */
async function failureViews(
  service: QueryableService,
  context: Context,
  notTold: string[],
): Promise<FailureView[]> {
  const end = alignToStep(context.now.getTime() / 1000, STEP);
  const views = await Promise.all(
    service.profiles.map(async (spoken): Promise<FailureView[]> => {
      const alone: QueryableService = { ...service, profiles: [spoken] };
      const found = spokenFor(alone, "error_rate");
      if (found === undefined) return [];
      const { results } = await querySignals(
        {
          start: end - WINDOW,
          end,
          step: STEP,
          queries: [{ id: "error_rate", service: service.name, signal: "error_rate", shape: "summary" }],
        },
        new Map([[service.name, alone]]),
        context,
      );
      const [result] = results;
      const metric = found.spelling.kind === "failures" ? found.spelling.failures[0]?.metric : undefined;
      if (result?.error !== undefined)
        notTold.push(`Failures as ${found.profile.title} counts them: ${result.error.detail}`);
      if (result?.status !== "ok" || metric === undefined) return [];
      return [{ title: found.profile.title, metric, errorRate: result.summary?.mean ?? null }];
    }),
  );
  return views.flat();
}

// --- sources ------------------------------------------------------------------------------------------------------

/** What costs a source, and which of its labels may be about people. Throws `not_found`. */
export async function examineSource(
  actor: Actor,
  name: string,
  { now, signal }: Context,
): Promise<SourceReport> {
  const source = await db().source.findFirst({
    where: { teamId: actor.teamId, kind: "prometheus", validTo: null, OR: [{ name }, { id: asId(name) }] },
  });
  if (source === null) throw problem("not_found", `There is no Prometheus source "${name}".`);
  const client = createPrometheusClient(await upstreamTarget(source.id));
  const { ask, notTold } = asking();
  const end = Math.floor(now.getTime() / 1000);
  const [build, tsdb, labels] = await Promise.all([
    ask("Its version", () => client.buildInfo({ signal })),
    ask("What costs it memory", () => client.tsdbStatus({ signal })),
    ask("Its labels", () => client.labels({ start: end - 3_600, end, limit: LIMIT, signal })),
  ]);
  const counted = (rows: readonly { name: string; value: number }[] | undefined) =>
    (rows ?? []).map(({ name: of, value }) => ({ name: of, count: value })).sort((a, b) => b.count - a.count);
  const largestMetrics = counted(tsdb?.seriesCountByMetricName);
  const largestLabels = counted(tsdb?.labelValueCountByLabelName);
  const series = tsdb?.headStats.numSeries ?? null;
  const outsized = series === null ? undefined : outsizedMetric(series, largestMetrics);
  const made =
    outsized === undefined
      ? null
      : await ask(`Which labels make the series of \`${outsized}\``, () =>
          valuesByLabel(client, outsized, { time: end, signal }),
        );
  return {
    source: source.name,
    checkedAt: end,
    version: build?.version ?? null,
    series,
    largestMetrics,
    largestLabels,
    notTold,
    findings: [
      ...discoveryFindings(notesOf(source.discovery)),
      ...personalLabels(labels?.data ?? []),
      ...(series === null
        ? []
        : cardinalityFindings(
            series,
            largestMetrics,
            largestLabels,
            outsized === undefined || made === null ? undefined : { metric: outsized, labels: made },
          )),
    ],
  };
}

/** Labels of one metric whose values are counted: each takes a look at all of its series. */
const LABELS_COUNTED = 20;
/** Seconds. */
const COUNTING_TIMEOUT = 10;

/** How many values each label of a metric has, in two requests. */
async function valuesByLabel(
  client: PrometheusClient,
  metric: string,
  { time, signal }: { time: number; signal?: AbortSignal },
): Promise<{ name: string; count: number }[]> {
  const series = selector(metric, []);
  const options = { signal, timeout: COUNTING_TIMEOUT };
  const { data: names } = await client.labels({ match: [series], start: time - 300, end: time, ...options });
  const counts = names
    .filter((name) => name !== "__name__")
    .slice(0, LABELS_COUNTED)
    .map((name) => `label_replace(count(${countOf(series, [name])}), "label", ${quoted(name)}, "", "")`);
  if (counts.length === 0) return [];
  const { data } = await client.query(counts.join(" or "), { time, ...options });
  if (data.type !== "vector") return [];
  return data.series.map(({ labels, value }) => ({ name: labels.label ?? "", count: value ?? 0 }));
}

/** What the last look for services noted; a source that was not looked through yet has nothing. */
const notesOf = (discovery: unknown): string[] =>
  discoveryReportSchema.safeParse(discovery).data?.notes ?? [];

/** Postgres refuses a text that is no UUID where one stands. */
const asId = (text: string): string | undefined =>
  /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text) ? text : undefined;
