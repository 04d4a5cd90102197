import { z } from "zod";
import { signalIds } from "./catalogue";

/** How a series may be split. What label carries a dimension is the profile's knowledge. */
export const dimensions = [
  "version",
  "gpu",
  "type",
  "instance",
  "model",
  "replica",
  "host",
  "device",
  "reason",
  "part",
  "endpoint",
] as const;
export type Dimension = (typeof dimensions)[number];

/** The most grid points one request may ask for; Prometheus itself refuses more than 11,000. */
export const maximumPoints = 2_000;

export const signalIdSchema = z.enum(signalIds);

export const signalQuerySchema = z.object({
  id: z.string().min(1).max(64),
  service: z.string().min(1).max(256),
  signal: signalIdSchema,
  by: z.array(z.enum(dimensions)).max(3).optional(),
  quantiles: z.array(z.number().gt(0).lt(1)).max(10).optional(),
  shape: z.enum(["range", "summary", "distribution"]).optional(),
  /** Seconds by which the window is moved into the past; values stay on the asked grid. */
  offset: z
    .number()
    .min(0)
    .max(366 * 86_400)
    .optional(),
  /** For a summary: that of the step before will do while this one is read; the answer's `window` says which it is. */
  acceptPrevious: z.boolean().optional(),
});
export type SignalQuery = z.infer<typeof signalQuerySchema>;

export const signalsRequestSchema = z
  .object({
    start: z.number().min(0),
    end: z.number().min(0),
    step: z.number().int().min(1).max(86_400),
    queries: z.array(signalQuerySchema).min(1).max(64),
    maxPoints: z
      .number()
      .int()
      .min(10)
      .max(maximumPoints)
      .optional()
      .describe("The most points of a series, such as a chart's width in pixels; more are thinned out."),
  })
  .refine((request) => request.end > request.start, { path: ["end"], message: "must be after start" })
  .refine((request) => (request.end - request.start) / request.step <= maximumPoints, {
    path: ["step"],
    message: `must be longer: at most ${maximumPoints} points fit one request`,
  })
  .refine((request) => new Set(request.queries.map((query) => query.id)).size === request.queries.length, {
    path: ["queries"],
    message: "must each have an id of their own",
  });
export type SignalsRequest = z.infer<typeof signalsRequestSchema>;

export const reasonKinds = [
  "not_connected",
  "metric_not_found",
  "no_samples",
  "filtered_out",
  "no_traffic",
  "not_measurable",
] as const;

export const reasonSchema = z.object({
  kind: z.enum(reasonKinds),
  text: z.string(),
  metric: z.string().optional(),
  /** Unix seconds. */
  lastSampleAt: z.number().optional(),
});
export type Reason = z.infer<typeof reasonSchema>;

export const doubtKinds = [
  /** Replicas count into different buckets. */
  "different_buckets",
  /** A histogram without the bucket that holds everything. */
  "no_infinite_bucket",
  "falling_buckets",
  "falling_counter",
  /** The process restarts so often that its counters tell little. */
  "restarts",
  "not_a_number",
  /** An exporter's word for "no value", written as a number. */
  "blank",
  /** Out of the range that the signal can have. */
  "implausible",
  /** The counters of one exporter cannot both be true. */
  "contradiction",
  /** Another exporter of the same service says otherwise. */
  "disagreement",
] as const;

export const doubtSchema = z.object({
  kind: z.enum(doubtKinds),
  text: z.string(),
  /** What to change. */
  advice: z.string(),
  metric: z.string().optional(),
  instances: z.array(z.string()).optional().describe("Those whose values are left out, where others' show."),
});
/** Why a source's numbers are not, or not all, taken as they are. */
export type Doubt = z.infer<typeof doubtSchema>;

const values = z.array(z.number().nullable());

export const seriesSchema = z.object({
  labels: z.record(z.string(), z.string()),
  quantile: z.number().optional(),
  values,
  /** The edges of the bucket each value lies in; `hi` null beside a `lo` reads "at least lo". */
  band: z.object({ lo: values, hi: values }).optional(),
  /** Of a rate over a whole window: the seconds of it that its samples cover, where that is not all. */
  covered: z.number().optional(),
});
export type SignalSeries = z.infer<typeof seriesSchema>;

export const distributionSchema = z.object({
  /** Upper bounds of the buckets, ascending; null is the bucket without a bound. */
  bounds: z.array(z.number().nullable()),
  /** Observations per bucket, not cumulative: a row for each grid point, one row for a summary. */
  counts: z.array(z.array(z.number())),
});
export type Distribution = z.infer<typeof distributionSchema>;

export const quantileValueSchema = z.object({
  q: z.number(),
  kind: z.enum(["estimate", "at_least", "undetermined"]),
  value: z.number().optional(),
  lo: z.number().optional(),
  hi: z.number().optional(),
  reason: z.string().optional(),
});
export type QuantileValue = z.infer<typeof quantileValueSchema>;

export const summarySchema = z.object({
  /** Observations in the window; for a ratio, requests. Null where nothing is counted. */
  count: z.number().nullable(),
  /** For a histogram the exact mean; for anything else the value over the whole window. */
  mean: z.number().nullable(),
  standardDeviation: z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("estimate"), value: z.number(), note: z.string() }),
    z.object({ kind: z.literal("undetermined"), reason: z.string() }),
  ]),
  quantiles: z.array(quantileValueSchema),
});
export type SignalSummary = z.infer<typeof summarySchema>;

export const signalResultSchema = z.object({
  id: z.string(),
  status: z.enum(["ok", "empty", "unavailable", "error"]),
  signal: signalIdSchema,
  unit: z.string(),
  better: z.enum(["lower", "higher"]),
  /** Whether a latency's numbers are quantiles, or averages because the source has no more; absent for other signals. */
  statistic: z.enum(["quantile", "mean"]).optional(),
  /** The line of the metric doctor about this: `<service>.<signal>`, for `/doctor?service=<service>#<signal>`. */
  doctor: z.string().optional(),
  /** The PromQL behind the numbers, one expression for each line or quantile asked for. */
  expr: z.array(z.string()),
  note: z.string().optional(),
  reason: reasonSchema.optional(),
  warnings: z.array(z.string()),
  doubts: z
    .array(doubtSchema)
    .optional()
    .describe("Why the source's numbers are not, or not all, taken as they are, with what to change."),
  error: z
    .object({
      code: z.string(),
      detail: z.string(),
      upstream: z.string().optional(),
      /** What would be answered instead of a query that is too large. */
      suggestion: z.object({ step: z.number().optional(), expr: z.string().optional() }).optional(),
      requestId: z.string(),
    })
    .optional(),
  series: z.array(seriesSchema),
  distribution: distributionSchema.optional(),
  summary: summarySchema.optional(),
  /** The time that a summary stands for, unix seconds. */
  window: z.object({ start: z.number(), end: z.number() }).optional(),
});
export type SignalResult = z.infer<typeof signalResultSchema>;

export const signalsAnswerSchema = z.object({
  start: z.number(),
  end: z.number(),
  step: z.number(),
  results: z.array(signalResultSchema),
  thinned: z
    .object({ from: z.number(), to: z.number() })
    .optional()
    .describe(
      "Points of a series before and after; `start` and `step` are those after. Lowest and highest values and gaps stay.",
    ),
});
export type SignalsAnswer = z.infer<typeof signalsAnswerSchema>;
