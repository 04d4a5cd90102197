"use client";

import { useEffect, useRef, useState } from "react";
import { buttonClass } from "@/components/ui/button-class";

/** What Next gives to an error page. */
export type PageFailureProps = { error: Error & { digest?: string } };

/** Often enough that nobody need press the button, seldom enough for a database that has just come back. */
const ASK_AGAIN_MS = 5_000;

/** What stands in the way of every page, null for nothing, and undefined where the console does not answer either. */
async function obstacle(signal: AbortSignal): Promise<string | null | undefined> {
  try {
    const state = (await (await fetch("/health/ready", { signal })).json()) as {
      status: string;
      reason?: string;
    };
    return state.status === "ready" ? null : (state.reason ?? null);
  } catch {
    return undefined;
  }
}

/**
 * In place of a page that could not be made, mostly since the database is away; panels show their own errors. Says what
 * is wrong as far as the console knows, and loads the page again once that is over.
 */
export function PageFailure({ error }: PageFailureProps) {
  const [reason, setReason] = useState<string | null | undefined>(null);
  const wasInTheWay = useRef(false);
  useEffect(() => {
    const stopped = new AbortController();
    const ask = async () => {
      const found = await obstacle(stopped.signal);
      if (stopped.signal.aborted) return;
      setReason(found);
      // Next's own way back renders the page from what it holds, which is this failure.
      if (found === null && wasInTheWay.current) window.location.reload();
      wasInTheWay.current = found !== null;
    };
    void ask();
    const timer = setInterval(() => void ask(), ASK_AGAIN_MS);
    return () => {
      clearInterval(timer);
      stopped.abort();
    };
  }, []);

  return (
    <div role="alert" className="grid max-w-[72ch] justify-items-start gap-3">
      <h1 className="text-page">This page could not be loaded</h1>
      {reason === null ? (
        <p className="text-secondary">
          The console and its database answer, and this page does not. Nothing was changed.
        </p>
      ) : (
        <p className="text-secondary">
          {reason ?? "The console does not answer."} Nothing was changed. The page comes back by itself once
          that is over.
        </p>
      )}
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
