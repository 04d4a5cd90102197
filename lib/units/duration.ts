import type { Seconds } from "./unit";

const SECONDS_IN = { y: 31_536_000, w: 604_800, d: 86_400, h: 3600, m: 60, s: 1, ms: 0.001 } as const;

/** What a configured duration is written with; weeks and years are read but not written, as `7d` is plainer. */
const WRITTEN = ["d", "h", "m", "s", "ms"] as const;

/**
 * Returns a duration as PromQL and the API write it: 300 is `5m`, 5400 is `1h30m`, 0.25 is `250ms`.
 *
 * Whole milliseconds are kept, less is rounded; 0 is `0s`. Throws RangeError for a negative or non-finite
 * number. For a duration that people read as a measurement use `format(seconds, "seconds")`.
 */
export function formatDuration(seconds: Seconds): string {
  if (!Number.isFinite(seconds) || seconds < 0) throw new RangeError(`not a duration in seconds: ${seconds}`);
  let milliseconds = Math.round(seconds * 1000);
  if (milliseconds === 0) return "0s";
  let text = "";
  for (const label of WRITTEN) {
    const size = Math.round(SECONDS_IN[label] * 1000);
    const count = Math.floor(milliseconds / size);
    if (count === 0) continue;
    text += `${count}${label}`;
    milliseconds -= count * size;
  }
  return text;
}

/**
 * Returns the seconds of a duration in Prometheus's spelling (`5m`, `1h30m`, `250ms`, `1d`, `1w`, `1y`), or of
 * a plain number of seconds (`90`, `0.5`); null for anything else, units out of order included.
 *
 * Source: Prometheus, common/model/time.go, ParseDuration: a year is 365 days, a unit stands at most once.
 */
export function parseDuration(text: string): Seconds | null {
  const trimmed = text.trim();
  if (/^\d+(\.\d+)?$/.test(trimmed)) return Number(trimmed);
  const match = /^(?:(\d+)y)?(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?$/.exec(
    trimmed,
  );
  if (!match || trimmed === "") return null;
  const sizes = Object.values(SECONDS_IN);
  let milliseconds = 0;
  for (const [index, size] of sizes.entries())
    milliseconds += Number(match[index + 1] ?? 0) * Math.round(size * 1000);
  return milliseconds / 1000;
}
