import { z } from "zod";

export const sourceKinds = ["prometheus", "jaeger", "alertmanager"] as const;
export const sourceKindSchema = z.enum(sourceKinds);
export type SourceKind = z.infer<typeof sourceKindSchema>;

/** What a kind is called on a page, and what an URL of it looks like. */
export const sourceKindFacts: Record<
  SourceKind,
  { name: string; example: string; variable: string; gives: string }
> = {
  prometheus: {
    name: "Prometheus",
    example: "http://prometheus:9090",
    variable: "PROMETHEUS_URL",
    gives: "metrics, from Prometheus, Thanos, Mimir or VictoriaMetrics",
  },
  jaeger: {
    name: "Jaeger",
    example: "http://jaeger:16686",
    variable: "JAEGER_URL",
    gives: "traces, from Jaeger's query service",
  },
  alertmanager: {
    name: "Alertmanager",
    example: "http://alertmanager:9093",
    variable: "ALERTMANAGER_URL",
    gives: "alerts and silences",
  },
};

/** A credential that is left out keeps the one that is stored. */
const secretText = z
  .string()
  .min(1, { error: "Enter a value, or leave it out to keep the stored one" })
  .max(8_192, { error: "At most 8192 characters" });
/** A header's value as in RFC 9110, section 5.5, without surrounding spaces. */
const headerText = secretText.regex(/^[\x21-\x7e\x80-\xff]([\t\x20-\x7e\x80-\xff]*[\x21-\x7e\x80-\xff])?$/, {
  error: "Only characters that a header can carry: no line breaks, no space at either end",
});
const hasControlCharacter = (text: string) => /\p{Cc}/u.test(text);
const passwordText = secretText.refine((text) => !hasControlCharacter(text), {
  error: "No control characters",
});
/** A colon would end it, RFC 7617, section 2. */
const usernameText = secretText.refine((text) => !text.includes(":") && !hasControlCharacter(text), {
  error: "No colon and no control characters",
});

export const authenticationTypes = ["none", "bearer", "basic"] as const;
export const authenticationSchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("none") }),
  z.object({
    type: z.literal("bearer"),
    token: headerText.optional().describe("Write-only. Left out: the stored one is kept."),
  }),
  z.object({
    type: z.literal("basic"),
    username: usernameText.optional().describe("Write-only. Left out: the stored one is kept."),
    password: passwordText.optional().describe("Write-only. Left out: the stored one is kept."),
  }),
]);
export type AuthenticationInput = z.infer<typeof authenticationSchema>;

/** Set by the connection itself, or by Authentication. */
const reservedHeaders = new Set([
  "authorization",
  "connection",
  "content-length",
  "content-type",
  "cookie",
  "expect",
  "host",
  "keep-alive",
  "te",
  "transfer-encoding",
  "upgrade",
]);

export const headerSchema = z.object({
  name: z
    .string()
    .max(100, { error: "At most 100 characters" })
    .regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/, { error: "A header's name, such as X-Scope-OrgID" })
    .refine((name) => !reservedHeaders.has(name.toLowerCase()), {
      error: "This header is set by the console; use Authentication for credentials",
    }),
  value: headerText.optional().describe("Write-only. Left out: the stored one is kept."),
});

const headersSchema = z
  .array(headerSchema)
  .max(20, { error: "At most 20 headers" })
  .refine((headers) => new Set(headers.map(({ name }) => name.toLowerCase())).size === headers.length, {
    error: "Each header once",
  });

export const sourceNameSchema = z.string().regex(/^[a-z0-9]([a-z0-9._-]{0,61}[a-z0-9])?$/, {
  error: "1 to 63 lower-case letters, digits, dots, dashes and underscores, such as prod-eu",
});

/** A source's address as a variable may give it: with parameters that go along with every request. */
export const sourceAddressSchema = z
  .string()
  .max(2_000, { error: "At most 2000 characters" })
  .superRefine((text, context) => {
    const say = (message: string) => context.addIssue({ code: "custom", message });
    if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol))
      return say("An http or https URL, such as http://prometheus:9090");
    if (hasControlCharacter(text)) say("No control characters");
    const url = new URL(text);
    if (url.username !== "" || url.password !== "")
      say("Put user and password under Authentication; here they would be shown to everyone");
    if (text.includes("#")) say("Leave out the part from # on");
  })
  .transform((text) => text.trim().replace(/\/+$/, ""));

/** A source's address as a person enters it; what follows a `?` is left over from a page of the server. */
export const sourceUrlSchema = sourceAddressSchema.refine((text) => !text.includes("?"), {
  error: "Leave out the part from ? on",
});

const caSchema = z
  .string()
  .max(100_000, { error: "At most 100000 characters" })
  .nullable()
  .describe("PEM certificates trusted beside the system's; null for none.");

const whole = (most: number) => {
  const error = `A whole number from 1 to ${most.toLocaleString("en-US")}`;
  return z.number({ error }).int({ error }).min(1, { error }).max(most, { error });
};
const span = (least: number, most: number, error: string) =>
  z.number({ error }).min(least, { error }).max(most, { error });

export const sourceLimitsSchema = z
  .object({
    concurrency: whole(1_000).describe("Requests at once, from one console process."),
    concurrencyPerUser: whole(1_000).describe("Of those, at once for one user or API key."),
    timeout: span(1, 3_600, "From 1s to 1h, such as 60s").describe(
      "Seconds that a request may take, waiting included.",
    ),
    range: span(60, 315_360_000, "From 1m to 3650d, such as 90d").describe(
      "The longest range of one query, in seconds.",
    ),
    points: whole(100_000_000).describe("The most points of one answer, over all its series."),
    series: whole(10_000_000).describe("The most series of one answer."),
  })
  .partial();
/** What may be asked of one source, where that differs from the configuration. */
export type SourceLimits = z.infer<typeof sourceLimitsSchema>;

export const sourceInputSchema = z.object({
  kind: sourceKindSchema,
  name: sourceNameSchema,
  url: sourceUrlSchema.describe("With its base path, without credentials."),
  authentication: authenticationSchema.default({ type: "none" }),
  headers: headersSchema.default([]).describe("Sent with every request, such as a tenant id."),
  ca: caSchema.default(null),
  limits: sourceLimitsSchema
    .default({})
    .describe("What may be asked of it; the console's configuration holds for what is left out."),
});
export type SourceInput = z.input<typeof sourceInputSchema>;

export const sourcePatchSchema = z
  .object({
    name: sourceNameSchema,
    url: sourceUrlSchema,
    authentication: authenticationSchema,
    headers: headersSchema,
    ca: caSchema,
    limits: sourceLimitsSchema.describe("Replaces all of them."),
  })
  .partial();
export type SourcePatch = z.input<typeof sourcePatchSchema>;

export const sourceTestSchema = sourceInputSchema.omit({ name: true, limits: true }).extend({
  sourceId: z
    .uuid()
    .optional()
    .describe("Uses the stored credentials of this source where none are given and the host is the same."),
});
export type SourceTest = z.input<typeof sourceTestSchema>;

export const sourceTestResultSchema = z.object({
  reachable: z.boolean(),
  problem: z.string().nullable().describe("What is wrong, and what to do."),
  upstream: z.string().nullable().describe("What the other side said, in its own words."),
  found: z.string().nullable().describe("What answered, such as `Prometheus 2.53.1`."),
});
export type SourceTestResult = z.infer<typeof sourceTestResultSchema>;

export const credentialStates = ["none", "kept", "asked_again"] as const;

export const sourceSchema = z.object({
  id: z.uuid(),
  kind: sourceKindSchema,
  name: z.string(),
  url: z.string(),
  authentication: z.enum(authenticationTypes),
  headers: z.array(z.string()).describe("Names only; values never leave the server."),
  credentials: z
    .enum(credentialStates)
    .describe(
      "`asked_again`: the host changed or the encryption key is lost, so they have to be entered again.",
    ),
  ca: z.string().nullable(),
  limits: sourceLimitsSchema.describe("Where they differ from the console's configuration."),
  fromEnvironment: z.boolean().describe("Its URL comes from an environment variable."),
  version: z.number().int(),
  validFrom: z.iso.datetime(),
  validTo: z.iso.datetime().nullable().describe("When it was removed."),
  checkedAt: z.iso.datetime().nullable(),
  reachable: z.boolean().nullable().describe("Null before the first check."),
  problem: z.string().nullable(),
  found: z.string().nullable().describe("What answered at the last good check."),
  actions: z.array(z.enum(["edit", "remove", "restore"])).describe("What the caller may do with it now."),
});
export type SourceView = z.infer<typeof sourceSchema>;

export const sourceFilterSchema = z.object({
  kind: sourceKindSchema.optional(),
  removed: z
    .enum(["true", "false"])
    .default("false")
    .transform((text) => text === "true")
    .describe("The removed ones instead."),
});
