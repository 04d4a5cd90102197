import { parser } from "@prometheus-io/lezer-promql";
import type { Labels } from "./labels";

export type Comparison = ">" | ">=" | "<" | "<=" | "==" | "!=";

/** One tier of a rule. `threshold` is null where the rule's `expr` is whole. */
export interface Level {
  severity: string | null;
  threshold: number | null;
}

export interface AlertingRule {
  id: string;
  name: string;
  /** PromQL: whole, or what the thresholds of `levels` are set against. */
  expr: string;
  comparison: Comparison | null;
  /** The least severe first. */
  levels: readonly Level[];
  /** Seconds. */
  for: number;
  /** Seconds. */
  keepFiringFor: number;
  labels: Labels;
  /** Prometheus's templates. */
  annotations: Labels;
}

/** Rules that are evaluated one after another at one time. */
export interface GroupSpec {
  name: string;
  file: string;
  /** Seconds. */
  interval: number;
  /** Seconds that queries look back from the evaluation's timestamp. */
  queryOffset: number;
  /** Most active alerts of one tier; 0 for any number. */
  limit: number;
  labels: Labels;
  rules: readonly AlertingRule[];
}

/**
 * Returns the PromQL of one tier: `expr`, or `(expr) comparison threshold`, with parentheses only where a comparison or
 * a set operator stands outermost. Throws a `TypeError` for a threshold without a comparison.
 */
export function exprOf(rule: Pick<AlertingRule, "expr" | "comparison">, level: Level): string {
  if (level.threshold === null) return rule.expr;
  if (rule.comparison === null) throw new TypeError("a threshold needs a comparison");
  const { needsParentheses, endsInComment } = outermostOf(rule.expr);
  const left = endsInComment ? `${rule.expr}\n` : rule.expr;
  const right = `${rule.comparison} ${promqlNumber(level.threshold)}`;
  if (needsParentheses) return `(${left}) ${right}`;
  return endsInComment ? `${left}${right}` : `${left} ${right}`;
}

/** Returns the labels of one tier: the group's beneath the rule's, with `severity` where the level has one. */
export function labelsOf(rule: Pick<AlertingRule, "labels">, level: Level, group: Labels = {}): Labels {
  return {
    ...group,
    ...rule.labels,
    ...(level.severity === null ? {} : { severity: level.severity }),
  };
}

/** What binds no tighter than a comparison. */
const looseOperators = new Set([
  "Or",
  "And",
  "Unless",
  "Eql",
  "Eqlc",
  "EqlSingle",
  "Neq",
  "Gtr",
  "Gte",
  "Lss",
  "Lte",
]);

function outermostOf(expr: string): { needsParentheses: boolean; endsInComment: boolean } {
  const tree = parser.parse(expr);
  let needsParentheses = false;
  const outermost = tree.topNode.firstChild;
  for (let node = outermost?.firstChild ?? null; node !== null; node = node.nextSibling)
    if (outermost?.name === "BinaryExpr" && looseOperators.has(node.name)) needsParentheses = true;
  let endsInComment = false;
  tree.iterate({
    enter: ({ name, to }) => {
      if (name === "LineComment" && !expr.slice(to).includes("\n")) endsInComment = true;
    },
  });
  return { needsParentheses, endsInComment };
}

function promqlNumber(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return "+Inf";
  if (value === Number.NEGATIVE_INFINITY) return "-Inf";
  return String(value);
}
