import "server-only";
import type { Actor } from "@/lib/auth/actor";
import { publicUrl } from "@/lib/config";
import { db } from "@/lib/db/client";
import { upstreamTarget } from "@/lib/sources/targets";
import { type Finding, inOrder, type LintedRule } from "../lint/finding";
import { glanceAt, type LookedAt, lintRule, lookAt } from "../lint/rule";
import type { FindingView, LintReport, ParsedLintInput } from "../lint/schema";
import { lintTogether } from "../lint/set";
import { type ReadFacts, readFacts } from "../lint-facts";
import { ruleRow, ruleSource } from "./queries";
import { type RuleOfRow, ruleOfRow } from "./row";
import type { AlertRuleView, ParsedRuleInput } from "./schema";

interface Context {
  now: Date;
  signal?: AbortSignal;
}

/** Most rules that are looked at together. */
const mostRules = 50_000;
const rowsAtOnce = 5_000;
/** So many are looked at before others get their turn: ten thousand take seconds. */
const rulesAtOnce = 100;

/** Which findings are asked for. */
type Shown = Pick<ParsedLintInput, "finding" | "limit">;

type Known = ReadonlyMap<string, { name: string; version: number | null }>;

const viewOf = (finding: Finding, known: Known): FindingView => ({
  id: finding.id,
  severity: finding.severity,
  rules: finding.rules.map((id) => ({ id, ...known.get(id)! })),
  text: finding.text,
  corrected: finding.corrected.map(({ title, rules, mode }) => ({
    title,
    rules: rules.map((rule) => ({
      id: rule.id,
      name: rule.name,
      expr: rule.expr,
      comparison: rule.comparison,
      levels: [...rule.levels],
      for: rule.for,
      keepFiringFor: rule.keepFiringFor,
      labels: { ...rule.labels },
      annotations: { ...rule.annotations },
    })),
    ...(mode === undefined ? {} : { mode }),
  })),
  ...(finding.bounds === undefined ? {} : { bounds: finding.bounds }),
  ...(finding.at === undefined ? {} : { at: finding.at }),
});

function notesOf(source: string, { unanswered, unasked }: ReadFacts): string[] {
  return [
    ...(unanswered === 0
      ? []
      : [
          `${source} left ${unanswered} ${unanswered === 1 ? "question" : "questions"} unanswered; what depends on them is not said.`,
        ]),
    ...(unasked === 0
      ? []
      : [`${source} was not asked about ${unasked} of the metrics; what depends on them is not said.`]),
  ];
}

/** The report of all that was found: how many of each kind, and the worst of those that are asked for. */
function reportOf(
  found: readonly Finding[],
  known: Known,
  { finding: only, limit }: Shown,
): Pick<LintReport, "items" | "total" | "kinds"> {
  const kinds = new Map<string, LintReport["kinds"][number]>();
  const sorted = inOrder(found);
  for (const { id, severity } of sorted) {
    const kind = kinds.get(`${id} ${severity}`);
    if (kind === undefined) kinds.set(`${id} ${severity}`, { id, severity, count: 1 });
    else kind.count += 1;
  }
  const asked = only === undefined ? sorted : sorted.filter(({ id }) => id === only);
  return {
    items: asked.slice(0, limit).map((finding) => viewOf(finding, known)),
    total: asked.length,
    kinds: [...kinds.values()],
  };
}

/** What was read, and what this console knows of itself. */
const withConsole =
  ({ factsFor }: ReadFacts): ReadFacts["factsFor"] =>
  (rule) => ({ ...factsFor(rule), consoleUrl: publicUrl().replace(/\/$/, "") });

const draftId = "draft";

/** Lints a rule that is not kept yet. Throws `invalid_request` where there is no such source. */
export async function lintDraft(
  actor: Actor,
  draft: ParsedRuleInput,
  shown: Shown,
  context: Context,
): Promise<LintReport> {
  const source = await ruleSource(actor, draft.source);
  const rule: LintedRule = { ...draft, id: draftId };
  const facts = await readFacts(await upstreamTarget(source.id), [rule], context);
  const known: Known = new Map([[draftId, { name: draft.name, version: null }]]);
  return {
    ...reportOf(lintRule(rule, withConsole(facts)(rule)), known, shown),
    rules: 1,
    notes: notesOf(source.name, facts),
  };
}

/** A rule with the source that it is evaluated against. */
interface OfSource {
  rule: LintedRule;
  version: number;
  sourceId: string;
}

const columns = {
  id: true,
  version: true,
  groupId: true,
  name: true,
  expr: true,
  comparison: true,
  levels: true,
  for: true,
  keepFiringFor: true,
  labels: true,
  annotations: true,
  mode: true,
} as const;

const linted = (row: RuleOfRow & { mode: string }): LintedRule => ({
  ...ruleOfRow(row),
  mode: row.mode as AlertRuleView["mode"],
});

/** The team's alerting rules, of one source where one is given, by name; and whether there are more. */
async function allRules(actor: Actor, sourceId: string | undefined, signal?: AbortSignal) {
  const groups = await db().ruleGroup.findMany({
    where: { teamId: actor.teamId, sourceId },
    select: { id: true, sourceId: true },
  });
  const sourceOf = new Map(groups.map((group) => [group.id, group.sourceId]));
  const rules: OfSource[] = [];
  const where = {
    teamId: actor.teamId,
    validTo: null,
    kind: "alerting",
    ...(sourceId === undefined ? {} : { group: { sourceId } }),
  };
  let after: string | undefined;
  for (;;) {
    signal?.throwIfAborted();
    const rows = await db().alertRule.findMany({
      where,
      select: columns,
      orderBy: { id: "asc" },
      take: rowsAtOnce,
      ...(after === undefined ? {} : { cursor: { id: after }, skip: 1 }),
    });
    for (const row of rows) {
      const source = sourceOf.get(row.groupId);
      // Its group came after the groups were read.
      if (source !== undefined) rules.push({ rule: linted(row), version: row.version, sourceId: source });
    }
    after = rows.at(-1)?.id;
    if (rows.length < rowsAtOnce || rules.length >= mostRules) break;
  }
  const isAll = rules.length < mostRules;
  return { rules: rules.sort((a, b) => (a.rule.name < b.rule.name ? -1 : 1)), isAll };
}

/** Looks at rules one by one, and lets others have their turn in between. */
async function eachInTurn(
  rules: readonly LintedRule[],
  look: (rule: LintedRule) => LookedAt,
  signal?: AbortSignal,
): Promise<LookedAt[]> {
  const looked: LookedAt[] = [];
  for (const rule of rules) {
    looked.push(look(rule));
    if (looked.length % rulesAtOnce !== 0) continue;
    await new Promise(setImmediate);
    signal?.throwIfAborted();
  }
  return looked;
}

/**
 * Lints the team's alerting rules with each other, those of one source together; with `id` only what is about that rule.
 * Throws `not_found` for a rule that does not exist.
 */
export async function lintSet(
  actor: Actor,
  { id, ...shown }: Shown & { id?: string },
  context: Context,
): Promise<LintReport> {
  const { signal } = context;
  const only = id === undefined ? undefined : await ruleRow(db(), actor, id);
  const { rules, isAll } = await allRules(actor, only?.group.sourceId, signal);
  if (only?.kind === "alerting") {
    const known = rules.findIndex(({ rule }) => rule.id === only.id);
    if (known !== -1) rules.splice(known, 1);
    // First: of many that compare the same the first are named.
    rules.unshift({ rule: linted(only), version: only.version, sourceId: only.group.sourceId });
  }
  const bySource = new Map<string, LintedRule[]>();
  for (const { rule, sourceId } of rules) {
    const some = bySource.get(sourceId);
    if (some === undefined) bySource.set(sourceId, [rule]);
    else some.push(rule);
  }
  const known: Known = new Map(rules.map(({ rule, version }) => [rule.id, { name: rule.name, version }]));
  const sources = await db().source.findMany({
    where: { id: { in: [...bySource.keys()] } },
    select: { id: true, name: true },
  });
  const notes = isAll ? [] : [`There are more than ${mostRules} rules; ${rules.length} were looked at.`];
  const found: Finding[] = [];
  for (const { id: sourceId, name } of sources) {
    const of = bySource.get(sourceId)!;
    const asked = only === undefined ? of : of.filter((rule) => rule.id === only.id);
    const facts = await readFacts(await upstreamTarget(sourceId), asked, context);
    notes.push(...notesOf(name, facts));
    const looked = await eachInTurn(
      of,
      (rule) =>
        only === undefined || rule.id === only.id ? lookAt(rule, withConsole(facts)(rule)) : glanceAt(rule),
      signal,
    );
    found.push(
      ...lintTogether(looked).filter((finding) => only === undefined || finding.rules.includes(only.id)),
    );
  }
  return { ...reportOf(found, known, shown), rules: rules.length, notes };
}
