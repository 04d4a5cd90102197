import { z } from "zod";

export const annotationSchema = z.object({
  id: z.uuid(),
  start: z.iso.datetime(),
  end: z.iso.datetime().nullable().describe("Null for a moment."),
  text: z.string(),
  kind: z.string().describe("What it is, such as `note`, `deployment` or `demo_stopped`."),
  service: z.string().nullable().describe("Null for one that concerns every service."),
});
export type AnnotationView = z.infer<typeof annotationSchema>;

/** RFC 3339 or Unix seconds, as every time that the API takes. */
const instant = z.union(
  [
    z.iso.datetime({ offset: true }).transform((text) => new Date(text)),
    z
      .number()
      .min(0)
      .max(8.64e12)
      .transform((seconds) => new Date(seconds * 1000)),
  ],
  { error: "A time such as 2026-03-04T14:00:00Z, or Unix seconds" },
);

const queryInstant = z
  .string()
  .transform((text) => (/^\d+(\.\d+)?$/.test(text) ? Number(text) : text))
  .pipe(instant);

/** PostgreSQL holds no NUL in a text. */
const hasNoNul = (text: string) => !text.includes("\u0000");
const noNul = { error: "No NUL character" };

export const annotationInputSchema = z
  .object({
    start: instant,
    end: instant.nullable().default(null),
    text: z
      .string()
      .trim()
      .min(1, { error: "Say what happened" })
      .max(1_000, { error: "At most 1000 characters" })
      .refine(hasNoNul, noNul),
    kind: z
      .string()
      .regex(/^[a-z][a-z0-9_]{0,49}$/, {
        error: "Lower-case letters, digits and underscores, such as deployment",
      })
      .default("note"),
    service: z.string().max(300).refine(hasNoNul, noNul).nullable().default(null),
  })
  .refine(({ start, end }) => end === null || end >= start, { path: ["end"], error: "Not before the start" });

export const annotationFilterSchema = z.object({
  start: queryInstant.optional().describe("Leaves out what ended before this."),
  end: queryInstant.optional().describe("Leaves out what began after this."),
  service: z
    .string()
    .max(300)
    .refine(hasNoNul, noNul)
    .optional()
    .describe("Of this service, and those that concern all."),
  kind: z.string().max(50).refine(hasNoNul, noNul).optional(),
});
export type AnnotationFilter = z.output<typeof annotationFilterSchema>;
