import type { Attributes, AttributeValue, Span, SpanEvent, Trace, TraceSummary } from "@/lib/jaeger/trace";

/*
 * The one place through which every trace passes on its way from a trace store to anyone. What carries prompts,
 * completions, arguments of tools or messages of exceptions (which quote any of them) is replaced; how long it was is
 * kept. Known keys are the semantic conventions of OpenTelemetry, OpenInference, OpenLLMetry and the Vercel AI SDK, and
 * OpenTracing's log fields; what no list knows is taken for content when it is long.
 */

/** A text longer than this is taken for content, unless its key is known to hold something else. */
export const LONGEST_PLAIN_TEXT = 300;

/** Keys whose values are, or quote, what a person wrote or a model answered. Of lower-case keys. */
const contentKeys: readonly RegExp[] = [
  // OpenTelemetry's generative AI conventions, past and present.
  /^gen_ai\.(input|output)(\.(?!type$)|$)/,
  /^gen_ai\.(prompts?|completions?|system_instructions|system_prompt|messages?|choices?)(\.|$)/,
  /^gen_ai\.[^.]+\.(messages?|content|prompt|completion)(\.|$)/,
  /^gen_ai\.tool\.(call\.(arguments|result)|definitions|description|message)(\.|$)/,
  /^gen_ai\.(event|content)(\.|$)/,
  /^gen_ai\.retrieval\.(query|documents)(\.|$)/,
  /^gen_ai\.evaluation\.explanation(\.|$)/,
  // OpenInference.
  /^(input|output)\.(value|messages?|text)(\.|$)/,
  /^llm\.(?!token_count\.|cost\.|usage\.)(.*\.)?(\w*messages?|prompts?|completions?|prompt_template|function_call|tools|choices|content|text)(\.|$)/,
  /^(message|tool_call|tool|function_call|retrieval|reranker|document|embedding|prompt|image|audio)\.(.*\.)?(content|contents|documents?|arguments|parameters|query|text|input|output|value|result|variables|url|json_schema|transcript)(\.|$)/,
  /^embedding\.embeddings(\.|$)/,
  // OpenLLMetry, LangSmith, Langfuse, MLflow.
  /^traceloop\.(entity\.(input|output)|prompt\..*)$/,
  /^(langfuse|langsmith|mlflow|lk|crewai|agent)\.(.*\.)?(span_?)?(inputs?|outputs?|messages?|chat_ctx|prompt|completion)(\.|$)/,
  // The Vercel AI SDK.
  /^ai\.(prompt|response\.(text|toolcalls|object|reasoning|files)|toolcall\.(args|result)|values?|embeddings?|result|schema)(\.|$)/,
  // What exceptions say, and their stack traces, which begin or end with it.
  /(^|\.)(exception|error)\.(message|msg|object|detail|details|stack|stacktrace|stack_trace|description)$/,
  /(^|\.)(error_message|status_message|status_description|status\.message|grpc\.error_message)$/,
  // Bodies of requests, events and logs.
  /(^|\.)(body|payload|request_body|response_body)(\.(?!size$|bytes$|length$).*)?$/,
  /^(event|log|messaging\.message|rpc\.message)\.(content|data|message|record|original)(\.|$)/,
  /^(tool|function|mcp)\.(.*\.)?(arguments|args|parameters|params|input|output|result)(\.|$)/,
  // Values that statements and addresses were filled with.
  /^db\.(query\.parameter|operation\.parameter|statement\.parameters)(\.|$)/,
  /^(content|text|prompt|completion|messages?|arguments|args|inputs?|outputs?|instructions|query|question|answer|transcript|stack)$/,
];

/** Long by nature, written by machines, and never what a person asked a model. */
const harmlessKeys: ReadonlySet<string> = new Set([
  "user_agent.original",
  "http.user_agent",
  "os.description",
  "process.runtime.description",
  "process.executable.path",
  "cloud.resource_id",
  "aws.log.group.arns",
  "aws.log.stream.arns",
  "container.image.repo_digests",
  "telemetry.distro.name",
]);

/** Values that are lists and maps come as JSON; one of these names inside holds content whatever the key is. */
const contentInJson =
  /"(messages?|content|prompts?|completions?|inputs?|outputs?|arguments|args|parts|text|instructions)"\s*:/i;

/** Events that older conventions write a message into, a field each. */
const contentEvents =
  /^gen_ai\.(system|user|assistant|tool|human)?\.?message$|^gen_ai\.(choice|content\.(prompt|completion)|client\.inference\.operation\.details)$/;

/** Of the fields of such an event those that say nothing of the message. */
const plainEventFields = new Set([
  "gen_ai.system",
  "gen_ai.provider.name",
  "gen_ai.operation.name",
  "gen_ai.request.model",
  "gen_ai.response.model",
  "gen_ai.response.id",
  "index",
  "finish_reason",
  "role",
  "id",
]);

const groupings = /^(baggage|attributes|resource|span|event|fields|tags)\./;

/** A trace of 100,000 spans has a few dozen keys. */
const judged = new Map<string, boolean>();
const mostJudged = 10_000;

/** Whether the value under a key is, or quotes, what a person wrote or a model answered. */
export function isContentKey(key: string): boolean {
  const known = judged.get(key);
  if (known !== undefined) return known;
  const isContent = carriesContent(key.toLowerCase());
  if (judged.size >= mostJudged) judged.clear();
  if (key.length <= LONGEST_PLAIN_TEXT) judged.set(key, isContent);
  return isContent;
}

function carriesContent(name: string): boolean {
  if (contentKeys.some((pattern) => pattern.test(name))) return true;
  // Baggage is copied into attributes under a prefix, and collectors flatten under others.
  const without = name.replace(groupings, "");
  return without !== name && carriesContent(without);
}

/** What stands in the place of a text that is not shown. */
const marker = (length: number): string => `[redacted, ${length} character${length === 1 ? "" : "s"}]`;

const markerPattern = /^\[redacted(, \d+ characters?)?\]$/;

/** Whether a value is what {@link redactTrace} put in the place of another. */
export const isRedacted = (value: unknown): boolean =>
  typeof value === "string" && value.startsWith("[redacted") && markerPattern.test(value);

const redactedText = (value: AttributeValue): string =>
  typeof value === "string" ? marker(value.length) : "[redacted]";

function shownValue(key: string, value: AttributeValue): AttributeValue {
  if (isContentKey(key)) return redactedText(value);
  if (typeof value !== "string") return value;
  if (value.length > LONGEST_PLAIN_TEXT && !harmlessKeys.has(key.toLowerCase())) return redactedText(value);
  return /^\s*[[{]/.test(value) && contentInJson.test(value) ? redactedText(value) : value;
}

/** A text that has no key: the name of a service, an operation, an event. A long one is no name. */
const shownName = (text: string): string => (text.length > LONGEST_PLAIN_TEXT ? redactedText(text) : text);

function shownAttributes(attributes: Attributes): Attributes {
  const shown: Attributes = {};
  for (const [key, value] of Object.entries(attributes)) {
    const redacted = shownValue(key, value);
    if (key.length <= LONGEST_PLAIN_TEXT) shown[key] = redacted;
    else shown[`[redacted key, ${key.length} characters]`] = redactedText(value);
  }
  return shown;
}

function shownEvent(event: SpanEvent): SpanEvent {
  const isMessage = contentEvents.test(event.name.toLowerCase());
  // OpenTracing's clients write baggage as a field for the key and one for the value.
  const { key } = event.attributes;
  const isContentBaggage = typeof key === "string" && isContentKey(key);
  const attributes = shownAttributes(event.attributes);
  for (const [name, value] of Object.entries(event.attributes)) {
    const isShown = plainEventFields.has(name.toLowerCase());
    if (isMessage && !isShown && attributes[name] !== undefined && !isRedacted(attributes[name]))
      attributes[name] = redactedText(value);
    if (isContentBaggage && name === "value") attributes[name] = redactedText(value);
    // An OpenTracing log says its message in the field of that name, or in `event` when it has no other.
    if (name.toLowerCase() === "message") attributes[name] = redactedText(value);
  }
  return { ...event, name: shownName(event.name), attributes };
}

/** Ids are hexadecimal; a text that is not is no id of OpenTelemetry's, and is replaced by one that says so. */
function idsOf(): (id: string) => string {
  const known = new Map<string, string>();
  return (id) => {
    if (/^[0-9a-f]{1,32}$/i.test(id)) return id;
    const replaced = known.get(id) ?? `[not an id, ${known.size + 1}]`;
    known.set(id, replaced);
    return replaced;
  };
}

function shownSpan(
  span: Span,
  shownId: (id: string) => string,
  shownResource: (of: Attributes) => Attributes,
): Span {
  return {
    traceId: shownId(span.traceId),
    spanId: shownId(span.spanId),
    parentSpanId: span.parentSpanId === null ? null : shownId(span.parentSpanId),
    name: shownName(span.name),
    kind: span.kind,
    serviceName: shownName(span.serviceName),
    start: span.start,
    duration: span.duration,
    // What SDKs write there is the message of the exception.
    status: {
      code: span.status.code,
      message: span.status.message === "" ? "" : redactedText(span.status.message),
    },
    attributes: shownAttributes(span.attributes),
    events: span.events.map(shownEvent),
    links: span.links.map(({ traceId, spanId }) => ({ traceId: shownId(traceId), spanId: shownId(spanId) })),
    resource: shownResource(span.resource),
    scope: { name: shownName(span.scope.name), version: shownName(span.scope.version) },
    warnings: span.warnings.map(shownName),
  };
}

/** A summary without what carries content: names that are too long to be names. */
export function redactSummary(summary: TraceSummary): TraceSummary {
  return {
    ...summary,
    traceId: idsOf()(summary.traceId),
    rootServiceName: summary.rootServiceName === null ? null : shownName(summary.rootServiceName),
    rootName: summary.rootName === null ? null : shownName(summary.rootName),
    services: summary.services.map((service) => ({ ...service, name: shownName(service.name) })),
  };
}

/** A trace without what carries content. Fields that this file does not name do not pass. */
export function redactTrace(trace: Trace): Trace {
  const shownId = idsOf();
  // Spans of one process share its attributes.
  const resources = new Map<Attributes, Attributes>();
  const shownResource = (resource: Attributes): Attributes => {
    let shown = resources.get(resource);
    if (shown === undefined) {
      shown = shownAttributes(resource);
      resources.set(resource, shown);
    }
    return shown;
  };
  const { spans, ...summary } = trace;
  return {
    ...redactSummary(summary),
    spans: spans.map((span) => shownSpan(span, shownId, shownResource)),
  };
}

/** The names of services and operations as they are offered for a search: those too long to be names are left out. */
export const shownNames = (names: readonly string[]): string[] =>
  names.filter((name) => name !== "" && name.length <= LONGEST_PLAIN_TEXT);

/** How many values were replaced in a span. */
export function redactedCount({
  attributes,
  events,
  resource,
  status,
}: Pick<Span, "attributes" | "events" | "resource" | "status">): number {
  const all = [
    ...Object.values(attributes),
    ...Object.values(resource),
    ...events.flatMap((event) => Object.values(event.attributes)),
    status.message,
  ];
  return all.filter(isRedacted).length;
}
