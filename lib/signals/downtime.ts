/** Seconds. */
export const secondsOfMonth = 30 * 86_400;
export const secondsOfYear = 365 * 86_400;

/** The downtime that an availability amounts to, seconds in 30 days and in 365. */
export interface Downtime {
  month: number;
  year: number;
}

/**
 * What an availability amounts to as time without service: 99.9 % is 43 min 12 s a month and 8 h 45 min 36 s a year.
 * `availability` is a ratio 0–1; null where it is not one, since no time follows from an unknown.
 */
export function downtimeOf(availability: number | null | undefined): Downtime | null {
  if (availability === null || availability === undefined) return null;
  if (!(availability >= 0 && availability <= 1)) return null;
  const missing = 1 - availability;
  return { month: missing * secondsOfMonth, year: missing * secondsOfYear };
}
