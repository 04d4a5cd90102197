import type { SyntaxNodeRef } from "@lezer/common";
import { parser } from "@prometheus-io/lezer-promql";

/** A part of an expression that not every release of Prometheus reads. */
export interface Requirement {
  /** `the function sgn`. */
  what: string;
  /** The release from which on it is read by default, or with `flag`; and the one that reads it no more. */
  since?: string;
  until?: string;
  /** The `--enable-feature` without which it is refused, up to the release from which on it is not needed. */
  flag?: { name: string; until?: string };
}

const experimental = { flag: { name: "promql-experimental-functions" } } as const;
const durations = { flag: { name: "promql-duration-expr", until: "3.14" } } as const;

const namesOf = (names: string, requirement: Omit<Requirement, "what">) =>
  names.split(" ").map((name): [string, Omit<Requirement, "what">] => [name, requirement]);

/**
 * The functions and aggregations that came since 2.25, or went. Source: prometheus/prometheus, CHANGELOG.md; of
 * `day_of_year`, which it does not name, promql/parser/functions.go.
 */
const functions: ReadonlyMap<string, Omit<Requirement, "what">> = new Map([
  ...namesOf("clamp last_over_time sgn", { since: "2.26" }),
  ...namesOf("present_over_time", { since: "2.29" }),
  ...namesOf("acos acosh asin asinh atan atanh cos cosh deg pi rad sin sinh tan tanh", { since: "2.31" }),
  ...namesOf("day_of_year", { since: "2.37" }),
  ...namesOf("histogram_count histogram_fraction histogram_sum", { since: "2.40" }),
  ...namesOf("histogram_stddev histogram_stdvar", { since: "2.47" }),
  ...namesOf("histogram_avg", { since: "2.51" }),
  ...namesOf("mad_over_time sort_by_label sort_by_label_desc", { since: "2.49", ...experimental }),
  ...namesOf("limitk limit_ratio", { since: "2.54", ...experimental }),
  ...namesOf("info", { since: "2.55", ...experimental }),
  ...namesOf("holt_winters", { until: "3.0" }),
  ...namesOf("double_exponential_smoothing", { since: "3.0", ...experimental }),
  ...namesOf("ts_of_last_over_time ts_of_max_over_time ts_of_min_over_time", {
    since: "3.5",
    ...experimental,
  }),
  ...namesOf("first_over_time", {
    since: "3.7",
    flag: { name: "promql-experimental-functions", until: "3.14" },
  }),
  ...namesOf("ts_of_first_over_time", { since: "3.7", ...experimental }),
  ...namesOf("histogram_quantiles", { since: "3.11", ...experimental }),
  ...namesOf("start end range step", { since: "3.12", ...experimental }),
]);

/** What each node of the grammar asks for. Source: as above. */
function requirementOf(node: SyntaxNodeRef, text: string): Requirement | undefined {
  const own = text.slice(node.from, node.to);
  const parent = node.node.parent?.name;
  switch (node.name) {
    case "FunctionIdentifier":
    case "AggregateOp": {
      const name = node.name === "AggregateOp" ? own.toLowerCase() : own;
      const known = functions.get(name);
      return known === undefined ? undefined : { what: `the function ${name}`, ...known };
    }
    case "Atan2":
      return { what: "the operator atan2", since: "2.31" };
    case "TrimUpper":
    case "TrimLower":
      return { what: `the operator ${own}`, since: "3.11" };
    case "FillModifier":
      return { what: "fill()", since: "3.10", flag: { name: "promql-binop-fill-modifiers" } };
    // With a flag they are read from 2.25 and 2.26 on.
    case "StepInvariantExpr":
      return { what: "the modifier @", since: "2.33" };
    case "OffsetDurationExpr":
      return parent === "OffsetExpr" && own.startsWith("-")
        ? { what: "a negative offset", since: "2.33" }
        : undefined;
    case "Anchored":
    case "Smoothed":
      return {
        what: `the modifier ${own}`,
        since: "3.7",
        flag: { name: "promql-extended-range-selectors" },
      };
    case "QuotedLabelName":
      return { what: "a name in quotes", since: "3.0" };
    case "NumberDurationLiteral":
      if (own.includes("_")) return { what: `the number ${own}`, since: "2.54" };
      return isDuration(own) ? { what: `the duration ${own} as a number`, since: "2.54" } : undefined;
    case "NumberDurationLiteralInDurationContext":
      return isDuration(own) && !own.includes("_")
        ? undefined
        : { what: `the number ${own} as a duration`, since: "2.54" };
    case "DurationStep":
    case "DurationRange":
    case "DurationMinOf":
    case "DurationMaxOf":
      return { what: `${own}() in a duration`, since: "3.6", ...durations };
    case "DurationExpr":
      return parent === "DurationExpr" ||
        parent === "OffsetDurationExpr" ||
        node.node.firstChild?.name === "UnaryOp" ||
        node.node.firstChild?.name === "DurationExpr"
        ? { what: "arithmetic in a duration", since: "3.4", ...durations }
        : undefined;
    default:
      return undefined;
  }
}

const isDuration = (text: string): boolean => /^\d[\d_]*(ms|[ywdhms])/i.test(text) && !/^0x/i.test(text);

/** What an expression asks of the Prometheus that reads it, each part once, in its order; nothing where it does not parse. */
export function requirementsOf(text: string): Requirement[] {
  const found = new Map<string, Requirement>();
  // As the parser reads it: the grammar lacks the name.
  const tree = parser.parse(text.replace(/\bholt_winters(?=\s*\()/g, "day_of_month"));
  tree.iterate({
    enter: (node) => {
      const requirement = requirementOf(node, text);
      if (requirement !== undefined && !found.has(requirement.what)) found.set(requirement.what, requirement);
    },
  });
  return [...found.values()];
}
