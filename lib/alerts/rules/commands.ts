import "server-only";
import { randomUUID } from "node:crypto";
import { z } from "zod";
import type { Actor } from "@/lib/auth/actor";
import type { Transaction } from "@/lib/db/client";
import { command } from "@/lib/db/command";
import { Prisma } from "@/lib/db/generated/client";
import { invalidFields, problem } from "@/lib/errors";
import { notify } from "@/lib/events/notify";
import { endAlertsOfRules } from "../commands";
import { type appliedCorrectionSchema, applyCorrectionSchema } from "../lint/schema";
import type { RuleFileGroup } from "../rule-file/rule-file";
import { columnsOfGroup, columnsOfRule, type RuleColumns } from "./file-rows";
import { type RuleRow, ruleSource, ruleViews, withGroupAndStatus } from "./queries";
import { consoleFile } from "./row";
import { alertRuleSchema, levelsProblem, ruleInputSchema, rulePatchSchema } from "./schema";

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

const ruleChange = (
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
      data: { teamId: actor.teamId, sourceId, origin: "console", file: consoleFile, name, interval },
    }))
  );
}

const viewOf = async (row: RuleRow, actor: Actor, now: Date) => (await ruleViews([row], actor, now))[0]!;

const ruleOf = async (tx: Transaction, actor: Actor, id: string): Promise<RuleRow> => {
  const row = await tx.alertRule.findFirst({
    where: { id, teamId: actor.teamId },
    include: withGroupAndStatus,
  });
  if (row === null) throw problem("not_found", "There is no alert rule with this id.");
  return row;
};

const editable = async (tx: Transaction, actor: Actor, id: string): Promise<RuleRow> => {
  const row = await ruleOf(tx, actor, id);
  if (row.group.origin === "folder")
    throw problem("conflict", `This rule stands in ${row.group.file} and is changed there.`);
  return row;
};

/** Adds a rule to a group. Throws `invalid_request` for a source that does not exist. */
export const addRule = command({
  permission: "alert_rules:write",
  input: z.object({ rule: ruleInputSchema, now: z.date() }),
  run: async (tx, actor, { rule: { source, group: name, interval, ...rule }, now }) => {
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
 * deleted or stands in a file, `invalid_request` for levels that do not fit, and `precondition_failed` with the current
 * state when `ifMatch` is not the present version.
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
    const after = await ruleOf(tx, actor, id);
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
    const after = await ruleOf(tx, actor, id);
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
  run: async (_tx, actor, { replaces, rules, mode, now }) => {
    const kept = new Map(rules.map((rule) => [rule.id, rule]));
    if (rules.some(({ id }) => !replaces.some((each) => each.id === id)))
      throw invalidFields([{ path: "rules", message: "Only rules that are replaced" }]);
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

const at = (file: string) => ({ OR: [{ file }, { file: { startsWith: `${file}#` } }] });

/** The same JSON whatever the order of its keys, which jsonb does not keep. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );

const columnsOfRow = (row: RuleRow): RuleColumns => ({
  kind: row.kind as RuleColumns["kind"],
  name: row.name,
  expr: row.expr,
  comparison: row.comparison,
  levels: row.levels,
  for: row.for,
  keepFiringFor: row.keepFiringFor,
  labels: row.labels,
  annotations: row.annotations,
  extra: row.extra,
});

const rowsAtOnce = 1_000;

/** What goes into one statement each. */
function inChunks<Row>(rows: readonly Row[]): Row[][] {
  const chunks: Row[][] = [];
  for (let first = 0; first < rows.length; first += rowsAtOnce)
    chunks.push(rows.slice(first, first + rowsAtOnce));
  return chunks;
}

/** Audit events and revisions of many rules, in a few statements: a file may hold ten thousand. */
async function recordRules(
  tx: Transaction,
  actor: Actor,
  changes: readonly ReturnType<typeof ruleChange>[],
  now: Date,
): Promise<void> {
  for (const some of inChunks(changes)) {
    const known = some.filter(({ before }) => before !== null).map(({ id }) => id);
    if (known.length > 0)
      await tx.revision.updateMany({
        where: { resourceType: "alert_rule", resourceId: { in: known }, validTo: null },
        data: { validTo: now },
      });
    await tx.$executeRaw`
      WITH given AS MATERIALIZED (
        SELECT action, type, id, name, nullif(before, 'null'::jsonb) AS before, nullif(after, 'null'::jsonb) AS after
        FROM jsonb_to_recordset(${JSON.stringify(some)}::jsonb)
          AS given (action text, type text, id text, name text, before jsonb, after jsonb)
      ), revised AS (
        INSERT INTO "Revision" ("teamId", "resourceType", "resourceId", state, "validFrom")
        SELECT ${actor.teamId}, type, id, after, ${now}::timestamptz FROM given WHERE after IS NOT NULL
      )
      INSERT INTO "AuditEvent" (at, "teamId", "actorType", "actorId", "actorName", action, "resourceType",
        "resourceId", "resourceName", before, after)
      SELECT ${now}::timestamptz, ${actor.teamId}, ${actor.type}, ${actor.id}, ${actor.name}, action, type, id, name,
        before, after FROM given`;
  }
}

/**
 * Makes the groups of a file what is given: rules are known by group, kind, name and place among those of one name. What is
 * the same stays, with its alerts; what the file has no more is deleted and its alerts end. Answers how many rules that
 * were, and changes nothing when `dryRun`.
 */
export const replaceFile = command({
  permission: "alert_rules:write",
  input: z.object({
    file: z.string().min(1),
    sourceId: z.string(),
    groups: z.custom<readonly RuleFileGroup[]>(Array.isArray),
    mode: z.enum(["observe", "enforce"]),
    origin: z.enum(["import", "folder"]).default("import"),
    dryRun: z.boolean(),
    now: z.date(),
  }),
  run: async (tx, actor, { file, sourceId, groups, mode, origin, dryRun, now }) => {
    await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtext(${`rule-file:${actor.teamId}:${file}`}))`;
    const known = await tx.ruleGroup.findMany({
      where: { teamId: actor.teamId, sourceId, validTo: null, origin: { not: "console" }, ...at(file) },
      include: { source: { select: { name: true } } },
    });
    const rows = await tx.alertRule.findMany({
      where: { groupId: { in: known.map(({ id }) => id) }, validTo: null },
      include: withGroupAndStatus,
      orderBy: { position: "asc" },
    });
    const keysOf = <Each>(list: readonly Each[], key: (each: Each) => string) => {
      const seen = new Map<string, number>();
      return list.map((each) => {
        const text = key(each);
        const nth = seen.get(text) ?? 0;
        seen.set(text, nth + 1);
        return `${text}\n${nth}`;
      });
    };
    const groupKey = (group: { file: string; name: string }) => `${group.file}\n${group.name}`;
    const rowKeys = keysOf(rows, (row) => `${groupKey(row.group)}\n${row.kind}\n${row.name}`);
    const rowByKey = new Map(rowKeys.map((key, index) => [key, rows[index]!]));
    const given = groups.flatMap((group) =>
      group.rules.map((rule, position) => ({ group, position, columns: columnsOfRule(rule) })),
    );
    const givenKeys = keysOf(
      given,
      ({ group, columns }) => `${groupKey(group)}\n${columns.kind}\n${columns.name}`,
    );
    const added = given.filter((_, index) => !rowByKey.has(givenKeys[index]!));
    const kept = given.flatMap((each, index) => {
      const row = rowByKey.get(givenKeys[index]!);
      return row === undefined ? [] : [{ ...each, row }];
    });
    const changed = kept.filter(
      ({ row, columns, position }) =>
        canonical(columnsOfRow(row)) !== canonical(columns) || row.position !== position,
    );
    const isGiven = new Set(givenKeys);
    const removed = rows.filter((_, index) => !isGiven.has(rowKeys[index]!));
    const result = {
      added: added.length,
      changed: changed.length,
      removed: removed.length,
      unchanged: kept.length - changed.length,
    };
    if (dryRun) return { result, changes: [] };

    const groupByKey = new Map(known.map((group) => [groupKey(group), group]));
    const placed = groups.map((group, position) => ({
      group,
      columns: { ...columnsOfGroup(group), position },
    }));
    for (const some of inChunks(placed.filter(({ group }) => !groupByKey.has(groupKey(group))))) {
      const created = await tx.ruleGroup.createManyAndReturn({
        data: some.map(({ group, columns }) => ({
          ...columns,
          labels: json(columns.labels),
          extra: json(columns.extra),
          teamId: actor.teamId,
          sourceId,
          origin,
          file: group.file,
          name: group.name,
        })),
        include: { source: { select: { name: true } } },
      });
      for (const group of created) groupByKey.set(groupKey(group), group);
    }
    const isKnown = new Set(known.map(({ id }) => id));
    const otherGroups = placed.flatMap(({ group, columns }) => {
      const row = groupByKey.get(groupKey(group))!;
      const { interval, queryOffset, limit, labels, extra, position } = row;
      const before = { interval, queryOffset, limit, labels, extra, position };
      return isKnown.has(row.id) && canonical(before) !== canonical(columns)
        ? [{ id: row.id, ...columns }]
        : [];
    });
    for (const some of inChunks(otherGroups))
      await tx.$executeRaw`
        UPDATE "RuleGroup" AS kept SET position = given.position, interval = given.interval,
          "queryOffset" = given."queryOffset", "limit" = given."limit", labels = given.labels, extra = given.extra,
          version = kept.version + 1
        FROM jsonb_to_recordset(${JSON.stringify(some)}::jsonb) AS given (id text, position int, interval float8,
          "queryOffset" float8, "limit" int, labels jsonb, extra jsonb)
        WHERE kept.id = given.id`;
    const changes: ReturnType<typeof ruleChange>[] = [];
    const made = added.map((each) => {
      const group = groupByKey.get(groupKey(each.group))!;
      const { levels, labels, annotations, extra, ...plain } = each.columns;
      const row: RuleRow = {
        ...plain,
        id: randomUUID(),
        teamId: actor.teamId,
        groupId: group.id,
        position: each.position,
        levels: levels as RuleRow["levels"],
        signal: null,
        labels: labels as RuleRow["labels"],
        annotations: annotations as RuleRow["annotations"],
        owner: null,
        services: [],
        mode,
        alertsOnNoData: false,
        alertsOnError: false,
        extra: extra as RuleRow["extra"],
        version: 1,
        validFrom: now,
        validTo: null,
        group,
        status: null,
      };
      return row;
    });
    for (const some of inChunks(made))
      await tx.$executeRaw`
        INSERT INTO "AlertRule" (id, "teamId", "groupId", position, kind, name, expr, comparison, levels, "for",
          "keepFiringFor", labels, annotations, services, mode, extra, "validFrom")
        SELECT id, ${actor.teamId}, "groupId", position, kind, name, expr, comparison, levels, "for",
          "keepFiringFor", labels, annotations, ARRAY[]::text[], ${mode}, extra, ${now}::timestamptz
        FROM jsonb_to_recordset(${JSON.stringify(
          some.map(({ group: _, status: __, ...columns }) => columns),
        )}::jsonb) AS given (id text, "groupId" text, position int, kind text, name text, expr text, comparison text,
          levels jsonb, "for" float8, "keepFiringFor" float8, labels jsonb, annotations jsonb, extra jsonb)`;
    for (const row of made) changes.push(ruleChange("import", null, row));
    for (const some of inChunks(changed)) {
      await tx.$executeRaw`
        UPDATE "AlertRule" AS kept SET position = given.position, expr = given.expr, comparison = given.comparison,
          levels = given.levels, "for" = given."for", "keepFiringFor" = given."keepFiringFor", labels = given.labels,
          annotations = given.annotations, extra = given.extra, "validFrom" = ${now}::timestamptz,
          version = kept.version + 1
        FROM jsonb_to_recordset(${JSON.stringify(
          some.map(({ row, columns, position }) => ({ id: row.id, position, ...columns })),
        )}::jsonb) AS given (id text, position int, expr text, comparison text, levels jsonb, "for" float8,
          "keepFiringFor" float8, labels jsonb, annotations jsonb, extra jsonb)
        WHERE kept.id = given.id`;
      for (const { row, columns, position } of some)
        changes.push(ruleChange("import", row, { ...row, ...(columns as Partial<RuleRow>), position }));
    }
    const gone = removed.map(({ id }) => id);
    await tx.alertRule.updateMany({
      where: { id: { in: gone } },
      data: { validTo: now, version: { increment: 1 } },
    });
    await endAlertsOfRules(tx, actor.teamId, gone, now);
    for (const row of removed) changes.push(ruleChange("delete", row, null));
    const isLeft = new Set(groups.map(groupKey));
    await tx.ruleGroup.updateMany({
      where: {
        id: { in: known.filter((group) => !isLeft.has(groupKey(group))).map(({ id }) => id) },
      },
      data: { validTo: now, version: { increment: 1 } },
    });
    await recordRules(tx, actor, changes, now);
    if (changes.length > 0) await notify(tx, { type: "alert_rule", id: changes[0]!.id });
    return { result, changes: [] };
  },
});
