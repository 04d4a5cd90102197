import { randomUUID } from "node:crypto";
import { expect, it } from "vitest";
import type { Transaction } from "@/lib/db/client";
import { asUser, withTestTransaction } from "@/testing/database";
import { acknowledge, undoAcknowledgement } from "../commands";
import { fingerprintOf } from "../labels";
import { seeTakeover } from "./commands";
import { unseenTakeovers } from "./queries";

const at = (minute: number) => new Date(Date.UTC(2026, 2, 4, 14, minute));

async function firing(tx: Transaction, teamId: string) {
  const labels = { alertname: "Down", instance: randomUUID() };
  const { id } = await tx.alert.create({
    data: {
      teamId,
      origin: "console",
      fingerprint: fingerprintOf(labels),
      name: "Down",
      labels,
      annotations: {},
      state: "firing",
      activeAt: at(0),
      firedAt: at(0),
      seenAt: at(0),
    },
  });
  return id;
}

it("tells whom an acknowledgement was taken over from, until they have seen it", () =>
  withTestTransaction(async (tx) => {
    const [first, second] = [await asUser(tx, "operator"), await asUser(tx, "operator")];
    const id = await firing(tx, first.teamId);
    await acknowledge(first, { id, now: at(1) });
    await acknowledge(first, { id, note: "still at it", now: at(2) });
    expect(await unseenTakeovers(first)).toEqual([]);
    await acknowledge(second, { id, note: "mine now", takeOver: true, now: at(3) });
    const [told, ...more] = await unseenTakeovers(first);
    expect(more).toEqual([]);
    expect(told).toMatchObject({
      kind: "taken_over",
      alert: { id, name: "Down", state: "firing" },
      by: { id: second.id, name: second.name },
      note: "mine now",
      at: at(3).toISOString(),
    });
    expect(await unseenTakeovers(second)).toEqual([]);
    await expect(seeTakeover(second, { id: told!.id, now: at(4) })).rejects.toMatchObject({
      code: "not_found",
    });
    await seeTakeover(first, { id: told!.id, now: at(4) });
    expect(await unseenTakeovers(first)).toEqual([]);
  }));

it("tells whose acknowledgement another undid, until they have seen it, and nobody who undid their own", () =>
  withTestTransaction(async (tx) => {
    const [first, second] = [await asUser(tx, "operator"), await asUser(tx, "operator")];
    const id = await firing(tx, first.teamId);
    await acknowledge(first, { id, now: at(1) });
    await undoAcknowledgement(first, { id, now: at(2) });
    expect(await unseenTakeovers(first)).toEqual([]);
    await acknowledge(first, { id, note: "mine", now: at(3) });
    await undoAcknowledgement(second, { id, now: at(4) });
    const [told, ...more] = await unseenTakeovers(first);
    expect(more).toEqual([]);
    expect(told).toMatchObject({
      kind: "undone",
      alert: { id, name: "Down", state: "firing" },
      by: { id: second.id, name: second.name },
      note: null,
      at: at(4).toISOString(),
    });
    expect(await unseenTakeovers(second)).toEqual([]);
    await seeTakeover(first, { id: told!.id, now: at(5) });
    expect(await unseenTakeovers(first)).toEqual([]);
  }));
