import { numberText } from "@/lib/promql/read";
import type { AlertingRule } from "../rule";
import { severityRank } from "../severity";
import type { Compared } from "./compared";
import { type Finding, inOrder, type LintedRule } from "./finding";

/** A rule and what it compares, beside others that compare the same. */
export interface Clash {
  rule: LintedRule;
  compared: Compared;
  isUpward: boolean;
}

/** Of so many different ones each is held against each; of more those whose thresholds lie side by side. */
const mostAgainstEach = 12;
/** Pairs that are told of more than those. */
const mostPairs = 50;
/** Of the rules that a finding is about; its text has the number. A correction replaces no more. */
const mostNamed = 50;

/**
 * What is to be said of rules that compare the same: those with the same thresholds once, and of the others pair by pair,
 * where there are many the pairs whose thresholds are next to each other, with a word on that.
 */
export function clashesOf(group: readonly Clash[]): Finding[] {
  const alike = new Map<string, Clash[]>();
  for (const each of group) {
    const key = JSON.stringify([each.compared.op, each.compared.levels]);
    const known = alike.get(key);
    if (known === undefined) alike.set(key, [each]);
    else known.push(each);
  }
  const different = [...alike.values()].map(([first]) => first!);
  return [
    ...[...alike.values()].flatMap((some) => (some.length > 1 ? [sameOf(some)] : [])),
    ...onceForEachPair(
      different.length <= mostAgainstEach ? againstEach(different) : sideBySide(different, group.length),
    ),
  ];
}

function sameOf(same: readonly Clash[]): Finding {
  const [first] = same as [Clash];
  const replaced = same.slice(0, mostNamed);
  const are = `compare the same with the same threshold${first.compared.levels.length > 1 ? "s" : ""}`;
  return {
    id: "overlaps",
    severity: "warning",
    rules: replaced.map(({ rule }) => rule.id),
    text: `${namedBriefly(same.map(({ rule }) => rule))} ${are}: whoever is paged is paged ${same.length === 2 ? "twice" : `${same.length} times`}.`,
    corrected: [
      {
        title:
          replaced.length === same.length
            ? `Keep ${first.rule.name}`
            : `Keep ${first.rule.name} of the first ${replaced.length}`,
        rules: [first.rule],
      },
    ],
  };
}

/** The names of rules, the first three where there are more. */
export function namedBriefly(rules: readonly AlertingRule[]): string {
  const names = rules.slice(0, 3).map(({ name }) => name);
  if (rules.length > 3) return `${names.join(", ")} and ${rules.length - 3} more`;
  return names.length < 2 ? names.join() : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}

/** A rule with one of its thresholds, in words. */
export const say = (rule: AlertingRule, { op }: Compared, threshold: number): string =>
  `${rule.name} (${op} ${numberText(threshold)})`;

/** Of two rules with two tiers each the same is true of each pair of tiers: it is said once, the worst of it. */
function onceForEachPair(findings: readonly Finding[]): Finding[] {
  const said = new Map<string, Finding>();
  for (const finding of inOrder(findings)) {
    const key = [finding.id, ...[...finding.rules].sort()].join(" ");
    if (!said.has(key)) said.set(key, finding);
  }
  return [...said.values()];
}

interface Tier {
  rule: LintedRule;
  compared: Compared;
  severity: string | null;
  threshold: number;
}

const tiersOf = (clashes: readonly Clash[]): Tier[] =>
  clashes.flatMap(({ rule, compared }) => compared.levels.map((level) => ({ rule, compared, ...level })));

function againstEach(clashes: readonly Clash[]): Finding[] {
  const { isUpward } = clashes[0]!;
  const tiers = tiersOf(clashes);
  return tiers.flatMap((a, index) => tiers.slice(index + 1).flatMap((b) => pairOf(a, b, isUpward)));
}

function sideBySide(clashes: readonly Clash[], all: number): Finding[] {
  const { isUpward } = clashes[0]!;
  const tiers = tiersOf(clashes).sort((a, b) =>
    isUpward ? a.threshold - b.threshold : b.threshold - a.threshold,
  );
  const found: Finding[] = [];
  for (let index = 1; index < tiers.length && found.length < mostPairs; index++)
    found.push(...pairOf(tiers[index - 1]!, tiers[index]!, isUpward));
  const rules = clashes.map(({ rule }) => rule);
  return [
    {
      id: "overlaps",
      severity: "warning",
      rules: rules.slice(0, mostNamed).map(({ id }) => id),
      text: `${all} rules, ${namedBriefly(rules)}, compare the same with ${clashes.length} thresholds: those with the lower ones fire too whenever those with the higher ones do. They were held against their neighbours, and ${found.length} such pairs are told.`,
      corrected: [],
    },
    ...found,
  ];
}

function pairOf(a: Tier, b: Tier, isUpward: boolean): Finding[] {
  if (a.rule.id === b.rule.id) return [];
  const [ranks, both] = [
    [severityRank(a.severity), severityRank(b.severity)] as const,
    [a.rule.id, b.rule.id],
  ];
  // The one that is passed first.
  const [first, second] = (isUpward ? a.threshold <= b.threshold : a.threshold >= b.threshold)
    ? [a, b]
    : [b, a];
  const tell = ({ rule, compared, threshold }: Tier): string => say(rule, compared, threshold);
  const isSame = a.threshold === b.threshold;
  if (ranks[0] !== ranks[1]) {
    const [worse, milder] = ranks[0] < ranks[1] ? [a, b] : [b, a];
    if (isSame || worse === first)
      return [
        {
          id: "severity-contradicts",
          severity: "warning",
          rules: both,
          text: isSame
            ? `${tell(a)} is ${a.severity ?? "without a severity"} and ${tell(b)} is ${b.severity ?? "without a severity"}: the same is compared with the same threshold.`
            : `${tell(worse)} is ${worse.severity} below ${tell(milder)}, which is ${milder.severity ?? "without a severity"}: what is worse is told milder.`,
          corrected: isSame
            ? []
            : [
                {
                  title: "Swap the thresholds, in one rule",
                  rules: [merged(first, second, worse, milder)],
                },
              ],
        },
      ];
    const isOneAlert = a.rule.name === b.rule.name;
    return isOneAlert
      ? []
      : [
          {
            id: "overlaps",
            severity: "info",
            rules: both,
            text: `${tell(first)} fires too whenever ${tell(second)} does, as an alert of its own: two pages for one thing. As two tiers of one rule the worse one stands for both.`,
            corrected: [{ title: "One rule with two tiers", rules: [merged(first, second, second, first)] }],
          },
        ];
  }
  return [
    {
      id: "overlaps",
      severity: "warning",
      rules: both,
      text: isSame
        ? `${a.rule.name} and ${b.rule.name} compare the same with the same threshold: whoever is paged is paged twice.`
        : `${tell(first)} fires too whenever ${tell(second)} does, with the same severity: two pages for one thing.`,
      corrected: [{ title: `Keep ${first.rule.name}`, rules: [first.rule] }],
    },
  ];
}

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
