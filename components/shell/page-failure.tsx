"use client";

import { buttonClass } from "@/components/ui/button-class";
import { type Obstacle, useObstacle } from "./use-obstacle";

/** What Next gives to an error page. */
export type PageFailureProps = { error: Error & { digest?: string } };

function cause(obstacle: Obstacle): string | null {
  switch (obstacle.kind) {
    case "unknown":
      return null;
    case "none":
      return "The console and its database answer, and this page does not.";
    case "silent":
      return "The console does not answer.";
    case "not_ready":
      return obstacle.reason;
  }
}

/**
 * In place of a page that could not be made, mostly since the database is away; panels show their own errors. Says what
 * is wrong as far as the console knows, and loads the page again once that is over.
 */
export function PageFailure({ error }: PageFailureProps) {
  // Next's own way back renders the page from what it holds, which is this failure.
  const obstacle = useObstacle(() => window.location.reload());
  const isInTheWay = obstacle.kind === "silent" || obstacle.kind === "not_ready";
  const sentences = [
    cause(obstacle),
    "Nothing was changed.",
    isInTheWay ? "The page comes back by itself once that is over." : null,
  ].filter((sentence) => sentence !== null);

  return (
    <div role="alert" className="grid max-w-[72ch] justify-items-start gap-3">
      <h1 className="text-page">This page could not be loaded</h1>
      <p className="text-secondary">{sentences.join(" ")}</p>
      {error.digest === undefined ? null : (
        <p className="text-mono text-secondary">In the log: digest {error.digest}</p>
      )}
      {/* Not `Button`: every page loads this in advance, and that brings links and tooltips along. */}
      <button type="button" className={buttonClass("primary")} onClick={() => window.location.reload()}>
        Try again
      </button>
    </div>
  );
}
