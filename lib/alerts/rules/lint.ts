import "server-only";
import type { Actor } from "@/lib/auth/actor";
import { db } from "@/lib/db/client";
import { upstreamTarget } from "@/lib/sources/targets";
import type { Finding, LintedRule } from "../lint/finding";
import { lintRule } from "../lint/rule";
import type { FindingView, LintReport } from "../lint/schema";
import { lintRules } from "../lint/set";
import { type ReadFacts, readFacts } from "../lint-facts";
import { type RuleRow, ruleRow, ruleSource, withGroupAndStatus } from "./queries";
import { ruleOfRow } from "./row";
import type { AlertRuleView, ParsedRuleInput } from "./schema";

interface Context {
  now: Date;
  signal?: AbortSignal;
}

/** Most rules that are looked at together. */
const mostRules = 1_000;

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

const linted = (row: RuleRow): LintedRule => ({
  ...ruleOfRow(row),
  mode: row.mode as AlertRuleView["mode"],
});

const draftId = "draft";

/** Lints a rule that is not kept yet. Throws `invalid_request` where there is no such source. */
export async function lintDraft(actor: Actor, draft: ParsedRuleInput, context: Context): Promise<LintReport> {
  const source = await ruleSource(actor, draft.source);
  const rule: LintedRule = { ...draft, id: draftId };
  const facts = await readFacts(await upstreamTarget(source.id), [rule], context);
  const known: Known = new Map([[draftId, { name: draft.name, version: null }]]);
  return {
    items: lintRule(rule, facts.factsFor(rule)).map((finding) => viewOf(finding, known)),
    rules: 1,
    notes: notesOf(source.name, facts),
  };
}

/**
 * Lints the team's alerting rules with each other, those of one source together; with `id` only what is about that rule.
 * Throws `not_found` for a rule that does not exist.
 */
export async function lintSet(actor: Actor, id: string | undefined, context: Context): Promise<LintReport> {
  const only = id === undefined ? undefined : await ruleRow(db(), actor, id);
  const where = {
    teamId: actor.teamId,
    validTo: null,
    kind: "alerting",
    ...(only === undefined ? {} : { group: { sourceId: only.group.sourceId } }),
  };
  const [found, total] = await Promise.all([
    db().alertRule.findMany({
      where,
      include: withGroupAndStatus,
      orderBy: [{ name: "asc" }, { id: "asc" }],
      take: mostRules,
    }),
    db().alertRule.count({ where }),
  ]);
  const isLinted = only === undefined || only.kind !== "alerting" || found.some((row) => row.id === only.id);
  const rows = isLinted ? found : [...found, only];
  const bySource = new Map<string, RuleRow[]>();
  for (const row of rows)
    bySource.set(row.group.sourceId, [...(bySource.get(row.group.sourceId) ?? []), row]);
  const known: Known = new Map(rows.map(({ id, name, version }) => [id, { name, version }]));
  const notes =
    total > rows.length ? [`The first ${rows.length} of ${total} rules by name were looked at.`] : [];
  const items: FindingView[] = [];
  for (const [sourceId, of] of bySource) {
    const rules = of.map(linted);
    const asked = only === undefined ? rules : rules.filter((rule) => rule.id === only.id);
    const facts = await readFacts(await upstreamTarget(sourceId), asked, context);
    notes.push(...notesOf(of[0]!.group.source.name, facts));
    items.push(
      ...lintRules(rules, facts.factsFor)
        .filter((finding) => only === undefined || finding.rules.includes(only.id))
        .map((finding) => viewOf(finding, known)),
    );
  }
  return { items, rules: rows.length, notes };
}
