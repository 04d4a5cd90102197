import { isIP } from "node:net";
import { z } from "zod";
import { MAXIMUM_PASSWORD_LENGTH, MINIMUM_PASSWORD_LENGTH } from "@/lib/auth/schema";
import { parseDuration } from "@/lib/units";
import { DEFAULT_LIMITS } from "@/lib/upstream/limits";

const boolean = z
  .enum(["1", "0", "true", "false", "yes", "no"], { error: "1 or 0" })
  .transform((value) => value === "1" || value === "true" || value === "yes");
const isDecodable = (text: string): boolean => {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
};
const httpUrl = (example: string) =>
  z
    .url({ protocol: /^https?$/, error: `an http or https URL, such as ${example}` })
    .refine((url) => !URL.canParse(url) || isDecodable(new URL(url).username + new URL(url).password), {
      error: `an http or https URL, such as ${example}, with % in a user name or password written as %25`,
    })
    .refine((url) => !url.includes("#"), {
      error: `an http or https URL, such as ${example}, without a part from # on`,
    })
    .transform((url) => url.replace(/\/+$/, ""));
const origin = (example: string) =>
  httpUrl(example).refine((url) => new URL(url).href === `${new URL(url).origin}/`, {
    error: `an http or https URL without a path, such as ${example}`,
  });
const list = z.string().transform((value) =>
  value
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== ""),
);

const proxies =
  "addresses and networks divided by commas, such as 10.0.0.0/8,192.0.2.7,2001:db8::/32, or none";

function isAddressOrNetwork(text: string): boolean {
  const [address = "", prefix, more] = text.split("/");
  const version = isIP(address);
  if (version === 0 || address.includes("%") || more !== undefined) return false;
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (version === 4 ? 32 : 128));
}
const positive = { error: "a whole number, at least 1" };
const count = z.coerce.number(positive).int(positive).min(1, positive);
const duration = { error: "a duration such as 30s or 90d, or a number of seconds" };
const seconds = z.string().transform((text, context) => {
  const value = parseDuration(text);
  if (value !== null && value > 0) return value;
  context.addIssue({ code: "custom", message: duration.error });
  return z.NEVER;
});

/**
 * Every environment variable the console reads, with what it must look like. `describe` is the sentence in
 * docs/configuration.md; a test holds the two together.
 */
export const configSchema = z.object({
  DATABASE_URL: z
    .string({ error: "a PostgreSQL URL, such as postgresql://inferscope@localhost/inferscope" })
    .regex(/^postgres(ql)?:\/\//, {
      error: "a PostgreSQL URL, such as postgresql://inferscope@localhost/inferscope",
    })
    .describe("The PostgreSQL database that holds people's decisions. Required."),
  PORT: z.coerce
    .number({ error: "a port number from 1 to 65535" })
    .int({ error: "a port number from 1 to 65535" })
    .min(1, { error: "a port number from 1 to 65535" })
    .max(65535, { error: "a port number from 1 to 65535" })
    .default(3000)
    .describe("The port the console listens on."),
  INFERSCOPE_HOST: z
    .string()
    .min(1)
    .default("127.0.0.1")
    .describe("The address the console listens on; `0.0.0.0` for every interface."),
  INFERSCOPE_URL: origin("https://inferscope.example.com")
    .optional()
    .describe(
      "The address people open, when a proxy stands in front. Decides cookie security and the links the console writes.",
    ),
  INFERSCOPE_TRUSTED_PROXIES: list
    .refine((entries) => entries.length > 0, { error: proxies })
    .transform((entries) => (entries.length === 1 && entries[0] === "none" ? [] : entries))
    .refine((entries) => entries.every(isAddressOrNetwork), { error: proxies })
    .optional()
    .describe(
      "The proxies whose `X-Forwarded-For` is believed: addresses and networks, divided by commas; `none` for none. When absent, every peer on loopback or in a private network.",
    ),
  INFERSCOPE_ROLE: z
    .enum(["web", "worker", "all"], { error: "web, worker or all" })
    .default("all")
    .describe("What this process does: `web` pages and API, `worker` background jobs, `all` both."),
  INFERSCOPE_DATA_DIR: z
    .string()
    .min(1)
    .default(".inferscope/data")
    .describe("Where generated keys are kept when none are given in the environment."),
  INFERSCOPE_SECRET: z
    .string()
    .min(32, { error: "at least 32 characters, such as the output of `openssl rand -base64 32`" })
    .optional()
    .describe(
      "Signs sessions. Generated and kept in the data folder when absent; several consoles need the same.",
    ),
  INFERSCOPE_ENCRYPTION_KEY: z
    .string()
    .regex(/^[A-Za-z0-9+/_-]{43,}={0,2}(,[A-Za-z0-9+/_-]{43,}={0,2})*$/, {
      error:
        "32 bytes in base64, such as the output of `openssl rand -base64 32`; several, newest first, divided by commas",
    })
    .optional()
    .describe(
      "Encrypts the credentials of data sources: 32 bytes in base64. To rotate, put the new key before the old one with a comma.",
    ),
  INFERSCOPE_ADMIN_EMAIL: z
    .email({ error: "an e-mail address" })
    .optional()
    .describe("The administrator made at the first start of an empty database."),
  INFERSCOPE_ADMIN_PASSWORD: z
    .string()
    .min(MINIMUM_PASSWORD_LENGTH, { error: `at least ${MINIMUM_PASSWORD_LENGTH} characters` })
    .max(MAXIMUM_PASSWORD_LENGTH, { error: `at most ${MAXIMUM_PASSWORD_LENGTH} characters` })
    .optional()
    .describe("That administrator's password, at least 12 characters."),
  INFERSCOPE_API_KEY: z
    .string()
    .regex(/^[\x21-\x7e]{32,}$/, {
      error: "at least 32 characters that a header can carry: letters, digits and signs of ASCII, no spaces",
    })
    .optional()
    .describe("An admin API key that exists from the first start, at least 32 characters."),
  INFERSCOPE_METRICS: z
    .enum(["public", "key", "off"], { error: "public, key or off" })
    .default("key")
    .describe(
      "Who may read the console's own `/metrics`: `public` anyone, `key` holders of an API key or session, `off` nobody.",
    ),
  INFERSCOPE_ALLOW_METADATA_ADDRESSES: boolean
    .default(false)
    .describe("Allows data sources on cloud metadata and link-local addresses, which are refused otherwise."),
  INFERSCOPE_LOG_LEVEL: z
    .enum(["debug", "info", "warn", "error"], { error: "debug, info, warn or error" })
    .default("info")
    .describe("The least severe log line written: `debug`, `info`, `warn` or `error`."),
  INFERSCOPE_DEMO: boolean.default(false).describe("Set by the quickstart: marks the instance as a demo."),
  INFERSCOPE_QUERY_CONCURRENCY: count
    .default(DEFAULT_LIMITS.concurrency)
    .describe("Requests at once to one data source, from one console process. More wait; users take turns."),
  INFERSCOPE_QUERY_CONCURRENCY_PER_USER: count
    .default(DEFAULT_LIMITS.concurrencyPerUser)
    .describe("Of those, requests at once for one user or API key."),
  INFERSCOPE_QUERY_TIMEOUT: seconds
    .default(DEFAULT_LIMITS.timeout)
    .describe(
      "The longest that a request to a data source may take, waiting included, such as `30s`. Sent along as `timeout`.",
    ),
  INFERSCOPE_QUERY_MAX_RANGE: seconds
    .default(DEFAULT_LIMITS.range)
    .describe("The longest range of one query, such as `90d`."),
  INFERSCOPE_QUERY_MAX_POINTS: count
    .default(DEFAULT_LIMITS.points)
    .describe("The most points of one answer, over all its series."),
  INFERSCOPE_QUERY_MAX_SERIES: count
    .default(DEFAULT_LIMITS.series)
    .describe("The most series of one answer. Sent along as `limit`."),
  PROMETHEUS_URL: httpUrl("http://prometheus:9090")
    .optional()
    .describe("A Prometheus (or compatible) server to read metrics from. More are added in Settings."),
  JAEGER_URL: httpUrl("http://jaeger:16686")
    .optional()
    .describe("A Jaeger query server to read traces from."),
  ALERTMANAGER_URL: httpUrl("http://alertmanager:9093")
    .optional()
    .describe("An Alertmanager to read and silence alerts in."),
  INFERSCOPE_RULES_DIR: z
    .string()
    .min(1)
    .optional()
    .describe(
      "A folder of Prometheus rule files (`*.yml`, `*.yaml`) that the worker evaluates and takes over anew when they change.",
    ),
  INFERSCOPE_ALERT_RETENTION: seconds
    .default(400 * 86_400)
    .describe("How long alerts are kept after they were resolved, with their history, such as `400d`."),
  INFERSCOPE_SMTP_URL: z
    .string()
    .regex(/^smtps?:\/\/[^/?#]+/, {
      error: "an smtp or smtps URL, such as smtp://user:password@mail.example.com:587",
    })
    .optional()
    .describe(
      "The mail server that notifications by e-mail go through, with user and password where it wants them; `smtps` for TLS from the start.",
    ),
  INFERSCOPE_MAIL_FROM: z
    .string()
    .regex(/^[^\r\n]*[^\s@<>]+@[^\s@<>]+>?$/, {
      error: "an address, such as alerts@example.com or Inferscope <alerts@example.com>",
    })
    .optional()
    .describe("The sender of notifications by e-mail. Needed with `INFERSCOPE_SMTP_URL`."),
  OIDC_ISSUER: httpUrl("https://accounts.example.com")
    .optional()
    .describe("Turns on single sign-on with this OpenID Connect issuer."),
  OIDC_CLIENT_ID: z.string().min(1).optional().describe("The client id registered with the issuer."),
  OIDC_CLIENT_SECRET: z.string().min(1).optional().describe("The client secret registered with the issuer."),
  OIDC_NAME: z.string().min(1).default("single sign-on").describe("The name on the sign-in button."),
  OIDC_ALLOWED_DOMAINS: list
    .optional()
    .describe("E-mail domains that may sign in, divided by commas. Domains or groups are required."),
  OIDC_ALLOWED_GROUPS: list.optional().describe("Groups that may sign in, divided by commas."),
  OIDC_GROUPS_CLAIM: z.string().min(1).default("groups").describe("The claim that holds the groups."),
  OIDC_ADMIN_GROUPS: list.optional().describe("Groups whose members are administrators."),
  OIDC_OPERATOR_GROUPS: list
    .optional()
    .describe("Groups whose members are operators; everyone else is a viewer."),
});

export type Config = z.infer<typeof configSchema>;

/** The variables that only make sense together, as sentences for the start's error. */
export function contradictions(config: Config): string[] {
  const found: string[] = [];
  if ((config.INFERSCOPE_ADMIN_EMAIL === undefined) !== (config.INFERSCOPE_ADMIN_PASSWORD === undefined))
    found.push("INFERSCOPE_ADMIN_EMAIL and INFERSCOPE_ADMIN_PASSWORD: set both or neither");
  if (config.INFERSCOPE_SMTP_URL !== undefined && config.INFERSCOPE_MAIL_FROM === undefined)
    found.push("INFERSCOPE_MAIL_FROM: needed with INFERSCOPE_SMTP_URL");
  if (config.OIDC_ISSUER === undefined && config.OIDC_CLIENT_ID !== undefined)
    found.push("OIDC_ISSUER: needed with OIDC_CLIENT_ID");
  if (config.OIDC_ISSUER !== undefined) {
    if (config.OIDC_CLIENT_ID === undefined) found.push("OIDC_CLIENT_ID: needed with OIDC_ISSUER");
    if (config.OIDC_CLIENT_SECRET === undefined) found.push("OIDC_CLIENT_SECRET: needed with OIDC_ISSUER");
    if (!config.OIDC_ALLOWED_DOMAINS?.length && !config.OIDC_ALLOWED_GROUPS?.length)
      found.push(
        "OIDC_ALLOWED_DOMAINS or OIDC_ALLOWED_GROUPS: needed with OIDC_ISSUER, or everyone the issuer knows could sign in",
      );
  }
  return found;
}

/**
 * Reads the console's configuration. An empty variable counts as absent, as in a compose file with `${NAME:-}`.
 * Throws one Error that names every wrong variable and what was expected; values are never repeated.
 */
export function parseConfig(environment: Record<string, string | undefined>): Config {
  const given = Object.fromEntries(
    Object.entries(environment).filter(
      ([name, value]) => name in configSchema.shape && value !== undefined && value !== "",
    ),
  );
  const result = configSchema.safeParse(given);
  const wrong = result.success
    ? contradictions(result.data)
    : result.error.issues.map((issue) => `${issue.path.join(".")}: expected ${issue.message}`);
  if (!result.success || wrong.length > 0)
    throw new Error(`The configuration is wrong. ${wrong.join("; ")}.`);
  return result.data;
}
