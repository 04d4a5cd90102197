import { randomUUID } from "node:crypto";
import { expect, it } from "vitest";
import { asUser, withTestTransaction } from "@/testing/database";
import { acknowledge } from "../commands";
import { fingerprintOf } from "../labels";
import { alertReview } from "./queries";

/** Long before any other alert of the database. */
const at = (minute: number) => new Date(Date.UTC(2001, 2, 4, 14, minute));

it("takes the mean time to acknowledge over the alerts that were acknowledged", () =>
  withTestTransaction(async (tx) => {
    const operator = await asUser(tx, "operator");
    const firing = async () => {
      const labels = { alertname: "Down", instance: randomUUID() };
      const { id } = await tx.alert.create({
        data: {
          teamId: operator.teamId,
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
    };
    const ids = [await firing(), await firing(), await firing()];
    expect(await alertReview(operator, 1, at(30))).toMatchObject({
      fired: 3,
      acknowledged: 0,
      meanTimeToAcknowledge: null,
    });
    await acknowledge(operator, { id: ids[0]!, now: at(4) });
    await acknowledge(operator, { id: ids[1]!, now: at(8) });
    expect(await alertReview(operator, 1, at(30))).toMatchObject({
      fired: 3,
      acknowledged: 2,
      meanTimeToAcknowledge: 360,
    });
  }));
