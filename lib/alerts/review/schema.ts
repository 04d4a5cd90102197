import { z } from "zod";

const handlingFiguresSchema = z.object({
  start: z.iso.datetime(),
  end: z.iso.datetime(),
  fired: z.number().int(),
  acknowledged: z.number().int(),
  resolved: z.number().int(),
  meanTimeToAcknowledge: z
    .number()
    .nullable()
    .describe("Seconds from firing; null when none was acknowledged."),
  meanTimeToResolve: z.number().nullable().describe("Seconds from firing; null when none was resolved."),
});

export const reviewSchema = handlingFiguresSchema.extend({
  noisiest: z.array(
    z.object({
      ruleId: z.uuid().nullable(),
      name: z.string(),
      fired: z.number().int(),
      firingSeconds: z.number(),
      acknowledged: z.number().int(),
    }),
  ),
  neverFired: z
    .array(z.object({ ruleId: z.uuid(), name: z.string(), since: z.iso.datetime() }))
    .describe("Rules that have existed for all of that time and did not fire in it."),
  neverActedOn: z
    .array(z.object({ ruleId: z.uuid().nullable(), name: z.string(), fired: z.number().int() }))
    .describe("Fired, and nobody acknowledged, commented, assigned or silenced."),
});
export type Review = z.infer<typeof reviewSchema>;
