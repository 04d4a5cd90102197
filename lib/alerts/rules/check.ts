import "server-only";
import type { Actor } from "@/lib/auth/actor";
import { db } from "@/lib/db/client";
import { invalidFields, isInferscopeError, problem } from "@/lib/errors";
import { createPrometheusClient } from "@/lib/prometheus/client";
import { parsePromql } from "@/lib/promql/parse";
import { comparisonOf } from "@/lib/promql/read";
import { upstreamTarget } from "@/lib/sources/targets";
import { fingerprintOf } from "../labels";
import { matcherRegexProblem } from "../matcher-regex";
import { exprOf } from "../rule";
import { alertLabelsOf } from "../state";
import { ruleSource } from "./queries";
import { consoleFile, defaultLimit } from "./row";
import type { ParsedRuleInput } from "./schema";
import { unmatchedSelectors } from "./unmatched";

export type CheckedRule = Pick<ParsedRuleInput, "name" | "expr" | "comparison" | "levels" | "labels">;

/** What a rule would do at this moment. */
export interface RuleCheck {
  /** How many series the expression gives before it is compared; null where the source does not say. */
  series: number | null;
  levels: { severity: string | null; expr: string; alerts: number | null }[];
  warnings: string[];
}

const checkTimeout = 10;

/** Above this share of its limit a rule is warned about. */
const nearLimit = 0.5;

/** Most alerts of one rule in the group that has or would take it. */
async function limitOfGroup(actor: Actor, group: string): Promise<number> {
  const row = await db().ruleGroup.findFirst({
    where: { teamId: actor.teamId, file: consoleFile, name: group, validTo: null },
    select: { limit: true },
  });
  return row?.limit ?? defaultLimit;
}

/**
 * Evaluates a rule once, as it would be now. Throws `invalid_request` with Prometheus's own message for an expression that
 * it refuses, and `query_too_large` for more alerts than the group's limit; half of it is a warning, and so are a
 * selector that matches nothing, an expression without any series and a source that does not answer. Without its answer, what RE2 refuses is refused here.
 */
export async function checkRule(
  actor: Actor,
  rule: CheckedRule,
  where: { source?: string; group: string },
  { now, signal }: { now: Date; signal?: AbortSignal },
): Promise<RuleCheck> {
  const source = await ruleSource(actor, where.source);
  const limit = await limitOfGroup(actor, where.group);
  const levels = rule.levels.map((level) => ({ severity: level.severity, expr: exprOf(rule, level) }));
  const warnings: string[] = [];
  const client = createPrometheusClient(await upstreamTarget(source.id));
  const options = { time: now.getTime() / 1000, timeout: checkTimeout, signal };
  const query = async (expr: string) => {
    const { data } = await client.query(expr, options);
    if (data.type === "matrix" || data.type === "string")
      throw invalidFields([
        {
          path: "expr",
          message: `An alert needs numbers at one time; this gives ${data.type === "matrix" ? "a range" : "a text"}`,
        },
      ]);
    return data;
  };
  const ask = async (expr: string): Promise<number> => {
    const data = await query(expr);
    return "series" in data ? data.series.length : 1;
  };
  /** How many alerts a level would raise; those of one label set make its evaluation fail. */
  const askLevel = async ({ severity, expr }: { severity: string | null; expr: string }): Promise<number> => {
    const data = await query(expr);
    if (!("series" in data)) return 1;
    const own = { ...rule.labels, ...(severity === null ? {} : { severity }) };
    const sets = new Set(
      data.series.map(({ labels }) => fingerprintOf(alertLabelsOf(labels, own, rule.name))),
    );
    if (sets.size < data.series.length && !Object.values(own).some((value) => value.includes("{{")))
      warnings.push(
        `${severity === null ? "The rule" : `Its level ${severity}`} cannot be evaluated now: of ${data.series.length} series some differ only in their name or in labels that the rule sets, and would be one alert. Aggregate the expression, or select one metric.`,
      );
    return data.series.length;
  };
  try {
    const compared = rule.comparison === null ? comparisonOf(rule.expr)?.left : rule.expr;
    const [series, unmatched, ...alerts] = await Promise.all([
      compared === undefined ? null : ask(compared),
      unmatchedSelectors(client, rule.expr, options),
      ...levels.map(askLevel),
    ]);
    for (const [index, count] of alerts.entries()) {
      const { severity } = levels[index]!;
      const which = severity === null ? "The rule" : `Its level ${severity}`;
      if (count! > limit)
        throw problem(
          "query_too_large",
          `${which} would raise ${count} alerts at once; its group allows ${limit}. Aggregate the expression, or raise the limit of the group.`,
          { fields: [{ path: "expr", message: `At most ${limit} alerts` }] },
        );
      if (count! > limit * nearLimit)
        warnings.push(
          `${which} would raise ${count} alerts now, over half of the ${limit} that its group allows.`,
        );
    }
    warnings.push(...unmatched);
    if (series === 0) warnings.push("The expression gives no series now: the rule would never fire.");
    return {
      series: series ?? null,
      levels: levels.map((level, index) => ({ ...level, alerts: alerts[index]! })),
      warnings,
    };
  } catch (error) {
    if (!isInferscopeError(error)) throw error;
    if (error.code === "upstream_rejected")
      throw invalidFields([{ path: "expr", message: error.upstream ?? error.detail }], {
        upstream: error.upstream,
        cause: error,
      });
    if (!error.code.startsWith("upstream_")) throw error;
    const parsed = parsePromql(rule.expr);
    const unread = parsed.ok ? matcherRegexProblem(rule.expr, parsed.expr) : null;
    if (unread !== null)
      throw invalidFields(
        [{ path: "expr", message: `Line ${unread.line}, column ${unread.column}: ${unread.message}` }],
        { cause: error },
      );
    return {
      series: null,
      levels: levels.map((level) => ({ ...level, alerts: null })),
      warnings: [`It could not be tried: ${error.detail}`],
    };
  }
}
