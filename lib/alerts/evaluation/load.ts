import "server-only";
import { type Database, db } from "@/lib/db/client";
import { type Alert, type AlertRule, Prisma, type RuleGroup } from "@/lib/db/generated/client";
import type { LedgerAlert } from "../ledger";
import type { AlertingRule, GroupSpec } from "../rule";
import { groupOfRow, intervalOf } from "../rules/row";
import type { ActiveAlert, TierState } from "../state";
import { blindMessage } from "./blind-slots";
import { isRuleState } from "./rule-states";

/** A group by its header. `evaluatedFor` is its last evaluation, Unix seconds. */
export interface GroupHeader {
  id: string;
  name: string;
  file: string;
  interval: number;
  evaluatedFor: number | null;
}

/** Over how many leases the groups are shared out. */
export const shards = 8;

/** The groups of a shard that have something to evaluate, the longest unevaluated first; of one group where it is given. */
export async function groupHeaders(of: { shard: number } | { groupId: string }): Promise<GroupHeader[]> {
  const isAsked =
    "shard" in of
      ? Prisma.sql`(hashtext("group".id) & ${shards - 1}) = ${of.shard}`
      : Prisma.sql`"group".id = ${of.groupId}`;
  const rows = await db().$queryRaw<
    { id: string; name: string; file: string; interval: number | null; evaluatedFor: Date | null }[]
  >`
    SELECT "group".id, "group".name, "group".file, "group".interval, max(status."evaluatedFor") AS "evaluatedFor"
    FROM "RuleGroup" AS "group"
    JOIN "AlertRule" AS rule ON rule."groupId" = "group".id AND rule."validTo" IS NULL AND rule.kind = 'alerting'
    JOIN "Source" AS source ON source.id = "group"."sourceId" AND source."validTo" IS NULL
    LEFT JOIN "RuleStatus" AS status ON status."ruleId" = rule.id
    WHERE "group"."validTo" IS NULL AND ${isAsked}
    GROUP BY "group".id
    ORDER BY max(status."evaluatedFor") NULLS FIRST`;
  return rows.map(({ interval, evaluatedFor, ...row }) => ({
    ...row,
    interval: intervalOf({ interval }),
    evaluatedFor: evaluatedFor === null ? null : evaluatedFor.getTime() / 1000,
  }));
}

/** A group as it stands before an evaluation. */
export interface LoadedGroup {
  row: RuleGroup;
  spec: GroupSpec;
  rules: ReadonlyMap<string, AlertRule>;
  /** The states of each rule's tiers, in the order of its levels. */
  states: ReadonlyMap<string, TierState[]>;
  /** The states of the alerts about each rule itself. */
  ruleStates: ReadonlyMap<string, TierState>;
  active: LedgerAlert[];
  /** Active alerts of a tier that its rule has no more. */
  orphans: LedgerAlert[];
  /** Whether its last evaluation was for a time at which the source took no samples. */
  wasBlind: boolean;
}

const seconds = (date: Date): number => date.getTime() / 1000;
const secondsOrNull = (date: Date | null): number | null => (date === null ? null : seconds(date));

const ledgerAlert = (row: Alert): LedgerAlert => ({
  id: row.id,
  ruleId: row.ruleId!,
  fingerprint: row.fingerprint,
  labels: row.labels as Record<string, string>,
  annotations: row.annotations as Record<string, string>,
  value: row.value ?? Number.NaN,
  state: row.state as LedgerAlert["state"],
  activeAt: seconds(row.activeAt),
  firedAt: secondsOrNull(row.firedAt),
  keepFiringSince: secondsOrNull(row.keepFiringSince),
  resolvedAt: secondsOrNull(row.resolvedAt),
  seenAt: seconds(row.seenAt),
});

const activeAlert = ({
  labels,
  annotations,
  value,
  state,
  activeAt,
  firedAt,
  keepFiringSince,
}: LedgerAlert): ActiveAlert => ({
  labels,
  annotations,
  value,
  state: state as ActiveAlert["state"],
  activeAt,
  firedAt,
  keepFiringSince,
});

/** Which of its rule's levels an alert is of; -1 for one that the rule has no more. */
function tierOf(rule: AlertingRule | undefined, alert: LedgerAlert): number {
  if (rule === undefined) return -1;
  if (rule.levels.length === 1) {
    const { severity } = rule.levels[0]!;
    return severity === null || alert.labels.severity === severity ? 0 : -1;
  }
  return rule.levels.findIndex(({ severity }) => severity === alert.labels.severity);
}

/** Loads a group with its rules and their active alerts; null when it is gone. */
export async function loadGroup(tx: Database, groupId: string): Promise<LoadedGroup | null> {
  const row = await tx.ruleGroup.findFirst({
    where: { id: groupId, validTo: null },
    include: {
      rules: {
        where: { validTo: null, kind: "alerting" },
        orderBy: { position: "asc" },
        include: { status: { select: { lastError: true } } },
      },
    },
  });
  if (row === null) return null;
  const { rules, ...group } = row;
  const spec = groupOfRow(group, rules);
  const alerts = await tx.alert.findMany({
    where: { ruleId: { in: rules.map(({ id }) => id) }, state: { in: ["pending", "firing"] } },
  });
  const specs = new Map(spec.rules.map((rule) => [rule.id, rule]));
  const states = new Map(
    spec.rules.map((rule) => [rule.id, rule.levels.map(() => new Map<string, ActiveAlert>())]),
  );
  const ruleStates = new Map(spec.rules.map(({ id }) => [id, new Map<string, ActiveAlert>()]));
  const active: LedgerAlert[] = [];
  const orphans: LedgerAlert[] = [];
  for (const alert of alerts.map(ledgerAlert)) {
    if (isRuleState(alert.labels)) {
      active.push(alert);
      ruleStates.get(alert.ruleId)!.set(alert.fingerprint, activeAlert(alert));
      continue;
    }
    const tier = tierOf(specs.get(alert.ruleId), alert);
    if (tier === -1) orphans.push(alert);
    else {
      active.push(alert);
      states.get(alert.ruleId)![tier]!.set(alert.fingerprint, activeAlert(alert));
    }
  }
  return {
    row: group,
    spec,
    rules: new Map(rules.map((rule) => [rule.id, rule])),
    states,
    ruleStates,
    active,
    orphans,
    wasBlind: rules.some(({ status }) => status?.lastError === blindMessage),
  };
}
