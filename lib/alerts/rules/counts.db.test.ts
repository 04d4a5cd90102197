import { expect, it } from "vitest";
import { alertCounts } from "@/lib/alerts/queries";
import { addSilence } from "@/lib/alerts/silences/commands";
import { addSource } from "@/lib/sources/commands";
import { asUser, withTestTransaction } from "@/testing/database";
import { addRule } from "./commands";
import { ruleInputSchema } from "./schema";

const made = new Date("2026-03-04T14:00:00Z");
const later = new Date("2026-03-04T14:05:00Z");

it("counts by severity what tells someone, and apart what only observes and what is silenced", () =>
  withTestTransaction(async (tx) => {
    const operator = await asUser(tx, "operator");
    const of = async () => {
      const { rules: _, clearSince: __, ...counts } = await alertCounts(operator, later);
      return counts;
    };
    const before = await of();
    await addSilence(operator, {
      silence: {
        matchers: [{ name: "quiet", value: "yes", isRegex: false, isEqual: true }],
        startsAt: made.toISOString(),
        endsAt: new Date(later.getTime() + 3_600_000).toISOString(),
        comment: "Planned",
      },
      now: made,
    });
    const raise = (name: string, labels: Record<string, string>, isEnforced: boolean) =>
      tx.alert.create({
        data: {
          teamId: operator.teamId,
          name,
          labels: { alertname: name, ...labels },
          annotations: {},
          fingerprint: name,
          origin: "console",
          state: "firing",
          severity: "critical",
          isEnforced,
          activeAt: made,
          firedAt: made,
          seenAt: made,
        },
      });
    await raise("Telling", {}, true);
    await raise("Observing", {}, false);
    await raise("Silenced", { quiet: "yes" }, true);
    await raise("SilencedObserving", { quiet: "yes" }, false);
    expect(await of()).toEqual({
      ...before,
      firing: before.firing + 4,
      bySeverity: { ...before.bySeverity, critical: (before.bySeverity.critical ?? 0) + 1 },
      observed: before.observed + 1,
      silenced: before.silenced + 2,
    });
  }));

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
