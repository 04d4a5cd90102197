import { Client, credentials, status } from "@grpc/grpc-js";
import { SpanKind, SpanStatusCode } from "@opentelemetry/api";
import { OTLPTraceExporter as GrpcExporter } from "@opentelemetry/exporter-trace-otlp-grpc";
import { OTLPTraceExporter as ProtoExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { BasicTracerProvider, SimpleSpanProcessor, type SpanExporter } from "@opentelemetry/sdk-trace-node";
import { afterEach, describe, expect, it } from "vitest";
import {
  BASE_NANO,
  chatTrace,
  sampleRequest,
  sampleSpan,
  sendJsonTraces,
  spanIdOf,
  textAttribute,
  traceIdOf,
} from "./sample-traces";
import { type RunningTraceStore, startTraceStore, type TraceStoreOptions } from "./server";

let running: RunningTraceStore | undefined;

afterEach(async () => {
  await running?.stop();
  running = undefined;
});

async function start(options: Partial<TraceStoreOptions> = {}): Promise<RunningTraceStore> {
  running = await startTraceStore({ queryPort: 0, otlpHttpPort: 0, otlpGrpcPort: 0, ...options });
  return running;
}

async function exportWith(exporter: SpanExporter): Promise<void> {
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ "service.name": "exported", "service.version": "2" }),
    spanProcessors: [new SimpleSpanProcessor(exporter)],
  });
  const span = provider.getTracer("tracer", "0.1").startSpan("chat llama", { kind: SpanKind.CLIENT });
  span.setAttributes({
    "gen_ai.usage.output_tokens": 42,
    finish: ["stop", "length"],
    ratio: 0.5,
    stream: true,
  });
  span.addEvent("first_token", { index: 1 });
  span.setStatus({ code: SpanStatusCode.ERROR, message: "timed out" });
  span.end();
  await provider.forceFlush();
  await provider.shutdown();
}

describe("stock OpenTelemetry exporters", () => {
  it.each([
    [
      "HTTP with protobuf",
      (store: RunningTraceStore) =>
        new ProtoExporter({ url: `http://127.0.0.1:${store.otlpHttpPort}/v1/traces` }) as SpanExporter,
    ],
    [
      "HTTP with protobuf and gzip",
      (store: RunningTraceStore) =>
        new ProtoExporter({
          url: `http://127.0.0.1:${store.otlpHttpPort}/v1/traces`,
          compression: "gzip" as never,
        }) as SpanExporter,
    ],
    [
      "gRPC",
      (store: RunningTraceStore) =>
        new GrpcExporter({ url: `http://127.0.0.1:${store.otlpGrpcPort}` }) as SpanExporter,
    ],
    [
      "gRPC with gzip",
      (store: RunningTraceStore) =>
        new GrpcExporter({
          url: `http://127.0.0.1:${store.otlpGrpcPort}`,
          compression: "gzip" as never,
        }) as SpanExporter,
    ],
  ])("%s", async (_name, exporterFor) => {
    const started = await start();
    await exportWith(exporterFor(started));
    const [trace] = started.store.find({
      service: "exported",
      operation: "",
      attributes: new Map(),
      limit: 1,
    });
    expect(trace?.spans).toHaveLength(1);
    expect(trace?.spans[0]).toMatchObject({
      name: "chat llama",
      kind: 3,
      parentSpanId: "",
      statusCode: 2,
      statusMessage: "timed out",
      scope: { name: "tracer", version: "0.1" },
      attributes: [
        { key: "gen_ai.usage.output_tokens", value: { intValue: "42" } },
        {
          key: "finish",
          value: { arrayValue: { values: [{ stringValue: "stop" }, { stringValue: "length" }] } },
        },
        { key: "ratio", value: { doubleValue: 0.5 } },
        { key: "stream", value: { boolValue: true } },
      ],
      events: [{ name: "first_token" }],
    });
    expect(trace?.spans[0]?.durationNano).toBeGreaterThan(0n);
    expect(trace?.spans[0]?.startNano).toBeGreaterThan(BASE_NANO);
  });
});

describe("OTLP/HTTP", () => {
  const oneSpan = sampleRequest({ api: [sampleSpan({}, { traceId: traceIdOf(1), spanId: spanIdOf(1) })] });

  it("answers 200 with the request's content type and an empty response", async () => {
    const { otlpHttpPort, store } = await start();
    const json = await sendJsonTraces(otlpHttpPort, oneSpan, { gzip: true });
    expect([json.status, json.headers.get("content-type"), await json.text()]).toEqual([
      200,
      "application/json",
      "{}",
    ]);
    const proto = await sendJsonTraces(otlpHttpPort, "", {
      headers: { "content-type": "application/x-protobuf" },
    });
    expect([proto.status, proto.headers.get("content-type"), await proto.text()]).toEqual([
      200,
      "application/x-protobuf",
      "",
    ]);
    expect((await sendJsonTraces(otlpHttpPort, "{}")).status).toBe(200);
    expect(store.stats().spans).toBe(1);
  });

  it("keeps what it can and says how many spans it could not", async () => {
    const { otlpHttpPort, store } = await start();
    const spans = [
      sampleSpan({}, { traceId: traceIdOf(1), spanId: spanIdOf(1) }),
      sampleSpan({}, { traceId: "", spanId: spanIdOf(2) }),
      sampleSpan({}, { traceId: "0".repeat(32), spanId: spanIdOf(3) }),
      sampleSpan({}, { traceId: "not hex", spanId: spanIdOf(4) }),
      sampleSpan({ startTimeUnixNano: "yesterday" }, { traceId: traceIdOf(1), spanId: spanIdOf(5) }),
    ];
    const answer = await sendJsonTraces(otlpHttpPort, sampleRequest({ api: spans }));
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({
      partialSuccess: {
        rejectedSpans: "4",
        errorMessage: "A span has no valid traceId: 16 bytes, not all zero.",
      },
    });
    expect(store.stats().spans).toBe(1);
  });

  it.each([
    [400, "JSON that is none", "{", {}, 3],
    [400, "JSON of another shape", '{"resourceSpans":{}}', {}, 3],
    [400, "gzip that is none", "{}", { "content-encoding": "gzip" }, 3],
    [413, "too many bytes", `{"pad":"${"x".repeat(2_000)}"}`, {}, 8],
    [415, "another content type", "<x/>", { "content-type": "application/xml" }, 3],
    [415, "another encoding", "{}", { "content-encoding": "br" }, 3],
  ])("answers %d to %s, with a Status", async (expected, _what, body, headers, code) => {
    const { otlpHttpPort } = await start({ maxRequestBytes: 1_000 });
    const answer = await sendJsonTraces(otlpHttpPort, body, { headers: headers as Record<string, string> });
    expect(answer.status).toBe(expected);
    expect(answer.headers.get("content-type")).toBe("application/json");
    expect(await answer.json()).toEqual({ code, message: expect.stringMatching(/\.$/) });
  });

  it("bounds the size after decompression, too", async () => {
    const { otlpHttpPort } = await start({ maxRequestBytes: 1_000 });
    const bomb = await sendJsonTraces(otlpHttpPort, `{"pad":"${"x".repeat(100_000)}"}`, { gzip: true });
    expect(bomb.status).toBe(413);
  });

  it("answers protobuf that is none with a protobuf Status", async () => {
    const { otlpHttpPort } = await start();
    const answer = await sendJsonTraces(otlpHttpPort, "\u000f\u000f\u000f", {
      headers: { "content-type": "application/x-protobuf" },
    });
    expect([answer.status, answer.headers.get("content-type")]).toEqual([400, "application/x-protobuf"]);
    // Field 1 (code) is 3, INVALID_ARGUMENT.
    expect([...new Uint8Array(await answer.arrayBuffer())].slice(0, 2)).toEqual([0x08, 0x03]);
  });

  it("takes POST on /v1/traces and nothing else", async () => {
    const { otlpHttpPort } = await start();
    const get = await fetch(`http://127.0.0.1:${otlpHttpPort}/v1/traces`);
    expect([get.status, get.headers.get("allow")]).toEqual([405, "POST"]);
    const logs = await fetch(`http://127.0.0.1:${otlpHttpPort}/v1/logs`, { method: "POST", body: "{}" });
    expect(logs.status).toBe(404);
  });
});

describe("OTLP/gRPC", () => {
  function call(port: number, message: Buffer): Promise<Buffer> {
    const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
    return new Promise<Buffer>((resolve, reject) => {
      client.makeUnaryRequest(
        "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
        (bytes: Buffer) => bytes,
        (bytes: Buffer) => bytes,
        message,
        (error, answer) => (error ? reject(error) : resolve(answer ?? Buffer.alloc(0))),
      );
    }).finally(() => client.close());
  }

  it("says INVALID_ARGUMENT to what is no request, RESOURCE_EXHAUSTED to too much", async () => {
    const { otlpGrpcPort } = await start({ maxRequestBytes: 1_000 });
    await expect(call(otlpGrpcPort, Buffer.from([0x0f, 0x0f]))).rejects.toMatchObject({
      code: status.INVALID_ARGUMENT,
    });
    await expect(call(otlpGrpcPort, Buffer.alloc(2_000))).rejects.toMatchObject({
      code: status.RESOURCE_EXHAUSTED,
    });
    expect(await call(otlpGrpcPort, Buffer.alloc(0))).toHaveLength(0);
  });
});

describe("odd traces", () => {
  it("keeps them all and serves them in both APIs", async () => {
    const started = await start();
    const id = (span: number) => ({ traceId: traceIdOf(7), spanId: spanIdOf(span) });
    let nested: object = { stringValue: "bottom" };
    for (let depth = 0; depth < 60; depth += 1) nested = { arrayValue: { values: [nested] } };
    const spans = [
      sampleSpan({ name: "<script>alert('x')</script>", parentSpanId: spanIdOf(999) }, id(1)),
      sampleSpan({ name: "twice", kind: 3 }, id(2)),
      sampleSpan({ name: "twice", kind: 3 }, id(2)),
      sampleSpan({ name: "shared id", kind: 2 }, id(2)),
      sampleSpan({ name: "own parent", parentSpanId: spanIdOf(3) }, id(3)),
      sampleSpan({ name: "backwards", startMs: 5, durationMs: -3 }, id(4)),
      sampleSpan({ name: "no time", startTimeUnixNano: undefined, endTimeUnixNano: undefined }, id(5)),
      sampleSpan({ name: "", traceState: "a=1", flags: 257 }, id(6)),
      sampleSpan(
        {
          attributes: [
            textAttribute("huge", "é".repeat(200_000)),
            { key: "bytes", value: { bytesValue: "AAEC/w==" } },
            { key: "big", value: { intValue: "9007199254740993" } },
            { key: "nothing" },
            { key: "nan", value: { doubleValue: "NaN" } },
            { key: "nested", value: nested },
            { key: "map", value: { kvlistValue: { values: [textAttribute("a", "b")] } } },
            textAttribute("__proto__", "x"),
          ],
          links: [{ traceId: traceIdOf(8), spanId: spanIdOf(1) }, {}],
        },
        id(8),
      ),
    ];
    expect(await (await sendJsonTraces(started.otlpHttpPort, sampleRequest({ odd: spans }))).json()).toEqual(
      {},
    );
    // A service without a name, and a trace id of 64 bits.
    const unnamed = {
      resourceSpans: [
        { scopeSpans: [{ spans: [sampleSpan({}, { traceId: "00000000000000ff", spanId: spanIdOf(1) })] }] },
      ],
    };
    expect((await sendJsonTraces(started.otlpHttpPort, unnamed)).status).toBe(200);
    expect(started.store.services()).toEqual(["missing-service-name", "odd"]);
    expect(started.store.get(traceIdOf(255))?.spans).toHaveLength(1);
    expect(started.store.stats().bytes).toBeLessThan(300_000);

    const base = `http://127.0.0.1:${started.queryPort}`;
    const v1Text = await (await fetch(`${base}/api/traces/7`)).text();
    expect(v1Text).not.toContain("<script>");
    const trace = JSON.parse(v1Text).data[0];
    const byName = (name: string) =>
      trace.spans.filter((span: { operationName: string }) => span.operationName === name);
    expect(trace.spans).toHaveLength(8);
    expect(byName("<script>alert('x')</script>")[0].references).toEqual([
      { refType: "CHILD_OF", traceID: traceIdOf(7), spanID: spanIdOf(999) },
    ]);
    expect(byName("twice")).toHaveLength(1);
    // A server span with the client's id gets one of its own and becomes its child.
    expect(byName("shared id")[0].spanID).not.toBe(spanIdOf(2));
    expect(byName("shared id")[0].references[0].spanID).toBe(spanIdOf(2));
    expect(byName("backwards")[0]).toMatchObject({
      duration: 0,
      warnings: [
        "Negative duration detected, sanitizing end timestamp. Original end timestamp: 2025-10-09 08:53:20.002 +0000 UTC, adjusted to: 2025-10-09 08:53:20.005000001 +0000 UTC",
      ],
    });
    expect(byName("empty-span-name")[0]).toMatchObject({ flags: 257, warnings: null });
    const tags = Object.fromEntries(
      byName("work")[0].tags.map((tag: { key: string; type: string; value: unknown }) => [tag.key, tag]),
    );
    expect(tags.huge.value).toHaveLength(32_768);
    expect(byName("work")[0].warnings).toEqual(["attribute huge had 200000 characters and was cut to 32768"]);
    expect(tags.bytes).toEqual({ key: "bytes", type: "binary", value: "AAEC/w==" });
    expect(tags.big).toEqual({ key: "big", type: "int64", value: "9007199254740993" });
    expect(tags.nan).toEqual({ key: "nan", type: "float64", value: "NaN" });
    expect(tags.map).toEqual({ key: "map", type: "string", value: '{"a":"b"}' });
    expect(tags.nested.value).toContain("(nested too deep)");
    expect(byName("work")[0].references).toHaveLength(1);

    const raw = (await (await fetch(`${base}/api/traces/7?raw=true`)).json()) as {
      data: { spans: unknown[] }[];
    };
    expect(raw.data[0]?.spans).toHaveLength(9);
    const v3Answer = await fetch(`${base}/api/v3/traces/7`);
    expect(v3Answer.status).toBe(200);
    expect(await v3Answer.text()).toContain('"jaeger.internal.warnings"');
  });

  it("groups spans of one trace that arrive apart", async () => {
    const { otlpHttpPort, store } = await start();
    for (const [service, spans] of Object.entries(chatTrace(3, { startMs: 0 })))
      await sendJsonTraces(otlpHttpPort, sampleRequest({ [service]: spans }));
    expect(store.stats()).toMatchObject({ traces: 1, spans: 4 });
  });
});
