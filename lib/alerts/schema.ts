import { z } from "zod";
import { UNITS } from "@/lib/units";
import { parseDuration } from "./duration";
import { findingIds } from "./lint/finding";
import { compileRe2 } from "./re2";
import { usualKeys } from "./usual-keys";

/** PostgreSQL holds no NUL in a text. */
const text = (most: number) =>
  z
    .string()
    .max(most, { error: `At most ${most} characters` })
    .refine((given) => !given.includes("\u0000"), { error: "No NUL character" });

/** RFC 3339, or Unix seconds. */
export const instantSchema = z.union(
  [
    z.iso.datetime({ offset: true }).transform((given) => new Date(given)),
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
  .transform((given) => (/^\d+(\.\d+)?$/.test(given) ? Number(given) : given))
  .pipe(instantSchema);

const longestDuration = 366 * 86_400;

function secondsOf(given: string): number {
  try {
    return parseDuration(given.trim());
  } catch {
    return Number.NaN;
  }
}

/** Seconds, or a duration as Prometheus writes it. */
export const durationSchema = z
  .union([z.number(), z.string()], { error: "A duration such as 5m, or seconds" })
  .transform((given, context) => {
    const seconds = typeof given === "number" ? given : secondsOf(given);
    if (!Number.isFinite(seconds) || seconds < 0 || seconds > longestDuration) {
      context.addIssue({ code: "custom", message: "A duration such as 5m or 1h30m, at most a year" });
      return z.NEVER;
    }
    return seconds;
  });

const labelName = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

export const labelsSchema = z.record(
  z.string().regex(labelName, { error: "Letters, digits and underscores" }),
  text(4_000),
);

export const comparisons = [">", ">=", "<", "<=", "==", "!="] as const;
export const alertStates = ["pending", "firing", "inactive"] as const;
export const ruleModes = ["observe", "enforce"] as const;
export const alertOrigins = ["console", "prometheus", "alertmanager"] as const;

export const levelSchema = z.object({
  severity: text(100)
    .min(1)
    .nullable()
    .describe("The value of the label `severity`; null leaves it to the rule's own labels."),
  threshold: z.number().nullable().describe("Null where the expression is whole."),
});

export const ruleSignalSchema = z.object({
  service: text(300).min(1),
  signal: text(100).min(1),
  quantile: z.number().gt(0).lt(1).nullable().default(null),
});

const matcherFields = {
  name: z.string().regex(labelName, { error: "The name of a label" }),
  value: text(1_000),
  isRegex: z.boolean().default(false),
  isEqual: z.boolean().default(true),
};

const wholeRegex = (pattern: string): RegExp | null => {
  try {
    return compileRe2(pattern, { isWhole: true });
  } catch {
    return null;
  }
};

/** A condition on a label, as Alertmanager has it: `=`, `!=`, `=~` (whole value) or `!~`. */
export const matcherSchema = z
  .object(matcherFields)
  .refine(({ isRegex, value }) => !isRegex || wholeRegex(value) !== null, {
    path: ["value"],
    error: "A regular expression",
  });
export type SilenceMatcher = z.output<typeof matcherSchema>;

/** What a rule says, apart from where it stands. */
const ruleFields = {
  name: text(200).trim().min(1, { error: "The name of the alert" }),
  expr: text(20_000).trim().min(1, { error: "PromQL, such as up == 0" }),
  comparison: z.enum(comparisons).nullable(),
  levels: z.array(levelSchema).min(1).max(5),
  signal: ruleSignalSchema.nullable(),
  for: durationSchema,
  keepFiringFor: durationSchema,
  labels: labelsSchema,
  annotations: labelsSchema,
  owner: text(200).nullable(),
  services: z.array(text(300)).max(100),
  mode: z.enum(ruleModes),
  alertsOnNoData: z.boolean(),
  alertsOnError: z.boolean(),
};

type Levelled = {
  comparison: string | null;
  levels: readonly { severity: string | null; threshold: number | null }[];
};

/** What is wrong with the tiers of a rule; null when nothing is. */
export function levelsProblem({ comparison, levels }: Levelled): { path: string; message: string } | null {
  if (comparison === null && levels.some(({ threshold }) => threshold !== null))
    return { path: "comparison", message: "Say how the expression compares with the thresholds, such as >" };
  if (comparison !== null && levels.some(({ threshold }) => threshold === null))
    return { path: "levels", message: "Each level needs a threshold to compare with" };
  if (comparison === null && levels.length > 1)
    return { path: "levels", message: "An expression that compares by itself has one level" };
  if (new Set(levels.map(({ severity }) => severity)).size < levels.length)
    return { path: "levels", message: "Each level needs a severity of its own" };
  return null;
}

export const ruleInputSchema = z
  .object({
    ...ruleFields,
    comparison: ruleFields.comparison.default(null),
    levels: ruleFields.levels.default([{ severity: null, threshold: null }]),
    signal: ruleFields.signal.default(null),
    for: ruleFields.for.default(0),
    keepFiringFor: ruleFields.keepFiringFor.default(0),
    labels: ruleFields.labels.default({}),
    annotations: ruleFields.annotations.default({}),
    owner: ruleFields.owner.default(null),
    services: ruleFields.services.default([]),
    mode: ruleFields.mode.default("enforce"),
    alertsOnNoData: ruleFields.alertsOnNoData.default(false),
    alertsOnError: ruleFields.alertsOnError.default(false),
    source: text(200)
      .optional()
      .describe("The Prometheus to evaluate it against, by name; may be left out where there is one."),
    group: text(200).trim().min(1).default("rules").describe("Its group, which is made when there is none."),
    interval: durationSchema
      .nullable()
      .default(null)
      .describe("Of a group that is made; null for the default of a minute."),
  })
  .superRefine((rule, context) => {
    const wrong = levelsProblem(rule);
    if (wrong !== null) context.addIssue({ code: "custom", path: [wrong.path], message: wrong.message });
  });
export type RuleInput = z.input<typeof ruleInputSchema>;
export type ParsedRuleInput = z.output<typeof ruleInputSchema>;

/** A change of a rule: what is left out stays. */
export const rulePatchSchema = z.strictObject({
  ...Object.fromEntries(Object.entries(ruleFields).map(([name, schema]) => [name, schema.optional()])),
}) as unknown as z.ZodObject<{ [Name in keyof typeof ruleFields]: z.ZodOptional<(typeof ruleFields)[Name]> }>;
export type RulePatch = z.input<typeof rulePatchSchema>;

export const ruleStatusSchema = z.object({
  evaluatedFor: z.iso.datetime().nullable().describe("The timestamp of its last evaluation."),
  evaluatedAt: z.iso.datetime().nullable().describe("When that was done."),
  lateSeconds: z.number().nullable().describe("How long after its timestamp that was."),
  dueAt: z.iso.datetime().nullable().describe("Its next evaluation."),
  overdueSeconds: z.number().nullable().describe("How long that is overdue; null while it is not."),
  seconds: z.number().nullable().describe("How long the evaluation took."),
  health: z.enum(["unknown", "ok", "err"]),
  lastError: z.string().nullable(),
  series: z.number().int().nullable().describe("How many series its query gave, the largest of its levels."),
  noDataSince: z.iso.datetime().nullable(),
});

export const alertRuleSchema = z.object({
  id: z.uuid(),
  kind: z.enum(["alerting", "recording"]),
  name: z.string(),
  expr: z.string(),
  comparison: z.enum(comparisons).nullable(),
  levels: z.array(levelSchema),
  promql: z
    .array(z.object({ severity: z.string().nullable(), expr: z.string() }))
    .describe("What is evaluated, a line each level."),
  signal: z.object({ service: z.string(), signal: z.string(), quantile: z.number().nullable() }).nullable(),
  for: z.number().describe("Seconds."),
  keepFiringFor: z.number().describe("Seconds."),
  labels: z.record(z.string(), z.string()),
  annotations: z.record(z.string(), z.string()),
  owner: z.string().nullable(),
  services: z.array(z.string()),
  mode: z.enum(ruleModes),
  alertsOnNoData: z.boolean(),
  alertsOnError: z.boolean(),
  group: z.object({
    id: z.uuid(),
    name: z.string(),
    file: z.string(),
    origin: z.enum(["console", "import", "folder"]),
    interval: z.number().describe("Seconds."),
    queryOffset: z.number().describe("Seconds."),
    limit: z.number().int().describe("Most alerts of one rule."),
    source: z.string(),
  }),
  status: ruleStatusSchema,
  pending: z.number().int(),
  firing: z.number().int(),
  version: z.number().int().describe("For If-Match."),
  changedAt: z.iso.datetime(),
  deletedAt: z.iso.datetime().nullable(),
  actions: z.array(z.enum(["edit", "delete", "restore"])).describe("What the caller may do with it now."),
});
export type AlertRuleView = z.infer<typeof alertRuleSchema>;

export const savedRuleSchema = alertRuleSchema.extend({
  warnings: z.array(z.string()).describe("What may be wrong with it."),
});

export const rulePreviewSchema = z.object({
  series: z
    .number()
    .int()
    .nullable()
    .describe("Of the expression before it is compared; null where it is whole."),
  levels: z.array(
    z.object({
      severity: z.string().nullable(),
      expr: z.string(),
      alerts: z
        .number()
        .int()
        .nullable()
        .describe("How many it would raise now; null where that cannot be said."),
    }),
  ),
  warnings: z.array(z.string()),
});
export type RulePreview = z.infer<typeof rulePreviewSchema>;

export const ruleStates = ["firing", "pending", "error", "no_data", "inactive", "late"] as const;

export const ruleFilterSchema = z.object({
  q: text(200).optional().describe("Text in the name, the expression, the group, the labels or the owner."),
  state: z.enum(ruleStates).optional(),
  group: text(200).optional(),
  source: text(200).optional(),
  service: text(300).optional(),
  mode: z.enum(ruleModes).optional(),
  kind: z.enum(["alerting", "recording"]).optional(),
  deleted: z
    .enum(["true", "false"])
    .optional()
    .describe("`true` gives those that were deleted instead, which can be restored."),
});
export type RuleFilter = z.output<typeof ruleFilterSchema>;

export const ruleRevisionSchema = z.object({
  id: z.string(),
  from: z.iso.datetime(),
  to: z.iso.datetime().nullable(),
  by: z.string().nullable(),
  action: z.string().nullable(),
  state: z.unknown(),
  before: z.unknown().describe("What it was before; null for the first."),
});
export type RuleRevision = z.infer<typeof ruleRevisionSchema>;

export const acknowledgementSchema = z.object({
  id: z.uuid(),
  actor: z.object({ id: z.string(), name: z.string() }),
  note: z.string().nullable(),
  at: z.iso.datetime(),
  until: z.iso.datetime().nullable().describe("Null for as long as the alert is active."),
  endedAt: z.iso.datetime().nullable(),
  endedBy: z.enum(["undone", "taken_over", "resolved", "ran_out"]).nullable(),
});
export type AcknowledgementView = z.infer<typeof acknowledgementSchema>;

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
  silencedBy: z.array(z.string()).describe("The silences that cover it now."),
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

export const transitionSchema = z.object({
  at: z.iso.datetime(),
  from: z.enum(alertStates),
  to: z.enum(alertStates),
  value: z.number().nullable(),
  isReplayed: z.boolean().describe("Found afterwards, for evaluations that had been missed."),
});

export const alertDetailSchema = alertSchema.extend({
  transitions: z.array(transitionSchema),
  acknowledgements: z.array(acknowledgementSchema),
  remarks: z.array(remarkSchema),
  query: z
    .object({
      expr: z.string(),
      comparison: z.enum(comparisons).nullable(),
      thresholds: z.array(levelSchema),
      interval: z.number(),
    })
    .nullable()
    .describe("What its rule evaluates; null where the rule is not ours."),
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
  firing: z.number().int(),
  pending: z.number().int(),
  bySeverity: z.record(z.string(), z.number().int()).describe("Of those that fire."),
  acknowledged: z.number().int(),
  clearSince: z.iso.datetime().nullable().describe("When the last alert ended, while none fires."),
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

const matchers = z
  .array(matcherSchema)
  .min(1, { error: "At least one matcher" })
  .max(50)
  .refine(
    (list) =>
      list.some(({ value, isRegex, isEqual }) =>
        isRegex ? wholeRegex(value)?.test("") === !isEqual : (value === "") !== isEqual,
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

export const backtestInputSchema = z
  .object({
    expr: text(20_000).trim().min(1),
    comparison: z.enum(comparisons).nullable().default(null),
    threshold: z.number().nullable().default(null),
    for: durationSchema.default(0),
    keepFiringFor: durationSchema.default(0),
    start: instantSchema,
    end: instantSchema,
    interval: durationSchema.default(60).describe("Between evaluations."),
    source: text(200).optional(),
    labels: labelsSchema.default({}),
    timeZone: text(100).default("UTC").describe("For what counts as night."),
    pagesPerWeek: z
      .number()
      .min(0)
      .max(10_000)
      .nullable()
      .default(null)
      .describe("What to suggest a threshold and a `for` for."),
  })
  .refine(({ start, end }) => end > start, { path: ["end"], error: "After the start" })
  .refine(({ interval }) => interval >= 1, { path: ["interval"], error: "At least a second" });
export type BacktestInput = z.input<typeof backtestInputSchema>;

export const noiseSchema = z.object({
  pages: z.number().int().describe("How often it fired."),
  pagesPerWeek: z.number().nullable().describe("Null where there was data for less than a day."),
  shareShort: z
    .number()
    .nullable()
    .describe("Of those, the share that was over within 5 minutes; null without any."),
  shareAtNight: z.number().nullable().describe("Of those, the share that began from 22:00 to 07:00."),
  firingSeconds: z.number(),
});

export const backtestSchema = z.object({
  alerts: z.array(
    z.object({
      labels: z.record(z.string(), z.string()),
      pendingAt: z.iso.datetime(),
      firingAt: z.iso.datetime().nullable(),
      resolvedAt: z.iso.datetime().nullable(),
    }),
  ),
  evaluations: z.number().int(),
  completeFrom: z.iso.datetime().nullable().describe("From when on there was data; null for never."),
  noise: noiseSchema,
  series: z.number().int().describe("How many the expression gave."),
  suggestions: z.array(
    z.object({
      threshold: z.number().nullable(),
      for: z.number(),
      pagesPerWeek: z.number(),
    }),
  ),
  notes: z.array(z.string()),
});
export type BacktestView = z.infer<typeof backtestSchema>;

/** What goes with a rule file that is imported; the file itself is the body. */
export const importQuerySchema = z.object({
  file: text(500)
    .trim()
    .min(1)
    .default("imported.yaml")
    .describe("Its name; groups of the same are replaced."),
  source: text(200).optional().describe("The Prometheus to evaluate it against, by name."),
  mode: z
    .enum(ruleModes)
    .optional()
    .describe("When left out, observe where the Prometheus evaluates the same alerts itself."),
  dryRun: z.enum(["true", "false"]).optional().describe("`true` tells what would be, and changes nothing."),
});

export const importReportSchema = z.object({
  groups: z.number().int(),
  alerting: z.number().int(),
  recording: z.number().int(),
  added: z.number().int(),
  changed: z.number().int(),
  removed: z.number().int(),
  unchanged: z.number().int(),
  mode: z.enum(ruleModes),
  problems: z.array(
    z.object({ line: z.number().nullable(), column: z.number().nullable(), message: z.string() }),
  ),
  notes: z.array(z.string()),
});
export type ImportReport = z.infer<typeof importReportSchema>;

export const exportQuerySchema = z.object({
  target: z.enum(["prometheus", "prometheus-rule"]).default("prometheus"),
  version: z
    .string()
    .regex(/^v?\d+\.\d+(\.\d+)?/, { error: "A version such as 2.42" })
    .optional()
    .describe("Of the Prometheus that reads it: what it would refuse is left out and listed."),
  file: text(500).optional(),
  group: text(200).optional(),
  source: text(200).optional(),
});

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

export const handlingFiguresSchema = z.object({
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

/** A rule as a correction has it: what it says, and which it replaces. */
const correctedRuleSchema = z.object({
  id: text(300).min(1),
  name: ruleFields.name,
  expr: ruleFields.expr,
  comparison: ruleFields.comparison,
  levels: ruleFields.levels,
  for: z.number().min(0).describe("Seconds."),
  keepFiringFor: z.number().min(0).describe("Seconds."),
  labels: labelsSchema,
  annotations: labelsSchema,
});

export const correctionSchema = z.object({
  title: z.string().describe("What it does."),
  rules: z.array(correctedRuleSchema).describe("What stands in the place of the rules of the finding."),
  mode: z.literal("observe").optional().describe("Where the rules stay and shall notify nobody."),
});

export const findingSchema = z.object({
  id: z.enum(findingIds),
  severity: z.enum(["error", "warning", "info"]),
  rules: z
    .array(z.object({ id: z.string(), name: z.string(), version: z.number().int().nullable() }))
    .describe("Which it is about. The version is null for a draft."),
  text: z.string().describe("What is really compared."),
  corrected: z.array(correctionSchema).describe("The best first."),
  bounds: z
    .object({ below: z.number().nullable(), above: z.number().nullable() })
    .optional()
    .describe("The bucket bounds on both sides of the threshold."),
  at: z.object({ from: z.number().int(), to: z.number().int() }).optional().describe("Where in `expr`."),
});
export type FindingView = z.infer<typeof findingSchema>;

export const lintInputSchema = z
  .object({
    rule: ruleInputSchema.optional().describe("A draft."),
    id: z.uuid().optional().describe("A rule of the set, with what the others say of it."),
  })
  .refine(({ rule, id }) => rule === undefined || id === undefined, {
    path: ["id"],
    error: "Either a draft or a rule of the set",
  });
export type LintInput = z.input<typeof lintInputSchema>;

export const lintReportSchema = z.object({
  items: z.array(findingSchema),
  rules: z.number().int().describe("How many were looked at."),
  notes: z.array(z.string()).describe("What was not looked at, and why."),
});
export type LintReport = z.infer<typeof lintReportSchema>;

export const applyCorrectionSchema = z.object({
  replaces: z
    .array(z.object({ id: z.uuid(), version: z.number().int() }))
    .min(1)
    .max(50)
    .describe("The rules of the finding, as they were when it was found."),
  rules: z
    .array(correctedRuleSchema.extend({ id: z.uuid() }))
    .min(1)
    .max(50),
  mode: z.literal("observe").optional(),
});
export type ApplyCorrection = z.input<typeof applyCorrectionSchema>;

export const appliedCorrectionSchema = z.object({
  items: z.array(alertRuleSchema).describe("The rules that stay, as they are now."),
  deleted: z.array(z.uuid()),
});

const usualBacktestSchema = z.object({
  pagesPerWeek: z.number().nullable().describe("Over the last 7 days; null where that cannot be said."),
  pages: z
    .number()
    .int()
    .nullable()
    .describe("How often it would have fired; null where that cannot be said."),
  completeFrom: z.iso.datetime().nullable().describe("From when on there was data, where that is known."),
  reason: z.string().nullable().describe("Why it cannot be said."),
});

export const usualRuleSchema = z.object({
  key: z.enum(usualKeys),
  name: z.string(),
  summary: z.string().describe("What its alert says, as a Prometheus template."),
  expr: z.string(),
  comparison: z.enum(comparisons).nullable(),
  levels: z.array(levelSchema),
  unit: z.enum(UNITS).nullable().describe("Of the thresholds; null where there are none."),
  for: z.number().describe("Seconds."),
  promql: z.array(z.object({ severity: z.string().nullable(), expr: z.string() })),
  mode: z.enum(ruleModes).describe("What does not page by itself is observed."),
  note: z.string().nullable(),
  backtest: usualBacktestSchema,
  isTicked: z.boolean().describe("Whether it is offered; not above two pages a week, nor when it is there."),
  ruleId: z.uuid().nullable().describe("The rule that was made of it; null where there is none."),
});
export type UsualRuleView = z.infer<typeof usualRuleSchema>;

export const usualRulesSchema = z.object({
  service: z.string(),
  source: z.string(),
  start: z.iso.datetime().describe("Of the backtest."),
  end: z.iso.datetime(),
  items: z.array(usualRuleSchema),
});
export type UsualRules = z.infer<typeof usualRulesSchema>;

const usualAdjustmentSchema = z.strictObject({
  levels: ruleFields.levels.optional(),
  for: durationSchema.optional(),
  mode: z.enum(ruleModes).optional(),
});

export const acceptUsualSchema = z.object({
  keys: z.array(z.enum(usualKeys)).min(1).max(usualKeys.length),
  adjust: z
    .partialRecord(z.enum(usualKeys), usualAdjustmentSchema)
    .default({})
    .describe("What shall be otherwise, by key: levels, `for`, mode."),
});
export type AcceptUsual = z.input<typeof acceptUsualSchema>;

export const acceptedUsualSchema = z.object({
  items: z.array(alertRuleSchema).describe("The rules that were made."),
  kept: z.array(z.enum(usualKeys)).describe("Those that were there already and stay as they are."),
});
