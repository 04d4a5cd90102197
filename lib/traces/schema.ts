import { z } from "zod";
import { SPAN_KINDS } from "@/lib/jaeger/trace";
import { parseDurationText } from "./duration-text";
import { parseTagSearch } from "./tag-search";

/** Traces at most that one search asks a source for. */
export const mostTraces = 200;
/** The longest window of one search, seconds. */
export const longestWindow = 7 * 86_400;

const micros = (what: string) => z.number().describe(`${what}, microseconds.`);
const since1970 = (what: string) => z.number().describe(`${what}, microseconds since 1970.`);

const instant = (what: string) =>
  z
    .string({ error: "give one time" })
    .transform((text, context) => {
      const seconds = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Date.parse(text) / 1000;
      if (Number.isFinite(seconds) && seconds < 1e11) return seconds;
      context.addIssue({ code: "custom", message: "Unix seconds, or a time such as 2026-01-01T00:00:00Z" });
      return z.NEVER;
    })
    .describe(what);

const duration = (what: string) =>
  z
    .string({ error: "give one duration" })
    .transform((given, context) => {
      const seconds = parseDurationText(given);
      if (seconds !== null) return seconds;
      context.addIssue({ code: "custom", message: "A duration such as 250ms, 1.5s or 2m" });
      return z.NEVER;
    })
    .describe(`${what}, such as \`250ms\`, \`1.5s\` or \`2m\`.`);

const name = (what: string) =>
  z.string({ error: "give one name" }).max(300, { error: "At most 300 characters" }).describe(what);

export const traceSearchQuerySchema = z.object({
  source: name("The name of a Jaeger source; all of them when absent.").optional(),
  service: name(
    "The name of a service in traces (`service.name`); when absent the services of each source are asked one after another, as Jaeger searches one at a time.",
  ).optional(),
  operation: name("The name of an operation; needs `service`.").optional(),
  tags: z
    .string({ error: "give one text" })
    .max(2_000, { error: "At most 2000 characters" })
    .transform((text, context) => {
      const parsed = parseTagSearch(text);
      if (parsed.kind === "search") return parsed.search;
      context.addIssue({ code: "custom", message: parsed.reason });
      return z.NEVER;
    })
    .optional()
    .describe(
      "What one span of the trace has, as `key=value` joined by spaces: `error=true http.response.status_code=500`. Quotes hold spaces, `OR` divides alternatives, `NOT` or `-` excludes. Attributes that carry content cannot be searched by.",
    ),
  minDuration: duration("Spans of at least this duration").optional(),
  maxDuration: duration("Spans of at most this duration").optional(),
  start: instant("Unix seconds or RFC 3339; an hour before the end by default.").optional(),
  end: instant("Unix seconds or RFC 3339; now by default.").optional(),
  limit: z.coerce
    .number({ error: `A whole number from 1 to ${mostTraces}` })
    .int({ error: `A whole number from 1 to ${mostTraces}` })
    .min(1, { error: `A whole number from 1 to ${mostTraces}` })
    .max(mostTraces, { error: `A whole number from 1 to ${mostTraces}` })
    .default(50)
    .describe(`So many traces at most, up to ${mostTraces}.`),
  order: z
    .enum(["latest", "slowest"])
    .default("latest")
    .describe(
      "`slowest`: Jaeger gives the most recent, so longer and longer spans are asked for until fewer than `limit` traces have one.",
    ),
});
export type TraceSearchQuery = z.output<typeof traceSearchQuerySchema>;

const tracedServiceSchema = z.object({
  name: z.string(),
  spanCount: z.number().int(),
  errorSpanCount: z.number().int(),
});

export const traceSummarySchema = z.object({
  traceId: z.string(),
  source: z.string().describe("The name of the source that has it."),
  service: z.string().nullable().describe("Of the span without a parent; null where there is none."),
  operation: z.string().nullable(),
  start: since1970("When its first span began"),
  duration: micros("From its first beginning to its last end"),
  spanCount: z.number().int(),
  errorSpanCount: z.number().int(),
  orphanSpanCount: z.number().int().describe("Spans whose parent is not in the trace."),
  services: z.array(tracedServiceSchema),
});
export type TraceSummaryView = z.infer<typeof traceSummarySchema>;

/** A source that could not be read, in words. */
export const failedSourceSchema = z.object({
  source: z.string(),
  code: z.string().describe("As in a problem document."),
  detail: z.string(),
});
export type FailedSource = z.infer<typeof failedSourceSchema>;

export const traceListSchema = z.object({
  items: z.array(traceSummarySchema).describe("Latest or slowest first, as asked."),
  start: z.number().describe("Of the window that was searched, Unix seconds."),
  end: z.number(),
  sources: z.array(z.string()).describe("Those that answered."),
  failed: z.array(failedSourceSchema).describe("Those that did not, and why."),
  notes: z.array(z.string()).describe("What was not searched, or was cut off."),
});
export type TraceList = z.infer<typeof traceListSchema>;

const attributeSchema = z.union([z.string(), z.number(), z.boolean()]);
export const attributesSchema = z.record(z.string(), attributeSchema);

export const traceSpanSchema = z.object({
  spanId: z.string(),
  parentSpanId: z.string().nullable().describe("As it was sent; it may name a span that is not there."),
  service: z.string(),
  operation: z.string(),
  kind: z.enum(SPAN_KINDS),
  start: since1970("Its beginning, on the clock of what called it where that could be told"),
  duration: micros("How long it took"),
  selfTime: micros("The part of it in which none of its children ran"),
  depth: z.number().int().describe("Spans stand in the order of the tree: each under its parent."),
  onCriticalPath: z.boolean().describe("Whether the whole would have ended earlier, had this been faster."),
  criticalPath: z
    .array(z.tuple([z.number(), z.number()]))
    .describe("When nothing below it was waited for: beginnings and ends, microseconds since 1970."),
  error: z.boolean(),
  statusMessage: z.string(),
  attributes: attributesSchema,
  events: z.array(z.object({ time: since1970("When"), name: z.string(), attributes: attributesSchema })),
  links: z.array(z.object({ traceId: z.string(), spanId: z.string() })),
  scope: z.object({ name: z.string(), version: z.string() }),
  process: z.string().describe("The id of one of `processes`."),
  warnings: z.array(z.string()),
});
export type TraceSpan = z.infer<typeof traceSpanSchema>;

export const traceViewSchema = z.object({
  traceId: z.string(),
  start: since1970("The first beginning"),
  duration: micros("To the last end"),
  services: z.array(tracedServiceSchema),
  processes: z
    .array(z.object({ id: z.string(), service: z.string(), attributes: attributesSchema }))
    .describe("What made the spans: the attributes of their resource."),
  spans: z.array(traceSpanSchema),
  warnings: z.array(z.string()),
  redacted: z.number().int().describe("Values that carry content, each shown as `[redacted, N characters]`."),
});
export type TraceView = z.infer<typeof traceViewSchema>;

export const traceAnswerSchema = traceViewSchema.extend({
  source: z.string().describe("The name of the source that has it."),
  failed: z.array(failedSourceSchema).describe("Sources that may have more of it, and did not answer."),
});
export type TraceAnswer = z.infer<typeof traceAnswerSchema>;

export const traceServicesQuerySchema = z.object({
  source: name("The name of a Jaeger source; all of them when absent.").optional(),
  about: name("The id of a service of the console: `match` says what it is called in traces.").optional(),
});

export const traceServicesSchema = z.object({
  items: z.array(z.object({ name: z.string(), sources: z.array(z.string()) })).describe("By name."),
  match: z
    .object({
      service: z.string().nullable().describe("Its name in traces; null where nothing says which it is."),
      reason: z.string().describe("By what it is known, or why it is not."),
    })
    .nullable()
    .describe("Null unless `about` was given."),
  sources: z.array(z.string()).describe("Those that answered."),
  failed: z.array(failedSourceSchema),
});
export type TraceServices = z.infer<typeof traceServicesSchema>;

export const traceOperationsQuerySchema = z.object({
  source: name("The name of a Jaeger source; all of them when absent.").optional(),
  service: name("The name of a service in traces."),
});

export const traceOperationsSchema = z.object({
  items: z.array(z.object({ name: z.string(), kind: z.enum(SPAN_KINDS) })),
  failed: z.array(failedSourceSchema),
});
export type TraceOperations = z.infer<typeof traceOperationsSchema>;
