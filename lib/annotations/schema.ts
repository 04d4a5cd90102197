import { z } from "zod";

export const annotationSchema = z.object({
  id: z.uuid(),
  start: z.iso.datetime(),
  end: z.iso.datetime().nullable().describe("Null for a moment."),
  text: z.string(),
  kind: z.string().describe("What it is, such as `note`, `deployment` or `demo_stopped`."),
  service: z.string().nullable().describe("Null for one that concerns every service."),
  author: z.string().nullable().describe("Who wrote it; null for what nobody did."),
  isComputed: z.boolean().describe("Whether the metrics tell it by themselves; nothing of it is stored."),
  version: z.number().int().describe("For If-Match."),
  actions: z.array(z.enum(["edit", "delete", "restore"])).describe("What the caller may do with it now."),
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

const fields = {
  start: instant,
  end: instant.nullable(),
  text: z
    .string()
    .trim()
    .min(1, { error: "Say what happened" })
    .max(1_000, { error: "At most 1000 characters" })
    .refine(hasNoNul, noNul),
  kind: z.string().regex(/^[a-z][a-z0-9_]{0,49}$/, {
    error: "Lower-case letters, digits and underscores, such as deployment",
  }),
  service: z.string().max(300).refine(hasNoNul, noNul).nullable(),
};

export const annotationInputSchema = z
  .object({
    ...fields,
    end: fields.end.default(null),
    kind: fields.kind.default("note"),
    service: fields.service.default(null),
  })
  .refine(({ start, end }) => end === null || end >= start, { path: ["end"], error: "Not before the start" });

/** What a person or a pipeline gives of an annotation. */
export type AnnotationInput = z.input<typeof annotationInputSchema>;

/** A change of an annotation: what is left out stays. */
export const annotationPatchSchema = z.strictObject({
  start: fields.start.optional(),
  end: fields.end.optional(),
  text: fields.text.optional(),
  kind: fields.kind.optional(),
  service: fields.service.optional(),
});

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
