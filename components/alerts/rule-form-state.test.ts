import { describe, expect, it } from "vitest";
import { exampleRule } from "@/lib/alerts/example";
import type { RuleSignalView } from "@/lib/alerts/rule-signal/schema";
import { ruleInputSchema } from "@/lib/alerts/rules/schema";
import {
  asMadeOf,
  corrected,
  formOf,
  inputOf,
  patchOf,
  replayable,
  thresholdOf,
  thresholdText,
  withSignal,
  withThreshold,
} from "./rule-form-state";

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

describe("a threshold", () => {
  it.each([
    ["50 ms", "seconds", 0.05],
    ["2s", "seconds", 2],
    ["0.5", "seconds", 0.5],
    ["5 %", "ratio", 0.05],
    ["7%", "ratio", 0.07],
    ["0.05", "ratio", 0.05],
    ["100", null, 100],
  ] as const)("is typed as %s of %s", (text, unit, value) => {
    expect(thresholdOf(text, unit)).toBe(value);
  });

  it("is none where nobody can know what was meant", () => {
    expect(thresholdOf("5 %", null)).toBeNull();
    expect(thresholdOf("5 %", "seconds")).toBeNull();
    expect(thresholdOf("", "seconds")).toBeNull();
  });

  it("is written short where that says it exactly, and comes back as it was", () => {
    for (const unit of ["seconds", "ratio", "count", "bytes", "tokens_per_second"] as const)
      for (const value of [0, 0.05, 0.0123, 1, 12.5, 1_234.5, 0.001])
        expect(thresholdOf(thresholdText(value, unit), unit)).toBe(value);
    expect(thresholdText(0.05, "ratio")).toBe("5 %");
    expect(thresholdText(0.75, "seconds")).toBe("750 ms");
    expect(thresholdText(1_234.5, "requests_per_second")).toBe("1,234.5 req/s");
    expect(thresholdText(0.05, null)).toBe("0.05");
  });
});

describe("a rule made of a signal", () => {
  const view: RuleSignalView = {
    service: "chat-api",
    signal: "e2e_latency",
    quantile: 0.99,
    by: [],
    source: "prod",
    expr: "histogram_quantile(0.99, sum by (le) (rate(x_bucket[5m])))",
    reason: null,
    note: null,
    unit: "seconds",
    comparison: ">",
    isHistogram: true,
    dimensions: ["version"],
    usual: { warning: 5, critical: 10 },
  };
  const made = withSignal(formOf(null, ""), view, true);

  it("has its PromQL, the usual thresholds, and its service in the labels", () => {
    expect(inputOf({ ...made, name: "Slow" })).toMatchObject({
      expr: view.expr,
      comparison: ">",
      levels: [
        { severity: "warning", threshold: 5 },
        { severity: "critical", threshold: 10 },
      ],
      signal: { service: "chat-api", signal: "e2e_latency", quantile: 0.99, by: [] },
      source: "prod",
      services: ["chat-api"],
      labels: { service: "chat-api" },
    });
    expect(made.annotations[0]!.value).toContain("{{ $value | humanizeDuration }}");
  });

  it("keeps what was typed in the same unit, and nothing of another", () => {
    const typed = { ...made, levels: [{ severity: "warning", threshold: "750 ms" }] };
    expect(withSignal(typed, { ...view, signal: "ttft", quantile: 0.95 }, true).levels).toEqual(typed.levels);
    expect(
      withSignal(typed, { ...view, signal: "error_rate", unit: "ratio", usual: null }, true).levels,
    ).toEqual([{ severity: "warning", threshold: "" }]);
  });

  it("is PromQL of its own once its expression is another", () => {
    const rule = {
      id: "a",
      name: "a",
      comparison: ">" as const,
      for: 0,
      keepFiringFor: 0,
      labels: {},
      annotations: {},
    };
    const levels = [{ severity: "warning", threshold: 0.75 }];
    const other = corrected(made, { title: "", rules: [{ ...rule, expr: "other", levels }] });
    expect(inputOf(other)).toMatchObject({ signal: null, expr: "other", levels });
    const same = corrected(made, { title: "", rules: [{ ...rule, expr: view.expr!, levels }] });
    expect(inputOf(same)).toMatchObject({ signal: { signal: "e2e_latency" }, levels });
  });

  it("has the same thresholds when it is looked at as PromQL", () => {
    const typed = { ...made, levels: [{ severity: "warning", threshold: "750 ms" }] };
    const promql = asMadeOf(typed, "promql");
    expect(promql).toMatchObject({ expr: view.expr, levels: [{ threshold: "0.75" }] });
    expect(inputOf(promql)).toMatchObject({ signal: null, levels: [{ threshold: 0.75 }] });
    expect(asMadeOf(promql, "signal").levels[0]!.threshold).toBe("750 ms");
  });
});

it("has no expression while a signal has to be chosen, and keeps what was typed", () => {
  const form = { ...formOf(exampleRule, ""), signal: null, madeOf: "promql" as const };
  const choosing = asMadeOf(form, "signal");
  expect(inputOf(choosing).expr).toBe("");
  expect(replayable(choosing, 1)).toBeNull();
  expect(inputOf(asMadeOf(choosing, "promql")).expr).toBe(exampleRule.expr);
});

describe("a threshold that is dragged", () => {
  it("is written in the unit of its field", () => {
    const form = { ...formOf(exampleRule, "") };
    expect(inputOf(withThreshold(form, 1, 0.07)).levels?.[1]).toMatchObject({ threshold: 0.07 });
  });

  it("changes an expression that compares by itself, which is replayed as what it compares", () => {
    const form = { ...formOf(exampleRule, ""), comparison: "", expr: "5 < sum(queue)" };
    expect(replayable(form, 0)).toMatchObject({ expr: "sum(queue)", comparison: ">", threshold: 5 });
    expect(withThreshold(form, 0, 7).expr).toBe("sum(queue) > 7");
    const whole = { ...form, expr: "absent(up)" };
    expect(replayable(whole, 0)).toMatchObject({ expr: "absent(up)", comparison: null, threshold: null });
    expect(withThreshold(whole, 0, 7)).toBe(whole);
  });
});
