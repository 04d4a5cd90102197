"use client";

import { useEffect, useState } from "react";
import { type Obstacle, useObstacle } from "@/components/shell/use-obstacle";
import { waitedWords } from "@/components/ui/waiting-words";
import { formatTime } from "@/lib/units";

/** What a refresh waits for, after "Last refreshed … ago"; nothing while that is not known. */
function waitsFor(obstacle: Obstacle): string {
  switch (obstacle.kind) {
    case "unknown":
      return "";
    case "none":
      return "; waiting for Prometheus";
    case "silent":
      return ". The console does not answer.";
    case "not_ready":
      return `. ${obstacle.reason}`;
  }
}

/** When the page was last refreshed, `since` in unix seconds, and what it waits for: a panel that `failed` says so itself. */
export function OverdueLine({ since, failed }: { since: number; failed: boolean }) {
  const [now, setNow] = useState(() => Date.now() / 1000);
  const obstacle = useObstacle();
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now() / 1000), 1_000);
    return () => clearInterval(timer);
  }, []);
  // That one attempt failed with an answer says why; a console that cannot answer at all is said in any case.
  const reason = failed && obstacle.kind === "none" ? "" : waitsFor(obstacle);
  return (
    <p className="mb-4 text-body text-secondary">
      {`Last refreshed at ${formatTime(since)}, ${waitedWords(now - since)} ago${reason}`}
    </p>
  );
}
