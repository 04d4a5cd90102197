import { numberText, selectorsOf } from "@/lib/promql/read";
import type { AlertingRule } from "../rule";
import { severityRank } from "../severity";
import { type Compared, comparedOf } from "./compared";
import { type Facts, type Finding, inOrder, type LintedRule } from "./finding";
import { lintRule } from "./rule";
import { subjectOf } from "./subject";

interface Read {
  rule: LintedRule;
  compared: Compared;
  /** The same for rules that compare the same. */
  key: string;
  isUpward: boolean;
}

/**
 * Lints a set of rules: each by itself, and those that compare the same with each other, which is told by the signal,
 * quantile and matchers, or by the text. A rule of one tier whose other tier is a rule of its own is complete.
 * `factsFor` gives what is known of one rule's metrics.
 */
export function lintRules(rules: readonly LintedRule[], factsFor: (rule: LintedRule) => Facts): Finding[] {
  const read = rules.flatMap((rule) => readOf(rule) ?? []);
  const byKey = new Map<string, Read[]>();
  for (const each of read) byKey.set(each.key, [...(byKey.get(each.key) ?? []), each]);
  const groups = [...byKey.values()].filter((group) => group.length > 1);
  const paired = new Set(
    groups.flatMap((group) =>
      group
        .filter(({ rule }) => group.some((other) => severitiesOf(other.rule) !== severitiesOf(rule)))
        .map(({ rule }) => rule.id),
    ),
  );
  return inOrder([
    ...rules
      .flatMap((rule) => lintRule(rule, factsFor(rule)))
      .filter(({ id, rules: of }) => id !== "one-tier" || !paired.has(of[0]!)),
    ...groups.flatMap(between),
  ]);
}

/** Of two rules with two tiers each the same is true of each pair of tiers: it is said once, the worst of it. */
const onceForEachPair = (findings: readonly Finding[]): Finding[] => {
  const said = new Map<string, Finding>();
  for (const finding of inOrder(findings)) {
    const key = [finding.id, ...[...finding.rules].sort()].join(" ");
    if (!said.has(key)) said.set(key, finding);
  }
  return [...said.values()];
};

function readOf(rule: LintedRule): Read | undefined {
  const compared = comparedOf(rule);
  if (compared === undefined || compared.op === "==" || compared.op === "!=") return undefined;
  const isUpward = compared.op === ">" || compared.op === ">=";
  const subject = subjectOf(compared.tree);
  const matchers = selectorsOf(compared.tree)
    .flatMap((selected) =>
      selected.matchers.map(({ label, op, value }) => `${label}${op}${JSON.stringify(value)}`),
    )
    .sort();
  const what =
    subject === undefined
      ? compared.left.replace(/\s+/g, "")
      : [subject.signal, subject.quantile ?? "", subject.toSignal, ...new Set(matchers)].join(" ");
  return { rule, compared, key: `${isUpward} ${what}`, isUpward };
}

const severitiesOf = (rule: LintedRule): string =>
  comparedOf(rule)!
    .levels.map(({ severity }) => severity ?? "")
    .join(" ");

interface Tier {
  rule: LintedRule;
  compared: Compared;
  severity: string | null;
  threshold: number;
}

/** What is to be said of two rules that compare the same. */
function between(group: readonly Read[]): Finding[] {
  const { isUpward } = group[0]!;
  const tiers: Tier[] = group.flatMap(({ rule, compared }) =>
    compared.levels.map((level) => ({ rule, compared, ...level })),
  );
  return onceForEachPair(
    tiers.flatMap((a, index) =>
      tiers
        .slice(index + 1)
        .flatMap((b): Finding[] => (a.rule.id === b.rule.id ? [] : pairOf(a, b, isUpward))),
    ),
  );
}

function pairOf(a: Tier, b: Tier, isUpward: boolean): Finding[] {
  const [ranks, both] = [
    [severityRank(a.severity), severityRank(b.severity)] as const,
    [a.rule.id, b.rule.id],
  ];
  // The one that is passed first.
  const [first, second] = (isUpward ? a.threshold <= b.threshold : a.threshold >= b.threshold)
    ? [a, b]
    : [b, a];
  const say = ({ rule, compared, threshold }: Tier): string =>
    `${rule.name} (${compared.op} ${numberText(threshold)})`;
  if (ranks[0] !== ranks[1]) {
    const worse = ranks[0] < ranks[1] ? a : b;
    const isInverted = a.threshold === b.threshold || worse === first;
    if (isInverted) {
      const milder = worse === a ? b : a;
      return [
        {
          id: "severity-contradicts",
          severity: "warning",
          rules: both,
          text:
            a.threshold === b.threshold
              ? `${say(a)} is ${a.severity ?? "without a severity"} and ${say(b)} is ${b.severity ?? "without a severity"}: the same is compared with the same threshold.`
              : `${say(worse)} is ${worse.severity} below ${say(milder)}, which is ${milder.severity ?? "without a severity"}: what is worse is told milder.`,
          corrected:
            a.threshold === b.threshold
              ? []
              : [
                  {
                    title: "Swap the thresholds, in one rule",
                    rules: [merged(first, second, worse, milder)],
                  },
                ],
        },
      ];
    }
    const isOneAlert = a.rule.name === b.rule.name;
    return isOneAlert
      ? []
      : [
          {
            id: "overlaps",
            severity: "info",
            rules: both,
            text: `${say(first)} fires too whenever ${say(second)} does, as an alert of its own: two pages for one thing. As two tiers of one rule the worse one stands for both.`,
            corrected: [{ title: "One rule with two tiers", rules: [merged(first, second, second, first)] }],
          },
        ];
  }
  const isSame = a.threshold === b.threshold;
  return [
    {
      id: "overlaps",
      severity: "warning",
      rules: both,
      text: isSame
        ? `${a.rule.name} and ${b.rule.name} compare the same with the same threshold${a.compared.levels.length > 1 && isSameTiers(a.compared, b.compared) ? "s" : ""}: whoever is paged is paged twice.`
        : `${say(first)} fires too whenever ${say(second)} does, with the same severity: two pages for one thing.`,
      corrected: [{ title: `Keep ${first.rule.name}`, rules: [first.rule] }],
    },
  ];
}

const isSameTiers = (a: Compared, b: Compared): boolean =>
  JSON.stringify(a.levels) === JSON.stringify(b.levels);

/** Two rules as one of two tiers: the threshold that is passed first is the milder's. */
function merged(first: Tier, second: Tier, worse: Tier, milder: Tier): AlertingRule {
  const { severity: _, ...labels } = milder.rule.labels;
  return {
    ...milder.rule,
    expr: milder.compared.left,
    comparison: milder.compared.op,
    labels,
    levels: [
      { severity: milder.severity ?? "warning", threshold: first.threshold },
      { severity: worse.severity ?? "critical", threshold: second.threshold },
    ],
  };
}
