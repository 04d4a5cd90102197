import { randomUUID } from "node:crypto";
import { expect, it } from "vitest";
import { DEFAULT_TEAM_ID } from "@/lib/auth/actor";
import { withTestTransaction } from "@/testing/database";
import { fingerprintOf } from "../labels";
import { deleteOldAlerts } from "./job";

const day = 86_400;
/** Long before anything else in the database. */
const now = new Date("2001-03-04T14:00:00Z");
const daysAgo = (days: number) => new Date(now.getTime() - days * day * 1000);

it("deletes what was resolved long ago with its history, a batch at a time, and nothing that is active", () =>
  withTestTransaction(async (tx) => {
    const add = async (activeDaysAgo: number, resolvedDaysAgo: number | null) => {
      const labels = { alertname: "Down", instance: randomUUID() };
      const { id } = await tx.alert.create({
        data: {
          teamId: DEFAULT_TEAM_ID,
          origin: "console",
          fingerprint: fingerprintOf(labels),
          name: "Down",
          labels,
          annotations: {},
          state: resolvedDaysAgo === null ? "firing" : "inactive",
          activeAt: daysAgo(activeDaysAgo),
          resolvedAt: resolvedDaysAgo === null ? null : daysAgo(resolvedDaysAgo),
          seenAt: daysAgo(resolvedDaysAgo ?? 0),
          transitions: { create: { at: daysAgo(activeDaysAgo), from: "inactive", to: "firing" } },
          acknowledgements: { create: { actorId: "a", actorName: "a", at: daysAgo(activeDaysAgo) } },
          remarks: { create: { actorId: "a", actorName: "a", text: "seen", at: daysAgo(activeDaysAgo) } },
        },
      });
      return id;
    };
    const [old, older, oldest] = [await add(40, 31), await add(50, 45), await add(90, 80)];
    const [young, active] = [await add(40, 29), await add(400, null)];
    expect(await deleteOldAlerts(now, 30 * day, { batch: 2 })).toBe(3);
    const all = { in: [old, older, oldest, young, active] };
    expect((await tx.alert.findMany({ where: { id: all } })).map(({ id }) => id).sort()).toEqual(
      [young, active].sort(),
    );
    for (const left of [
      await tx.alertTransition.count({ where: { alertId: all } }),
      await tx.acknowledgement.count({ where: { alertId: all } }),
      await tx.alertRemark.count({ where: { alertId: all } }),
    ])
      expect(left).toBe(2);
    expect(await deleteOldAlerts(now, 30 * day)).toBe(0);
  }));
