import { z } from "zod";

/** The envelope of every answer; `data` is parsed by what was asked. */
export const envelopeSchema = z.object({
  status: z.enum(["success", "error"]),
  data: z.unknown().optional(),
  errorType: z.string().optional(),
  error: z.string().optional(),
  warnings: z.array(z.string()).nullish(),
  infos: z.array(z.string()).nullish(),
});

export const labelsSchema = z.record(z.string(), z.string());

export const buildInfoSchema = z.object({
  version: z.string(),
  revision: z.string().optional(),
  /** Mimir and Cortex name themselves here. */
  application: z.string().optional(),
});

export const metadataSchema = z.record(
  z.string(),
  z.array(z.object({ type: z.string(), help: z.string(), unit: z.string().default("") })),
);

export const targetMetadataSchema = z.array(
  z.object({ target: labelsSchema, metric: z.string(), type: z.string() }),
);

export const exemplarsSchema = z
  .array(
    z.object({
      seriesLabels: labelsSchema,
      exemplars: z.array(z.object({ labels: labelsSchema, value: z.string(), timestamp: z.number() })),
    }),
  )
  .nullable()
  .transform((series) => series ?? []);

const nameAndValue = z.array(z.object({ name: z.string(), value: z.number() }));

export const tsdbStatusSchema = z.object({
  headStats: z.object({
    numSeries: z.number(),
    chunkCount: z.number().optional(),
    /** Milliseconds since the epoch; the oldest and newest sample still in memory. */
    minTime: z.number(),
    maxTime: z.number(),
  }),
  seriesCountByMetricName: nameAndValue,
  labelValueCountByLabelName: nameAndValue,
  seriesCountByLabelValuePair: nameAndValue,
});

export const targetsSchema = z.object({
  activeTargets: z
    .array(
      z.object({
        labels: labelsSchema,
        scrapePool: z.string(),
        scrapeUrl: z.string(),
        lastError: z.string(),
        lastScrape: z.string(),
        lastScrapeDuration: z.number(),
        health: z.enum(["up", "down", "unknown"]),
        /** A Prometheus duration, `15s`; absent before 2.33. */
        scrapeInterval: z.string().optional(),
      }),
    )
    .nullable()
    .transform((targets) => targets ?? []),
});

export const stringsSchema = z
  .array(z.string())
  .nullable()
  .transform((strings) => strings ?? []);

export const seriesSchema = z
  .array(labelsSchema)
  .nullable()
  .transform((series) => series ?? []);

export type Labels = z.infer<typeof labelsSchema>;
export type BuildInfo = z.infer<typeof buildInfoSchema>;
export type MetricMetadata = z.infer<typeof metadataSchema>;
export type TargetMetadata = z.infer<typeof targetMetadataSchema>;
export type ExemplarSeries = {
  seriesLabels: Labels;
  exemplars: { labels: Labels; value: number; timestamp: number }[];
};
export type TsdbStatus = z.infer<typeof tsdbStatusSchema>;
export type ScrapeTarget = z.infer<typeof targetsSchema>["activeTargets"][number];
