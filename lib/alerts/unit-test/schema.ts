import { z } from "zod";

export const unitTestResultSchema = z.object({
  passed: z.boolean(),
  cases: z.number().int().describe("How many alert and expression tests the file has."),
  failures: z.array(
    z.object({
      test: z.string(),
      message: z.string(),
      expected: z.string().nullable(),
      got: z.string().nullable(),
    }),
  ),
});
