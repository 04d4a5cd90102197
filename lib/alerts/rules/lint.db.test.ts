import { describe, expect, it } from "vitest";
import type { Transaction } from "@/lib/db/client";
import { addSource } from "@/lib/sources/commands";
import { asUser, expectAudit, withTestTransaction } from "@/testing/database";
import { addRule, applyCorrection, editRule, restoreRevision, restoreRule } from "./commands";
import { importRules } from "./import";
import { lintDraft, lintSet } from "./lint";
import { findRule, ruleRevisions } from "./queries";
import { type RuleInput, ruleInputSchema } from "./schema";

const now = new Date("2026-03-04T14:00:00Z");
const later = new Date("2026-03-04T14:05:00Z");

const depth = (name: string, threshold: number, severity: string): RuleInput => ({
  name,
  expr: "sum(backlog)",
  comparison: ">",
  levels: [{ severity, threshold }],
  for: "5m",
  source: "lint-test",
});

async function scenario(tx: Transaction) {
  const [admin, operator] = [await asUser(tx, "admin"), await asUser(tx, "operator")];
  // Nothing listens there: what only the source knows is not said.
  await addSource(admin, { kind: "prometheus", name: "lint-test", url: "http://127.0.0.1:9" });
  const add = (rule: RuleInput) => addRule(operator, { rule: ruleInputSchema.parse(rule), now });
  return { operator, viewer: await asUser(tx, "viewer"), add };
}

describe("lint of the rules that are there", () => {
  it("finds two that are one, merges them, and the history brings both back", () =>
    withTestTransaction(async (tx) => {
      const { operator, add } = await scenario(tx);
      const [long, tooLong] = [
        await add(depth("Long", 100, "warning")),
        await add(depth("TooLong", 500, "critical")),
      ];
      const { items, notes } = await lintSet(operator, { id: tooLong.id, limit: 50 }, { now });
      const overlap = items.find(({ id }) => id === "overlaps");
      expect(overlap?.rules.map(({ name, version }) => [name, version])).toEqual([
        ["TooLong", 1],
        ["Long", 1],
      ]);
      expect(notes).toEqual([expect.stringMatching(/^lint-test left \d+ questions? unanswered/)]);

      const [correction] = overlap!.corrected;
      const applied = await applyCorrection(operator, {
        replaces: overlap!.rules.map(({ id, version }) => ({ id, version: version! })),
        rules: correction!.rules,
        now: later,
      });
      expect(applied.deleted).toEqual([tooLong.id]);
      expect(applied.items).toMatchObject([
        {
          id: long.id,
          levels: [
            { severity: "warning", threshold: 100 },
            { severity: "critical", threshold: 500 },
          ],
        },
      ]);
      await expectAudit(tx, "alert_rule", long.id, { action: "alert_rules:edit", actorId: operator.id });
      await expectAudit(tx, "alert_rule", tooLong.id, { action: "alert_rules:delete", actorId: operator.id });

      const { items: revisions } = await ruleRevisions(operator, long.id);
      await restoreRevision(operator, { id: long.id, revision: revisions.at(-1)!.id, now: later });
      await restoreRule(operator, { id: tooLong.id, now: later });
      expect(await findRule(operator, long.id, later)).toMatchObject({ levels: long.levels });
      expect(await findRule(operator, tooLong.id, later)).toMatchObject({ deletedAt: null });
    }));

  it("changes nothing where one of the rules was changed meanwhile, or by who may not", () =>
    withTestTransaction(async (tx) => {
      const { operator, viewer, add } = await scenario(tx);
      const [long, tooLong] = [
        await add(depth("Long", 100, "warning")),
        await add(depth("TooLong", 500, "critical")),
      ];
      await editRule(operator, { id: tooLong.id, patch: { for: 60 }, now });
      const correction = {
        replaces: [
          { id: long.id, version: 1 },
          { id: tooLong.id, version: 1 },
        ],
        rules: [{ ...(await findRule(operator, long.id, now)), name: "Merged" }].map(
          ({ id, name, expr, comparison, levels, for: held, keepFiringFor, labels, annotations }) => ({
            ...{ id, name, expr, comparison, levels, for: held, keepFiringFor, labels, annotations },
          }),
        ),
        now: later,
      };
      await expect(applyCorrection(operator, correction)).rejects.toMatchObject({
        code: "precondition_failed",
      });
      expect(await findRule(operator, long.id, later)).toMatchObject({ name: "Long", version: 1 });
      await expect(applyCorrection(viewer, correction)).rejects.toMatchObject({ code: "forbidden" });
      await expect(
        applyCorrection(operator, { ...correction, replaces: [{ id: tooLong.id, version: 2 }] }),
      ).rejects.toMatchObject({ code: "invalid_request" });
    }));

  it("looks at all of more than a thousand rules, and tells how many of each kind there are", () =>
    withTestTransaction(async (tx) => {
      const { operator } = await scenario(tx);
      const of = (n: number) => `  - {alert: R${n}, expr: "depth${n} > 5", labels: {severity: page}}\n`;
      const last = '  - {alert: Z, expr: "sum(backlog_total) > bool 5"}\n';
      const content = `groups:\n- name: many\n  rules:\n${Array.from({ length: 1_010 }, (_, n) => of(n)).join("")}${last}`;
      await importRules(
        operator,
        { content, file: "many.yaml", source: "lint-test", mode: "enforce", dryRun: false },
        { now },
      );
      const mine = async (shown: { limit: number; finding?: "one-tier" }) => {
        const report = await lintSet(operator, shown, { now });
        return { ...report, shown: report.items.map(({ id, rules }) => [id, rules[0]!.name]) };
      };
      const { shown, total, kinds, rules } = await mine({ limit: 3 });
      expect(rules).toBeGreaterThanOrEqual(1_011);
      expect(shown).toHaveLength(3);
      expect(shown).toContainEqual(["always-fires", "Z"]);
      expect(total).toBe(kinds.reduce((sum, { count }) => sum + count, 0));
      const oneTier = kinds.find(({ id }) => id === "one-tier");
      expect(oneTier?.count).toBeGreaterThanOrEqual(1_010);
      const only = await mine({ limit: 2, finding: "one-tier" });
      expect(only.shown.map(([id]) => id)).toEqual(["one-tier", "one-tier"]);
      expect(only.total).toBe(oneTier?.count);
    }));

  it("says of a rule what the others say of it, however many are the same", () =>
    withTestTransaction(async (tx) => {
      const { operator } = await scenario(tx);
      const of = (n: number) => `  - {alert: R${n}, expr: "sum(backlog) > 5", labels: {severity: page}}\n`;
      const content = `groups:\n- name: many\n  rules:\n${Array.from({ length: 60 }, (_, n) => of(n)).join("")}`;
      await importRules(
        operator,
        { content, file: "same.yaml", source: "lint-test", mode: "enforce", dryRun: false },
        { now },
      );
      const { id } = await tx.alertRule.findFirstOrThrow({
        where: { name: "R9", group: { file: "same.yaml" } },
      });
      const { items, rules } = await lintSet(operator, { id, limit: 50 }, { now });
      expect(rules).toBe(60);
      expect(items.find((finding) => finding.id === "overlaps")).toMatchObject({
        text: expect.stringMatching(/^R9, R0, R1 and 57 more compare the same .* 60 times/),
        corrected: [{ title: "Keep R9 of the first 50" }],
      });
    }));

  it("says of a draft what it really compares", () =>
    withTestTransaction(async (tx) => {
      const { operator } = await scenario(tx);
      const draft = ruleInputSchema.parse({
        ...depth("Slow", 10, "critical"),
        expr: "histogram_quantile(0.99, llm_latency_bucket)",
      });
      const { items } = await lintDraft(operator, draft, { limit: 50 }, { now });
      const found = items.find(({ id }) => id === "histogram-of-all-time");
      expect(found?.rules).toEqual([{ id: "draft", name: "Slow", version: null }]);
      expect(found?.corrected[0]?.rules[0]?.expr).toMatch(/rate\(llm_latency_bucket\[5m\]\)/);
    }));
});
