import pLimit from "p-limit";
import type { Labels } from "./labels";
import { type AlertingRule, exprOf, type GroupSpec, type Level, labelsOf } from "./rule";
import {
  alertLabelsOf,
  type ExpandedObservation,
  type ExpandedSample,
  type Observation,
  stepTier,
  type TierState,
  type TierStep,
} from "./state";
import { expandTemplate, type TemplateQuery } from "./template/template";

/** Gives a query's value at one time (Unix seconds). Never throws: a failure is an observation. */
export interface VectorReader {
  read(expr: string, at: number): Promise<Observation>;
}

export interface EvaluationOptions {
  externalLabels?: Labels;
  externalUrl?: string;
  /** Whether templates may call `externalURL` and `pathPrefix`; in promtool they fail. */
  hasUrlFunctions?: boolean;
  /** So many tiers are evaluated at once. */
  concurrency?: number;
}

export interface TierEvaluation extends TierStep {
  rule: AlertingRule;
  level: Level;
  /** See {@link tierKeyOf}. */
  key: string;
  /** How many results the query gave; null where it failed. */
  series: number | null;
  /** How long the query and its templates took. */
  seconds: number;
}

/** Stands for one tier of one rule in the states of a group. */
export function tierKeyOf(rule: Pick<AlertingRule, "id">, level: Level): string {
  return JSON.stringify([rule.id, level.severity]);
}

/**
 * Evaluates one group for one timestamp: queries run for `at` less the group's offset, states and transitions carry `at`,
 * and so do the queries within templates. `states` is by {@link tierKeyOf}; a tier that is missing there starts with no
 * alerts. Tiers come back in the order of the rules and their levels.
 */
export async function evaluateGroup(
  group: Pick<GroupSpec, "queryOffset" | "limit" | "labels" | "rules">,
  states: ReadonlyMap<string, TierState>,
  at: number,
  reader: VectorReader,
  options: EvaluationOptions = {},
): Promise<TierEvaluation[]> {
  const limit = pLimit(options.concurrency ?? 4);
  const tiers = group.rules.flatMap((rule) => rule.levels.map((level) => ({ rule, level })));
  return Promise.all(
    tiers.map(({ rule, level }) =>
      limit(() => {
        const state = states.get(tierKeyOf(rule, level)) ?? new Map();
        return evaluateTier(group, rule, level, state, at, reader, options);
      }),
    ),
  );
}

/** Evaluates one tier of a rule of the group; see {@link evaluateGroup}. */
export async function evaluateTier(
  group: Pick<GroupSpec, "queryOffset" | "limit" | "labels">,
  rule: AlertingRule,
  level: Level,
  state: TierState,
  at: number,
  reader: VectorReader,
  options: EvaluationOptions = {},
): Promise<TierEvaluation> {
  const began = performance.now();
  const observed = await reader.read(exprOf(rule, level), millisecond(at - group.queryOffset));
  const expanded = await expandObservation(
    rule,
    labelsOf(rule, level, group.labels),
    observed,
    at,
    reader,
    options,
  );
  const spec = { for: rule.for, keepFiringFor: rule.keepFiringFor, limit: group.limit };
  return {
    ...stepTier(spec, state, at, expanded),
    rule,
    level,
    key: tierKeyOf(rule, level),
    series: observed.kind === "vector" ? observed.samples.length : null,
    seconds: (performance.now() - began) / 1000,
  };
}

/**
 * Makes of each result the alert that it stands for: `labels` (the rule's, of one tier) and the rule's annotations with
 * their templates expanded for it.
 */
async function expandObservation(
  rule: Pick<AlertingRule, "name" | "annotations">,
  labels: Labels,
  observed: Observation,
  at: number,
  reader: VectorReader,
  { externalLabels = {}, externalUrl = "", hasUrlFunctions = true }: EvaluationOptions = {},
): Promise<ExpandedObservation> {
  if (observed.kind === "error") return observed;
  const query: TemplateQuery = async (expr) => {
    const answer = await reader.read(expr, at);
    if (answer.kind === "error") throw new Error(answer.message);
    return answer.samples;
  };
  const samples: ExpandedSample[] = [];
  for (const { labels: result, value } of observed.samples) {
    const data = { labels: result, value, externalLabels, externalUrl, hasUrlFunctions };
    const expandAll = async (texts: Labels): Promise<Labels> => {
      const expanded: Record<string, string> = {};
      for (const [name, text] of Object.entries(texts))
        expanded[name] = await expandTemplate(rule.name, text, data, query);
      return expanded;
    };
    samples.push({
      labels: alertLabelsOf(result, await expandAll(labels), rule.name),
      annotations: await expandAll(rule.annotations),
      value,
    });
  }
  return { kind: "vector", samples };
}

/** A time of today less an offset, to the millisecond, which is what Prometheus can keep. */
function millisecond(time: number): number {
  return Math.round(time * 1000) / 1000;
}
