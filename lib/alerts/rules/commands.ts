import "server-only";
import { z } from "zod";
import type { Actor } from "@/lib/auth/actor";
import type { Transaction } from "@/lib/db/client";
import { command } from "@/lib/db/command";
import { Prisma } from "@/lib/db/generated/client";
import { invalidFields, problem } from "@/lib/errors";
import { endAlertsOfRules } from "../commands";
import { type appliedCorrectionSchema, applyCorrectionSchema } from "../lint/schema";
import { holdGroupsOfRules } from "./group-lock";
import { type RuleRow, ruleRow, ruleSource, ruleViews, withGroupAndStatus } from "./queries";
import { consoleFile, ruleOfRow } from "./row";
import { alertRuleSchema, levelsProblem, ruleInputSchema, rulePatchSchema } from "./schema";
import { templateProblems } from "./templates";

/** What the audit log and the revisions hold of a rule; `restoreRevision` reads it again. */
const audited = (row: RuleRow) => ({
  name: row.name,
  kind: row.kind,
  expr: row.expr,
  comparison: row.comparison,
  levels: row.levels,
  signal: row.signal,
  for: row.for,
  keepFiringFor: row.keepFiringFor,
  labels: row.labels,
  annotations: row.annotations,
  owner: row.owner,
  services: row.services,
  mode: row.mode,
  alertsOnNoData: row.alertsOnNoData,
  alertsOnError: row.alertsOnError,
  group: row.group.name,
  file: row.group.file,
  source: row.group.source.name,
});

/** A change of a rule for the audit log and its history. */
export const ruleChange = (
  action: "add" | "edit" | "delete" | "restore" | "import",
  before: RuleRow | null,
  after: RuleRow | null,
) => {
  const { id, name } = (after ?? before)!;
  return {
    type: "alert_rule",
    id,
    name,
    action: `alert_rules:${action}`,
    before: before === null ? null : audited(before),
    after: after === null ? null : audited(after),
  };
};

const json = (value: unknown): Prisma.InputJsonValue => value as Prisma.InputJsonValue;

/** The group that takes the rule, made where there is none; its row is locked, so that two rules do not take one position. */
async function groupFor(
  tx: Transaction,
  actor: Actor,
  { source, name, interval }: { source: string | undefined; name: string; interval: number | null },
) {
  const { id: sourceId } = await ruleSource(actor, source);
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtext(${`rule-group:${actor.teamId}:${sourceId}:${name}`}))`;
  const known = await tx.ruleGroup.findFirst({
    where: { teamId: actor.teamId, sourceId, file: consoleFile, name, validTo: null },
  });
  return (
    known ??
    (await tx.ruleGroup.create({
      data: {
        teamId: actor.teamId,
        sourceId,
        origin: "console",
        file: consoleFile,
        name,
        interval: interval || null,
      },
    }))
  );
}

const viewOf = async (row: RuleRow, actor: Actor, now: Date) => (await ruleViews([row], actor, now))[0]!;

/** The rule, whose group is held from here on. */
const editable = async (tx: Transaction, actor: Actor, id: string): Promise<RuleRow> => {
  await holdGroupsOfRules(tx, actor.teamId, [id]);
  const row = await ruleRow(tx, actor, id);
  if (row.group.origin === "folder")
    throw problem("conflict", `This rule stands in ${row.group.file} and is changed there.`);
  return row;
};

/**
 * Adds a rule to a group. Throws `invalid_request` for a source that does not exist, and for templates that Prometheus
 * refuses.
 */
export const addRule = command({
  permission: "alert_rules:write",
  input: z.object({ rule: ruleInputSchema, now: z.date() }),
  run: async (tx, actor, { rule: { source, group: name, interval, ...rule }, now }) => {
    const wrong = templateProblems(rule);
    if (wrong.length > 0) throw invalidFields(wrong);
    const group = await groupFor(tx, actor, { source, name, interval });
    const { _max } = await tx.alertRule.aggregate({ where: { groupId: group.id }, _max: { position: true } });
    const row = await tx.alertRule.create({
      data: {
        ...rule,
        teamId: actor.teamId,
        groupId: group.id,
        position: (_max.position ?? -1) + 1,
        kind: "alerting",
        signal: rule.signal === null ? Prisma.DbNull : json(rule.signal),
        levels: json(rule.levels),
        labels: json(rule.labels),
        annotations: json(rule.annotations),
        validFrom: now,
      },
      include: withGroupAndStatus,
    });
    return { result: await viewOf(row, actor, now), changes: [ruleChange("add", null, row)] };
  },
});

const changedMeanwhile = async (row: RuleRow, actor: Actor, now: Date) =>
  problem("precondition_failed", "Someone changed this rule since you read it.", {
    current: await viewOf(row, actor, now),
  });

/**
 * Changes a rule; what is left out stays, and so do its active alerts. Throws `not_found`, `conflict` for one that was
 * deleted or stands in a file, `invalid_request` for levels that do not fit and new templates that Prometheus refuses, and
 * `precondition_failed` with the current state when `ifMatch` is not the present version.
 */
export const editRule = command({
  permission: "alert_rules:write",
  input: z.object({
    id: z.string(),
    ifMatch: z.number().int().optional(),
    patch: rulePatchSchema,
    now: z.date(),
  }),
  run: async (tx, actor, { id, ifMatch, patch, now }) => {
    const before = await editable(tx, actor, id);
    if (before.validTo !== null)
      throw problem("conflict", "This rule was deleted. Restore it before changing it.");
    if (ifMatch !== undefined && ifMatch !== before.version) throw await changedMeanwhile(before, actor, now);
    const wrong = levelsProblem({
      comparison: patch.comparison === undefined ? before.comparison : patch.comparison,
      levels: patch.levels ?? alertRuleSchema.shape.levels.parse(before.levels),
    });
    if (wrong !== null) throw invalidFields([wrong]);
    const unread = templateProblems(patch, ruleOfRow(before));
    if (unread.length > 0) throw invalidFields(unread);
    const { signal, levels, labels, annotations, ...plain } = patch;
    const { count } = await tx.alertRule.updateMany({
      where: { id, version: before.version, validTo: null },
      data: {
        ...plain,
        ...(signal === undefined ? {} : { signal: signal === null ? Prisma.DbNull : json(signal) }),
        ...(levels === undefined ? {} : { levels: json(levels) }),
        ...(labels === undefined ? {} : { labels: json(labels) }),
        ...(annotations === undefined ? {} : { annotations: json(annotations) }),
        validFrom: now,
        version: { increment: 1 },
      },
    });
    const after = await ruleRow(tx, actor, id);
    if (count === 0) throw await changedMeanwhile(after, actor, now);
    return { result: await viewOf(after, actor, now), changes: [ruleChange("edit", before, after)] };
  },
});

/**
 * Deletes a rule, which can be restored; its active alerts end. Throws `not_found`, also for one that is deleted, and
 * `precondition_failed` with the current state when `ifMatch` is not the present version.
 */
export const deleteRule = command({
  permission: "alert_rules:write",
  input: z.object({ id: z.string(), ifMatch: z.number().int().optional(), now: z.date() }),
  run: async (tx, actor, { id, ifMatch, now }) => {
    const before = await editable(tx, actor, id);
    if (ifMatch !== undefined && ifMatch !== before.version) throw await changedMeanwhile(before, actor, now);
    const { count } = await tx.alertRule.updateMany({
      where: { id, validTo: null },
      data: { validTo: now, version: { increment: 1 } },
    });
    if (count === 0) throw problem("not_found", "This rule is deleted already.");
    await endAlertsOfRules(tx, actor.teamId, [id], now);
    return { result: undefined, changes: [ruleChange("delete", before, null)] };
  },
});

/** Brings a deleted rule back. Throws `not_found`, and `conflict` for one that is not deleted or whose file is gone. */
export const restoreRule = command({
  permission: "alert_rules:write",
  input: z.object({ id: z.string(), now: z.date() }),
  run: async (tx, actor, { id, now }) => {
    const before = await editable(tx, actor, id);
    await tx.ruleGroup.updateMany({
      where: { id: before.groupId, validTo: { not: null } },
      data: { validTo: null, version: { increment: 1 } },
    });
    const { count } = await tx.alertRule.updateMany({
      where: { id, validTo: { not: null } },
      data: { validTo: null, validFrom: now, version: { increment: 1 } },
    });
    if (count === 0) throw problem("conflict", "This rule is not deleted.");
    const after = await ruleRow(tx, actor, id);
    return { result: await viewOf(after, actor, now), changes: [ruleChange("restore", null, after)] };
  },
});

/** Makes a rule what it was in one of its revisions. Throws as `editRule`, and `not_found` for a revision of another. */
export const restoreRevision = command({
  permission: "alert_rules:write",
  input: z.object({
    id: z.string(),
    revision: z.string().regex(/^\d{1,18}$/),
    ifMatch: z.number().int().optional(),
    now: z.date(),
  }),
  run: async (tx, actor, { id, revision, ifMatch, now }) => {
    const row = await tx.revision.findFirst({
      where: {
        id: BigInt(revision),
        teamId: actor.teamId,
        resourceType: "alert_rule",
        resourceId: id,
      },
    });
    if (row === null) throw problem("not_found", "There is no such revision of this rule.");
    const known = Object.keys(rulePatchSchema.shape);
    const state = Object.fromEntries(
      Object.entries(row.state as Record<string, unknown>).filter(([name]) => known.includes(name)),
    );
    const patch = rulePatchSchema.parse(state);
    return { result: await editRule(actor, { id, ifMatch, patch, now }), changes: [] };
  },
});

/**
 * Puts a correction in the place of the rules of its finding: those that it has are changed, the others deleted, each with
 * its own entry in the history. Throws `precondition_failed` where one was changed meanwhile, and as `editRule` does;
 * then nothing was changed.
 */
export const applyCorrection = command({
  permission: "alert_rules:write",
  input: applyCorrectionSchema.extend({ now: z.date() }),
  run: async (tx, actor, { replaces, rules, mode, now }) => {
    const kept = new Map(rules.map((rule) => [rule.id, rule]));
    if (rules.some(({ id }) => !replaces.some((each) => each.id === id)))
      throw invalidFields([{ path: "rules", message: "Only rules that are replaced" }]);
    await holdGroupsOfRules(
      tx,
      actor.teamId,
      replaces.map(({ id }) => id),
    );
    const result: z.infer<typeof appliedCorrectionSchema> = { items: [], deleted: [] };
    for (const { id, version } of replaces) {
      const rule = kept.get(id);
      if (rule === undefined) {
        await deleteRule(actor, { id, ifMatch: version, now });
        result.deleted.push(id);
        continue;
      }
      const { id: _, ...patch } = rule;
      result.items.push(
        await editRule(actor, {
          id,
          ifMatch: version,
          patch: { ...patch, ...(mode === undefined ? {} : { mode }) },
          now,
        }),
      );
    }
    return { result, changes: [] };
  },
});
