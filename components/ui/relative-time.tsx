"use client";

import { useSyncExternalStore } from "react";
import { formatAgo, formatTime } from "@/lib/units";
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

/** Local date and time to the second with the zone: the exact time behind a relative one. */
export function exactTime(time: Date): string {
  const zone = new Intl.DateTimeFormat("en-GB", { timeZoneName: "short" })
    .formatToParts(time)
    .find((part) => part.type === "timeZoneName");
  return `${formatTime(time)} ${zone?.value ?? ""}`.trim();
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
        {formatAgo(date, new Date(Math.max(at, now)))}
      </time>
    </Tooltip>
  );
}
