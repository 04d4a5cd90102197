"use client";

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Play, RotateCw } from "lucide-react";
import { parseAsString, useQueryStates } from "nuqs";
import { useMemo, useState } from "react";
import { PageHeader } from "@/components/shell/page-header";
import { Button } from "@/components/ui/button";
import { type DataColumn, DataTable } from "@/components/ui/data-table";
import { EmptyState } from "@/components/ui/empty-state";
import { ErrorState } from "@/components/ui/error-state";
import { FilterSelect } from "@/components/ui/filter-select";
import { Pagination, useCursorPages } from "@/components/ui/pagination";
import { Panel } from "@/components/ui/panel";
import { RelativeTime } from "@/components/ui/relative-time";
import { compareStates } from "@/components/ui/state";
import { StateBadge } from "@/components/ui/state-badge";
import { toast } from "@/components/ui/toaster";
import { errorFacts } from "@/lib/api/client";
import {
  jobsKey,
  jobsQuery,
  loopsQuery,
  queuesQuery,
  retryJob,
  runQueue,
  workersQuery,
} from "@/lib/jobs/client";
import { type Job, type JobState, jobStates, type Loop, type Queue, type Worker } from "@/lib/jobs/schema";
import { format, THIN_SPACE } from "@/lib/units";
import { jobDuration, jobStateWords, jobsSummary, loopState } from "./jobs-state";

const time = (value: string | null) =>
  value === null ? "–" : <RelativeTime time={value} className="text-secondary" />;

/** What failed and why, in a cell that may take two lines. */
const message = (error: string | null) =>
  error === null ? (
    "–"
  ) : (
    <span className="block max-w-[60ch] whitespace-normal py-1.5 [overflow-wrap:anywhere]" title={error}>
      {error}
    </span>
  );

/** Everything that runs in the background: workers, loops, queues, and jobs with what became of them. */
export function JobsPage() {
  const client = useQueryClient();
  const queues = useQuery(queuesQuery());
  const workers = useQuery(workersQuery());
  const loops = useQuery(loopsQuery());
  const [filter, setFilter] = useQueryStates(
    { queue: parseAsString.withDefault(""), state: parseAsString.withDefault("failed") },
    { history: "replace" },
  );
  const refresh = () => client.invalidateQueries({ queryKey: jobsKey });
  const failedRead = [queues, workers, loops].find((query) => query.isError && query.data === undefined);

  async function run(queue: Queue) {
    try {
      const job = await runQueue(queue.name);
      toast(job === undefined ? `${queue.name} is waiting already` : `${queue.name} runs in a moment`, {
        state: "info",
      });
    } catch (error) {
      toast(`${queue.name} could not be run`, { state: "failed", description: errorFacts(error).detail });
    }
    await refresh();
  }

  // biome-ignore lint/correctness/useExhaustiveDependencies: the handlers only close over stable setters
  const queueColumns = useMemo<DataColumn<Queue>[]>(
    () => [
      {
        id: "name",
        header: "Queue",
        value: ({ name }) => name,
        cell: (queue) => (
          <span className="grid py-1.5">
            <span className="text-strong">{queue.name}</span>
            <span className="max-w-[72ch] whitespace-normal text-caption text-secondary">
              {queue.summary ?? "No longer worked on by this version."}
            </span>
          </span>
        ),
      },
      {
        id: "schedule",
        header: "Schedule, UTC",
        className: "max-sm:hidden",
        value: ({ schedule }) => schedule,
        cell: ({ schedule }) => <span className="text-mono">{schedule ?? "–"}</span>,
      },
      { id: "waiting", header: "Waiting", numeric: true, value: ({ waiting }) => waiting },
      {
        id: "active",
        header: "Running",
        className: "max-sm:hidden",
        numeric: true,
        value: ({ active }) => active,
      },
      {
        id: "failed",
        header: "Failed",
        numeric: true,
        descendingFirst: true,
        hint: "In the last 14 days, not retried since",
        value: ({ failed }) => failed,
        cell: (queue) =>
          queue.failed === 0 ? (
            "0"
          ) : (
            <button
              type="button"
              className="rounded-control text-link hover:underline"
              onClick={() => void setFilter({ queue: queue.name, state: "failed" })}
            >
              {queue.failed}
            </button>
          ),
      },
      {
        id: "completed",
        header: "Done",
        className: "max-sm:hidden",
        numeric: true,
        hint: "In the last day",
        value: ({ completed }) => completed,
      },
      {
        id: "lastFinishedAt",
        header: "Last",
        className: "max-sm:hidden",
        descendingFirst: true,
        value: ({ lastFinishedAt }) => lastFinishedAt,
        cell: ({ lastFinishedAt }) => time(lastFinishedAt),
      },
      {
        id: "actions",
        header: "",
        className: "text-right",
        cell: (queue) =>
          queue.actions.includes("run") ? (
            <Button
              size="sm"
              variant="ghost"
              aria-label={`Run ${queue.name} now`}
              onClick={() => void run(queue)}
            >
              <Play aria-hidden />
              <span className="max-sm:sr-only">Run now</span>
            </Button>
          ) : null,
      },
    ],
    [],
  );

  const summary =
    workers.data && loops.data && queues.data
      ? jobsSummary(workers.data.items, loops.data.items, queues.data.items)
      : null;

  return (
    <>
      <PageHeader
        title="Jobs"
        state={summary ? <StateBadge state={summary.state}>{summary.words}</StateBadge> : null}
        description="What the workers do in the background. A job that fails is tried again by itself, later each time; one that has used up its tries stays here until someone looks at it."
      />
      {failedRead ? (
        <ErrorState
          title="The state of the workers could not be read"
          error={errorFacts(failedRead.error)}
          onRetry={() => void refresh()}
          retrying={failedRead.isFetching}
        />
      ) : (
        <div className="grid gap-4">
          <h2 className="sr-only">Background work</h2>
          <Panel id="workers" title="Workers" height="auto" flush>
            <DataTable
              label="Table of workers"
              framed={false}
              urlKey="workers-"
              columns={workerColumns}
              rows={workers.data?.items ?? []}
              rowKey={({ id }) => id}
              initialSort="-startedAt"
              loading={workers.isPending}
              empty={
                <EmptyState
                  compact
                  title="No worker is alive"
                  docs={{ href: "/docs/jobs", label: "How to run workers" }}
                >
                  Nothing is checked, discovered or cleaned up. Start a console with INFERSCOPE_ROLE=worker or
                  all.
                </EmptyState>
              }
            />
          </Panel>
          <Panel id="loops" title="Loops" height="auto" flush>
            <DataTable
              label="Table of loops"
              framed={false}
              urlKey="loops-"
              columns={loopColumns}
              rows={loops.data?.items ?? []}
              rowKey={({ name }) => name}
              initialSort="name"
              loading={loops.isPending}
            />
          </Panel>
          <Panel id="queues" title="Queues" height="auto" flush>
            <DataTable
              label="Table of queues"
              framed={false}
              urlKey="queues-"
              columns={queueColumns}
              rows={queues.data?.items ?? []}
              rowKey={({ name }) => name}
              initialSort="name"
              loading={queues.isPending}
            />
          </Panel>
          <JobList
            filter={filter}
            queues={queues.data?.items.map(({ name }) => name) ?? []}
            onFilter={(patch) => void setFilter(patch)}
            onChanged={() => void refresh()}
          />
        </div>
      )}
    </>
  );
}

const workerColumns: DataColumn<Worker>[] = [
  {
    id: "alive",
    header: "State",
    value: ({ alive }) => alive,
    cell: ({ alive }) => <StateBadge state={alive ? "ok" : "no_data"}>{alive ? "Alive" : "Gone"}</StateBadge>,
  },
  {
    id: "host",
    header: "Worker",
    value: ({ host, pid }) => `${host} ${pid}`,
    cell: ({ id, host, pid }) => (
      <span title={id}>
        <span className="text-strong">{host}</span> <span className="text-secondary">process {pid}</span>
      </span>
    ),
  },
  { id: "role", header: "Role", className: "max-sm:hidden", value: ({ role }) => role },
  { id: "version", header: "Version", className: "max-sm:hidden", value: ({ version }) => version },
  {
    id: "startedAt",
    header: "Started",
    className: "max-sm:hidden",
    descendingFirst: true,
    value: ({ startedAt }) => startedAt,
    cell: (row) => time(row.startedAt),
  },
  {
    id: "lastSeenAt",
    header: "Heartbeat",
    descendingFirst: true,
    value: ({ lastSeenAt }) => lastSeenAt,
    cell: (row) => time(row.lastSeenAt),
  },
];

const loopColumns: DataColumn<Loop>[] = [
  {
    id: "state",
    header: "State",
    value: (loop) => loopState(loop).word,
    compare: (a, b) => compareStates(loopState(a).state, loopState(b).state),
    cell: (loop) => {
      const { state, word } = loopState(loop);
      return <StateBadge state={state}>{word}</StateBadge>;
    },
  },
  {
    id: "name",
    header: "Loop",
    value: ({ name }) => name,
    cell: (loop) => (
      <span className="grid py-1.5">
        <span className="text-strong">{loop.name}</span>
        <span className="max-w-[72ch] whitespace-normal text-caption text-secondary [overflow-wrap:anywhere]">
          {loop.error ?? loop.summary}
        </span>
      </span>
    ),
  },
  {
    id: "everySeconds",
    header: "Every",
    className: "max-sm:hidden",
    numeric: true,
    value: ({ everySeconds }) => everySeconds,
    cell: ({ everySeconds }) => `${everySeconds}${THIN_SPACE}s`,
  },
  {
    id: "finishedAt",
    header: "Last run",
    descendingFirst: true,
    value: ({ finishedAt }) => finishedAt,
    cell: (row) => time(row.finishedAt),
  },
];

function JobList({
  filter,
  queues,
  onFilter,
  onChanged,
}: {
  filter: { queue: string; state: string };
  queues: string[];
  onFilter: (patch: { queue?: string; state?: string }) => void;
  onChanged: () => void;
}) {
  const state = jobStates.includes(filter.state as JobState) ? filter.state : "";
  const pages = useCursorPages(JSON.stringify([filter.queue, state]));
  const jobs = useQuery(jobsQuery({ queue: filter.queue, state }, pages.cursor));
  const [retrying, setRetrying] = useState<string | null>(null);
  const items = jobs.data?.items ?? [];

  async function retry(job: Job) {
    setRetrying(job.id);
    try {
      await retryJob(job.id);
      toast(`${job.queue} is tried again`, { state: "info" });
    } catch (error) {
      toast("The job could not be tried again", { state: "failed", description: errorFacts(error).detail });
    } finally {
      setRetrying(null);
      onChanged();
    }
  }

  const columns: DataColumn<Job>[] = [
    {
      id: "state",
      header: "State",
      value: (job) => jobStateWords[job.state].word,
      compare: (a, b) => compareStates(jobStateWords[a.state].state, jobStateWords[b.state].state),
      cell: (job) => (
        <StateBadge state={jobStateWords[job.state].state}>{jobStateWords[job.state].word}</StateBadge>
      ),
    },
    {
      id: "queue",
      header: "Queue",
      value: ({ queue }) => queue,
      cell: ({ queue, id }) => (
        <span className="text-strong" title={id}>
          {queue}
        </span>
      ),
    },
    { id: "error", header: "Error", value: ({ error }) => error, cell: ({ error }) => message(error) },
    {
      id: "tries",
      header: "Tries",
      className: "max-sm:hidden",
      numeric: true,
      value: ({ tries }) => tries,
      cell: ({ tries, triesAllowed }) => `${tries} of ${triesAllowed}`,
    },
    {
      id: "duration",
      header: "Took",
      className: "max-sm:hidden",
      numeric: true,
      hint: "How long the last try took",
      value: (job) => jobDuration(job, Date.now()),
      cell: (job) => {
        const milliseconds = jobDuration(job, Date.now());
        return milliseconds === null ? "–" : format(milliseconds / 1000, "seconds");
      },
    },
    {
      id: "createdAt",
      header: "Created",
      descendingFirst: true,
      value: ({ createdAt }) => createdAt,
      cell: (job) => time(job.createdAt),
    },
    {
      id: "actions",
      header: "",
      className: "text-right",
      cell: (job) =>
        job.actions.includes("retry") ? (
          <Button size="sm" loading={retrying === job.id} onClick={() => void retry(job)}>
            {retrying === job.id ? null : <RotateCw aria-hidden />}
            Retry
          </Button>
        ) : null,
    },
  ];

  return (
    <Panel
      id="jobs"
      title="Jobs"
      height="auto"
      flush
      actions={
        <>
          <FilterSelect
            size="sm"
            className="w-44 max-sm:w-26"
            aria-label="Queue"
            all="Every queue"
            values={queues.map((name) => ({ value: name, label: name }))}
            value={filter.queue}
            onValueChange={(queue) => onFilter({ queue })}
          />
          <FilterSelect
            size="sm"
            className="w-36 max-sm:w-26"
            aria-label="State"
            all="Every state"
            values={jobStates.map((value) => ({ value, label: jobStateWords[value].word }))}
            value={state}
            onValueChange={(value) => onFilter({ state: value })}
          />
        </>
      }
      state={
        jobs.isError && jobs.data === undefined
          ? {
              kind: "error",
              title: "The jobs could not be read",
              error: errorFacts(jobs.error),
              onRetry: () => void jobs.refetch(),
              retrying: jobs.isFetching,
            }
          : { kind: "data", refreshing: jobs.isPlaceholderData }
      }
    >
      <DataTable
        label="Table of jobs"
        framed={false}
        urlKey="jobs-"
        columns={columns}
        rows={items}
        rowKey={({ id }) => id}
        initialSort="-createdAt"
        loading={jobs.isPending}
        empty={
          state === "failed" ? (
            <EmptyState compact title="Nothing failed">
              {filter.queue === ""
                ? "No job has used up its tries in the last 14 days."
                : `No job of ${filter.queue} has used up its tries in the last 14 days.`}
            </EmptyState>
          ) : (
            <EmptyState
              compact
              title="No job matches"
              action={
                <Button size="sm" onClick={() => onFilter({ queue: "", state: "" })}>
                  Show every job
                </Button>
              }
            />
          )
        }
      />
      {items.length > 0 || pages.canGoBack ? (
        <div className="px-4 py-2">
          <Pagination
            nextCursor={jobs.data?.nextCursor ?? null}
            canGoBack={pages.canGoBack}
            onNext={pages.next}
            onBack={pages.back}
            shown={items.length}
            noun={items.length === 1 ? "job" : "jobs"}
            loading={jobs.isPlaceholderData}
          />
        </div>
      ) : null}
    </Panel>
  );
}
