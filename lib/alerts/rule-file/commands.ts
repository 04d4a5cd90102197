import "server-only";
import { randomUUID } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import type { Actor } from "@/lib/auth/actor";
import type { Transaction } from "@/lib/db/client";
import { command } from "@/lib/db/command";
import type { Prisma } from "@/lib/db/generated/client";
import { problem } from "@/lib/errors";
import { notify } from "@/lib/events/notify";
import { endAlertsOfRules } from "../commands";
import { ruleChange } from "../rules/commands";
import { columnsOfGroup, columnsOfRule, type RuleColumns } from "../rules/file-rows";
import { holdGroups } from "../rules/group-lock";
import { type RuleRow, withGroupAndStatus } from "../rules/queries";
import type { RuleFileGroup } from "./rule-file";

const at = (file: string) => ({ OR: [{ file }, { file: { startsWith: `${file}#` } }] });

/** Whether a file of this name lies in the folder of rules. */
const isInFolder = async (tx: Transaction, actor: Actor, file: string): Promise<boolean> =>
  (await tx.ruleGroup.findFirst({
    where: { teamId: actor.teamId, validTo: null, origin: "folder", ...at(file) },
    select: { id: true },
  })) !== null;

/** The same JSON whatever the order of its keys, which jsonb does not keep. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );

/** Whether two values are the same as JSON; the comparison that is told apart quickly first, for ten thousand rules. */
const isSame = (a: unknown, b: unknown): boolean => isDeepStrictEqual(a, b) || canonical(a) === canonical(b);

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

/** Ten thousand rules take seconds, and several times that where everything is busy. */
export const longestReplacementMs = 60_000;

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
 * Adds rules with their audit events and first revisions, in one statement: what a rule says goes over once, as the audit
 * log has it.
 */
async function addRules(tx: Transaction, actor: Actor, rows: readonly RuleRow[], now: Date): Promise<void> {
  const given = rows.map((row) => {
    const { action, type, id, name, after } = ruleChange("import", null, row);
    return { action, type, id, name, after, groupId: row.groupId, position: row.position, extra: row.extra };
  });
  await tx.$executeRaw`
    WITH given AS MATERIALIZED (
      SELECT * FROM jsonb_to_recordset(${JSON.stringify(given)}::jsonb) AS given (action text, type text, id text,
        name text, after jsonb, "groupId" text, position int, extra jsonb)
    ), added AS (
      INSERT INTO "AlertRule" (id, "teamId", "groupId", position, kind, name, expr, comparison, levels, "for",
        "keepFiringFor", labels, annotations, services, mode, extra, "validFrom")
      SELECT id, ${actor.teamId}, "groupId", position, rule.kind, given.name, rule.expr, rule.comparison, rule.levels,
        rule."for", rule."keepFiringFor", rule.labels, rule.annotations, ARRAY[]::text[], rule.mode, extra,
        ${now}::timestamptz
      FROM given CROSS JOIN LATERAL jsonb_to_record(after) AS rule (kind text, expr text, comparison text, levels jsonb,
        "for" float8, "keepFiringFor" float8, labels jsonb, annotations jsonb, mode text)
    ), revised AS (
      INSERT INTO "Revision" ("teamId", "resourceType", "resourceId", state, "validFrom")
      SELECT ${actor.teamId}, type, id, after, ${now}::timestamptz FROM given
    )
    INSERT INTO "AuditEvent" (at, "teamId", "actorType", "actorId", "actorName", action, "resourceType", "resourceId",
      "resourceName", after)
    SELECT ${now}::timestamptz, ${actor.teamId}, ${actor.type}, ${actor.id}, ${actor.name}, action, type, id, name, after
    FROM given`;
}

/**
 * Makes the groups of a file what is given: rules are known by group, kind, name and place among those of one name. What is
 * the same stays, with its alerts; what the file has no more is deleted and its alerts end. Rules that are there keep their
 * mode when the file was imported, and take `mode` when it lies in the folder. Answers how many rules that were, and changes
 * nothing when `dryRun`. Throws `conflict` for an import of a file that lies in the folder.
 */
export const replaceFile = command({
  permission: "alert_rules:write",
  timeoutMs: longestReplacementMs,
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
    if (origin === "import" && (await isInFolder(tx, actor, file)))
      throw problem("conflict", `The rules of ${file} stand in the folder of rules and are changed there.`);
    const ofFile = { teamId: actor.teamId, sourceId, validTo: null, origin, ...at(file) };
    const ids = (await tx.ruleGroup.findMany({ where: ofFile, select: { id: true } })).map(({ id }) => id);
    if (!dryRun) await holdGroups(tx, ids);
    const known = await tx.ruleGroup.findMany({
      where: { id: { in: ids }, validTo: null },
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
    const modeOf = (row: RuleRow) => (origin === "folder" ? mode : row.mode);
    const changed = kept.filter(
      ({ row, columns, position }) =>
        !isSame(columnsOfRow(row), columns) || row.position !== position || row.mode !== modeOf(row),
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
          labels: columns.labels as Prisma.InputJsonValue,
          extra: columns.extra as Prisma.InputJsonValue,
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
      return isKnown.has(row.id) && !isSame(before, columns) ? [{ id: row.id, ...columns }] : [];
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
    for (const some of inChunks(made)) await addRules(tx, actor, some, now);
    for (const some of inChunks(changed)) {
      await tx.$executeRaw`
        UPDATE "AlertRule" AS kept SET position = given.position, expr = given.expr, comparison = given.comparison,
          levels = given.levels, "for" = given."for", "keepFiringFor" = given."keepFiringFor", labels = given.labels,
          annotations = given.annotations, extra = given.extra, mode = given.mode,
          "validFrom" = ${now}::timestamptz, version = kept.version + 1
        FROM jsonb_to_recordset(${JSON.stringify(
          some.map(({ row, columns, position }) => ({ id: row.id, position, mode: modeOf(row), ...columns })),
        )}::jsonb) AS given (id text, position int, expr text, comparison text, levels jsonb, "for" float8,
          "keepFiringFor" float8, labels jsonb, annotations jsonb, extra jsonb, mode text)
        WHERE kept.id = given.id`;
      for (const { row, columns, position } of some)
        changes.push(
          ruleChange("import", row, {
            ...row,
            ...(columns as Partial<RuleRow>),
            position,
            mode: modeOf(row),
          }),
        );
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
    const told = made[0] ?? changes[0];
    if (told !== undefined) await notify(tx, { type: "alert_rule", id: told.id });
    return { result, changes: [] };
  },
});
