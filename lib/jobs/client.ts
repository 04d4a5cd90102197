import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { requestJson, withQuery } from "@/lib/api/client";
import type { Job, Loop, Queue, Worker } from "./schema";

/** The key of everything on the jobs page. Jobs announce nothing; the page asks every five seconds. */
export const jobsKey = ["jobs"] as const;

const REFRESH_MS = 5_000;

const list = <Item>(name: string) =>
  queryOptions({
    queryKey: [...jobsKey, name],
    queryFn: ({ signal }) => requestJson<{ items: Item[] }>(`/api/v1/jobs/${name}`, { signal }),
    refetchInterval: REFRESH_MS,
  });

export const queuesQuery = () => list<Queue>("queues");
export const workersQuery = () => list<Worker>("workers");
export const loopsQuery = () => list<Loop>("loops");

export const jobsQuery = (filter: { queue: string; state: string }, cursor: string | null) =>
  queryOptions({
    queryKey: [...jobsKey, "list", filter, cursor],
    queryFn: ({ signal }) =>
      requestJson<{ items: Job[]; nextCursor: string | null }>(
        withQuery("/api/v1/jobs", { ...filter, cursor, limit: 50 }),
        {
          signal,
        },
      ),
    refetchInterval: REFRESH_MS,
    placeholderData: keepPreviousData,
  });

export const retryJob = (id: string) =>
  requestJson<Job>(`/api/v1/jobs/${encodeURIComponent(id)}/retry`, { method: "POST" });

/** Undefined when one is waiting already. */
export const runQueue = (queue: string) =>
  requestJson<Job | undefined>(`/api/v1/jobs/queues/${encodeURIComponent(queue)}/run`, { method: "POST" });
