import { z } from "zod";
import { dimensions } from "@/lib/signals/schema";
import { durationSchema, labelsSchema, text } from "../fields";

export const comparisons = [">", ">=", "<", "<=", "==", "!="] as const;
export const ruleModes = ["observe", "enforce"] as const;

export const levelSchema = z.object({
  severity: text(100)
    .min(1)
    .nullable()
    .describe("The value of the label `severity`; null leaves it to the rule's own labels."),
  threshold: z.number().nullable().describe("Null where the expression is whole."),
});

export const ruleSignalSchema = z.object({
  service: text(300).min(1),
  signal: text(100).min(1),
  quantile: z.number().gt(0).lt(1).nullable().default(null),
  by: z
    .array(z.enum(dimensions))
    .max(3)
    .optional()
    .describe("One alert for each of these; what is usual for the signal when left out."),
});

/** What a rule says, apart from where it stands. */
export const ruleFields = {
  name: text(200).trim().min(1, { error: "The name of the alert" }),
  expr: text(20_000).trim().min(1, { error: "PromQL, such as up == 0" }),
  comparison: z.enum(comparisons).nullable(),
  levels: z.array(levelSchema).min(1).max(5),
  signal: ruleSignalSchema.nullable(),
  for: durationSchema,
  keepFiringFor: durationSchema,
  labels: labelsSchema,
  annotations: labelsSchema,
  owner: text(200).nullable(),
  services: z.array(text(300)).max(100),
  mode: z.enum(ruleModes),
  alertsOnNoData: z.boolean(),
  alertsOnError: z.boolean(),
};

type Levelled = {
  comparison: string | null;
  levels: readonly { severity: string | null; threshold: number | null }[];
};

/** What is wrong with the tiers of a rule; null when nothing is. */
export function levelsProblem({ comparison, levels }: Levelled): { path: string; message: string } | null {
  if (comparison === null && levels.some(({ threshold }) => threshold !== null))
    return { path: "comparison", message: "Say how the expression compares with the thresholds, such as >" };
  if (comparison !== null && levels.some(({ threshold }) => threshold === null))
    return { path: "levels", message: "Each level needs a threshold to compare with" };
  if (comparison === null && levels.length > 1)
    return { path: "levels", message: "An expression that compares by itself has one level" };
  if (new Set(levels.map(({ severity }) => severity)).size < levels.length)
    return { path: "levels", message: "Each level needs a severity of its own" };
  return null;
}

export const ruleInputSchema = z
  .object({
    ...ruleFields,
    comparison: ruleFields.comparison.default(null),
    levels: ruleFields.levels.default([{ severity: null, threshold: null }]),
    signal: ruleFields.signal.default(null),
    for: ruleFields.for.default(0),
    keepFiringFor: ruleFields.keepFiringFor.default(0),
    labels: ruleFields.labels.default({}),
    annotations: ruleFields.annotations.default({}),
    owner: ruleFields.owner.default(null),
    services: ruleFields.services.default([]),
    mode: ruleFields.mode.default("enforce"),
    alertsOnNoData: ruleFields.alertsOnNoData.default(false),
    alertsOnError: ruleFields.alertsOnError.default(false),
    source: text(200)
      .optional()
      .describe(
        "The Prometheus to evaluate it against, by name; the one that was connected first where it is left out.",
      ),
    group: text(200).trim().min(1).default("rules").describe("Its group, which is made when there is none."),
    interval: durationSchema
      .refine((seconds) => seconds === 0 || seconds >= 1, {
        error: "At least a second, or 0 for the default",
      })
      .nullable()
      .default(null)
      .describe("Of a group that is made, at least a second; null or 0 for the default of a minute."),
  })
  .superRefine((rule, context) => {
    const wrong = levelsProblem(rule);
    if (wrong !== null) context.addIssue({ code: "custom", path: [wrong.path], message: wrong.message });
  });
export type RuleInput = z.input<typeof ruleInputSchema>;
export type ParsedRuleInput = z.output<typeof ruleInputSchema>;

/** A change of a rule: what is left out stays. */
export const rulePatchSchema = z.strictObject({
  ...Object.fromEntries(Object.entries(ruleFields).map(([name, schema]) => [name, schema.optional()])),
}) as unknown as z.ZodObject<{ [Name in keyof typeof ruleFields]: z.ZodOptional<(typeof ruleFields)[Name]> }>;
export type RulePatch = z.input<typeof rulePatchSchema>;

const ruleStatusSchema = z.object({
  evaluatedFor: z.iso.datetime().nullable().describe("The timestamp of its last evaluation."),
  evaluatedAt: z.iso.datetime().nullable().describe("When that was done."),
  lateSeconds: z.number().nullable().describe("How long after its timestamp that was."),
  dueAt: z.iso.datetime().nullable().describe("Its next evaluation."),
  overdueSeconds: z.number().nullable().describe("How long that is overdue; null while it is not."),
  seconds: z.number().nullable().describe("How long the evaluation took."),
  health: z.enum(["unknown", "ok", "err"]),
  lastError: z.string().nullable(),
  series: z.number().int().nullable().describe("How many series its query gave, the largest of its levels."),
  noDataSince: z.iso.datetime().nullable(),
});

export const alertRuleSchema = z.object({
  id: z.uuid(),
  kind: z.enum(["alerting", "recording"]),
  name: z.string(),
  expr: z.string(),
  comparison: z.enum(comparisons).nullable(),
  levels: z.array(levelSchema),
  promql: z
    .array(z.object({ severity: z.string().nullable(), expr: z.string() }))
    .describe("What is evaluated, a line each level."),
  signal: ruleSignalSchema
    .nullable()
    .describe("What `expr` was made of; it stays as it is when the service is selected otherwise later."),
  for: z.number().describe("Seconds."),
  keepFiringFor: z.number().describe("Seconds."),
  labels: z.record(z.string(), z.string()),
  annotations: z.record(z.string(), z.string()),
  owner: z.string().nullable(),
  services: z.array(z.string()),
  mode: z.enum(ruleModes),
  alertsOnNoData: z.boolean(),
  alertsOnError: z.boolean(),
  group: z.object({
    id: z.uuid(),
    name: z.string(),
    file: z.string(),
    origin: z.enum(["console", "import", "folder"]),
    interval: z.number().describe("Seconds."),
    queryOffset: z.number().describe("Seconds."),
    limit: z.number().int().describe("Most alerts of one rule."),
    source: z.string(),
  }),
  isReadOnly: z.boolean().describe("It stands in a file of the folder of rules, and is changed there only."),
  status: ruleStatusSchema,
  pending: z.number().int(),
  firing: z.number().int(),
  version: z.number().int().describe("For If-Match."),
  changedAt: z.iso.datetime(),
  deletedAt: z.iso.datetime().nullable(),
  actions: z
    .array(z.enum(["edit", "delete", "test", "restore"]))
    .describe("What the caller may do with it now."),
});
export type AlertRuleView = z.infer<typeof alertRuleSchema>;

export const savedRuleSchema = alertRuleSchema.extend({
  warnings: z.array(z.string()).describe("What may be wrong with it."),
});

export const rulePreviewSchema = z.object({
  series: z
    .number()
    .int()
    .nullable()
    .describe("Of the expression before it is compared; null where it is whole."),
  levels: z.array(
    z.object({
      severity: z.string().nullable(),
      expr: z.string(),
      alerts: z
        .number()
        .int()
        .nullable()
        .describe("How many it would raise now; null where that cannot be said."),
    }),
  ),
  warnings: z.array(z.string()),
});
export type RulePreview = z.infer<typeof rulePreviewSchema>;

export const ruleStates = ["firing", "pending", "error", "no_data", "inactive", "late"] as const;

export const ruleFilterSchema = z.object({
  q: text(200).optional().describe("Text in the name, the expression, the group, the labels or the owner."),
  state: z.enum(ruleStates).optional(),
  group: text(200).optional(),
  source: text(200).optional(),
  service: text(300).optional(),
  mode: z.enum(ruleModes).optional(),
  kind: z.enum(["alerting", "recording"]).optional(),
  deleted: z
    .enum(["true", "false"])
    .optional()
    .describe("`true` gives those that were deleted instead, which can be restored."),
});
export type RuleFilter = z.output<typeof ruleFilterSchema>;

export const ruleRevisionSchema = z.object({
  id: z.string(),
  from: z.iso.datetime(),
  to: z.iso.datetime().nullable(),
  by: z.string().nullable(),
  action: z.string().nullable(),
  state: z.unknown(),
  before: z.unknown().describe("What it was before; null for the first."),
});
export type RuleRevision = z.infer<typeof ruleRevisionSchema>;
