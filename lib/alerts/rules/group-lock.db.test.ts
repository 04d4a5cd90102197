import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type SystemActor, systemActor } from "@/lib/auth/actor";
import { prisma, type Transaction, transaction } from "@/lib/db/client";
import { withTestTransaction } from "@/testing/database";
import { recordEvaluation } from "../evaluation/commands";
import { loadGroup } from "../evaluation/load";
import { replaceFile } from "../rule-file/commands";
import { applyCorrection, deleteRule, editRule, restoreRule } from "./commands";

const now = new Date("2026-03-04T14:00:00Z");
const teamId = randomUUID();
const actor: SystemActor = { ...systemActor("rules-test"), teamId };
const rules = { first: randomUUID(), last: randomUUID(), deleted: randomUUID() };
const file = "locked.yaml";
const ids = { source: randomUUID(), group: randomUUID() };

// What several connections see must be committed; it is of a team of its own, and nothing else is written for good.
beforeAll(async () => {
  await prisma().team.create({ data: { id: teamId, name: teamId } });
  await prisma().source.create({
    data: { id: ids.source, teamId, kind: "prometheus", name: teamId, url: "http://127.0.0.1:9" },
  });
  await prisma().ruleGroup.create({
    data: { id: ids.group, teamId, sourceId: ids.source, origin: "import", file, name: "locked" },
  });
  await prisma().alertRule.createMany({
    data: Object.entries(rules).map(([name, id], position) => ({
      id,
      teamId,
      groupId: ids.group,
      position,
      kind: "alerting",
      name,
      expr: "vector(1)",
      levels: [{ severity: "warning", threshold: null }],
      validTo: name === "deleted" ? now : null,
    })),
  });
});

afterAll(async () => {
  await prisma().alertRule.deleteMany({ where: { teamId } });
  await prisma().ruleGroup.deleteMany({ where: { teamId } });
  await prisma().source.deleteMany({ where: { teamId } });
  await prisma().team.deleteMany({ where: { id: teamId } });
});

async function connectionOf(tx: Transaction): Promise<number> {
  const [row] = await tx.$queryRaw<{ pid: number }[]>`SELECT pg_backend_pid() AS pid`;
  return row!.pid;
}

/** Whether a connection waits for a lock of another. */
async function isWaiting(pid: number): Promise<boolean> {
  const [row] = await prisma().$queryRaw<{ count: number }[]>`
    SELECT cardinality(pg_blocking_pids(${pid}::int)) AS count`;
  return row!.count > 0;
}

/** Runs in a connection of its own, and writes nothing for good. */
function beside<T>(run: (tx: Transaction) => Promise<T>) {
  let isDone = false;
  let pid = 0;
  let result: T | undefined;
  const done = withTestTransaction(async (tx) => {
    pid = await connectionOf(tx);
    result = await run(tx);
  })
    .then(() => result!)
    .finally(() => {
      isDone = true;
    });
  done.catch(() => {});
  /** Resolves when it waits for a lock, with true, or is done, with false. */
  const waits = () =>
    vi.waitUntil(async () => isDone || (pid !== 0 && (await isWaiting(pid))), 10_000).then(() => !isDone);
  return { done, waits };
}

/** Holds a rule in a connection of its own until `release` is called. */
async function holdRule(id: string): Promise<() => Promise<void>> {
  let letGo = () => {};
  let held: Promise<void> = Promise.resolve();
  await new Promise<void>((isHeld, failed) => {
    held = transaction(async (tx) => {
      await tx.$executeRaw`SELECT id FROM "AlertRule" WHERE id = ${id} FOR UPDATE`;
      await new Promise<void>((resolve) => {
        letGo = resolve;
        isHeld();
      });
    });
    held.catch(failed);
  });
  return async () => {
    letGo();
    await held;
  };
}

async function evaluate(tx: Transaction): Promise<boolean> {
  const loaded = (await loadGroup(prisma(), ids.group))!;
  return recordEvaluation(
    tx,
    loaded,
    {
      kind: "evaluated",
      at: now.getTime() / 1000,
      ledger: { created: [], changed: [], transitions: [] },
      outcomes: [...loaded.rules.keys()].map((ruleId) => ({
        ruleId,
        health: "ok",
        error: null,
        series: 1,
        seconds: 0.01,
        hasData: true,
      })),
    },
    now,
  );
}

const removal = () =>
  replaceFile(actor, { file, sourceId: ids.source, groups: [], mode: "enforce", dryRun: false, now });

const changes: [string, string, () => Promise<unknown>][] = [
  ["a file is removed", rules.last, removal],
  ["a rule is edited", rules.last, () => editRule(actor, { id: rules.last, patch: { for: "1m" }, now })],
  ["a rule is deleted", rules.last, () => deleteRule(actor, { id: rules.last, now })],
  ["a rule is restored", rules.deleted, () => restoreRule(actor, { id: rules.deleted, now })],
  [
    "a correction is applied, of the last rule first",
    rules.first,
    () =>
      applyCorrection(actor, {
        replaces: [
          { id: rules.last, version: 1 },
          { id: rules.first, version: 1 },
        ],
        rules: [
          {
            id: rules.first,
            name: "first",
            expr: "vector(2)",
            comparison: null,
            levels: [{ severity: "warning", threshold: null }],
            for: 60,
            keepFiringFor: 0,
            labels: {},
            annotations: {},
          },
        ],
        now,
      }),
  ],
];

describe("the lock of a group", () => {
  it.each(changes)("lets an evaluation wait for nothing while %s", async (_, held, change) => {
    const release = await holdRule(held);
    const changing = beside(change);
    const changeWaited = await changing.waits();
    const evaluating = beside(evaluate);
    const evaluationWaited = await evaluating.waits();
    await release();
    expect(await Promise.allSettled([changing.done, evaluating.done])).toMatchObject([
      { status: "fulfilled" },
      { status: "fulfilled", value: false },
    ]);
    expect({ changeWaited, evaluationWaited }).toEqual({ changeWaited: true, evaluationWaited: false });
  });

  it("lets the removal of a file wait for an evaluation's write, and then go through", async () => {
    let commit = () => {};
    const mayCommit = new Promise<void>((resolve) => {
      commit = resolve;
    });
    let wasWritten = (_: boolean) => {};
    const written = new Promise<boolean>((resolve) => {
      wasWritten = resolve;
    });
    const evaluating = beside(async (tx) => {
      wasWritten(await evaluate(tx));
      await mayCommit;
    });
    const isWritten = await written;
    const removing = beside(removal);
    const removalWaited = await removing.waits();
    commit();
    await evaluating.done;
    expect(await removing.done).toMatchObject({ removed: 2 });
    expect({ isWritten, removalWaited }).toEqual({ isWritten: true, removalWaited: true });
  });
});
