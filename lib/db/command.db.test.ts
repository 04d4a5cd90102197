import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { DEFAULT_TEAM_ID, systemActor } from "@/lib/auth/actor";
import { asUser, expectAudit, withTestTransaction } from "@/testing/database";
import { prisma, type Transaction } from "./client";
import { command } from "./command";

const write = command({
  permission: "annotations:write",
  input: z.object({ text: z.string().min(1), fail: z.boolean().default(false) }),
  run: async (tx, actor, { text, fail }) => {
    const row = await tx.annotation.create({ data: { teamId: actor.teamId, text, start: new Date(0) } });
    if (fail) throw new Error("after the write");
    return { result: row.id, changes: [{ type: "annotation", id: row.id, before: null, after: { text } }] };
  },
});

describe("command", () => {
  it("writes the change, its audit event and its revision together", () =>
    withTestTransaction(async (tx) => {
      const actor = await asUser(tx, "operator");
      const id = await write(actor, { text: "deployed" }, { requestId: "request-1", reason: "release" });
      const event = await expectAudit(tx, "annotation", id, {
        action: "annotations:write",
        actorId: actor.id,
      });
      expect(event).toMatchObject({
        before: null,
        after: { text: "deployed" },
        reason: "release",
        requestId: "request-1",
        teamId: DEFAULT_TEAM_ID,
      });
      expect(await tx.revision.findMany({ where: { resourceId: id } })).toMatchObject([
        { state: { text: "deployed" }, validTo: null },
      ]);
    }));

  it("ends a revision where the next begins", () =>
    withTestTransaction(async (tx) => {
      const actor = await asUser(tx, "operator");
      const rename = command({
        permission: "annotations:write",
        input: z.object({ from: z.string(), to: z.string() }),
        run: async (_tx, _actor, { from, to }) => ({
          result: null,
          changes: [{ type: "annotation", id: "a", before: { text: from }, after: { text: to } }],
        }),
      });
      await rename(actor, { from: "", to: "one" });
      await rename(actor, { from: "one", to: "two" });
      const [first, second] = await tx.revision.findMany({
        where: { resourceId: "a" },
        orderBy: { id: "asc" },
      });
      expect(first!.validTo).toEqual(second!.validFrom);
      expect(second!.validTo).toBeNull();
    }));

  it("leaves no trace of a change that changes nothing", () =>
    withTestTransaction(async (tx) => {
      const actor = await asUser(tx, "operator");
      const same = command({
        permission: "annotations:write",
        input: z.object({}),
        run: async () => ({
          result: null,
          changes: [{ type: "annotation", id: "same", before: { text: "a" }, after: { text: "a" } }],
        }),
      });
      await same(actor, {});
      expect(await tx.auditEvent.count({ where: { resourceId: "same" } })).toBe(0);
    }));

  it("rolls back what it wrote when it throws", () =>
    withTestTransaction(async (tx) => {
      const actor = await asUser(tx, "operator");
      await expect(write(actor, { text: "lost", fail: true })).rejects.toThrow("after the write");
      expect(await tx.annotation.count({ where: { text: "lost" } })).toBe(0);
    }));

  it("refuses a viewer and a wrong input before it writes", () =>
    withTestTransaction(async (tx) => {
      await expect(write(await asUser(tx, "viewer"), { text: "x" })).rejects.toMatchObject({
        code: "forbidden",
        status: 403,
      });
      await expect(write(await asUser(tx, "operator"), { text: "" })).rejects.toMatchObject({
        code: "invalid_request",
        fields: [{ path: "text" }],
      });
      expect(await tx.annotation.count()).toBe(0);
    }));

  const renames: [string, (tx: Transaction, id: string) => Promise<unknown>][] = [
    ["Prisma", (tx, id) => tx.team.update({ where: { id }, data: { name: "renamed" } })],
    ["SQL", (tx, id) => tx.$executeRaw`UPDATE "Team" SET name = 'renamed' WHERE id = ${id}`],
  ];
  it.each(renames)("is a conflict for one of two that wait for each other, by %s", async (_, rename) => {
    const [one, other] = [randomUUID(), randomUUID()];
    await prisma().team.createMany({ data: [one, other].map((id) => ({ id, name: id })) });
    try {
      let begun = 0;
      let bothBegan = () => {};
      const both = new Promise<void>((resolve) => {
        bothBegan = resolve;
      });
      const renameBoth = command({
        permission: "alert_rules:write",
        input: z.object({ first: z.string(), second: z.string() }),
        run: async (tx, _actor, { first, second }) => {
          await rename(tx, first);
          begun += 1;
          if (begun === 2) bothBegan();
          await both;
          await rename(tx, second);
          return { result: null, changes: [] };
        },
      });
      const actor = systemActor("command-test");
      const outcomes = await Promise.allSettled([
        renameBoth(actor, { first: one, second: other }),
        renameBoth(actor, { first: other, second: one }),
      ]);
      expect(outcomes.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
      expect(outcomes.find(({ status }) => status === "rejected")).toMatchObject({
        reason: { code: "conflict", status: 409, retryAfterSeconds: 1 },
      });
    } finally {
      await prisma().team.deleteMany({ where: { id: { in: [one, other] } } });
    }
  });
});
