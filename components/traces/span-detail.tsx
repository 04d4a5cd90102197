"use client";

import Link from "next/link";
import type { ReactNode } from "react";
import { CopyButton } from "@/components/ui/copy-button";
import { Panel } from "@/components/ui/panel";
import { StateBadge } from "@/components/ui/state-badge";
import { isRedacted } from "@/lib/traces/redaction";
import type { TraceAnswer, TraceSpan } from "@/lib/traces/schema";
import { tagText } from "@/lib/traces/tag-search";
import { formatTime } from "@/lib/units";
import { traceHref, tracesHref } from "./addresses";
import { lengthWords } from "./words";

type Attributes = TraceSpan["attributes"];

/** Everything that is known of one span. */
export function SpanDetail({ trace, span }: { trace: TraceAnswer; span: TraceSpan }) {
  const process = trace.processes.find(({ id }) => id === span.process);
  const around = {
    from: Math.floor(trace.start / 1e6) - 1_800,
    to: Math.ceil((trace.start + trace.duration) / 1e6) + 1_800,
  };
  return (
    <Panel title={`${span.service}: ${span.operation}`} height="auto" className="content-start">
      <div className="grid gap-4">
        {span.error || span.warnings.length > 0 ? (
          <ul className="grid gap-1">
            {span.error ? (
              <li className="flex flex-wrap items-center gap-2">
                <StateBadge state="failed">Error</StateBadge>
                <span className="[overflow-wrap:anywhere]">
                  {span.statusMessage === "" ? "without a message" : <Value value={span.statusMessage} />}
                </span>
              </li>
            ) : null}
            {span.warnings.map((warning) => (
              <li key={warning} className="flex flex-wrap items-center gap-2">
                <StateBadge state="warning">Odd</StateBadge>
                <span className="min-w-0 [overflow-wrap:anywhere]">{warning}</span>
              </li>
            ))}
          </ul>
        ) : null}
        <Facts
          rows={[
            ["Took", lengthWords(span.duration)],
            ["Self time", lengthWords(span.selfTime)],
            [
              "Began",
              `${lengthWords(span.start - trace.start)} after the trace, ${formatTime(span.start / 1e6)}`,
            ],
            ["Critical path", span.onCriticalPath ? "On it" : "Not on it"],
            ["Kind", span.kind],
            ...(span.scope.name === ""
              ? []
              : ([["Written by", `${span.scope.name} ${span.scope.version}`.trim()]] as const)),
            [
              "Span id",
              <span key="id" className="inline-flex items-center gap-1">
                <code className="text-mono">{span.spanId}</code>
                <CopyButton value={span.spanId} label="Copy span id" />
              </span>,
            ],
          ]}
        />
        <AttributeTable
          title="Tags"
          attributes={span.attributes}
          searchOf={(key, value) =>
            isRedacted(value)
              ? null
              : `${tracesHref(around, { tags: tagText(key, String(value)) })}&service=${encodeURIComponent(span.service)}`
          }
        />
        {span.events.length === 0 ? null : (
          <section className="grid gap-2">
            <h4 className="text-strong">Events</h4>
            <ol className="grid gap-2">
              {span.events.map((event, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: events have no identity
                <li key={index} className="grid gap-1">
                  <p className="flex flex-wrap gap-x-3">
                    <span className="text-secondary tabular-nums">
                      +{lengthWords(event.time - span.start)}
                    </span>
                    <span className="font-medium [overflow-wrap:anywhere]">{event.name || "Log"}</span>
                  </p>
                  <AttributeTable attributes={event.attributes} />
                </li>
              ))}
            </ol>
          </section>
        )}
        {span.links.length === 0 ? null : (
          <section className="grid gap-1">
            <h4 className="text-strong">Links</h4>
            <ul className="grid gap-1">
              {span.links.map(({ traceId, spanId }) => (
                <li key={`${traceId} ${spanId}`}>
                  <Link
                    href={traceHref(traceId, { span: spanId })}
                    className="text-link text-mono [overflow-wrap:anywhere] hover:underline"
                  >
                    {traceId === trace.traceId
                      ? `span ${spanId} of this trace`
                      : `${traceId}, span ${spanId}`}
                  </Link>
                </li>
              ))}
            </ul>
          </section>
        )}
        {process === undefined ? null : (
          <AttributeTable title="Process" attributes={process.attributes} none="It says nothing of itself." />
        )}
      </div>
    </Panel>
  );
}

function Facts({ rows }: { rows: readonly (readonly [string, ReactNode])[] }) {
  return (
    <dl className="grid grid-cols-[auto_minmax(0,1fr)] items-center gap-x-4 gap-y-1">
      {rows.map(([name, value]) => (
        <div key={name} className="contents">
          <dt className="text-secondary">{name}</dt>
          <dd className="[overflow-wrap:anywhere]">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Value({ value }: { value: string | number | boolean }) {
  return isRedacted(value) ? (
    <span className="text-secondary italic" title="It may hold what a person wrote or a model answered.">
      {String(value).slice(1, -1)}
    </span>
  ) : (
    <span className="text-mono [overflow-wrap:anywhere]">{String(value)}</span>
  );
}

function AttributeTable({
  title,
  attributes,
  none = "None.",
  searchOf,
}: {
  title?: string;
  attributes: Attributes;
  none?: string;
  /** The address of a search for a tag; null where there can be none. */
  searchOf?: (key: string, value: string | number | boolean) => string | null;
}) {
  const entries = Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1));
  if (entries.length === 0 && title === undefined) return null;
  return (
    <section className="grid gap-1">
      {title === undefined ? null : <h4 className="text-strong">{title}</h4>}
      {entries.length === 0 ? (
        <p className="text-secondary">{none}</p>
      ) : (
        <dl className="grid grid-cols-2 gap-x-4 gap-y-1 text-caption">
          {entries.map(([key, value]) => {
            const search = searchOf?.(key, value) ?? null;
            return (
              <div key={key} className="contents">
                <dt className="text-secondary [overflow-wrap:anywhere]">{key}</dt>
                <dd className="min-w-0">
                  {search === null ? (
                    <Value value={value} />
                  ) : (
                    <Link href={search} title="Search traces with this tag" className="hover:underline">
                      <Value value={value} />
                    </Link>
                  )}
                </dd>
              </div>
            );
          })}
        </dl>
      )}
    </section>
  );
}
