import "server-only";
import type { UpstreamTarget } from "@/lib/upstream/target";
import { evaluateGroup, type TierEvaluation, tierKeyOf, type VectorReader } from "../evaluate";
import { type LedgerResult, newLedger } from "../ledger";
import type { AlertingRule } from "../rule";
import { type Observation, stepTier, type TierState } from "../state";
import { blindMessage, blindSlots } from "./blind-slots";
import type { LoadedGroup } from "./load";
import { comparingReader, instantVectorReader, newNotes, type ReaderNotes, replayReader } from "./reader";
import { ruleStateLabels } from "./rule-states";

/** How the last evaluation of a rule went. */
export interface RuleOutcome {
  ruleId: string;
  health: "ok" | "err";
  error: string | null;
  /** Of its expression, or the largest of its levels. */
  series: number | null;
  seconds: number;
  hasData: boolean;
}

export type GroupRun =
  /** Nobody answered: nothing was evaluated, and the slots stay due. */
  | { kind: "outage"; error: string }
  | { kind: "evaluated"; at: number; ledger: LedgerResult; outcomes: RuleOutcome[] };

const noSamples: Observation = { kind: "error", message: blindMessage };

/**
 * Evaluates a group for each of `slots` (Unix seconds, oldest first), the last of which is now's: those before it were
 * missed, are read by range queries and marked as replayed. Nothing is written. `newId` gives new alerts their ids. Rejects
 * only when `signal` aborts.
 */
export async function runGroup(
  loaded: LoadedGroup,
  slots: readonly number[],
  target: UpstreamTarget,
  options: { timeout: number; signal?: AbortSignal; newId: () => string; externalUrl?: string },
): Promise<GroupRun> {
  const { spec } = loaded;
  const notes = newNotes();
  const base =
    slots.length === 1
      ? instantVectorReader(target, notes, options)
      : replayReader(target, slots, spec.interval, spec.queryOffset, notes, options);
  const blind =
    slots.length > 1 || loaded.wasBlind
      ? await blindSlots(target, base, slots, spec, notes, options)
      : new Set<number>();
  if (notes.outages > 0 && notes.answers === 0) return outage();
  const comparing = comparingReader(base, spec.rules, notes);

  const states = new Map<string, TierState>();
  for (const rule of spec.rules)
    for (const [index, level] of rule.levels.entries())
      states.set(tierKeyOf(rule, level), loaded.states.get(rule.id)?.[index] ?? new Map());
  const ruleStates = new Map<string, TierState>(
    spec.rules.map(({ id }) => [id, new Map(loaded.ruleStates.get(id) ?? [])]),
  );

  const ledger = newLedger([...loaded.active, ...loaded.orphans], options.newId);
  let tiers: TierEvaluation[] = [];
  for (const [index, at] of slots.entries()) {
    const isReplayed = index < slots.length - 1;
    const reader: VectorReader = blind.has(at) ? { read: async () => noSamples } : comparing;
    tiers = await evaluateGroup(spec, states, at, reader, { externalUrl: options.externalUrl });
    if (index === 0 && notes.outages > 0 && notes.answers === 0) return outage(tiers);
    for (const { rule, key, state, transitions } of tiers) {
      states.set(key, state);
      ledger.enter({ ruleId: rule.id, at, transitions, state, isReplayed });
    }
    if (index === 0)
      for (const orphan of loaded.orphans)
        ledger.enter({
          ruleId: orphan.ruleId,
          at,
          transitions: [
            {
              fingerprint: orphan.fingerprint,
              labels: orphan.labels,
              at,
              from: orphan.state,
              to: "inactive",
              value: null,
            },
          ],
          state: new Map(),
          isReplayed,
        });
    const tiersOf = byRule(tiers);
    for (const rule of spec.rules) {
      const row = loaded.rules.get(rule.id)!;
      const outcome = outcomeOf(rule, tiersOf.get(rule.id) ?? [], notes);
      const observed = {
        kind: "vector" as const,
        samples: [
          ...(row.alertsOnError && outcome.health === "err" ? [ruleStateLabels(rule, "error")] : []),
          ...(row.alertsOnNoData && outcome.health === "ok" && !outcome.hasData
            ? [ruleStateLabels(rule, "no_data")]
            : []),
        ].map((labels) => ({
          labels,
          value: 1,
          annotations: { ...(outcome.error === null ? {} : { error: outcome.error }) },
        })),
      };
      const step = stepTier(
        { for: rule.for, keepFiringFor: 0, limit: 0 },
        ruleStates.get(rule.id)!,
        at,
        observed,
      );
      ruleStates.set(rule.id, step.state);
      ledger.enter({
        ruleId: rule.id,
        at,
        transitions: step.transitions,
        state: step.state,
        isReplayed,
      });
    }
  }
  const lastTiersOf = byRule(tiers);
  return {
    kind: "evaluated",
    at: slots.at(-1)!,
    ledger: ledger.result(),
    outcomes: spec.rules.map((rule) => outcomeOf(rule, lastTiersOf.get(rule.id) ?? [], notes)),
  };
}

const outage = (tiers: readonly TierEvaluation[] = []): GroupRun => ({
  kind: "outage",
  error: tiers.find(({ error }) => error !== null)?.error ?? "The source does not answer.",
});

/** A group may hold ten thousand rules, whose tiers nobody may look through for each of them. */
function byRule(tiers: readonly TierEvaluation[]): ReadonlyMap<string, TierEvaluation[]> {
  const found = new Map<string, TierEvaluation[]>();
  for (const tier of tiers) {
    const own = found.get(tier.rule.id);
    if (own === undefined) found.set(tier.rule.id, [tier]);
    else own.push(tier);
  }
  return found;
}

function outcomeOf(rule: AlertingRule, own: readonly TierEvaluation[], notes: ReaderNotes): RuleOutcome {
  const error = own.find((tier) => tier.error !== null)?.error ?? null;
  const counts = own.flatMap(({ series }) => (series === null ? [] : [series]));
  const compared = notes.seriesOf.get(rule.id);
  const series =
    rule.comparison === null ? (counts.length === 0 ? null : Math.max(...counts)) : (compared ?? null);
  return {
    ruleId: rule.id,
    health: error === null ? "ok" : "err",
    error,
    series,
    seconds: own.reduce((sum, { seconds }) => sum + seconds, 0),
    // An expression that compares by itself gives nothing whenever all is well.
    hasData: rule.comparison === null || (series ?? 1) > 0,
  };
}
