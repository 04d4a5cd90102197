import { parsePromql } from "@/lib/promql/parse";
import { comparedOf } from "./compared";
import { alwaysFires, ratioOrPercent } from "./condition";
import { type Facts, type Finding, inOrder, type LintedRule } from "./finding";
import { averagesOfQuantiles, bounds, quantiles } from "./histograms";
import { joins } from "./joins";
import type { Look } from "./look";
import { absentMetrics, counters, windows } from "./samples";
import { causes, invertedTiers, oneTier, usualSeverity } from "./severities";
import { subjectOf } from "./subject";

/** What is to be said of one rule: what it really compares, and how to say what was meant. The worst first. */
export function lintRule(rule: LintedRule, facts: Facts): Finding[] {
  const parsed = parsePromql(rule.expr);
  if (!parsed.ok) {
    const { line, column, message, from, to } = parsed.error;
    return [
      {
        id: "does-not-parse",
        severity: "error",
        rules: [rule.id],
        text: `Line ${line}, column ${column}: ${message}`,
        corrected: [],
        at: { from, to },
      },
    ];
  }
  const compared = comparedOf(rule);
  const subject = compared === undefined ? undefined : subjectOf(compared.tree);
  const look: Look = { rule, tree: parsed.expr, compared, subject, facts };
  return inOrder(checks.flatMap((check) => check(look)));
}

const checks: readonly ((look: Look) => Finding[])[] = [
  quantiles,
  averagesOfQuantiles,
  joins,
  counters,
  alwaysFires,
  ratioOrPercent,
  bounds,
  windows,
  absentMetrics,
  invertedTiers,
  usualSeverity,
  oneTier,
  causes,
];
