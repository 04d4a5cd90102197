import { z } from "zod";
import type { AlertRule, RuleGroup } from "@/lib/db/generated/client";
import {
  type AlertingRuleInFile,
  type RecordingRuleInFile,
  type RuleFileGroup,
  type RuleInFile,
  unwritten,
} from "../rule-file/rule-file";
import { ruleOfFile, rulesInFileOf } from "../rule-file/tiers";
import { labelsOfGroup, ruleOfRow } from "./row";

/** The columns of a rule that a file decides. */
export interface RuleColumns {
  kind: "alerting" | "recording";
  name: string;
  expr: string;
  comparison: string | null;
  levels: unknown;
  for: number;
  keepFiringFor: number;
  labels: unknown;
  annotations: unknown;
  extra: unknown;
}

/** The columns of a group that a file decides. */
export interface GroupColumns {
  interval: number | null;
  queryOffset: number | null;
  limit: number | null;
  labels: unknown;
  extra: unknown;
}

/** The columns of a rule of a file. */
export function columnsOfRule(rule: RuleInFile): RuleColumns {
  const extra = { extra: rule.extra, comments: rule.comments, written: rule.written };
  if (rule.kind === "recording")
    return {
      kind: "recording",
      name: rule.record,
      expr: rule.expr,
      comparison: null,
      levels: [{ severity: null, threshold: null }],
      for: 0,
      keepFiringFor: 0,
      labels: rule.labels,
      annotations: {},
      extra,
    };
  const { id: _, ...columns } = ruleOfFile(rule, "");
  return { kind: "alerting", ...columns, extra };
}

/** The columns of a group of a file. */
export const columnsOfGroup = (group: RuleFileGroup): GroupColumns => ({
  interval: group.interval ?? null,
  queryOffset: group.queryOffset ?? null,
  limit: group.limit ?? null,
  labels: group.labels,
  extra: {
    extra: group.extra,
    comments: group.comments,
    written: group.written,
    ...(group.resource === undefined ? {} : { resource: group.resource }),
  },
});

// What was read from a file is written by us in the shape of RuleFileGroup; a rule made here has nothing of it.
const keptInRow = z.object({
  extra: z.array(z.object({ key: z.string(), yaml: z.string() })).default([]),
  comments: z
    .array(z.object({ at: z.string(), place: z.enum(["before", "after"]), text: z.string() }))
    .default([]),
  written: z
    .object({
      order: z.array(z.string()),
      labelOrder: z.array(z.string()),
      annotationOrder: z.array(z.string()),
      durations: z.record(z.string(), z.string()),
    })
    .default({ ...unwritten, order: [], labelOrder: [], annotationOrder: [], durations: {} }),
});
const resourceInRow = z.object({
  resource: z
    .object({
      name: z.string(),
      namespace: z.string().optional(),
      labels: z.record(z.string(), z.string()).optional(),
      annotations: z.record(z.string(), z.string()).optional(),
      extra: z
        .array(z.object({ at: z.enum(["", "metadata", "spec"]), key: z.string(), yaml: z.string() }))
        .optional(),
    })
    .optional(),
});

function rulesOfRow(row: AlertRule): (AlertingRuleInFile | RecordingRuleInFile)[] {
  const kept = keptInRow.parse(row.extra);
  const rule = ruleOfRow(row);
  if (row.kind === "recording")
    return [{ kind: "recording", record: rule.name, expr: rule.expr, labels: rule.labels, ...kept }];
  return rulesInFileOf(rule, kept);
}

/** A group with its rules in their order, as a file has it. */
export function fileGroupOf(group: RuleGroup, rules: readonly AlertRule[]): RuleFileGroup {
  return {
    file: group.file,
    name: group.name,
    ...(group.interval === null ? {} : { interval: group.interval }),
    ...(group.queryOffset === null ? {} : { queryOffset: group.queryOffset }),
    ...(group.limit === null ? {} : { limit: group.limit }),
    labels: labelsOfGroup(group),
    ...keptInRow.parse(group.extra),
    ...resourceInRow.parse(group.extra),
    rules: rules.flatMap(rulesOfRow),
  };
}
