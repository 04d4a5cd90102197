import type { SignalResult } from "./schema";

/**
 * How many events a rate over a whole window stands for, by series: rate × the seconds that the series' samples cover,
 * which are fewer than the window's where the series is young. Null where the rate or its window is not known.
 */
export function countsOf({ series, window }: Pick<SignalResult, "series" | "window">): (number | null)[] {
  return series.map(({ values: [rate], covered }) => {
    const seconds = covered ?? (window === undefined ? undefined : window.end - window.start);
    return rate === null || rate === undefined || seconds === undefined ? null : Math.round(rate * seconds);
  });
}
