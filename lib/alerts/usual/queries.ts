import "server-only";
import pLimit from "p-limit";
import type { Actor } from "@/lib/auth/actor";
import { publicUrl } from "@/lib/config";
import { db } from "@/lib/db/client";
import { isInferscopeError, problem } from "@/lib/errors";
import { queryableServices } from "@/lib/services/queries";
import { signals } from "@/lib/signals/catalogue";
import type { QueryableService } from "@/lib/signals/query";
import { backtest } from "../backtest/run";
import { exprOf } from "../rule";
import { defaultInterval } from "../rules/row";
import { type UsualRule, usualSet } from "../usual-set";
import type { UsualRules, UsualRuleView } from "./schema";

const backtestDays = 7;
/** Above this a rule is not offered by itself. */
const mostPagesPerWeek = 2;
const rulesAtOnce = 2;

/** What is needed to measure the service. Throws `not_found`. */
export async function serviceOf(actor: Actor, id: string): Promise<QueryableService> {
  const service = (await queryableServices(actor, [id])).get(id);
  if (service === undefined) throw problem("not_found", `There is no service "${id}".`);
  return service;
}

/** The usual set of a service of this console. */
export const setOf = (service: QueryableService): UsualRule[] =>
  usualSet(service, { consoleUrl: publicUrl().replace(/\/$/, "") });

/** The rules that are there already, by the alert's name. */
export async function presentRules(actor: Actor, service: string): Promise<ReadonlyMap<string, string>> {
  const rows = await db().alertRule.findMany({
    where: { teamId: actor.teamId, validTo: null, kind: "alerting", services: { has: service } },
    select: { id: true, name: true },
  });
  return new Map(rows.map(({ id, name }) => [name, id]));
}

/** The tiers of one rule together: what begins to fire at one evaluation is one page, whichever its severity. */
async function backtestOf(
  actor: Actor,
  rule: UsualRule,
  {
    source,
    start,
    end,
    now,
    signal,
  }: { source: string; start: Date; end: Date; now: Date; signal?: AbortSignal },
): Promise<UsualRuleView["backtest"]> {
  try {
    const tiers = [];
    // One after another, so that the second finds the series that the first has read.
    for (const { threshold } of rule.levels)
      tiers.push(
        await backtest(
          actor,
          {
            expr: rule.expr,
            comparison: threshold === null ? null : rule.comparison,
            threshold,
            for: rule.for,
            keepFiringFor: rule.keepFiringFor,
            start,
            end,
            interval: defaultInterval,
            source,
            labels: {},
            timeZone: "UTC",
            pagesPerWeek: null,
          },
          { now, signal },
        ),
      );
    const fired = new Set(tiers.flatMap(({ alerts }) => alerts.flatMap(({ firingAt }) => firingAt ?? [])));
    // Of very many alerts only the last are listed.
    const pages = Math.max(fired.size, ...tiers.map(({ noise }) => noise.pages));
    const [first] = tiers;
    const from = first!.completeFrom ?? (rule.comparison === null ? start.toISOString() : null);
    const seconds = from === null ? 0 : (end.getTime() - Date.parse(from)) / 1000;
    const isSaid = tiers.every(({ noise }) => noise.pagesPerWeek !== null);
    return {
      pages,
      firesNow: tiers.some(({ alerts }) =>
        alerts.some(({ firingAt, resolvedAt }) => firingAt !== null && resolvedAt === null),
      ),
      pagesPerWeek: isSaid ? (pages * backtestDays * 86_400) / seconds : null,
      completeFrom: first!.completeFrom,
      reason: isSaid
        ? null
        : from === null
          ? "Nothing was measured in these 7 days."
          : "There is data for less than a day.",
    };
  } catch (error) {
    signal?.throwIfAborted();
    if (!isInferscopeError(error)) throw error;
    return { pages: null, pagesPerWeek: null, firesNow: false, completeFrom: null, reason: error.detail };
  }
}

/**
 * The usual set for a service, each rule with the pages a week that the last 7 days would have had. Ticked are those of at
 * most two, or of which that cannot be said, that are not there yet and would page nobody at once. Throws `not_found`.
 */
export async function usualRules(
  actor: Actor,
  id: string,
  { now, signal }: { now: Date; signal?: AbortSignal },
): Promise<UsualRules> {
  const service = await serviceOf(actor, id);
  const present = await presentRules(actor, id);
  const end = new Date(Math.floor(now.getTime() / 300_000) * 300_000);
  const start = new Date(end.getTime() - backtestDays * 86_400_000);
  const limit = pLimit(rulesAtOnce);
  const items = await Promise.all(
    setOf(service).map(async (rule): Promise<UsualRuleView> => {
      const tried = await limit(() =>
        backtestOf(actor, rule, { source: service.sourceName, start, end, now, signal }),
      );
      const ruleId = present.get(rule.name) ?? null;
      return {
        key: rule.key,
        name: rule.name,
        summary: rule.annotations.summary ?? "",
        expr: rule.expr,
        comparison: rule.comparison,
        levels: [...rule.levels],
        unit: rule.signal === null ? null : signals[rule.signal.signal].unit,
        for: rule.for,
        promql: rule.levels.map((level) => ({ severity: level.severity, expr: exprOf(rule, level) })),
        mode: modeOf(rule),
        note: rule.note ?? null,
        backtest: tried,
        isTicked:
          ruleId === null &&
          (tried.pagesPerWeek ?? 0) <= mostPagesPerWeek &&
          !(tried.firesNow && modeOf(rule) === "enforce"),
        ruleId,
      };
    }),
  );
  return {
    service: id,
    source: service.sourceName,
    start: start.toISOString(),
    end: end.toISOString(),
    items,
  };
}

/** What does not page by itself is observed. */
export const modeOf = ({ pages }: UsualRule) => (pages ? ("enforce" as const) : ("observe" as const));
