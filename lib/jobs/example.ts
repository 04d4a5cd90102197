import type { Job, Loop, Queue, Worker } from "./schema";

/** A job, a queue, a worker and a loop as the API's documentation shows them. */
export const exampleJob = {
  id: "7d3c8a52-51b2-4c07-8a1f-0d6a6b1e2f90",
  queue: "retention",
  state: "failed",
  tries: 4,
  triesAllowed: 4,
  createdAt: "2026-03-04T13:17:00.104Z",
  startAfter: "2026-03-04T13:20:31.000Z",
  startedAt: "2026-03-04T13:20:32.220Z",
  finishedAt: "2026-03-04T13:20:32.391Z",
  error: "The database cannot be reached.",
  actions: ["retry"],
} satisfies Job;

export const exampleQueue = {
  name: "retention",
  summary:
    "Deletes old idempotency keys, expired links and sessions, heartbeats of dead workers, old sign-in failures and usage of queries.",
  schedule: "17 * * * *",
  waiting: 0,
  active: 0,
  failed: 1,
  completed: 23,
  lastFinishedAt: "2026-03-04T13:20:32.391Z",
  actions: ["run"],
} satisfies Queue;

export const exampleWorker = {
  id: "console-0-17-3f2a9c1d",
  host: "console-0",
  pid: 17,
  role: "all",
  version: "0.1.0",
  startedAt: "2026-03-04T09:00:00.000Z",
  lastSeenAt: "2026-03-04T14:03:28.000Z",
  alive: true,
} satisfies Worker;

export const exampleLoop = {
  name: "check-sources",
  summary: "Asks each data source whether it answers, and which version it is.",
  everySeconds: 30,
  holder: exampleWorker.id,
  startedAt: "2026-03-04T14:03:30.002Z",
  finishedAt: "2026-03-04T14:03:30.061Z",
  error: null,
  failingSince: null,
} satisfies Loop;
