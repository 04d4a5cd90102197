import { z } from "zod";
import { serviceSignalsQuerySchema } from "@/lib/services/schema";
import { signalIdSchema } from "@/lib/signals/schema";

export const exemplarsQuerySchema = serviceSignalsQuerySchema.pick({ start: true, end: true }).extend({
  signal: signalIdSchema.describe("A signal that is read from a histogram, such as `ttft`."),
});

export const exemplarsSchema = z.object({
  items: z.array(
    z.object({
      time: z.number().describe("Unix seconds."),
      value: z.number().describe("In the signal's base unit."),
      traceId: z.string().nullable(),
      spanId: z.string().nullable(),
      labels: z.record(z.string(), z.string()),
    }),
  ),
  of: z
    .number()
    .int()
    .describe("How many there were; of too many, the highest and the lowest of each stretch."),
});
export type ExemplarsAnswer = z.infer<typeof exemplarsSchema>;
