"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { parseAsString, useQueryStates } from "nuqs";
import { type KeyboardEvent, useCallback, useDeferredValue, useMemo, useState } from "react";
import { PageHeader } from "@/components/shell/page-header";
import { Button } from "@/components/ui/button";
import { CopyButton } from "@/components/ui/copy-button";
import { EmptyState } from "@/components/ui/empty-state";
import { ErrorState } from "@/components/ui/error-state";
import { SearchInput } from "@/components/ui/input";
import { Panel } from "@/components/ui/panel";
import { Skeleton } from "@/components/ui/skeleton";
import { StateBadge } from "@/components/ui/state-badge";
import { ApiError, errorFacts } from "@/lib/api/client";
import { traceQuery } from "@/lib/traces/client";
import { llmRequestsOf } from "@/lib/traces/llm-request";
import type { TraceAnswer } from "@/lib/traces/schema";
import { formatTime } from "@/lib/units";
import { tracesHref } from "./addresses";
import { LlmPanel } from "./llm-panel";
import { Minimap } from "./minimap";
import { belowOf, hasText, rowsOf } from "./rows";
import { serviceColors } from "./service-colors";
import { SpanDetail } from "./span-detail";
import { type TimeWindow, Waterfall } from "./waterfall";
import { counted, lengthWords } from "./words";

/** One trace: where its time went, its spans over time, and all that is known of the one that is chosen. */
export function TracePage({ id }: { id: string }) {
  const [url, setUrl] = useQueryStates(
    { source: parseAsString.withDefault(""), span: parseAsString.withDefault("") },
    { history: "replace", scroll: false },
  );
  const found = useQuery(traceQuery(id, url.source));
  const selectSpan = useCallback((span: string) => void setUrl({ span }), [setUrl]);
  const back = (
    <p className="mb-2">
      <Link
        href={
          found.data
            ? tracesHref({
                from: Math.floor(found.data.start / 1e6) - 1_800,
                to: Math.ceil((found.data.start + found.data.duration) / 1e6) + 1_800,
              })
            : "/traces"
        }
        className="text-link hover:underline"
      >
        Traces
      </Link>
    </p>
  );
  if (found.data !== undefined)
    return (
      <>
        {back}
        <FoundTrace trace={found.data} span={url.span} onSpan={selectSpan} />
      </>
    );
  const isMissing = found.error instanceof ApiError && found.error.status === 404;
  return (
    <>
      {back}
      <PageHeader title="Trace" description={id} />
      {isMissing ? (
        <EmptyState
          title="This trace is not there"
          docs={{ href: "/docs/traces", label: "Why a trace may be missing" }}
        >
          {errorFacts(found.error).detail}
        </EmptyState>
      ) : found.isError ? (
        <ErrorState
          title="The trace could not be read"
          error={errorFacts(found.error)}
          onRetry={() => void found.refetch()}
          retrying={found.isFetching}
        />
      ) : (
        <div className="grid gap-4" aria-busy>
          <span className="sr-only">Loading</span>
          <Skeleton className="h-48" />
          <Skeleton className="h-96" />
        </div>
      )}
    </>
  );
}

function FoundTrace({
  trace,
  span: spanId,
  onSpan,
}: {
  trace: TraceAnswer;
  span: string;
  onSpan: (spanId: string) => void;
}) {
  const { spans } = trace;
  const root = spans[0];
  const errors = useMemo(() => spans.filter(({ error }) => error).length, [spans]);
  const requests = useMemo(() => llmRequestsOf(trace), [trace]);
  // Two spans may have one id: the place tells them apart, the address only needs to lead near.
  const [place, setPlace] = useState<number | null>(null);
  const selected = useMemo(() => {
    if (place !== null && spans[place]?.spanId === spanId) return place;
    const index = spans.findIndex((each) => each.spanId === spanId);
    return index < 0 ? null : index;
  }, [place, spanId, spans]);
  const select = (index: number) => {
    setPlace(index);
    onSpan(spans[index]!.spanId);
  };
  const chosen = selected === null ? undefined : spans[selected];

  return (
    <>
      <PageHeader
        title={root === undefined ? "Trace" : `${root.service}: ${root.operation}`}
        state={
          errors > 0 ? (
            <StateBadge state="failed">{counted(errors, "span")} with errors</StateBadge>
          ) : (
            <StateBadge state="ok">No error</StateBadge>
          )
        }
        description={
          <>
            {lengthWords(trace.duration)}, {formatTime(trace.start / 1e6)}, {counted(spans.length, "span")} of{" "}
            {counted(trace.services.length, "service")}, from {trace.source}
          </>
        }
        actions={
          <span className="inline-flex min-w-0 items-center gap-1">
            <code className="truncate text-mono max-sm:max-w-64">{trace.traceId}</code>
            <CopyButton value={trace.traceId} label="Copy trace id" />
          </span>
        }
      />
      <TraceNotes trace={trace} />
      <div className="grid min-w-0 grid-cols-1 gap-4">
        <LlmPanel
          requests={requests}
          onSelect={(id) => {
            const index = spans.findIndex((each) => each.spanId === id);
            if (index >= 0) select(index);
          }}
        />
        <div className="grid min-w-0 grid-cols-1 items-start gap-4 xl:grid-cols-[minmax(0,2fr)_minmax(0,1fr)]">
          <Timeline trace={trace} selected={selected} onSelect={select} />
          <div className="min-w-0">
            {chosen === undefined ? (
              <Panel title="Span" height={96}>
                <p className="text-secondary">
                  Choose a span to see its tags, events and process. In the list, arrow keys go from one to
                  the next.
                </p>
              </Panel>
            ) : (
              <SpanDetail trace={trace} span={chosen} />
            )}
          </div>
        </div>
      </div>
    </>
  );
}

function TraceNotes({ trace }: { trace: TraceAnswer }) {
  const { warnings, redacted, failed } = trace;
  if (warnings.length + failed.length === 0 && redacted === 0) return null;
  return (
    <ul className="mb-4 grid gap-1">
      {failed.map(({ source, detail }) => (
        <li key={source} className="flex flex-wrap items-center gap-2">
          <StateBadge state="failed">{source} did not answer</StateBadge>
          <span className="min-w-0 text-secondary [overflow-wrap:anywhere]">
            It may have more of this trace. {detail}
          </span>
        </li>
      ))}
      {warnings.map((warning) => (
        <li key={warning} className="flex flex-wrap items-center gap-2">
          <StateBadge state="warning">Odd</StateBadge>
          <span className="min-w-0 text-secondary [overflow-wrap:anywhere]">{warning}</span>
        </li>
      ))}
      {redacted === 0 ? null : (
        <li className="text-secondary">
          {counted(redacted, "value")} that may hold what people wrote or models answered{" "}
          {redacted === 1 ? "is" : "are"} not shown.{" "}
          <a href="/docs/traces#what-is-redacted" className="text-link hover:underline">
            What is redacted
          </a>
        </li>
      )}
    </ul>
  );
}

function Timeline({
  trace,
  selected,
  onSelect,
}: {
  trace: TraceAnswer;
  selected: number | null;
  onSelect: (index: number) => void;
}) {
  const { spans } = trace;
  const whole = useMemo<TimeWindow>(
    () => ({ from: trace.start, to: trace.start + Math.max(1, trace.duration) }),
    [trace.start, trace.duration],
  );
  const [shown, setShown] = useState(whole);
  const [collapsed, setCollapsed] = useState<ReadonlySet<number>>(new Set());
  const [typed, setTyped] = useState("");
  const searched = useDeferredValue(typed.trim().toLowerCase());
  const colors = useMemo(() => serviceColors(spans.map(({ service }) => service)), [spans]);
  const below = useMemo(() => belowOf(spans), [spans]);
  const rows = useMemo(() => rowsOf(below, collapsed), [below, collapsed]);
  const matches = useMemo(() => (searched === "" ? null : spansWith(spans, searched)), [spans, searched]);
  const toggle = (index: number) =>
    setCollapsed((before) => {
      const next = new Set(before);
      if (!next.delete(index)) next.add(index);
      return next;
    });
  const isPart = shown.from > whole.from || shown.to < whole.to;

  function goOn(event: KeyboardEvent<HTMLInputElement>) {
    if (event.key === "Escape" && typed !== "") {
      event.preventDefault();
      setTyped("");
    }
    if (event.key !== "Enter") return;
    event.preventDefault();
    // Who is faster than the list wants what they typed.
    const text = typed.trim().toLowerCase();
    const all =
      text === "" ? [] : [...(text === searched && matches !== null ? matches : spansWith(spans, text))];
    if (all.length === 0) return;
    const next = event.shiftKey
      ? (all.findLast((index) => index < (selected ?? spans.length)) ?? all.at(-1)!)
      : (all.find((index) => index > (selected ?? -1)) ?? all[0]!);
    // What it stands below is opened.
    setCollapsed(
      (before) => new Set([...before].filter((index) => next <= index || next > index + below[index]!)),
    );
    onSelect(next);
  }

  return (
    <Panel
      id="timeline"
      title="Spans"
      height="auto"
      flush
      value={
        isPart ? `${lengthWords(shown.to - shown.from)} of ${lengthWords(whole.to - whole.from)}` : undefined
      }
      actions={
        isPart ? (
          <Button size="sm" onClick={() => setShown(whole)}>
            Whole trace
          </Button>
        ) : undefined
      }
    >
      <Minimap spans={spans} whole={whole} window={shown} colors={colors} onChoose={setShown} />
      <div className="flex flex-wrap items-center gap-2 px-4 pb-2">
        <SearchInput
          className="w-full max-w-64"
          aria-label="Find in the spans"
          placeholder="Find in the spans"
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
          onKeyDown={goOn}
        />
        {matches === null ? null : (
          <span role="status" className="text-caption text-secondary">
            {matches.size === 0
              ? "Nothing matches"
              : `${counted(matches.size, "match").replace("matchs", "matches")}, Enter for the next`}
          </span>
        )}
        <span className="ml-auto flex gap-2">
          <Button
            size="sm"
            onClick={() =>
              setCollapsed(
                new Set(
                  below.flatMap((count, index) => (count > 0 && spans[index]!.depth > 0 ? [index] : [])),
                ),
              )
            }
          >
            Collapse
          </Button>
          <Button size="sm" onClick={() => setCollapsed(new Set())}>
            Expand
          </Button>
        </span>
      </div>
      <TimeAxis window={shown} start={trace.start} />
      <Waterfall
        spans={spans}
        rows={rows}
        window={shown}
        colors={colors}
        selected={selected}
        matches={matches}
        onSelect={onSelect}
        onToggle={toggle}
      />
      <p className="flex flex-wrap gap-x-4 gap-y-1 border-t px-4 py-2 text-caption text-secondary">
        {[...colors].map(([service, token]) => (
          <span key={service} className="inline-flex items-center gap-1.5">
            <span aria-hidden className="size-2.5 rounded-control" style={{ background: `var(${token})` }} />
            {service}
          </span>
        ))}
        <span className="inline-flex items-center gap-1.5">
          <span aria-hidden className="h-0.5 w-4 bg-primary" />
          critical path
        </span>
      </p>
    </Panel>
  );
}

/** The indices of the spans that have a text, in lower case, in their names or attributes. */
const spansWith = (spans: TraceAnswer["spans"], text: string): ReadonlySet<number> =>
  new Set(spans.flatMap((span, index) => (hasText(span, text) ? [index] : [])));

const quarters = [0, 0.25, 0.5, 0.75];

/** The times over the rows, from the beginning of the trace. */
function TimeAxis({ window: shown, start }: { window: TimeWindow; start: number }) {
  return (
    <div
      aria-hidden
      className="grid grid-cols-[minmax(0,1fr)_minmax(0,1fr)] border-t text-caption text-secondary md:grid-cols-[minmax(0,2fr)_minmax(0,3fr)]"
    >
      <span className="border-r px-2 py-1">Service and operation</span>
      <span className="relative h-6 overflow-hidden">
        {quarters.map((quarter) => (
          <span
            key={quarter}
            className="absolute top-1 whitespace-nowrap border-l pl-1 tabular-nums max-sm:nth-[even]:hidden"
            style={{ left: `${quarter * 100}%` }}
          >
            {lengthWords(shown.from - start + quarter * (shown.to - shown.from))}
          </span>
        ))}
      </span>
    </div>
  );
}
