import "server-only";
import { setMaxListeners } from "node:events";
import { LRUCache } from "lru-cache";
import { isInferscopeError } from "@/lib/errors";
import { createPrometheusClient } from "@/lib/prometheus/client";
import { format } from "@/lib/units";
import type { UpstreamTarget } from "@/lib/upstream/target";
import { targetKey } from "@/lib/upstream/target-key";
import { type CounterProof, lagOf, type ReadResult } from "./answers/read-results";
import { assemble, emptyResult, hasYoung, isDoubled, mayBeNative, needsProof } from "./assemble";
import { blankAdvice } from "./blank";
import { boundOf } from "./buckets";
import { signalIds } from "./catalogue";
import { type Gauge, leftOutOf, withoutImpossible } from "./gauges";
import { type LeftOut, withLeftOut } from "./left-out";
import {
  alignGrid,
  evidenceSelector,
  type Grid,
  planSignal,
  type ReadRole,
  type SignalPlan,
  targetLabel,
} from "./plan";
import { type Matcher, matchersText, promDuration, selector } from "./promql";
import { type Reached, type ReadOnce, readsOf, staleRead } from "./reads";
import type { Doubt, Reason, SignalQuery, SignalResult, SignalsAnswer, SignalsRequest } from "./schema";
import type { MeasuredService, SpokenProfile } from "./service";
import { exposes, type Spoken, spokenFor } from "./spoken";

/** A service with the server that its series are read from; `target` rejects where that cannot be asked now. */
export interface QueryableService extends MeasuredService {
  target: () => Promise<UpstreamTarget>;
}

/** How far back a series of failures proves that failures are counted, and a last sample is looked for. Seconds. */
const evidenceWindow = 7 * 86_400;
/** The spacing of that search: a sample is found when it lies within Prometheus's lookback of one of the steps. */
const evidenceStep = 300;

type Results = Partial<Record<ReadRole, ReadResult>>;
type ReadPlan = Extract<SignalPlan, { kind: "reads" }>;

/**
 * Answers the queries of one page refresh. `services` holds each service that a query names; a query for one that it
 * lacks is answered `unavailable`, as not connected. Reads that several queries share are made once. A failed read
 * fails the queries that need it, with what was last known of them, and no others. Throws only when `signal` aborts.
 */
export async function querySignals(
  request: SignalsRequest,
  services: ReadonlyMap<string, QueryableService>,
  { requestId, now, signal }: { requestId: string; now: Date; signal?: AbortSignal },
): Promise<SignalsAnswer> {
  const grid = alignGrid(request);
  // Every read of the page listens to the one signal of its request; Node would take that for a leak.
  if (signal !== undefined) setMaxListeners(0, signal);
  const asked = request.queries.map((query) => {
    const service = services.get(query.service);
    return {
      service,
      plan: service === undefined ? unknownService(query) : planSignal(service, query, grid),
    };
  });
  const readOnce = readsOf(
    asked.flatMap(({ service, plan }) =>
      service === undefined || plan.kind !== "reads"
        ? []
        : plan.reads.map((read) => [service.name, read] as const),
    ),
    signal,
  );
  const targets = new Map<string, Promise<UpstreamTarget>>();
  const targetOf = (service: QueryableService): Promise<UpstreamTarget> => {
    const target = targets.get(service.name) ?? service.target();
    targets.set(service.name, target);
    return target;
  };

  const results = await Promise.all(
    asked.map(async ({ service, plan }): Promise<SignalResult> => {
      if (service === undefined || plan.kind === "unavailable") return emptyResult(plan);
      try {
        return await answer({ ...service, target: await targetOf(service) }, plan, readOnce, { now, grid });
      } catch (error) {
        signal?.throwIfAborted();
        return failed(plan, error, requestId);
      }
    }),
  );
  return { ...grid, results };
}

const unknownService = (query: SignalQuery): SignalPlan => ({
  kind: "unavailable",
  query,
  reason: {
    kind: "not_connected",
    text: `There is no service "${query.service}" in the connected data sources.`,
  },
});

async function answer(
  service: Reached,
  plan: ReadPlan,
  readOnce: ReadOnce,
  { now, grid }: { now: Date; grid: Grid },
): Promise<SignalResult> {
  const [read, falls, isUneven, leftOut, untyped] = await Promise.all([
    readAll(service, plan, readOnce),
    findFalls(service, plan, now),
    hasDifferentBuckets(service, plan, now),
    findLeftOut(service, plan, now),
    findUntyped(service, plan, now),
  ]);
  if (falls !== undefined) return refused(plan, falls.metric, falls.isRestarting);
  if (untyped !== undefined) return { ...emptyResult(plan), status: "unavailable", reason: untyped };
  const results = isUneven ? await withHolders(service, plan, read, readOnce) : read;
  const proof: CounterProof = needsProof(plan, results) ? await proveCounter(service, plan, now) : "unproven";
  const assembled = withLeftOut(plan, assemble(plan, results, proof), leftOut);
  const disagreement = await findDisagreement(service, plan, assembled, readOnce, grid);
  const result: SignalResult =
    disagreement === undefined
      ? assembled
      : {
          ...assembled,
          note: [assembled.note, disagreement.text].filter((part) => part !== undefined).join(" "),
          doubts: [...(assembled.doubts ?? []), disagreement],
        };
  if (result.status !== "empty" || result.reason !== undefined) return result;
  return { ...result, ...(await whyEmpty(service, plan, now)) };
}

async function readAll(service: Reached, plan: ReadPlan, readOnce: ReadOnce): Promise<Results> {
  const settled = await Promise.allSettled(plan.reads.map((read) => readOnce(service, read)));
  const failure = settled.find((one) => one.status === "rejected");
  if (failure !== undefined) throw new StaleReads(failure.reason, plan, settled);
  const values = settled.map((one) => (one as PromiseFulfilledResult<ReadResult>).value);
  // Of one window all or none: a mean is a sum and a count of the same requests.
  const isMixed = new Set(plan.reads.map((read, index) => lagOf(read, values[index]))).size > 1;
  if (isMixed) {
    const exact = plan.reads.map((read) => ({ ...read, acceptPrevious: false }));
    return readAll(service, { ...plan, reads: exact }, readOnce);
  }
  const results: Results = Object.fromEntries(values.map((value, index) => [plan.reads[index]!.role, value]));
  const { native, doubled } = plan;
  if (doubled !== undefined && isDoubled(plan, results)) {
    const others = plan.reads.filter(({ role }) => role !== doubled.role);
    return readAll(service, { ...plan, reads: [doubled, ...others], doubled: undefined }, readOnce);
  }
  if (native !== undefined && mayBeNative(plan, results)) {
    const presence = await readOnce(service, native.presence);
    if (presence.series.length > 0) {
      const roles = new Set(native.reads.map(({ role }) => role));
      const others = plan.reads.filter(({ role }) => !roles.has(role));
      return readAll(service, { ...plan, reads: [...others, ...native.reads], native: undefined }, readOnce);
    }
  }
  if (!hasYoung(plan, results)) return results;
  return readAll(
    service,
    { ...plan, reads: [...plan.reads, ...plan.readsOfYoung], readsOfYoung: [] },
    readOnce,
  );
}

/** Carries what was last known of a plan's reads beside the failure of one of them. */
class StaleReads extends Error {
  readonly results: Results | undefined;

  constructor(failure: unknown, plan: ReadPlan, settled: PromiseSettledResult<ReadResult>[]) {
    super("an upstream read failed", { cause: staleRead(failure).error });
    const results: Results = {};
    for (const [index, one] of settled.entries()) {
      const known = one.status === "fulfilled" ? one.value : staleRead(one.reason).stale;
      if (known === null) return;
      results[plan.reads[index]!.role] = known;
    }
    this.results = results;
  }
}

function failed(plan: ReadPlan, error: unknown, requestId: string): SignalResult {
  const cause = error instanceof StaleReads ? error.cause : error;
  if (!isInferscopeError(cause)) throw cause;
  const known = error instanceof StaleReads ? error.results : undefined;
  // Since when its series are there was not read: a rate over all of the window would be a fraction of the true one.
  const isPartly = known !== undefined && known.first === undefined && hasYoung(plan, known);
  const stale = known === undefined || isPartly ? undefined : assemble(plan, known);
  const base = stale?.status === "ok" ? stale : emptyResult(plan);
  return {
    ...base,
    reason: undefined,
    status: "error",
    error: {
      code: cause.code,
      detail: cause.detail,
      ...(cause.upstream === undefined ? {} : { upstream: cause.upstream }),
      ...(cause.suggestion === undefined ? {} : { suggestion: cause.suggestion }),
      requestId,
    },
  };
}

// --- evidence -----------------------------------------------------------------------------------------------------

/**
 * Proofs and searches for last samples hardly change, and a page asks for them at every refresh. They are shared between
 * viewers, so no viewer's leaving aborts them.
 */
const evidence = new LRUCache<string, Promise<unknown>>({ max: 2_000, ttl: 60_000 });

function remembered<Value>(key: unknown[], find: () => Promise<Value>): Promise<Value> {
  const text = JSON.stringify(key);
  const known = evidence.get(text) as Promise<Value> | undefined;
  if (known !== undefined) return known;
  const found = find();
  evidence.set(text, found);
  found.catch(() => evidence.delete(text));
  return found;
}

/**
 * Whether the source shows that failures would be counted: its metadata declares the counter, or a series of it was
 * there in the last seven days. Metadata is of the whole server, so a series of the service is looked for first, and
 * metadata counts only for a metric that the service's own profile exposes from its start.
 */
function proveCounter(service: Reached, plan: ReadPlan, now: Date): Promise<CounterProof> {
  const { spelling } = plan;
  if (spelling.kind !== "failures") return Promise.resolve("unproven");
  const { failures, total } = spelling;
  // A failure is a label value of the same counter here: when requests are counted, so are failures.
  if (failures.some(({ metric }) => total.some((all) => all.metric === metric)))
    return Promise.resolve("proven");
  const match = failures.map(({ metric, matchers }) => selector(metric, plan.evidence.matchers, matchers));
  return remembered(["counter", targetKey(service.target), match], async () => {
    const client = createPrometheusClient(service.target);
    const end = Math.floor(now.getTime() / 1000);
    const { data } = await client.series({ match, start: end - evidenceWindow, end, limit: 1 });
    if (data.length > 0) return "proven";
    // OpenMetrics declares a counter without the suffix that its samples carry.
    const names = new Set(failures.flatMap(({ metric }) => [metric, metric.replace(/_total$/, "")]));
    for (const metric of names)
      if (((await client.metadata({ metric }))[metric]?.length ?? 0) > 0) return "proven";
    return "unproven";
  });
}

// --- lies ---------------------------------------------------------------------------------------------------------

/** How many series have each bucket, beside what was read; a native histogram needs none. */
function withHolders(service: Reached, plan: ReadPlan, read: Results, readOnce: ReadOnce): Promise<Results> {
  if (plan.holders === undefined || read.nativeCount !== undefined) return Promise.resolve(read);
  return readAll(service, { ...plan, reads: [...plan.reads, plan.holders] }, readOnce);
}

/** Buckets are counted at so many times of a window: what a look back at one time costs is little. */
const looksAtBuckets = 5;
/** So many times what one look sees may lie between two looks before each is made by itself: an hour is seen whole. */
const everyLook = 3;
/** How far back each look goes, as Prometheus does by itself; seconds. */
const lookBack = 300;

/**
 * Whether the series of a histogram do not all have the same buckets at some time of the window, as replicas of two
 * releases do. A source that does not answer this is taken at its word.
 */
async function hasDifferentBuckets(service: Reached, plan: ReadPlan, now: Date): Promise<boolean> {
  if (plan.bucketCounters === undefined) return false;
  const { start, end } = plan.grid;
  const selectors = plan.bucketCounters.map(({ metric, matchers }) =>
    selector(metric, plan.evidence.matchers, matchers),
  );
  const reach = Math.max(lookBack, 4 * service.scrapeInterval);
  const apart = Math.ceil((end - start) / (looksAtBuckets - 1));
  const looks =
    apart <= everyLook * reach
      ? selectors.map((one) => `last_over_time(${one}[${promDuration(end - start + reach)}])`)
      : Array.from({ length: looksAtBuckets }, (_, index) => promDuration(index * apart)).flatMap(
          (back, index) =>
            selectors.map(
              (one) =>
                `last_over_time(${one}[${promDuration(reach)}]${index === 0 ? "" : ` offset ${back}`})`,
            ),
        );
  const expr = `count by (le) (${looks.join(" or ")})`;
  return lookedUp(service, { what: expr, end, now }, async (time) => {
    const { data } = await createPrometheusClient(service.target).query(expr, { time });
    if (data.type !== "vector") return false;
    // A bound that is written in two ways is one.
    const counts = new Map<number, number>();
    for (const { labels, value } of data.series) {
      const bound = boundOf(labels.le);
      if (bound !== undefined) counts.set(bound, (value ?? 0) + (counts.get(bound) ?? 0));
    }
    return new Set(counts.values()).size > 1;
  }).catch(() => false);
}

/** Below this a difference may be requests that one of two has not counted yet. */
const tellingErrorRate = 0.001;

/**
 * Another profile of the service that counts failures where the one that answers counts none: an engine does not see
 * what fails in front of it. One that cannot be asked says nothing.
 */
async function findDisagreement(
  service: Reached,
  { query, spelling }: ReadPlan,
  result: SignalResult,
  readOnce: ReadOnce,
  grid: Grid,
): Promise<Doubt | undefined> {
  if (spelling.kind !== "failures" || result.status !== "ok") return undefined;
  const flawless = { error_rate: 0, availability: 1, success_rate: 1 }[spelling.want as "error_rate"];
  const values = result.series.flatMap((series) => series.values).filter((value) => value !== null);
  if (flawless === undefined || values.length === 0 || values.some((value) => value !== flawless))
    return undefined;
  const metric = spelling.failures[0]?.metric ?? "";
  for (const spoken of service.profiles) {
    // What the answer does not count, callers' errors, says nothing against it.
    const witnesses =
      spelling.want === "availability"
        ? (["server_error_rate", "error_rate"] as const)
        : (["error_rate"] as const);
    const other = witnesses
      .map((signal) =>
        planSignal(
          { ...service, profiles: [spoken] },
          { id: query.id, service: query.service, signal, shape: "summary", offset: query.offset },
          grid,
        ),
      )
      .find(({ kind }) => kind === "reads");
    if (other?.kind !== "reads" || other.spelling.kind !== "failures") continue;
    const loud = other.spelling.failures[0]?.metric;
    if (loud === metric) continue;
    const read = await readAll(service, other, readOnce).catch(() => undefined);
    const rate = read === undefined ? null : (assemble(other, read).summary?.mean ?? null);
    if (rate === null || rate <= tellingErrorRate) continue;
    return {
      kind: "disagreement",
      metric,
      text: `\`${metric}\` counts no failure while \`${loud}\` counts ${format(rate, "ratio")}.`,
      advice: `Find out what ${other.evidence.profileTitle} counts that the other does not: time-outs in front of it, refused connections, requests that never reached it.`,
    };
  }
  return undefined;
}

/** Falls are looked for over so long, once in a while: a rate over them would count what never happened. Seconds. */
const fallsWindow = 3_600;
/** A process that restarts makes its counters fall once; to about 0, and not every few samples. */
const fewestFalls = 3;
const mostFallsPerSample = 0.1;

/** A counter that falls; because its process restarts as often, or for another reason. */
interface Fall {
  metric: string;
  isRestarting: boolean;
}

/**
 * The first of the plan's counters that falls although it is a counter, undefined where none does. A restart begins again
 * at 0; what falls often, or without coming near it, is no counter or restarts faster than it is scraped, and `rate` takes
 * each fall for a restart. A source that does not answer this is asked for the rates all the same.
 */
async function findFalls(service: Reached, plan: ReadPlan, now: Date): Promise<Fall | undefined> {
  const found = await Promise.all(
    plan.counters.map(async (counter) => {
      const { matchers } = plan.evidence;
      const match = selector(counter.metric, matchers, counter.matchers);
      const fall = lookedUp(service, { what: match, end: plan.grid.end, now }, (time) =>
        falls(service, match, matchers, time),
      );
      const seen = await fall.catch(() => undefined);
      return seen === undefined ? undefined : { metric: counter.metric, ...seen };
    }),
  );
  return found.find((fall) => fall !== undefined);
}

/**
 * Values of the plan's gauges that cannot be, which its expression leaves out. All gauges that the profile reads of the
 * service are looked at in one query, whichever panel comes first; a source that does not answer it is taken at its word.
 */
async function findLeftOut(service: Reached, plan: ReadPlan, now: Date): Promise<LeftOut[]> {
  if (plan.gauges.length === 0) return [];
  const found = spokenFor(service, plan.query.signal);
  if (found === undefined) return [];
  const [instance = "instance"] = found.profile.labels.instance;
  const expr = leftOutOf(gaugesOf(service, found), {
    matchers: found.spoken.matchers,
    instance,
    blank: found.profile.blank,
  });
  return lookedUp(service, { what: expr, end: plan.grid.end, now }, async (time): Promise<LeftOut[]> => {
    const { data } = await createPrometheusClient(service.target).query(expr, { time });
    if (data.type !== "vector") return [];
    return data.series.map(({ labels, value }) => ({
      gauge: labels.gauge ?? "",
      instance: labels[instance] ?? "",
      value: value ?? Number.NaN,
    }));
  }).catch(() => []);
}

/**
 * Why it cannot be told whose fault failures are: some are counted without the label that says what they are. A source
 * that does not answer this is taken at its word.
 */
async function findUntyped(service: Reached, plan: ReadPlan, now: Date): Promise<Reason | undefined> {
  const { spelling } = plan;
  if (spelling.kind !== "failures" || spelling.typeLabel === undefined) return undefined;
  if (spelling.want !== "client_error_rate" && spelling.want !== "server_error_rate") return undefined;
  const { typeLabel, failures } = spelling;
  const none = matchersText([{ label: typeLabel, op: "=", value: "" }]);
  const metric = failures[0]?.metric ?? "";
  const untyped = failures.map(({ metric: counter, matchers }) =>
    selector(counter, plan.evidence.matchers, [matchers ?? "", none].filter((part) => part !== "").join(",")),
  );
  const expr = `count((${untyped.join(" or ")}) > 0)`;
  const isSome = await lookedUp(service, { what: expr, end: plan.grid.end, now }, async (time) => {
    const { data } = await createPrometheusClient(service.target).query(expr, { time });
    return data.type === "vector" && data.series.length > 0;
  }).catch(() => false);
  if (!isSome) return undefined;
  return {
    kind: "not_measurable",
    metric,
    text: `Cannot say: \`${metric}\` counts errors without the label \`${typeLabel}\`, so whose fault they are is not told.`,
  };
}

const gaugesRead = new WeakMap<SpokenProfile, Gauge[]>();

/** The gauges that a profile answers signals of a service from, and that it exposes. */
function gaugesOf(service: MeasuredService, { profile, spoken }: Spoken): Gauge[] {
  const known = gaugesRead.get(spoken);
  if (known !== undefined) return known;
  const gauges = signalIds.flatMap((signal) => {
    const found = spokenFor(service, signal);
    return found?.profile === profile && found.spelling.kind === "expression"
      ? withoutImpossible(found.spelling.expression, signal).gauges
      : [];
  });
  const exposed = gauges.filter(({ metric }) => exposes(spoken, metric));
  gaugesRead.set(spoken, exposed);
  return exposed;
}

const lookedUpFor = 600;
/** A source that was just added may have begun a moment ago, with too few samples yet to tell. Seconds. */
const lookedUpAtFirstFor = 30;
const firstAsked = new LRUCache<string, number>({ max: 5_000 });
const answers = new LRUCache<string, Promise<unknown>>({ max: 5_000, ttl: lookedUpFor * 1000 });

/**
 * Looks for a lie of a source at the end of a window, now and then: the past does not change, and of the present that is
 * enough.
 */
function lookedUp<Found>(
  service: Reached,
  { what, end: asked, now }: { what: string; end: number; now: Date },
  look: (time: number) => Promise<Found>,
): Promise<Found> {
  const newest = Math.floor(now.getTime() / 1000);
  const end = Math.min(asked, newest);
  const of = JSON.stringify([targetKey(service.target), what]);
  const key = `${of} ${Math.floor(end / lookedUpFor)}`;
  const known = answers.get(key) as Promise<Found> | undefined;
  if (known !== undefined) return known;
  const found = look(Math.min(newest, Math.ceil(end / lookedUpFor) * lookedUpFor));
  const first = firstAsked.get(of) ?? newest;
  firstAsked.set(of, first);
  answers.set(key, found, newest - first < lookedUpFor ? { ttl: lookedUpAtFirstFor * 1000 } : {});
  found.catch(() => answers.delete(key));
  return found;
}

/** Labels of a target, which its own metrics carry whatever they are of. */
const labelsOfTargets = new Set([
  ...["job", "exported_job", "namespace", "exported_namespace"],
  ...["instance", "pod", "service", "cluster"],
]);

async function falls(
  service: Reached,
  match: string,
  matchers: readonly Matcher[],
  time: number,
): Promise<Pick<Fall, "isRestarting"> | undefined> {
  const range = `${match}[${fallsWindow}s]`;
  const resets = `resets(${range}) >= ${fewestFalls}`;
  const often = `${resets} and resets(${range}) > ${mostFallsPerSample} * count_over_time(${range})`;
  const high = `${resets} and min_over_time(${range}) > 0.5 * max_over_time(${range})`;
  const client = createPrometheusClient(service.target);
  const some = async (expr: string): Promise<boolean> => {
    const { data } = await client.query(expr, { time });
    return data.type === "vector" && data.series.length > 0;
  };
  if (!(await some(`count((${often}) or (${high}))`))) return undefined;
  const ofTarget = matchers.filter(({ label }) => labelsOfTargets.has(label));
  if (ofTarget.length === 0) return { isRestarting: false };
  const falling = `max by (${targetLabel}) ((${often}) or (${high}))`;
  const changes = (metric: string): string =>
    `max by (${targetLabel}) (changes(${selector(metric, ofTarget)}[${fallsWindow}s]))`;
  // A restart changes the start once, and `up` twice where a scrape falls into it; some are missed.
  const restarting = [changes("process_start_time_seconds"), `${changes("up")} / 2`]
    .map((restarts) => ` unless (${restarts} >= 0.5 * ${falling})`)
    .join("");
  return { isRestarting: !(await some(`${falling}${restarting}`)) };
}

function refused(plan: ReadPlan, metric: string, isRestarting: boolean): SignalResult {
  if (isRestarting) {
    const restarts = `Cannot say: the process behind \`${metric}\` restarts again and again within the hour, as often as the counter falls, so that most of what it counts is lost between two scrapes.`;
    const advice =
      "Find out why it restarts: its log before the end, its exit code, and whether it runs out of memory or fails its liveness probe.";
    return {
      ...emptyResult(plan),
      status: "unavailable",
      reason: { kind: "not_measurable", metric, text: restarts },
      doubts: [{ kind: "restarts", metric, text: restarts, advice }],
    };
  }
  const text = `Cannot say: \`${metric}\` falls again and again within the hour, which no counter does, so a rate of it would count what never happened. Two exporters behind one target, or a gauge exported as a counter, do that.`;
  return {
    ...emptyResult(plan),
    status: "unavailable",
    reason: { kind: "not_measurable", metric, text },
    doubts: [
      {
        kind: "falling_counter",
        metric,
        text,
        advice: `Look at \`resets(${metric}[1h])\`: scrape each process by itself where several answer behind one address, and have a value that may fall exported as a gauge.`,
      },
    ],
  };
}

/** When the newest sample of a metric of the last seven days was taken, unix seconds; null where there is none. */
function lastSampleOf(service: Reached, match: string, now: Date): Promise<number | null> {
  return remembered(["last", targetKey(service.target), match], async () => {
    const expr = `max(max_over_time(timestamp(${match})[${evidenceWindow}s:${evidenceStep}s]))`;
    const { data } = await createPrometheusClient(service.target).query(expr, {
      time: Math.floor(now.getTime() / 1000),
    });
    return data.type === "vector" ? (data.series[0]?.value ?? null) : null;
  });
}

/**
 * Why there were no series: the metric is unknown, has no samples in the range, too few for a rate, or none that is a
 * value.
 */
async function whyEmpty(
  service: Reached,
  plan: ReadPlan,
  now: Date,
): Promise<Pick<SignalResult, "reason" | "doubts">> {
  const { metric, metrics, profileTitle, matchers } = plan.evidence;
  const match = evidenceSelector(plan.evidence);
  const last = await lastSampleOf(service, match, now);
  if (last === null)
    return {
      reason: {
        kind: "metric_not_found",
        metric,
        text: `No \`${metric}\` of ${service.name} in ${service.sourceName} in this range or the last 7 days. The profile ${profileTitle} expects it: ${match}.`,
      },
    };
  const base = { kind: "no_samples" as const, metric, lastSampleAt: last };
  if (last < plan.grid.start)
    return {
      reason: {
        ...base,
        text: `No \`${metric}\` in ${service.sourceName} in this range: its last sample is older.`,
      },
    };
  const blank = await whyBlank(service, plan, now);
  if (blank !== undefined) return blank;
  if (plan.spelling.ifNone !== undefined)
    return { reason: { kind: "not_measurable", metric, text: plan.spelling.ifNone } };
  // What an expression is made of may be there in part.
  for (const other of metrics.filter((name) => name !== metric)) {
    const seen = await lastSampleOf(service, selector(other, matchers), now);
    if (seen === null || seen < plan.grid.start)
      return {
        reason: {
          kind: seen === null ? "metric_not_found" : "no_samples",
          metric: other,
          ...(seen === null ? {} : { lastSampleAt: seen }),
          text: `No \`${other}\` of ${service.name} in ${service.sourceName} in this range, which it takes beside \`${metric}\`.`,
        },
      };
  }
  return {
    reason: {
      ...base,
      text: `No \`${metric}\` in ${service.sourceName} in this range, or too few samples to take a rate from; it has newer ones.`,
    },
  };
}

/** The reason where a metric's newest samples are its exporter's word for "no value". */
async function whyBlank(
  service: Reached,
  plan: ReadPlan,
  now: Date,
): Promise<Pick<SignalResult, "reason" | "doubts"> | undefined> {
  const { blank, metric } = plan.evidence;
  if (blank === undefined) return undefined;
  const series = evidenceSelector(plan.evidence);
  const { data } = await createPrometheusClient(service.target).query(
    `count(${blank.expression.replaceAll("$series", series)})`,
    { time: Math.min(plan.grid.end, Math.floor(now.getTime() / 1000)) },
  );
  if (data.type !== "vector" || data.series.length === 0) return undefined;
  const text = `\`${metric}\` has samples in this range, but their number is a word for "no value". ${blank.why}.`;
  return {
    reason: { kind: "not_measurable", metric, text },
    doubts: [{ kind: "blank", metric, text, advice: blankAdvice }],
  };
}
