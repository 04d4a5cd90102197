/** One label matcher of a selector. */
export interface LabelMatcher {
  label: string;
  op: "=" | "!=" | "=~" | "!~";
  value: string;
}

/** Where an expression stands in its text: from the first character to behind the last. */
interface Span {
  from: number;
  to: number;
}

/** A bare number, in PromQL's own spellings: `1e3`, `0x1f`, `-Inf`, `NaN`, and `5m` as 300. */
export type NumberLiteral = Span & { type: "number"; value: number };
export type StringLiteral = Span & { type: "string"; value: string };
/** `name` is absent where only matchers select, as in `{job="a"}`. */
export type VectorSelector = Span & { type: "selector"; name?: string; matchers: readonly LabelMatcher[] };
/** `range` in seconds; absent where it is computed, as by the experimental `step()`. */
export type MatrixSelector = Span & { type: "matrix"; expr: Expr; range?: number; rangeText: Span };
export type Subquery = Span & { type: "subquery"; expr: Expr; range?: number; step?: number };
/** An `offset` (seconds) or an `@`, which change when `expr` is looked at and nothing else. */
export type Shifted = Span & { type: "shifted"; expr: Expr; offset?: number };
export type Call = Span & { type: "call"; name: string; args: readonly Expr[] };
/** `by` or `without` is absent where neither is written. */
export type Aggregation = Span & {
  type: "aggregation";
  op: string;
  parameter?: Expr;
  expr: Expr;
  by?: readonly string[];
  without?: readonly string[];
};
/** How a binary operator finds the partner of a series. */
export interface Matching {
  on?: readonly string[];
  ignoring?: readonly string[];
  group?: "left" | "right";
  /** Labels taken over from the side of which there is one. */
  include?: readonly string[];
}
export type Binary = Span & {
  type: "binary";
  op: string;
  left: Expr;
  right: Expr;
  isBool: boolean;
  matching: Matching;
};
export type Unary = Span & { type: "unary"; op: "+" | "-"; expr: Expr };
export type Parenthesised = Span & { type: "paren"; expr: Expr };

/** A PromQL expression. */
export type Expr =
  | NumberLiteral
  | StringLiteral
  | VectorSelector
  | MatrixSelector
  | Subquery
  | Shifted
  | Call
  | Aggregation
  | Binary
  | Unary
  | Parenthesised;

/** What an expression is made of, one level down, in its order. */
export function partsOf(expr: Expr): readonly Expr[] {
  switch (expr.type) {
    case "number":
    case "string":
    case "selector":
      return [];
    case "call":
      return expr.args;
    case "aggregation":
      return expr.parameter === undefined ? [expr.expr] : [expr.parameter, expr.expr];
    case "binary":
      return [expr.left, expr.right];
    default:
      return [expr.expr];
  }
}

/** The expression and everything within it, outermost first. */
export function* everyPart(expr: Expr): Generator<Expr> {
  yield expr;
  for (const part of partsOf(expr)) yield* everyPart(part);
}

/** The expression without the parentheses around it. */
export const unwrapped = (expr: Expr): Expr => (expr.type === "paren" ? unwrapped(expr.expr) : expr);
