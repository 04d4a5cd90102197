import { format } from "./format";
import type { UnixSeconds } from "./unit";

export type TimeOptions = {
  /** IANA zone; the viewer's own when absent. The API speaks UTC, the screen the viewer's zone. */
  timeZone?: string;
  /** The date is left out for a time of this day. Without it the date always stands. */
  now?: Date;
  /** Whether seconds are shown; true when absent. */
  seconds?: boolean;
};

const formatters = new Map<string, Intl.DateTimeFormat>();

/** Returns a time as `14:03:27`, or `2026-03-01 14:03:27` when it is not the day of `now`. */
export function formatTime(time: Date | UnixSeconds, options: TimeOptions = {}): string {
  const date = toDate(time);
  if (Number.isNaN(date.getTime())) return "–";
  const at = partsOf(date, options.timeZone);
  const clock = `${at.hour}:${at.minute}${options.seconds === false ? "" : `:${at.second}`}`;
  const day = `${at.year}-${at.month}-${at.day}`;
  if (!options.now) return `${day} ${clock}`;
  const today = partsOf(options.now, options.timeZone);
  return day === `${today.year}-${today.month}-${today.day}` ? clock : `${day} ${clock}`;
}

/** Returns how long ago a time was, `3 min ago`; `now` for less than a second, `in 5 min` for the future. */
export function formatAgo(time: Date | UnixSeconds, now: Date): string {
  const seconds = Math.round((now.getTime() - toDate(time).getTime()) / 1000);
  if (Number.isNaN(seconds)) return "–";
  if (seconds === 0) return "now";
  // One unit is enough for an age: "3 min ago" beside the exact time, not "3 min 20 s ago".
  const size = [86_400, 3600, 60, 1].find((candidate) => Math.abs(seconds) >= candidate)!;
  const whole = Math.floor(Math.abs(seconds) / size) * size;
  const age = whole < 60 ? `${whole}\u2009s` : format(whole, "seconds");
  return seconds > 0 ? `${age} ago` : `in ${age}`;
}

function toDate(time: Date | UnixSeconds): Date {
  return time instanceof Date ? time : new Date(time * 1000);
}

function partsOf(date: Date, timeZone: string | undefined): Record<string, string> {
  const key = timeZone ?? "";
  let formatter = formatters.get(key);
  if (!formatter) {
    formatter = new Intl.DateTimeFormat("en-GB", {
      timeZone,
      hourCycle: "h23",
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
    });
    formatters.set(key, formatter);
  }
  return Object.fromEntries(formatter.formatToParts(date).map((part) => [part.type, part.value]));
}
