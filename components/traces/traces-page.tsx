"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { lazy, Suspense, useMemo } from "react";
import { PageHeader } from "@/components/shell/page-header";
import { ButtonLink } from "@/components/ui/button";
import { type DataColumn, DataTable } from "@/components/ui/data-table";
import { EmptyState } from "@/components/ui/empty-state";
import { ErrorState } from "@/components/ui/error-state";
import { Name } from "@/components/ui/name";
import { StateBadge } from "@/components/ui/state-badge";
import { TimeRangeControl } from "@/components/ui/time-range-control";
import { TimeRangeProvider, useTimeRange } from "@/components/ui/use-time-range";
import { ApiError, errorFacts } from "@/lib/api/client";
import { traceSearchQuery, traceServicesQuery } from "@/lib/traces/client";
import type { FailedSource, TraceSummaryView } from "@/lib/traces/schema";
import { formatTime } from "@/lib/units";
import { traceHref } from "./addresses";
import { SearchForm } from "./search-form";
import { TraceScatter } from "./trace-scatter";
import { type TypedSearch, useSearch } from "./use-search";
import { lengthWords } from "./words";

// Knows every signal; only a chart leads to it.
const ExemplarList = lazy(() => import("./exemplar-list").then((file) => ({ default: file.ExemplarList })));

/** The search for traces. `now` is the server's, Unix seconds. */
export function TracesPage({ now, canConnect }: { now: number; canConnect: boolean }) {
  return (
    <TimeRangeProvider now={now} defaultRefreshSeconds={0}>
      <Search canConnect={canConnect} />
    </TimeRangeProvider>
  );
}

function Search({ canConnect }: { canConnect: boolean }) {
  const range = useTimeRange();
  const search = useSearch();
  const { about, signal, ...asked } = search.state;
  const services = useQuery(traceServicesQuery(about));
  const match = asked.service === "" ? (services.data?.match ?? null) : null;
  const service = asked.service === "" ? (match?.service ?? "") : asked.service;
  const found = useQuery({
    ...traceSearchQuery({ ...asked, service, start: range.from, end: range.to }),
    enabled: about === "" || !services.isPending,
  });
  const router = useRouter();
  const open = (trace: TraceSummaryView) => router.push(traceHref(trace.traceId, { source: trace.source }));
  const items = found.data?.items ?? [];
  const window = useMemo(() => ({ from: range.from, to: range.to }), [range.from, range.to]);
  const columns = useMemo(() => columnsAt(range.now), [range.now]);
  const failure = fieldsOf(found.error);
  const isConnected =
    services.data === undefined || services.data.sources.length + services.data.failed.length > 0;

  if (!isConnected)
    return (
      <>
        <PageHeader title="Traces" />
        <EmptyState
          title="No Jaeger is connected"
          action={
            canConnect ? (
              <ButtonLink href="/settings/sources?source=new" variant="primary">
                Connect a Jaeger
              </ButtonLink>
            ) : undefined
          }
          docs={{ href: "/docs/traces", label: "About traces" }}
        >
          A trace is the way of one request through your services, span by span. They are read from Jaeger, or
          what speaks its query API.
        </EmptyState>
      </>
    );
  return (
    <>
      <PageHeader
        title="Traces"
        description="Single requests on their way through your services: find the slow and the failing, and see where the time went."
        actions={<TimeRangeControl />}
      />
      <SearchForm
        search={search}
        services={services.data}
        service={service}
        failure={failure}
        searching={found.isFetching}
      />
      <div className="grid min-w-0 grid-cols-1 gap-4">
        <Notes
          failed={[...(services.data?.failed ?? []), ...(found.data?.failed ?? [])]}
          lines={[
            ...(about !== "" && match !== null && match.service === null
              ? [`${match.reason} So every service in traces is searched; choose one to narrow it.`]
              : about !== "" && match !== null
                ? [match.reason]
                : []),
            ...(about !== "" && services.isError
              ? [`What ${about} is called in traces is not known: ${errorFacts(services.error).detail}`]
              : []),
            ...(found.data?.notes ?? []),
          ]}
        />
        {signal === "" ? null : (
          <Suspense>
            <ExemplarList service={about} signal={signal} range={window} now={range.now} />
          </Suspense>
        )}
        {found.isError && Object.keys(failure).length === 0 ? (
          <ErrorState
            title="The search was not answered"
            error={errorFacts(found.error)}
            onRetry={() => void found.refetch()}
            retrying={found.isFetching}
          />
        ) : (
          <>
            {items.length === 0 ? null : <TraceScatter traces={items} range={window} onOpen={open} />}
            <DataTable
              label="Traces found"
              columns={columns}
              rows={items}
              rowKey={({ source, traceId }) => `${source} ${traceId}`}
              filter="Find in these traces"
              initialSort={asked.order === "slowest" ? "-duration" : "-start"}
              loading={found.isPending && !found.isError}
              onRowClick={open}
              empty={
                <EmptyState
                  title="No trace has all of this"
                  docs={{ href: "/docs/traces", label: "How traces are searched" }}
                >
                  Widen the time range, take a tag or a duration away, or search every service. What was not
                  sampled is in no trace.
                </EmptyState>
              }
            />
          </>
        )}
      </div>
    </>
  );
}

/** What the server said of each field of the form. */
function fieldsOf(error: Error | null): Partial<Record<keyof TypedSearch, string>> {
  const fields = error instanceof ApiError ? (error.more.fields ?? []) : [];
  return Object.fromEntries(
    fields
      .filter(({ path }) => path === "tags" || path === "minDuration" || path === "maxDuration")
      .map(({ path, message }) => [path, message]),
  );
}

function Notes({ failed, lines }: { failed: readonly FailedSource[]; lines: readonly string[] }) {
  const bySource = [...new Map(failed.map((each) => [each.source, each])).values()];
  if (bySource.length + lines.length === 0) return null;
  return (
    <div role="status">
      <ul className="grid gap-1 text-secondary">
        {bySource.map(({ source, detail }) => (
          <li key={source} className="flex flex-wrap items-center gap-2">
            <StateBadge state="failed">{source} did not answer</StateBadge>
            <span className="min-w-0 [overflow-wrap:anywhere]">{detail}</span>
          </li>
        ))}
        {lines.map((line) => (
          <li key={line} className="[overflow-wrap:anywhere]">
            {line}
          </li>
        ))}
      </ul>
    </div>
  );
}

const hiddenOnPhones = { className: "max-md:hidden" };

/** `now` in Unix seconds: times of that day have no date. */
const columnsAt = (now: number): DataColumn<TraceSummaryView>[] => [
  {
    id: "state",
    header: "State",
    value: ({ errorSpanCount }) => errorSpanCount,
    descendingFirst: true,
    cell: ({ errorSpanCount, orphanSpanCount }) =>
      errorSpanCount > 0 ? (
        <StateBadge state="failed">Error</StateBadge>
      ) : orphanSpanCount > 0 ? (
        <StateBadge state="inconclusive">Parts missing</StateBadge>
      ) : (
        <span className="text-secondary">No error</span>
      ),
  },
  {
    id: "operation",
    header: "Begins with",
    value: ({ service, operation, traceId }) => `${service ?? ""} ${operation ?? ""} ${traceId}`,
    cell: ({ service, operation, traceId, source }) => (
      <Link
        href={traceHref(traceId, { source })}
        className="text-strong hover:underline max-sm:inline-block max-sm:min-w-32 max-sm:whitespace-normal max-sm:[overflow-wrap:anywhere]"
      >
        {service === null ? "No root" : service}
        {operation === null ? null : <span className="font-normal text-secondary"> {operation}</span>}
      </Link>
    ),
  },
  {
    id: "duration",
    header: "Duration",
    numeric: true,
    descendingFirst: true,
    value: ({ duration }) => duration,
    cell: ({ duration }) => lengthWords(duration),
  },
  {
    id: "spans",
    header: "Spans",
    numeric: true,
    descendingFirst: true,
    value: ({ spanCount }) => spanCount,
    ...hiddenOnPhones,
  },
  {
    id: "services",
    header: "Services",
    value: ({ services }) => services.map(({ name }) => name).join(" "),
    cell: ({ services }) => <Name>{services.map(({ name }) => name).join(", ")}</Name>,
    ...hiddenOnPhones,
  },
  {
    id: "source",
    header: "Source",
    value: ({ source }) => source,
    className: "max-xl:hidden",
  },
  {
    id: "start",
    header: "Began",
    descendingFirst: true,
    value: ({ start }) => start,
    cell: ({ start }) => (
      <span className="tabular-nums" title={formatTime(start / 1e6)}>
        {formatTime(start / 1e6, { now: new Date(now * 1000) })}
      </span>
    ),
  },
];
