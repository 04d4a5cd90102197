import { describe, expect, it } from "vitest";
import { z } from "zod";
import { DEFAULT_TEAM_ID } from "@/lib/auth/actor";
import { asUser, expectAudit, withTestTransaction } from "@/testing/database";
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
});
