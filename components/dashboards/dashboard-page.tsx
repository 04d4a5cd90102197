"use client";

import { useQuery } from "@tanstack/react-query";
import { parseAsNativeArrayOf, parseAsString, useQueryState, useQueryStates } from "nuqs";
import { memo, useMemo } from "react";
import { NotesButton } from "@/components/annotations/notes-button";
import { NotesOfPage } from "@/components/annotations/notes-of-page";
import { PageHeader } from "@/components/shell/page-header";
import { cn } from "@/components/ui/class-names";
import { EmptyState } from "@/components/ui/empty-state";
import { nameList } from "@/components/ui/short-name";
import { TimeRangeControl } from "@/components/ui/time-range-control";
import { TimeRangeProvider, useTimeRange } from "@/components/ui/use-time-range";
import { beginsLate } from "@/lib/dashboards/covered";
import type { Dashboard, Span } from "@/lib/dashboards/dashboard";
import { findDashboard } from "@/lib/dashboards/dashboards";
import { silentSources } from "@/lib/dashboards/home";
import {
  canFill,
  chosenServices,
  firstInSight,
  mostServices,
  type PlacedPanel,
  placePanels,
  scrapeIntervalOf,
} from "@/lib/dashboards/placement";
import { servicesQuery } from "@/lib/services/client";
import type { Service } from "@/lib/services/schema";
import { ComparedPercentile } from "./compared-percentile";
import { FirstGpuContext, GpuHeading, KnownGpusContext, useFirstGpu, useKnownGpus } from "./gpu-views";
import { OverdueLine } from "./overdue-line";
import type { Refresh } from "./panel-state";
import { PanelView } from "./panel-view";
import { ServicePicker } from "./service-picker";
import type { TimeAxis } from "./time-axis";
import { type PanelAnswer, useBoard } from "./use-board";
import { useInSight } from "./use-in-sight";
import { everyService, usePageAnnotations } from "./use-page-annotations";
import { YoungData } from "./young-data";

/** The span of a panel on the grid of twelve from 1280 px on, and of six from 768 px. */
const spans: Record<Span, string> = {
  3: "md:col-span-3 xl:col-span-3",
  4: "md:col-span-3 xl:col-span-4",
  6: "md:col-span-6 xl:col-span-6",
  8: "md:col-span-6 xl:col-span-8",
  12: "md:col-span-6 xl:col-span-12",
};

/**
 * A built-in dashboard for the services and in the time range of the address. `now` is the server's, unix seconds;
 * `canNote` says whether the viewer may write notes.
 */
export function DashboardPage({
  id,
  services,
  distributions,
  now,
  canNote,
}: {
  id: string;
  services: Service[];
  /** By service id, the signals of which it is known how many requests took how long. */
  distributions: Readonly<Record<string, readonly string[]>>;
  now: number;
  canNote: boolean;
}) {
  const dashboard = findDashboard(id);
  // A new version or service shows without a reload: the change is announced, and the list read again.
  const { data } = useQuery({ ...servicesQuery(), initialData: { items: services, nextCursor: null } });
  const listed = data.items.length === 0 ? services : data.items;
  const known = useMemo(
    () =>
      listed.map((service) => {
        const own = distributions[service.id];
        return own === undefined ? service : { ...service, distributions: own };
      }),
    [listed, distributions],
  );
  if (dashboard === undefined) return null;
  return (
    <TimeRangeProvider now={now}>
      <ChosenServices dashboard={dashboard} services={known} canNote={canNote} />
    </TimeRangeProvider>
  );
}

function ChosenServices({
  dashboard,
  services,
  canNote,
}: {
  dashboard: Dashboard;
  services: readonly Service[];
  canNote: boolean;
}) {
  const range = useTimeRange();
  const [asked, ask] = useQueryState(
    "service",
    parseAsNativeArrayOf(parseAsString).withOptions({ history: "push" }),
  );
  const choices = useChoices(dashboard);
  const chosen = useMemo(() => chosenServices(dashboard, services, asked), [dashboard, services, asked]);
  const sections = useMemo(() => placePanels(dashboard, chosen, choices), [dashboard, chosen, choices]);
  const panels = useMemo(() => sections.flatMap((section) => section.panels), [sections]);
  const first = useMemo(() => firstInSight(sections).map(({ key }) => key), [sections]);
  const { inSight, watch } = useInSight(first);
  const board = useBoard(
    panels.filter(({ key }) => inSight.has(key)),
    scrapeIntervalOf(chosen),
  );
  const ids = useMemo(() => chosen.map((service) => service.id), [chosen]);
  const axes = usePageAnnotations(ids, board.grid);
  const byId = useMemo(() => new Map(chosen.map((service) => [service.id, service])), [chosen]);
  const gpus = useKnownGpus(board.answers);
  const firstGpu = useFirstGpu(board.answers, gpus);
  const since = useMemo(() => beginsLate(board.answers.values()), [board.answers]);
  const compares = panels.some(
    ({ panel, services: shown }) =>
      panel.view === "versions" || (panel.view === "percentiles" && shown.length > 1),
  );
  const missing = asked.filter((one) => !services.some((service) => service.id === one));

  return (
    <FirstGpuContext value={firstGpu}>
      <KnownGpusContext value={gpus}>
        <NotesOfPage services={ids} range={range} canWrite={canNote}>
          <PageHeader
            title={dashboard.title}
            description={dashboard.description}
            className="xl:flex-nowrap xl:[&>*:last-child]:shrink-0"
            actions={
              <>
                {compares ? <ComparedPercentile /> : null}
                <ServicePicker
                  services={services.map((service) => ({
                    id: service.id,
                    detail: [service.engines.join(", "), service.source].filter(Boolean).join(", "),
                    hasPanels: canFill(dashboard, service),
                  }))}
                  chosen={ids}
                  most={mostServices}
                  onChange={(next) => void ask(next)}
                  className="w-44"
                />
                <NotesButton />
                <TimeRangeControl />
              </>
            }
          />
          {board.overdueSince === undefined ? null : (
            <OverdueLine since={board.overdueSince} failed={board.errors.size > 0} />
          )}
          <SilentSources services={chosen} waitingFor={board.waitingFor} />
          <YoungData since={since} />
          {missing.length === 0 ? null : (
            <p className="mb-4 text-secondary">
              {`There is no service ${nameList(missing)}; it may have been renamed, or its source may be disconnected.`}
            </p>
          )}
          {sections.length === 0 ? (
            <EmptyState
              title={`Nothing of ${dashboard.title} is measured here`}
              action={
                <a
                  className="text-link hover:underline"
                  href={`/doctor?service=${encodeURIComponent(ids[0] ?? "")}`}
                >
                  What is measured, and what would be
                </a>
              }
            >
              {`${nameList(ids)} exposes none of the signals that this dashboard shows.`}
            </EmptyState>
          ) : (
            <div className="grid gap-8">
              {sections.map(({ title, isOfChosenGpu, panels: own }, index) => (
                <section key={title ?? index} aria-label={title ?? dashboard.title}>
                  {title === undefined ? (
                    // A panel's heading is of the third level.
                    <h2 className="sr-only">{dashboard.title}</h2>
                  ) : isOfChosenGpu ? (
                    <GpuHeading title={title} gpus={gpus} />
                  ) : (
                    <h2 className="mb-3 text-section">{title}</h2>
                  )}
                  <div className="grid grid-cols-1 gap-4 md:grid-cols-6 xl:grid-cols-12">
                    {own.map((placed) => (
                      <div
                        key={placed.key}
                        ref={watch}
                        data-panel={placed.key}
                        className={cn("min-w-0 *:h-full", spans[placed.span])}
                      >
                        <BoardPanel
                          placed={placed}
                          services={byId}
                          answer={board.answers.get(placed.key)}
                          isRefreshing={board.refreshing.has(placed.key)}
                          error={board.errors.get(placed.key)}
                          overdueSince={board.overdueSince}
                          retry={board.retry}
                          axis={axes.get(placed.services.length === 1 ? placed.services[0]! : everyService)}
                        />
                      </div>
                    ))}
                  </div>
                </section>
              ))}
            </div>
          )}
        </NotesOfPage>
      </KnownGpusContext>
    </FirstGpuContext>
  );
}

/** The sources of the page that do not answer: what is known of why, or that they are still waited for. */
function SilentSources({
  services,
  waitingFor,
}: {
  services: readonly Service[];
  waitingFor: readonly string[];
}) {
  const silent = silentSources(services);
  const late = waitingFor.filter((name) => !silent.some(({ source }) => source === name));
  if (silent.length + late.length === 0) return null;
  return (
    <div role="status" className="mb-4 grid max-w-[80ch] gap-1 [overflow-wrap:anywhere]">
      {silent.map(({ source, problem, services: count }) => (
        <p key={source}>
          <span className="text-strong">{`${source} does not answer`}</span>
          {`, so ${count === 1 ? "one service" : `${count} services`} of this page cannot be shown as of now${problem === null ? "." : `: ${problem}`}`}
        </p>
      ))}
      {late.map((source) => (
        <p key={source} className="text-secondary">
          {`Waiting for ${source} to answer; what other sources measure is shown.`}
        </p>
      ))}
    </div>
  );
}

/** The viewer's choices among the alternatives of panels, from the address. */
function useChoices(dashboard: Dashboard): Record<string, string | undefined> {
  const parsers = useMemo(
    () =>
      Object.fromEntries(
        dashboard.sections.flatMap(({ panels }) =>
          panels.flatMap(({ oneOf }) => (oneOf === undefined ? [] : [[oneOf, parseAsString] as const])),
        ),
      ),
    [dashboard],
  );
  const [choices] = useQueryStates(parsers);
  return useMemo(
    () => Object.fromEntries(Object.entries(choices).map(([name, value]) => [name, value ?? undefined])),
    [choices],
  );
}

const noAxis: TimeAxis = { marks: [], gaps: [] };

/** One panel; drawn again only when something of it has changed. */
const BoardPanel = memo(function BoardPanel({
  placed,
  services,
  answer,
  isRefreshing,
  error,
  overdueSince,
  retry,
  axis = noAxis,
}: {
  placed: PlacedPanel;
  services: ReadonlyMap<string, Service>;
  answer: PanelAnswer | undefined;
  isRefreshing: boolean;
  error: unknown;
  overdueSince: number | undefined;
  retry: () => void;
  axis: TimeAxis | undefined;
}) {
  const refresh = useMemo<Refresh>(
    () => ({
      results: answer?.results,
      isRefreshing,
      error,
      shownUntil: answer?.grid.end,
      overdueSince,
      retry,
    }),
    [answer, isRefreshing, error, overdueSince, retry],
  );
  const own = useMemo(
    () => placed.services.flatMap((id) => services.get(id) ?? []),
    [placed.services, services],
  );
  return <PanelView placed={placed} services={own} refresh={refresh} grid={answer?.grid} axis={axis} />;
});
