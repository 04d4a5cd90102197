import { z } from "zod";

/** Stands for every GPU model without a price of its own. */
export const anyModel = "*";

const gpuModelSchema = z
  .string()
  .trim()
  .min(1, { error: "The model as its exporter names it, or * for every other" })
  .max(200, { error: "At most 200 characters" });

export const gpuPriceSchema = z.object({
  gpuModel: gpuModelSchema.describe(
    "As the exporter names it, such as `NVIDIA H100 80GB HBM3`; `*` for every model without a price of its own.",
  ),
  pricePerHour: z
    .number({ error: "A number, such as 2.5" })
    .min(0, { error: "Not below 0" })
    .max(1_000_000, { error: "At most 1,000,000" })
    .refine((price) => Math.abs(price * 10_000 - Math.round(price * 10_000)) < 1e-6, {
      error: "At most four decimals",
    })
    .describe("Of one GPU, in the currency."),
});
export type GpuPrice = z.infer<typeof gpuPriceSchema>;

const currencySchema = z
  .string()
  .regex(/^[A-Z]{3}$/, { error: "Three capital letters, such as USD" })
  .describe("ISO 4217.");

export const gpuPricesSchema = z.object({
  currency: currencySchema.nullable().describe("Null before the first price is set."),
  items: z.array(gpuPriceSchema),
  nextCursor: z.null().describe("All are on one page."),
});
export type GpuPrices = z.infer<typeof gpuPricesSchema>;

/** Models are told apart without regard to case: exporters differ in it. */
export const modelKey = (model: string): string => model.trim().toLowerCase();

export const gpuPricesInputSchema = z
  .strictObject({ currency: currencySchema, items: z.array(gpuPriceSchema).max(200) })
  .superRefine(({ items }, context) => {
    const seen = new Set<string>();
    for (const [index, { gpuModel }] of items.entries()) {
      const key = modelKey(gpuModel);
      if (seen.has(key))
        context.addIssue({
          code: "custom",
          path: ["items", index, "gpuModel"],
          message: "Each model once",
        });
      seen.add(key);
    }
  });
export type GpuPricesInput = z.input<typeof gpuPricesInputSchema>;

export const gpuModelsSchema = z.object({
  items: z.array(
    z.object({
      gpuModel: z.string(),
      gpus: z.number().int().describe("How many there are now."),
      services: z.array(z.string()),
    }),
  ),
  nextCursor: z.null().describe("All are on one page."),
  notes: z.array(z.string()).describe("Services whose GPUs could not be read, with the reason."),
});
export type GpuModels = z.infer<typeof gpuModelsSchema>;

/** A number, or why there is none. */
const knownSchema = z.object({
  value: z.number().nullable(),
  reason: z.string().optional().describe("Why there is no value."),
});
export type Known = z.infer<typeof knownSchema>;

const perMillionSchema = z.object({
  cost: knownSchema.describe("In the currency."),
  gpuHours: knownSchema,
});

export const costSchema = z.object({
  service: z.string(),
  start: z.number().describe("Unix seconds."),
  end: z.number(),
  currency: z.string().nullable(),
  gpus: z.array(
    z.object({
      gpuModel: z.string().nullable().describe("Null where the exporter does not tell."),
      gpus: z.number().int(),
      gpuHours: z.number(),
      pricePerHour: z.number().nullable(),
      cost: z.number().nullable(),
    }),
  ),
  gpuHours: knownSchema.describe("The time that GPUs were there, whether or not they worked."),
  cost: knownSchema,
  outputTokens: knownSchema,
  promptTokens: knownSchema,
  perMillionOutputTokens: perMillionSchema,
  perMillionTokens: perMillionSchema.describe("Of prompt and output tokens together."),
  tokensPerSecondPerGpu: knownSchema.describe("Output tokens by GPU-seconds."),
  expr: z.array(z.string()).describe("The PromQL behind the numbers."),
  notes: z.array(z.string()),
});
export type Cost = z.infer<typeof costSchema>;

export const headroomSchema = z.object({
  service: z.string(),
  start: z.number().describe("The history that was looked at, unix seconds."),
  end: z.number(),
  kind: z.enum(["estimate", "cannot_say"]),
  rate: z
    .number()
    .nullable()
    .describe("Requests per second at which the queue starts to grow, at today's mix and replicas."),
  interval: z
    .object({ lo: z.number(), hi: z.number().nullable() })
    .nullable()
    .describe("95 %; a null `hi` says that the data set no upper end."),
  atLeast: z
    .number()
    .nullable()
    .describe("A rate that was served without a queue, where the rate itself cannot be told."),
  reason: z.string().nullable().describe("Why it cannot be said."),
  current: z.number().nullable().describe("Requests per second in the last full hour."),
  headroom: z
    .number()
    .nullable()
    .describe("How much more than now fits, as a share of now: 0.5 is half as much again."),
  replicas: z.number().nullable(),
  windows: z.number().int().describe("Windows of the history that were compared."),
  windowsWithQueue: z.number().int(),
  threshold: z.number().nullable().describe("From where on a queue counts as growing, in `queueUnit`."),
  queueUnit: z.enum(["requests", "seconds"]).nullable(),
  expr: z.array(z.string()),
  notes: z.array(z.string()),
});
export type Headroom = z.infer<typeof headroomSchema>;

/** A time in a query: RFC 3339 or unix seconds; becomes unix seconds. */
const instant = z
  .string()
  .transform((text) => (/^\d+(\.\d+)?$/.test(text) ? Number(text) : Date.parse(text) / 1000))
  .pipe(z.number({ error: "A time such as 2026-03-04T14:00:00Z, or Unix seconds" }).min(0).max(8.64e12));

/** The longest window of a cost, seconds: Prometheus keeps 15 days by default, larger stores a quarter and more. */
export const longestCostWindow = 92 * 86_400;

export const costQuerySchema = z.object({
  start: instant.optional().describe("RFC 3339 or Unix seconds; an hour before the end when absent."),
  end: instant.optional().describe("Now when absent."),
});

export const headroomQuerySchema = z.object({
  days: z.coerce
    .number()
    .int()
    .min(1)
    .max(28)
    .default(21)
    .describe("How many days of history are looked at."),
});
