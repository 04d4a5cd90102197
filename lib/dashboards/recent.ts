import { alignToStep } from "@/lib/prometheus/step";

/** What counts as now: so many seconds until the end of a range, whatever the range is. */
const recentSeconds = 300;
/** Fewer samples than this give no rate; seconds between two of a source that is scraped rarely make now longer. */
const fewestSamples = 4;

/** How long now is, in seconds; `scrapeInterval` in seconds. */
export const recentLength = (scrapeInterval: number): number =>
  Math.max(recentSeconds, fewestSamples * scrapeInterval);

/** The grid of what is asked for of now: `length` seconds that end at `to`, unix seconds, to the `step`. */
export function recentGrid(
  to: number,
  scrapeInterval: number,
  step: number,
): { start: number; end: number; step: number } {
  const end = alignToStep(to, step);
  return { start: end - Math.ceil(recentLength(scrapeInterval) / step) * step, end, step };
}
