import { z } from "zod";
import { signalIdSchema } from "@/lib/signals/schema";

export const findingSchema = z.object({
  id: z.string().describe("The same as long as the finding is the same."),
  severity: z
    .enum(["problem", "hint"])
    .describe("A `problem` makes numbers missing or wrong; a `hint` limits what they tell."),
  title: z.string(),
  text: z.string().describe("What was seen, with the numbers."),
  advice: z.string().describe("What to change."),
  metric: z.string().optional(),
});
export type DoctorFinding = z.infer<typeof findingSchema>;

export const signalStates = ["answered", "limited", "empty", "unavailable", "error"] as const;

export const signalLineSchema = z.object({
  signal: signalIdSchema,
  title: z.string(),
  unit: z.string(),
  state: z
    .enum(signalStates)
    .describe(
      "`answered` by a metric with samples now; `limited`: answered, with something to know; `empty`: no samples now; `unavailable`: nothing here measures it; `error`: the source could not be asked.",
    ),
  profile: z.string().nullable(),
  metric: z.string().nullable().describe("The metric that answers it, or that was looked for."),
  expr: z.string().nullable(),
  notes: z.array(z.string()),
  advice: z.string().nullable(),
});
export type SignalLine = z.infer<typeof signalLineSchema>;

const notTold = z
  .array(z.string())
  .describe(
    "What could not be looked at, with the reason: managed servers keep some of it to themselves, and one that is down all.",
  );

export const serviceReportSchema = z.object({
  service: z.string(),
  source: z.string(),
  checkedAt: z.number().describe("Unix seconds."),
  scrapeInterval: z.number().describe("Seconds between two scrapes, as observed."),
  findings: z.array(findingSchema),
  notTold,
  signals: z.array(signalLineSchema),
});
export type ServiceReport = z.infer<typeof serviceReportSchema>;

const counted = z.array(z.object({ name: z.string(), count: z.number() }));

export const sourceReportSchema = z.object({
  source: z.string(),
  checkedAt: z.number().describe("Unix seconds."),
  version: z.string().nullable(),
  series: z.number().nullable().describe("Series in memory; null where the server does not tell."),
  largestMetrics: counted.describe("Metrics with the most series, the largest first."),
  largestLabels: counted.describe("Labels with the most values, the largest first."),
  notTold,
  findings: z.array(findingSchema),
});
export type SourceReport = z.infer<typeof sourceReportSchema>;
