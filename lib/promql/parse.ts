import type { SyntaxNode, Tree } from "@lezer/common";
import { parser } from "@prometheus-io/lezer-promql";
import { LRUCache } from "lru-cache";
import { aggregationParameters, functionSignatures, type ValueType } from "./functions";
import type { Expr, LabelMatcher, Matching } from "./tree";

/** Why a text is no PromQL, and where: `from` and `to` count characters, `line` and `column` from 1. */
export interface PromqlError {
  from: number;
  to: number;
  line: number;
  column: number;
  message: string;
}

export type Parsed = { ok: true; expr: Expr; type: ValueType } | { ok: false; error: PromqlError };

/** Carries what is wrong from where it is met to {@link parsePromql}. */
class Refusal extends Error {
  constructor(
    readonly from: number,
    readonly to: number,
    message: string,
  ) {
    super(message);
  }
}

/**
 * Parses PromQL as Prometheus 3 reads it, experimental syntax included. Refused is what does not parse, an unknown
 * function, and arguments of a wrong number or type; whether series match each other only a server can tell.
 */
export function parsePromql(text: string): Parsed {
  const known = recent.get(text);
  if (known !== undefined) return known;
  const parsed = read(text);
  recent.set(text, parsed);
  return parsed;
}

/** A rule is looked at in many ways one after another; trees are never changed. */
const recent = new LRUCache<string, Parsed>({ max: 500 });

function read(text: string): Parsed {
  try {
    if (text.trim() === "") throw new Refusal(0, text.length, "There is no expression.");
    // The grammar lacks the name that version 2 had for `double_exponential_smoothing`; one as long keeps positions.
    const spelled = text.replace(/\bholt_winters(?=\s*\()/g, "day_of_month");
    const tree = treeWithoutError(spelled) ?? treeWithError(text, spelled);
    const top = childrenOf(tree.topNode).find(({ name }) => name !== "LineComment");
    if (top === undefined) throw new Refusal(0, text.length, "There is no expression.");
    const expr = new Reader(text).read(top);
    return { ok: true, expr, type: typeOf(expr) };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { from, to, message } = error;
    const before = text.slice(0, from).split("\n");
    return {
      ok: false,
      error: { from, to, line: before.length, column: before.at(-1)!.length + 1, message },
    };
  }
}

const strict = parser.configure({ strict: true });

/** Without recovering from errors, and looking for them in the whole tree; undefined where there is one. */
function treeWithoutError(text: string): Tree | undefined {
  try {
    return strict.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function treeWithError(text: string, spelled: string): Tree {
  const tree = parser.parse(spelled);
  const error = firstError(tree);
  if (error !== undefined) throw syntaxRefusal(text, tree, error);
  return tree;
}

function childrenOf(node: SyntaxNode): SyntaxNode[] {
  const found: SyntaxNode[] = [];
  for (let child = node.firstChild; child !== null; child = child.nextSibling) found.push(child);
  return found;
}

function firstError(tree: Tree): SyntaxNode | undefined {
  let found: SyntaxNode | undefined;
  tree.iterate({
    enter: (node) => {
      if (node.type.isError) found ??= node.node;
      return found === undefined;
    },
  });
  return found;
}

/** Says in words what stands at a place where the grammar met what it does not know. */
function syntaxRefusal(text: string, tree: Tree, node: SyntaxNode): Refusal {
  const { from } = node;
  if (depthOf(tree) > deepest)
    return new Refusal(0, text.length, "Too many operators or parentheses are nested to be read.");
  const unclosed = unclosedString(text);
  if (unclosed !== undefined) return new Refusal(unclosed, text.length, "This string is not closed.");
  const name = /([a-zA-Z_][\w]*)\s*$/.exec(text.slice(0, from))?.[1];
  if (name !== undefined && text[from] === "(")
    return new Refusal(from - name.length, from, `There is no function "${name}".`);
  const rest = text.slice(from).trim();
  if (rest === "")
    return new Refusal(from, text.length, `Something is missing at the end${expectedAt(node)}.`);
  const at = from + (text.slice(from).length - text.slice(from).trimStart().length);
  const word = /^[\w:.]+|^[=!<>~]+|^./.exec(rest)![0];
  return new Refusal(
    at,
    Math.max(node.to, at + word.length),
    `"${word}" is not expected here${expectedAt(node)}.`,
  );
}

/** The grammar gives up where some 650 operators or parentheses stand within each other, as if what follows were wrong. */
const deepest = 600;

function depthOf(tree: Tree): number {
  let [depth, most] = [0, 0];
  tree.iterate({
    enter: () => {
      depth++;
      most = Math.max(most, depth);
    },
    leave: () => {
      depth--;
    },
  });
  return most;
}

function expectedAt(node: SyntaxNode): string {
  switch (node.parent?.name) {
    case "FunctionCallBody":
    case "ParenExpr":
      return ": a closing parenthesis, a comma or an operator would be";
    case "LabelMatchers":
      return ": a comma or a closing brace would be";
    case "UnquotedLabelMatcher":
    case "QuotedLabelMatcher":
      return ": a value in quotes would be";
    case "GroupingLabels":
      return ": label names between parentheses would be";
    case "MatrixSelector":
    case "SubqueryExpr":
      return ": a duration such as 5m and a closing bracket would be";
    case "BinaryExpr":
      return ": a number, a metric or a function would be";
    default:
      return "";
  }
}

/** Where a string begins that has no end. */
function unclosedString(text: string): number | undefined {
  for (let at = 0; at < text.length; at++) {
    const quote = text[at]!;
    if (quote === "#") {
      const end = text.indexOf("\n", at);
      if (end === -1) return undefined;
      at = end;
    }
    if (quote !== '"' && quote !== "'" && quote !== "`") continue;
    const start = at;
    for (at++; text[at] !== quote; at++) {
      if (at >= text.length || (quote !== "`" && text[at] === "\n")) return start;
      if (quote !== "`" && text[at] === "\\") at++;
    }
  }
  return undefined;
}

const operators = new Set(
  "Pow Mul Div Mod Atan2 Add Sub Eql Gte Gtr Lte Lss Neq And Unless Or TrimUpper TrimLower".split(" "),
);
const comparisons = new Set(["==", "!=", ">", ">=", "<", "<="]);
const setOperators = new Set(["and", "or", "unless"]);

class Reader {
  constructor(private readonly text: string) {}

  private at(node: SyntaxNode): string {
    return this.text.slice(node.from, node.to);
  }

  read(node: SyntaxNode): Expr {
    const { from, to } = node;
    const children = childrenOf(node).filter(({ name }) => name !== "LineComment");
    const [first] = children;
    switch (node.name) {
      case "NumberDurationLiteral":
        return { type: "number", from, to, value: this.number(node) };
      case "StringLiteral":
        return { type: "string", from, to, value: this.string(node) };
      case "VectorSelector":
        return this.selector(node, children);
      case "ParenExpr":
        return { type: "paren", from, to, expr: this.read(first!) };
      case "UnaryExpr": {
        const expr = this.read(children[1]!);
        if (!isNumeric(typeOf(expr)))
          throw new Refusal(
            from,
            to,
            `A sign stands before a number or an instant vector, not a ${kindOf(expr)}.`,
          );
        return { type: "unary", from, to, op: this.at(first!) as "+" | "-", expr };
      }
      case "MatrixSelector": {
        const expr = this.read(first!);
        if (expr.type !== "selector")
          throw new Refusal(
            from,
            to,
            "A range belongs to a selector. For the past of anything else write a subquery: [5m:].",
          );
        const duration = children.find(({ name }) => name === "DurationExpr")!;
        const { from: start, to: end } = duration;
        const range = this.duration(duration);
        return {
          type: "matrix",
          from,
          to,
          expr,
          ...(range === undefined ? {} : { range }),
          rangeText: { from: start, to: end },
        };
      }
      case "SubqueryExpr": {
        const expr = this.read(first!);
        if (typeOf(expr) !== "vector")
          throw new Refusal(from, to, `A subquery is of an instant vector, not of a ${kindOf(expr)}.`);
        const colon = this.text.indexOf(":", first!.to);
        const durations = children.filter(({ name }) => name === "DurationExpr");
        const [range, step] = [
          durations.find((one) => one.to <= colon),
          durations.find((one) => one.from > colon),
        ].map((one) => (one === undefined ? undefined : this.duration(one)));
        return {
          type: "subquery",
          from,
          to,
          expr,
          ...(range === undefined ? {} : { range }),
          ...(step === undefined ? {} : { step }),
        };
      }
      case "OffsetExpr": {
        const offset = this.duration(children.find(({ name }) => name === "OffsetDurationExpr")!);
        return {
          type: "shifted",
          from,
          to,
          expr: this.shiftable(first!),
          ...(offset === undefined ? {} : { offset }),
        };
      }
      case "StepInvariantExpr":
      case "AnchoredExpr":
      case "SmoothedExpr":
        return { type: "shifted", from, to, expr: this.shiftable(first!) };
      case "FunctionCall":
        return this.call(node, children);
      case "AggregateExpr":
        return this.aggregation(node, children);
      case "BinaryExpr":
        return this.binary(node, children);
      default:
        throw new Refusal(from, to, `"${this.at(node)}" is not expected here.`);
    }
  }

  private shiftable(node: SyntaxNode): Expr {
    const expr = this.read(node);
    if (!["selector", "matrix", "subquery", "shifted"].includes(expr.type))
      throw new Refusal(node.from, node.to, "An offset or @ stands behind a selector or a subquery.");
    return expr;
  }

  private selector(node: SyntaxNode, children: SyntaxNode[]): Expr {
    const { from, to } = node;
    const identifier = children.find(({ name }) => name === "Identifier");
    let name = identifier === undefined ? undefined : this.at(identifier);
    const matchers: LabelMatcher[] = [];
    for (const matcher of childrenOf(children.find((child) => child.name === "LabelMatchers") ?? node)) {
      if (matcher.name === "QuotedLabelName") {
        if (name !== undefined) throw new Refusal(matcher.from, matcher.to, "The metric has two names.");
        name = this.string(matcher.firstChild!);
      }
      if (matcher.name !== "UnquotedLabelMatcher" && matcher.name !== "QuotedLabelMatcher") continue;
      const [label, op, value] = childrenOf(matcher) as [SyntaxNode, SyntaxNode, SyntaxNode];
      matchers.push({
        label: label.name === "LabelName" ? this.at(label) : this.string(label.firstChild!),
        op: this.at(op) as LabelMatcher["op"],
        value: this.string(value),
      });
    }
    const named = matchers.find((one) => one.label === "__name__");
    if (named !== undefined && name !== undefined)
      throw new Refusal(from, to, `The metric has two names: "${name}" and "${named.value}".`);
    if (name === undefined && matchers.every(matchesEmpty))
      throw new Refusal(
        from,
        to,
        "A selector without a metric needs a matcher that does not match the empty string.",
      );
    if (named?.op === "=") name = named.value;
    return { type: "selector", from, to, ...(name === undefined ? {} : { name }), matchers };
  }

  private call(node: SyntaxNode, children: SyntaxNode[]): Expr {
    const { from, to } = node;
    const name = this.at(children[0]!);
    const args = childrenOf(children[1]!)
      .filter((child) => child.name !== "LineComment")
      .map((child) => this.read(child));
    const signature = functionSignatures.get(name);
    if (signature !== undefined) {
      const { arguments: types, optional } = signature;
      const least = types.length - (optional === "repeated" ? 1 : optional);
      const isTooMany = optional !== "repeated" && args.length > types.length;
      if (args.length < least || isTooMany)
        throw new Refusal(
          from,
          to,
          `${name} takes ${countText(least, types.length, optional)}, not ${args.length}.`,
        );
      for (const [index, arg] of args.entries()) {
        const wanted = types[Math.min(index, types.length - 1)]!;
        if (typeOf(arg) !== wanted)
          throw new Refusal(
            arg.from,
            arg.to,
            `${name} takes ${typeText(wanted)} here, not ${typeText(typeOf(arg))}.`,
          );
      }
    }
    return { type: "call", from, to, name, args };
  }

  private aggregation(node: SyntaxNode, children: SyntaxNode[]): Expr {
    const { from, to } = node;
    const op = this.at(children.find(({ name }) => name === "AggregateOp")!).toLowerCase();
    const body = children.find(({ name }) => name === "FunctionCallBody")!;
    const modifier = children.find(({ name }) => name === "AggregateModifier");
    const args = childrenOf(body)
      .filter((child) => child.name !== "LineComment")
      .map((child) => this.read(child));
    const wanted = aggregationParameters[op];
    const count = wanted === undefined ? 1 : 2;
    if (args.length !== count)
      throw new Refusal(
        from,
        to,
        `${op} takes ${count} argument${count === 1 ? "" : "s"}, not ${args.length}.`,
      );
    const expr = args.at(-1)!;
    if (typeOf(expr) !== "vector")
      throw new Refusal(
        expr.from,
        expr.to,
        `${op} takes ${typeText("vector")} here, not ${typeText(typeOf(expr))}.`,
      );
    const parameter = wanted === undefined ? undefined : args[0]!;
    if (wanted !== undefined && parameter !== undefined && typeOf(parameter) !== wanted)
      throw new Refusal(
        parameter.from,
        parameter.to,
        `${op} takes ${typeText(wanted)} here, not ${typeText(typeOf(parameter))}.`,
      );
    const grouping = modifier === undefined ? undefined : this.labels(modifier.lastChild!);
    const isBy = modifier?.firstChild?.name === "By";
    return {
      type: "aggregation",
      from,
      to,
      op,
      ...(parameter === undefined ? {} : { parameter }),
      expr,
      ...(grouping === undefined ? {} : isBy ? { by: grouping } : { without: grouping }),
    };
  }

  private binary(node: SyntaxNode, children: SyntaxNode[]): Expr {
    const { from, to } = node;
    const [left, right] = [this.read(children[0]!), this.read(children.at(-1)!)];
    const sign = children.find(({ name }) => operators.has(name))!;
    const op = this.at(sign).toLowerCase();
    const isBool = children.some(({ name }) => name === "BoolModifier");
    const clause = children.find(({ name }) => name === "MatchingModifierClause");
    const matching = clause === undefined ? {} : this.matching(clause);
    for (const side of [left, right])
      if (!isNumeric(typeOf(side)))
        throw new Refusal(
          side.from,
          side.to,
          `${op} stands between numbers and instant vectors, not ${typeText(typeOf(side))}.`,
        );
    const isScalar = [left, right].map((side) => typeOf(side) === "scalar");
    if (isBool && !comparisons.has(op))
      throw new Refusal(sign.from, sign.to, "bool stands behind a comparison only.");
    if (comparisons.has(op) && !isBool && isScalar.every(Boolean))
      throw new Refusal(sign.from, sign.to, "A comparison of two numbers needs bool.");
    if (setOperators.has(op) && isScalar.some(Boolean))
      throw new Refusal(sign.from, sign.to, `${op} stands between two instant vectors, not numbers.`);
    if (clause !== undefined && isScalar.some(Boolean))
      throw new Refusal(clause.from, clause.to, "on and ignoring stand between two instant vectors.");
    if (setOperators.has(op) && matching.group !== undefined)
      throw new Refusal(clause!.from, clause!.to, `${op} takes no group_left or group_right.`);
    return { type: "binary", from, to, op, left, right, isBool, matching };
  }

  private matching(clause: SyntaxNode): Matching {
    const children = childrenOf(clause);
    const [by, labels] = children as [SyntaxNode, SyntaxNode];
    const group = children.find(({ name }) => name === "GroupLeft" || name === "GroupRight");
    const names = this.labels(labels);
    const include =
      group !== undefined && children.at(-1) !== group ? this.labels(children.at(-1)!) : undefined;
    return {
      ...(by.name === "On" ? { on: names } : { ignoring: names }),
      ...(group === undefined ? {} : { group: group.name === "GroupLeft" ? "left" : "right" }),
      ...(include === undefined ? {} : { include }),
    };
  }

  private labels(node: SyntaxNode): string[] {
    return childrenOf(node).flatMap((child) =>
      child.name === "LabelName"
        ? [this.at(child)]
        : child.name === "QuotedLabelName"
          ? [this.string(child.firstChild!)]
          : [],
    );
  }

  private string(node: SyntaxNode): string {
    const text = this.at(node);
    const quote = text[0]!;
    if (text.length < 2 || text.at(-1) !== quote)
      throw new Refusal(node.from, node.to, "This string is not closed.");
    const inner = text.slice(1, -1);
    return quote === "`" ? inner : unescaped(inner);
  }

  private number(node: SyntaxNode): number {
    const text = this.at(node).replace(/\s/g, "");
    const value = numberOf(text);
    if (value === undefined) throw new Refusal(node.from, node.to, `"${text}" is no number.`);
    return value;
  }

  /** Seconds; undefined where they are computed. */
  private duration(node: SyntaxNode): number | undefined {
    return numberOf(this.at(node).replace(/[\s()]/g, ""));
  }
}

const isNumeric = (type: ValueType): boolean => type === "scalar" || type === "vector";

const types = new WeakMap<Expr, ValueType>();

/** The type of an expression's value. */
export function typeOf(expr: Expr): ValueType {
  const known = types.get(expr);
  if (known !== undefined) return known;
  const type = typeFrom(expr);
  types.set(expr, type);
  return type;
}

function typeFrom(expr: Expr): ValueType {
  switch (expr.type) {
    case "number":
      return "scalar";
    case "string":
      return "string";
    case "matrix":
    case "subquery":
      return "matrix";
    case "selector":
    case "aggregation":
      return "vector";
    case "call":
      return functionSignatures.get(expr.name)?.returns ?? "vector";
    case "binary":
      return typeOf(expr.left) === "scalar" && typeOf(expr.right) === "scalar" ? "scalar" : "vector";
    case "paren":
    case "unary":
    case "shifted":
      return typeOf(expr.expr);
  }
}

const typeText = (type: ValueType): string =>
  ({
    scalar: "a number",
    string: "a string",
    vector: "an instant vector",
    matrix: "a range vector such as x[5m]",
  })[type];

const kindOf = (expr: Expr): string =>
  ({ scalar: "number", string: "string", vector: "vector", matrix: "range" })[typeOf(expr)];

function countText(least: number, most: number, optional: number | "repeated"): string {
  const count =
    optional === "repeated" ? `at least ${least}` : least === most ? String(least) : `${least} to ${most}`;
  return `${count} argument${count === "1" ? "" : "s"}`;
}

/** Whether a matcher lets series pass that lack the label. */
function matchesEmpty({ op, value }: LabelMatcher): boolean {
  if (op === "=") return value === "";
  if (op === "!=") return value !== "";
  let isMatch: boolean;
  try {
    isMatch = new RegExp(`^(?:${value})$`, "s").test("");
  } catch {
    // RE2 knows a few spellings that JavaScript does not; the server will say.
    return false;
  }
  return op === "=~" ? isMatch : !isMatch;
}

const units = { y: 31_536_000, w: 604_800, d: 86_400, h: 3600, m: 60, s: 1, ms: 0.001 } as const;

/** A number or duration as PromQL writes it, a duration in seconds; undefined for anything else. */
function numberOf(text: string): number | undefined {
  // As most are: 0.95, 300, 5m.
  const plain = /^(\d+(?:\.\d+)?)(ms|[ywdhms])?$/.exec(text);
  if (plain !== null && (plain[2] === undefined || !plain[1]!.includes(".")))
    return Number(plain[1]) * (plain[2] === undefined ? 1 : units[plain[2] as keyof typeof units]);
  const [, sign, rest] = /^([+-]?)(.*)$/.exec(text.replaceAll("_", "").toLowerCase())!;
  const factor = sign === "-" ? -1 : 1;
  if (rest === "inf" || rest === "infinity") return factor * Number.POSITIVE_INFINITY;
  if (rest === "nan") return Number.NaN;
  if (/^(0x[0-9a-f]+|(\d+\.?\d*|\.\d+)(e[+-]?\d+)?)$/.test(rest!)) return factor * Number(rest);
  const parts = [...rest!.matchAll(/(\d+)(ms|[ywdhms])/g)];
  if (parts.length === 0 || parts.map(([part]) => part).join("") !== rest) return undefined;
  return (
    factor *
    parts.reduce((sum, [, count, unit]) => sum + Number(count) * units[unit as keyof typeof units], 0)
  );
}

const escapes: Record<string, string> = { a: "\u0007", b: "\b", f: "\f", n: "\n", r: "\r", t: "\t", v: "\v" };

/** A string's content with Go's escapes read. */
const unescaped = (text: string): string =>
  text.replace(/\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-7]{3}|.)/gs, (_, code: string) => {
    if (/^[xuU]./.test(code)) return String.fromCodePoint(Number.parseInt(code.slice(1), 16));
    if (/^[0-7]{3}$/.test(code)) return String.fromCodePoint(Number.parseInt(code, 8));
    return escapes[code] ?? code;
  });
