import { formatTime, parseDuration } from "@/lib/units";

/** A range that ends now ("the last hour"), or one between two fixed times. Times are Unix seconds. */
export type TimeRange = { relative: string } | { from: number; to: number };

/** What the URL says and what it means at one moment. `from` and `to` are Unix seconds. */
export type ResolvedRange = { from: number; to: number; relative: string | null };

/** The ranges on offer; any other duration may stand in the URL. */
export const RELATIVE_RANGES = [
  { value: "15m", label: "Last 15 minutes" },
  { value: "1h", label: "Last hour" },
  { value: "6h", label: "Last 6 hours" },
  { value: "24h", label: "Last 24 hours" },
  { value: "7d", label: "Last 7 days" },
  { value: "30d", label: "Last 30 days" },
] as const;

export const DEFAULT_RANGE = "6h";

/** Seconds between refreshes on offer; 0 is off. */
export const REFRESH_INTERVALS = [
  { seconds: 0, label: "Off" },
  { seconds: 5, label: "5 s" },
  { seconds: 10, label: "10 s" },
  { seconds: 30, label: "30 s" },
  { seconds: 60, label: "1 min" },
] as const;

/** A narrower zoom than this holds fewer than two samples of a usual scrape. */
export const SHORTEST_RANGE_SECONDS = 10;
const LONGEST_RANGE_SECONDS = 400 * 86_400;

/** Returns the Unix seconds of one end in the URL: ISO 8601 ("2026-03-01T14:00:00Z") or Unix seconds; null otherwise. */
export function parseTime(text: string | null | undefined): number | null {
  if (!text) return null;
  if (/^\d{9,11}(\.\d+)?$/.test(text)) return Math.floor(Number(text));
  if (!/^\d{4}-\d\d-\d\d/.test(text)) return null;
  const milliseconds = Date.parse(text);
  return Number.isNaN(milliseconds) ? null : Math.floor(milliseconds / 1000);
}

/**
 * Returns the range that `from` and `to` of a URL mean at `now` (Unix seconds). `from` is `now-1h` with `to` absent or
 * `now`, or both are times. What cannot be read, is reversed, or is longer than 400 days is the last hour.
 */
export function resolveRange(
  from: string | null | undefined,
  to: string | null | undefined,
  now: number,
): ResolvedRange {
  const relative = /^now-(\w+)$/.exec(from ?? "")?.[1];
  if (relative && (!to || to === "now")) {
    const seconds = parseDuration(relative);
    if (seconds !== null && seconds >= SHORTEST_RANGE_SECONDS && seconds <= LONGEST_RANGE_SECONDS) {
      return { from: now - seconds, to: now, relative };
    }
  }
  const start = parseTime(from);
  const end = to === "now" ? now : parseTime(to);
  if (start !== null && end !== null && end > start && end - start <= LONGEST_RANGE_SECONDS) {
    return { from: start, to: end, relative: null };
  }
  return { from: now - parseDuration(DEFAULT_RANGE)!, to: now, relative: DEFAULT_RANGE };
}

/** Returns `from` and `to` as the URL spells a range. */
export function rangeToUrl(range: TimeRange): { from: string; to: string | null } {
  if ("relative" in range) return { from: `now-${range.relative}`, to: null };
  return { from: isoSeconds(range.from), to: isoSeconds(range.to) };
}

function isoSeconds(unixSeconds: number): string {
  return `${new Date(Math.round(unixSeconds) * 1000).toISOString().slice(0, 19)}Z`;
}

/** Returns the range twice as long around the same middle, not past `now`; a relative one stays relative. */
export function zoomedOut(range: ResolvedRange, now: number): TimeRange {
  const span = range.to - range.from;
  if (range.relative !== null) {
    const next = RELATIVE_RANGES.find((entry) => parseDuration(entry.value)! > span);
    return { relative: next?.value ?? RELATIVE_RANGES.at(-1)!.value };
  }
  const to = Math.min(Math.round(range.to + span / 2), now);
  return { from: Math.max(to - span * 2, to - LONGEST_RANGE_SECONDS), to };
}

/** Returns the words of a range: "Last hour", "Last 3h", "14:00 – 14:20", with dates where they are not today. */
export function rangeWords(range: ResolvedRange, now: Date, timeZone?: string): string {
  if (range.relative !== null) {
    const known = RELATIVE_RANGES.find((entry) => entry.value === range.relative);
    return known?.label ?? `Last ${range.relative}`;
  }
  const seconds = range.to - range.from < 600;
  const start = formatTime(range.from, { now, timeZone, seconds });
  const sameDay =
    formatTime(range.from, { timeZone }).slice(0, 10) === formatTime(range.to, { timeZone }).slice(0, 10);
  const end = formatTime(range.to, { now: sameDay ? new Date(range.to * 1000) : now, timeZone, seconds });
  return `${start} – ${end}`;
}

/** Returns the seconds of `refresh` in the URL ("10s", "1m", "off"); `fallback` for what is not on offer. */
export function parseRefresh(text: string | null | undefined, fallback: number): number {
  if (text === "off") return 0;
  const seconds = text ? parseDuration(text) : null;
  return REFRESH_INTERVALS.some((entry) => entry.seconds === seconds) ? seconds! : fallback;
}
