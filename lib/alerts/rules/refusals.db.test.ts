import { describe, expect, it } from "vitest";
import type { Transaction } from "@/lib/db/client";
import { addSource } from "@/lib/sources/commands";
import { asUser, withTestTransaction } from "@/testing/database";
import { checkRule } from "./check";
import { addRule, editRule } from "./commands";
import { importRules } from "./import";
import { findRule, listRules } from "./queries";
import { type RuleInput, ruleInputSchema } from "./schema";

const now = new Date("2026-03-04T14:00:00Z");

async function scenario(tx: Transaction) {
  const [admin, operator] = [await asUser(tx, "admin"), await asUser(tx, "operator")];
  // Nothing listens there: what is refused, is refused here.
  await addSource(admin, { kind: "prometheus", name: "refusals-test", url: "http://127.0.0.1:9" });
  const input = (rule: Partial<RuleInput>) =>
    ruleInputSchema.parse({ name: "Down", expr: "up == 0", source: "refusals-test", ...rule });
  return {
    operator,
    input,
    add: (rule: Partial<RuleInput>) => addRule(operator, { rule: input(rule), now }),
    take: (content: string, dryRun = false) =>
      importRules(operator, { content, file: "r.yaml", source: "refusals-test", dryRun }, { now }),
  };
}

const refusedAt = (path: string, message: RegExp) => ({
  code: "invalid_request",
  fields: [{ path, message: expect.stringMatching(message) }],
});

describe("a rule with a template that Prometheus refuses", () => {
  it.each([
    ["annotations.summary", { annotations: { summary: "{{ nosuch }}" } }, /function "nosuch" not defined/],
    ["labels.team", { labels: { team: "{{ if }}" } }, /missing value for if/],
    ["annotations.summary", { annotations: { summary: "{{ $foo }}" } }, /undefined variable "\$foo"/],
    [
      "levels.0.severity",
      { levels: [{ severity: "{{ .Labels", threshold: null }] },
      /unclosed action|unexpected/,
    ],
  ] as const)("is not added: %s %j", (path, rule, message) =>
    withTestTransaction(async (tx) => {
      const { operator, add } = await scenario(tx);
      await expect(add(rule as Partial<RuleInput>)).rejects.toMatchObject(refusedAt(path, message));
      expect((await listRules(operator, { source: "refusals-test" }, { limit: 5 }, now)).items).toEqual([]);
    }),
  );

  it("is not made by a change, and one that is there may be changed elsewhere", () =>
    withTestTransaction(async (tx) => {
      const { operator, add } = await scenario(tx);
      const { id } = await add({ annotations: { summary: "{{ $labels.job }} is down" } });
      const annotations = { summary: "{{ nosuch }}" };
      const edit = (patch: object) => editRule(operator, { id, patch, now });
      await expect(edit({ annotations })).rejects.toMatchObject(refusedAt("annotations.summary", /nosuch/));
      await tx.alertRule.update({ where: { id }, data: { annotations } });
      expect(await edit({ for: 60, annotations })).toMatchObject({ for: 60, annotations });
    }));
});

describe("a regular expression that RE2 refuses", () => {
  it("is refused also while the source does not answer", () =>
    withTestTransaction(async (tx) => {
      const { operator, input } = await scenario(tx);
      const check = (expr: string) =>
        checkRule(operator, input({ expr }), { source: "refusals-test", group: "rules" }, { now });
      await expect(check('up{a=~"(?=x)"} == 0')).rejects.toMatchObject(
        refusedAt("expr", /^Line 1, column 3: .*unsupported Perl syntax: `\(\?=`/),
      );
      expect(await check('up{a=~"x|y"} == 0')).toMatchObject({ levels: [{ alerts: null }] });
    }));
});

describe("the interval of a group", () => {
  it("is the default where it is 0, and refused below a second", () =>
    withTestTransaction(async (tx) => {
      const { operator, add, input } = await scenario(tx);
      const { id, group } = await add({ interval: "0s" });
      expect(group.interval).toBe(60);
      expect(() => input({ interval: "500ms" })).toThrow(/At least a second/);
      expect(input({ interval: "1s" }).interval).toBe(1);
      await tx.ruleGroup.update({ where: { id: group.id }, data: { interval: 0 } });
      expect((await findRule(operator, id, now)).group.interval).toBe(60);
    }));

  it("is a second where a file asks for less, which the import says", () =>
    withTestTransaction(async (tx) => {
      const { operator, take } = await scenario(tx);
      const file = (interval: string) =>
        `groups:\n- name: g\n  interval: ${interval}\n  rules:\n  - alert: A\n    expr: up == 0\n`;
      const interval = async () =>
        (await listRules(operator, { source: "refusals-test" }, { limit: 5 }, now)).items[0]!.group.interval;
      expect((await take(file("500ms"))).notes).toEqual([
        "The group g is evaluated every 1s: its interval of 500ms is shorter.",
      ]);
      expect(await interval()).toBe(1);
      expect((await take(file("0s"))).notes).toEqual([]);
      expect(await interval()).toBe(60);
    }));
});

it("says at which line a file that is imported has a NUL", () =>
  withTestTransaction(async (tx) => {
    const { take } = await scenario(tx);
    const file = "groups:\n- name: g\n  rules:\n  - alert: A\n    expr: up == 0\n    labels: {a: X}\n";
    for (const nul of ["b\0", '"\\0"']) {
      const content = file.replace("X", nul);
      expect((await take(content, true)).problems).toMatchObject([{ line: 6 }]);
      await expect(take(content)).rejects.toMatchObject({ code: "invalid_request" });
    }
  }));
