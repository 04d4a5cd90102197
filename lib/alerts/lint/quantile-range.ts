import { numberIn, numberText } from "@/lib/promql/read";
import { type Expr, everyPart } from "@/lib/promql/tree";
import { edited } from "./compared";
import type { Finding } from "./finding";
import { type Look, rounded } from "./look";

export const isQuantile = (value: number): boolean => value >= 0 && value <= 1;

/** The numbers that stand where a quantile belongs and are none. */
export function quantilesOutOfRange(tree: Expr): { at: Expr; value: number; name: string }[] {
  return [...everyPart(tree)].flatMap((part) => {
    const name = part.type === "call" ? part.name : part.type === "aggregation" ? part.op : "";
    const at =
      part.type === "call" && (name === "histogram_quantile" || name === "quantile_over_time")
        ? part.args[0]
        : part.type === "aggregation" && name === "quantile"
          ? part.parameter
          : undefined;
    const value = at === undefined ? undefined : numberIn(at);
    return at === undefined || value === undefined || isQuantile(value) ? [] : [{ at, value, name }];
  });
}

/** Quantiles outside 0 to 1, of which Prometheus gives infinity. */
export function quantileRanges({ rule, tree, compared }: Look): Finding[] {
  const found = quantilesOutOfRange(tree);
  const [first] = found;
  if (first === undefined) return [];
  const isAbove = first.value > 1;
  const isUpward = compared?.op === ">" || compared?.op === ">=";
  const isDownward = compared?.op === "<" || compared?.op === "<=";
  const effect =
    (isUpward && isAbove) || (isDownward && !isAbove)
      ? "It fires for every series at all times: "
      : isUpward || isDownward
        ? "It never fires: "
        : "";
  const isPercentile = found.every(({ value }) => value > 1 && value <= 100);
  return [
    {
      id: "quantile-out-of-range",
      severity: "error",
      rules: [rule.id],
      text: `${effect}${first.name} takes a quantile between 0 and 1, and of ${numberText(first.value)} it gives ${isAbove ? "+Inf" : Number.isNaN(first.value) ? "NaN" : "-Inf"}, whatever was measured.`,
      corrected: isPercentile
        ? [
            {
              title: `The quantile ${found.map(({ value }) => numberText(rounded(value / 100))).join(" and ")}`,
              rules: [
                {
                  ...rule,
                  expr: edited(
                    rule.expr,
                    found.map(({ at: { from, to }, value }) => ({
                      from,
                      to,
                      text: numberText(rounded(value / 100)),
                    })),
                  ),
                },
              ],
            },
          ]
        : [],
      at: { from: first.at.from, to: first.at.to },
    },
  ];
}
