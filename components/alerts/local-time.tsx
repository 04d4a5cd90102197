"use client";

import { useSyncExternalStore } from "react";
import { formatTime } from "@/lib/units";

const never = () => () => {};

/** A time in the viewer's zone, for a page whose data came with it: the server, which does not know the zone, says UTC. */
export function LocalTime({ time }: { time: string }) {
  const isBrowser = useSyncExternalStore(
    never,
    () => true,
    () => false,
  );
  return (
    <time dateTime={time}>
      {isBrowser ? formatTime(new Date(time), { seconds: false }) : time.slice(0, 16).replace("T", " ")}
    </time>
  );
}
