import { z } from "zod";
import { silenceOrigins } from "@/lib/alerts/schema";
import { matcherSchema, type SilenceMatcher } from "@/lib/alerts/silences/schema";

export const channelKinds = ["webhook", "email", "slack", "alertmanager"] as const;
const channelKindSchema = z.enum(channelKinds);
export type ChannelKind = z.infer<typeof channelKindSchema>;

/** What a kind is called on a page, and what it is good for. */
export const channelKindFacts: Record<ChannelKind, { name: string; gives: string }> = {
  webhook: { name: "Webhook", gives: "JSON by POST, signed, in the form of Alertmanager's webhook" },
  email: { name: "E-mail", gives: "a mail to one or more addresses, by the console's SMTP server" },
  slack: { name: "Slack", gives: "a message to an incoming webhook of Slack, Mattermost or the like" },
  alertmanager: {
    name: "Alertmanager",
    gives: "alerts to every member of a cluster, as Prometheus sends them; it groups and notifies",
  },
};

const noControl = (text: string) => !/\p{Cc}/u.test(text);

const channelNameSchema = z
  .string()
  .trim()
  .min(1, { error: "Give it a name, such as On call" })
  .max(100, { error: "At most 100 characters" })
  .refine(noControl, { error: "No control characters" });

const httpUrlSchema = z
  .string()
  .trim()
  .max(2_000, { error: "At most 2000 characters" })
  .refine((text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol), {
    error: "An http or https URL, such as https://hooks.example.com/alerts",
  })
  .refine((text) => !text.includes("#"), { error: "Leave out the part from # on" });

const webhookUrlSchema = httpUrlSchema.refine(
  (text) => !URL.canParse(text) || (new URL(text).username === "" && new URL(text).password === ""),
  { error: "Leave user and password out; everyone who may see the channel would see them" },
);

/** Enough that it cannot be guessed from a signed message. */
const signingKeySchema = z
  .string()
  .min(16, { error: "At least 16 characters, such as the output of `openssl rand -base64 32`" })
  .max(1_000, { error: "At most 1000 characters" });

const addressesSchema = z
  .array(
    z.email({
      error: ({ input }) => `${String(input).slice(0, 100)} is no e-mail address, such as oncall@example.com`,
    }),
  )
  .min(1, { error: "At least one address" })
  .max(50, { error: "At most 50 addresses" })
  .refine((all) => new Set(all.map((each) => each.toLowerCase())).size === all.length, {
    error: "Each address once",
  });

const sourceIdsSchema = z
  .array(z.uuid({ error: "The id of a data source" }))
  .min(1, { error: "Choose at least one Alertmanager" })
  .max(20, { error: "At most 20 members" })
  .refine((all) => new Set(all).size === all.length, { error: "Each once" });

export const channelInputSchema = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("webhook"),
    name: channelNameSchema,
    url: webhookUrlSchema,
    secret: signingKeySchema.describe("Write-only. The key that messages are signed with."),
  }),
  z.object({ kind: z.literal("email"), name: channelNameSchema, to: addressesSchema }),
  z.object({
    kind: z.literal("slack"),
    name: channelNameSchema,
    secret: httpUrlSchema.describe("Write-only. The URL of the incoming webhook."),
  }),
  z.object({
    kind: z.literal("alertmanager"),
    name: channelNameSchema,
    sourceIds: sourceIdsSchema.describe("The data sources that are the members of one cluster."),
  }),
]);
export type ChannelInput = z.input<typeof channelInputSchema>;

/** A change of a channel: what is left out stays, and so does a secret. The kind stays what it is. */
export const channelPatchSchema = z.strictObject({
  name: channelNameSchema.optional(),
  url: webhookUrlSchema.optional().describe("Of a webhook."),
  secret: z.string().max(2_000).optional().describe("Write-only. Left out: the stored one is kept."),
  to: addressesSchema.optional().describe("Of e-mail."),
  sourceIds: sourceIdsSchema.optional().describe("Of an Alertmanager."),
});
export type ChannelPatch = z.input<typeof channelPatchSchema>;

/** Checks a secret of a channel whose kind is known; undefined when it is fine. */
export function secretProblem(kind: ChannelKind, secret: string): string | undefined {
  const schema = kind === "webhook" ? signingKeySchema : kind === "slack" ? httpUrlSchema : null;
  if (schema === null) return "A channel of this kind has no secret";
  const parsed = schema.safeParse(secret);
  return parsed.success ? undefined : parsed.error.issues[0]?.message;
}

export const channelSettingsSchema = z.object({
  url: z.string().optional(),
  to: z.array(z.string()).optional(),
  sourceIds: z.array(z.string()).optional(),
});
export type ChannelSettings = z.infer<typeof channelSettingsSchema>;

export const channelSchema = z.object({
  id: z.uuid(),
  kind: channelKindSchema,
  name: z.string(),
  url: z.string().nullable().describe("Of a webhook."),
  to: z.array(z.string()).describe("Of e-mail."),
  sourceIds: z.array(z.string()).describe("Of an Alertmanager."),
  hasSecret: z.boolean().describe("A signing key or URL is stored; it is never sent back."),
  problem: z.string().nullable().describe("Why nothing can be sent through it now, and what to do."),
  lastDeliveredAt: z.iso.datetime().nullable(),
  waiting: z.number().int().describe("Messages that wait to be delivered."),
  failed: z.number().int().describe("Messages that were given up in the last 7 days."),
  version: z.number().int().describe("For If-Match."),
  validTo: z.iso.datetime().nullable().describe("When it was removed."),
  actions: z.array(z.enum(["edit", "test", "remove", "restore"])),
});
export type ChannelView = z.infer<typeof channelSchema>;

export const channelFilterSchema = z.object({
  removed: z
    .enum(["true", "false"])
    .default("false")
    .transform((text) => text === "true")
    .describe("The removed ones instead."),
});

/** A condition on a label, as Alertmanager has it. */
export type Matcher = SilenceMatcher;

const seconds = (least: number, most: number, error: string) =>
  z.number({ error }).min(least, { error }).max(most, { error });

const WEEK = 604_800;
const groupWait = seconds(0, 86_400, "From 0s to 1d, such as 30s");
const groupInterval = seconds(1, WEEK, "From 1s to 7d, such as 5m");
const repeatInterval = seconds(1, 4 * WEEK, "From 1s to 28d, such as 4h");
const groupBy = z
  .array(
    z.string().regex(/^(\.\.\.|[a-zA-Z_][a-zA-Z0-9_]*)$/, { error: "A label's name, or ... for all labels" }),
  )
  .max(50, { error: "At most 50 labels" });
const channels = z.array(z.uuid({ error: "The id of a channel" })).max(20, { error: "At most 20 channels" });

/** One route below the root; what it leaves out it has of the one above it. */
export interface PolicyRoute {
  matchers: Matcher[];
  continue: boolean;
  channels?: string[];
  groupBy?: string[];
  groupWait?: number;
  groupInterval?: number;
  repeatInterval?: number;
  routes: PolicyRoute[];
}
export interface PolicyRouteInput {
  matchers: z.input<typeof matcherSchema>[];
  continue?: boolean;
  channels?: string[];
  groupBy?: string[];
  groupWait?: number;
  groupInterval?: number;
  repeatInterval?: number;
  routes?: PolicyRouteInput[];
}

/** No tree of people is deeper, and one that is would only cost. */
const DEEPEST = 8;
const MOST_ROUTES = 1_000;

const timing = {
  groupWait: groupWait.optional().describe("Seconds before a new group is first told of."),
  groupInterval: groupInterval.optional().describe("Seconds before changes of a group are told."),
  repeatInterval: repeatInterval.optional().describe("Seconds before what still fires is told again."),
};

const policyRouteSchema: z.ZodType<PolicyRoute, PolicyRouteInput> = z
  .strictObject({
    matchers: z
      .array(matcherSchema)
      .max(50, { error: "At most 50 matchers" })
      .describe("All must hold; an empty list matches everything."),
    continue: z.boolean().default(false).describe("Whether routes after this one are looked at as well."),
    channels: channels.optional(),
    groupBy: groupBy.optional().describe("Labels; `...` for all."),
    ...timing,
    get routes(): z.ZodDefault<z.ZodArray<z.ZodType<PolicyRoute, PolicyRouteInput>>> {
      return z.array(policyRouteSchema).default([]);
    },
  })
  .meta({ id: "NotificationRoute" });

const depthOf = (routes: readonly PolicyRoute[]): number =>
  routes.length === 0 ? 0 : 1 + Math.max(...routes.map((route) => depthOf(route.routes)));
const countOf = (routes: readonly PolicyRoute[]): number =>
  routes.reduce((total, route) => total + 1 + countOf(route.routes), 0);

/** The root: it matches every alert. The defaults are Alertmanager's, but for one message a service. */
export const policyTreeSchema = z
  .strictObject({
    channels: channels.default([]),
    groupBy: groupBy.default(["alertname", "service"]),
    groupWait: groupWait.default(30),
    groupInterval: groupInterval.default(300),
    repeatInterval: repeatInterval.default(14_400),
    tellsExternal: z
      .boolean()
      .default(false)
      .describe(
        "Whether alerts that a Prometheus or an Alertmanager evaluates are told too. They notify by themselves as a rule. Never to an Alertmanager.",
      ),
    routes: z.array(policyRouteSchema).default([]),
  })
  .refine(({ routes }) => depthOf(routes) <= DEEPEST, {
    path: ["routes"],
    error: `At most ${DEEPEST} levels of routes`,
  })
  .refine(({ routes }) => countOf(routes) <= MOST_ROUTES, {
    path: ["routes"],
    error: `At most ${MOST_ROUTES} routes`,
  });
export type PolicyTree = z.infer<typeof policyTreeSchema>;
export type PolicyTreeInput = z.input<typeof policyTreeSchema>;

export const policySchema = z.object({
  ...policyTreeSchema.shape,
  version: z.number().int().describe("For If-Match; 0 while there is none."),
  validFrom: z.iso.datetime().nullable(),
  actions: z.array(z.enum(["edit"])),
});
export type PolicyView = z.infer<typeof policySchema>;

export const labelsSchema = z.record(
  z
    .string()
    .max(200)
    .refine((text) => !text.includes("\u0000")),
  z
    .string()
    .max(10_000)
    .refine((text) => !text.includes("\u0000"), { error: "No NUL character" }),
);

export const previewInputSchema = z.object({
  labels: labelsSchema.describe("Of the alert, `alertname` and `severity` included."),
  policy: policyTreeSchema.optional().describe("A policy to try instead of the present one."),
});

export const previewSchema = z.object({
  routes: z.array(
    z.object({
      path: z.array(z.string()).describe("The matchers from the root down."),
      key: z.string(),
      channels: z.array(z.object({ id: z.string(), name: z.string(), kind: channelKindSchema })),
      groupLabels: labelsSchema,
      firstAfter: z.number().describe("Seconds from firing to the first message; 0 for an Alertmanager."),
      changesEvery: z.number().describe("Seconds."),
      repeatedEvery: z.number().describe("Seconds."),
      says: z.string().describe("The same as a sentence."),
    }),
  ),
  silencedBy: z.array(
    z.object({
      id: z.string(),
      origin: z.enum(silenceOrigins),
      sources: z.array(z.string()).describe("The names of the connected Alertmanagers that have it."),
      comment: z.string(),
      createdBy: z.string(),
      endsAt: z.iso.datetime(),
    }),
  ),
});
export type Preview = z.infer<typeof previewSchema>;

export const messageStates = ["waiting", "delivered", "failed", "superseded"] as const;
const messageStateSchema = z.enum(messageStates);
export type MessageState = z.infer<typeof messageStateSchema>;

/** One alert as a message tells it. */
const toldAlertSchema = z.object({
  alertId: z.string(),
  fingerprint: z.string(),
  status: z.enum(["firing", "resolved"]),
  labels: labelsSchema,
  annotations: labelsSchema,
  startsAt: z.iso.datetime(),
  endsAt: z.iso.datetime().nullable(),
  generatorUrl: z.string().nullable(),
  value: z.number().nullable(),
  /** Seconds for which an Alertmanager may believe that it still fires. */
  holdsFor: z.number(),
});
export type ToldAlert = z.infer<typeof toldAlertSchema>;

const messageReasons = ["change", "repeat", "test", "summary"] as const;

/** What a message tells, before a channel gives it its form. */
export const messageContentSchema = z.object({
  reason: z.enum(messageReasons),
  groupKey: z.string(),
  groupLabels: labelsSchema,
  alerts: z.array(toldAlertSchema),
  /** Alerts that are left out of `alerts`, beyond the most that one message tells. */
  truncated: z.number().int(),
});
export type MessageContent = z.infer<typeof messageContentSchema>;

export const sinkResponseSchema = z.object({
  status: z.number().int().nullable().describe("HTTP or SMTP status; null when nothing came back."),
  body: z.string().nullable().describe("What came back, cut."),
  error: z.string().nullable().describe("What went wrong, and what to do."),
  at: z.iso.datetime(),
});
export type SinkResponse = z.infer<typeof sinkResponseSchema>;

export const messageSchema = z.object({
  id: z
    .uuid()
    .describe("On every delivery of it: as Idempotency-Key, in the body, in the Message-ID of a mail."),
  channel: z.object({ id: z.string(), name: z.string(), kind: channelKindSchema }),
  key: z.string().describe("Messages of one key are sent in order."),
  reason: z.enum(messageReasons),
  subject: z.string(),
  firing: z.number().int(),
  resolved: z.number().int(),
  alertIds: z.array(z.string()),
  state: messageStateSchema.describe(
    "`superseded`: it only said again what a later one says, so that one was sent instead.",
  ),
  attempts: z.number().int(),
  createdAt: z.iso.datetime(),
  nextAt: z.iso.datetime().nullable().describe("When it is tried next; null once it is not."),
  deliveredAt: z.iso.datetime().nullable(),
  response: sinkResponseSchema.nullable(),
  actions: z.array(z.enum(["retry"])),
});
export type MessageView = z.infer<typeof messageSchema>;

export const testAlertInputSchema = z.object({
  severity: z
    .string()
    .max(100)
    .nullable()
    .optional()
    .describe("Of the level that is tried; the worst where it is left out."),
});
export type TestAlertInput = z.input<typeof testAlertInputSchema>;

/** What became of a rule's test. */
export const testAlertSchema = z.object({
  labels: labelsSchema.describe("By which it was routed."),
  messages: z.array(messageSchema).describe("One for each channel that would be told; none for nobody."),
  notes: z.array(z.string()).describe("Why a real alert may look different, or be told to nobody."),
});
export type TestAlertView = z.infer<typeof testAlertSchema>;

export const messageFilterSchema = z.object({
  state: messageStateSchema.optional(),
  channel: z.uuid().optional(),
  alert: z.uuid().optional().describe("Only those that tell of this alert."),
});
export type MessageFilter = z.infer<typeof messageFilterSchema>;
