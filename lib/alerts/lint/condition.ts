import { metricsOf, numberIn, numberText } from "@/lib/promql/read";
import { type Expr, everyPart, unwrapped } from "@/lib/promql/tree";
import { signals } from "@/lib/signals/catalogue";
import { formatExact } from "@/lib/units";
import { edited } from "./compared";
import type { Finding } from "./finding";
import { type Look, rounded, scaledRule } from "./look";
import { dividesVectors, factorOf } from "./subject";

/** Expressions that leave nothing out, whatever the values. */
export function alwaysFires({ rule, tree }: Look): Finding[] {
  if (rule.comparison !== null) return [];
  const top = unwrapped(tree);
  const common = { id: "always-fires", severity: "error", rules: [rule.id] } as const;
  if (top.type === "binary" && top.isBool) {
    const bool = /\bbool\s*/.exec(rule.expr.slice(top.left.to))!;
    const from = top.left.to + bool.index;
    const numbers = numberIn(top.left) !== undefined && numberIn(top.right) !== undefined;
    return [
      {
        ...common,
        text: "It fires for every series at all times: with bool a comparison gives 0 or 1, and an alert fires for every series that there is, also for 0.",
        corrected: numbers
          ? []
          : [
              {
                title: "Without bool",
                rules: [
                  { ...rule, expr: edited(rule.expr, [{ from, to: from + bool[0].length, text: "" }]) },
                ],
              },
            ],
      },
    ];
  }
  if (filters(tree)) return [];
  // A heartbeat is meant to.
  if (metricsOf(tree).length === 0) return [];
  return [
    {
      ...common,
      text: "It fires for every series at all times: nothing is compared, and an alert fires for every series that its expression gives, whatever the value.",
      corrected: [],
    },
  ];
}

const filteringOperators = new Set([">", ">=", "<", "<=", "==", "!=", "and", "unless"]);

/** Whether an expression leaves something out where all is well. */
const filters = (tree: Expr): boolean =>
  [...everyPart(tree)].some(
    (part) =>
      (part.type === "binary" && filteringOperators.has(part.op) && !part.isBool) ||
      (part.type === "call" && part.name.startsWith("absent")) ||
      (part.type === "selector" && part.name?.startsWith("ALERTS") === true),
  );

/** Shares that are compared with percentages, and the other way round. */
export function ratioOrPercent({ rule, compared, subject, tree }: Look): Finding[] {
  if (compared === undefined) return [];
  const { op, levels } = compared;
  if (op !== ">" && op !== ">=") return [];
  const isRatio =
    subject === undefined ? looksLikeRatio(compared.tree) : signals[subject.signal].unit === "ratio";
  if (!isRatio) return [];
  const toRatio = subject?.toSignal ?? 1 / factorOf(compared.tree);
  const scaled = (by: number) => [
    {
      title: `Compare with ${levels.map(({ threshold }) => numberText(rounded(threshold * by))).join(" and ")}`,
      rules: [scaledRule(rule, compared, by)],
    },
  ];
  const common = {
    id: "ratio-or-percent",
    severity: "error",
    rules: [rule.id],
    at: { from: tree.from, to: tree.to },
  } as const;
  const most = Math.max(...levels.map(({ threshold }) => threshold * toRatio));
  const isBeyond = (ratio: number): boolean => (op === ">" ? ratio >= 1 : ratio > 1);
  if (levels.every(({ threshold }) => isBeyond(threshold * toRatio)))
    return [
      {
        ...common,
        text: `It never fires: this is a share between 0 and 1, and ${numberText(levels[0]!.threshold)} would be ${percent(levels[0]!.threshold * toRatio)}.`,
        corrected: toRatio === 1 && most > 1 ? scaled(0.01) : [],
      },
    ];
  const isPercent = Math.abs(toRatio - 0.01) < 1e-12;
  if (isPercent && levels.every(({ threshold }) => threshold > 0 && threshold < 1) && subject !== undefined)
    return [
      {
        ...common,
        text: `It fires nearly always: this is in percent, from 0 to 100, and ${numberText(levels[0]!.threshold)} is ${percent(levels[0]!.threshold * toRatio)}.`,
        corrected: scaled(100),
      },
    ];
  return [];
}

const percent = (ratio: number): string => formatExact(rounded(ratio), "ratio");

/** Whether an expression is a share between 0 and 1 by its names and its shape. */
export function looksLikeRatio(tree: Expr): boolean {
  const names = metricsOf(tree);
  if (names.length === 1) return /_ratio$|_perc$/.test(names[0]!) && !dividesVectors(tree);
  const [part, whole] = names;
  return (
    names.length === 2 &&
    dividesVectors(tree) &&
    /error|fail|used|hit|abort/.test(part!) &&
    /request|total|size|limit|quer|capacity/.test(whole!)
  );
}
