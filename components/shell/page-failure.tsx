"use client";

import { buttonClass } from "@/components/ui/button-class";

/** What Next gives to an error page. */
export type PageFailureProps = { error: Error & { digest?: string }; reset: () => void };

/** In place of a page that could not be made, mostly since the database is away; panels show their own errors. */
export function PageFailure({ error, reset }: PageFailureProps) {
  return (
    <div role="alert" className="grid max-w-[72ch] justify-items-start gap-3">
      <h1 className="text-page">This page could not be loaded</h1>
      <p className="text-secondary">
        The console answers and this page does not; most often the database cannot be reached. Nothing was
        changed.{" "}
        <a href="/health/ready" className="text-link underline underline-offset-2">
          /health/ready
        </a>{" "}
        names the reason.
      </p>
      {error.digest === undefined ? null : (
        <p className="text-mono text-secondary">In the log: digest {error.digest}</p>
      )}
      {/* Not `Button`: every page loads this in advance, and that brings links and tooltips along. */}
      <button type="button" className={buttonClass("primary")} onClick={reset}>
        Try again
      </button>
    </div>
  );
}
