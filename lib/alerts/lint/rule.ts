import { parsePromql } from "@/lib/promql/parse";
import { type Compared, comparedOf } from "./compared";
import { alwaysFires, ratioOrPercent } from "./condition";
import { type Facts, type Finding, inOrder, type LintedRule } from "./finding";
import { guidance } from "./guidance";
import { averagesOfQuantiles, bounds, quantiles } from "./histograms";
import { joins } from "./joins";
import { valuesInLabels } from "./labels";
import type { Look } from "./look";
import { quantileRanges } from "./quantile-range";
import { absentMetrics, counters, gauges, windows } from "./samples";
import { causes, invertedTiers, oneTier, usualSeverity } from "./severities";
import { type Subject, subjectOf } from "./subject";
import { wrongUnits } from "./units";

/** A rule that was read once: what is to be said of it by itself, and what it compares. */
export interface LookedAt {
  rule: LintedRule;
  findings: readonly Finding[];
  compared: Compared | undefined;
  subject: Subject | undefined;
}

/** Looks at one rule: what it really compares, and how to say what was meant. The worst finding first. */
export function lookAt(rule: LintedRule, facts: Facts): LookedAt {
  const parsed = parsePromql(rule.expr);
  if (!parsed.ok) {
    const { line, column, message, from, to } = parsed.error;
    return {
      rule,
      findings: [
        {
          id: "does-not-parse",
          severity: "error",
          rules: [rule.id],
          text: `Line ${line}, column ${column}: ${message}`,
          corrected: [],
          at: { from, to },
        },
      ],
      compared: undefined,
      subject: undefined,
    };
  }
  const compared = comparedOf(rule);
  const subject = compared === undefined ? undefined : subjectOf(compared.tree);
  const look: Look = { rule, tree: parsed.expr, compared, subject, facts };
  return { rule, findings: inOrder(checks.flatMap((check) => check(look))), compared, subject };
}

/** What a rule compares, without looking at it further: for those that another is held against. */
export function glanceAt(rule: LintedRule): LookedAt {
  const compared = comparedOf(rule);
  return {
    rule,
    findings: [],
    compared,
    subject: compared === undefined ? undefined : subjectOf(compared.tree),
  };
}

/** What is to be said of one rule by itself, the worst first. */
export const lintRule = (rule: LintedRule, facts: Facts): readonly Finding[] => lookAt(rule, facts).findings;

const checks: readonly ((look: Look) => Finding[])[] = [
  quantileRanges,
  quantiles,
  averagesOfQuantiles,
  joins,
  counters,
  gauges,
  alwaysFires,
  valuesInLabels,
  ratioOrPercent,
  wrongUnits,
  bounds,
  windows,
  absentMetrics,
  invertedTiers,
  usualSeverity,
  oneTier,
  causes,
  guidance,
];
