import "server-only";
import { foreignCursor, pageOf } from "@/lib/api/list";
import type { Actor } from "@/lib/auth/actor";
import { can } from "@/lib/auth/permissions";
import { type Database, db } from "@/lib/db/client";
import type { AlertRule, Prisma, RuleGroup, RuleStatus, Source } from "@/lib/db/generated/client";
import { containsText } from "@/lib/db/like";
import { invalidFields, problem } from "@/lib/errors";
import { exprOf } from "../rule";
import type { RuleFileGroup } from "../rule-file/rule-file";
import { slotAfter } from "../slots";
import { fileGroupOf } from "./file-rows";
import { consoleFile, defaultInterval, intervalOf, limitOf, ruleOfRow, signalOfRow } from "./row";
import type { AlertRuleView, RuleFilter, RuleRevision } from "./schema";

export const withGroupAndStatus = {
  group: { include: { source: { select: { name: true } } } },
  status: true,
} as const;

export type RuleRow = AlertRule & {
  group: RuleGroup & { source: Pick<Source, "name"> };
  status: RuleStatus | null;
};

type Counts = { pending: number; firing: number };

/** A rule that is evaluated later than this after it was due is said to be overdue. Seconds. */
const graceSeconds = 30;

const isReadOnly = (row: RuleRow): boolean => row.group.origin === "folder";

/** A rule as a caller sees it at `now`. */
function ruleView(row: RuleRow, actor: Actor, now: Date, counts: Counts): AlertRuleView {
  const rule = ruleOfRow(row);
  const interval = intervalOf(row.group);
  const slotted = { name: row.group.name, file: row.group.file, interval };
  const { status } = row;
  const isEvaluated = row.kind === "alerting" && row.validTo === null;
  const lastSeconds =
    status?.evaluatedFor === null || status === null ? null : status.evaluatedFor.getTime() / 1000;
  const dueAt = slotAfter(slotted, lastSeconds ?? row.validFrom.getTime() / 1000);
  const overdue = now.getTime() / 1000 - dueAt;
  const late =
    status?.evaluatedFor && status.evaluatedAt
      ? (status.evaluatedAt.getTime() - status.evaluatedFor.getTime()) / 1000
      : null;
  return {
    ...rule,
    kind: row.kind as AlertRuleView["kind"],
    levels: [...rule.levels],
    labels: { ...rule.labels },
    annotations: { ...rule.annotations },
    promql: rule.levels.map((level) => ({ severity: level.severity, expr: exprOf(rule, level) })),
    signal: signalOfRow(row),
    owner: row.owner,
    services: row.services,
    mode: row.mode as AlertRuleView["mode"],
    alertsOnNoData: row.alertsOnNoData,
    alertsOnError: row.alertsOnError,
    group: {
      id: row.group.id,
      name: row.group.name,
      file: row.group.file,
      origin: row.group.origin as AlertRuleView["group"]["origin"],
      interval,
      queryOffset: row.group.queryOffset ?? 0,
      limit: limitOf(row.group),
      source: row.group.source.name,
    },
    isReadOnly: isReadOnly(row),
    status: {
      evaluatedFor: status?.evaluatedFor?.toISOString() ?? null,
      evaluatedAt: status?.evaluatedAt?.toISOString() ?? null,
      lateSeconds: late,
      dueAt: isEvaluated ? new Date(dueAt * 1000).toISOString() : null,
      overdueSeconds: isEvaluated && overdue > graceSeconds ? overdue : null,
      seconds: status?.seconds ?? null,
      health: (status?.health ?? "unknown") as AlertRuleView["status"]["health"],
      lastError: status?.lastError ?? null,
      series: status?.series ?? null,
      noDataSince: status?.noDataSince?.toISOString() ?? null,
    },
    ...counts,
    version: row.version,
    changedAt: row.validFrom.toISOString(),
    deletedAt: row.validTo?.toISOString() ?? null,
    actions: !can(actor, "alert_rules:write", row)
      ? []
      : row.validTo !== null
        ? isReadOnly(row)
          ? []
          : ["restore"]
        : [
            ...(isReadOnly(row) ? [] : (["edit", "delete"] as const)),
            ...(row.kind === "alerting" ? (["test"] as const) : []),
          ],
  };
}

/** How many alerts of each rule are pending and firing; a rule without any is left out. */
async function activeCounts(ruleIds: readonly string[]): Promise<Map<string, Counts>> {
  const groups = await db().alert.groupBy({
    by: ["ruleId", "state"],
    where: { ruleId: { in: [...ruleIds] }, state: { in: ["pending", "firing"] } },
    _count: true,
  });
  const counts = new Map<string, Counts>();
  for (const { ruleId, state, _count } of groups) {
    const known = counts.get(ruleId!) ?? { pending: 0, firing: 0 };
    counts.set(ruleId!, { ...known, [state]: _count });
  }
  return counts;
}

const none: Counts = { pending: 0, firing: 0 };

/** Views of rules in the order of the rows. */
export async function ruleViews(rows: readonly RuleRow[], actor: Actor, now: Date): Promise<AlertRuleView[]> {
  const counts = await activeCounts(rows.map(({ id }) => id));
  return rows.map((row) => ruleView(row, actor, now, counts.get(row.id) ?? none));
}

function stateWhere(state: RuleFilter["state"], lateIds: readonly string[]): Prisma.AlertRuleWhereInput {
  switch (state) {
    case "firing":
      return { alerts: { some: { state: "firing" } } };
    case "pending":
      return { alerts: { some: { state: "pending" } } };
    case "inactive":
      return { alerts: { none: { state: { in: ["pending", "firing"] } } } };
    case "error":
      return { status: { health: "err" } };
    case "no_data":
      return { status: { noDataSince: { not: null } } };
    case "late":
      return { id: { in: [...lateIds] } };
    default:
      return {};
  }
}

/** Rules whose last evaluation, or being made, is two intervals and the grace ago. */
async function idsOfLate(actor: Actor, now: Date): Promise<string[]> {
  const rows = await db().$queryRaw<{ id: string }[]>`
    SELECT rule.id FROM "AlertRule" AS rule
    JOIN "RuleGroup" AS "group" ON "group".id = rule."groupId"
    LEFT JOIN "RuleStatus" AS status ON status."ruleId" = rule.id
    WHERE rule."teamId" = ${actor.teamId} AND rule."validTo" IS NULL AND rule.kind = 'alerting'
      AND coalesce(status."evaluatedFor", rule."validFrom")
        < ${now}::timestamptz - make_interval(secs => coalesce(nullif("group".interval, 0), 60) + ${graceSeconds})
    LIMIT 10000`;
  return rows.map(({ id }) => id);
}

/**
 * How many rules that notify were last evaluated more than two of their intervals and `beyond` seconds ago, with the
 * oldest of them. Rules of a source that was removed do not count.
 */
export async function overdueRules(
  teamId: string,
  beyond: number,
  now: Date,
): Promise<{ count: number; name: string | null; since: Date | null }> {
  const [row] = await db().$queryRaw<{ count: number; name: string | null; since: Date | null }[]>`
    SELECT count(*)::int AS count, min(since) AS since, (array_agg(name ORDER BY since, name))[1] AS name
    FROM (
      SELECT rule.name, "group".interval, greatest(status."evaluatedFor", rule."validFrom") AS since
      FROM "AlertRule" AS rule
      JOIN "RuleGroup" AS "group" ON "group".id = rule."groupId" AND "group"."validTo" IS NULL
      JOIN "Source" AS source ON source.id = "group"."sourceId" AND source."validTo" IS NULL
      LEFT JOIN "RuleStatus" AS status ON status."ruleId" = rule.id
      WHERE rule."teamId" = ${teamId} AND rule."validTo" IS NULL AND rule.kind = 'alerting'
        AND rule.mode = 'enforce'
    ) AS evaluated
    WHERE since < ${now}::timestamptz
      - make_interval(secs => 2 * coalesce(nullif(interval, 0), ${defaultInterval}::float8) + ${beyond}::float8)`;
  return row!;
}

/** How many rules raise alerts, and of how many it is not known at `now` whether they would. */
export async function ruleCounts(
  actor: Actor,
  now: Date,
): Promise<{ all: number; failing: number; late: number }> {
  const rows = await db().$queryRaw<{ health: string | null; isLate: boolean; count: number }[]>`
    SELECT status.health, count(*)::int AS count,
      coalesce(status."evaluatedFor", rule."validFrom")
        < ${now}::timestamptz - make_interval(secs => coalesce(nullif("group".interval, 0), 60) + ${graceSeconds}) AS "isLate"
    FROM "AlertRule" AS rule
    JOIN "RuleGroup" AS "group" ON "group".id = rule."groupId"
    LEFT JOIN "RuleStatus" AS status ON status."ruleId" = rule.id
    WHERE rule."teamId" = ${actor.teamId} AND rule."validTo" IS NULL AND rule.kind = 'alerting'
    GROUP BY status.health, "isLate"`;
  const sum = (of: (row: (typeof rows)[number]) => boolean) =>
    rows.filter(of).reduce((total, { count }) => total + count, 0);
  return {
    all: sum(() => true),
    failing: sum(({ health }) => health === "err"),
    late: sum(({ health, isLate }) => health !== "err" && isLate),
  };
}

function after(cursor: string): { name: string; id: string } {
  try {
    const given: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString());
    if (Array.isArray(given) && typeof given[0] === "string" && typeof given[1] === "string")
      return { name: given[0], id: given[1] };
  } catch {
    // Falls through to the one answer for whatever is no cursor.
  }
  throw foreignCursor();
}

/** The team's rules by name, a page at a time, and how many match. Throws `invalid_request` for a cursor that is not one. */
export async function listRules(
  actor: Actor,
  filter: RuleFilter,
  page: { cursor?: string; limit: number },
  now: Date,
): Promise<{ items: AlertRuleView[]; nextCursor: string | null; total: number }> {
  const position = page.cursor === undefined ? undefined : after(page.cursor);
  const lateIds = filter.state === "late" ? await idsOfLate(actor, now) : [];
  const where: Prisma.AlertRuleWhereInput = {
    teamId: actor.teamId,
    validTo: filter.deleted === "true" ? { not: null } : null,
    mode: filter.mode,
    kind: filter.kind,
    ...(filter.service === undefined ? {} : { services: { has: filter.service } }),
    group: {
      ...(filter.group === undefined ? {} : { name: filter.group }),
      ...(filter.source === undefined ? {} : { source: { name: filter.source } }),
    },
    AND: [
      filter.q === undefined
        ? {}
        : {
            OR: [
              { name: containsText(filter.q) },
              { expr: containsText(filter.q) },
              { owner: containsText(filter.q) },
              { services: { has: filter.q } },
              { group: { name: containsText(filter.q) } },
              { group: { file: containsText(filter.q) } },
            ],
          },
      stateWhere(filter.state, lateIds),
    ],
  };
  const [rows, total] = await Promise.all([
    db().alertRule.findMany({
      where: {
        AND: [
          where,
          position === undefined
            ? {}
            : {
                OR: [{ name: { gt: position.name } }, { name: position.name, id: { gt: position.id } }],
              },
        ],
      },
      include: withGroupAndStatus,
      orderBy: [{ name: "asc" }, { id: "asc" }],
      take: page.limit + 1,
    }),
    db().alertRule.count({ where }),
  ]);
  const { items, nextCursor } = pageOf(
    rows,
    page.limit,
    ({ name, id }) => Buffer.from(JSON.stringify([name, id])).toString("base64url"),
    (row) => row,
  );
  return { items: await ruleViews(items, actor, now), nextCursor, total };
}

/** A rule of the team, deleted or not. Throws `not_found`. */
export async function ruleRow(tx: Database, actor: Actor, id: string): Promise<RuleRow> {
  const row = await tx.alertRule.findFirst({
    where: { id, teamId: actor.teamId },
    include: withGroupAndStatus,
  });
  if (row === null) throw problem("not_found", "There is no alert rule with this id.");
  return row;
}

/** A rule as the caller sees it. Throws `not_found`. */
export async function findRule(actor: Actor, id: string, now: Date): Promise<AlertRuleView> {
  const [view] = await ruleViews([await ruleRow(db(), actor, id)], actor, now);
  return view!;
}

const longestHistory = 200;

/** Every state that a rule has had, newest first, with who made it so. Throws `not_found`. */
export async function ruleRevisions(actor: Actor, id: string): Promise<{ items: RuleRevision[] }> {
  await ruleRow(db(), actor, id);
  const of = { teamId: actor.teamId, resourceType: "alert_rule", resourceId: id };
  const [revisions, events] = await Promise.all([
    db().revision.findMany({ where: of, orderBy: { id: "desc" }, take: longestHistory }),
    db().auditEvent.findMany({ where: of, orderBy: { id: "desc" }, take: 2 * longestHistory }),
  ]);
  const eventAt = new Map(events.map((event) => [event.at.getTime(), event]));
  return {
    items: revisions.map((revision) => {
      const event = eventAt.get(revision.validFrom.getTime());
      return {
        id: revision.id.toString(),
        from: revision.validFrom.toISOString(),
        to: revision.validTo?.toISOString() ?? null,
        by: event?.actorName ?? null,
        action: event?.action ?? null,
        state: revision.state,
        before: event?.before ?? null,
      };
    }),
  };
}

/** A Prometheus that rules can be evaluated against. */
export type RuleSource = { id: string; name: string };

/** Every Prometheus of the team, by name. */
export const ruleSources = (actor: Actor): Promise<RuleSource[]> =>
  db().source.findMany({
    where: { teamId: actor.teamId, kind: "prometheus", validTo: null },
    select: { id: true, name: true },
    orderBy: { name: "asc" },
  });

/**
 * The Prometheus with this name, or where none is named the one that was connected first. Throws `invalid_request` where
 * there is no such one.
 */
export async function ruleSource(actor: Actor, name: string | undefined): Promise<RuleSource> {
  const sources = await db().source.findMany({
    where: { teamId: actor.teamId, kind: "prometheus", validTo: null },
    select: { id: true, name: true },
    orderBy: [{ validFrom: "asc" }, { name: "asc" }],
  });
  const wrong = (message: string) => invalidFields([{ path: "source", message }]);
  const [first] = sources;
  if (first === undefined) throw wrong("No Prometheus is connected to evaluate rules against");
  if (name === undefined) return first;
  const found = sources.find((source) => source.name === name);
  const names = sources.map((source) => source.name).sort();
  if (found === undefined) throw wrong(`There is no Prometheus "${name}"; there are ${names.join(", ")}`);
  return found;
}

/** The groups that can take a rule: their names. */
export async function ruleGroupNames(actor: Actor): Promise<string[]> {
  const rows = await db().ruleGroup.findMany({
    where: { teamId: actor.teamId, validTo: null, file: consoleFile },
    select: { name: true },
    distinct: ["name"],
    orderBy: { name: "asc" },
    take: 500,
  });
  return rows.map(({ name }) => name);
}

/** The team's groups with their rules, as a rule file has them; of one file, group, source or kind where it is given. */
export async function ruleFileGroups(
  actor: Actor,
  { file, group, source, kind }: { file?: string; group?: string; source?: string; kind?: string },
): Promise<RuleFileGroup[]> {
  const rows = await db().ruleGroup.findMany({
    where: {
      teamId: actor.teamId,
      validTo: null,
      file,
      name: group,
      ...(source === undefined ? {} : { source: { name: source } }),
    },
    include: { rules: { where: { validTo: null, kind }, orderBy: { position: "asc" } } },
    orderBy: [{ file: "asc" }, { position: "asc" }, { name: "asc" }],
  });
  return rows.filter(({ rules }) => rules.length > 0).map(({ rules, ...row }) => fileGroupOf(row, rules));
}
