import { z } from "zod";

export const takeoverSchema = z.object({
  id: z.uuid(),
  kind: z
    .enum(["taken_over", "undone"])
    .describe("Whether someone else sees to it now, or the acknowledgement was undone and nobody does."),
  alert: z.object({ id: z.uuid(), name: z.string(), state: z.enum(["pending", "firing", "inactive"]) }),
  by: z.object({ id: z.string(), name: z.string() }).describe("Who took it over or undid it."),
  note: z.string().nullable(),
  at: z.iso.datetime(),
});
export type Takeover = z.infer<typeof takeoverSchema>;
