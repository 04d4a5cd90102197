import { RE2JS } from "re2js";
import { z } from "zod";
import { instantSchema, labelName, text } from "../fields";
import { alertSchema, silenceOrigins } from "../schema";

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

const comment = text(2_000).trim().min(1, { error: "Say why" });
const endsAfterStart = { path: ["endsAt"], error: "After the start" };

export const silenceInputSchema = z
  .object({
    matchers,
    startsAt: instantSchema.nullable().default(null).describe("Null for now."),
    endsAt: instantSchema,
    comment,
    source: text(200)
      .nullable()
      .default(null)
      .describe(
        "The name of the Alertmanager to make it in; null for the console. Where that does not answer, another member of its cluster is asked.",
      ),
  })
  .refine(({ startsAt, endsAt }) => startsAt === null || endsAt > startsAt, endsAfterStart);
export type SilenceInput = z.output<typeof silenceInputSchema>;

export const silencePatchSchema = z
  .object({
    matchers: matchers.optional(),
    startsAt: instantSchema.optional(),
    endsAt: instantSchema.optional(),
    comment: comment.optional(),
  })
  .refine(
    ({ startsAt, endsAt }) => startsAt === undefined || endsAt === undefined || endsAt > startsAt,
    endsAfterStart,
  );
export type SilencePatch = z.output<typeof silencePatchSchema>;

export const silencePreviewInputSchema = z.object({ matchers });

export const silenceSchema = z.object({
  id: z.string().describe("A UUID; of one that is made in an Alertmanager its id there."),
  origin: z.enum(silenceOrigins).describe("Where it is made, changed and ended."),
  sources: z
    .array(z.string())
    .describe(
      "The names of the connected Alertmanagers that have it: the members of a cluster share theirs.",
    ),
  matchers: z.array(
    z.object({ name: z.string(), value: z.string(), isRegex: z.boolean(), isEqual: z.boolean() }),
  ),
  startsAt: z.iso.datetime(),
  endsAt: z.iso.datetime(),
  comment: z.string(),
  createdBy: z.string(),
  state: z.enum(["pending", "active", "expired"]),
  covers: z.number().int().describe("How many active alerts it covers now."),
  problem: z
    .string()
    .nullable()
    .describe("Why one of an Alertmanager mutes nothing here, or may be out of date."),
  version: z.number().int().describe("For If-Match."),
  actions: z.array(z.enum(["edit", "expire"])),
});
export type SilenceView = z.infer<typeof silenceSchema>;

export const connectedAlertmanagerSchema = z.object({
  name: z.string(),
  cluster: z.array(z.string()).describe("The names of all members of its cluster, itself included."),
  problem: z
    .string()
    .nullable()
    .describe(
      "Why its silences could not be read; those that were last read are in the list until they end.",
    ),
  readAt: z.iso.datetime().nullable().describe("When they were last read; null for never."),
});
export type ConnectedAlertmanager = z.infer<typeof connectedAlertmanagerSchema>;

export const silencePreviewSchema = z.object({
  active: z.number().int(),
  silenced: z
    .number()
    .int()
    .describe("How many of these a silence covers already, of the console or of an Alertmanager."),
  alerts: z.array(
    alertSchema.pick({ id: true, name: true, state: true, severity: true, labels: true, silencedBy: true }),
  ),
});
