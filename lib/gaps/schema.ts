import { z } from "zod";
import { serviceSignalsQuerySchema } from "@/lib/services/schema";
import { gapKinds } from "./gaps";

/** The range and the step of the charts whose gaps are asked about; times as for a service's signals. */
export const gapsQuerySchema = serviceSignalsQuerySchema.pick({ start: true, end: true, step: true });

export const gapsSchema = z.object({
  items: z.array(
    z.object({
      start: z.number().describe("Unix seconds: the last point that had a sample."),
      end: z.number().describe("Unix seconds: the last point without one."),
      kind: z.enum(gapKinds),
      text: z.string().describe("Why, in a sentence."),
    }),
  ),
  nextCursor: z.null().describe("All are on one page."),
  notes: z.array(z.string()).describe("What could not be told, and why."),
});
export type GapsAnswer = z.infer<typeof gapsSchema>;
