import { selectorsOf } from "@/lib/promql/read";
import { type Expr, unwrapped } from "@/lib/promql/tree";
import type { Compared } from "./compared";
import { type Facts, type Finding, inOrder, type LintedRule } from "./finding";
import { rateFunctions } from "./look";
import { type Clash, clashesOf, namedBriefly, say } from "./pairs";
import { type LookedAt, lookAt } from "./rule";

/**
 * Lints a set of rules: each by itself, and those that compare the same with each other, which is told by the signal,
 * quantile and matchers, or by the text. A rule of one tier whose other tier is a rule of its own is complete.
 * `factsFor` gives what is known of one rule's metrics. Takes time in proportion to the number of rules, however many
 * compare the same.
 */
export const lintRules = (rules: readonly LintedRule[], factsFor: (rule: LintedRule) => Facts): Finding[] =>
  lintTogether(rules.map((rule) => lookAt(rule, factsFor(rule))));

/** As `lintRules`, of rules that were looked at one by one already. */
export function lintTogether(looked: readonly LookedAt[]): Finding[] {
  const byKey = new Map<string, Comparing[]>();
  for (const each of looked) {
    const comparing = comparingOf(each);
    if (comparing === undefined) continue;
    const group = byKey.get(comparing.key);
    if (group === undefined) byKey.set(comparing.key, [comparing]);
    else group.push(comparing);
  }
  const groups = [...byKey.values()];
  const paired = new Set<string>();
  // Where two of them differ, each differs from another.
  for (const group of groups)
    if (new Set(group.map(({ compared }) => severitiesOf(compared))).size > 1)
      for (const { rule } of group) paired.add(rule.id);
  return inOrder([
    ...looked
      .flatMap(({ findings }) => findings)
      .filter(({ id, rules: of }) => id !== "one-tier" || !paired.has(of[0]!)),
    ...groups.flatMap((group) => (group.length > 1 ? clashesOf(group) : [])),
    ...covered(groups),
  ]);
}

const severitiesOf = (compared: Compared): string =>
  compared.levels.map(({ severity }) => severity ?? "").join(" ");

interface Comparing extends Clash {
  /** The same for rules that compare the same, whatever series they select. */
  what: string;
  matchers: readonly string[];
  /** The same for rules that compare the same. */
  key: string;
}

function comparingOf({ rule, compared, subject }: LookedAt): Comparing | undefined {
  if (compared === undefined || compared.op === "==" || compared.op === "!=") return undefined;
  const isUpward = compared.op === ">" || compared.op === ">=";
  const selectors = selectorsOf(compared.tree);
  const matchers = [
    ...new Set(
      selectors.flatMap((selected) =>
        selected.matchers.map(({ label, op, value }) => `${label}${op}${JSON.stringify(value)}`),
      ),
    ),
  ].sort();
  const what = [
    isUpward,
    subject === undefined
      ? withoutMatchers(compared, selectors)
      : [subject.signal, subject.quantile ?? "", subject.toSignal].join(" "),
  ].join(" ");
  return { rule, compared, isUpward, what, matchers, key: keyOf(what, matchers) };
}

const keyOf = (what: string, matchers: readonly string[]): string => [what, ...matchers].join("\n");

/** An expression without spaces and matchers: `sum(x)` for `sum(x{job="a"})`. */
function withoutMatchers({ left, start }: Compared, selectors: ReturnType<typeof selectorsOf>): string {
  let [result, at] = ["", 0];
  for (const { metric, from, to } of selectors) {
    result += `${left.slice(at, from - start)}${metric ?? "{}"}`;
    at = to - start;
  }
  return (result + left.slice(at)).replace(/\s+/g, "");
}

/** With more matchers than this a rule is not looked for among the wider ones. */
const mostMatchers = 6;

/** Rules that select all that another does and more, and fire whenever it does. */
function covered(groups: readonly (readonly Comparing[])[]): Finding[] {
  const byKey = new Map(groups.map((group) => [group[0]!.key, group]));
  const narrowerOf = new Map<Comparing, Comparing[]>();
  for (const group of groups) {
    const { what, matchers } = group[0]!;
    if (matchers.length === 0 || matchers.length > mostMatchers) continue;
    for (const some of partsOf(matchers)) {
      const wide = byKey.get(keyOf(what, some))?.[0];
      if (wide === undefined || !isMonotone(wide.compared.tree, wide.isUpward)) continue;
      const narrow = group.find((each) => firesToo(wide, each));
      if (narrow === undefined) continue;
      const known = narrowerOf.get(wide);
      if (known === undefined) narrowerOf.set(wide, [narrow]);
      else known.push(narrow);
    }
  }
  return [...narrowerOf].map(([wide, narrower]) => ({
    id: "overlaps",
    severity: "info",
    rules: [wide, ...narrower].slice(0, mostNamed).map(({ rule }) => rule.id),
    text: `${say(wide.rule, wide.compared, mildest(wide))} is of all series, those of ${namedBriefly(narrower.map(({ rule }) => rule))} among them: it fires too whenever ${narrower.length === 1 ? "that one does" : "one of those does"}, which makes two pages of one thing. Leave those series out of it, or set its threshold higher.`,
    corrected: [],
  }));
}

/** Of the rules that a finding is about; its text has the number. */
const mostNamed = 50;

/** Every set of fewer of these, the empty one too. */
function* partsOf(matchers: readonly string[]): Generator<string[]> {
  for (let bits = 0; bits < 2 ** matchers.length - 1; bits++)
    yield matchers.filter((_, index) => (bits >> index) % 2 === 1);
}

const mildest = ({ compared, isUpward }: Comparing): number => {
  const thresholds = compared.levels.map(({ threshold }) => threshold);
  return isUpward ? Math.min(...thresholds) : Math.max(...thresholds);
};

const firesToo = (wide: Comparing, narrow: Comparing): boolean =>
  wide.rule.id !== narrow.rule.id &&
  (wide.isUpward ? mildest(wide) <= mildest(narrow) : mildest(wide) >= mildest(narrow));

/** Whether more series never bring the value back behind a threshold; of sums this is so since nothing is below 0. */
function isMonotone(expr: Expr, isUpward: boolean): boolean {
  const part = unwrapped(expr);
  switch (part.type) {
    case "selector":
      return true;
    case "matrix":
    case "shifted":
      return isMonotone(part.expr, isUpward);
    case "call": {
      const [first] = part.args;
      const isOfEach = rateFunctions.includes(part.name) || part.name.endsWith("_over_time");
      return isOfEach && part.args.length === 1 && first !== undefined && isMonotone(first, isUpward);
    }
    case "aggregation":
      return (
        (isUpward ? ["sum", "count", "max"] : ["min"]).includes(part.op) && isMonotone(part.expr, isUpward)
      );
    default:
      return false;
  }
}
