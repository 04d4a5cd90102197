import { z } from "zod";
import { labelsSchema, text } from "../fields";
import { alertRuleSchema, ruleFields, ruleInputSchema } from "../rules/schema";
import { findingIds } from "./finding";

/** A rule as a correction has it: what it says, and which it replaces. */
const correctedRuleSchema = z.object({
  id: text(300).min(1),
  name: ruleFields.name,
  expr: ruleFields.expr,
  comparison: ruleFields.comparison,
  levels: ruleFields.levels,
  for: z.number().min(0).describe("Seconds."),
  keepFiringFor: z.number().min(0).describe("Seconds."),
  labels: labelsSchema,
  annotations: labelsSchema,
});

const correctionSchema = z.object({
  title: z.string().describe("What it does."),
  rules: z.array(correctedRuleSchema).describe("What stands in the place of the rules of the finding."),
  mode: z.literal("observe").optional().describe("Where the rules stay and shall notify nobody."),
});

export const findingSchema = z.object({
  id: z.enum(findingIds),
  severity: z.enum(["error", "warning", "info"]),
  rules: z
    .array(z.object({ id: z.string(), name: z.string(), version: z.number().int().nullable() }))
    .describe("Which it is about. The version is null for a draft."),
  text: z.string().describe("What is really compared."),
  corrected: z.array(correctionSchema).describe("The best first."),
  bounds: z
    .object({ below: z.number().nullable(), above: z.number().nullable() })
    .optional()
    .describe("The bucket bounds on both sides of the threshold."),
  at: z.object({ from: z.number().int(), to: z.number().int() }).optional().describe("Where in `expr`."),
});
export type FindingView = z.infer<typeof findingSchema>;

export const lintInputSchema = z
  .object({
    rule: ruleInputSchema.optional().describe("A draft."),
    id: z.uuid().optional().describe("A rule of the set, with what the others say of it."),
    finding: z.enum(findingIds).optional().describe("Only findings of this kind."),
    limit: z
      .number()
      .int()
      .min(1)
      .max(500)
      .default(50)
      .describe("The most findings that come back, the worst."),
  })
  .refine(({ rule, id }) => rule === undefined || id === undefined, {
    path: ["id"],
    error: "Either a draft or a rule of the set",
  });
export type LintInput = z.input<typeof lintInputSchema>;
export type ParsedLintInput = z.output<typeof lintInputSchema>;

export const lintReportSchema = z.object({
  items: z.array(findingSchema).describe("The worst first."),
  total: z.number().int().describe("How many there are, of the asked kind."),
  kinds: z
    .array(
      z.object({ id: z.enum(findingIds), severity: findingSchema.shape.severity, count: z.number().int() }),
    )
    .describe("How many of each kind there are, the worst first."),
  rules: z.number().int().describe("How many were looked at."),
  notes: z.array(z.string()).describe("What was not looked at, and why."),
});
export type LintReport = z.infer<typeof lintReportSchema>;

export const applyCorrectionSchema = z.object({
  replaces: z
    .array(z.object({ id: z.uuid(), version: z.number().int() }))
    .min(1)
    .max(50)
    .describe("The rules of the finding, as they were when it was found."),
  rules: z
    .array(correctedRuleSchema.extend({ id: z.uuid() }))
    .min(1)
    .max(50),
  mode: z.literal("observe").optional(),
});
export type ApplyCorrection = z.input<typeof applyCorrectionSchema>;

export const appliedCorrectionSchema = z.object({
  items: z.array(alertRuleSchema).describe("The rules that stay, as they are now."),
  deleted: z.array(z.uuid()),
});
