import { z } from "zod";

export const takeoverSchema = z.object({
  id: z.uuid(),
  alert: z.object({ id: z.uuid(), name: z.string(), state: z.enum(["pending", "firing", "inactive"]) }),
  by: z.object({ id: z.string(), name: z.string() }).describe("Who sees to it now."),
  note: z.string().nullable(),
  at: z.iso.datetime(),
});
export type Takeover = z.infer<typeof takeoverSchema>;
