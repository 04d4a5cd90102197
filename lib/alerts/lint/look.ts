import { numberText } from "@/lib/promql/read";
import { type Call, type Expr, unwrapped } from "@/lib/promql/tree";
import { signals } from "@/lib/signals/catalogue";
import { promDuration } from "@/lib/signals/promql";
import { formatExact } from "@/lib/units";
import type { AlertingRule } from "../rule";
import { type Compared, withLevels } from "./compared";
import type { Facts, LintedRule } from "./finding";
import type { Subject } from "./subject";

/** One rule, read once for all that looks at it. */
export interface Look {
  rule: LintedRule;
  tree: Expr;
  compared: Compared | undefined;
  subject: Subject | undefined;
  facts: Facts;
}

export const rateFunctions = ["rate", "irate", "increase"];
export const isRateOf = (expr: Expr): boolean => {
  const part = unwrapped(expr);
  return part.type === "call" && rateFunctions.includes(part.name);
};

/** The window that a rate is given: five minutes, which most rules have, or four scrapes where they are rarer. */
export const windowText = ({ scrapeInterval }: Facts): string =>
  promDuration(Math.max(300, Math.ceil((4 * (scrapeInterval ?? 0)) / 60) * 60));

export const isCall = (part: Expr, name: string): part is Call => part.type === "call" && part.name === name;

/** A value of the compared expression in words: in the unit of its signal, where it is one. */
export const inUnit = (subject: Subject | undefined, value: number): string =>
  subject === undefined
    ? numberText(value)
    : formatExact(value * subject.toSignal, signals[subject.signal].unit);

/** Without what arithmetic in binary adds to a decimal. */
export const rounded = (value: number): number => Number(value.toPrecision(12));

/** The rule with each threshold so many times as large. */
export const scaledRule = (rule: LintedRule, compared: Compared, by: number): AlertingRule =>
  withLevels(
    rule,
    compared,
    compared.levels.map((level) => ({ ...level, threshold: rounded(level.threshold * by) })),
  );
