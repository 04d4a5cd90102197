"use client";

import { OctagonAlert, RotateCw } from "lucide-react";
import type { ReactNode } from "react";
import { Button } from "./button";
import { cn } from "./class-names";
import { Coded } from "./coded";
import { CopyButton } from "./copy-button";

/** What failed, as a panel or page shows it. */
export type ErrorFacts = {
  /** What failed and where, one sentence: "Prometheus at prod-eu did not answer within 10 s." */
  detail: string;
  /** The upstream's own message, verbatim. */
  upstream?: string;
  requestId?: string;
};

/** An error in its place: what failed, the upstream's message in mono, retry, and the request id to quote. */
export function ErrorState({
  title = "This panel could not be read",
  error,
  onRetry,
  retrying = false,
  action,
  className,
}: {
  title?: ReactNode;
  error: ErrorFacts;
  onRetry?: () => void;
  retrying?: boolean;
  action?: ReactNode;
  className?: string;
}) {
  return (
    <div role="alert" className={cn("flex flex-col items-start justify-center gap-2 text-left", className)}>
      <p className="flex items-start gap-2 text-strong">
        <OctagonAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-critical" />
        <span className="min-w-0 [overflow-wrap:anywhere]">{title}</span>
      </p>
      <p className="max-w-[72ch] text-body text-secondary [overflow-wrap:anywhere]">
        <Coded text={error.detail} />
      </p>
      {error.upstream ? (
        <pre className="max-h-24 w-full overflow-auto whitespace-pre-wrap rounded-control border bg-surface-page px-2 py-1.5 text-mono [overflow-wrap:anywhere]">
          {error.upstream}
        </pre>
      ) : null}
      <div className="flex w-full flex-wrap items-center gap-x-3 gap-y-1">
        {onRetry ? (
          <Button size="sm" onClick={onRetry} loading={retrying}>
            {retrying ? null : <RotateCw aria-hidden />}
            Retry
          </Button>
        ) : null}
        {action}
        {error.requestId ? (
          <span className="inline-flex min-w-0 items-center gap-1 text-caption text-secondary">
            Request <code className="truncate text-mono">{error.requestId}</code>
            <CopyButton value={error.requestId} label="Copy request id" />
          </span>
        ) : null}
      </div>
    </div>
  );
}
