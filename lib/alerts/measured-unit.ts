import { parsePromql } from "@/lib/promql/parse";
import { metricsOf } from "@/lib/promql/read";
import { everyPart } from "@/lib/promql/tree";
import { signals } from "@/lib/signals/catalogue";
import type { Unit } from "@/lib/units";
import { comparedOf } from "./lint/compared";
import { looksLikeRatio } from "./lint/condition";
import { isRateOf } from "./lint/look";
import { factorOf, subjectOf } from "./lint/subject";
import type { AlertingRule } from "./rule";

/** What the numbers of an expression are in: times `factor` they are in the unit's base. */
export interface MeasuredUnit {
  unit: Unit;
  factor: number;
}

/** What the base units of Prometheus's naming are here. Source: Prometheus, Metric and label naming, Base units. */
const suffixes: readonly (readonly [RegExp, Unit])[] = [
  [/_seconds(_bucket)?$/, "seconds"],
  [/_bytes(_bucket)?$/, "bytes"],
  [/_celsius$/, "celsius"],
  [/_joules$/, "joules"],
];

/**
 * Returns the unit of what a rule compares, and so of its alerts' values: that of the signal that it measures, else what
 * its shape or the name of its only metric says. Undefined where none does.
 */
export function measuredUnitOf(rule: AlertingRule): MeasuredUnit | undefined {
  const tree = comparedOf(rule)?.tree ?? parsed(rule.expr);
  if (tree === undefined) return undefined;
  const subject = subjectOf(tree);
  if (subject !== undefined) return { unit: signals[subject.signal].unit, factor: subject.toSignal };
  const factor = 1 / factorOf(tree);
  if (looksLikeRatio(tree)) return { unit: "ratio", factor };
  const [metric, ...others] = metricsOf(tree);
  const parts = [...everyPart(tree)];
  const isQuantile = parts.some((part) => part.type === "call" && part.name === "histogram_quantile");
  // A rate is of something else than what it counts, and so are a count and a quotient.
  const changesUnit = parts.some(
    (part) =>
      (isRateOf(part) && !isQuantile) ||
      (part.type === "binary" && part.op !== "+" && part.op !== "-") ||
      (part.type === "aggregation" && part.op.startsWith("count")),
  );
  if (metric === undefined || others.length > 0 || changesUnit) return undefined;
  const [, unit] = suffixes.find(([suffix]) => suffix.test(metric)) ?? [];
  return unit === undefined ? undefined : { unit, factor: 1 };
}

function parsed(expr: string) {
  const answer = parsePromql(expr);
  return answer.ok ? answer.expr : undefined;
}
