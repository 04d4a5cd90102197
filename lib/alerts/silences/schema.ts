import { RE2JS } from "re2js";
import { z } from "zod";
import { instantSchema, labelName, text } from "../fields";
import { alertSchema } from "../schema";

const matcherFields = {
  name: z.string().regex(labelName, { error: "The name of a label" }),
  value: text(1_000),
  isRegex: z.boolean().default(false),
  isEqual: z.boolean().default(true),
};

const expressionOf = (pattern: string): RE2JS | null => {
  try {
    return RE2JS.compile(pattern);
  } catch {
    return null;
  }
};

/** A condition on a label, as Alertmanager has it: `=`, `!=`, `=~` (whole value) or `!~`. */
export const matcherSchema = z
  .object(matcherFields)
  .refine(({ isRegex, value }) => !isRegex || expressionOf(value) !== null, {
    path: ["value"],
    error: "A regular expression",
  });
export type SilenceMatcher = z.output<typeof matcherSchema>;

const matchers = z
  .array(matcherSchema)
  .min(1, { error: "At least one matcher" })
  .max(50)
  .refine(
    (list) =>
      list.some(({ value, isRegex, isEqual }) =>
        isRegex ? expressionOf(value)?.matches("") === !isEqual : (value === "") !== isEqual,
      ),
    { error: "At least one matcher must not match an empty value, or the silence would cover everything" },
  );

export const silenceInputSchema = z
  .object({
    matchers,
    startsAt: instantSchema.nullable().default(null).describe("Null for now."),
    endsAt: instantSchema,
    comment: text(2_000).trim().min(1, { error: "Say why" }),
  })
  .refine(({ startsAt, endsAt }) => startsAt === null || endsAt > startsAt, {
    path: ["endsAt"],
    error: "After the start",
  });

export const silencePreviewInputSchema = z.object({ matchers });

export const silenceSchema = z.object({
  id: z.uuid(),
  matchers: z.array(z.object({ ...matcherFields, isRegex: z.boolean(), isEqual: z.boolean() })),
  startsAt: z.iso.datetime(),
  endsAt: z.iso.datetime(),
  comment: z.string(),
  createdBy: z.string(),
  state: z.enum(["pending", "active", "expired"]),
  covers: z.number().int().describe("How many active alerts it covers now."),
  actions: z.array(z.enum(["expire"])),
});
export type SilenceView = z.infer<typeof silenceSchema>;

export const silencePreviewSchema = z.object({
  active: z.number().int(),
  alerts: z.array(alertSchema.pick({ id: true, name: true, state: true, severity: true, labels: true })),
});
