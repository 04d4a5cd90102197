import { z } from "zod";
import type { AlertRule, RuleGroup } from "@/lib/db/generated/client";
import type { AlertingRule, GroupSpec } from "../rule";
import { comparisons, levelSchema, ruleSignalSchema } from "./schema";

/** Seconds between evaluations of a group that says nothing of it; Prometheus's `evaluation_interval`. */
export const defaultInterval = 60;
/** A group that asks for less is evaluated at this. Seconds. */
export const shortestInterval = 1;
/** Most alerts of one rule in a group that says nothing of it. */
export const defaultLimit = 1_000;

/** The file of the groups that are made on a page or by the API. */
export const consoleFile = "console";

const labelsInRow = z.record(z.string(), z.string());
const levelsInRow = z.array(levelSchema).min(1);
const comparisonInRow = z.enum(comparisons).nullable();

/** The columns of what a rule says. */
export type RuleOfRow = Pick<
  AlertRule,
  "id" | "name" | "expr" | "comparison" | "levels" | "for" | "keepFiringFor" | "labels" | "annotations"
>;

/** What a rule says, from its row; the JSON columns are parsed. */
export function ruleOfRow(row: RuleOfRow): AlertingRule {
  return {
    id: row.id,
    name: row.name,
    expr: row.expr,
    comparison: comparisonInRow.parse(row.comparison),
    levels: levelsInRow.parse(row.levels),
    for: row.for,
    keepFiringFor: row.keepFiringFor,
    labels: labelsInRow.parse(row.labels),
    annotations: labelsInRow.parse(row.annotations),
  };
}

/** The signal that a rule was made of, from its row. */
export const signalOfRow = ({ signal }: Pick<AlertRule, "signal">) =>
  signal === null ? null : ruleSignalSchema.parse(signal);

/** Seconds between evaluations of a group. As in Prometheus, 0 is the default; more often than each second is not done. */
export const intervalOf = ({ interval }: Pick<RuleGroup, "interval">): number =>
  interval === null || interval === 0 ? defaultInterval : Math.max(shortestInterval, interval);
export const limitOf = ({ limit }: Pick<RuleGroup, "limit">): number => limit ?? defaultLimit;
export const labelsOfGroup = ({ labels }: Pick<RuleGroup, "labels">) => labelsInRow.parse(labels);

/** A group with its alerting rules in their order, as it is evaluated. Recording rules are kept and not evaluated. */
export function groupOfRow(group: RuleGroup, rules: readonly AlertRule[]): GroupSpec {
  return {
    name: group.name,
    file: group.file,
    interval: intervalOf(group),
    queryOffset: group.queryOffset ?? 0,
    limit: limitOf(group),
    labels: labelsOfGroup(group),
    rules: rules.filter(({ kind }) => kind === "alerting").map(ruleOfRow),
  };
}
