import { z } from "zod";
import { profileIds } from "@/lib/signals/profile";
import { dimensions, signalIdSchema } from "@/lib/signals/schema";

/** A longer value names nothing that a person could read, and would make queries of its length. */
export const longestName = 200;

/** Whether a label's value can be shown and asked for as a name. */
export const isUsable = (value: string | undefined): value is string =>
  value !== undefined && value.trim() !== "" && value.length <= longestName;

/** A label matcher as it is kept with a service. */
export const matcherSchema = z.object({
  label: z.string().min(1),
  op: z.enum(["=", "!=", "=~", "!~"]),
  value: z.string(),
});

export const identitySchema = z.object({
  job: z.string().min(1),
  namespace: z.string().min(1).optional(),
  engine: z.string().min(1).optional(),
});

/** The labels that carry version, model and replica of a service. */
export const chosenLabelsSchema = z.object({
  version: z.string().optional(),
  model: z.string().optional(),
  /** Tells replicas apart; `instance` where it is absent. */
  replica: z.string().optional(),
});

/** The name of a label, Prometheus 3 takes any text; empty where a person says that no label carries it. */
const labelChoiceSchema = z
  .string({ error: "The name of a label" })
  .max(200, { error: "At most 200 characters" })
  .refine((name) => !name.includes("\u0000") && !/^\s|\s$/.test(name) && name !== "__name__", {
    error: "The name of a label",
  });

/** Labels that a person says carry version, model and replica: empty where none does, absent where the guess stands. */
export const labelChoicesSchema = z.object({
  version: labelChoiceSchema.optional(),
  model: labelChoiceSchema.optional(),
  replica: labelChoiceSchema.optional(),
});
export type LabelChoices = z.infer<typeof labelChoicesSchema>;

/** A change of the choices: what is left out stays, null goes back to the guess. */
export const servicePatchSchema = z.strictObject({
  labels: z.strictObject({
    version: labelChoiceSchema.nullable().optional(),
    model: labelChoiceSchema.nullable().optional(),
    replica: labelChoiceSchema.nullable().optional(),
  }),
});

/** How a service's series are selected, a profile at a time, and how often they are scraped. */
export const selectorSchema = z.object({
  profiles: z.array(
    z.object({
      id: z.enum(profileIds),
      matchers: z.array(matcherSchema),
      labels: chosenLabelsSchema,
      note: z.string().optional(),
      /** Metrics of the profile that the service exposes, without `_bucket`, `_sum` and `_count`; absent = not known. */
      metrics: z.array(z.string()).optional(),
      /** How a pipeline rewrote the profile's metric names. */
      rename: z.object({ from: z.string(), to: z.string() }).optional(),
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
  /** Where more were found than `instances` lists. */
  instanceCount: z.number().int().optional(),
  gpus: z.array(z.string()).default([]),
  hosts: z.array(z.string()).default([]),
  evidence: z.array(z.string()).default([]),
  notes: z.array(z.string()).default([]),
  labels: chosenLabelsSchema,
  selector: selectorSchema,
});

/** How a round of discovery went. */
export const discoveryReportSchema = z.object({
  calls: z.number().int().describe("Requests to the source."),
  seconds: z.number(),
  names: z.number().int().nullable().describe("Metric names of the source; null where it did not tell."),
  series: z.number().int().describe("Series that were read."),
  waiting: z.number().int().describe("Services whose metrics are still to be asked for."),
  notes: z.array(z.string()).describe("What was left out."),
});

export const discoveriesSchema = z.object({
  sourceId: z.string(),
  /** When the series were read. */
  seenAt: z.date(),
  report: discoveryReportSchema.optional(),
  services: z.array(discoveredServiceSchema),
  /** What has series and is no service of its own any more. */
  absorbed: z.array(identitySchema).optional(),
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
  instances: z.array(z.string()).describe("The first thousand by name."),
  instanceCount: z.number().int().describe("All that were found."),
  gpus: z.array(z.string()).describe("Identifiers of its GPUs, as their exporter gives them."),
  hosts: z.array(z.string()).describe("The machines that it runs on, as their exporter gives them."),
  evidence: z.array(z.string()).describe("The metrics that show that it is there."),
  signals: z.array(signalIdSchema).describe("What can be measured of it."),
  labels: z.object({
    version: z.string().nullable().describe("The label that carries the version; null where none does."),
    model: z.string().nullable(),
    replica: z.string().nullable().describe("The label that tells replicas apart."),
  }),
  labelChoices: labelChoicesSchema.describe("The labels that a person chose in place of what was guessed."),
  notes: z.array(z.string()).describe("What was left out or guessed when it was found."),
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

/** A label of a service's series. */
export const serviceLabelSchema = z.object({
  label: z.string(),
  count: z.number().int().describe("How many values were seen."),
  values: z.array(z.string()).describe("The first of them."),
});
export type ServiceLabel = z.infer<typeof serviceLabelSchema>;

export type ServicePatch = z.input<typeof servicePatchSchema>;

/** A service as discovery tells it: what shows it, and what of it can be measured. */
export const foundServiceSchema = serviceSchema
  .pick({
    source: true,
    engines: true,
    models: true,
    versions: true,
    instances: true,
    instanceCount: true,
    gpus: true,
    hosts: true,
    evidence: true,
    notes: true,
  })
  .extend({
    service: z.string().describe("The service's id."),
    signals: z.partialRecord(
      signalIdSchema,
      z.object({
        available: z.boolean(),
        profile: z.string().optional().describe("Whose spelling answers it."),
        metric: z.string().nullable().describe("The metric that answers it."),
        expr: z.string().nullable().describe("PromQL of the metric, over windows of a minute."),
        unit: z.string().describe("The base unit of its values."),
        note: z.string().optional().describe("What to know of it, or why nothing answers it."),
      }),
    ),
  });

/** A parameter that comes once and holds several, divided by commas; empty parts count for nothing. */
const commaList = (what: string) =>
  z.string({ error: `${what}, divided by commas, once` }).transform((text) =>
    text
      .split(",")
      .map((part) => part.trim())
      .filter((part) => part !== ""),
  );

const knownSignals = signalIdSchema.options.join(", ");

const signalList = commaList("give signals").pipe(
  z
    .array(
      z.enum(signalIdSchema.options, {
        error: ({ input }) => `there is no signal "${input}"; one of: ${knownSignals}`,
      }),
    )
    .min(1, `give at least one signal, one of: ${knownSignals}`)
    .max(32, "give at most 32 signals"),
);

const quantileError = "a number above 0 and below 1, such as 0.95";

const quantileList = commaList("give quantiles").pipe(
  z
    .array(
      z
        .string()
        .transform(Number)
        .pipe(z.number({ error: quantileError }).gt(0, quantileError).lt(1, quantileError)),
    )
    .min(1, "give at least one quantile")
    .max(10, "give at most 10 quantiles"),
);

const dimensionList = commaList("give dimensions").pipe(
  z
    .array(
      z.enum(dimensions, {
        error: ({ input }) => `cannot split by "${input}"; one of: ${dimensions.join(", ")}`,
      }),
    )
    .max(3, "give at most 3 dimensions"),
);

const instant = z.string({ error: "give one time" }).transform((text, context) => {
  const trimmed = text.trim();
  if (/^\d+(\.\d+)?$/.test(trimmed)) return Number(trimmed);
  const parsed = z.iso.datetime({ offset: true }).safeParse(trimmed);
  if (parsed.success) return Date.parse(parsed.data) / 1000;
  context.addIssue({
    code: "custom",
    message: "unix seconds, such as 1767225600, or an RFC 3339 time, such as 2026-01-01T00:00:00Z",
  });
  return z.NEVER;
});

/** Query parameters of a service's signals. Times are unix seconds or RFC 3339, a duration seconds or as `5m`. */
export const serviceSignalsQuerySchema = z.object({
  signal: signalList
    .optional()
    .describe(`Signals, divided by commas; all that the service has by default. Known: ${knownSignals}.`),
  start: instant.optional().describe("Unix seconds or RFC 3339; an hour before the end by default."),
  end: instant.optional().describe("Unix seconds or RFC 3339; now by default."),
  step: z
    .string({ error: "give one step" })
    .optional()
    .describe("Seconds or a duration such as `1m`; about 240 points by default."),
  quantile: quantileList
    .optional()
    .describe("Quantiles of latencies, divided by commas; `0.5,0.95,0.99` by default."),
  by: dimensionList
    .optional()
    .describe(
      `What each signal is split by, divided by commas: ${dimensions.join(", ")}; nothing by default. At most 3; one that a signal has no label for is passed over.`,
    ),
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
      error: z
        .object({ code: z.string(), detail: z.string() })
        .optional()
        .describe("The source could not be asked: an outage, not a lack of data."),
      series: z.array(
        z.object({
          labels: z.record(z.string(), z.string()),
          quantile: z.number().optional(),
          points: z.array(z.tuple([z.number(), z.number().nullable()])),
          atLeast: z
            .array(z.number())
            .optional()
            .describe(
              "Unix seconds of the points that are lower bounds: the quantile lies beyond the last bucket.",
            ),
        }),
      ),
    }),
  ),
});
