import { metricsOf, numberIn, selectorsOf } from "@/lib/promql/read";
import { type Aggregation, type Expr, everyPart, unwrapped } from "@/lib/promql/tree";
import { edited, withLevels } from "./compared";
import type { Facts, Finding } from "./finding";
import { inUnit, isCall, isRateOf, type Look, windowText } from "./look";
import { isQuantile, quantilesOutOfRange } from "./quantile-range";
import { factorOf } from "./subject";

/** Quantiles of buckets that lost `le`, were never rated, or are not summed. */
export function quantiles({ rule, tree, facts }: Look): Finding[] {
  return [...everyPart(tree)].flatMap((part): Finding[] => {
    if (!isCall(part, "histogram_quantile")) return [];
    const [level, buckets] = part.args as [Expr, Expr];
    const quantile = numberIn(level);
    const name =
      quantile === undefined || !isQuantile(quantile)
        ? "the quantile"
        : `p${Number((quantile * 100).toPrecision(12))}`;
    const metric = metricsOf(buckets)[0] ?? "the histogram";
    // Of a native histogram there is no `le`, and the function takes it as it is.
    const isClassic = metric.endsWith("_bucket");
    if (!isClassic) return [];
    const inner = unwrapped(buckets);
    const aggregation = inner.type === "aggregation" ? inner : undefined;
    const hasRate = [...everyPart(buckets)].some(isRateOf);
    const at = { from: part.from, to: part.to };
    const common = { rules: [rule.id], at };

    if (aggregation !== undefined && !keepsLe(aggregation))
      return [
        {
          ...common,
          id: "histogram-without-le",
          severity: "error",
          text: `It never fires: ${aggregation.op} drops the label le, without which ${name} of ${metric} cannot be told, so the result is empty.`,
          corrected: [
            {
              title: "Keep le",
              rules: [
                {
                  ...rule,
                  expr: edited(rule.expr, [
                    {
                      from: aggregation.from,
                      to: aggregation.to,
                      text: `sum by (${["le", ...(aggregation.by ?? [])].join(", ")}) (${rule.expr.slice(aggregation.expr.from, aggregation.expr.to)})`,
                    },
                  ]),
                },
              ],
            },
          ],
        },
      ];
    const innermost = aggregation?.expr ?? inner;
    const text = rule.expr.slice(innermost.from, innermost.to);
    const rated = hasRate ? text : ratedText(text, innermost, facts);
    const summed =
      aggregation === undefined
        ? `sum by (le) (${rated})`
        : edited(rule.expr.slice(aggregation.from, aggregation.to), [
            {
              from: aggregation.expr.from - aggregation.from,
              to: aggregation.expr.to - aggregation.from,
              text: rated,
            },
          ]);
    const corrected = [
      {
        title: hasRate ? "Of all series together" : `Of the last ${windowText(facts)}, all series together`,
        rules: [{ ...rule, expr: edited(rule.expr, [{ from: inner.from, to: inner.to, text: summed }]) }],
      },
    ];
    if (!hasRate && selectorsOf(buckets).some(({ range }) => range === undefined))
      return [
        {
          ...common,
          id: "histogram-of-all-time",
          severity: "warning",
          text: `Compares the ${name} of every request since each process started${aggregation === undefined ? ", for each series by itself" : ""}: buckets only ever grow. A slow hour today is lost among the days before, and a slow day long ago keeps it firing. rate() takes the last minutes, and sum by (le) takes all replicas together.`,
          corrected,
        },
      ];
    if (aggregation === undefined)
      return [
        {
          ...common,
          id: "histogram-per-series",
          severity: "info",
          text: `Compares the ${name} of each series by itself, so each replica fires alone, and one with few requests on chance. sum by (le) takes all requests together.`,
          corrected,
        },
      ];
    return [];
  });
}

/** Buckets over the last minutes: around a bare selector, or the selector within its offset. */
const ratedText = (text: string, expr: Expr, facts: Facts): string => {
  const window = windowText(facts);
  if (expr.type !== "shifted") return `rate(${text}[${window}])`;
  const at = expr.expr.to - expr.from;
  return `rate(${text.slice(0, at)}[${window}]${text.slice(at)})`;
};

const keepsLe = ({ by, without }: Aggregation): boolean =>
  by === undefined ? without !== undefined && !without.includes("le") : by.includes("le");

/** Quantiles that are averaged or added up. */
export function averagesOfQuantiles({ rule, tree }: Look): Finding[] {
  return [...everyPart(tree)].flatMap((part): Finding[] => {
    if (part.type !== "aggregation" || (part.op !== "avg" && part.op !== "sum")) return [];
    const isOfQuantiles =
      [...everyPart(part.expr)].some((inner) => isCall(inner, "histogram_quantile")) ||
      selectorsOf(part.expr).some(({ matchers }) => matchers.some(({ label }) => label === "quantile"));
    return isOfQuantiles
      ? [
          {
            id: "average-of-quantiles",
            severity: "warning",
            rules: [rule.id],
            text: `Takes the ${part.op === "avg" ? "average" : "sum"} of percentiles, which is the percentile of nothing: one slow replica among ten hides in it. Sum the buckets first (sum by (le)), then take the percentile.`,
            corrected: [],
            at: { from: part.from, to: part.to },
          },
        ]
      : [];
  });
}

/** The histogram whose quantile an expression compares, and what a bound of it is multiplied by there. */
export function histogramOf(tree: Expr): { metric: string; factor: number } | undefined {
  const call = [...everyPart(tree)].find((part) => isCall(part, "histogram_quantile"));
  const metric = call === undefined ? undefined : metricsOf(call)[0];
  return metric === undefined ? undefined : { metric, factor: factorOf(tree) };
}

/** Thresholds that no bucket ends at, or beyond the last. */
export function bounds({ rule, compared, subject, facts }: Look): Finding[] {
  if (compared === undefined) return [];
  const histogram = histogramOf(compared.tree);
  // A quantile that is none is infinite, whatever the buckets.
  if (histogram === undefined || quantilesOutOfRange(compared.tree).length > 0) return [];
  const { metric, factor } = histogram;
  const known = facts.boundsOf(metric.replace(/_bucket$/, ""));
  if (known === undefined || known.length === 0) return [];
  const finite = known.filter(Number.isFinite).map((bound) => bound * factor);
  const say = (value: number): string => inUnit(subject, value);
  return compared.levels.flatMap(({ threshold, severity }): Finding[] => {
    const isAt = finite.some((bound) => Math.abs(bound - threshold) <= 1e-9 * Math.max(1, Math.abs(bound)));
    const below = finite.filter((bound) => bound < threshold).at(-1) ?? null;
    const above = finite.find((bound) => bound > threshold) ?? null;
    const last = finite.at(-1)!;
    const isUpward = compared.op === ">" || compared.op === ">=";
    const moved = (to: number) => ({
      title: `Compare with ${say(to)}`,
      rules: [
        withLevels(
          rule,
          compared,
          compared.levels.map((each) => (each.threshold === threshold ? { ...each, threshold: to } : each)),
        ),
      ],
    });
    const of = severity === null ? "" : ` (${severity})`;
    if (isUpward && (threshold > last || (isAt && above === null && compared.op === ">"))) {
      const lower = finite.filter((bound) => bound < Math.min(threshold, last)).at(-1);
      return [
        {
          id: "above-last-bucket",
          severity: "error",
          rules: [rule.id],
          text: `It never fires${of}: the last bucket of ${metric} ends at ${say(last)}, and a quantile beyond it is told as ${say(last)}, which is not above ${say(threshold)}.`,
          corrected: lower === undefined ? [] : [moved(lower)],
          bounds: { below: last, above: null },
        },
      ];
    }
    if (isAt) return [];
    const nearest = [below, above]
      .filter((bound) => bound !== null)
      .sort((a, b) => Math.abs(a - threshold) - Math.abs(b - threshold));
    return [
      {
        id: "no-bucket-bound",
        severity: "info",
        rules: [rule.id],
        text: `No bucket of ${metric} ends at ${say(threshold)}${of}. Whether the quantile lies between ${say(below ?? 0)} and ${above === null ? "more" : say(above)} is known; where within is guessed along a straight line.`,
        corrected: nearest.map(moved),
        bounds: { below, above },
      },
    ];
  });
}
