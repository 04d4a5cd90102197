import { scrapeIntervalSeconds } from "./config";

/** How much history the demo shows at its first start, and the longest pause after which it is kept. */
export const historySeconds = 6 * 3600;

// Two scrapes may be missed without anyone seeing a gap in a chart.
const visibleGapSeconds = 2.5 * scrapeIntervalSeconds;

export type HistoryPlan =
  /** Start from nothing: make history that ends now, after throwing away what is there. */
  | { kind: "make" }
  /** Keep what is there; `pause` is the gap to mark on the charts, when one would be seen. Unix seconds. */
  | { kind: "keep"; pause: { start: number; end: number } | undefined };

/**
 * What to do about the demo's history at a start. Blocks may be written before a Prometheus's first start only, so a
 * pause cannot be filled: it stays a gap, and after more than `historySeconds` the charts would be empty anyway, so
 * the history is made anew.
 * @param lastSeen when the demo last ran, in Unix seconds; undefined when it never did
 * @param now in Unix seconds
 */
export function historyPlan(lastSeen: number | undefined, now: number): HistoryPlan {
  if (lastSeen === undefined || lastSeen > now + visibleGapSeconds || now - lastSeen > historySeconds)
    return { kind: "make" };
  return {
    kind: "keep",
    pause: now - lastSeen > visibleGapSeconds ? { start: lastSeen, end: now } : undefined,
  };
}

// What making the full history takes on two cores, and on two cores that build the console at the same time.
const makingSeconds = 12;
const makingBesideBuildSeconds = 25;

/**
 * How far in the future a history must end, so that it is written by then and the live servers can go on from its last
 * second: the model runs ahead of the clock, and whoever is early waits. In whole seconds.
 */
export function historyLead(seconds: number, besideBuild: boolean): number {
  return (
    Math.ceil(
      (besideBuild ? makingBesideBuildSeconds : makingSeconds) * Math.min(seconds / historySeconds, 1),
    ) + 1
  );
}
