"use client";

import { useEffect, useState } from "react";
import { waitedWords } from "@/components/ui/waiting-words";
import { formatTime } from "@/lib/units";

/** When the page was last refreshed, `since` in unix seconds, and what it waits for. */
export function OverdueLine({ since, failed }: { since: number; failed: boolean }) {
  const [now, setNow] = useState(() => Date.now() / 1000);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now() / 1000), 1_000);
    return () => clearInterval(timer);
  }, []);
  return (
    <p className="mb-4 text-body text-secondary">
      {`Last refreshed at ${formatTime(since)}, ${waitedWords(now - since)} ago${failed ? "" : "; waiting for Prometheus"}`}
    </p>
  );
}
