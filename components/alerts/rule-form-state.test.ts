import { describe, expect, it } from "vitest";
import { exampleRule } from "@/lib/alerts/example";
import { ruleInputSchema } from "@/lib/alerts/rules/schema";
import { formOf, inputOf, patchOf, replayable } from "./rule-form-state";

describe("the form of a rule", () => {
  it("sends back what it was opened with", () => {
    const { levels, comparison, labels, annotations, owner, services, mode } = exampleRule;
    expect(ruleInputSchema.parse(inputOf(formOf(exampleRule, "")))).toMatchObject({
      name: exampleRule.name,
      expr: exampleRule.expr,
      levels,
      comparison,
      for: 300,
      keepFiringFor: 0,
      labels,
      annotations,
      owner,
      services,
      mode,
      group: "chat-api",
      source: "prod-eu",
    });
    expect(patchOf(formOf(exampleRule, ""))).not.toHaveProperty("group");
  });

  it("has one level without a threshold where the expression compares by itself", () => {
    const form = { ...formOf(exampleRule, ""), comparison: "", expr: "up == 0" };
    expect(inputOf(form)).toMatchObject({
      comparison: null,
      levels: [{ severity: "warning", threshold: null }],
    });
  });

  it("leaves out levels that were left empty", () => {
    const form = formOf(exampleRule, "");
    expect(
      inputOf({ ...form, levels: [{ severity: "warning", threshold: "" }, form.levels[1]!] }).levels,
    ).toEqual([{ severity: "critical", threshold: 0.05 }]);
  });

  it("can be replayed once there is something to replay", () => {
    const form = formOf(exampleRule, "");
    expect(replayable(form, 1)).toEqual({
      expr: exampleRule.expr,
      comparison: ">",
      threshold: 0.05,
      for: 300,
      keepFiringFor: 0,
    });
    expect(replayable({ ...form, for: "soon" }, 1)).toBeNull();
    expect(replayable({ ...form, expr: " " }, 1)).toBeNull();
  });
});
