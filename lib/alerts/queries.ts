import "server-only";
import type { z } from "zod";
import { foreignCursor, pageOf } from "@/lib/api/list";
import type { Actor } from "@/lib/auth/actor";
import { can } from "@/lib/auth/permissions";
import { type Database, db } from "@/lib/db/client";
import { type Acknowledgement, type Alert, type AlertRule, Prisma } from "@/lib/db/generated/client";
import { literalInLike } from "@/lib/db/like";
import { problem } from "@/lib/errors";
import { flapWindow, isFlappingAt } from "./flapping";
import type { Labels } from "./labels";
import { comparedOf } from "./lint/compared";
import { measuredUnitOf } from "./measured-unit";
import { type AlertingRule, exprOf, labelsOf } from "./rule";
import { ruleCounts } from "./rules/queries";
import { intervalOf, labelsOfGroup, ruleOfRow } from "./rules/row";
import type {
  AcknowledgementView,
  AlertDetail,
  AlertFilter,
  AlertView,
  alertCountsSchema,
  CoveringSilence,
} from "./schema";
import { severities } from "./severity";
import { silencesByLabels } from "./silences/queries";

export type AlertRow = Alert & {
  rule: Pick<AlertRule, "for"> | null;
  /** Those that hold now: at most one. */
  acknowledgements: Acknowledgement[];
};

export const withHandling = {
  rule: { select: { for: true } },
  acknowledgements: { where: { openKey: { not: null } } },
} as const;

/** An acknowledgement as a caller sees it. */
const acknowledgementView = (row: Acknowledgement): AcknowledgementView => ({
  id: row.id,
  actor: { id: row.actorId, name: row.actorName },
  note: row.note,
  at: row.at.toISOString(),
  until: row.until?.toISOString() ?? null,
  endedAt: row.endedAt?.toISOString() ?? null,
  endedBy: row.endedBy as AcknowledgementView["endedBy"],
});

export const labelsOfAlert = ({ labels }: Pick<Alert, "labels">) => labels as Record<string, string>;

/** What a view needs beside the row. */
type Around = {
  sources: ReadonlyMap<string, string>;
  silencesOf: (labels: Labels) => CoveringSilence[];
  /** Times at which alerts of one label set fired, by `flapKey`. */
  fired: ReadonlyMap<string, readonly number[]>;
};

const flapKey = ({ ruleId, sourceId, fingerprint }: Pick<Alert, "ruleId" | "sourceId" | "fingerprint">) =>
  `${ruleId ?? sourceId}/${fingerprint}`;

function actionsOn(row: AlertRow, actor: Actor): AlertView["actions"] {
  if (!can(actor, "alerts:write", row)) return [];
  const silence = can(actor, "silences:write", row) ? (["silence"] as const) : [];
  if (row.state === "inactive") return ["comment"];
  const [open] = row.acknowledgements;
  const acknowledging =
    open === undefined
      ? (["acknowledge"] as const)
      : open.actorId === actor.id
        ? (["undo_acknowledgement"] as const)
        : (["take_over", "undo_acknowledgement"] as const);
  return [...acknowledging, "assign", "snooze", "comment", ...silence];
}

function view(row: AlertRow, actor: Actor, now: Date, around: Around): AlertView {
  const labels = labelsOfAlert(row);
  const [open] = row.acknowledgements;
  const silences = row.state === "inactive" ? [] : around.silencesOf(labels);
  return {
    id: row.id,
    name: row.name,
    state: row.state as AlertView["state"],
    severity: row.severity,
    service: row.service,
    labels,
    annotations: row.annotations as Record<string, string>,
    value: row.value !== null && Number.isFinite(row.value) ? row.value : null,
    origin: row.origin as AlertView["origin"],
    source: row.sourceId === null ? null : (around.sources.get(row.sourceId) ?? null),
    ruleId: row.ruleId,
    fingerprint: row.fingerprint,
    activeAt: row.activeAt.toISOString(),
    firedAt: row.firedAt?.toISOString() ?? null,
    resolvedAt: row.resolvedAt?.toISOString() ?? null,
    seenAt: row.seenAt.toISOString(),
    for: row.rule?.for ?? null,
    isEnforced: row.isEnforced,
    isFlapping: isFlappingAt(around.fired.get(flapKey(row)) ?? [], now.getTime() / 1000),
    acknowledgement: open === undefined ? null : acknowledgementView(open),
    assignee: row.assignee,
    snoozedUntil: row.snoozedUntil !== null && row.snoozedUntil > now ? row.snoozedUntil.toISOString() : null,
    silencedBy: silences.map(({ id }) => id),
    silences,
    generatorUrl: row.generatorUrl,
    version: row.version,
    actions: actionsOn(row, actor),
  };
}

async function around(rows: readonly AlertRow[], actor: Actor, now: Date): Promise<Around> {
  const sourceIds = [...new Set(rows.flatMap(({ sourceId }) => (sourceId === null ? [] : [sourceId])))];
  const [sources, silencesOf, fired] = await Promise.all([
    db().source.findMany({ where: { id: { in: sourceIds } }, select: { id: true, name: true } }),
    silencesByLabels(actor, now),
    db().alert.findMany({
      where: {
        teamId: actor.teamId,
        fingerprint: { in: [...new Set(rows.map(({ fingerprint }) => fingerprint))] },
        firedAt: { gte: new Date(now.getTime() - flapWindow * 1000) },
      },
      select: { ruleId: true, sourceId: true, fingerprint: true, firedAt: true },
    }),
  ]);
  const times = new Map<string, number[]>();
  for (const each of fired) {
    const key = flapKey(each);
    times.set(key, [...(times.get(key) ?? []), each.firedAt!.getTime() / 1000]);
  }
  return { sources: new Map(sources.map(({ id, name }) => [id, name])), silencesOf, fired: times };
}

/** Alerts as a caller sees them at `now`, in the order of the rows. */
export async function alertViews(rows: readonly AlertRow[], actor: Actor, now: Date): Promise<AlertView[]> {
  const known = await around(rows, actor, now);
  return rows.map((row) => view(row, actor, now, known));
}

/** The ids of the active alerts that a silence covers now. */
async function silencedIds(actor: Actor, now: Date): Promise<string[]> {
  const silencesOf = await silencesByLabels(actor, now);
  const rows = await db().alert.findMany({
    where: { teamId: actor.teamId, state: { in: ["pending", "firing"] } },
    select: { id: true, labels: true },
  });
  return rows.filter((row) => silencesOf(labelsOfAlert(row)).length > 0).map(({ id }) => id);
}

const openAcknowledgement = (condition = Prisma.empty) => Prisma.sql`EXISTS (
  SELECT 1 FROM "Acknowledgement" AS ack
  WHERE ack."alertId" = alert.id AND ack."openKey" IS NOT NULL ${condition})`;

async function handlingSql(actor: Actor, filter: AlertFilter, now: Date): Promise<Prisma.Sql> {
  switch (filter.handling) {
    case undefined:
      return Prisma.sql`TRUE`;
    case "acknowledged":
      return openAcknowledgement();
    case "snoozed":
      return Prisma.sql`alert."snoozedUntil" > ${now}`;
    case "mine":
      return Prisma.sql`(alert.assignee = ${actor.name} OR ${openAcknowledgement(Prisma.sql`AND ack."actorId" = ${actor.id}`)})`;
    case "silenced":
      return Prisma.sql`alert.id = ANY(${await silencedIds(actor, now)})`;
    case "open":
      return Prisma.sql`(NOT ${openAcknowledgement()}
        AND (alert."snoozedUntil" IS NULL OR alert."snoozedUntil" <= ${now})
        AND NOT alert.id = ANY(${await silencedIds(actor, now)}))`;
  }
}

function stateSql({ state }: AlertFilter): Prisma.Sql {
  switch (state) {
    case "active":
      return Prisma.sql`alert.state IN ('pending', 'firing')`;
    case "resolved":
      // What was pending and went away never alerted anyone.
      return Prisma.sql`alert.state = 'inactive' AND alert."firedAt" IS NOT NULL`;
    case "all":
      return Prisma.sql`(alert.state <> 'inactive' OR alert."firedAt" IS NOT NULL)`;
    default:
      return Prisma.sql`alert.state = ${state}`;
  }
}

async function whereSql(actor: Actor, filter: AlertFilter, now: Date): Promise<Prisma.Sql> {
  const conditions = [
    Prisma.sql`alert."teamId" = ${actor.teamId}`,
    stateSql(filter),
    await handlingSql(actor, filter, now),
  ];
  if (filter.severity !== undefined)
    conditions.push(
      filter.severity === ""
        ? Prisma.sql`alert.severity IS NULL`
        : Prisma.sql`alert.severity = ${filter.severity}`,
    );
  if (filter.service !== undefined) conditions.push(Prisma.sql`alert.service = ${filter.service}`);
  if (filter.origin !== undefined) conditions.push(Prisma.sql`alert.origin = ${filter.origin}`);
  if (filter.ruleId !== undefined) conditions.push(Prisma.sql`alert."ruleId" = ${filter.ruleId}`);
  if (filter.start !== undefined)
    conditions.push(Prisma.sql`(alert."resolvedAt" IS NULL OR alert."resolvedAt" >= ${filter.start})`);
  if (filter.end !== undefined) conditions.push(Prisma.sql`alert."activeAt" <= ${filter.end}`);
  if (filter.q !== undefined) {
    const like = `%${literalInLike(filter.q)}%`;
    conditions.push(
      Prisma.sql`(alert.name ILIKE ${like} OR alert.labels::text ILIKE ${like} OR alert.annotations::text ILIKE ${like})`,
    );
  }
  return Prisma.join(conditions, " AND ");
}

/** Firing before pending before resolved, the worst severity first, then the newest: ascending in every part. */
const stateOrder = Prisma.sql`CASE alert.state WHEN 'firing' THEN 0 WHEN 'pending' THEN 1 ELSE 2 END`;
const severityOrder = Prisma.sql`CASE WHEN alert.state = 'inactive' THEN 0
  ELSE coalesce(array_position(ARRAY[${Prisma.join([...severities])}]::text[], lower(alert.severity)), ${severities.length + 1}) END`;
const ageOrder = Prisma.sql`-extract(epoch FROM CASE WHEN alert.state = 'inactive' THEN alert."resolvedAt" ELSE alert."activeAt" END)::float8`;

const cursorPattern = /^(\d)\.(\d{1,2})\.(-?[\d.]+)\.([0-9a-f-]{36})$/;

function positionSql(cursor: string | undefined): Prisma.Sql {
  if (cursor === undefined) return Prisma.sql`TRUE`;
  const [, state, severity, age, id] = cursorPattern.exec(cursor) ?? [];
  if (id === undefined) throw foreignCursor();
  return Prisma.sql`(${stateOrder}, ${severityOrder}, ${ageOrder}, alert.id)
    > (${Number(state)}::int, ${Number(severity)}::int, ${Number(age)}::float8, ${id}::text)`;
}

/**
 * The team's alerts: firing before pending before resolved, the worst severity first, the newest first. Throws
 * `invalid_request` for a cursor that is not one.
 */
export async function listAlerts(
  actor: Actor,
  filter: AlertFilter,
  page: { cursor?: string; limit: number },
  now: Date,
): Promise<{ items: AlertView[]; nextCursor: string | null }> {
  const found = await db().$queryRaw<{ id: string; state: number; severity: number; age: number }[]>`
    SELECT alert.id, ${stateOrder} AS state, ${severityOrder} AS severity, ${ageOrder} AS age
    FROM "Alert" AS alert
    WHERE ${await whereSql(actor, filter, now)} AND ${positionSql(page.cursor)}
    ORDER BY 2, 3, 4, 1
    LIMIT ${page.limit + 1}`;
  const { items, nextCursor } = pageOf(
    found,
    page.limit,
    ({ state, severity, age, id }) => `${state}.${severity}.${age}.${id}`,
    ({ id }) => id,
  );
  const rows = await db().alert.findMany({ where: { id: { in: items } }, include: withHandling });
  const byId = new Map(rows.map((row) => [row.id, row]));
  return {
    items: await alertViews(
      items.flatMap((id) => byId.get(id) ?? []),
      actor,
      now,
    ),
    nextCursor,
  };
}

/**
 * How many alerts fire and are pending now, and since when none does. What only observes and what is silenced counts
 * apart: nobody is told of it.
 */
export async function alertCounts(actor: Actor, now: Date): Promise<z.infer<typeof alertCountsSchema>> {
  const [rules, active, silencesOf, last] = await Promise.all([
    ruleCounts(actor, now),
    db().alert.findMany({
      where: { teamId: actor.teamId, state: { in: ["pending", "firing"] } },
      select: {
        state: true,
        severity: true,
        labels: true,
        isEnforced: true,
        acknowledgements: { where: { openKey: { not: null } }, select: { id: true } },
      },
    }),
    silencesByLabels(actor, now),
    db().alert.findFirst({
      where: { teamId: actor.teamId, state: "inactive", firedAt: { not: null } },
      orderBy: { resolvedAt: { sort: "desc", nulls: "last" } },
      select: { resolvedAt: true },
    }),
  ]);
  const firing = active.filter(({ state }) => state === "firing");
  const audible = firing.filter((row) => silencesOf(labelsOfAlert(row)).length === 0);
  const telling = audible.filter(({ isEnforced }) => isEnforced);
  const bySeverity: Record<string, number> = {};
  for (const { severity } of telling) bySeverity[severity ?? ""] = (bySeverity[severity ?? ""] ?? 0) + 1;
  return {
    firing: firing.length,
    pending: active.length - firing.length,
    bySeverity,
    observed: audible.length - telling.length,
    silenced: firing.length - audible.length,
    acknowledged: telling.filter(({ acknowledgements }) => acknowledgements.length > 0).length,
    clearSince: firing.length === 0 ? (last?.resolvedAt?.toISOString() ?? null) : null,
    rules,
  };
}

/** The values that the alerts of the last 30 days have, for the filters of the page. */
export async function alertVocabulary(
  actor: Actor,
  now: Date,
): Promise<{ severities: string[]; services: string[] }> {
  const where = {
    teamId: actor.teamId,
    seenAt: { gte: new Date(now.getTime() - 30 * 86_400_000) },
  };
  const [bySeverity, byService] = await Promise.all([
    db().alert.groupBy({ by: ["severity"], where }),
    db().alert.groupBy({ by: ["service"], where, orderBy: { service: "asc" }, take: 500 }),
  ]);
  return {
    severities: bySeverity.flatMap(({ severity }) => severity ?? []).sort(),
    services: byService.flatMap(({ service }) => service ?? []),
  };
}

/** An alert of the team with what holds of it now. Throws `not_found`. */
export async function alertRow(tx: Database, actor: Actor, id: string): Promise<AlertRow> {
  const row = await tx.alert.findFirst({ where: { id, teamId: actor.teamId }, include: withHandling });
  if (row === null) throw problem("not_found", "There is no alert with this id.");
  return row;
}

/** What else fired counts from so long before. */
const meanwhileMs = 30 * 60_000;
const runbookNames = ["runbook_url", "runbook"];

/**
 * What a rule compares with which thresholds, whether they stand beside its expression or in it. Of the one level of a
 * rule, the severity is the alert's: a template among the labels is expanded there.
 */
function comparedIn(
  rule: AlertingRule,
  severity: string | null,
): Pick<NonNullable<AlertDetail["query"]>, "compared" | "comparison" | "thresholds"> {
  const compared = comparedOf(rule);
  const levels = compared?.levels ?? rule.levels;
  return {
    compared: compared?.left ?? rule.expr,
    comparison: compared?.op ?? rule.comparison,
    thresholds:
      levels.length === 1 ? [{ ...levels[0]!, severity: rule.levels[0]!.severity ?? severity }] : [...levels],
  };
}

/** One alert with its history. Throws `not_found`. */
export async function findAlert(actor: Actor, id: string, now: Date): Promise<AlertDetail> {
  const row = await alertRow(db(), actor, id);
  const [[shown], transitions, acknowledgements, remarks, rule, earlier, meanwhile] = await Promise.all([
    alertViews([row], actor, now),
    db().alertTransition.findMany({
      where: { alertId: id },
      orderBy: [{ at: "asc" }, { id: "asc" }],
      take: 500,
    }),
    db().acknowledgement.findMany({ where: { alertId: id }, orderBy: { at: "desc" }, take: 100 }),
    db().alertRemark.findMany({ where: { alertId: id, deletedAt: null }, orderBy: { at: "asc" }, take: 500 }),
    row.ruleId === null
      ? null
      : db().alertRule.findUnique({ where: { id: row.ruleId }, include: { group: true } }),
    db().alert.findMany({
      where: {
        teamId: actor.teamId,
        id: { not: id },
        fingerprint: row.fingerprint,
        ruleId: row.ruleId,
        sourceId: row.sourceId,
        activeAt: { lt: row.activeAt },
      },
      orderBy: { activeAt: "desc" },
      take: 20,
    }),
    db().alert.findMany({
      where: {
        teamId: actor.teamId,
        id: { not: id },
        firedAt: { not: null, lte: row.resolvedAt ?? now },
        OR: [{ resolvedAt: null }, { resolvedAt: { gte: new Date(row.activeAt.getTime() - meanwhileMs) } }],
      },
      orderBy: { firedAt: "desc" },
      take: 50,
    }),
  ]);
  const annotations = row.annotations as Record<string, string>;
  const parsed = rule === null ? null : ruleOfRow(rule);
  return {
    ...shown!,
    transitions: transitions.map(({ at, from, to, value, isReplayed, within }) => ({
      at: at.toISOString(),
      from: from as AlertView["state"],
      to: to as AlertView["state"],
      value: value !== null && Number.isFinite(value) ? value : null,
      isReplayed,
      within,
    })),
    acknowledgements: acknowledgements.map(acknowledgementView),
    remarks: remarks.map(({ id: remarkId, kind, actorId, actorName, text, at }) => ({
      id: remarkId,
      kind: kind as "comment" | "resolution",
      actor: { id: actorId, name: actorName },
      text,
      at: at.toISOString(),
    })),
    query:
      rule === null || parsed === null
        ? null
        : {
            expr: parsed.levels.length === 1 ? exprOf(parsed, parsed.levels[0]!) : parsed.expr,
            ...comparedIn(parsed, row.severity),
            ruleLabels: [
              ...new Set(
                parsed.levels.flatMap((level) =>
                  Object.keys(labelsOf(parsed, level, labelsOfGroup(rule.group))),
                ),
              ),
            ],
            interval: intervalOf(rule.group),
          },
    measures: (parsed === null ? undefined : measuredUnitOf(parsed)) ?? null,
    earlier: earlier.map((each) => ({
      id: each.id,
      activeAt: each.activeAt.toISOString(),
      firedAt: each.firedAt?.toISOString() ?? null,
      resolvedAt: each.resolvedAt?.toISOString() ?? null,
    })),
    meanwhile: meanwhile.map((each) => ({
      id: each.id,
      name: each.name,
      severity: each.severity,
      service: each.service,
      state: each.state as AlertView["state"],
      firedAt: each.firedAt?.toISOString() ?? null,
    })),
    runbook:
      runbookNames.map((name) => annotations[name]).find((url) => url !== undefined && url !== "") ?? null,
  };
}
