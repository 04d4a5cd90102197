import type { Seconds, UnixSeconds } from "@/lib/units";

/** Prometheus refuses a range query of more points than this for a series. */
export const MAX_POINTS_PER_SERIES = 11_000;

/** Steps that divide minutes, hours and days, so that the grid's lines fall on times that people read. */
const ROUND_STEPS: readonly Seconds[] = [
  1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400,
];
const DAY: Seconds = 86_400;

/**
 * Returns the step of a range query, in whole seconds: the smallest round one that gives at most `maxPoints`
 * points a series, is not finer than the scrapes, and stays under Prometheus's 11,000 points.
 *
 * Past a day it is a whole number of days. Throws RangeError unless all three are positive.
 */
export function stepFor(range: Seconds, maxPoints: number, scrapeInterval: Seconds): Seconds {
  if (!(range > 0 && maxPoints > 0 && scrapeInterval > 0)) {
    throw new RangeError(`no step for ${range} s in ${maxPoints} points scraped every ${scrapeInterval} s`);
  }
  // Two fewer than the limit: aligning may add a point at the start, and the cache keeps one more.
  const points = Math.min(maxPoints, MAX_POINTS_PER_SERIES - 2);
  const least = Math.max(range / points, scrapeInterval);
  return ROUND_STEPS.find((step) => step >= least) ?? Math.ceil(least / DAY) * DAY;
}

/** Below a minute the rate of a service with a few requests a second is mostly chance. */
const LEAST_RATE_WINDOW: Seconds = 60;

/**
 * Returns the window of a rate: no shorter than the step, so that no sample falls between two points, at least four
 * scrapes, so that one failed scrape leaves a rate, and at least a minute.
 */
export function rateWindowFor(scrapeInterval: Seconds, step: Seconds): Seconds {
  return Math.max(4 * scrapeInterval, step, LEAST_RATE_WINDOW);
}

/** Returns the last time of the step's grid at or before `time`. Steps are whole seconds. */
export function alignToStep(time: UnixSeconds, step: Seconds): UnixSeconds {
  return Math.floor(time / step) * step;
}
