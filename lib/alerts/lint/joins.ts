import { joinsOf, labelsOfResult, metricsOf } from "@/lib/promql/read";
import { type Expr, unwrapped } from "@/lib/promql/tree";
import type { AlertingRule } from "../rule";
import { edited } from "./compared";
import type { Finding } from "./finding";
import { isRateOf, type Look } from "./look";

/** Operators between series that never match, or match one by one where the share of all was meant. */
export function joins({ rule, facts }: Look): Finding[] {
  return joinsOf(rule.expr).flatMap(({ op, matching, binary }): Finding[] => {
    if (op === "or") return [];
    const [left, right] = [binary.left, binary.right].map((side) =>
      labelsOfResult(side, (metric) => facts.labelsOf(metric)),
    );
    const at = { from: binary.from, to: binary.to };
    const [leftName, rightName] = [binary.left, binary.right].map(
      (side) => metricsOf(side)[0] ?? "the other side",
    ) as [string, string];
    if (left === undefined || right === undefined) {
      const isOfRates = isRateOf(binary.left) && isRateOf(binary.right);
      const isPlain = matching.on === undefined && matching.ignoring === undefined;
      if (op !== "/" || !isOfRates || !isPlain || leftName === rightName) return [];
      return [
        {
          id: "matches-by-all-labels",
          severity: "info",
          rules: [rule.id],
          text: `Divides each series of ${leftName} by the one of ${rightName} with exactly the same labels, so it fires a series at a time, and never where one of them carries a label that the other lacks, such as type. sum(…) / sum(…) is the share of all.`,
          corrected: summedDivision(rule, binary),
          at,
        },
      ];
    }
    const joined = (labels: ReadonlySet<string>): string[] =>
      matching.on !== undefined
        ? matching.on.filter((label) => labels.has(label))
        : [...labels].filter((label) => !(matching.ignoring ?? []).includes(label));
    const [ofLeft, ofRight] = [joined(left), joined(right)];
    const onlyLeft = ofLeft.filter((label) => !ofRight.includes(label));
    const onlyRight = ofRight.filter((label) => !ofLeft.includes(label));
    if (onlyLeft.length === 0 && onlyRight.length === 0) return [];
    // `unless` lets everything through where nothing matches.
    if (op === "unless") return [];
    const carry = [
      ...(onlyLeft.length === 0
        ? []
        : [`${leftName} carries ${list(onlyLeft)}, which ${rightName} does not`]),
      ...(onlyRight.length === 0
        ? []
        : [`${rightName} carries ${list(onlyRight)}, which ${leftName} does not`]),
    ].join(", and ");
    const isOfRates = isRateOf(binary.left) || isRateOf(binary.right);
    return [
      {
        id: "never-matches",
        severity: "error",
        rules: [rule.id],
        text: `It never fires: ${op} joins series whose labels are the same, and ${carry}. So no two match, and the result is empty.`,
        corrected: isOfRates
          ? summedDivision(rule, binary)
          : joinedBy(rule, binary, { left, right, onlyLeft, onlyRight }),
        at,
      },
    ];
  });
}

const list = (labels: readonly string[]): string => labels.join(" and ");

/** Both sides summed, by the labels of the one that is summed already. */
function summedDivision(rule: AlertingRule, { left, right }: { left: Expr; right: Expr }) {
  const sides = [left, right].map(unwrapped);
  const summed = sides.find((side) => side.type === "aggregation");
  const by = summed?.type === "aggregation" ? (summed.by ?? []) : [];
  if (sides.every((side) => side.type === "aggregation")) return [];
  const grouping = by.length === 0 ? "" : ` by (${by.join(", ")}) `;
  const edits = [left, right].flatMap((side, index) =>
    sides[index]!.type === "aggregation"
      ? []
      : [
          {
            from: side.from,
            to: side.to,
            text: `sum${grouping}(${rule.expr.slice(sides[index]!.from, sides[index]!.to)})`,
          },
        ],
  );
  return [{ title: "The share of all", rules: [{ ...rule, expr: edited(rule.expr, edits) }] }];
}

/** The operator told to join by what both sides carry. */
function joinedBy(
  rule: AlertingRule,
  binary: { left: Expr; right: Expr; op: string; matching: object },
  {
    left,
    right,
    onlyLeft,
    onlyRight,
  }: { left: ReadonlySet<string>; right: ReadonlySet<string>; onlyLeft: string[]; onlyRight: string[] },
) {
  const common = [...left].filter((label) => right.has(label)).sort();
  const isSet = ["and", "unless"].includes(binary.op);
  if (Object.keys(binary.matching).length > 0 || (onlyLeft.length > 0 && onlyRight.length > 0 && !isSet))
    return [];
  const group = isSet
    ? ""
    : onlyLeft.length > 0
      ? " group_left ()"
      : onlyRight.length > 0
        ? " group_right ()"
        : "";
  const text = ` ${binary.op} on (${common.join(", ")})${group} `;
  return [
    {
      title: `Join by ${list(common)}`,
      rules: [{ ...rule, expr: edited(rule.expr, [{ from: binary.left.to, to: binary.right.from, text }]) }],
    },
  ];
}
