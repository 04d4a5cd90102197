import { describe, expect, it } from "vitest";
import type { Transaction } from "@/lib/db/client";
import { asUser, expectAudit, withTestTransaction } from "@/testing/database";
import { addAnnotation, deleteAnnotation, editAnnotation, restoreAnnotation } from "./commands";
import { listAnnotations } from "./queries";

const start = "2026-03-04T14:00:00.000Z";
const now = new Date("2026-03-05T00:00:00Z");

async function note(tx: Transaction) {
  const operator = await asUser(tx, "operator");
  return { operator, note: await addAnnotation(operator, { start, text: "Cache warmed" }) };
}

const listed = async (tx: Transaction, id: string) =>
  (await listAnnotations(await asUser(tx, "viewer"), { kind: "note" }, { limit: 200 }, { now })).items.find(
    (one) => one.id === id,
  );

describe("a note", () => {
  it("says who wrote it, and what may be done with it by whom", () =>
    withTestTransaction(async (tx) => {
      const { operator, note: added } = await note(tx);
      expect(added).toMatchObject({ author: operator.name, version: 1, actions: ["edit", "delete"] });
      expect(await listed(tx, added.id)).toMatchObject({ text: "Cache warmed", actions: [] });
    }));

  it("is changed where it is the one that was read", () =>
    withTestTransaction(async (tx) => {
      const { operator, note: added } = await note(tx);
      const edit = (ifMatch: number | undefined, patch: Parameters<typeof editAnnotation>[1]["patch"]) =>
        editAnnotation(operator, { id: added.id, ifMatch, patch });
      const end = "2026-03-04T15:00:00.000Z";
      expect(await edit(1, { end })).toMatchObject({ start, end, text: "Cache warmed", version: 2 });
      const event = await expectAudit(tx, "annotation", added.id, {
        action: "annotations:edit",
        actorId: operator.id,
      });
      expect(event).toMatchObject({ before: { end: null }, after: { end } });
      await expect(edit(1, { text: "Too late" })).rejects.toMatchObject({
        code: "precondition_failed",
        current: { version: 2 },
      });
      await expect(edit(undefined, { start: "2026-03-04T16:00:00Z" })).rejects.toMatchObject({
        code: "invalid_request",
        fields: [{ path: "end" }],
      });
      await expect(edit(undefined, { service: "no-such-service" })).rejects.toMatchObject({
        fields: [{ path: "service" }],
      });
    }));

  it("is gone once it is deleted, and comes back", () =>
    withTestTransaction(async (tx) => {
      const { operator, note: added } = await note(tx);
      const { id } = added;
      await deleteAnnotation(operator, { id, now });
      expect(await listed(tx, id)).toBeUndefined();
      await expect(deleteAnnotation(operator, { id, now })).rejects.toMatchObject({ code: "not_found" });
      await expect(editAnnotation(operator, { id, patch: { text: "x" } })).rejects.toMatchObject({
        code: "conflict",
      });
      expect(await restoreAnnotation(operator, { id })).toMatchObject({ text: "Cache warmed" });
      await expectAudit(tx, "annotation", id, { action: "annotations:restore", actorId: operator.id });
      expect(await listed(tx, id)).toBeDefined();
      await expect(restoreAnnotation(operator, { id })).rejects.toMatchObject({ code: "conflict" });
    }));

  it("is nothing that a viewer changes", () =>
    withTestTransaction(async (tx) => {
      const { note: added } = await note(tx);
      const viewer = await asUser(tx, "viewer");
      const { id } = added;
      for (const attempt of [
        editAnnotation(viewer, { id, patch: { text: "x" } }),
        deleteAnnotation(viewer, { id, now }),
        restoreAnnotation(viewer, { id }),
      ])
        await expect(attempt).rejects.toMatchObject({ code: "forbidden" });
    }));
});
