import { z } from "zod";
import { profileIds } from "@/lib/signals/profile";
import { signalIdSchema } from "@/lib/signals/schema";

/** A label matcher as it is kept with a service. */
export const matcherSchema = z.object({
  label: z.string().min(1),
  op: z.enum(["=", "!=", "=~", "!~"]),
  value: z.string(),
});

export const identitySchema = z.object({ job: z.string().min(1), namespace: z.string().min(1).optional() });

const chosenLabelsSchema = z.object({ version: z.string().optional(), model: z.string().optional() });

/** How a service's series are selected, a profile at a time, and how often they are scraped. */
export const selectorSchema = z.object({
  profiles: z.array(
    z.object({
      id: z.enum(profileIds),
      matchers: z.array(matcherSchema),
      labels: chosenLabelsSchema,
      note: z.string().optional(),
    }),
  ),
  /** Seconds. */
  scrapeInterval: z.number().positive(),
});

export const discoveredServiceSchema = z.object({
  identity: identitySchema,
  engines: z.array(z.string()),
  models: z.array(z.string()),
  versions: z.array(z.string()),
  instances: z.array(z.string()),
  labels: chosenLabelsSchema,
  selector: selectorSchema,
});

export const discoveriesSchema = z.object({
  sourceId: z.string(),
  /** When the series were read. */
  seenAt: z.date(),
  services: z.array(discoveredServiceSchema),
});

/** A service as the API shows it. */
export const serviceSchema = z.object({
  id: z.string().describe("Unique; stands in paths, with `/` as `%2F`."),
  name: z.string().describe("The job that it is scraped as."),
  namespace: z.string().nullable(),
  source: z.string().describe("The name of the Prometheus it was found in."),
  engines: z.array(z.string()),
  profiles: z.array(z.string()).describe("How its metrics are spelled: engines, exporters, plain families."),
  models: z.array(z.string()),
  versions: z.array(z.string()),
  instances: z.array(z.string()),
  reachable: z
    .boolean()
    .nullable()
    .describe("Whether its source answered when it was last asked; null before that."),
  problem: z.string().nullable(),
  lastSeenAt: z.string().nullable(),
  scrapeInterval: z.number().describe("Seconds between two samples."),
  colorSlot: z.number().int().nullable(),
  versionColorSlots: z.record(z.string(), z.number().int()),
});
export type Service = z.infer<typeof serviceSchema>;

const listOfIds = z
  .string()
  .transform((text) =>
    text
      .split(",")
      .map((part) => part.trim())
      .filter((part) => part !== ""),
  )
  .pipe(z.array(signalIdSchema).min(1).max(32));

const instant = z.union([
  z.coerce.number({ error: "unix seconds or an RFC 3339 time" }).min(0),
  z.iso.datetime({ offset: true }).transform((text) => Date.parse(text) / 1000),
]);

/** Query parameters of a service's signals. Times are unix seconds or RFC 3339, a duration seconds or as `5m`. */
export const serviceSignalsQuerySchema = z.object({
  signal: listOfIds.optional().describe("Signals, divided by commas; all that the service has by default."),
  start: instant.optional().describe("Unix seconds or RFC 3339; an hour before the end by default."),
  end: instant.optional().describe("Unix seconds or RFC 3339; now by default."),
  step: z.string().optional().describe("Seconds or a duration such as `1m`; about 240 points by default."),
  quantile: z
    .string()
    .transform((text) => text.split(",").map(Number))
    .pipe(z.array(z.number().gt(0).lt(1)).min(1).max(10))
    .optional()
    .describe("Quantiles of latencies, divided by commas; `0.5,0.95,0.99` by default."),
});

export const serviceSignalsSchema = z.object({
  service: z.string(),
  start: z.number(),
  end: z.number(),
  step: z.number(),
  signals: z.array(
    z.object({
      signal: signalIdSchema,
      unit: z.string(),
      better: z.enum(["lower", "higher"]),
      available: z.boolean(),
      expr: z.array(z.string()),
      note: z.string().optional(),
      series: z.array(
        z.object({
          labels: z.record(z.string(), z.string()),
          quantile: z.number().optional(),
          points: z.array(z.tuple([z.number(), z.number().nullable()])),
        }),
      ),
    }),
  ),
});
