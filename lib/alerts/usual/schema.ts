import { z } from "zod";
import { UNITS } from "@/lib/units";
import { durationSchema } from "../fields";
import { alertRuleSchema, comparisons, levelSchema, ruleFields, ruleModes } from "../rules/schema";
import { usualKeys } from "../usual-keys";

const usualBacktestSchema = z.object({
  pagesPerWeek: z.number().nullable().describe("Over the last 7 days; null where that cannot be said."),
  pages: z
    .number()
    .int()
    .nullable()
    .describe("How often it would have fired; null where that cannot be said."),
  firesNow: z.boolean().describe("Whether it would fire at the end of these days."),
  completeFrom: z.iso.datetime().nullable().describe("From when on there was data, where that is known."),
  reason: z.string().nullable().describe("Why it cannot be said."),
});

const usualRuleSchema = z.object({
  key: z.enum(usualKeys),
  name: z.string(),
  summary: z.string().describe("What its alert says, as a Prometheus template."),
  expr: z.string(),
  comparison: z.enum(comparisons).nullable(),
  levels: z.array(levelSchema),
  unit: z.enum(UNITS).nullable().describe("Of the thresholds; null where there are none."),
  for: z.number().describe("Seconds."),
  promql: z.array(z.object({ severity: z.string().nullable(), expr: z.string() })),
  mode: z.enum(ruleModes).describe("What does not page by itself is observed."),
  note: z.string().nullable(),
  backtest: usualBacktestSchema,
  isTicked: z
    .boolean()
    .describe(
      "Whether it is offered; not above two pages a week, nor what would page at once, nor when it is there.",
    ),
  ruleId: z.uuid().nullable().describe("The rule that was made of it; null where there is none."),
});
export type UsualRuleView = z.infer<typeof usualRuleSchema>;

export const usualRulesSchema = z.object({
  service: z.string(),
  source: z.string(),
  start: z.iso.datetime().describe("Of the backtest."),
  end: z.iso.datetime(),
  items: z.array(usualRuleSchema),
});
export type UsualRules = z.infer<typeof usualRulesSchema>;

const usualAdjustmentSchema = z.strictObject({
  levels: ruleFields.levels.optional(),
  for: durationSchema.optional(),
  mode: z.enum(ruleModes).optional(),
});

export const acceptUsualSchema = z.object({
  keys: z.array(z.enum(usualKeys)).min(1).max(usualKeys.length),
  adjust: z
    .partialRecord(z.enum(usualKeys), usualAdjustmentSchema)
    .default({})
    .describe("What shall be otherwise, by key: levels, `for`, mode."),
});
export type AcceptUsual = z.input<typeof acceptUsualSchema>;

export const acceptedUsualSchema = z.object({
  items: z.array(alertRuleSchema).describe("The rules that were made."),
  kept: z.array(z.enum(usualKeys)).describe("Those that were there already and stay as they are."),
});
