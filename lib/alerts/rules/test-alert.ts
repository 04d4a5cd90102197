import "server-only";
import type { Actor } from "@/lib/auth/actor";
import { db } from "@/lib/db/client";
import { invalidFields, problem } from "@/lib/errors";
import { upstreamTarget } from "@/lib/sources/targets";
import { evaluateTier, type VectorReader } from "../evaluate";
import { instantVectorReader, newNotes } from "../evaluation/reader";
import type { Labels } from "../labels";
import { labelsOf } from "../rule";
import { severityRank } from "../severity";
import { alertLabelsOf } from "../state";
import { ruleRow } from "./queries";
import { labelsOfGroup, ruleOfRow } from "./row";

/** An alert as a rule would raise it, whether or not its condition holds now. */
export interface RaisedAlert {
  rule: { id: string; name: string };
  labels: Labels;
  annotations: Labels;
  /** Of the series that it was made of; null where there is none. */
  value: number | null;
  /** Why a real alert may look different, or be told to nobody. */
  notes: string[];
}

/** Seconds. */
const readTimeout = 10;

/**
 * Returns the alert that a rule would raise: of the first series that its expression gives now, with the labels and
 * annotations expanded, or of the rule's own labels where it gives none. `severity` says which level; the worst without
 * it. Throws `not_found`, `conflict` for a rule that was deleted or only records, and `invalid_request` for a severity
 * that none of its levels has.
 */
export async function alertRaisedBy(
  actor: Actor,
  id: string,
  { severity }: { severity?: string | null },
  { now, signal }: { now: Date; signal?: AbortSignal },
): Promise<RaisedAlert> {
  const row = await ruleRow(db(), actor, id);
  if (row.validTo !== null) throw problem("conflict", "This rule is deleted. Restore it first.");
  if (row.kind !== "alerting") throw problem("conflict", "A recording rule raises no alerts.");
  const rule = ruleOfRow(row);
  const [worst] = [...rule.levels].sort((a, b) => severityRank(a.severity) - severityRank(b.severity));
  const level = severity === undefined ? worst : rule.levels.find((each) => each.severity === severity);
  if (level === undefined)
    throw invalidFields([
      {
        path: "severity",
        message: `One of ${rule.levels.map((each) => each.severity ?? "null").join(", ")}`,
      },
    ]);
  const groupLabels = labelsOfGroup(row.group);
  const reader = instantVectorReader(await upstreamTarget(row.group.sourceId), newNotes(), {
    timeout: readTimeout,
    signal,
  });
  const one: VectorReader = {
    async read(expr, at) {
      const observed = await reader.read(expr, at);
      return observed.kind === "vector" && expr === rule.expr
        ? { ...observed, samples: observed.samples.slice(0, 1) }
        : observed;
    },
  };
  const { state, error } = await evaluateTier(
    { queryOffset: row.group.queryOffset ?? 0, limit: 0, labels: groupLabels },
    { ...rule, comparison: null, for: 0 },
    { severity: level.severity, threshold: null },
    new Map(),
    now.getTime() / 1000,
    one,
  );
  const notes = row.mode === "observe" ? ["The rule only observes: nobody is told of its real alerts."] : [];
  const [raised] = [...state.values()];
  if (raised !== undefined)
    return {
      rule: { id, name: rule.name },
      labels: raised.labels,
      annotations: raised.annotations,
      value: Number.isFinite(raised.value) ? raised.value : null,
      notes,
    };
  return {
    rule: { id, name: rule.name },
    labels: alertLabelsOf({}, labelsOf(rule, level, groupLabels), rule.name),
    annotations: rule.annotations,
    value: null,
    notes: [
      ...notes,
      error === null
        ? "The expression gives no series now, so the labels and values that a series would bring are missing."
        : `The query failed, so the labels and values that a series would bring are missing: ${error}`,
    ],
  };
}
