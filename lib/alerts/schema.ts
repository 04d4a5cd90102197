import { z } from "zod";
import { UNITS } from "@/lib/units";
import { instantSchema, queryInstant, text } from "./fields";
import { comparisons, levelSchema } from "./rules/schema";

const alertStates = ["pending", "firing", "inactive"] as const;
const alertOrigins = ["console", "prometheus", "alertmanager"] as const;

const acknowledgementSchema = z.object({
  id: z.uuid(),
  actor: z.object({ id: z.string(), name: z.string() }),
  note: z.string().nullable(),
  at: z.iso.datetime(),
  until: z.iso.datetime().nullable().describe("Null for as long as the alert is active."),
  endedAt: z.iso.datetime().nullable(),
  endedBy: z.enum(["undone", "taken_over", "resolved", "ran_out"]).nullable(),
});
export type AcknowledgementView = z.infer<typeof acknowledgementSchema>;

/** Where a silence is made. */
export const silenceOrigins = ["console", "alertmanager"] as const;

const coveringSilenceSchema = z.object({
  id: z.string(),
  origin: z.enum(silenceOrigins),
  sources: z.array(z.string()).describe("The names of the connected Alertmanagers that have it."),
  comment: z.string(),
  createdBy: z.string(),
  endsAt: z.iso.datetime(),
});
export type CoveringSilence = z.infer<typeof coveringSilenceSchema>;

export const alertSchema = z.object({
  id: z.uuid(),
  name: z.string(),
  state: z.enum(alertStates).describe("`inactive` once it is resolved."),
  severity: z.string().nullable(),
  service: z.string().nullable(),
  labels: z.record(z.string(), z.string()),
  annotations: z.record(z.string(), z.string()),
  value: z
    .number()
    .nullable()
    .describe("Of the last evaluation that it was seen in; null for one that is no number."),
  origin: z.enum(alertOrigins).describe("Who evaluates it."),
  source: z.string().nullable(),
  ruleId: z.uuid().nullable(),
  fingerprint: z.string(),
  activeAt: z.iso.datetime(),
  firedAt: z.iso.datetime().nullable(),
  resolvedAt: z.iso.datetime().nullable(),
  seenAt: z.iso.datetime(),
  for: z.number().nullable().describe("Seconds for which it must hold before it fires."),
  isEnforced: z.boolean().describe("Whether it notifies."),
  isFlapping: z.boolean().describe("It fired three times or more within an hour."),
  acknowledgement: acknowledgementSchema.nullable().describe("The one that holds now."),
  assignee: z.string().nullable(),
  snoozedUntil: z.iso.datetime().nullable(),
  silencedBy: z
    .array(z.string())
    .describe("The silences that cover it now, of the console and of connected Alertmanagers."),
  silences: z.array(coveringSilenceSchema).describe("The same, with where each is made and until when."),
  generatorUrl: z.string().nullable(),
  version: z.number().int(),
  actions: z.array(
    z.enum(["acknowledge", "take_over", "undo_acknowledgement", "assign", "snooze", "comment", "silence"]),
  ),
});
export type AlertView = z.infer<typeof alertSchema>;

export const remarkSchema = z.object({
  id: z.uuid(),
  kind: z.enum(["comment", "resolution"]),
  actor: z.object({ id: z.string(), name: z.string() }),
  text: z.string(),
  at: z.iso.datetime(),
});
export type RemarkView = z.infer<typeof remarkSchema>;

const transitionSchema = z.object({
  at: z.iso.datetime(),
  from: z.enum(alertStates),
  to: z.enum(alertStates),
  value: z.number().nullable(),
  isReplayed: z
    .boolean()
    .describe("Found afterwards, for evaluations that had been missed or from the ALERTS series."),
  within: z
    .number()
    .nullable()
    .describe("Seconds: it was at `at` or at most so long before. Null where `at` is exact."),
});

export const alertDetailSchema = alertSchema.extend({
  transitions: z.array(transitionSchema),
  acknowledgements: z.array(acknowledgementSchema),
  remarks: z.array(remarkSchema),
  query: z
    .object({
      expr: z.string(),
      compared: z
        .string()
        .describe(
          "What is compared with the thresholds; all of `expr` where nothing is compared with a number.",
        ),
      comparison: z
        .enum(comparisons)
        .nullable()
        .describe("Beside the expression or in it; null where nothing is compared with a number."),
      thresholds: z.array(levelSchema),
      ruleLabels: z
        .array(z.string())
        .describe("Labels that the rule or its group sets, in place of those of a series."),
      interval: z.number(),
    })
    .nullable()
    .describe("What its rule evaluates; null where the rule is not ours."),
  measures: z
    .object({
      unit: z.enum(UNITS),
      factor: z.number().describe("Values times this are in the unit's base: 0.01 for percent."),
    })
    .nullable()
    .describe("What the values are in; null where it is not known."),
  earlier: z
    .array(
      z.object({
        id: z.uuid(),
        activeAt: z.iso.datetime(),
        firedAt: z.iso.datetime().nullable(),
        resolvedAt: z.iso.datetime().nullable(),
      }),
    )
    .describe("The same label set of the same rule before, newest first."),
  meanwhile: z
    .array(
      z.object({
        id: z.uuid(),
        name: z.string(),
        severity: z.string().nullable(),
        service: z.string().nullable(),
        state: z.enum(alertStates),
        firedAt: z.iso.datetime().nullable(),
      }),
    )
    .describe("What else fired from half an hour before it was active."),
  runbook: z.string().nullable(),
});
export type AlertDetail = z.infer<typeof alertDetailSchema>;

export const alertFilterSchema = z.object({
  state: z
    .enum(["active", "firing", "pending", "resolved", "all"])
    .default("active")
    .describe("`active` is pending and firing."),
  severity: text(100).optional(),
  service: text(300).optional(),
  origin: z.enum(alertOrigins).optional(),
  ruleId: z.uuid().optional(),
  q: text(200).optional().describe("Text in the name, the labels or the annotations."),
  handling: z
    .enum(["open", "acknowledged", "snoozed", "silenced", "mine"])
    .optional()
    .describe("`open` is what nobody has taken and nothing mutes."),
  start: queryInstant.optional().describe("Leaves out what was resolved before this."),
  end: queryInstant.optional().describe("Leaves out what became active after this."),
});
export type AlertFilter = z.output<typeof alertFilterSchema>;

export const alertCountsSchema = z.object({
  firing: z.number().int().describe("Also those that only observe or are silenced."),
  pending: z.number().int(),
  bySeverity: z
    .record(z.string(), z.number().int())
    .describe("Of those that fire, notify and are not silenced."),
  observed: z.number().int().describe("Those that fire, only observe and are not silenced."),
  silenced: z.number().int().describe("Those that fire and are silenced."),
  acknowledged: z.number().int().describe("Of those by severity."),
  clearSince: z.iso.datetime().nullable().describe("When the last alert ended, while none fires."),
  rules: z
    .object({
      all: z.number().int().describe("That raise alerts."),
      failing: z.number().int().describe("Of those, whose last evaluation failed."),
      late: z.number().int().describe("Of the others, whose evaluation is overdue."),
    })
    .describe("How much is known: what fires by a rule that is not evaluated does not show."),
});

export const acknowledgeInputSchema = z.object({
  note: text(2_000).nullable().default(null),
  until: instantSchema.nullable().default(null).describe("When it runs out and the alert escalates."),
  takeOver: z.boolean().default(false).describe("Also where someone else has acknowledged it."),
});

export const remarkInputSchema = z.object({
  text: text(10_000).trim().min(1, { error: "Say something" }),
  kind: z.enum(["comment", "resolution"]).default("comment"),
});

export const assignInputSchema = z.object({
  assignee: text(200).trim().min(1).nullable().describe("Who sees to it; null for nobody."),
});

export const snoozeInputSchema = z.object({
  until: instantSchema.nullable().describe("It does not notify before; null ends a snooze."),
});

export const bulkInputSchema = z.object({
  ids: z.array(z.uuid()).min(1).max(500),
  action: z.enum(["acknowledge", "undo_acknowledgement", "snooze", "assign", "comment"]),
  note: text(2_000).nullable().default(null),
  until: instantSchema.nullable().default(null),
  assignee: text(200).nullable().default(null),
});

export const bulkResultSchema = z.object({
  done: z.array(z.uuid()),
  failed: z.array(z.object({ id: z.uuid(), code: z.string(), detail: z.string() })),
});
