import { z } from "zod";
import { dimensions, signalIdSchema } from "@/lib/signals/schema";
import { UNITS } from "@/lib/units";
import { comparisons } from "../rules/schema";

export const ruleSignalInputSchema = z.object({
  service: z.string().min(1).max(300).describe("The service's id."),
  signal: signalIdSchema,
  quantile: z.number().gt(0).lt(1).nullable().default(null).describe("Of a histogram."),
  by: z
    .array(z.enum(dimensions))
    .max(3)
    .optional()
    .describe("One alert for each of these; what is usual for the signal when left out."),
});
export type RuleSignalInput = z.input<typeof ruleSignalInputSchema>;

export const ruleSignalViewSchema = z.object({
  service: z.string(),
  signal: signalIdSchema,
  quantile: z.number().nullable().describe("Null where it is no percentile."),
  by: z.array(z.enum(dimensions)),
  source: z.string().describe("The Prometheus that has it."),
  expr: z.string().nullable().describe("Null where the service does not measure it so."),
  reason: z.string().nullable().describe("Why there is no expression."),
  note: z.string().nullable().describe("What to know of the expression."),
  unit: z.enum(UNITS).describe("Of its thresholds, which are in the unit's base."),
  comparison: z.enum(comparisons).describe("On which side it is bad."),
  isHistogram: z.boolean().describe("Whether a quantile is chosen."),
  dimensions: z.array(z.enum(dimensions)).describe("What it can be split by here."),
  usual: z
    .object({ warning: z.number(), critical: z.number() })
    .nullable()
    .describe("The thresholds of the usual rule, where there is one."),
});
export type RuleSignalView = z.infer<typeof ruleSignalViewSchema>;
