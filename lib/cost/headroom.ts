import { format } from "@/lib/units";
import type { Headroom } from "./schema";

/** A service's past on one grid; every line has a value or null for each window. */
export interface HeadroomHistory {
  /** Seconds of a window. */
  step: number;
  /** Finished requests per second. */
  rate: readonly (number | null)[];
  /** The longest queue in the window, or, by time, the median wait. */
  queue: readonly (number | null)[];
  queueUnit: "requests" | "seconds";
  /** Tokens per second; empty where they are not counted. */
  output: readonly (number | null)[];
  prompt: readonly (number | null)[];
  replicas: readonly (number | null)[];
}

type Estimate = Omit<Headroom, "service" | "start" | "end" | "expr">;

/** One window that is compared: load and queue of a replica. */
interface Point {
  load: number;
  isQueueing: boolean;
  block: number;
}

/** A queue below this is noise: one request waiting at some moment, half a second of the median wait. */
const leastQueue = { requests: 1, seconds: 0.5 } as const;
/** Mixes that differ by more than this factor in tokens per request are different work. */
const mixFactor = 1.5;
/** The mix of fewer requests than this is chance. */
const fewRequests = 20;
/** Queues that lie closer together than this are one episode. Seconds. */
const episodeGap = 3_600;
const leastEpisodes = 2;
const leastQueueing = 6;
/** Resampled whole, since neighbouring windows tell the same. Seconds. */
const blockLength = 6 * 3_600;
const leastBlocks = 8;
const resamples = 400;
const day = 86_400;

/**
 * The request rate at which a service's queue starts to grow.
 *
 * A window counts as queueing when its queue per replica is longer than twice what nine tenths of the quieter half of all
 * windows have, and than {@link leastQueue}. First the share of queueing windows as a function of the load is estimated by
 * isotonic regression (pool adjacent violators; M. Ayer et al., 1955): it supposes nothing but that more load queues more
 * often, and being a share, an incident with a queue of thousands weighs no more than its windows. Queues at loads that
 * mostly pass without one are thus told apart and left out. In the others requests waited because the service finished no
 * more: the rate is the median of what it finished then, and a queue grows when more arrive. The 95 % interval is the
 * percentile interval of a block bootstrap of both steps (blocks of six hours); an upper end that over 2.5 % of the
 * resamples do not reach is left open.
 *
 * Loads are per replica and the answer is for as many replicas as there are now. Windows whose tokens per request differ
 * from today's by more than a factor of 1.5 are left out. `random` gives numbers in [0, 1).
 */
export function estimateHeadroom(
  history: HeadroomHistory | { reason: string },
  random: () => number,
): Estimate {
  const nothing: Estimate = {
    kind: "cannot_say",
    rate: null,
    interval: null,
    atLeast: null,
    reason: null,
    current: null,
    headroom: null,
    replicas: null,
    windows: 0,
    windowsWithQueue: 0,
    threshold: null,
    queueUnit: null,
    notes: [],
  };
  if ("reason" in history) return { ...nothing, reason: history.reason };
  const { step, queueUnit } = history;
  const current = mean(history.rate.slice(-Math.round(3_600 / step)));
  const replicas = history.replicas.findLast((count) => count !== null) ?? null;
  const { windows, notes } = comparable(history);
  const base: Estimate = { ...nothing, current, replicas, queueUnit, windows: windows.length, notes };

  const blocks = new Set(windows.map(({ block }) => block)).size;
  if (blocks < leastBlocks)
    return {
      ...base,
      reason: `There is ${format(windows.length * step, "seconds")} of comparable history; it takes two days.`,
    };

  const threshold = thresholdOf(windows, queueUnit);
  const points: Point[] = windows
    .map(({ load, queue, block }) => ({ load, block, isQueueing: queue > threshold }))
    .sort((a, b) => a.load - b.load);
  const windowsWithQueue = points.filter(({ isQueueing }) => isQueueing).length;
  const counted: Estimate = { ...base, threshold, windowsWithQueue };
  const scale = replicas ?? 1;
  const served = { ...counted, atLeast: calmLoad(points) * scale };
  const episodes = episodesOf(
    windows.filter(({ queue }) => queue > threshold).map(({ index }) => index * step),
  );
  if (windowsWithQueue < leastQueueing || episodes < leastEpisodes)
    return {
      ...served,
      reason:
        windowsWithQueue === 0
          ? "Its load never came near: no queue grew in this time."
          : `Its load hardly came near: a queue grew in ${windowsWithQueue} windows of ${step / 60} minutes, on ${episodes} occasion${episodes === 1 ? "" : "s"}, which is too few to tell load from chance.`,
    };

  const saturated = saturatedLoad(points, once(points));
  if (saturated === "beyond")
    return { ...served, reason: "Even at its highest load most windows had no queue worth the name." };
  if (saturated === "below")
    return {
      ...counted,
      reason: "Requests wait even at its lowest load, so the queue starts to grow below all that was seen.",
    };

  const rate = saturated * scale;
  const [lo, hi] = interval(points, random);
  return {
    ...counted,
    kind: "estimate",
    rate,
    interval: { lo: Math.min(rate, lo * scale), hi: hi === null ? null : Math.max(rate, hi * scale) },
    headroom: current === null || current <= 0 ? null : rate / current - 1,
  };
}

interface Window {
  index: number;
  block: number;
  load: number;
  queue: number;
}

/** The windows with load and queue whose mix is today's, per replica, and what was left out in words. */
function comparable(history: HeadroomHistory): { windows: Window[]; notes: string[] } {
  const { step, rate, queue, replicas, output, prompt, queueUnit } = history;
  const today = Math.max(0, rate.length - Math.round(day / step));
  const usual = [output, prompt].map((tokens) => tokensPerRequest(rate.slice(today), tokens.slice(today)));
  const notes: string[] = [];
  if (usual.every((each) => each === null))
    notes.push("Tokens are not counted here, so windows of another mix of requests are not left out.");
  if (replicas.every((count) => count === null))
    notes.push("Its replicas cannot be counted; their number is taken to be the same all the time.");

  const windows: Window[] = [];
  let otherMix = 0;
  for (const [index, perSecond] of rate.entries()) {
    const waiting = queue[index] ?? null;
    if (perSecond === null || waiting === null) continue;
    const isOther = [output, prompt].some((tokens, which) => {
      const [mix, here] = [usual[which] ?? null, tokens[index] ?? null];
      if (mix === null || mix <= 0 || here === null || perSecond * step < fewRequests) return false;
      const ratio = here / perSecond / mix;
      return ratio > mixFactor || ratio < 1 / mixFactor;
    });
    if (isOther) {
      otherMix += 1;
      continue;
    }
    const count = replicas[index] ?? 1;
    windows.push({
      index,
      block: Math.floor((index * step) / blockLength),
      load: perSecond / count,
      queue: queueUnit === "requests" ? waiting / count : waiting,
    });
  }
  if (otherMix > 0)
    notes.push(
      `${otherMix} windows were left out: their tokens per request differ from today's by more than a factor of ${mixFactor}.`,
    );
  return { windows, notes };
}

/** Tokens by requests over all windows that have both; null without any. */
function tokensPerRequest(
  rate: readonly (number | null)[],
  tokens: readonly (number | null)[],
): number | null {
  let [requests, sum] = [0, 0];
  for (const [index, perSecond] of rate.entries()) {
    const here = tokens[index] ?? null;
    if (perSecond === null || here === null) continue;
    requests += perSecond;
    sum += here;
  }
  return requests > 0 ? sum / requests : null;
}

function thresholdOf(windows: readonly Window[], unit: HeadroomHistory["queueUnit"]): number {
  const byLoad = [...windows].sort((a, b) => a.load - b.load);
  const quiet = byLoad.slice(0, Math.ceil(byLoad.length / 2)).map(({ queue }) => queue);
  return Math.max(leastQueue[unit], 2 * quantile(quiet, 0.9));
}

/** What was served without a queue but for a hundredth of the windows that had none. */
const calmLoad = (points: readonly Point[]): number =>
  quantile(
    points.filter(({ isQueueing }) => !isQueueing).map(({ load }) => load),
    0.99,
  );

function episodesOf(times: readonly number[]): number {
  return times.filter((time, index) => index === 0 || time - times[index - 1]! > episodeGap).length;
}

/**
 * The median load of the queueing windows above the load at which the isotonic share of queueing windows reaches one
 * half; `points` ascend by load. `weights` is how often each block counts.
 */
function saturatedLoad(points: readonly Point[], weights: Uint16Array): number | "below" | "beyond" {
  // Pools of adjacent windows, as a stack: how many are in it, how many of them queue, its first window, its last load.
  const [all, queueing, first, last] = Array.from({ length: 4 }, () => new Float64Array(points.length)) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  let top = -1;
  for (const [index, { load, isQueueing, block }] of points.entries()) {
    const weight = weights[block]!;
    if (weight === 0) continue;
    top += 1;
    all[top] = weight;
    queueing[top] = isQueueing ? weight : 0;
    first[top] = index;
    last[top] = load;
    // Windows of one load are one observation: their order says nothing.
    while (
      top > 0 &&
      (last[top - 1] === points[first[top]!]!.load ||
        queueing[top - 1]! * all[top]! >= queueing[top]! * all[top - 1]!)
    ) {
      top -= 1;
      all[top]! += all[top + 1]!;
      queueing[top]! += queueing[top + 1]!;
      last[top] = last[top + 1]!;
    }
  }
  let reached = 0;
  while (reached <= top && 2 * queueing[reached]! < all[reached]!) reached += 1;
  if (reached === 0) return "below";
  const total = queueing.subarray(reached, top + 1).reduce((sum, count) => sum + count, 0);
  if (total < leastQueueing) return "beyond";
  let sum = 0;
  for (let index = first[reached]!; ; index += 1) {
    const { load, isQueueing, block } = points[index]!;
    if (!isQueueing) continue;
    sum += weights[block]!;
    if (2 * sum >= total) return load;
  }
}

/** Each block as often as it is there. */
const once = (points: readonly Point[]): Uint16Array =>
  new Uint16Array(Math.max(...points.map(({ block }) => block)) + 1).fill(1);

function interval(points: readonly Point[], random: () => number): [lo: number, hi: number | null] {
  const blocks = [...new Set(points.map(({ block }) => block))];
  const weights = new Uint16Array(Math.max(...blocks) + 1);
  const found = Array.from({ length: resamples }, () => {
    weights.fill(0);
    for (let drawn = 0; drawn < blocks.length; drawn += 1)
      weights[blocks[Math.floor(random() * blocks.length)]!]! += 1;
    const load = saturatedLoad(points, weights);
    return load === "below" ? 0 : load === "beyond" ? Number.POSITIVE_INFINITY : load;
  });
  const hi = quantile(found, 0.975);
  return [quantile(found, 0.025), Number.isFinite(hi) ? hi : null];
}

/** The smallest value that at least this share of the values does not exceed; 0 of none. */
function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? 0;
}

function mean(values: readonly (number | null)[]): number | null {
  const present = values.filter((value) => value !== null);
  return present.length === 0 ? null : present.reduce((sum, value) => sum + value, 0) / present.length;
}
