"use client";

import { useSyncExternalStore } from "react";
import { Tooltip } from "./tooltip";

const listeners = new Set<() => void>();
let now = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;

// One clock for every relative time of the page, so that they change together and cost one timer.
function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  if (timer === undefined) {
    now = Date.now();
    timer = setInterval(() => {
      now = Date.now();
      for (const each of listeners) each();
    }, 10_000);
  }
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

const UNITS = [
  { seconds: 86_400, name: "d" },
  { seconds: 3_600, name: "h" },
  { seconds: 60, name: "min" },
] as const;

/** "just now", "3 min ago", "2 d ago", "in 4 h": one unit, rounded down. Both arguments are milliseconds. */
export function relativeWords(time: number, at: number): string {
  const seconds = Math.abs(at - time) / 1000;
  const unit = UNITS.find((entry) => seconds >= entry.seconds);
  if (!unit) return "just now";
  const words = `${Math.floor(seconds / unit.seconds)} ${unit.name}`;
  return time <= at ? `${words} ago` : `in ${words}`;
}

/** Local date and time to the second with the zone: the exact time behind a relative one. */
export function exactTime(time: Date, timeZone?: string): string {
  return new Intl.DateTimeFormat("en-GB", {
    year: "numeric",
    month: "short",
    day: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    timeZoneName: "short",
    timeZone,
  }).format(time);
}

/** How long ago, kept up to date; the exact time in the viewer's zone on hover and on focus. */
export function RelativeTime({ time, className }: { time: Date | string | number; className?: string }) {
  const date = new Date(time);
  // The server does not know when the browser will read this; it prints the UTC time and the browser takes over.
  const at = useSyncExternalStore(
    subscribe,
    () => now,
    () => null,
  );
  if (Number.isNaN(date.getTime())) return <span className={className}>–</span>;
  const iso = date.toISOString();
  if (at === null) {
    return (
      <time dateTime={iso} className={className}>
        {iso.slice(0, 16).replace("T", " ")}
      </time>
    );
  }
  return (
    <Tooltip text={exactTime(date)}>
      <time dateTime={iso} className={className}>
        {relativeWords(date.getTime(), Math.max(at, now))}
      </time>
    </Tooltip>
  );
}
