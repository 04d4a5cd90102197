import { z } from "zod";
import { text } from "../fields";
import { ruleModes } from "../rules/schema";

/** What goes with a rule file that is imported; the file itself is the body. */
export const importQuerySchema = z.object({
  file: text(500)
    .trim()
    .min(1)
    .default("imported.yaml")
    .describe("Its name; groups of the same are replaced."),
  source: text(200).optional().describe("The Prometheus to evaluate it against, by name."),
  mode: z
    .enum(ruleModes)
    .optional()
    .describe("When left out, observe where the Prometheus evaluates the same alerts itself."),
  dryRun: z.enum(["true", "false"]).optional().describe("`true` tells what would be, and changes nothing."),
});

export const importReportSchema = z.object({
  groups: z.number().int(),
  alerting: z.number().int(),
  recording: z.number().int(),
  added: z.number().int(),
  changed: z.number().int(),
  removed: z.number().int(),
  unchanged: z.number().int(),
  mode: z.enum(ruleModes),
  problems: z.array(
    z.object({ line: z.number().nullable(), column: z.number().nullable(), message: z.string() }),
  ),
  notes: z.array(z.string()),
});
export type ImportReport = z.infer<typeof importReportSchema>;

export const exportQuerySchema = z.object({
  target: z.enum(["prometheus", "prometheus-rule"]).default("prometheus"),
  version: z
    .string()
    .regex(/^v?\d+\.\d+(\.\d+)?/, { error: "A version such as 2.42" })
    .optional()
    .describe("Of the Prometheus that reads it: what it would refuse is left out and listed."),
  file: text(500).optional(),
  group: text(200).optional(),
  source: text(200).optional(),
});
