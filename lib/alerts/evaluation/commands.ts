import "server-only";
import type { Transaction } from "@/lib/db/client";
import { notify } from "@/lib/events/notify";
import { type AlertChange, enqueueChanges } from "@/lib/notifications/groups/commands";
import { enqueueSummary } from "@/lib/notifications/messages/commands";
import type { LedgerAlert } from "../ledger";
import { holdGroupIfFree } from "../rules/group-lock";
import type { LoadedGroup } from "./load";
import type { GroupRun, RuleOutcome } from "./run";

const dateOf = (seconds: number): Date => new Date(Math.round(seconds * 1000));
const isoOrNull = (seconds: number | null): string | null =>
  seconds === null ? null : dateOf(seconds).toISOString();

/** JSON has no NaN; PostgreSQL reads these words as the numbers that they are. */
const numberText = (value: number): string => String(value);

/**
 * Holds the group until the transaction ends. Answers whether it is as it was loaded: no other worker has evaluated it up
 * to `at` since, and nobody changed its rules or does so now, which may take a minute for a file of ten thousand.
 */
async function isAsLoaded(tx: Transaction, loaded: LoadedGroup, at: number): Promise<boolean> {
  if (!(await holdGroupIfFree(tx, loaded.row))) return false;
  const rules = await tx.$queryRaw<{ id: string; version: number; evaluatedFor: Date | null }[]>`
    SELECT rule.id, rule.version, status."evaluatedFor" FROM "AlertRule" AS rule
    LEFT JOIN "RuleStatus" AS status ON status."ruleId" = rule.id
    WHERE rule."groupId" = ${loaded.row.id} AND rule."validTo" IS NULL AND rule.kind = 'alerting'
    FOR SHARE OF rule`;
  return (
    rules.length === loaded.rules.size &&
    rules.every(
      ({ id, version, evaluatedFor }) =>
        loaded.rules.get(id)?.version === version &&
        (evaluatedFor === null || evaluatedFor.getTime() < Math.round(at * 1000)),
    )
  );
}

async function writeStatuses(
  tx: Transaction,
  outcomes: readonly RuleOutcome[],
  at: number,
  now: Date,
): Promise<void> {
  const rows = outcomes.map(({ ruleId, health, error, series, seconds, hasData }) => ({
    ruleId,
    health,
    error,
    series,
    seconds,
    hasData,
  }));
  await tx.$executeRaw`
    INSERT INTO "RuleStatus" AS kept
      ("ruleId", "evaluatedFor", "evaluatedAt", seconds, health, "lastError", series, "noDataSince")
    SELECT "ruleId", ${dateOf(at)}::timestamptz, ${now}::timestamptz, seconds, health, error, series,
      CASE WHEN "hasData" OR health = 'err' THEN NULL ELSE ${dateOf(at)}::timestamptz END
    FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS given
      ("ruleId" text, health text, error text, series int, seconds float8, "hasData" boolean)
    ON CONFLICT ("ruleId") DO UPDATE SET
      "evaluatedFor" = excluded."evaluatedFor", "evaluatedAt" = excluded."evaluatedAt",
      seconds = excluded.seconds, health = excluded.health, "lastError" = excluded."lastError",
      series = coalesce(excluded.series, kept.series),
      "noDataSince" = CASE
        WHEN excluded.health = 'err' THEN kept."noDataSince"
        WHEN excluded."noDataSince" IS NULL THEN NULL
        ELSE coalesce(kept."noDataSince", excluded."noDataSince") END`;
}

/** Writes down that nobody answered: the slots stay due, and the page says why. */
export async function recordOutage(
  tx: Transaction,
  loaded: LoadedGroup,
  error: string,
  now: Date,
): Promise<void> {
  const ids = [...loaded.rules.keys()];
  await tx.$executeRaw`
    INSERT INTO "RuleStatus" AS kept ("ruleId", "evaluatedAt", health, "lastError")
    SELECT id, ${now}::timestamptz, 'err', ${error} FROM unnest(${ids}::text[]) AS id
    ON CONFLICT ("ruleId") DO UPDATE SET health = 'err', "lastError" = excluded."lastError"`;
}

const rowOf = (alert: LedgerAlert) => ({
  id: alert.id,
  ruleId: alert.ruleId,
  fingerprint: alert.fingerprint,
  activeKey: alert.state === "inactive" ? null : `${alert.ruleId}/${alert.fingerprint}`,
  name: alert.labels.alertname ?? "",
  severity: alert.labels.severity ?? null,
  labels: alert.labels,
  annotations: alert.annotations,
  state: alert.state,
  value: numberText(alert.value),
  activeAt: isoOrNull(alert.activeAt),
  firedAt: isoOrNull(alert.firedAt),
  keepFiringSince: isoOrNull(alert.keepFiringSince),
  resolvedAt: isoOrNull(alert.resolvedAt),
  seenAt: isoOrNull(alert.seenAt),
});

async function writeAlerts(
  tx: Transaction,
  loaded: LoadedGroup,
  created: readonly LedgerAlert[],
  changed: readonly LedgerAlert[],
): Promise<void> {
  const isEnforced = (alert: LedgerAlert) => loaded.rules.get(alert.ruleId)?.mode === "enforce";
  const serviceOf = (alert: LedgerAlert) => {
    const covered = loaded.rules.get(alert.ruleId)?.services ?? [];
    return alert.labels.service ?? (covered.length === 1 ? covered[0]! : null);
  };
  const { teamId, sourceId } = loaded.row;
  if (changed.length > 0)
    await tx.$executeRaw`
      UPDATE "Alert" AS alert SET
        "activeKey" = given."activeKey", annotations = given.annotations, state = given.state,
        value = given.value::float8, "firedAt" = given."firedAt", "keepFiringSince" = given."keepFiringSince",
        "resolvedAt" = given."resolvedAt", "seenAt" = given."seenAt", "isEnforced" = given."isEnforced",
        version = alert.version + CASE WHEN alert.state = given.state THEN 0 ELSE 1 END
      FROM jsonb_to_recordset(${JSON.stringify(
        changed.map((alert) => ({ ...rowOf(alert), isEnforced: isEnforced(alert) })),
      )}::jsonb) AS given (id text, "activeKey" text, annotations jsonb, state text, value text,
        "firedAt" timestamptz, "keepFiringSince" timestamptz, "resolvedAt" timestamptz, "seenAt" timestamptz,
        "isEnforced" boolean)
      WHERE alert.id = given.id`;
  if (created.length > 0)
    await tx.$executeRaw`
      INSERT INTO "Alert" (id, "teamId", "ruleId", "sourceId", origin, fingerprint, "activeKey", name, severity,
        service, labels, annotations, state, value, "activeAt", "firedAt", "keepFiringSince", "resolvedAt",
        "seenAt", "isEnforced")
      SELECT id, ${teamId}, "ruleId", ${sourceId}, 'console', fingerprint, "activeKey", name, severity,
        service, labels, annotations, state, value::float8, "activeAt", "firedAt", "keepFiringSince",
        "resolvedAt", "seenAt", "isEnforced"
      FROM jsonb_to_recordset(${JSON.stringify(
        created.map((alert) => ({
          ...rowOf(alert),
          isEnforced: isEnforced(alert),
          service: serviceOf(alert),
        })),
      )}::jsonb) AS given (id text, "ruleId" text, fingerprint text, "activeKey" text, name text, severity text,
        service text, labels jsonb, annotations jsonb, state text, value text, "activeAt" timestamptz,
        "firedAt" timestamptz, "keepFiringSince" timestamptz, "resolvedAt" timestamptz, "seenAt" timestamptz,
        "isEnforced" boolean)`;
}

/** What holds of an alert ends with it. */
async function endAcknowledgements(tx: Transaction, ended: readonly LedgerAlert[]): Promise<void> {
  if (ended.length === 0) return;
  await tx.$executeRaw`
    UPDATE "Acknowledgement" AS ack SET "endedAt" = given."resolvedAt", "endedBy" = 'resolved', "openKey" = NULL
    FROM jsonb_to_recordset(${JSON.stringify(
      ended.map(({ id, resolvedAt }) => ({ id, resolvedAt: isoOrNull(resolvedAt) })),
    )}::jsonb) AS given (id text, "resolvedAt" timestamptz)
    WHERE ack."openKey" = given.id`;
}

/**
 * An alert that comes back while it was still acknowledged for a time, assigned or snoozed goes on so: it flaps, and whoever
 * saw to it still does.
 */
async function carryHandling(tx: Transaction, created: readonly LedgerAlert[]): Promise<void> {
  const active = created.filter(({ state }) => state !== "inactive");
  if (active.length === 0) return;
  const given = JSON.stringify(
    active.map(({ id, ruleId, fingerprint, activeAt }) => ({
      id,
      ruleId,
      fingerprint,
      activeAt: isoOrNull(activeAt),
    })),
  );
  await tx.$executeRaw`
    INSERT INTO "Acknowledgement" (id, "alertId", "actorId", "actorName", note, at, until, "openKey")
    SELECT DISTINCT ON (given.id) gen_random_uuid()::text, given.id, ack."actorId", ack."actorName", ack.note,
      ack.at, ack.until, given.id
    FROM jsonb_to_recordset(${given}::jsonb) AS given
      (id text, "ruleId" text, fingerprint text, "activeAt" timestamptz)
    JOIN "Alert" AS before ON before."ruleId" = given."ruleId" AND before.fingerprint = given.fingerprint
      AND before.id <> given.id
    JOIN "Acknowledgement" AS ack ON ack."alertId" = before.id AND ack."endedBy" = 'resolved'
      AND ack.until > given."activeAt"
    ORDER BY given.id, ack.at DESC`;
  await tx.$executeRaw`
    UPDATE "Alert" AS alert SET "snoozedUntil" = before."snoozedUntil",
      assignee = coalesce(alert.assignee, before.assignee)
    FROM jsonb_to_recordset(${given}::jsonb) AS given
      (id text, "ruleId" text, fingerprint text, "activeAt" timestamptz)
    JOIN LATERAL (
      SELECT "snoozedUntil", assignee FROM "Alert" AS before
      WHERE before."ruleId" = given."ruleId" AND before.fingerprint = given.fingerprint AND before.id <> given.id
      ORDER BY before."activeAt" DESC LIMIT 1) AS before ON before."snoozedUntil" > given."activeAt"
    WHERE alert.id = given.id`;
}

const changeOf = (alert: LedgerAlert): AlertChange => ({
  alertId: alert.id,
  fingerprint: alert.fingerprint,
  labels: alert.labels,
  annotations: alert.annotations,
  state: alert.state === "inactive" ? "resolved" : alert.state,
  startsAt: dateOf(alert.firedAt ?? alert.activeAt),
  endsAt: alert.resolvedAt === null ? null : dateOf(alert.resolvedAt),
});

/**
 * Writes what an evaluation found: alerts, transitions, how each rule went, and what is to be told of it. What had fired and
 * ended again in evaluations that were made up for is told in one summary. False, with nothing written, where the group
 * is no longer as it was loaded, since another worker was first or somebody changes or changed a rule.
 */
export async function recordEvaluation(
  tx: Transaction,
  loaded: LoadedGroup,
  run: Extract<GroupRun, { kind: "evaluated" }>,
  now: Date,
): Promise<boolean> {
  if (!(await isAsLoaded(tx, loaded, run.at))) return false;
  const { created, changed, transitions } = run.ledger;
  await writeAlerts(tx, loaded, created, changed);
  if (transitions.length > 0)
    await tx.alertTransition.createMany({
      data: transitions.map(({ at, value, ...transition }) => ({
        ...transition,
        at: dateOf(at),
        value: value !== null && Number.isFinite(value) ? value : null,
      })),
      skipDuplicates: true,
    });
  await endAcknowledgements(
    tx,
    changed.filter(({ state }) => state === "inactive"),
  );
  await carryHandling(tx, created);
  await writeStatuses(tx, run.outcomes, run.at, now);

  if (transitions.length === 0) return true;
  const wasFiring = new Set(
    [...loaded.active, ...loaded.orphans].filter(({ state }) => state === "firing").map(({ id }) => id),
  );
  const moved = new Set(transitions.map(({ alertId }) => alertId));
  const all = [...created, ...changed].filter(({ id }) => moved.has(id));
  const told = all.filter(({ id, state }) =>
    state === "inactive" ? wasFiring.has(id) : (state === "firing") !== wasFiring.has(id),
  );
  await enqueueChanges(
    tx,
    loaded.row.teamId,
    told.filter(({ state }) => state !== "pending").map(changeOf),
    now,
  );
  const over = all.filter(
    ({ id, state, firedAt }) => state === "inactive" && firedAt !== null && !wasFiring.has(id),
  );
  await enqueueSummary(
    tx,
    loaded.row.teamId,
    over.map(({ id }) => id),
  );
  await notify(tx, { type: "alert", id: loaded.row.id });
  return true;
}
