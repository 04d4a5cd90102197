import { parsePromql } from "./parse";
import { type Binary, type Expr, everyPart, type LabelMatcher, type Matching, unwrapped } from "./tree";

/** A comparison as Prometheus writes it. */
export type ComparisonOperator = ">" | ">=" | "<" | "<=" | "==" | "!=";

const comparisonOperators: readonly string[] = [">", ">=", "<", "<=", "==", "!="];
const mirrored: Record<string, ComparisonOperator> = {
  ">": "<",
  ">=": "<=",
  "<": ">",
  "<=": ">=",
  "==": "==",
  "!=": "!=",
};

const isComparisonOperator = (op: string): op is ComparisonOperator => comparisonOperators.includes(op);

/** Which series an expression reads. */
export interface Selected {
  /** Absent where only matchers select. */
  metric?: string;
  matchers: readonly LabelMatcher[];
  /** Seconds, of a range selector. */
  range?: number;
  /** Seconds into the past. */
  offset?: number;
  from: number;
  to: number;
}

/** An expression that compares with a number: `left op threshold`. */
export interface Comparison {
  /** The compared expression, as written. */
  left: string;
  op: ComparisonOperator;
  threshold: number;
}

function treeOf(expr: string | Expr): Expr | undefined {
  if (typeof expr !== "string") return expr;
  const parsed = parsePromql(expr);
  return parsed.ok ? parsed.expr : undefined;
}

/** Every selector of an expression, in its order; none where it does not parse. */
export function selectorsOf(expr: string | Expr): readonly Selected[] {
  const tree = treeOf(expr);
  if (tree === undefined) return [];
  const known = selectorsByTree.get(tree);
  if (known !== undefined) return known;
  const found = selectorsWithin(tree, {});
  selectorsByTree.set(tree, found);
  return found;
}

/** A rule is looked at in many ways one after another; trees are never changed. */
const selectorsByTree = new WeakMap<Expr, readonly Selected[]>();

function selectorsWithin(expr: Expr, around: Pick<Selected, "range" | "offset">): Selected[] {
  switch (expr.type) {
    case "selector":
      return [
        {
          ...(expr.name === undefined ? {} : { metric: expr.name }),
          matchers: expr.matchers,
          ...around,
          from: expr.from,
          to: expr.to,
        },
      ];
    case "matrix":
      return selectorsWithin(expr.expr, expr.range === undefined ? around : { ...around, range: expr.range });
    case "shifted":
      return selectorsWithin(
        expr.expr,
        expr.offset === undefined ? around : { ...around, offset: (around.offset ?? 0) + expr.offset },
      );
    case "number":
    case "string":
      return [];
    case "call":
      return expr.args.flatMap((arg) => selectorsWithin(arg, around));
    case "binary":
      return [expr.left, expr.right].flatMap((side) => selectorsWithin(side, around));
    case "aggregation":
      return [...(expr.parameter === undefined ? [] : [expr.parameter]), expr.expr].flatMap((part) =>
        selectorsWithin(part, around),
      );
    default:
      return selectorsWithin(expr.expr, around);
  }
}

/** The metrics that an expression reads by name, each once, in its order; none where it does not parse. */
export const metricsOf = (expr: string | Expr): string[] => [
  ...new Set(selectorsOf(expr).flatMap(({ metric }) => metric ?? [])),
];

/** The value of an expression that is a bare number, signs and parentheses included. */
export function numberIn(expr: Expr): number | undefined {
  if (expr.type === "number") return expr.value;
  if (expr.type === "paren") return numberIn(expr.expr);
  if (expr.type !== "unary") return undefined;
  const value = numberIn(expr.expr);
  return value === undefined ? undefined : expr.op === "-" ? -value : value;
}

/**
 * The outermost comparison of an expression with a number, turned round where the number stands before it; undefined
 * where there is none, where it is `bool`, and where the expression does not parse.
 */
export function comparisonOf(expr: string): Comparison | undefined {
  const found = comparisonIn(expr);
  return found === undefined ? undefined : { left: found.left, op: found.op, threshold: found.threshold };
}

/** As `comparisonOf`, with the tree of the compared expression, whose places count in the whole one. */
export function comparisonIn(expr: string): (Comparison & { tree: Expr }) | undefined {
  const tree = treeOf(expr);
  if (tree === undefined) return undefined;
  const top = unwrapped(tree);
  if (top.type !== "binary" || top.isBool || !isComparisonOperator(top.op)) return undefined;
  const [left, right] = [numberIn(top.left), numberIn(top.right)];
  if (right !== undefined && left === undefined)
    return { left: textOf(expr, top.left), tree: unwrapped(top.left), op: top.op, threshold: right };
  if (left !== undefined && right === undefined)
    return {
      left: textOf(expr, top.right),
      tree: unwrapped(top.right),
      op: mirrored[top.op]!,
      threshold: left,
    };
  return undefined;
}

/** The text of a part of an expression, without the parentheses around it. */
export function textOf(text: string, part: Expr): string {
  const { from, to } = unwrapped(part);
  return text.slice(from, to);
}

/** Binary operators that bind no tighter than a comparison. */
const looseOperators = new Set([...comparisonOperators, "and", "or", "unless"]);

/** `expr op threshold`, with parentheses only where the expression would otherwise be torn apart. */
export function withComparison(expr: string, op: ComparisonOperator, threshold: number): string {
  const tree = treeOf(expr);
  const isLoose = tree === undefined || (tree.type === "binary" && looseOperators.has(tree.op));
  const hasComment = /#[^"'`]*$/m.test(expr);
  const left = isLoose || hasComment ? `(${expr}${hasComment ? "\n" : ""})` : expr;
  return `${left} ${op} ${numberText(threshold)}`;
}

/** A number as PromQL writes it. */
export function numberText(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return "+Inf";
  if (value === Number.NEGATIVE_INFINITY) return "-Inf";
  return String(value);
}

/** A binary operator between two instant vectors, and how it finds partners. */
export interface Join {
  op: string;
  left: string;
  right: string;
  matching: Matching;
  binary: Binary;
}

/** Every operator of an expression that stands between two instant vectors, outermost first. */
export function joinsOf(expr: string): Join[] {
  const tree = treeOf(expr);
  if (tree === undefined) return [];
  return [...everyPart(tree)].flatMap((part) =>
    part.type === "binary" && isVector(part.left) && isVector(part.right)
      ? [
          {
            op: part.op,
            left: textOf(expr, part.left),
            right: textOf(expr, part.right),
            matching: part.matching,
            binary: part,
          },
        ]
      : [],
  );
}

function isVector(expr: Expr): boolean {
  if (numberIn(expr) !== undefined) return false;
  const part = unwrapped(expr);
  if (part.type === "call") return !["scalar", "time", "pi"].includes(part.name);
  if (part.type === "binary") return isVector(part.left) || isVector(part.right);
  return part.type !== "string" && part.type !== "number";
}

/**
 * The labels that an expression's results carry, from those of its metrics (without `__name__`); undefined where they
 * are not known.
 */
export function labelsOfResult(
  expr: Expr,
  labelsOf: (metric: string) => readonly string[] | undefined,
): ReadonlySet<string> | undefined {
  const of = (part: Expr) => labelsOfResult(part, labelsOf);
  switch (expr.type) {
    case "selector": {
      const known = expr.name === undefined ? undefined : labelsOf(expr.name);
      return known === undefined ? undefined : new Set(known.filter((label) => label !== "__name__"));
    }
    case "number":
    case "string":
      return new Set();
    case "aggregation": {
      if (["topk", "bottomk", "limitk", "limit_ratio"].includes(expr.op)) return of(expr.expr);
      const added =
        expr.op === "count_values" && expr.parameter?.type === "string" ? [expr.parameter.value] : [];
      if (expr.without === undefined) {
        const inner = of(expr.expr);
        // Grouping by a label that a series lacks gives a result without it.
        const by = (expr.by ?? []).filter((label) => inner === undefined || inner.has(label));
        return new Set([...by, ...added]);
      }
      const inner = of(expr.expr);
      if (inner === undefined) return undefined;
      return new Set([...[...inner].filter((label) => !expr.without!.includes(label)), ...added]);
    }
    case "call": {
      if (functionsWithoutLabels.has(expr.name)) return new Set();
      if (functionsOfOwnLabels.has(expr.name)) return undefined;
      const vector = expr.args.findLast((arg) => arg.type !== "number" && arg.type !== "string");
      const inner = vector === undefined ? new Set<string>() : of(vector);
      if (inner === undefined || !expr.name.startsWith("histogram_quantile")) return inner;
      return new Set([...inner].filter((label) => label !== "le"));
    }
    case "binary": {
      const [left, right] = [of(expr.left), of(expr.right)];
      if (!isVector(expr.left)) return right;
      if (!isVector(expr.right)) return left;
      const { on, ignoring, group, include = [] } = expr.matching;
      const many = group === "right" ? right : left;
      if (many === undefined) return undefined;
      if (group !== undefined) return new Set([...many, ...include]);
      const keepsAll = isComparisonOperator(expr.op) || ["and", "unless"].includes(expr.op);
      if (expr.op === "or") return right === undefined ? undefined : new Set([...many, ...right]);
      if (keepsAll) return many;
      if (on !== undefined) return new Set([...many].filter((label) => on.includes(label)));
      return new Set([...many].filter((label) => !(ignoring ?? []).includes(label)));
    }
    default:
      return of(expr.expr);
  }
}

const functionsWithoutLabels = new Set(["vector", "scalar", "time", "pi"]);
/** Their results' labels follow from their arguments and not from the series. */
const functionsOfOwnLabels = new Set(["absent", "absent_over_time", "label_replace", "label_join", "info"]);
