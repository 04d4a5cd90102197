import { z } from "zod";
import { UNITS } from "@/lib/units";
import { durationSchema, instantSchema, labelsSchema, text } from "../fields";
import { comparisons } from "../rules/schema";

export const backtestInputSchema = z
  .object({
    expr: text(20_000).trim().min(1),
    comparison: z.enum(comparisons).nullable().default(null),
    threshold: z.number().nullable().default(null),
    for: durationSchema.default(0),
    keepFiringFor: durationSchema.default(0),
    start: instantSchema,
    end: instantSchema,
    interval: durationSchema.default(60).describe("Between evaluations."),
    source: text(200)
      .optional()
      .describe("The Prometheus to read, by name; the one that was connected first where it is left out."),
    labels: labelsSchema.default({}),
    rule: z.uuid().optional().describe("The rule that this is, so that it does not overlap with itself."),
    timeZone: text(100).default("UTC").describe("For what counts as night."),
    pagesPerWeek: z
      .number()
      .min(0)
      .max(10_000)
      .nullable()
      .default(null)
      .describe("What to suggest a threshold and a `for` for."),
  })
  .refine(({ start, end }) => end > start, { path: ["end"], error: "After the start" })
  .refine(({ interval }) => interval >= 1, { path: ["interval"], error: "At least a second" });
export type BacktestInput = z.input<typeof backtestInputSchema>;

const noiseSchema = z.object({
  pages: z.number().int().describe("How often it fired."),
  pagesPerWeek: z.number().nullable().describe("Null where there was data for less than a day."),
  shareShort: z
    .number()
    .nullable()
    .describe("Of those, the share that was over within 5 minutes; null without any."),
  shareAtNight: z.number().nullable().describe("Of those, the share that began from 22:00 to 07:00."),
  firingSeconds: z.number(),
});

const overlapSchema = z.object({
  share: z
    .number()
    .nullable()
    .describe("Of the time that it would have fired in since `from`; null where it would not have."),
  from: z.iso.datetime().nullable().describe("From when on there is a history of alerts; null for never."),
  rules: z
    .array(z.object({ ruleId: z.string().nullable(), name: z.string(), share: z.number() }))
    .describe("Which those were, the five that did most; without an id those of a connected Prometheus."),
});

export const backtestSchema = z.object({
  alerts: z.array(
    z.object({
      labels: z.record(z.string(), z.string()),
      pendingAt: z.iso.datetime(),
      firingAt: z.iso.datetime().nullable(),
      resolvedAt: z.iso.datetime().nullable(),
    }),
  ),
  evaluations: z.number().int(),
  completeFrom: z.iso.datetime().nullable().describe("From when on there was data; null for never."),
  noise: noiseSchema,
  overlap: overlapSchema.describe(
    "How much of the time another rule was firing too, by the alert history: one whose labels do not say that it is of something else.",
  ),
  bounds: z
    .array(z.number())
    .nullable()
    .describe(
      "The finite upper bounds of the buckets of the histogram that is compared, in the compared unit; null where it is none, or they are not known.",
    ),
  unit: z
    .enum(UNITS)
    .nullable()
    .describe("What the expression and the threshold are in; null where that is not known."),
  series: z.number().int().describe("How many the expression gave."),
  suggestions: z.array(
    z.object({
      threshold: z.number().nullable(),
      for: z.number(),
      pagesPerWeek: z.number(),
    }),
  ),
  notes: z.array(z.string()),
});
export type BacktestView = z.infer<typeof backtestSchema>;
