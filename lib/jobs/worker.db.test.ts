import { randomUUID } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Actor } from "@/lib/auth/actor";
import { prisma } from "@/lib/db/client";
import { asUser, withTestTransaction } from "@/testing/database";
import { closeJobSender, sendJob } from "./boss";
import { retryJob, runQueue } from "./commands";
import type { JobDefinition, LoopDefinition } from "./definition";
import { listJobs, listLoops, listQueues, listWorkers } from "./queries";
import { deleteExpired } from "./retention";
import { type RunningWorker, startWorker } from "./worker";

const admin: Actor = {
  type: "user",
  id: randomUUID(),
  name: "admin@example.com",
  role: "admin",
  teamId: "default",
};

let stop: AbortController;
let worker: RunningWorker | undefined;
const queues: string[] = [];

async function start(options: {
  jobs?: JobDefinition<never>[];
  loops?: LoopDefinition[];
}): Promise<RunningWorker> {
  queues.push(...(options.jobs ?? []).map((job) => job.name));
  worker = await startWorker({ signal: stop.signal, jobs: [], loops: [], atStart: [], ...options });
  return worker;
}

const newJob = (handler: JobDefinition<{ say: string }>["handler"]): JobDefinition<{ say: string }> => ({
  name: `test-${randomUUID().slice(0, 8)}`,
  summary: "A job of a test.",
  retryLimit: 0,
  handler,
});

const waitForState = (queue: string, state: string) =>
  vi.waitFor(
    async () => {
      const { items } = await listJobs({ queue }, { limit: 10 });
      expect(items[0]?.state).toBe(state);
      return items[0]!;
    },
    { timeout: 15_000, interval: 100 },
  );

beforeEach(() => {
  stop = new AbortController();
  worker = undefined;
});

afterEach(async () => {
  stop.abort();
  await worker?.stopped;
  await closeJobSender();
  for (const queue of queues.splice(0)) {
    await prisma().$executeRaw`DELETE FROM pgboss.job WHERE name = ${queue}`;
    await prisma().$queryRaw`SELECT pgboss.delete_queue(${queue})::text`;
  }
});

describe("a job that fails", () => {
  it("is on the page with its error, and done once it is tried again", async () => {
    let broken = true;
    const said: string[] = [];
    const job = newJob(async ({ say }) => {
      if (broken) throw new Error(`no luck with ${say}`);
      said.push(say);
    });
    await start({ jobs: [job] });
    const id = await sendJob(job, { say: "hello" });
    const failed = await waitForState(job.name, "failed");
    expect(failed).toMatchObject({
      id,
      queue: job.name,
      tries: 1,
      triesAllowed: 1,
      error: "no luck with hello",
      actions: ["retry"],
    });
    expect((await listQueues()).find(({ name }) => name === job.name)).toMatchObject({
      failed: 1,
      waiting: 0,
    });

    broken = false;
    expect(await retryJob(admin, { id: id! })).toMatchObject({ state: "retry", actions: [] });
    const done = await waitForState(job.name, "completed");
    expect(done).toMatchObject({ id, tries: 2, triesAllowed: 2, error: null });
    expect(said).toEqual(["hello"]);
    await expect(retryJob(admin, { id: id! })).rejects.toMatchObject({
      code: "conflict",
      current: { state: "completed" },
    });
    const event = await prisma().auditEvent.findFirst({ where: { resourceType: "job", resourceId: id! } });
    expect(event).toMatchObject({
      action: "jobs:retry",
      actorId: admin.id,
      before: { state: "failed", error: "no luck with hello" },
    });
    expect(await prisma().revision.count({ where: { resourceId: id! } })).toBe(0);
  });

  it("is tried again by itself as often as it allows", async () => {
    let tries = 0;
    const job = {
      ...newJob(async () => {
        tries += 1;
        if (tries === 1) throw new Error("once");
      }),
      retryLimit: 1,
      retryDelaySeconds: 0,
    };
    await start({ jobs: [job] });
    await sendJob(job, { say: "x" });
    expect(await waitForState(job.name, "completed")).toMatchObject({ tries: 2, triesAllowed: 2 });
  });
});

describe("a worker", () => {
  it("is on the page while it lives, and off it once it stopped", async () => {
    const { id, stopped } = await start({});
    expect((await listWorkers(new Date())).find((row) => row.id === id)).toMatchObject({
      alive: true,
      pid: process.pid,
    });
    expect((await listWorkers(new Date(Date.now() + 60_000))).find((row) => row.id === id)).toMatchObject({
      alive: false,
    });
    stop.abort();
    await stopped;
    expect((await listWorkers(new Date())).some((row) => row.id === id)).toBe(false);
  });

  it("runs loops, and keeps what the last run said", async () => {
    const name = `test-${randomUUID().slice(0, 8)}`;
    let runs = 0;
    const loop: LoopDefinition = {
      name,
      everySeconds: 0.1,
      run: async () => {
        runs += 1;
        if (runs <= 2) throw new Error(`run ${runs} failed`);
      },
    };
    const states: (string | null)[] = [];
    await start({ loops: [loop] });
    await vi.waitFor(
      async () => {
        const row = await prisma().loop.findUniqueOrThrow({ where: { name } });
        if (row.finishedAt !== null && states.at(-1) !== row.error) states.push(row.error);
        expect(row.error).toBeNull();
        expect(row.finishedAt).not.toBeNull();
        expect(row.failingSince).toBeNull();
        expect(row.holder).toBe(worker!.id);
      },
      { timeout: 10_000, interval: 20 },
    );
    expect(runs).toBeGreaterThanOrEqual(3);
    await prisma().loop.delete({ where: { name } });
  });
});

describe("lists", () => {
  it("page through jobs newest first without losing or repeating one", async () => {
    const job = { ...newJob(async () => {}), retryLimit: 0 };
    await start({ jobs: [] });
    const ids: (string | null)[] = [];
    for (const say of ["a", "b", "c", "d", "e"]) ids.push(await sendJob(job, { say }));
    queues.push(job.name);
    const seen: string[] = [];
    let cursor: string | null | undefined;
    do {
      const page = await listJobs({ queue: job.name }, { limit: 2, cursor: cursor ?? undefined });
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect(seen).toEqual(ids.reverse());
    await expect(listJobs({}, { limit: 2, cursor: "nonsense" })).rejects.toMatchObject({
      code: "invalid_request",
    });
  });

  it("name every queue and loop of this version, with what they are for", async () => {
    expect((await listQueues()).find(({ name }) => name === "retention")).toMatchObject({
      schedule: "17 * * * *",
      actions: ["run"],
    });
    expect((await listLoops(new Date())).map(({ name }) => name)).toContain("check-sources");
  });

  it("refuse to run by hand what has no schedule or does not exist", async () => {
    await expect(runQueue(admin, "no-such-queue")).rejects.toMatchObject({ code: "not_found" });
    await expect(runQueue({ ...admin, role: "operator" } as Actor, "retention")).rejects.toMatchObject({
      code: "forbidden",
    });
  });
});

describe("retention", () => {
  it("deletes what is old and leaves the rest", () =>
    withTestTransaction(async (tx) => {
      const user = await asUser(tx, "viewer");
      const now = new Date("2026-03-04T12:00:00Z");
      const daysAgo = (days: number) => new Date(now.getTime() - days * 86_400_000);
      const key = (name: string, createdAt: Date) => ({
        actorId: user.id,
        key: name,
        route: "POST /x",
        requestHash: "",
        createdAt,
      });
      await tx.idempotencyKey.createMany({ data: [key("old", daysAgo(1.1)), key("new", daysAgo(0.9))] });
      const token = (hash: string, expiresAt: Date) => ({
        kind: "sign_in" as const,
        hash: `${user.id}-${hash}`,
        expiresAt,
      });
      await tx.oneTimeToken.createMany({ data: [token("old", daysAgo(8)), token("new", daysAgo(6))] });
      const beat = (id: string, lastSeenAt: Date) => ({
        id: `${user.id}-${id}`,
        host: "h",
        pid: 1,
        role: "all",
        version: "0",
        startedAt: lastSeenAt,
        lastSeenAt,
      });
      await tx.workerHeartbeat.createMany({ data: [beat("old", daysAgo(2)), beat("new", daysAgo(0.5))] });
      await deleteExpired(now);
      expect(await tx.idempotencyKey.findMany({ where: { actorId: user.id } })).toMatchObject([
        { key: "new" },
      ]);
      expect(await tx.oneTimeToken.count({ where: { hash: { startsWith: user.id } } })).toBe(1);
      expect(await tx.workerHeartbeat.count({ where: { id: { startsWith: user.id } } })).toBe(1);
    }));
});
