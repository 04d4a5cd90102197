import type { ReplayedAlert } from "./replay";

/** How much a rule would have disturbed. */
export interface Noise {
  /** What begins to fire at one evaluation is one page, however many series it is of. */
  pages: number;
  /** Null where there was data for less than a day. */
  pagesPerWeek: number | null;
  /** Of those alerts that fired and ended, how many were over within five minutes. */
  shareShort: number | null;
  /** Of those that fired, how many began to between 22:00 and 07:00. */
  shareAtNight: number | null;
  /** Over all series. */
  firingSeconds: number;
}

const week = 7 * 86_400;
const day = 86_400;
const short = 300;

const hourIn = (timeZone: string) => {
  const format = new Intl.DateTimeFormat("en-GB", { timeZone, hour: "2-digit", hourCycle: "h23" });
  return (seconds: number): number => Number(format.format(new Date(seconds * 1000)));
};

const share = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole);

/** Returns how often a replay over `[from, end]` paged, and how often a week that is; null for less than a day. */
export function pagesOf(
  alerts: readonly ReplayedAlert[],
  { from, end }: { from: number | null; end: number },
): Pick<Noise, "pages" | "pagesPerWeek"> {
  const begins = new Set<number>();
  for (const { firingAt } of alerts) if (firingAt !== null) begins.add(firingAt);
  const covered = from === null ? 0 : end - from;
  return { pages: begins.size, pagesPerWeek: covered < day ? null : (begins.size * week) / covered };
}

/** Returns the figures of a replay over `[from, end]`, Unix seconds. Throws a `RangeError` for an unknown time zone. */
export function noiseOf(
  alerts: readonly ReplayedAlert[],
  { from, end, timeZone }: { from: number | null; end: number; timeZone: string },
): Noise {
  const fired = alerts.filter(({ firingAt }) => firingAt !== null);
  const ended = fired.filter(({ resolvedAt }) => resolvedAt !== null);
  const hour = hourIn(timeZone);
  return {
    ...pagesOf(alerts, { from, end }),
    shareShort: share(
      ended.filter(({ firingAt, resolvedAt }) => resolvedAt! - firingAt! < short).length,
      ended.length,
    ),
    shareAtNight: share(
      fired.filter(({ firingAt }) => hour(firingAt!) >= 22 || hour(firingAt!) < 7).length,
      fired.length,
    ),
    firingSeconds: fired.reduce(
      (sum, { firingAt, resolvedAt }) => sum + ((resolvedAt ?? end) - firingAt!),
      0,
    ),
  };
}
