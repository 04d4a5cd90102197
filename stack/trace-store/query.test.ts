import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Generation } from "./query-server";
import { BASE_SECONDS, chatTrace, sampleRequest, sendJsonTraces, spanIdOf, traceIdOf } from "./sample-traces";
import { type RunningTraceStore, startTraceStore } from "./server";

/*
 * The answers expected here are those of Jaeger's own handlers and of their tests (jaegertracing/jaeger,
 * cmd/jaeger/internal/extension/jaegerquery/internal): bodies, status codes, content types and words of errors.
 */

const stores = new Map<Generation, RunningTraceStore>();
const TRACES = 6;

beforeAll(async () => {
  for (const generation of ["v1", "v3", "both"] as const) {
    const store = await startTraceStore({ queryPort: 0, otlpHttpPort: 0, otlpGrpcPort: 0, generation });
    stores.set(generation, store);
    for (let number = 1; number <= TRACES; number += 1) {
      const sample = chatTrace(number, { startMs: number * 1_000, isFailed: number === 3 });
      await sendJsonTraces(store.otlpHttpPort, sampleRequest(sample));
    }
  }
});

afterAll(async () => {
  await Promise.all([...stores.values()].map((store) => store.stop()));
});

async function get(generation: Generation, path: string) {
  const response = await fetch(`http://127.0.0.1:${stores.get(generation)?.queryPort}${path}`, {
    redirect: "manual",
  });
  const text = await response.text();
  const contentType = response.headers.get("content-type");
  return {
    status: response.status,
    contentType,
    nosniff: response.headers.get("x-content-type-options"),
    text,
  };
}

async function json(path: string, generation: Generation = "both") {
  const { text, ...answer } = await get(generation, path);
  expect(answer.contentType).toBe("application/json");
  return { ...answer, body: JSON.parse(text) };
}

const START_MICROS = BASE_SECONDS * 1_000_000;
const RANGE = `start=${START_MICROS}&end=${START_MICROS + 60_000_000}`;
const RANGE_V3 = "query.startTimeMin=2025-10-09T08:53:20Z&query.startTimeMax=2025-10-09T08:54:20Z";
const numbersOf = (ids: string[]) => ids.map((id) => Number.parseInt(id, 16));

describe("/api, what it answers", () => {
  const envelope = { limit: 0, offset: 0, errors: null };

  it("services and operations", async () => {
    expect((await json("/api/services")).body).toEqual({
      data: ["api-gateway", "inference-server", "llm-client"],
      total: 3,
      ...envelope,
    });
    expect((await json("/api/operations?service=inference-server")).body).toEqual({
      data: [
        { name: "generate", spanKind: "internal" },
        { name: "llm_request", spanKind: "server" },
      ],
      total: 2,
      ...envelope,
    });
    expect((await json("/api/operations?service=inference-server&spanKind=server")).body.total).toBe(1);
    expect((await json("/api/operations?service=nobody")).body).toEqual({ data: [], total: 0, ...envelope });
    expect((await json("/api/services/inference%2Dserver/operations")).body).toEqual({
      data: ["generate", "llm_request"],
      total: 2,
      ...envelope,
    });
    expect((await json("/api/services/nobody/operations")).body).toEqual({
      data: null,
      total: 0,
      ...envelope,
    });
  });

  it("dependencies in milliseconds", async () => {
    const endTs = BASE_SECONDS * 1_000 + 60_000;
    expect((await json(`/api/dependencies?endTs=${endTs}&lookback=60000`)).body).toEqual({
      data: [
        { parent: "api-gateway", child: "inference-server", callCount: TRACES },
        { parent: "inference-server", child: "inference-server", callCount: TRACES },
        { parent: "llm-client", child: "api-gateway", callCount: TRACES },
      ],
      total: 0,
      ...envelope,
    });
    expect((await json(`/api/dependencies?endTs=${endTs}&service=llm-client`)).body.data).toHaveLength(1);
    expect((await json("/api/dependencies?lookback=1")).body.data).toEqual([]);
  });

  it("one trace, tag by tag", async () => {
    const { body } = await json(`/api/traces/${traceIdOf(3)}`);
    expect(body).toMatchObject({ total: 0, limit: 0, offset: 0, errors: null });
    const [trace] = body.data;
    expect(Object.keys(trace)).toEqual(["traceID", "spans", "processes", "warnings"]);
    expect(trace.warnings).toBeNull();
    const server = trace.spans.find(
      (span: { operationName: string }) => span.operationName === "llm_request",
    );
    expect(server).toEqual({
      traceID: traceIdOf(3),
      spanID: spanIdOf(51),
      operationName: "llm_request",
      references: [{ refType: "CHILD_OF", traceID: traceIdOf(3), spanID: spanIdOf(50) }],
      startTime: START_MICROS + 3_010_000,
      duration: 360_000,
      tags: [
        { key: "otel.scope.name", type: "string", value: "sample" },
        { key: "otel.scope.version", type: "string", value: "1.0" },
        { key: "gen_ai.request.model", type: "string", value: "llama-3.1-8b-instruct" },
        { key: "gen_ai.usage.output_tokens", type: "int64", value: 103 },
        { key: "gen_ai.request.stream", type: "bool", value: true },
        { key: "gen_ai.latency.time_to_first_token", type: "float64", value: 0.125 },
        { key: "gen_ai.response.finish_reasons", type: "string", value: '["stop"]' },
        { key: "span.kind", type: "string", value: "server" },
        { key: "otel.status_code", type: "string", value: "ERROR" },
        { key: "error", type: "bool", value: true },
        { key: "otel.status_description", type: "string", value: "out of memory" },
      ],
      logs: [
        {
          timestamp: START_MICROS + 3_050_000,
          fields: [
            { key: "event", type: "string", value: "first_token" },
            { key: "batch.size", type: "int64", value: 8 },
          ],
        },
      ],
      processID: "p3",
      warnings: null,
    });
    expect(trace.processes.p3).toEqual({
      serviceName: "inference-server",
      tags: [{ key: "host.name", type: "string", value: "node-1" }],
    });
  });

  it("ids without leading zeros, and indented JSON", async () => {
    expect((await json("/api/traces/3")).body.data[0].traceID).toBe(traceIdOf(3));
    const pretty = await get("both", "/api/services?prettyPrint=true");
    expect(pretty.text.startsWith('{\n    "data": [\n        "api-gateway"')).toBe(true);
    expect((await get("both", "/api/traces/3?prettyPrint=true")).text).toContain('\n    "data": [');
    expect((await get("both", "/api/services?prettyPrint=false")).text.startsWith('{"data":')).toBe(true);
  });

  it("answers 404 and partial errors for traces it does not have", async () => {
    const { body } = await json(`/api/traces?traceID=3&traceID=abc&${RANGE}`);
    expect(numbersOf(body.data.map((trace: { traceID: string }) => trace.traceID))).toEqual([3]);
    expect(body.errors).toEqual([{ msg: "trace not found", traceID: "00000000000000000000000000000abc" }]);
    expect(await get("both", "/api/traces/abc")).toMatchObject({
      status: 404,
      text: '{"data":null,"total":0,"limit":0,"offset":0,"errors":[{"code":404,"msg":"trace not found"}]}\n',
    });
  });

  it.each([
    ["nothing more", "", [6, 5, 4, 3, 2, 1]],
    ["limit", "&limit=2", [6, 5]],
    ["operation", "&operation=llm_request", [6, 5, 4, 3, 2, 1]],
    ["another service's operation", "&operation=chat", []],
    ["start and end", `&start=${START_MICROS + 2_000_000}&end=${START_MICROS + 4_020_000}`, [4, 3, 2]],
    ["minDuration", "&minDuration=360ms", [6, 5, 4, 3, 2, 1]],
    ["minDuration above", "&minDuration=360.1ms", []],
    ["maxDuration below all", "&maxDuration=249ms", []],
    ["maxDuration of one span", "&maxDuration=250ms", [6, 5, 4, 3, 2, 1]],
    ["tag", "&tag=gen_ai.usage.output_tokens:104", [4]],
    ["tag with a colon in its value", "&tag=host.name:a:b", []],
    ["two tags", "&tag=gen_ai.usage.output_tokens:104&tag=gen_ai.request.stream:true", [4]],
    ["two tags of two spans", "&tag=gen_ai.usage.output_tokens:104&tag=span.kind:internal", []],
    ["tags", `&tags=${encodeURIComponent('{"error":"true"}')}`, [3]],
    ["error=false, which wants status OK", "&tag=error:false", []],
    ["a tag Jaeger derives", "&tag=otel.status_description:out%20of%20memory", [3]],
    ["a resource attribute", "&tag=resource.host.name:node-1&limit=1", [6]],
    ["a process tag", "&tag=host.name:node-1&limit=1", [6]],
    ["an event's field", "&tag=batch.size:8&limit=1", [6]],
    ["a double", "&tag=gen_ai.latency.time_to_first_token:0.125&limit=1", [6]],
    ["the first of a repeated parameter", "&service=nobody", [6, 5, 4, 3, 2, 1]],
  ])("searches by %s", async (_what, parameters, expected) => {
    const { body } = await json(`/api/traces?service=inference-server&lookback=1h&${withRange(parameters)}`);
    expect(numbersOf(body.data.map((trace: { traceID: string }) => trace.traceID))).toEqual(expected);
    expect(body.total).toBe(0);
  });

  it("takes now − 2 days to now where no time is given", async () => {
    expect((await json("/api/traces?service=inference-server")).body.data).toEqual([]);
  });
});

/** A parameter given twice counts once, the first time, in Go: times of the case have to stand before the usual ones. */
function withRange(parameters: string): string {
  return parameters.includes("start=") ? parameters : `${RANGE}${parameters}`;
}

describe("/api, what it refuses", () => {
  it.each([
    ["/api/operations", "parameter 'service' is required"],
    ["/api/traces", "parameter 'service' is required"],
    [
      "/api/traces?service=a&start=x",
      `unable to parse param 'start': strconv.ParseInt: parsing "x": invalid syntax`,
    ],
    [
      "/api/traces?service=a&end=1.5",
      `unable to parse param 'end': strconv.ParseInt: parsing "1.5": invalid syntax`,
    ],
    ["/api/traces?service=a&start=2&end=1", "invalid parameter: start time must be before end time"],
    ["/api/traces?service=a&limit=x", `strconv.ParseInt: parsing "x": invalid syntax`],
    ["/api/traces?service=a&limit=3000000000", `strconv.ParseInt: parsing "3000000000": value out of range`],
    ["/api/traces?service=a&limit=0", "invalid parameter: limit must be greater than 0"],
    [
      "/api/traces?service=a&minDuration=20",
      `unable to parse param 'minDuration': time: missing unit in duration "20"`,
    ],
    [
      "/api/traces?service=a&maxDuration=x",
      `unable to parse param 'maxDuration': time: invalid duration "x"`,
    ],
    [
      "/api/traces?service=a&minDuration=2s&maxDuration=1s",
      "'maxDuration' should be greater than 'minDuration'",
    ],
    ["/api/traces?service=a&tag=error", "malformed 'tag' parameter, expecting key:value, received: error"],
    [
      "/api/traces?service=a&tags=x",
      "malformed 'tags' parameter, cannot unmarshal JSON: invalid character 'x' looking for beginning of value",
    ],
    [
      "/api/traces?service=a&tags=%7B%22a%22:1%7D",
      "malformed 'tags' parameter, cannot unmarshal JSON: json: cannot unmarshal number into Go value of type string",
    ],
    ["/api/traces?traceID=x", `cannot parse traceID param: strconv.ParseUint: parsing "x": invalid syntax`],
    [
      "/api/traces?service=a&raw=maybe",
      `unable to parse param 'raw': strconv.ParseBool: parsing "maybe": invalid syntax`,
    ],
    ["/api/traces/xyz", `strconv.ParseUint: parsing "xyz": invalid syntax`],
    ["/api/traces/1?start=x", `unable to parse param 'start': strconv.ParseInt: parsing "x": invalid syntax`],
    ["/api/traces/1?raw=2", `unable to parse param 'raw': strconv.ParseBool: parsing "2": invalid syntax`],
    [
      "/api/dependencies?endTs=x",
      `unable to parse param 'endTs': strconv.ParseInt: parsing "x": invalid syntax`,
    ],
    [
      "/api/dependencies?lookback=1h",
      `unable to parse param 'lookback': strconv.ParseInt: parsing "1h": invalid syntax`,
    ],
  ])("%s", async (path, message) => {
    const answer = await get("both", path);
    expect(answer).toMatchObject({
      status: 400,
      contentType: "text/plain; charset=utf-8",
      nosniff: "nosniff",
    });
    expect(answer.text.endsWith("\n")).toBe(true);
    expect(JSON.parse(answer.text)).toEqual({
      data: null,
      total: 0,
      limit: 0,
      offset: 0,
      errors: [{ code: 400, msg: message }],
    });
  });
});

describe("/api/v3, what it answers", () => {
  it("services, operations and dependencies", async () => {
    expect((await json("/api/v3/services")).body).toEqual({
      services: ["api-gateway", "inference-server", "llm-client"],
    });
    const operations = [
      { name: "generate", spanKind: "internal" },
      { name: "llm_request", spanKind: "server" },
    ];
    expect((await json("/api/v3/operations?service=inference-server")).body).toEqual({ operations });
    for (const name of ["spanKind", "span_kind"])
      expect((await json(`/api/v3/operations?service=inference-server&${name}=server`)).body).toEqual({
        operations: operations.slice(1),
      });
    // Protobuf's JSON leaves out an empty list.
    expect((await json("/api/v3/operations?service=nobody")).body).toEqual({});
    expect((await json("/api/v3/operations")).body).toEqual({});
    for (const [start, end] of [
      ["startTime", "endTime"],
      ["start_time", "end_time"],
    ])
      expect(
        (await json(`/api/v3/dependencies?${start}=2025-10-09T08:53:20Z&${end}=2025-10-09T08:54:20Z`)).body
          .dependencies[0],
      ).toEqual({ parent: "api-gateway", child: "inference-server", callCount: String(TRACES) });
  });

  it("one trace as OTLP", async () => {
    const { body } = await json("/api/v3/traces/3?startTime=2025-10-09T08:53:20Z&rawTraces=false");
    const servers = body.result.resourceSpans[2];
    expect(servers.resource.attributes).toEqual([
      { key: "service.name", value: { stringValue: "inference-server" } },
      { key: "host.name", value: { stringValue: "node-1" } },
    ]);
    expect(servers.scopeSpans[0].scope).toEqual({ name: "sample", version: "1.0" });
    expect(servers.scopeSpans[0].spans[0]).toEqual({
      traceId: traceIdOf(3),
      spanId: spanIdOf(51),
      parentSpanId: spanIdOf(50),
      name: "llm_request",
      kind: 2,
      startTimeUnixNano: `${BASE_SECONDS + 3}010000000`,
      endTimeUnixNano: `${BASE_SECONDS + 3}370000000`,
      attributes: [
        { key: "gen_ai.request.model", value: { stringValue: "llama-3.1-8b-instruct" } },
        { key: "gen_ai.usage.output_tokens", value: { intValue: "103" } },
        { key: "gen_ai.request.stream", value: { boolValue: true } },
        { key: "gen_ai.latency.time_to_first_token", value: { doubleValue: 0.125 } },
        {
          key: "gen_ai.response.finish_reasons",
          value: { arrayValue: { values: [{ stringValue: "stop" }] } },
        },
      ],
      events: [
        {
          timeUnixNano: `${BASE_SECONDS + 3}050000000`,
          name: "first_token",
          attributes: [{ key: "batch.size", value: { intValue: "8" } }],
        },
      ],
      status: { code: 2, message: "out of memory" },
    });
    expect(servers.scopeSpans[0].spans[1].status).toEqual({});
  });

  it("summaries", async () => {
    const { body } = await json(
      `/api/v3/trace-summaries?query.serviceName=llm-client&query.searchDepth=4&${RANGE_V3}`,
    );
    expect(body.summaries).toHaveLength(4);
    expect(body.summaries[3]).toEqual({
      traceId: traceIdOf(3),
      rootServiceName: "llm-client",
      rootOperationName: "chat",
      minStartTimeUnixNano: `${BASE_SECONDS + 3}000000000`,
      maxEndTimeUnixNano: `${BASE_SECONDS + 3}400000000`,
      spanCount: 4,
      errorSpanCount: 1,
      services: [
        { name: "api-gateway", spanCount: 1 },
        { name: "inference-server", spanCount: 2, errorSpanCount: 1 },
        { name: "llm-client", spanCount: 1 },
      ],
    });
    expect((await json(`/api/v3/trace-summaries?query.serviceName=nobody&${RANGE_V3}`)).body).toEqual({});
  });

  it.each([
    ["no service", "", [6, 5, 4, 3, 2, 1]],
    ["query.serviceName", "&query.serviceName=llm-client", [6, 5, 4, 3, 2, 1]],
    ["query.service_name", "&query.service_name=llm-client", [6, 5, 4, 3, 2, 1]],
    ["query.operationName", "&query.operationName=generate&query.searchDepth=1", [6]],
    ["query.operation_name", "&query.operation_name=generate&query.search_depth=1", [6]],
    ["query.num_traces", "&query.num_traces=3", [6, 5, 4]],
    ["query.durationMin", "&query.serviceName=llm-client&query.durationMin=400ms&query.searchDepth=1", [6]],
    ["query.duration_min", "&query.serviceName=llm-client&query.duration_min=401ms", []],
    ["query.durationMax", "&query.serviceName=llm-client&query.durationMax=399ms", []],
    ["query.duration_max", "&query.serviceName=llm-client&query.duration_max=400ms&query.searchDepth=1", [6]],
    ["query.attributes", `&query.attributes=${encodeURIComponent('{"error":"true"}')}`, [3]],
    ["query.rawTraces", "&query.rawTraces=true&query.searchDepth=1", [6]],
  ])("searches by %s", async (_what, parameters, expected) => {
    const path = `/api/v3/traces?${RANGE_V3}${parameters}`;
    if (expected.length === 0) {
      expect(await get("both", path)).toEqual({
        status: 404,
        contentType: "text/plain; charset=utf-8",
        nosniff: "nosniff",
        text: '{"error":{"httpCode":404,"message":"No traces found"}}\n',
      });
      return;
    }
    const found = (await json(path)).body.result.resourceSpans.flatMap(
      (resource: { scopeSpans: { spans: { traceId: string }[] }[] }) =>
        resource.scopeSpans.flatMap((scope) => scope.spans.map((span) => span.traceId)),
    );
    expect(numbersOf([...new Set<string>(found)])).toEqual(expected);
    const summaries = (await json(path.replace("/traces?", "/trace-summaries?"))).body.summaries;
    expect(numbersOf(summaries.map((summary: { traceId: string }) => summary.traceId))).toEqual(expected);
  });

  it("takes snake_case times", async () => {
    const times =
      "query.start_time_min=2025-10-09T08:53:21.999999999Z&query.start_time_max=2025-10-09T10:53:23%2B02:00";
    const { summaries } = (await json(`/api/v3/trace-summaries?query.serviceName=llm-client&${times}`)).body;
    expect(numbersOf(summaries.map((summary: { traceId: string }) => summary.traceId))).toEqual([3, 2]);
  });
});

describe("/api/v3, what it refuses", () => {
  const LAYOUT = "2006-01-02T15:04:05.999999999Z07:00";
  it.each([
    [400, "/api/v3/traces", "query.startTimeMin and query.startTimeMax are required"],
    [
      400,
      "/api/v3/trace-summaries?query.startTimeMin=2025-10-09T08:53:20Z",
      "query.startTimeMin and query.startTimeMax are required",
    ],
    [
      400,
      "/api/v3/traces?query.startTimeMin=x&query.startTimeMax=2025-10-09T08:53:20Z",
      `malformed parameter query.startTimeMin: parsing time "x" as "${LAYOUT}": cannot parse "x" as "2006"`,
    ],
    [
      400,
      "/api/v3/traces?query.start_time_min=2025-10-09T08:53:20Z&query.start_time_max=2025",
      `malformed parameter query.start_time_max: parsing time "2025" as "${LAYOUT}": cannot parse "" as "-"`,
    ],
    [
      400,
      "/api/v3/traces?query.startTimeMin=2025-10-09T08:53:20Z&query.startTimeMax=2025-10-09T08:53:20Z",
      "query.startTimeMin must be before query.startTimeMax",
    ],
    [
      400,
      `/api/v3/traces?${RANGE_V3}&query.searchDepth=x`,
      `malformed parameter query.searchDepth: strconv.Atoi: parsing "x": invalid syntax`,
    ],
    [
      400,
      `/api/v3/traces?${RANGE_V3}&query.num_traces=x`,
      `malformed parameter query.num_traces: strconv.Atoi: parsing "x": invalid syntax`,
    ],
    [
      500,
      `/api/v3/traces?${RANGE_V3}&query.searchDepth=0`,
      "search depth must be greater than 0 and less than max traces",
    ],
    [
      400,
      `/api/v3/traces?${RANGE_V3}&query.durationMin=1`,
      `malformed parameter query.durationMin: time: missing unit in duration "1"`,
    ],
    [
      400,
      `/api/v3/traces?${RANGE_V3}&query.duration_max=x`,
      `malformed parameter query.duration_max: time: invalid duration "x"`,
    ],
    [
      400,
      `/api/v3/traces?${RANGE_V3}&query.rawTraces=x`,
      `malformed parameter query.rawTraces: strconv.ParseBool: parsing "x": invalid syntax`,
    ],
    [
      400,
      `/api/v3/traces?${RANGE_V3}&query.attributes=[]`,
      "malformed parameter query.attributes: json: cannot unmarshal array into Go value of type map[string]string",
    ],
    [404, "/api/v3/traces/abc", "No traces found"],
    [
      400,
      "/api/v3/traces/xyz",
      `malformed parameter trace_id: strconv.ParseUint: parsing "xyz": invalid syntax`,
    ],
    [
      400,
      "/api/v3/traces/1?raw_traces=x",
      `malformed parameter raw_traces: strconv.ParseBool: parsing "x": invalid syntax`,
    ],
    [
      400,
      "/api/v3/traces/1?end_time=x",
      `malformed parameter end_time: parsing time "x" as "${LAYOUT}": cannot parse "x" as "2006"`,
    ],
    [400, "/api/v3/dependencies", "missing required parameter: startTime"],
    [400, "/api/v3/dependencies?startTime=2025-10-09T08:53:20Z", "missing required parameter: endTime"],
    [
      400,
      "/api/v3/dependencies?startTime=2025-10-09T08:53:20Z&endTime=2025-10-09T08:53:20Z",
      "endTime must be after startTime",
    ],
  ])("%d %s", async (status, path, message) => {
    const answer = await get("both", path);
    expect(answer).toMatchObject({ status, contentType: "text/plain; charset=utf-8", nosniff: "nosniff" });
    expect(answer.text.endsWith("\n")).toBe(true);
    expect(JSON.parse(answer.text)).toEqual({ error: { httpCode: status, message } });
  });
});

describe("generations", () => {
  const V1_ONLY = [
    "/api/services",
    "/api/operations?service=a",
    "/api/services/a/operations",
    `/api/traces?service=a&${RANGE}`,
  ];
  const V3_ONLY = [
    "/api/v3/services",
    "/api/v3/operations?service=a",
    `/api/v3/trace-summaries?${RANGE_V3}`,
    "/api/v3/traces/3",
  ];
  const ALWAYS = ["/api/traces/3", "/api/dependencies"];

  it("v1 sends its page for paths of the other generation", async () => {
    for (const path of [...V3_ONLY, "/", "/search", "/api/unknown"])
      expect(await get("v1", path)).toMatchObject({ status: 200, contentType: "text/html; charset=utf-8" });
    for (const path of [...V1_ONLY, ...ALWAYS])
      expect(await get("v1", path)).toMatchObject({ status: 200, contentType: "application/json" });
  });

  it("v3 says 404 in plain text for what it removed, and kept two paths", async () => {
    for (const path of [...V1_ONLY, "/api/unknown"])
      expect(await get("v3", path)).toMatchObject({
        status: 404,
        contentType: "text/plain; charset=utf-8",
        text: "404 page not found\n",
      });
    for (const path of [...V3_ONLY, ...ALWAYS])
      expect(await get("v3", path)).toMatchObject({ status: 200, contentType: "application/json" });
    expect(await get("v3", "/search")).toMatchObject({
      status: 200,
      contentType: "text/html; charset=utf-8",
    });
  });

  it("both answer both", async () => {
    for (const path of [...V1_ONLY, ...V3_ONLY, ...ALWAYS])
      expect(await get("both", path)).toMatchObject({ status: 200, contentType: "application/json" });
    expect(await get("both", "/api/unknown")).toMatchObject({ contentType: "text/html; charset=utf-8" });
  });

  it("tells its health, and reads only", async () => {
    expect((await json("/health", "v3")).body).toMatchObject({
      status: "ok",
      traces: TRACES,
      spans: TRACES * 4,
    });
    const post = await fetch(`http://127.0.0.1:${stores.get("both")?.queryPort}/api/services`, {
      method: "POST",
    });
    expect(post.status).toBe(405);
  });
});

describe("an empty store", () => {
  it("has null where Jaeger has", async () => {
    const empty = await startTraceStore({
      queryPort: 0,
      otlpHttpPort: 0,
      otlpGrpcPort: 0,
      basePath: "/jaeger",
    });
    const read = async (path: string) => (await fetch(`http://127.0.0.1:${empty.queryPort}${path}`)).text();
    try {
      expect(await read("/jaeger/api/services")).toBe(
        '{"data":null,"total":0,"limit":0,"offset":0,"errors":null}',
      );
      expect(await read("/jaeger/api/v3/services")).toBe("{}");
      expect(await read("/api/services")).toContain("<!doctype html>");
    } finally {
      await empty.stop();
    }
  });
});
