import { expect, it } from "vitest";
import { alertCounts } from "@/lib/alerts/queries";
import { addSource } from "@/lib/sources/commands";
import { asUser, withTestTransaction } from "@/testing/database";
import { addRule } from "./commands";
import { ruleInputSchema } from "./schema";

const made = new Date("2026-03-04T14:00:00Z");
const later = new Date("2026-03-04T14:05:00Z");

it("says of how many rules it is not known whether they would fire", () =>
  withTestTransaction(async (tx) => {
    const [admin, operator] = [await asUser(tx, "admin"), await asUser(tx, "operator")];
    await addSource(admin, { kind: "prometheus", name: "counts-test", url: "http://127.0.0.1:9" });
    const of = async (now: Date) => (await alertCounts(operator, now)).rules;
    const before = await of(later);
    const add = (name: string, interval: string) =>
      addRule(operator, {
        rule: ruleInputSchema.parse({ name, expr: "up == 0", source: "counts-test", group: name, interval }),
        now: made,
      });
    const evaluated = (ruleId: string, health: "ok" | "err") =>
      tx.ruleStatus.create({ data: { ruleId, health, evaluatedFor: later, evaluatedAt: later } });
    await evaluated((await add("Known", "1m")).id, "ok");
    await evaluated((await add("Failing", "1m")).id, "err");
    await add("Late", "1m");
    await add("NotDueYet", "1h");
    expect(await of(later)).toEqual({
      all: before.all + 4,
      failing: before.failing + 1,
      late: before.late + 1,
    });
  }));
