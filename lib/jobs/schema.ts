import { z } from "zod";

/** How often a worker says that it is alive. */
export const HEARTBEAT_SECONDS = 10;

/** Three missed heartbeats: then the worker is taken to be gone. */
export const WORKER_GONE_AFTER_SECONDS = 30;

export const jobStates = ["created", "retry", "active", "completed", "cancelled", "failed"] as const;
export const jobStateSchema = z.enum(jobStates);
export type JobState = z.infer<typeof jobStateSchema>;

export const jobSchema = z.object({
  id: z.uuid(),
  queue: z.string(),
  state: jobStateSchema.describe("`created` waits, `retry` failed and waits for its next try."),
  tries: z.number().int().describe("How often it was tried, the present try included."),
  triesAllowed: z.number().int(),
  createdAt: z.iso.datetime(),
  startAfter: z.iso.datetime().describe("Not tried before this."),
  startedAt: z.iso.datetime().nullable(),
  finishedAt: z.iso.datetime().nullable(),
  error: z.string().nullable().describe("What the last try that failed said."),
  actions: z.array(z.enum(["retry"])).describe("What can be done with it now."),
});
export type Job = z.infer<typeof jobSchema>;

export const queueSchema = z.object({
  name: z.string(),
  summary: z.string().nullable().describe("Null for a queue that this version no longer works on."),
  schedule: z.string().nullable().describe("Cron expression in UTC."),
  waiting: z.number().int(),
  active: z.number().int(),
  failed: z.number().int().describe("In the last 14 days, not retried since."),
  completed: z.number().int().describe("In the last day."),
  lastFinishedAt: z.iso.datetime().nullable(),
  actions: z.array(z.enum(["run"])),
});
export type Queue = z.infer<typeof queueSchema>;

export const workerSchema = z.object({
  id: z.string(),
  host: z.string(),
  pid: z.number().int(),
  role: z.string(),
  version: z.string(),
  startedAt: z.iso.datetime(),
  lastSeenAt: z.iso.datetime(),
  alive: z.boolean().describe(`Seen in the last ${WORKER_GONE_AFTER_SECONDS} s.`),
});
export type Worker = z.infer<typeof workerSchema>;

export const loopSchema = z.object({
  name: z.string(),
  summary: z.string().nullable(),
  everySeconds: z.number(),
  holder: z.string().nullable().describe("The worker that runs it; null while none does."),
  startedAt: z.iso.datetime().nullable(),
  finishedAt: z.iso.datetime().nullable(),
  error: z.string().nullable().describe("What the last run said; null when it was good."),
  failingSince: z.iso.datetime().nullable(),
});
export type Loop = z.infer<typeof loopSchema>;

export const jobFilterSchema = z.object({
  queue: z.string().max(200).optional(),
  state: jobStateSchema.optional(),
});
export type JobFilter = z.infer<typeof jobFilterSchema>;
