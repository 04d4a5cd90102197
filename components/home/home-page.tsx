"use client";

import { keepPreviousData, useQueries, useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useEffect, useMemo, useRef, useState } from "react";
import { Sparkline } from "@/components/charts/sparkline";
import { longestCurrent } from "@/components/dashboards/freshness";
import { PageHeader } from "@/components/shell/page-header";
import { cn } from "@/components/ui/class-names";
import { type DataColumn, DataTable } from "@/components/ui/data-table";
import { ErrorState } from "@/components/ui/error-state";
import { RelativeTime } from "@/components/ui/relative-time";
import { nameList, visibleName } from "@/components/ui/short-name";
import { compareStates, STATES } from "@/components/ui/state";
import { StateBadge } from "@/components/ui/state-badge";
import { annotationsQuery } from "@/lib/annotations/client";
import { markStep } from "@/lib/annotations/deploy-marks";
import { errorFacts } from "@/lib/api/client";
import { isTargetMet, measuredText } from "@/lib/dashboards/bound";
import {
  compareServices,
  type HomeNumberId,
  homeFindings,
  homeNumber,
  homeNumbers,
  homeRequests,
  homeResults,
  RECENT_STEP,
  silentSources,
  trafficShares,
} from "@/lib/dashboards/home";
import { CHANGES_RANGE, changeRanges, type LastChange, lastChange } from "@/lib/dashboards/last-change";
import { queryId } from "@/lib/dashboards/overview";
import { type Finding, lastValue } from "@/lib/dashboards/overview-state";
import { alignToStep } from "@/lib/prometheus/step";
import { servicesQuery } from "@/lib/services/client";
import type { Service } from "@/lib/services/schema";
import { signals } from "@/lib/signals/catalogue";
import { signalsQuery } from "@/lib/signals/client";
import type { SignalResult } from "@/lib/signals/schema";
import { format, formatTime } from "@/lib/units";

/** How often it is looked whether the next reading is due: from one look a reading begins late by at most this. Seconds. */
const LOOK_SECONDS = 5;

interface Row {
  service: Service;
  findings: readonly Finding[] | undefined;
  results: ReadonlyMap<string, SignalResult>;
  /** When the numbers were read, unix seconds, where a newer reading failed. */
  staleSince: number | undefined;
  /** Null where there was none; undefined while it is not known whether. */
  change: LastChange | null | undefined;
}

interface Reading {
  /** Unix seconds. */
  at: number;
  services: ReadonlySet<string>;
  results: ReturnType<typeof homeResults>;
}

/** Every service with its state in words, worst first, and what justifies it. */
export function HomePage({ now: initialNow }: { now: number }) {
  const now = useReadingTime(initialNow);
  const services = useQuery(servicesQuery());
  const items = services.data?.items;
  const requests = useMemo(() => homeRequests(items ?? [], now), [items, now]);
  const answers = useQueries({ queries: requests.map(signalsQuery) });
  const changed = useLastChanges(now);
  const failure = answers.find(({ error }) => error)?.error;
  // Of one time all or none; what was read before stays until the next reading is whole.
  const lastRead = useRef<Reading>(undefined);
  if (items !== undefined && answers.every(({ data, error }) => data !== undefined || error !== null))
    lastRead.current = {
      at: now,
      services: new Set(items.map(({ id }) => id)),
      results: homeResults(
        requests,
        answers.map(({ data }) => data?.results),
      ),
    };
  // While a source does not answer, its services' last numbers stay, marked so.
  const lastWhole = useRef(new Map<string, Pick<Reading, "at"> & Pick<Row, "results">>());
  for (const [id, results] of lastRead.current?.results ?? [])
    if (lastRead.current !== undefined && !isFailed(results))
      lastWhole.current.set(id, { at: lastRead.current.at, results });
  const isCurrent = now - (lastRead.current?.at ?? 0) <= longestCurrent(RECENT_STEP);
  const read = isCurrent ? lastRead.current : undefined;
  const rows: Row[] = (items ?? []).map((service) => {
    const own = read?.results.get(service.id) ?? new Map<string, SignalResult>();
    const isRead = read?.services.has(service.id) ?? false;
    const kept = isRead && !isFailed(own) ? undefined : lastWhole.current.get(service.id);
    return {
      service,
      results: kept?.results ?? own,
      staleSince: kept?.at,
      findings: isRead ? homeFindings(service, own) : undefined,
      change: changed(service),
    };
  });

  if (services.error && items === undefined)
    return (
      <>
        <PageHeader title="Home" />
        <ErrorState
          title="The services could not be read"
          error={errorFacts(services.error)}
          onRetry={() => void services.refetch()}
        />
      </>
    );
  return (
    <>
      <PageHeader
        title="Home"
        state={read !== undefined ? <Summary rows={rows} /> : undefined}
        description="Every service, the worst first, judged by its last five minutes."
      />
      {silentSources(items ?? []).map(({ source, problem, services: count }) => (
        <p key={source} role="alert" className="mb-4 max-w-[80ch] text-body [overflow-wrap:anywhere]">
          <span className="text-strong">{`${source} does not answer`}</span>
          {`, so ${count === 1 ? "one service" : `${count} services`} cannot be judged${problem === null ? "." : `: ${problem}`}`}
        </p>
      ))}
      {failure ? (
        <p role="alert" className="mb-4 text-body text-warning-text">
          Not refreshed: {errorFacts(failure).detail}
        </p>
      ) : null}
      <DataTable
        label="Services"
        filter="Find a service, model, engine or state"
        columns={columns}
        rows={rows}
        rowKey={({ service }) => service.id}
        initialSort="state"
        loading={services.isPending}
      />
    </>
  );
}

const isFailed = (results: Row["results"]): boolean =>
  [...results.values()].some(({ status }) => status === "error");

/** What changed last of a service: null where nothing did, undefined where that is not known. */
function useLastChanges(now: number): (service: Service) => LastChange | null | undefined {
  const { recent, long } = changeRanges(now);
  const near = useQuery({ ...annotationsQuery(recent), placeholderData: keepPreviousData });
  const far = useQuery({ ...annotationsQuery(long), placeholderData: keepPreviousData });
  return (service) => {
    const isPending = near.isPending || far.isPending;
    const changes = { recent: near.data?.items ?? [], long: far.data?.items ?? [] };
    const { instanceCount: instances, scrapeInterval } = service;
    const step = markStep(CHANGES_RANGE, { instances, scrapeInterval });
    const change = isPending ? undefined : lastChange(service.id, changes, step);
    if (change !== undefined) return change;
    const notes = [...(near.data?.notes ?? []), ...(far.data?.notes ?? [])];
    const isUnread = near.data === undefined || far.data === undefined || notes.length > 0;
    return isUnread || service.reachable === false ? undefined : null;
  };
}

/** The time of the newest reading that is due, unix seconds; stands still while nobody looks. */
function useReadingTime(initial: number): number {
  const [now, setNow] = useState(initial);
  useEffect(() => {
    const tick = () => {
      if (document.visibilityState === "visible") setNow(Math.floor(Date.now() / 1000));
    };
    const timer = setInterval(tick, LOOK_SECONDS * 1000);
    document.addEventListener("visibilitychange", tick);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", tick);
    };
  }, []);
  return alignToStep(now, RECENT_STEP);
}

const stateOf = ({ findings }: Row): Finding["state"] | "progress" => findings?.[0]?.state ?? "progress";

/** How many services are in each state, the worst first. */
function Summary({ rows }: { rows: readonly Row[] }) {
  const counts = new Map<Finding["state"], number>();
  for (const { findings } of rows) {
    const state = findings?.[0]?.state;
    if (state !== undefined) counts.set(state, (counts.get(state) ?? 0) + 1);
  }
  return (
    <span role="status" className="flex flex-wrap gap-2">
      {[...counts]
        .sort(([a], [b]) => compareStates(a, b))
        .map(([state, count]) => (
          <StateBadge key={state} state={state}>
            {`${count} ${STATES[state].word.toLowerCase()}`}
          </StateBadge>
        ))}
    </span>
  );
}

function numberColumn(id: HomeNumberId, header: string): DataColumn<Row> {
  const number = homeNumbers.find((one) => one.id === id)!;
  const definition = signals[number.signal];
  return {
    id,
    header,
    numeric: true,
    descendingFirst: true,
    hint: definition.explanation,
    className: "max-md:hidden",
    value: ({ results }) => homeNumber(results, id)?.value,
    cell: ({ results, staleSince }) => {
      const now = homeNumber(results, id);
      if (now === undefined) return <span className="text-secondary">–</span>;
      const isStale = staleSince !== undefined;
      const isMissed = !isStale && isTargetMet(definition, now) === false;
      return (
        <span className={isStale ? "text-secondary" : isMissed ? "text-strong" : undefined}>
          {measuredText(now, definition.unit)}
          {isMissed ? <span className="sr-only">, target missed</span> : null}
        </span>
      );
    },
  };
}

const columns: DataColumn<Row>[] = [
  {
    id: "state",
    header: "State",
    value: (row) => `${STATES[stateOf(row)].word} ${row.findings?.map(({ text }) => text).join(" ") ?? ""}`,
    compare: (a, b) =>
      compareServices({ id: a.service.id, findings: a.findings }, { id: b.service.id, findings: b.findings }),
    cell: (row) => (
      <StateBadge state={stateOf(row)}>{row.findings === undefined ? "Reading" : undefined}</StateBadge>
    ),
  },
  {
    id: "service",
    header: "Service",
    value: ({ service }) =>
      [service.id, ...service.engines, ...service.models, ...service.versions, service.source].join(" "),
    compare: (a, b) => a.service.id.localeCompare(b.service.id, "en", { numeric: true }),
    cell: ({ service, findings, staleSince }) => (
      <span className="grid py-1.5 md:min-w-48">
        <Link
          href={`/overview?service=${encodeURIComponent(service.id)}`}
          title={service.id}
          className="max-w-full justify-self-start truncate text-link text-strong hover:underline"
        >
          {visibleName(service.id)}
        </Link>
        <span className="line-clamp-4 max-w-[56ch] whitespace-normal text-caption text-secondary [overflow-wrap:anywhere] xl:max-w-[31ch] 2xl:max-w-[56ch]">
          {staleSince === undefined ? null : `Not refreshed since ${formatTime(staleSince)}. `}
          {sentenceOf(service, findings)}
        </span>
      </span>
    ),
  },
  {
    id: "requests",
    header: "Requests",
    numeric: true,
    descendingFirst: true,
    hint: signals.request_rate.explanation,
    className: "max-sm:hidden",
    value: ({ results }) => lastValue(results.get(queryId("request-rate", "rate"))),
    cell: ({ results, staleSince }) => (
      <Requests
        result={results.get(queryId("request-rate", "rate"))}
        className={staleSince === undefined ? undefined : "text-secondary"}
      />
    ),
  },
  numberColumn("ttft", "TTFT p95"),
  numberColumn("itl", "ITL p95"),
  { ...numberColumn("e2e", "End-to-end p95"), className: "max-2xl:hidden" },
  numberColumn("availability", "Availability"),
  {
    id: "queue",
    header: "Waiting",
    numeric: true,
    descendingFirst: true,
    hint: signals.queue_depth.explanation,
    className: "max-lg:hidden",
    value: ({ results }) => lastValue(results.get(queryId("queue-depth", "waiting"))),
    cell: ({ results, staleSince }) => {
      const waiting = lastValue(results.get(queryId("queue-depth", "waiting")));
      if (waiting === undefined) return <span className="text-secondary">–</span>;
      return (
        <span className={staleSince === undefined ? undefined : "text-secondary"}>
          {format(waiting, "requests")}
        </span>
      );
    },
  },
  {
    id: "traffic",
    header: "In traffic",
    className: "max-lg:hidden",
    hint: "The share of requests that each version answers now.",
    value: ({ results, service }) =>
      inTraffic(service, results)
        .map(({ version }) => version)
        .join(" "),
    cell: ({ results, service, staleSince }) => {
      const shares = inTraffic(service, results);
      if (shares.length === 0) return <span className="text-secondary">–</span>;
      return (
        <span className={cn("grid py-1.5", staleSince !== undefined && "text-secondary")}>
          {shares.map(({ version, share }) => (
            <span key={version} className="w-max max-w-[13ch] truncate 2xl:max-w-[28ch]" title={version}>
              <span className="tabular-nums">{format(share, "ratio")}</span> {version}
            </span>
          ))}
        </span>
      );
    },
  },
  {
    id: "changed",
    header: "Changed last",
    className: "max-xl:hidden",
    descendingFirst: true,
    value: ({ change }) => (change ? new Date(change.at) : undefined),
    cell: ({ change, findings }) => <Changed change={change} isRead={findings !== undefined} />,
  },
];

function Changed({ change, isRead }: { change: Row["change"]; isRead: boolean }) {
  if (!change)
    return (
      <span className="text-secondary">
        {!isRead ? "–" : change === null ? "Nothing in 7 days" : "Not known"}
      </span>
    );
  const { text, at, within } = change;
  return (
    <span className="grid py-1.5">
      <span
        className="line-clamp-2 w-[15ch] whitespace-normal [overflow-wrap:anywhere] 2xl:w-[28ch]"
        title={text}
      >
        {text}
      </span>
      <span
        className="text-caption text-secondary"
        title={within === null ? undefined : `Its time is known to within ${format(within, "seconds")}`}
      >
        {within === null ? null : "about "}
        <RelativeTime time={at} />
      </span>
    </span>
  );
}

/** Which versions answer how much now. Where there is but one, its traffic is all of it. */
function inTraffic(
  { versions }: Service,
  results: ReadonlyMap<string, SignalResult>,
): { version: string; share: number }[] {
  const [only, ...others] = versions;
  if (only === undefined || others.length > 0) return trafficShares(results);
  return (lastValue(results.get(queryId("request-rate", "rate"))) ?? 0) > 0
    ? [{ version: only, share: 1 }]
    : [];
}

function Requests({ result, className }: { result: SignalResult | undefined; className?: string }) {
  const value = lastValue(result);
  if (value === undefined) return <span className="text-secondary">–</span>;
  return (
    <span className={cn("inline-flex items-center justify-end gap-2", className)}>
      <Sparkline
        values={result?.series[0]?.values ?? []}
        label="Requests over the last hour"
        width={64}
        className="max-[1400px]:hidden"
      />
      {format(value, "requests_per_second")}
    </span>
  );
}

function sentenceOf({ engines, models, source }: Service, findings: readonly Finding[] | undefined): string {
  const problems = (findings ?? []).filter(({ state }) => state !== "ok").map(({ text }) => text);
  if (problems.length > 0) return problems.slice(0, 3).join(" · ");
  return [nameList(models, 2), engines.join(", "), source].filter((part) => part !== "").join(" · ");
}
