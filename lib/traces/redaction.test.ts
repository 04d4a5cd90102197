import { describe, expect, it } from "vitest";
import { buildTrace, type Span } from "@/lib/jaeger/trace";
import {
  isContentKey,
  isRedacted,
  LONGEST_PLAIN_TEXT,
  redactedCount,
  redactTrace,
  shownNames,
} from "./redaction";

const SECRET = "MARKED-CONTENT";
const long = `${SECRET} `.repeat(30);
const traceId = "0af7651916cd43dd8448eb211c80319c";

const plain: Span = {
  traceId,
  spanId: "00f067aa0ba902b7",
  parentSpanId: null,
  name: "chat",
  kind: "server",
  serviceName: "api",
  start: 1_760_000_000_000_000,
  duration: 1_000,
  status: { code: "unset", message: "" },
  attributes: {},
  events: [],
  links: [],
  resource: {},
  scope: { name: "", version: "" },
  warnings: [],
};
const redacted = (span: Partial<Span>) => redactTrace(buildTrace(traceId, [{ ...plain, ...span }])).spans[0]!;

const contentKeys = [
  "gen_ai.input.messages",
  "gen_ai.output.messages",
  "gen_ai.system_instructions",
  "gen_ai.prompt",
  "gen_ai.prompt.0.content",
  "gen_ai.completion.0.content",
  "gen_ai.tool.call.arguments",
  "gen_ai.tool.call.result",
  "gen_ai.tool.definitions",
  "gen_ai.user.message",
  "gen_ai.assistant.message",
  "gen_ai.event.content",
  "gen_ai.retrieval.query.text",
  "GEN_AI.Input.Messages",
  "input.value",
  "output.value",
  "llm.input_messages.0.message.content",
  "llm.output_messages.0.message.content",
  "llm.prompts",
  "llm.completions.0.content",
  "llm.prompt_template.variables",
  "llm.function_call",
  "retrieval.documents.0.document.content",
  "reranker.query",
  "embedding.embeddings.0.embedding.text",
  "tool.parameters",
  "tool_call.function.arguments",
  "traceloop.entity.input",
  "langfuse.observation.output",
  "mlflow.spanInputs",
  "ai.prompt.messages",
  "ai.response.text",
  "ai.toolCall.args",
  "exception.message",
  "exception.stacktrace",
  "error.message",
  "otel.status_description",
  "http.request.body",
  "messaging.message.body",
  "event.body",
  "body",
  "db.query.parameter.0",
  "message",
  "prompt",
  "baggage.gen_ai.prompt",
  "baggage.prompt",
];

const plainKeys = [
  "gen_ai.request.model",
  "gen_ai.response.finish_reasons",
  "gen_ai.usage.input_tokens",
  "gen_ai.usage.output_tokens",
  "gen_ai.latency.time_in_queue",
  "gen_ai.tool.name",
  "gen_ai.conversation.id",
  "llm.model_name",
  "llm.token_count.prompt",
  "llm.cost.completion",
  "gen_ai.output.type",
  "llm.preemptions",
  "http.request.body.size",
  "http.response.body.size",
  "http.route",
  "error.type",
  "exception.type",
  "db.query.text",
  "rpc.method",
  "user.id",
  "baggage.tenant",
];

describe("keys", () => {
  it.each(contentKeys)("%s carries content", (key) => expect(isContentKey(key)).toBe(true));
  it.each(plainKeys)("%s carries none", (key) => expect(isContentKey(key)).toBe(false));
});

describe("a trace", () => {
  it("gives no content away, wherever a span can hold it", () => {
    const attributes = Object.fromEntries(contentKeys.map((key) => [key, SECRET]));
    const everywhere: Span = {
      ...plain,
      name: long,
      serviceName: long,
      status: { code: "error", message: SECRET },
      attributes: {
        ...attributes,
        "my.own.long.text": long,
        "my.own.json": JSON.stringify([{ role: "user", content: SECRET }]),
        "db.query.text": long,
        "url.full": `http://host/?q=${long}`,
        [long]: "a key",
        [`${"k".repeat(LONGEST_PLAIN_TEXT)}x`]: SECRET,
      },
      resource: { ...attributes, "process.command_line": long },
      events: [
        { time: 1, name: "exception", attributes },
        { time: 2, name: "gen_ai.user.message", attributes: { role: "user", whatever: SECRET } },
        { time: 3, name: "gen_ai.choice", attributes: { index: 0, "my.field": SECRET } },
        { time: 4, name: "baggage", attributes: { key: "gen_ai.prompt", value: SECRET } },
        { time: 5, name: "log", attributes: { message: SECRET, payload: SECRET } },
        { time: 6, name: long, attributes: {} },
      ],
      links: [{ traceId: SECRET, spanId: SECRET }],
      scope: { name: long, version: long },
      warnings: [long],
    };
    const trace = buildTrace(traceId, [everywhere, { ...plain, spanId: SECRET, parentSpanId: SECRET }]);
    expect(JSON.stringify(trace)).toContain(SECRET);
    expect(JSON.stringify(redactTrace(trace))).not.toContain(SECRET);
  });

  it("says how long what is not shown was, and keeps the rest as it is", () => {
    const { attributes } = redacted({
      attributes: {
        "input.value": "twelve chars",
        "gen_ai.usage.input_tokens": 12,
        "gen_ai.request.model": "llama",
        "gen_ai.request.stream": true,
      },
    });
    expect(attributes).toEqual({
      "input.value": "[redacted, 12 characters]",
      "gen_ai.usage.input_tokens": 12,
      "gen_ai.request.model": "llama",
      "gen_ai.request.stream": true,
    });
    expect(isRedacted(attributes["input.value"])).toBe(true);
  });

  it("shows a long text only under a key that is known to be harmless", () => {
    const at = (length: number) => "x".repeat(length);
    const { attributes } = redacted({
      attributes: {
        "just.short": at(LONGEST_PLAIN_TEXT),
        "too.long": at(LONGEST_PLAIN_TEXT + 1),
        "user_agent.original": at(LONGEST_PLAIN_TEXT + 1),
      },
    });
    expect(Object.entries(attributes).map(([key, value]) => [key, isRedacted(value)])).toEqual([
      ["just.short", false],
      ["too.long", true],
      ["user_agent.original", false],
    ]);
  });

  it("keeps the tree of spans whose ids are no ids", () => {
    const { spans } = redactTrace(
      buildTrace(traceId, [
        { ...plain, spanId: "not hex" },
        { ...plain, spanId: "b", parentSpanId: "not hex" },
      ]),
    );
    const root = spans.find((span) => span.parentSpanId === null)!;
    expect(root.spanId).toBe("[not an id, 1]");
    expect(spans.find((span) => span.spanId === "b")?.parentSpanId).toBe(root.spanId);
  });

  it("counts what it took out of a span", () => {
    expect(
      redactedCount(
        redacted({
          attributes: { "input.value": "a", ok: "b" },
          resource: { prompt: "c" },
          events: [{ time: 1, name: "exception", attributes: { "exception.message": "d" } }],
          status: { code: "error", message: "e" },
        }),
      ),
    ).toBe(4);
  });
});

it("offers no name that is too long to be one", () => {
  expect(shownNames(["api", "", long])).toEqual(["api"]);
});
