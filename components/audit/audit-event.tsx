"use client";

import { useQuery } from "@tanstack/react-query";
import { Code } from "@/components/ui/code-block";
import { CopyButton } from "@/components/ui/copy-button";
import { SheetContent } from "@/components/ui/dialog";
import { ErrorState } from "@/components/ui/error-state";
import { exactTime } from "@/components/ui/relative-time";
import { Skeleton } from "@/components/ui/skeleton";
import { errorFacts } from "@/lib/api/client";
import { auditEventQuery } from "@/lib/audit/client";
import { differences } from "@/lib/audit/difference";
import type { AuditEventView } from "@/lib/audit/schema";
import { actorTypeWords } from "./actor";
import { valueText } from "./audit-summary";

/** One audit event beside the list: who, what, when, and every value before and after. Use inside `Dialog`. */
export function AuditEventSheet({ id }: { id: string }) {
  const event = useQuery(auditEventQuery(id));
  return (
    <SheetContent
      title={event.data ? (event.data.resource.name ?? event.data.resource.id) : `Audit event ${id}`}
      description={event.data?.action}
      className="w-[min(640px,calc(100vw-32px))]"
    >
      {event.data ? (
        <AuditEventDetail event={event.data} />
      ) : event.isError ? (
        <ErrorState
          title="This event could not be read"
          error={errorFacts(event.error)}
          onRetry={() => void event.refetch()}
          retrying={event.isFetching}
        />
      ) : (
        <Skeleton className="h-48" />
      )}
    </SheetContent>
  );
}

function AuditEventDetail({ event }: { event: AuditEventView }) {
  const changed = differences(event.before, event.after);
  const facts: [string, React.ReactNode][] = [
    [
      "When",
      <time key="t" dateTime={event.at}>
        {exactTime(new Date(event.at))}
      </time>,
    ],
    ["Who", `${event.actor.name} (${actorTypeWords[event.actor.type]})`],
    ["Action", <Code key="a">{event.action}</Code>],
    [
      "Resource",
      <Copied
        key="r"
        text={`${event.resource.type} ${event.resource.id}`}
        copy={event.resource.id}
        label="resource id"
      />,
    ],
    ...(event.reason === null ? [] : ([["Reason", event.reason]] as [string, React.ReactNode][])),
    ...(event.requestId === null
      ? []
      : ([
          ["Request", <Copied key="q" text={event.requestId} copy={event.requestId} label="request id" />],
        ] as [string, React.ReactNode][])),
  ];
  return (
    <div className="grid gap-4">
      <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1">
        {facts.map(([name, value]) => (
          <div key={name} className="contents">
            <dt className="text-secondary">{name}</dt>
            <dd className="min-w-0 [overflow-wrap:anywhere]">{value}</dd>
          </div>
        ))}
      </dl>
      {changed.length === 0 ? (
        <p className="text-secondary">No value differs.</p>
      ) : (
        <section aria-label="What changed" className="grid gap-2">
          <h3 className="text-strong">
            {event.before === null ? "With" : event.after === null ? "Removed, having been" : "Changed"}
          </h3>
          <ul className="grid gap-2">
            {changed.map(({ path, before, after }) => (
              <li key={path} className="overflow-hidden rounded-panel border">
                <p className="border-b bg-surface-page px-3 py-1 text-mono text-secondary">
                  {path || "value"}
                </p>
                {before === undefined ? null : <Side mark="−" words="Before" value={before} />}
                {after === undefined ? null : <Side mark="+" words="After" value={after} />}
              </li>
            ))}
          </ul>
        </section>
      )}
    </div>
  );
}

/** One side of a change. The mark, not a colour, says which. */
function Side({ mark, words, value }: { mark: "−" | "+"; words: string; value: unknown }) {
  return (
    <div className="flex gap-2 px-3 py-1">
      <span aria-hidden className="w-3 shrink-0 select-none text-center text-mono text-secondary">
        {mark}
      </span>
      <span className="sr-only">{words}:</span>
      <pre
        className={`min-w-0 whitespace-pre-wrap text-mono [overflow-wrap:anywhere] ${mark === "−" ? "text-secondary" : "text-primary"}`}
      >
        {valueText(value) || "(empty)"}
      </pre>
    </div>
  );
}

function Copied({ text, copy, label }: { text: string; copy: string; label: string }) {
  return (
    <span className="inline-flex max-w-full items-center gap-1">
      <span className="min-w-0 text-mono [overflow-wrap:anywhere]">{text}</span>
      <CopyButton value={copy} label={`Copy ${label}`} />
    </span>
  );
}
