import { formatTime, parseDuration } from "@/lib/units";

/** A range that ends now ("the last hour"), or one between two fixed times. Times are Unix seconds. */
export type TimeRange = { relative: string } | { from: number; to: number };

/** What the URL says and what it means at one moment. `from` and `to` are Unix seconds. */
export type ResolvedRange = { from: number; to: number; relative: string | null };

/** The ranges on offer; any other duration may be typed, or stand in the URL. */
export const RELATIVE_RANGES = [
  { value: "5m", label: "Last 5 minutes" },
  { value: "15m", label: "Last 15 minutes" },
  { value: "30m", label: "Last 30 minutes" },
  { value: "1h", label: "Last hour" },
  { value: "3h", label: "Last 3 hours" },
  { value: "6h", label: "Last 6 hours" },
  { value: "12h", label: "Last 12 hours" },
  { value: "24h", label: "Last 24 hours" },
  { value: "2d", label: "Last 2 days" },
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

const WORDS_OF_UNITS = [
  ["y", "year"],
  ["w", "week"],
  ["d", "day"],
  ["h", "hour"],
  ["m", "minute"],
  ["s", "second"],
] as const;

/** Whether a range that ends now may be so long, or short. */
const isLength = (seconds: number | null): seconds is number =>
  seconds !== null && seconds >= SHORTEST_RANGE_SECONDS && seconds <= LONGEST_RANGE_SECONDS;

/** Returns the relative range that was typed ("45m", "3 d", "1h30m", "2 hours"), null for what is none. */
export function typedRange(text: string): string | null {
  const spelled = text
    .toLowerCase()
    .replace(/\s+/g, "")
    .replace(/(\d)(y|w|d|h|m|s)[a-z]*/g, "$1$2");
  // A bare number may be of anything.
  return /[a-z]$/.test(spelled) && isLength(parseDuration(spelled)) ? spelled : null;
}

/** Returns the words of a relative range: "Last hour", "Last 45 minutes", "Last 1 hour 30 minutes". */
function relativeWords(relative: string): string {
  const parts = WORDS_OF_UNITS.flatMap(([unit, word]) => {
    const count = new RegExp(`(\\d+)${unit}(?![a-z])`).exec(relative)?.[1];
    return count === undefined ? [] : [{ count: Number(count), word }];
  });
  const [only, ...more] = parts;
  if (only === undefined) return `Last ${relative}`;
  if (more.length === 0 && only.count === 1) return `Last ${only.word}`;
  return `Last ${parts.map(({ count, word }) => `${count} ${word}${count === 1 ? "" : "s"}`).join(" ")}`;
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
    if (isLength(seconds)) return { from: now - seconds, to: now, relative };
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

/** Returns the words of a range: "Last hour", "Last 45 minutes", "14:00 – 14:20", with dates where they are not today. */
export function rangeWords(range: ResolvedRange, now: Date, timeZone?: string): string {
  if (range.relative !== null) {
    const known = RELATIVE_RANGES.find((entry) => entry.value === range.relative);
    return known?.label ?? relativeWords(range.relative);
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
