import { describe, expect, it } from "vitest";
import { buildTrace, type Span } from "@/lib/jaeger/trace";
import { llmRequestsOf } from "./llm-request";
import { traceView } from "./model";

const traceId = "0af7651916cd43dd8448eb211c80319c";
const T0 = 1_760_000_000_000_000;

/** A span from `start` to `end`, seconds after T0. */
function span(
  spanId: string,
  parentSpanId: string | null,
  serviceName: string,
  [start, end]: [number, number],
  more: Partial<Span> = {},
): Span {
  return {
    traceId,
    spanId,
    parentSpanId,
    name: `${serviceName} ${spanId}`,
    kind: "server",
    serviceName,
    start: Math.round(T0 + start * 1e6),
    duration: Math.round((end - start) * 1e6),
    status: { code: "unset", message: "" },
    attributes: {},
    events: [],
    links: [],
    resource: { "host.name": "one" },
    scope: { name: "", version: "" },
    warnings: [],
    ...more,
  };
}
const requests = (spans: Span[]) => llmRequestsOf(traceView(buildTrace(traceId, spans)));

const vllm = {
  "gen_ai.usage.output_tokens": 101,
  "gen_ai.usage.input_tokens": 400,
  "gen_ai.usage.cache_read.input_tokens": 64,
  "gen_ai.response.finish_reasons": '["stop"]',
  "gen_ai.response.model": "llama",
  "gen_ai.latency.e2e": 3,
  "gen_ai.latency.time_in_queue": 0.3,
  "gen_ai.latency.time_to_first_token": 1,
  "gen_ai.latency.time_in_model_prefill": 0.6,
  "gen_ai.latency.time_in_model_decode": 2,
};
const five = [
  span("1", null, "llm-client", [0, 3.5], {
    kind: "client",
    attributes: { "gen_ai.operation.name": "chat", "gen_ai.usage.output_tokens": 101 },
  }),
  span("2", "1", "api-gateway", [0.1, 3.4]),
  span("3", "2", "load-balancer", [0.15, 3.3]),
  span("4", "3", "inference-server", [0.2, 3.2], { attributes: { "gen_ai.operation.name": "chat" } }),
  span("5", "4", "inference-server", [0.2, 0.3], { name: "tokenize", kind: "internal" }),
  span("6", "4", "inference-server", [0.3, 3.2], { name: "generate", kind: "internal" }),
  span("7", "6", "model", [0.3, 3.2], {
    name: "llm_request",
    attributes: vllm,
    resource: { "host.name": "one", "service.version": "v1.3.0" },
  }),
];

describe("a call through five hops", () => {
  const [call] = requests(five);

  it("is divided into its parts, and the rest", () => {
    expect(call!.parts.map(({ id, seconds }) => [id, Number(seconds.toFixed(6))])).toEqual([
      ["before", 0.5],
      ["tokenizing", 0.1],
      ["queueing", 0.3],
      ["prefill", 0.6],
      ["decode", 2],
    ]);
    expect(call!.excess).toBeNull();
    expect(call!.endToEnd).toMatchObject({ spanId: "1", service: "llm-client", seconds: 3.5 });
  });

  it("has its end to end beside TTFT and the tokens after", () => {
    expect(call!.itl).toEqual({ value: 0.02, from: "decode divided by 100 tokens after the first" });
    expect(call!.expected).toBeCloseTo(3, 9);
    expect(call!.tokensPerSecond).toBeCloseTo(50, 9);
  });

  it("says what was asked of what, and where it was read", () => {
    expect(call).toMatchObject({
      spanId: "7",
      inputTokens: { value: 400, from: "gen_ai.usage.input_tokens of model" },
      cachedTokens: { value: 64 },
      outputTokens: { value: 101 },
      finishReason: { value: "stop" },
      model: { value: "llama" },
      modelVersion: { value: "v1.3.0", from: "service.version of model" },
      gpus: null,
    });
  });

  it("passes every hop", () => {
    expect(
      call!.hops.map(({ kind, service, own }) => [kind, service, own && Number(own.toFixed(6))]),
    ).toEqual([
      ["client", "llm-client", 0.2],
      ["gateway", "api-gateway", 0.15],
      ["load balancer", "load-balancer", 0.15],
      ["server", "inference-server", 0.1],
      ["model", "model", null],
    ]);
  });
});

it("shows a hop without a span as a gap", () => {
  const [call] = requests([
    five[0]!,
    { ...five[3]!, parentSpanId: "1" },
    { ...five[6]!, parentSpanId: "4", start: five[3]!.start },
  ]);
  expect(call!.hops.map(({ kind, service }) => [kind, service])).toEqual([
    ["client", "llm-client"],
    ["gateway", null],
    ["load balancer", null],
    ["server", "inference-server"],
    ["model", "model"],
  ]);
  expect(call!.hops[1]!.why).toContain("its name does not tell");
});

it("does not say what was a hop's own when the next went on after it", () => {
  const [call] = requests([{ ...five[0]!, duration: 1_000_000 }, ...five.slice(1)]);
  expect(call!.hops[0]).toMatchObject({ service: "llm-client", duration: 1, own: null });
  expect(call!.hops[1]!.own).toBeCloseTo(0.15, 6);
  expect(call!.parts.some(({ id }) => id === "before")).toBe(false);
});

it("says nothing of phases that nobody measured", () => {
  const [call] = requests([
    span("1", null, "shop", [0, 2], { kind: "client", attributes: { "gen_ai.usage.output_tokens": 1 } }),
  ]);
  expect(call).toMatchObject({
    parts: [],
    ttft: null,
    itl: null,
    expected: null,
    tokensPerSecond: null,
    endToEnd: { seconds: 2 },
  });
  expect(call!.hops.map(({ service }) => service)).toEqual(["shop", null, null, null, null]);
});

it("does not take a client's time to the first chunk for the engine's prefill", () => {
  const [call] = requests([
    span("1", null, "shop", [0, 2], {
      kind: "client",
      attributes: { "gen_ai.usage.output_tokens": 11, "gen_ai.response.time_to_first_chunk": 0.5 },
    }),
  ]);
  expect(call!.ttft?.value).toBe(0.5);
  expect(call!.parts).toEqual([]);
});

it("says so when the parts are more than what was measured around them", () => {
  const [call] = requests([span("1", null, "model", [0, 1], { attributes: vllm })]);
  expect(call!.excess).toBeCloseTo(1.9, 6);
  expect(call!.parts.some(({ id }) => id === "rest")).toBe(false);
});

it("finds every call of an agent, each with its own spans only", () => {
  const found = requests([
    span("1", null, "agent", [0, 9], {
      attributes: { "gen_ai.operation.name": "invoke_agent", "gen_ai.usage.output_tokens": 20 },
    }),
    span("2", "1", "agent", [1, 3], { kind: "client", attributes: { "gen_ai.usage.output_tokens": 5 } }),
    span("3", "1", "agent", [4, 8], { kind: "client", attributes: { "gen_ai.usage.output_tokens": 15 } }),
  ]);
  expect(
    found.map(({ spanId, outputTokens, endToEnd }) => [spanId, outputTokens?.value, endToEnd.spanId]),
  ).toEqual([
    ["2", 5, "2"],
    ["3", 15, "3"],
  ]);
});

it("has none where no span tells of one", () => {
  expect(requests([span("1", null, "web", [0, 1])])).toEqual([]);
});
