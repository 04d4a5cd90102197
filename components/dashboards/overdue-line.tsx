"use client";

import { useEffect, useState } from "react";
import { format, formatTime } from "@/lib/units";

/** When the page was last refreshed, `since` in unix seconds, and what it waits for. */
export function OverdueLine({ since, failed }: { since: number; failed: boolean }) {
  const [now, setNow] = useState(() => Date.now() / 1000);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now() / 1000), 1_000);
    return () => clearInterval(timer);
  }, []);
  const age = format(Math.max(0, Math.floor(now - since)), "seconds");
  return (
    <p className="mb-4 text-body text-secondary">
      {`Last refreshed at ${formatTime(since)}, ${age} ago${failed ? "" : "; waiting for Prometheus"}`}
    </p>
  );
}
