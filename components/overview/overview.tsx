"use client";

import { useQuery } from "@tanstack/react-query";
import { parseAsString, parseAsStringLiteral, useQueryState } from "nuqs";
import { useMemo } from "react";
import { NotesButton } from "@/components/annotations/notes-button";
import { NotesOfPage } from "@/components/annotations/notes-of-page";
import { OverdueLine } from "@/components/dashboards/overdue-line";
import { noMarks } from "@/components/dashboards/time-axis";
import { usePageAnnotations } from "@/components/dashboards/use-page-annotations";
import { YoungData } from "@/components/dashboards/young-data";
import { PageHeader } from "@/components/shell/page-header";
import { Combobox } from "@/components/ui/combobox";
import { nameList, visibleName } from "@/components/ui/short-name";
import { StateBadge } from "@/components/ui/state-badge";
import { rangeWords } from "@/components/ui/time-range";
import { TimeRangeControl } from "@/components/ui/time-range-control";
import { TimeRangeProvider, useTimeRange } from "@/components/ui/use-time-range";
import { WaitingWords } from "@/components/ui/waiting-words";
import { errorFacts } from "@/lib/api/client";
import { beginsLate } from "@/lib/dashboards/covered";
import { type LatencySignal, latencySignals, overviewPanels } from "@/lib/dashboards/overview";
import { type Finding, overviewFindings, silentInstances } from "@/lib/dashboards/overview-state";
import type { OverviewTexts } from "@/lib/dashboards/overview-texts";
import { servicesQuery } from "@/lib/services/client";
import type { Service } from "@/lib/services/schema";
import { formatTime } from "@/lib/units";
import { KeyNumbers } from "./key-numbers";
import { LatencyTable } from "./latency-table";
import { latencyViews, OverviewPanelView } from "./panels";
import { OverviewTextsContext, useOverviewTexts } from "./texts";
import { UnknownService } from "./unknown-service";
import { useOverview } from "./use-overview";

/** The span of each panel on the grid of twelve from 1280 px on, and of six from 768 px. */
const spans: Record<string, string> = {
  "request-rate": "md:col-span-6 xl:col-span-4",
  latency: "md:col-span-6 xl:col-span-8",
  "error-rate": "md:col-span-3 xl:col-span-4",
  "queue-depth": "md:col-span-3 xl:col-span-4",
  "token-throughput": "md:col-span-6 xl:col-span-4",
  "gpu-utilization": "md:col-span-3 xl:col-span-6",
  "gpu-memory": "md:col-span-3 xl:col-span-6",
  versions: "md:col-span-6 xl:col-span-12",
};

/** Row by row: what users feel, then what runs full, then what differs. */
const order = [
  "request-rate",
  "latency",
  "error-rate",
  "queue-depth",
  "token-throughput",
  "gpu-utilization",
  "gpu-memory",
  "versions",
];
const orderedPanels = [...overviewPanels].sort((a, b) => order.indexOf(a.id) - order.indexOf(b.id));

/**
 * The overview of one of the services, in the time range of the URL. `now` is the server's, unix seconds; `latencies`
 * holds the latency that each service's panel shows until another is chosen, `texts` what is said of the signals;
 * `canNote` says whether the viewer may write notes.
 */
export function Overview({
  services,
  latencies,
  texts,
  now,
  canNote,
}: {
  services: Service[];
  latencies: Readonly<Record<string, LatencySignal>>;
  texts: OverviewTexts;
  now: number;
  canNote: boolean;
}) {
  // A new version or service shows without a reload: the change is announced, and the list read again.
  const { data } = useQuery({ ...servicesQuery(), initialData: { items: services, nextCursor: null } });
  return (
    <TimeRangeProvider now={now}>
      <OverviewTextsContext value={texts}>
        <ChosenService
          services={data.items.length === 0 ? services : data.items}
          latencies={latencies}
          canNote={canNote}
        />
      </OverviewTextsContext>
    </TimeRangeProvider>
  );
}

/** The service that the URL names, the first where it names none. */
function ChosenService({
  services,
  latencies,
  canNote,
}: {
  services: readonly Service[];
  latencies: Readonly<Record<string, LatencySignal>>;
  canNote: boolean;
}) {
  const [id, setId] = useQueryState("service", parseAsString.withOptions({ history: "push" }));
  const service = id === null ? services[0] : services.find((one) => one.id === id);
  if (service === undefined) return <UnknownService id={id ?? ""} />;
  return (
    <ServiceOverview
      service={service}
      services={services}
      latencies={latencies}
      canNote={canNote}
      choose={(next) => void setId(next)}
    />
  );
}

function ServiceOverview({
  service,
  services,
  latencies,
  canNote,
  choose: chooseService,
}: {
  canNote: boolean;
  service: Service;
  choose: (id: string) => void;
  services: readonly Service[];
  latencies: Readonly<Record<string, LatencySignal>>;
}) {
  const [chosen, choose] = useQueryState(
    "latency",
    parseAsStringLiteral(latencySignals).withOptions({ history: "replace" }),
  );
  const [view, show] = useQueryState(
    "distribution",
    parseAsStringLiteral(latencyViews).withDefault("heatmap").withOptions({ history: "replace" }),
  );
  const signal = chosen ?? latencies[service.id] ?? "ttft";
  const { refresh, grid, queries, recent, recentError } = useOverview(service, signal);
  const shown = useMemo(() => [service.id], [service.id]);
  const axis = usePageAnnotations(shown, grid).get(service.id) ?? noMarks;
  const { results, shownUntil, overdueSince, waiting } = refresh;
  const error = refresh.error ?? recentError;
  const range = useTimeRange();
  const words = rangeWords(range, new Date(range.now * 1000));
  const since = useMemo(
    () => (results === undefined || grid === undefined ? undefined : beginsLate([{ results, grid }])),
    [results, grid],
  );
  const { signals } = useOverviewTexts();
  const isNowKnown = recent !== undefined;
  const isWaiting = waiting !== undefined;
  const findings = useMemo<Finding[]>(() => {
    if (isWaiting) return [{ state: "cannot_evaluate", text: `No answer from ${service.source} yet` }];
    if (results === undefined) return [];
    // What is on screen is judged no more once it cannot be read anew.
    if (error) return [notRefreshed(error, shownUntil)];
    if (overdueSince !== undefined)
      return [{ state: "cannot_evaluate", text: `Not refreshed since ${formatTime(overdueSince)}` }];
    // Nor before it is known how things are now.
    if (!isNowKnown) return [];
    const window = {
      over: range.relative === null ? "over this range" : `over the ${words.toLowerCase()}`,
      now: range.relative === null ? "at the end" : "now",
    };
    return overviewFindings(results, window, signals);
  }, [
    results,
    isNowKnown,
    isWaiting,
    error,
    shownUntil,
    overdueSince,
    service.source,
    range.relative,
    words,
    signals,
  ]);
  // What the source is known to fail with is another attempt's: where the page's own say it, that is said, once.
  const failed = results && [...results.values()].find(({ status }) => status === "error");
  const isSaid = waiting !== undefined || overdueSince !== undefined;
  const reason = isSaid ? null : (failed?.error?.detail ?? service.problem);
  const latency = {
    signal,
    choose: (next: typeof signal) => void choose(next),
    view,
    show: (next: typeof view) => void show(next),
  };

  return (
    <NotesOfPage services={shown} range={range} canWrite={canNote}>
      <PageHeader
        title={visibleName(service.id)}
        state={
          <StateLine
            findings={findings}
            service={service}
            reason={reason}
            lost={error || overdueSince !== undefined ? 0 : silentInstances(results, service).length}
          />
        }
        description={describeService(service)}
        actions={
          <>
            <Combobox
              aria-label="Service"
              value={service.id}
              onValueChange={chooseService}
              options={services.map((one) => ({
                value: one.id,
                label: visibleName(one.id),
                detail: [one.engines.join(", "), one.source].filter((part) => part !== "").join(", "),
              }))}
              searchPlaceholder="Find a service"
              className="w-44"
            />
            <NotesButton />
            <TimeRangeControl />
          </>
        }
      />
      {overdueSince === undefined ? null : <OverdueLine since={overdueSince} failed={Boolean(error)} />}
      {waiting === undefined ? null : (
        <p className="mb-4 text-body text-secondary tabular-nums">
          <WaitingWords {...waiting} />
        </p>
      )}
      <YoungData since={since} />
      <div className="grid gap-4">
        <h2 className="sr-only">Measurements</h2>
        <KeyNumbers refresh={refresh} recent={recent} />
        <section aria-label="Panels" className="grid grid-cols-1 gap-4 md:grid-cols-6 xl:grid-cols-12">
          {orderedPanels.map((panel) => (
            <div key={panel.id} className={`min-w-0 *:h-full ${spans[panel.id] ?? "xl:col-span-4"}`}>
              <OverviewPanelView
                panel={panel}
                refresh={refresh}
                grid={grid}
                queries={queries}
                axis={axis}
                service={service}
                latency={latency}
              />
            </div>
          ))}
        </section>
        <LatencyTable refresh={refresh} service={service.id} />
      </div>
    </NotesOfPage>
  );
}

function notRefreshed(error: unknown, shownUntil: number | undefined): Finding {
  const since = shownUntil === undefined ? "" : ` since ${formatTime(shownUntil)}`;
  return { state: "cannot_evaluate", text: `Not refreshed${since}: ${errorFacts(error).detail}` };
}

/** A sentence on a narrow screen takes a second line; cut, it would lose the number. */
const wrapping =
  "h-auto min-h-5 py-0.5 *:last:line-clamp-3 *:last:whitespace-normal *:last:[overflow-wrap:anywhere]";

/** The answer first: the state of the service in words, the worst finding first, at most three. */
function StateLine({
  findings,
  service,
  reason,
  lost,
}: {
  findings: readonly Finding[];
  service: Service;
  /** Why its source does not answer, where it does not. */
  reason: string | null;
  /** How many of its instances report no more. */
  lost: number;
}) {
  const reporting = service.instanceCount - lost;
  const isUnreachable = service.reachable === false;
  // That the page's queries failed too is the same fact: said once, with the source's name.
  const others = isUnreachable ? findings.filter(({ state }) => state !== "cannot_evaluate") : findings;
  const shown = others.slice(0, 3);
  return (
    <span role="status" className="flex min-w-0 max-w-full flex-wrap gap-2">
      {isUnreachable ? (
        <StateBadge state="cannot_evaluate" className={wrapping}>
          {`${service.source} does not answer${reason === null ? "" : `: ${reason}`}`}
        </StateBadge>
      ) : null}
      {shown.map(({ state, text }) => (
        <StateBadge key={text} state={state} className={wrapping}>
          {text}
        </StateBadge>
      ))}
      {lost > 0 ? (
        <StateBadge state="warning" className={wrapping}>
          {`${reporting} of ${service.instanceCount} instances ${reporting === 1 ? "reports" : "report"}`}
        </StateBadge>
      ) : null}
      {others.length > shown.length ? (
        <span className="text-caption text-secondary">{`${others.length - shown.length} more`}</span>
      ) : null}
    </span>
  );
}

function describeService({ engines, models, versions, instanceCount, source }: Service): string {
  const parts = [
    nameList(models),
    engines.join(", "),
    versions.length === 0 ? "" : `versions ${nameList(versions)}`,
    instanceCount === 0 ? "" : `${instanceCount} ${instanceCount === 1 ? "instance" : "instances"}`,
    `from ${source}`,
  ];
  return parts.filter((part) => part !== "").join(" · ");
}
