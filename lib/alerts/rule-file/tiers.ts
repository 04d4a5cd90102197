import { type AlertingRule, exprOf, labelsOf } from "../rule";
import { type AlertingRuleInFile, type RuleFileGroup, unwritten } from "./rule-file";

/** What a rule was written with, where it came from a file. */
export type KeptOfRule = Partial<Pick<AlertingRuleInFile, "extra" | "comments" | "written">>;

/**
 * A rule as a file has it: one of each tier, of one name, told apart by their severity. What a file said beside its
 * values goes with the first.
 */
export function rulesInFileOf(rule: AlertingRule, kept: KeptOfRule = {}): AlertingRuleInFile[] {
  return rule.levels.map((level, index) => ({
    kind: "alerting",
    alert: rule.name,
    expr: exprOf(rule, level),
    ...(rule.for === 0 && kept.written?.durations.for === undefined ? {} : { for: rule.for }),
    ...(rule.keepFiringFor === 0 && kept.written?.durations.keep_firing_for === undefined
      ? {}
      : { keepFiringFor: rule.keepFiringFor }),
    labels: labelsOf(rule, level),
    annotations: rule.annotations,
    extra: kept.extra ?? [],
    comments: index === 0 ? (kept.comments ?? []) : [],
    written: kept.written ?? unwritten,
  }));
}

/**
 * A rule of a file as Inferscope holds it: the expression whole, in one tier, its severity out of its labels. A template
 * stays among the labels, since the severity is only known once it is expanded.
 */
export function ruleOfFile(rule: AlertingRuleInFile, id: string): AlertingRule {
  const { severity, ...labels } = rule.labels;
  const isFixed = severity !== undefined && severity !== "" && !severity.includes("{{");
  return {
    id,
    name: rule.alert,
    expr: rule.expr,
    comparison: null,
    levels: [{ severity: isFixed ? severity : null, threshold: null }],
    for: rule.for ?? 0,
    keepFiringFor: rule.keepFiringFor ?? 0,
    labels: isFixed ? labels : rule.labels,
    annotations: rule.annotations,
  };
}

/** The metrics that recording rules make, each with its group; the last where there are several. */
export function recordedOf(groups: readonly RuleFileGroup[]): ReadonlyMap<string, RuleFileGroup> {
  return new Map(
    groups.flatMap((group) =>
      group.rules.flatMap((rule): [string, RuleFileGroup][] =>
        rule.kind === "recording" ? [[rule.record, group]] : [],
      ),
    ),
  );
}
