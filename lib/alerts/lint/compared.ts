import { parsePromql } from "@/lib/promql/parse";
import { comparisonIn, withComparison } from "@/lib/promql/read";
import type { Expr } from "@/lib/promql/tree";
import type { AlertingRule, Comparison, Level } from "../rule";

/** What a rule compares with which thresholds, whether they stand in its expression or beside it. */
export interface Compared {
  left: string;
  /** Its places count from `start` in `left`. */
  tree: Expr;
  start: number;
  op: Comparison;
  levels: readonly { severity: string | null; threshold: number }[];
}

/** Undefined where nothing is compared with a number, or the expression does not parse. */
export function comparedOf(rule: AlertingRule): Compared | undefined {
  const { levels, comparison } = rule;
  if (comparison === null || levels.some(({ threshold }) => threshold === null)) {
    const inside = comparisonIn(rule.expr);
    if (inside === undefined) return undefined;
    const { left, tree, op, threshold } = inside;
    return {
      left,
      tree,
      start: tree.from,
      op,
      levels: [{ severity: severityOf(rule, levels[0]), threshold }],
    };
  }
  const parsed = parsePromql(rule.expr);
  if (!parsed.ok) return undefined;
  return {
    left: rule.expr,
    tree: parsed.expr,
    start: 0,
    op: comparison,
    levels: levels.map(({ severity, threshold }) => ({ severity, threshold: threshold! })),
  };
}

/** The severity of a tier, or the one among the rule's labels. */
export const severityOf = (rule: AlertingRule, level: Level | undefined): string | null =>
  level?.severity ?? rule.labels.severity ?? null;

/** The rule with those thresholds beside its expression; in it where there is one without a severity of its own. */
export function withLevels(
  rule: AlertingRule,
  { left, op }: Pick<Compared, "left" | "op">,
  levels: readonly { severity: string | null; threshold: number }[],
): AlertingRule {
  const [only] = levels;
  if (levels.length === 1 && only !== undefined && rule.comparison === null)
    return { ...rule, expr: withComparison(left, op, only.threshold) };
  // The tiers say it; a label of the same name would win nothing and confuse.
  const { severity: _, ...labels } = rule.labels;
  return { ...rule, expr: left, comparison: op, levels: [...levels], labels };
}

/** A text with parts of it replaced; the parts do not overlap. */
export const edited = (text: string, edits: readonly { from: number; to: number; text: string }[]): string =>
  [...edits]
    .sort((a, b) => b.from - a.from)
    .reduce((result, edit) => result.slice(0, edit.from) + edit.text + result.slice(edit.to), text);
