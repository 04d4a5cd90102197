import { describe, expect, it } from "vitest";
import type { Transaction } from "@/lib/db/client";
import { addSource } from "@/lib/sources/commands";
import { asUser, expectAudit, withTestTransaction } from "@/testing/database";
import { printRuleFile } from "../rule-file/print";
import { editRule } from "./commands";
import { importRules } from "./import";
import { listRules, ruleFileGroups, ruleRevisions } from "./queries";

const now = new Date("2026-03-04T14:00:00Z");

const file = (threshold: number, more = "") => `groups:
  - name: llm
    interval: 30s
    rules:
      # Pages the one on call.
      - alert: HighErrorRate
        expr: errors / requests > ${threshold}
        for: 5m
        labels:
          severity: critical
          team: llm
      - record: job:errors:rate5m
        expr: sum by (job) (rate(errors[5m]))
${more}`;

async function scenario(tx: Transaction) {
  const [admin, operator] = [await asUser(tx, "admin"), await asUser(tx, "operator")];
  await addSource(admin, { kind: "prometheus", name: "import-test", url: "http://127.0.0.1:9" });
  return {
    operator,
    take: (content: string, dryRun = false) =>
      importRules(
        operator,
        { content, file: "llm-test.yaml", source: "import-test", mode: "enforce", dryRun },
        { now },
      ),
    rules: async () => (await listRules(operator, { source: "import-test" }, { limit: 50 }, now)).items,
  };
}

describe("a rule file that is imported", () => {
  it("adds its rules, keeps what is the same, and deletes what it has no more", () =>
    withTestTransaction(async (tx) => {
      const { operator, take, rules } = await scenario(tx);
      const extra = "      - alert: Down\n        expr: up == 0\n";
      expect(await take(file(0.05, extra), true)).toMatchObject({ added: 3, alerting: 2, recording: 1 });
      expect(await rules()).toEqual([]);
      expect(await take(file(0.05, extra))).toMatchObject({ added: 3, changed: 0, removed: 0, unchanged: 0 });
      const [down, high] = await rules();
      expect(high).toMatchObject({
        name: "HighErrorRate",
        levels: [{ severity: "critical", threshold: null }],
        labels: { team: "llm" },
        for: 300,
        group: { name: "llm", file: "llm-test.yaml", interval: 30, origin: "import" },
      });
      await expectAudit(tx, "alert_rule", high!.id, {
        action: "alert_rules:import",
        actorId: operator.id,
      });
      expect(await take(file(0.05, extra))).toMatchObject({ added: 0, changed: 0, removed: 0, unchanged: 3 });
      expect(await take(file(0.1))).toMatchObject({ added: 0, changed: 1, removed: 1, unchanged: 1 });
      expect((await rules()).map(({ id }) => id)).not.toContain(down!.id);
      const { items } = await ruleRevisions(operator, high!.id);
      expect(items.map(({ action, by }) => [action, by])).toEqual([
        ["alert_rules:import", operator.name],
        ["alert_rules:import", operator.name],
      ]);
    }));

  it("changes what its groups say, and leaves those that are the same", () =>
    withTestTransaction(async (tx) => {
      const { take, rules } = await scenario(tx);
      const second = "  - name: second\n    rules:\n      - alert: Down\n        expr: up == 0\n";
      await take(file(0.05, second));
      const versions = async () =>
        Object.fromEntries(
          (await tx.ruleGroup.findMany({ where: { file: "llm-test.yaml", validTo: null } })).map((group) => [
            group.name,
            [group.version, group.interval, group.limit],
          ]),
        );
      expect(await versions()).toEqual({ llm: [1, 30, null], second: [1, null, null] });
      const changed = file(0.1, second).replace("interval: 30s", "interval: 15s\n    limit: 7");
      expect(await take(changed)).toMatchObject({ added: 0, changed: 1, removed: 0, unchanged: 2 });
      expect(await versions()).toEqual({ llm: [2, 15, 7], second: [1, null, null] });
      const high = (await rules()).find(({ name }) => name === "HighErrorRate");
      expect(high).toMatchObject({ expr: "errors / requests > 0.1", version: 2 });
      const states = await tx.revision.findMany({
        where: { resourceId: high!.id },
        orderBy: { id: "asc" },
      });
      expect(
        states.map(({ state, validTo }) => [(state as { expr: string }).expr, validTo !== null]),
      ).toEqual([
        ["errors / requests > 0.05", true],
        ["errors / requests > 0.1", false],
      ]);
    }));

  it("names the alerts that read what a recording rule makes", () =>
    withTestTransaction(async (tx) => {
      const { take } = await scenario(tx);
      const reader = "      - alert: Reads\n        expr: job:errors:rate5m > 1\n";
      const other = "      - alert: Other\n        expr: job:errors:rate5m_total > 1\n";
      const { recorded } = await take(file(0.05, reader + other), true);
      expect(recorded).toEqual([
        { name: "job:errors:rate5m", group: "llm", file: "llm-test.yaml", alerts: ["Reads"], exists: null },
      ]);
    }));

  it("comes out as it went in", () =>
    withTestTransaction(async (tx) => {
      const { operator, take } = await scenario(tx);
      await take(file(0.05));
      const groups = await ruleFileGroups(operator, { source: "import-test" });
      const { text, dropped } = printRuleFile(groups, { target: { kind: "prometheus" } });
      expect(dropped).toEqual([]);
      expect(text).toBe(file(0.05));
    }));

  it("is refused where Prometheus would refuse it, with the place", () =>
    withTestTransaction(async (tx) => {
      const { take, rules } = await scenario(tx);
      await expect(take(file(0.05).replace("errors / requests", "errors /"))).rejects.toMatchObject({
        code: "invalid_request",
        fields: [{ path: expect.stringMatching(/^\d+:\d+$/) }],
      });
      expect(await rules()).toEqual([]);
    }));

  it("leaves a rule that was edited here as any other, known by its version", () =>
    withTestTransaction(async (tx) => {
      const { operator, take, rules } = await scenario(tx);
      await take(file(0.05));
      const [high] = await rules();
      await expect(
        editRule(operator, { id: high!.id, ifMatch: high!.version + 1, patch: { for: "1m" }, now }),
      ).rejects.toMatchObject({ code: "precondition_failed", current: { for: 300 } });
      expect(await editRule(operator, { id: high!.id, ifMatch: 1, patch: { for: "1m" }, now })).toMatchObject(
        {
          for: 60,
          version: 2,
        },
      );
      expect(await take(file(0.05))).toMatchObject({ changed: 1 });
    }));
});
