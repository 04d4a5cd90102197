import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pino from "pino";
import protobuf from "protobufjs";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { stringify } from "yaml";
import { demoDeployments } from "../deployment";
import { Fleet } from "../history";
import { clock, close, listen } from "../http";
import { scrapeConfigs } from "../prometheus";
import { createTelemetry, type Telemetry } from "../telemetry";
import { startGateway } from "./gateway";
import { startLoad } from "./load";
import { startLoadBalancer } from "./load-balancer";
import type { Running } from "./running";
import { startServer } from "./server";

const hasPrometheus = spawnSync("prometheus", ["--version"]).status === 0;
const log = pino({ level: "silent" });
const host = "127.0.0.1";
const model = demoDeployments[0]!.model;
const off = createTelemetry(undefined, "test");

const url = ({ port }: { port: number }) => `http://${host}:${port}`;

function server(index: 0 | 1, more: Partial<Parameters<typeof startServer>[0]> = {}): Promise<Running> {
  const deployment = demoDeployments[index]!;
  return startServer({
    host,
    port: 0,
    deployment,
    seed: 1,
    loadSeconds: 0,
    rate: 5,
    telemetry: off,
    log,
    ...more,
  });
}

function ask(
  target: Running,
  body: object | string,
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(`${url(target)}/v1/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
}

const question = { model, messages: [{ role: "user", content: "How warm is the cache?" }], max_tokens: 20 };

function misbehave(target: Running, body: object | string): Promise<Response> {
  return fetch(`${url(target)}/scenario`, {
    method: "POST",
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
}

describe("server", () => {
  let running: Running;
  beforeAll(async () => {
    running = await server(0);
  });
  afterAll(() => running.stop());

  it("answers a completion with text, usage and its version", async () => {
    const response = await ask(running, question);
    expect(response.status).toBe(200);
    expect(response.headers.get("x-model-version")).toBe("v1.2.0");
    const body = await response.json();
    expect(body).toMatchObject({ object: "chat.completion", model, system_fingerprint: "v1.2.0" });
    expect(body.choices[0].finish_reason).toMatch(/stop|length/);
    expect(body.choices[0].message.content.split(" ")).toHaveLength(body.usage.completion_tokens);
    expect(body.usage.total_tokens).toBe(body.usage.prompt_tokens + body.usage.completion_tokens);
  });

  it("streams tokens as the model emits them, the same number as it counts", async () => {
    const response = await ask(running, {
      ...question,
      max_tokens: 40,
      stream: true,
      stream_options: { include_usage: true },
    });
    expect(response.headers.get("content-type")).toContain("text/event-stream");
    const events = (await response.text()).trim().split("\n\n");
    expect(events.pop()).toBe("data: [DONE]");
    const chunks = events.map((event) => JSON.parse(event.slice("data: ".length)));
    const usage = chunks.pop().usage;
    expect(chunks[0].choices[0].delta).toEqual({ role: "assistant" });
    expect(chunks.at(-1).choices[0].finish_reason).toMatch(/stop|length/);
    const text = chunks.map(({ choices }) => choices[0].delta.content ?? "").join("");
    expect(text.split(" ")).toHaveLength(usage.completion_tokens);
  });

  it.each([
    ["no JSON", "{", 400, /not JSON/],
    ["no messages", { model, messages: [] }, 400, /messages/],
    ["a temperature out of range", { ...question, temperature: 3 }, 400, /temperature/],
    [
      "a prompt that is too long",
      { ...question, messages: [{ role: "user", content: "x".repeat(40_000) }] },
      400,
      /8191/,
    ],
    ["another model", { ...question, model: "gpt-2" }, 404, /gpt-2/],
  ])("refuses %s", async (_what, body, status, message) => {
    const response = await ask(running, body);
    expect(response.status).toBe(status);
    const { error } = await response.json();
    expect(error).toMatchObject({ type: "input_validation", code: status });
    expect(error.message).toMatch(message);
  });

  it("lists its model", async () => {
    const body = await (await fetch(`${url(running)}/v1/models`)).json();
    expect(body).toMatchObject({
      object: "list",
      data: [{ id: model, owned_by: "vllm", max_model_len: 8192 }],
    });
  });

  it("counts what it answered in its metrics", async () => {
    const text = await (await fetch(`${url(running)}/metrics`)).text();
    expect(Number(/^llm_requests_total (\d+)/m.exec(text)![1])).toBe(7);
    expect(text).toContain('llm_errors_total{type="input_validation"} 5\n');
    expect(text).toMatch(/^http_requests_total\{.*status="4xx"\} 5$/m);
  });

  it("answers 404 and 405 elsewhere", async () => {
    expect((await fetch(`${url(running)}/v2`)).status).toBe(404);
    const response = await fetch(`${url(running)}/v1/chat/completions`);
    expect([response.status, response.headers.get("allow")]).toEqual([405, "POST"]);
  });

  it("refuses an address that is none, and goes on", async () => {
    const status = await new Promise((resolve, reject) => {
      http
        .get({ host, port: running.port, path: "//" }, (response) => resolve(response.statusCode))
        .on("error", reject);
    });
    expect(status).toBe(400);
    expect((await fetch(`${url(running)}/health/live`)).status).toBe(200);
  });

  it("ends a request whose client went away, as aborted", async () => {
    const gone = new AbortController();
    const response = await fetch(`${url(running)}/v1/chat/completions`, {
      method: "POST",
      body: JSON.stringify({ ...question, max_tokens: 2000, stream: true }),
      signal: gone.signal,
    });
    expect(response.status).toBe(200);
    gone.abort();
    await vi.waitFor(async () => {
      const text = await (await fetch(`${url(running)}/metrics`)).text();
      expect(text).toMatch(/vllm:request_success_total\{.*finished_reason="abort"\} 1/);
      expect(text).toMatch(/vllm:num_requests_running\{.*\} 0/);
    });
  });

  it("says which port is taken", async () => {
    await expect(server(0, { port: running.port })).rejects.toThrow(`Port ${running.port} is taken`);
  });
});

describe("health", () => {
  it("is live at once, ready when the model is loaded", async () => {
    const running = await server(0, { loadSeconds: 0.4 });
    const ready = () => fetch(`${url(running)}/health/ready`);
    const first = await ready();
    expect([first.status, (await first.json()).reason]).toEqual([503, "model loading"]);
    expect((await fetch(`${url(running)}/health/live`)).status).toBe(200);
    expect((await ask(running, question)).status).toBe(503);
    await vi.waitFor(async () => expect((await ready()).status).toBe(200));
    await running.stop();
  });

  it("is not ready while GPU memory is low", async () => {
    const running = await server(0);
    await misbehave(running, { kind: "gpu_memory_leak", mib_per_minute: 100_000 });
    const reason = async () => (await (await fetch(`${url(running)}/health/ready`)).json()).reason;
    await vi.waitFor(async () => expect(await reason()).toBe("low memory"), {
      timeout: 15_000,
      interval: 200,
    });
    await misbehave(running, { kind: "reset" });
    await vi.waitFor(async () => expect(await reason()).toBeUndefined(), { timeout: 5000, interval: 200 });
    await running.stop();
  });
});

describe("a saved replica", () => {
  it("goes on where it stood: counters rise from there", async () => {
    const now = clock();
    const fleet = new Fleet({ seed: 1, rate: 5 }, now - 600);
    fleet.advance(now - 20);
    const [replica] = fleet.replicas;
    const { version, instance } = demoDeployments[0]!;
    const saved = { format: 1 as const, version, instance, state: replica!.state() };
    const before = replica!.metrics.requests.value;
    const running = await server(0, { saved });
    const text = await (await fetch(`${url(running)}/metrics`)).text();
    const after = Number(/^llm_requests_total (\d+)/m.exec(text)![1]);
    // Twenty seconds of about 2.5 requests a second have been made up for.
    expect(after - before).toBeGreaterThan(10);
    expect(after - before).toBeLessThan(150);
    await running.stop();
  });
});

type SpanRecord = {
  service: string;
  name: string;
  traceId: string;
  spanId: string;
  parentSpanId: string;
  start: bigint;
  end: bigint;
  status: number;
  attributes: Record<string, unknown>;
};

const otlp = protobuf
  .parse(`
syntax = "proto3";
message AnyValue { oneof value { string string_value = 1; bool bool_value = 2; int64 int_value = 3; double double_value = 4; ArrayValue array_value = 5; } }
message ArrayValue { repeated AnyValue values = 1; }
message KeyValue { string key = 1; AnyValue value = 2; }
message Resource { repeated KeyValue attributes = 1; }
message Status { string message = 2; int32 code = 3; }
message Span { bytes trace_id = 1; bytes span_id = 2; bytes parent_span_id = 4; string name = 5; int32 kind = 6;
  fixed64 start_time_unix_nano = 7; fixed64 end_time_unix_nano = 8; repeated KeyValue attributes = 9; Status status = 15; }
message ScopeSpans { repeated Span spans = 2; }
message ResourceSpans { Resource resource = 1; repeated ScopeSpans scope_spans = 2; }
message Request { repeated ResourceSpans resource_spans = 1; }
`)
  .root.lookupType("Request");

type Decoded = {
  resourceSpans: {
    resource: { attributes: KeyValue[] };
    scopeSpans: { spans: Record<string, never>[] }[];
  }[];
};
type KeyValue = { key: string; value: Record<string, unknown> };

function attributesOf(pairs: KeyValue[] = []): Record<string, unknown> {
  const plain = (value: Record<string, unknown>): unknown => {
    const [kind, inner] = Object.entries(value)[0] ?? [];
    if (kind === "arrayValue")
      return ((inner as { values?: Record<string, unknown>[] }).values ?? []).map(plain);
    return kind === "intValue" ? Number(inner) : inner;
  };
  return Object.fromEntries(pairs.map(({ key, value }) => [key, plain(value)]));
}

/** Receives OTLP/HTTP protobuf and keeps the spans. */
async function startReceiver(): Promise<{ running: Running; spans: SpanRecord[] }> {
  const spans: SpanRecord[] = [];
  const receiver = http.createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const decoded = otlp.toObject(otlp.decode(Buffer.concat(chunks)), { longs: String }) as Decoded;
    for (const { resource, scopeSpans } of decoded.resourceSpans) {
      const service = attributesOf(resource.attributes)["service.name"] as string;
      for (const span of scopeSpans.flatMap((scope) => scope.spans)) {
        const raw = span as unknown as Record<string, Buffer & string> & {
          attributes: KeyValue[];
          status?: { code?: number };
        };
        spans.push({
          service,
          name: raw.name!,
          traceId: raw.traceId!.toString("hex"),
          spanId: raw.spanId!.toString("hex"),
          parentSpanId: raw.parentSpanId?.toString("hex") ?? "",
          start: BigInt(raw.startTimeUnixNano!),
          end: BigInt(raw.endTimeUnixNano!),
          status: raw.status?.code ?? 0,
          attributes: attributesOf(raw.attributes),
        });
      }
    }
    response.writeHead(200, { "content-type": "application/x-protobuf" }).end();
  });
  const port = await listen(receiver, host, 0);
  return { running: { port, stop: () => close(receiver) }, spans };
}

describe("the whole chain", () => {
  const services = new Map<string, Running>();
  const telemetries: Telemetry[] = [];
  let receiver: Awaited<ReturnType<typeof startReceiver>>;
  let gateway: Running;

  beforeAll(async () => {
    receiver = await startReceiver();
    const telemetry = (instance: string) => {
      const created = createTelemetry(url(receiver.running), instance);
      telemetries.push(created);
      return created;
    };
    for (const index of [0, 1] as const) {
      services.set(
        `server ${index}`,
        await server(index, { telemetry: telemetry(demoDeployments[index]!.instance) }),
      );
    }
    const upstreams = [services.get("server 0")!, services.get("server 1")!].map(url);
    const common = { host, port: 0, log };
    const balancer = await startLoadBalancer({ ...common, upstreams, seed: 1, telemetry: telemetry("lb") });
    services.set("balancer", balancer);
    // The load generator needs the gateway's address and the gateway the load generator's: one port is fixed before.
    const loadPort = await freePort();
    const loads = [`http://${host}:${loadPort}`];
    gateway = await startGateway({
      ...common,
      upstream: url(balancer),
      loads,
      telemetry: telemetry("gateway"),
    });
    services.set("gateway", gateway);
    const traffic = { seed: 1, rate: 6 };
    services.set(
      "load",
      await startLoad({
        ...common,
        port: loadPort,
        upstream: url(gateway),
        model,
        traffic,
        telemetry: telemetry("load"),
      }),
    );
  });

  afterAll(async () => {
    for (const running of [...services.values()].reverse()) await running.stop();
    await Promise.all(telemetries.map((telemetry) => telemetry.shutdown()));
    await receiver.running.stop();
  });

  const chain = [
    ["llm-client", `chat ${model}`],
    ["api-gateway", "POST /v1/chat/completions"],
    ["load-balancer", "POST /v1/chat/completions"],
    ["inference-server", "POST /v1/chat/completions"],
    ["inference-server", "generate"],
    ["model", "llm_request"],
  ];

  /** Spans from the model's up to the client's, found by their parents; undefined while some are on their way. */
  function findChain(): SpanRecord[] | undefined {
    const byId = new Map(receiver.spans.map((span) => [span.spanId, span]));
    for (const leaf of receiver.spans.filter(({ service }) => service === "model")) {
      const found = [leaf];
      for (let parent = byId.get(leaf.parentSpanId); parent; parent = byId.get(parent.parentSpanId))
        found.unshift(parent);
      if (found[0]!.service === "llm-client") return found;
    }
    return undefined;
  }

  it("is one trace over five services with real parents, each span within its parent", async () => {
    const found = await vi.waitFor(
      () => {
        const complete = findChain();
        expect(complete).toBeDefined();
        return complete!;
      },
      { timeout: 18_000, interval: 100 },
    );
    expect(found.map(({ service, name }) => [service, name])).toEqual(chain);
    expect(new Set(found.map(({ traceId }) => traceId)).size).toBe(1);
    expect(found[0]!.parentSpanId).toBe("");
    for (const [i, span] of found.entries()) {
      expect(span.end).toBeGreaterThanOrEqual(span.start);
      // The processes' clocks read the same source; a millisecond covers its rounding.
      if (i > 0) expect(span.start).toBeGreaterThanOrEqual(found[i - 1]!.start - 1_000_000n);
      if (i > 0) expect(span.end).toBeLessThanOrEqual(found[i - 1]!.end + 1_000_000n);
    }
    const server = found[3]!;
    const tokenize = receiver.spans.find(
      ({ parentSpanId, name }) => parentSpanId === server.spanId && name === "tokenize",
    );
    expect(tokenize).toBeDefined();

    const { attributes } = found.at(-1)!;
    for (const phase of ["queue", "model_prefill", "model_decode", "model_inference"]) {
      expect(attributes[`gen_ai.latency.time_in_${phase}`]).toBeTypeOf("number");
    }
    expect(attributes["model.version"]).toMatch(/^v1\.[23]\.0$/);
    expect(attributes["gen_ai.usage.completion_tokens"]).toBeGreaterThan(0);
    expect(attributes["gpu.ids"]).toHaveLength(2);
    expect(attributes["gen_ai.response.finish_reasons"]).toHaveLength(1);
    const sums =
      (attributes["gen_ai.latency.time_in_queue"] as number) +
      (attributes["gen_ai.latency.time_in_model_inference"] as number);
    expect(attributes["gen_ai.latency.e2e"] as number).toBeGreaterThanOrEqual(sums);
    expect(found[0]!.attributes).toMatchObject({
      "http.response.status_code": 200,
      "gen_ai.request.model": model,
    });
  });

  it("never puts the prompt into a span", async () => {
    await ask(gateway, {
      ...question,
      max_tokens: 2,
      messages: [{ role: "user", content: "a secret of mine" }],
    });
    await vi.waitFor(
      () =>
        expect(receiver.spans.some(({ attributes }) => attributes["gen_ai.request.max_tokens"] === 2)).toBe(
          true,
        ),
      {
        timeout: 5000,
      },
    );
    const all = JSON.stringify(receiver.spans, (_key, value) =>
      typeof value === "bigint" ? String(value) : value,
    );
    expect(all).not.toMatch(/a secret of mine|all work and no play/);
  });

  it("shows the metrics of both servers as one", async () => {
    const text = await (await fetch(`${url(gateway)}/metrics`)).text();
    expect(text).toMatch(/^llm_requests_total\{instance="chat-api-v1-0",version="v1.2.0"\} \d+$/m);
    expect(text).toMatch(/^llm_requests_total\{instance="chat-api-v2-0",version="v1.3.0"\} \d+$/m);
    expect(text.match(/^# TYPE llm_requests_total/gm)).toHaveLength(1);
  });

  it("passes scenarios to whom they concern, and lists them", async () => {
    const applied = async (body: object) => {
      const { items } = await (await misbehave(gateway, body)).json();
      return items
        .filter((item: { applied: boolean }) => item.applied)
        .map((item: { instance: string }) => item.instance);
    };
    expect(await applied({ kind: "slower_version", version: "v1.3.0" })).toEqual(["chat-api-v2-0"]);
    expect(await applied({ kind: "longer_prompts" })).toEqual(["load"]);
    const { items } = await (await fetch(`${url(gateway)}/scenario`)).json();
    expect(items.map(({ active }: { active: unknown[] }) => active.length)).toEqual([0, 1, 1]);
    expect(await applied({ kind: "reset" })).toEqual(["chat-api-v1-0", "chat-api-v2-0", "load"]);
  });

  it.each([
    ["{", 400, /not JSON/],
    [{ kind: "meteor" }, 400, /kind/],
    [{ kind: "errors", type: "oom", rate: 7 }, 400, /rate/],
    [{ kind: "slower_version", version: "v9" }, 404, /v9/],
  ])("refuses the scenario %j", async (body, status, detail) => {
    const response = await misbehave(gateway, body);
    expect(response.status).toBe(status);
    expect(response.headers.get("content-type")).toBe("application/problem+json");
    expect((await response.json()).detail).toMatch(detail);
  });

  it("answers errors of a scenario with their type, and marks the spans", async () => {
    await misbehave(gateway, { kind: "errors", type: "model_error", rate: 1 });
    const response = await ask(gateway, { ...question, max_tokens: 3 });
    expect(response.status).toBe(500);
    expect((await response.json()).error.type).toBe("model_error");
    await misbehave(gateway, { kind: "reset" });
    await vi.waitFor(
      () => {
        const failed = receiver.spans.filter(({ attributes }) => attributes["error.type"] === "model_error");
        expect(failed.some(({ service, status }) => service === "model" && status === 2)).toBe(true);
        expect(failed.some(({ service, status }) => service === "inference-server" && status === 2)).toBe(
          true,
        );
      },
      { timeout: 5000 },
    );
  });

  it("goes on with one server when the other is lost, and takes it back", async () => {
    await misbehave(gateway, { kind: "lost_replica", version: "v1.2.0" });
    await expect(fetch(`${url(services.get("server 0")!)}/metrics`)).rejects.toThrow();
    const versions = new Set<string | null>();
    for (let i = 0; i < 8; i++) {
      const response = await ask(gateway, { ...question, max_tokens: 1 });
      expect(response.status).toBe(200);
      versions.add(response.headers.get("x-model-version"));
      await response.text();
    }
    expect([...versions]).toEqual(["v1.3.0"]);
    await misbehave(gateway, { kind: "reset" });
    const upstreams = async () => (await (await fetch(`${url(gateway)}/health/ready`)).json()).upstreams;
    await vi.waitFor(
      async () => expect((await upstreams()).every(({ ready }: { ready: boolean }) => ready)).toBe(true),
      { timeout: 5000, interval: 100 },
    );
  });

  it.skipIf(!hasPrometheus)("is scraped by a real Prometheus, exemplars and all", async () => {
    const folder = mkdtempSync(join(tmpdir(), "inferscope-scrape-"));
    const servers = ([0, 1] as const).map((index) => {
      const { instance, version } = demoDeployments[index]!;
      return { address: `${host}:${services.get(`server ${index}`)!.port}`, instance, version };
    });
    const config = join(folder, "prometheus.yml");
    writeFileSync(config, stringify({ scrape_configs: scrapeConfigs({ servers, scrapeInterval: "1s" }) }));
    const port = await freePort();
    const child = spawn(
      "prometheus",
      [
        `--config.file=${config}`,
        `--storage.tsdb.path=${folder}/data`,
        `--web.listen-address=${host}:${port}`,
        "--enable-feature=exemplar-storage",
      ],
      { stdio: "ignore" },
    );
    const exited = new Promise((resolve) => child.once("exit", resolve));
    try {
      const query = async (path: string) =>
        (await (await fetch(`http://${host}:${port}/api/v1/${path}`)).json()).data;
      await vi.waitFor(
        async () => {
          const up = (await query("query?query=up")).result;
          expect(
            up.map(({ metric, value }: { metric: object; value: [number, string] }) => [metric, value[1]]),
          ).toEqual(
            servers.map(({ instance, version }) => [
              { __name__: "up", instance, job: "chat-api", version },
              "1",
            ]),
          );
          const exemplars = await query(
            `query_exemplars?query=vllm:time_to_first_token_seconds_bucket&start=${clock() - 60}&end=${clock() + 60}`,
          );
          expect(exemplars[0].exemplars[0].labels.trace_id).toMatch(/^[0-9a-f]{32}$/);
        },
        { timeout: 18_000, interval: 250 },
      );
    } finally {
      child.kill("SIGTERM");
      await exited;
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe("a collector that is away", () => {
  it("hurts neither answers nor the end", async () => {
    const telemetry = createTelemetry(`http://${host}:${await freePort()}`, "alone");
    const running = await server(0, { telemetry });
    expect((await ask(running, { ...question, max_tokens: 2 })).status).toBe(200);
    await running.stop();
    const began = clock();
    await telemetry.shutdown();
    expect(clock() - began).toBeLessThan(1.5);
  });
});

async function freePort(): Promise<number> {
  const probe = net.createServer();
  const port = await new Promise<number>((resolve) => {
    probe.listen(0, host, () => resolve((probe.address() as net.AddressInfo).port));
  });
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
