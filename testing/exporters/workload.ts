import { createRandom } from "@/stack/llm-server/random";
import type { HistogramState, Labels } from "./exposition";

/** One request of a cycle. Durations in seconds. */
export interface Request {
  /** The type of its failure, in the server's own word; a failed request has no tokens and no latency. */
  failure?: string;
  promptTokens: number;
  /** Those of the prompt's tokens that were in the cache. */
  cachedTokens: number;
  outputTokens: number;
  queue: number;
  prefill: number;
  itl: number;
}

/** A value that a histogram saw `weight` times. */
export interface Observation {
  value: number;
  weight: number;
}

export interface WorkloadOptions {
  seed: number;
  /** Requests in a cycle; 50 unless given. */
  size?: number;
  /** How often the cycle passes in a second; 2 unless given. */
  perSecond?: number;
  /** How many requests of a cycle fail, by type. */
  failures?: Record<string, number>;
  /** Seconds: medians, and of the pause between tokens the mean. */
  queue: number;
  prefill: number;
  itl: number;
  promptTokens: number;
  outputTokens: number;
  /** Share of the prompt's tokens that are in the cache. */
  cached?: number;
}

/**
 * The load of one replica: the same cycle of requests over and over. Whatever a server has counted is a whole number of
 * cycles, so every ratio, mean and quantile between two scrapes is that of one cycle, exactly.
 */
export interface Workload {
  requests: readonly Request[];
  served: readonly Request[];
  perSecond: number;
}

/** The requests of one cycle: log-logistic latencies at the middles of equal shares, dealt out by the seed. */
export function workload(options: WorkloadOptions): Workload {
  const { seed, size = 50, perSecond = 2, failures = {}, cached = 0 } = options;
  const failed = Object.entries(failures).flatMap(([type, count]) => Array<string>(count).fill(type));
  const count = size - failed.length;
  const dealt = (stream: string, of: (share: number) => number): number[] =>
    shuffled(
      Array.from({ length: count }, (_, index) => of(logisticQuantile((index + 0.5) / count))),
      seed,
      stream,
    );
  const queue = dealt("queue", (z) => options.queue * Math.exp(0.8 * z));
  const prefill = dealt("prefill", (z) => options.prefill * Math.exp(0.5 * z));
  const pauses = dealt("itl", (z) => Math.exp(0.25 * z));
  const prompt = dealt("prompt", (z) => Math.round(options.promptTokens * Math.exp(0.6 * z)));
  const output = dealt("output", (z) => Math.max(2, Math.round(options.outputTokens * Math.exp(0.5 * z))));
  // Scaled so that the mean over all gaps between tokens is the one asked for.
  const gaps = sum(output.map((tokens) => tokens - 1));
  const scale = (options.itl * gaps) / sum(pauses.map((pause, index) => pause * (output[index]! - 1)));
  const served: Request[] = queue.map((_, index) => ({
    promptTokens: prompt[index]!,
    cachedTokens: Math.round(prompt[index]! * cached),
    outputTokens: output[index]!,
    queue: queue[index]!,
    prefill: prefill[index]!,
    itl: pauses[index]! * scale,
  }));
  const none = { promptTokens: 0, cachedTokens: 0, outputTokens: 0, queue: 0, prefill: 0, itl: 0 };
  return { served, requests: [...served, ...failed.map((failure) => ({ ...none, failure }))], perSecond };
}

/** The time to the first token: waiting, then reading the prompt. */
export const ttftOf = (request: Request): number => request.queue + request.prefill;
export const decodeOf = (request: Request): number => (request.outputTokens - 1) * request.itl;
export const e2eOf = (request: Request): number => ttftOf(request) + decodeOf(request);

/** What a histogram sees of the served requests in one cycle: one value each. */
export const perRequest = ({ served }: Workload, of: (request: Request) => number): Observation[] =>
  served.map((request) => ({ value: of(request), weight: 1 }));

/** What a histogram sees of the gaps between tokens in one cycle. */
export const perGap = ({ served }: Workload): Observation[] =>
  served.map(({ itl, outputTokens }) => ({ value: itl, weight: outputTokens - 1 }));

export const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** A sum over the served requests, per second. */
export const ratePerSecond = ({ served, perSecond }: Workload, of: (request: Request) => number): number =>
  perSecond * sum(served.map(of));

/** Requests that ended with this failure, in one cycle; without a type, all that failed. */
export const failuresIn = ({ requests }: Workload, type?: string): number =>
  requests.filter(({ failure }) => failure !== undefined && (type === undefined || failure === type)).length;

/** How many requests are in a phase that takes that long, on average (Little's law). */
export const inPhase = (load: Workload, of: (request: Request) => number): number =>
  Math.round(ratePerSecond(load, of));

/** The observations of several replicas as one population, each weighted by how often its cycle passes. */
export const pooled = (
  loads: readonly Workload[],
  of: (load: Workload) => readonly Observation[],
): Observation[] =>
  loads.flatMap((load) => of(load).map(({ value, weight }) => ({ value, weight: weight * load.perSecond })));

export const meanOf = (observations: readonly Observation[]): number =>
  sum(observations.map(({ value, weight }) => value * weight)) /
  sum(observations.map(({ weight }) => weight));

/** The smallest value that a share of `quantile` of the observations does not exceed. */
export function quantileOf(observations: readonly Observation[], quantile: number): number {
  const sorted = [...observations].sort((a, b) => a.value - b.value);
  const rank = quantile * sum(sorted.map(({ weight }) => weight));
  let seen = 0;
  for (const { value, weight } of sorted) {
    seen += weight;
    if (seen >= rank - 1e-9) return value;
  }
  return Number.NaN;
}

/** The state of a histogram that has seen so many cycles of these observations; `unit` is how many of its units a second has. */
export function histogramState(
  bounds: readonly number[],
  observations: readonly Observation[],
  cycles: number,
  { labels = {}, unit = 1 }: { labels?: Labels; unit?: number } = {},
): HistogramState {
  const within = (bound: number): number =>
    sum(observations.flatMap(({ value, weight }) => (value * unit <= bound ? [weight] : [])));
  return {
    labels,
    bounds,
    cumulative: [...bounds, Number.POSITIVE_INFINITY].map((bound) => within(bound) * cycles),
    sum: sum(observations.map(({ value, weight }) => value * unit * weight)) * cycles,
  };
}

function shuffled<Value>(values: Value[], seed: number, stream: string): Value[] {
  const random = createRandom(seed, stream);
  for (let index = values.length - 1; index > 0; index--) {
    const other = Math.floor(random.uniform() * (index + 1));
    [values[index], values[other]] = [values[other]!, values[index]!];
  }
  return values;
}

/** The quantile of the logistic distribution with a mean of 0 and a standard deviation of 1. */
const logisticQuantile = (share: number): number => (Math.sqrt(3) / Math.PI) * Math.log(share / (1 - share));
