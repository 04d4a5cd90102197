import { z } from "zod";

export const auditEventSchema = z.object({
  id: z.string(),
  at: z.iso.datetime(),
  actor: z.object({
    type: z.enum(["user", "api_key", "system"]),
    id: z.string(),
    name: z.string(),
  }),
  action: z.string().describe("`resource:verb`, such as `sources:edit`."),
  resource: z.object({ type: z.string(), id: z.string(), name: z.string().nullable() }),
  before: z.unknown().describe("Its state before; null for one that was made."),
  after: z.unknown().describe("Its state after; null for one that is gone."),
  reason: z.string().nullable(),
  requestId: z.string().nullable(),
});
export type AuditEventView = z.infer<typeof auditEventSchema>;

const instant = z.iso
  .datetime({ offset: true, error: "A time such as 2026-03-04T14:00:00Z" })
  .transform((text) => new Date(text));

/** PostgreSQL holds no NUL in a text. */
const text = (most: number) =>
  z
    .string()
    .max(most)
    .refine((given) => !given.includes("\u0000"), { error: "No NUL character" });

export const auditFilterSchema = z.object({
  actor: text(200).optional().describe("Id or part of the name of who did it."),
  action: text(100).optional().describe("An action, or the part before the colon."),
  resourceType: text(100).optional(),
  resourceId: text(300).optional(),
  start: instant.optional().describe("Not before this time."),
  end: instant.optional().describe("Before this time."),
  q: text(200).optional().describe("Text in the names of actor and resource, the action or the reason."),
});
export type AuditFilter = z.output<typeof auditFilterSchema>;

export const revisionSchema = z.object({
  resourceType: z.string(),
  resourceId: z.string(),
  state: z.unknown(),
  validFrom: z.iso.datetime(),
  validTo: z.iso.datetime().nullable().describe("Null for the present state."),
});

export const revisionQuerySchema = z.object({
  resourceType: text(100).refine((given) => given !== "", { error: "Give one" }),
  resourceId: text(300).refine((given) => given !== "", { error: "Give one" }),
  at: instant.describe("The time to look at."),
});
