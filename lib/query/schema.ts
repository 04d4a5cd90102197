import { z } from "zod";
import { errorCodes } from "@/lib/errors";
import { parseDuration } from "@/lib/units";

const timeWords = "Unix seconds, or a time such as 2026-03-04T14:00:00Z";
const stepWords = "Whole seconds, at least 1, or a duration such as 1m";

/** Unix seconds, or RFC 3339 as Prometheus takes it too. */
const time = z.union(
  [
    z.number().min(0, { error: timeWords }),
    z.iso.datetime({ offset: true }).transform((text) => new Date(text).getTime() / 1000),
    z
      .string()
      .regex(/^\d+(\.\d+)?$/)
      .transform(Number),
  ],
  { error: timeWords },
);

const step = z
  .union([z.number(), z.string().transform((text) => parseDuration(text) ?? Number.NaN)], {
    error: stepWords,
  })
  .refine((seconds) => Number.isInteger(seconds) && seconds >= 1, { error: stepWords });

/** What an item holds before its own values are looked at: one that is wrong fails by itself. */
const written = (words: string) => z.union([z.number(), z.string().max(100)], { error: words });

export const maximumItems = 64;
const leastPoints = 2;

const maxPoints = z
  .number()
  .int()
  .min(leastPoints)
  .max(11_000)
  .optional()
  .describe("The most points of a series, such as a chart's width in pixels; more are thinned out.");

export const queryItemSchema = z.object({
  id: z.string().min(1).max(64).describe("Comes back with the answer."),
  source: z.string().min(1).max(100).describe("The name or the id of a Prometheus source."),
  expr: z.string().trim().max(20_000).describe("PromQL."),
  start: written(timeWords)
    .optional()
    .describe("Unix seconds or RFC 3339. Without a step, the time if `end` is absent."),
  end: written(timeWords).optional().describe("Unix seconds or RFC 3339; now when absent."),
  step: written(stepWords)
    .optional()
    .describe(
      "Whole seconds or a duration such as `1m`. Absent, or with the start equal to the end: one value at `end`.",
    ),
  maxPoints,
});

/** An item whose values can be asked for; parses what {@link queryItemSchema} lets through. */
export const askableItemSchema = queryItemSchema.extend({
  expr: queryItemSchema.shape.expr.min(1, { error: "An expression of PromQL" }),
  start: time.optional(),
  end: time.optional(),
  step: step.optional(),
});
export type QueryItem = z.output<typeof askableItemSchema>;

export const queryRequestSchema = z
  .object({
    items: z.array(queryItemSchema).min(1).max(maximumItems),
    maxPoints: maxPoints.describe("For every item that does not say its own."),
  })
  .refine(({ items }) => new Set(items.map(({ id }) => id)).size === items.length, {
    path: ["items"],
    message: "must each have an id of their own",
  });
export type QueryRequest = z.output<typeof queryRequestSchema>;

const metric = z.record(z.string(), z.string());
const sample = z
  .tuple([z.number(), z.string()])
  .describe("Unix seconds and the value as text, as `NaN` and `+Inf` are.");
const histogram = z.tuple([z.number(), z.unknown()]);

export const queryDataSchema = z.discriminatedUnion("resultType", [
  z.object({
    resultType: z.literal("matrix"),
    result: z.array(
      z.object({
        metric,
        values: z.array(sample),
        histograms: z.array(histogram).optional(),
        gaps: z
          .array(z.tuple([z.number(), z.number()]))
          .optional()
          .describe("Of a thinned series: the first and the last time without a sample between two points."),
      }),
    ),
  }),
  z.object({
    resultType: z.literal("vector"),
    result: z.array(z.object({ metric, value: sample.optional(), histogram: histogram.optional() })),
  }),
  z.object({ resultType: z.literal("scalar"), result: sample }),
  z.object({ resultType: z.literal("string"), result: sample }),
]);
export type QueryDataJson = z.infer<typeof queryDataSchema>;

export const queryAnswerItemSchema = z.discriminatedUnion("status", [
  z.object({
    id: z.string(),
    status: z.literal("success"),
    data: queryDataSchema,
    warnings: z.array(z.string()).optional().describe("It may be incomplete or wrong, and why."),
    infos: z.array(z.string()).optional(),
    thinned: z
      .object({ from: z.number(), to: z.number() })
      .optional()
      .describe("Points of the longest series before and after; each stretch kept its lowest and highest."),
  }),
  z.object({
    id: z.string(),
    status: z.literal("error"),
    error: z.object({
      code: z.enum(Object.keys(errorCodes) as [keyof typeof errorCodes]),
      detail: z.string(),
      upstream: z.string().optional().describe("What the source said, in its own words."),
      fields: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
      suggestion: z
        .object({ step: z.number().optional(), expr: z.string().optional() })
        .optional()
        .describe("What would be answered instead of a query that is too large."),
      requestId: z.string(),
    }),
  }),
]);
export type QueryAnswerItem = z.infer<typeof queryAnswerItemSchema>;

export const queryAnswerSchema = z.object({ items: z.array(queryAnswerItemSchema) });

// --- usage --------------------------------------------------------------------------------------------------------

/** Hours that the page offers. */
export const usagePeriods = [1, 6, 24, 168, 720] as const;

export const usageFilterSchema = z.object({
  hours: z.coerce
    .number()
    .int()
    .min(1)
    .max(720)
    .default(24)
    .describe("How many hours back, the present one included; at most 720."),
  source: z.string().max(100).optional().describe("Only this source, by name or id."),
});
export type UsageFilter = z.output<typeof usageFilterSchema>;

export const usageSchema = z.object({
  actor: z.object({ type: z.enum(["user", "api_key", "system"]), id: z.string(), name: z.string() }),
  source: z.object({ id: z.string(), name: z.string(), kind: z.string().nullable() }),
  queries: z
    .number()
    .int()
    .describe("Requests sent to the source; what was answered from what is kept is none."),
  failed: z.number().int().describe("Of those, answered with an error or not at all."),
  rejected: z.number().int().describe("Queries refused by a limit."),
  seconds: z.number().describe("For which the source was at work."),
  share: z
    .number()
    .nullable()
    .describe("Of the seconds that all callers cost this source, 0 to 1; null for none."),
  series: z.number(),
  points: z.number(),
  bytes: z.number(),
});
export type Usage = z.infer<typeof usageSchema>;
