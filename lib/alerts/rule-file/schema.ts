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
  source: text(200)
    .optional()
    .describe(
      "The Prometheus to evaluate it against, by name; the one that was connected first where it is left out.",
    ),
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
  recorded: z
    .array(
      z.object({
        name: z.string(),
        group: z.string(),
        file: z.string(),
        alerts: z.array(z.string()).describe("That read it."),
        exists: z
          .boolean()
          .nullable()
          .describe("Whether the Prometheus has a series of it now; null where it could not be asked."),
      }),
    )
    .describe("What recording rules of the file make and its alerts read. A ruler has to make it."),
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
  kind: z
    .enum(["alerting", "recording"])
    .optional()
    .describe("Only rules of this kind: `recording` is what a ruler needs."),
});

export const rulerInputSchema = z.object({
  file: text(500).min(1),
  group: text(200).min(1),
  source: text(200).optional().describe("The Prometheus whose ruler takes it, by name."),
  namespace: text(200)
    .min(1)
    .default("inferscope")
    .describe("Groups of a ruler are told apart by it; one of the same name is replaced."),
});

export const handedOverSchema = z.object({
  source: z.string(),
  namespace: z.string(),
  group: z.string(),
  rules: z.number().int().describe("Recording rules that were handed over."),
});
export type HandedOver = z.infer<typeof handedOverSchema>;
