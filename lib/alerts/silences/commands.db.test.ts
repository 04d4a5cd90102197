import { describe, expect, it } from "vitest";
import { asUser, expectAudit, withTestTransaction } from "@/testing/database";
import { editSilence, endSilence, makeSilence } from "./elsewhere";
import { listSilences } from "./queries";
import { silenceInputSchema } from "./schema";

const at = (hour: number) => new Date(Date.UTC(2126, 2, 4, hour));
const now = at(14);
const given = (patch: Record<string, unknown> = {}) =>
  silenceInputSchema.parse({
    matchers: [{ name: "service", value: "chat-api" }],
    endsAt: at(16).toISOString(),
    comment: "Planned restart",
    ...patch,
  });

describe("a silence of the console", () => {
  it("is made, changed and ended, each in the audit log", () =>
    withTestTransaction(async (tx) => {
      const operator = await asUser(tx, "operator");
      const made = await makeSilence(operator, given(), { now });
      expect(made).toMatchObject({
        origin: "console",
        sources: [],
        state: "active",
        createdBy: operator.name,
        version: 1,
      });
      const audited = (action: string) =>
        expectAudit(tx, "silence", made.id, { action: `silences:${action}`, actorId: operator.id });
      await audited("add");
      const changed = await editSilence(
        operator,
        { id: made.id, ifMatch: 1, patch: { endsAt: at(18), comment: "It takes longer" } },
        { now },
      );
      expect(changed).toMatchObject({
        id: made.id,
        matchers: made.matchers,
        startsAt: made.startsAt,
        endsAt: at(18).toISOString(),
        comment: "It takes longer",
        version: 2,
      });
      await audited("edit");
      await endSilence(operator, made.id, { now });
      await audited("expire");
      const { items } = await listSilences(operator, { expired: true, q: "takes longer" }, { limit: 5 }, now);
      expect(items).toMatchObject([
        { id: made.id, state: "expired", endsAt: now.toISOString(), actions: [] },
      ]);
    }));

  it("is not changed over another's change, nor once it is over", () =>
    withTestTransaction(async (tx) => {
      const [one, other] = [await asUser(tx, "operator"), await asUser(tx, "operator")];
      const { id } = await makeSilence(one, given(), { now });
      await editSilence(one, { id, ifMatch: 1, patch: { comment: "Mine" } }, { now });
      await expect(
        editSilence(other, { id, ifMatch: 1, patch: { comment: "Theirs" } }, { now }),
      ).rejects.toMatchObject({ code: "precondition_failed", current: { comment: "Mine", version: 2 } });
      await endSilence(one, id, { now });
      const over = { code: "conflict", current: { state: "expired" } };
      await expect(endSilence(other, id, { now })).rejects.toMatchObject(over);
      await expect(editSilence(other, { id, patch: { comment: "x" } }, { now })).rejects.toMatchObject(over);
    }));

  it("keeps to times that fit", () =>
    withTestTransaction(async (tx) => {
      const operator = await asUser(tx, "operator");
      const { id } = await makeSilence(operator, given({ startsAt: at(15).toISOString() }), { now });
      const wrong = { code: "invalid_request", fields: [{ path: "endsAt" }] };
      for (const patch of [{ endsAt: at(13) }, { endsAt: at(15) }, { startsAt: at(17) }])
        await expect(editSilence(operator, { id, patch }, { now })).rejects.toMatchObject(wrong);
      await expect(makeSilence(operator, given(), { now: at(17) })).rejects.toMatchObject(wrong);
    }));

  it("is not for viewers to make, change or end, here or elsewhere", () =>
    withTestTransaction(async (tx) => {
      const viewer = await asUser(tx, "viewer");
      const { id } = await makeSilence(await asUser(tx, "operator"), given(), { now });
      const forbidden = { code: "forbidden" };
      await expect(makeSilence(viewer, given({ source: "am-1" }), { now })).rejects.toMatchObject(forbidden);
      await expect(editSilence(viewer, { id, patch: {} }, { now })).rejects.toMatchObject(forbidden);
      await expect(endSilence(viewer, id, { now })).rejects.toMatchObject(forbidden);
      const { items } = await listSilences(viewer, { expired: false }, { limit: 50 }, now);
      expect(items.find((silence) => silence.id === id)?.actions).toEqual([]);
    }));
});
