import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createJaegerClient, type JaegerClient } from "@/lib/jaeger/client";
import { closeUpstreamConnections } from "@/lib/upstream/fetch";
import type { Generation } from "./query-server";
import {
  BASE_SECONDS,
  chatTrace,
  sampleRequest,
  sampleSpan,
  sendJsonTraces,
  spanIdOf,
  textAttribute,
  traceIdOf,
} from "./sample-traces";
import { type RunningTraceStore, startTraceStore } from "./server";

const GENERATIONS = ["v1", "v3", "both"] as const;
const stores: RunningTraceStore[] = [];
const clients = new Map<Generation, JaegerClient>();

function client(generation: Generation): JaegerClient {
  const found = clients.get(generation);
  if (!found) throw new Error(`no client for ${generation}`);
  return found;
}

beforeAll(async () => {
  for (const generation of GENERATIONS) {
    const basePath = generation === "both" ? "/observability/jaeger" : "";
    const store = await startTraceStore({
      queryPort: 0,
      otlpHttpPort: 0,
      otlpGrpcPort: 0,
      generation,
      basePath,
    });
    stores.push(store);
    const url = `http://127.0.0.1:${store.queryPort}${basePath}`;
    clients.set(generation, createJaegerClient({ id: generation, kind: "jaeger", url, headers: {} }));
    for (let number = 1; number <= 8; number += 1) {
      const sample = chatTrace(number, { startMs: number * 1_000, isFailed: number === 3 });
      await sendJsonTraces(store.otlpHttpPort, sampleRequest(sample));
    }
    await sendJsonTraces(store.otlpHttpPort, sampleRequest({ odd: oddSpans() }));
  }
});

afterAll(async () => {
  await closeUpstreamConnections();
  await Promise.all(stores.map((store) => store.stop()));
});

function oddSpans() {
  const id = (span: number) => ({ traceId: traceIdOf(100), spanId: spanIdOf(span) });
  return [
    sampleSpan({ name: "<b>orphan</b>", parentSpanId: spanIdOf(999), startMs: 100 }, id(1)),
    sampleSpan(
      { name: "kindless", kind: 0, startMs: 101, links: [{ traceId: traceIdOf(5), spanId: spanIdOf(1) }] },
      id(2),
    ),
    sampleSpan({ name: "twice", startMs: 102 }, id(3)),
    sampleSpan({ name: "twice", startMs: 102 }, id(3)),
    sampleSpan({ name: "backwards", startMs: 103, durationMs: -5 }, id(4)),
    sampleSpan(
      {
        name: "attributes",
        startMs: 104.0009,
        durationMs: 1.5,
        status: { code: 1 },
        traceState: "a=1",
        attributes: [
          { key: "big", value: { intValue: "9007199254740993" } },
          { key: "bytes", value: { bytesValue: "AAEC/w==" } },
          { key: "list", value: { arrayValue: { values: [{ intValue: "1" }, { stringValue: "two" }] } } },
          { key: "map", value: { kvlistValue: { values: [textAttribute("a", "b")] } } },
          { key: "error", value: { boolValue: true } },
          textAttribute("__proto__", "x"),
        ],
      },
      id(5),
    ),
  ];
}

const RANGE = { start: BASE_SECONDS, end: BASE_SECONDS + 60 };

describe("the same answers from every generation", () => {
  it("finds out which is there", async () => {
    expect(await client("v1").generation()).toBe("v1");
    expect(await client("v3").generation()).toBe("v3");
    expect(await client("both").generation()).toBe("v3");
  });

  it.each([
    ["services", (jaeger: JaegerClient) => jaeger.services(), 4],
    ["operations", (jaeger: JaegerClient) => jaeger.operations("inference-server"), 2],
    ["operations of odd spans", (jaeger: JaegerClient) => jaeger.operations("odd"), 5],
    ["operations of nobody", (jaeger: JaegerClient) => jaeger.operations("nobody"), 0],
    ["a search", (jaeger: JaegerClient) => jaeger.search({ service: "api-gateway", ...RANGE }), 8],
    [
      "a limited search",
      (jaeger: JaegerClient) => jaeger.search({ service: "api-gateway", ...RANGE, limit: 3 }),
      3,
    ],
    [
      "a search with everything",
      (jaeger: JaegerClient) =>
        jaeger.search({
          service: "inference-server",
          operation: "llm_request",
          start: BASE_SECONDS + 2,
          end: BASE_SECONDS + 4.5,
          minDuration: 0.359999,
          maxDuration: 0.36,
          attributes: { error: "true", "gen_ai.request.model": "llama-3.1-8b-instruct" },
          limit: 10,
        }),
      1,
    ],
    ["a search without a match", (jaeger: JaegerClient) => jaeger.search({ service: "nobody", ...RANGE }), 0],
    [
      "whole traces",
      (jaeger: JaegerClient) => jaeger.traces({ service: "llm-client", ...RANGE, limit: 2 }),
      2,
    ],
    ["no whole traces", (jaeger: JaegerClient) => jaeger.traces({ service: "nobody", ...RANGE }), 0],
    ["dependencies", (jaeger: JaegerClient) => jaeger.dependencies(RANGE), 3],
    [
      "dependencies of a time without traces",
      (jaeger: JaegerClient) => jaeger.dependencies({ start: 1, end: 2 }),
      0,
    ],
  ])("%s", async (_what, ask, length) => {
    const [v1, v3, both] = await Promise.all(GENERATIONS.map((generation) => ask(client(generation))));
    expect(v1).toHaveLength(length);
    expect(v3).toEqual(v1);
    expect(both).toEqual(v1);
  });

  it("a trace, span by span", async () => {
    const [v1, v3, both] = await Promise.all(GENERATIONS.map((generation) => client(generation).trace("3")));
    expect(v3).toEqual(v1);
    expect(both).toEqual(v1);
    expect(v1).toMatchObject({
      traceId: traceIdOf(3),
      rootServiceName: "llm-client",
      rootName: "chat",
      start: (BASE_SECONDS + 3) * 1e6,
      duration: 400_000,
      spanCount: 4,
      errorSpanCount: 1,
      orphanSpanCount: 0,
      services: [
        { name: "api-gateway", spanCount: 1, errorSpanCount: 0 },
        { name: "inference-server", spanCount: 2, errorSpanCount: 1 },
        { name: "llm-client", spanCount: 1, errorSpanCount: 0 },
      ],
    });
    expect(v1?.spans[2]).toEqual({
      traceId: traceIdOf(3),
      spanId: spanIdOf(51),
      parentSpanId: spanIdOf(50),
      name: "llm_request",
      kind: "server",
      serviceName: "inference-server",
      start: (BASE_SECONDS + 3) * 1e6 + 10_000,
      duration: 360_000,
      status: { code: "error", message: "out of memory" },
      attributes: {
        "gen_ai.request.model": "llama-3.1-8b-instruct",
        "gen_ai.usage.output_tokens": 103,
        "gen_ai.request.stream": true,
        "gen_ai.latency.time_to_first_token": 0.125,
        "gen_ai.response.finish_reasons": '["stop"]',
      },
      events: [
        { time: (BASE_SECONDS + 3) * 1e6 + 50_000, name: "first_token", attributes: { "batch.size": 8 } },
      ],
      links: [],
      resource: { "host.name": "node-1" },
      scope: { name: "sample", version: "1.0" },
      warnings: [],
    });
  });

  it("an odd trace", async () => {
    const [v1, v3, both] = await Promise.all(
      GENERATIONS.map((generation) => client(generation).trace(traceIdOf(100))),
    );
    expect(v3).toEqual(v1);
    expect(both).toEqual(v1);
    expect(v1).toMatchObject({ spanCount: 5, orphanSpanCount: 1, rootName: "kindless" });
    const span = (name: string) => v1?.spans.find((found) => found.name === name);
    expect(span("<b>orphan</b>")?.parentSpanId).toBe(spanIdOf(999));
    expect(span("kindless")).toMatchObject({
      kind: "unspecified",
      links: [{ traceId: traceIdOf(5), spanId: spanIdOf(1) }],
    });
    expect(span("backwards")).toMatchObject({
      duration: 0,
      warnings: [expect.stringMatching(/^Negative duration/)],
    });
    expect(span("attributes")).toMatchObject({
      start: BASE_SECONDS * 1e6 + 104_000,
      duration: 1_500,
      status: { code: "error", message: "" },
    });
    expect(Object.entries(span("attributes")?.attributes ?? {})).toEqual([
      ["big", "9007199254740993"],
      ["bytes", "AAEC/w=="],
      ["list", '[1,"two"]'],
      ["map", '{"a":"b"}'],
      ["__proto__", "x"],
    ]);
  });

  it.each(GENERATIONS)(
    "null for a trace that %s does not have, and a refusal of what is no id",
    async (generation) => {
      expect(await client(generation).trace("abcdef")).toBeNull();
      await expect(client(generation).trace("../services")).rejects.toMatchObject({
        code: "invalid_request",
      });
      await expect(client(generation).search({ service: "a", start: 2, end: 1 })).rejects.toMatchObject({
        code: "invalid_request",
      });
    },
  );

  it.each(GENERATIONS)("Jaeger's own words when %s refuses", async (generation) => {
    const search = { service: "a", ...RANGE, minDuration: 2, maxDuration: 1, limit: 0 };
    await expect(client(generation).search(search)).rejects.toMatchObject({
      upstream: expect.stringMatching(/greater than/),
    });
  });
});
