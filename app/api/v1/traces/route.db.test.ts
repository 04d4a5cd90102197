import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { createApiKey } from "@/lib/api-keys/commands";
import { DEFAULT_TEAM_ID } from "@/lib/auth/actor";
import type { Transaction } from "@/lib/db/client";
import { log } from "@/lib/observability/log";
import { type TraceAnswer, type TraceList, traceAnswerSchema, traceListSchema } from "@/lib/traces/schema";
import { closeUpstreamConnections } from "@/lib/upstream/fetch";
import type { Generation } from "@/stack/trace-store/query-server";
import {
  BASE_SECONDS,
  chatTrace,
  sampleRequest,
  sampleSpan,
  sendJsonTraces,
} from "@/stack/trace-store/sample-traces";
import { type RunningTraceStore, startTraceStore } from "@/stack/trace-store/server";
import { asUser, withTestTransaction } from "@/testing/database";
import { freePort } from "@/testing/ports";
import { GET as getTrace } from "./[trace]/route";
import { GET as getOperations } from "./operations/route";
import { GET as search } from "./route";
import { GET as getServices } from "./services/route";

vi.mock("next/headers", () => ({ cookies: async () => ({ get: () => undefined, getAll: () => [] }) }));

type Handler = (
  request: Request,
  context: { params: Promise<Record<string, string | string[]>> },
) => Promise<Response>;

const SECRET = "MARKED-CONTENT";
const SECRET_TRACE = "5ec2e70000000000000000000000feed";
const window = { start: String(BASE_SECONDS - 600), end: String(BASE_SECONDS + 600) };
const generations: Generation[] = ["v1", "v3", "both"];
const stores = new Map<Generation, RunningTraceStore>();

/** A trace with marked content in every place that OTLP has for one. */
function markedRequest() {
  const long = `${SECRET} `.repeat(40);
  const keys = [
    "gen_ai.input.messages",
    "gen_ai.output.messages",
    "gen_ai.system_instructions",
    "gen_ai.prompt.0.content",
    "gen_ai.completion.0.content",
    "gen_ai.tool.call.arguments",
    "gen_ai.tool.call.result",
    "input.value",
    "output.value",
    "llm.input_messages.0.message.content",
    "exception.message",
    "exception.stacktrace",
    "baggage.prompt",
  ];
  const text = (key: string, stringValue: string) => ({ key, value: { stringValue } });
  const nested = {
    key: "some.list",
    value: {
      arrayValue: {
        values: [{ kvlistValue: { values: [text("role", "user"), text("content", SECRET)] } }],
      },
    },
  };
  const attributes = [
    ...keys.map((key) => text(key, SECRET)),
    text("some.long.text", long),
    text("plain", "shown"),
    nested,
  ];
  const at = (seconds: number) => String(BigInt(BASE_SECONDS + seconds) * 1_000_000_000n);
  return {
    resourceSpans: [
      {
        resource: { attributes: [text("service.name", "chat"), ...attributes] },
        scopeSpans: [
          {
            scope: { name: long, version: long },
            spans: [
              {
                traceId: SECRET_TRACE,
                spanId: "00000000000000aa",
                name: "chat",
                kind: 2,
                traceState: `vendor=${SECRET}`,
                startTimeUnixNano: at(1),
                endTimeUnixNano: at(3),
                attributes,
                events: [
                  { timeUnixNano: at(2), name: "exception", attributes },
                  {
                    timeUnixNano: at(2),
                    name: "gen_ai.user.message",
                    attributes: [text("my.own.field", SECRET)],
                  },
                  { timeUnixNano: at(2), name: long, attributes: [text("body", SECRET)] },
                ],
                links: [{ traceId: SECRET_TRACE, spanId: "00000000000000bb", attributes }],
                status: { code: 2, message: SECRET },
              },
              {
                traceId: SECRET_TRACE,
                spanId: "00000000000000bb",
                parentSpanId: "00000000000000aa",
                name: long,
                startTimeUnixNano: at(1),
                endTimeUnixNano: at(2),
              },
            ],
          },
        ],
      },
    ],
  };
}

beforeAll(async () => {
  for (const generation of generations) {
    const store = await startTraceStore({ queryPort: 0, otlpHttpPort: 0, otlpGrpcPort: 0, generation });
    stores.set(generation, store);
    for (let number = 1; number <= 6; number += 1)
      await sendJsonTraces(
        store.otlpHttpPort,
        sampleRequest(chatTrace(number, { startMs: number * 1_000, isFailed: number === 3 })),
      );
    await sendJsonTraces(store.otlpHttpPort, markedRequest());
  }
});

afterAll(async () => {
  await closeUpstreamConnections();
  await Promise.all([...stores.values()].map((store) => store.stop()));
});

async function viewerKey(tx: Transaction): Promise<string> {
  const { secret } = await createApiKey(await asUser(tx, "admin"), {
    name: `test-${randomUUID()}`,
    role: "viewer",
    scopes: [],
    expiresAt: null,
    now: new Date(),
  });
  return secret;
}

const sourceOf = (tx: Transaction, url: string, name = `j-${randomUUID()}`) =>
  tx.source.create({ data: { teamId: DEFAULT_TEAM_ID, kind: "jaeger", name, url } });

const storeUrl = (generation: Generation) => `http://127.0.0.1:${stores.get(generation)!.queryPort}`;

async function ask<Body = Record<string, unknown>>(
  handler: Handler,
  key: string | null,
  query: Record<string, string> = {},
  params: Record<string, string> = {},
): Promise<{ status: number; type: string | null; text: string; body: Body }> {
  const response = await handler(
    new Request(`http://127.0.0.1:3000/api/v1/traces?${new URLSearchParams(query)}`, {
      headers: {
        host: "127.0.0.1:3000",
        ...(key === null ? {} : { authorization: `Bearer ${key}` }),
      },
    }),
    { params: Promise.resolve(params) },
  );
  const text = await response.text();
  return {
    status: response.status,
    type: response.headers.get("content-type"),
    text,
    body: JSON.parse(text) as Body,
  };
}

/** Runs against one store, as a viewer; other sources of the team's are out of the way. */
const withStore = (
  generation: Generation,
  run: (tx: Transaction, key: string, source: string) => Promise<void>,
) =>
  withTestTransaction(async (tx) => {
    await tx.source.updateMany({
      where: { teamId: DEFAULT_TEAM_ID, kind: "jaeger", validTo: null },
      data: { validTo: new Date() },
    });
    const { name } = await sourceOf(tx, storeUrl(generation));
    await run(tx, await viewerKey(tx), name);
  });

describe.each(generations)("200, from a Jaeger that has %s", (generation) => {
  it("searches, with what was asked for", () =>
    withStore(generation, async (_tx, key, source) => {
      const all = await ask<TraceList>(search, key, { ...window, limit: "100" });
      expect(all.status, all.text).toBe(200);
      traceListSchema.parse(all.body);
      expect(all.body.items).toHaveLength(7);
      expect(all.body.sources).toEqual([source]);
      expect(all.body.items.map(({ start }) => start)).toEqual(
        all.body.items.map(({ start }) => start).toSorted((a, b) => b - a),
      );

      const [sample] = all.body.items;
      const service = sample!.service!;
      const failed = await ask<TraceList>(search, key, { ...window, service, tags: "error=true" });
      const expected = all.body.items.filter(
        (item) => (item.services.find(({ name }) => name === service)?.errorSpanCount ?? 0) > 0,
      );
      expect(failed.body.items.map(({ traceId }) => traceId)).toEqual(expected.map(({ traceId }) => traceId));

      const none = await ask<TraceList>(search, key, { ...window, service, minDuration: "1h" });
      expect(none.body.items).toEqual([]);
    }));

  it("applies OR by searches of their own, and NOT to what came back, and says so", () =>
    withStore(generation, async (_tx, key) => {
      const ids = async (tags: string) => {
        const { body, text } = await ask<TraceList>(search, key, { ...window, service: "chat", tags });
        expect(body.items, text).toBeDefined();
        return { ids: body.items.map(({ traceId }) => traceId), notes: body.notes };
      };
      expect((await ids("plain=shown")).ids).toEqual([SECRET_TRACE]);
      expect((await ids("plain=other OR plain=shown")).ids).toEqual([SECRET_TRACE]);
      expect((await ids("error=true NOT plain=shown")).ids).toEqual([]);
      const kept = await ids("plain=shown -plain=other");
      expect(kept.ids).toEqual([SECRET_TRACE]);
      expect(kept.notes.join()).toContain("Jaeger has no NOT");
    }));

  it("shows a trace in the order of its tree", () =>
    withStore(generation, async (_tx, key) => {
      const { traceId } = (await ask<TraceList>(search, key, window)).body.items.find(
        ({ spanCount }) => spanCount > 2,
      )!;
      const { status, body, text } = await ask<TraceAnswer>(getTrace, key, {}, { trace: traceId });
      expect(status, text).toBe(200);
      traceAnswerSchema.parse(body);
      expect(body.traceId).toBe(traceId);
      expect(body.spans[0]).toMatchObject({ depth: 0, parentSpanId: null, onCriticalPath: true });
      body.spans.forEach((span, index) => {
        const before = body.spans[index - 1];
        if (before) expect(span.depth).toBeLessThanOrEqual(before.depth + 1);
        expect(span.selfTime).toBeLessThanOrEqual(span.duration);
      });
    }));

  it("says the slowest of a window, and how it knows", () =>
    withStore(generation, async (_tx, key) => {
      const { body } = await ask<TraceList>(search, key, { ...window, order: "slowest", limit: "3" });
      const all = (await ask<TraceList>(search, key, { ...window, limit: "100" })).body.items;
      expect(body.items).toHaveLength(3);
      expect(body.items[0]!.duration).toBe(Math.max(...all.map(({ duration }) => duration)));
    }));

  it("names services and their operations, and does not guess which is the console's", () =>
    withStore(generation, async (tx, key) => {
      const services = await ask(getServices, key);
      expect(services.status, services.text).toBe(200);
      expect(services.text).toContain('"chat"');
      expect(services.body.match).toBeNull();
      const operations = await ask(getOperations, key, { service: "chat" });
      expect(operations.body.items).toEqual([{ name: "chat", kind: "server" }]);

      const prometheus = await tx.source.create({
        data: {
          teamId: DEFAULT_TEAM_ID,
          kind: "prometheus",
          name: `p-${randomUUID()}`,
          url: "http://127.0.0.1:1",
        },
      });
      const name = `no-such-${randomUUID()}`;
      await tx.service.create({
        data: {
          teamId: DEFAULT_TEAM_ID,
          sourceId: prometheus.id,
          name,
          identity: { job: name },
          selector: { profiles: [], scrapeInterval: 15 },
        } as never,
      });
      const matched = await ask(getServices, key, { about: name });
      expect(matched.body.match).toEqual({
        service: null,
        reason: `No service in traces is called ${name}.`,
      });
    }));

  it("gives no content away, in no answer and no line of the log", () =>
    withStore(generation, async (_tx, key) => {
      const lines: string[] = [];
      for (const level of ["trace", "debug", "info", "warn", "error", "fatal"] as const)
        vi.spyOn(log, level).mockImplementation((...given: unknown[]) => {
          lines.push(
            JSON.stringify(given, (_, value) =>
              value instanceof Error ? { ...value, message: value.message, stack: value.stack } : value,
            ),
          );
        });
      const stored = await fetch(
        generation === "v3"
          ? `${storeUrl(generation)}/api/v3/traces/${SECRET_TRACE}`
          : `${storeUrl(generation)}/api/traces/${SECRET_TRACE}`,
      );
      expect(await stored.text(), "the store holds it").toContain(SECRET);

      const answers = [
        await ask(getTrace, key, {}, { trace: SECRET_TRACE }),
        await ask(search, key, window),
        await ask(search, key, { ...window, service: "chat", tags: "plain=shown -plain=x" }),
        await ask(getServices, key),
        await ask(getOperations, key, { service: "chat" }),
      ];
      for (const { status, text } of answers) {
        expect(status, text).toBe(200);
        expect(text).not.toContain(SECRET);
      }
      expect(answers[0]!.body.redacted).toBeGreaterThan(20);
      expect(answers[0]!.text).toContain('"plain":"shown"');
      expect(lines.join("\n")).not.toContain(SECRET);
      vi.restoreAllMocks();
    }));

  it("finds nothing by content: whether something is found would tell what was said", () =>
    withStore(generation, async (_tx, key) => {
      const { status, body } = await ask(search, key, { ...window, tags: `gen_ai.input.messages=${SECRET}` });
      expect(status).toBe(400);
      expect(body.fields).toEqual([
        { path: "tags", message: "gen_ai.input.messages carries content, which cannot be searched by" },
      ]);
    }));
});

describe("slowest first", () => {
  const service = "busy";
  const many = 150;
  let store: RunningTraceStore;
  beforeAll(async () => {
    store = await startTraceStore({ queryPort: 0, otlpHttpPort: 0, otlpGrpcPort: 0, generation: "both" });
    // The slower, the earlier: the most recent ones are the fastest.
    const spans = Array.from({ length: many }, (_, index) =>
      sampleSpan(
        { name: "work", startMs: index * 1_000, durationMs: 10 * (many - index) },
        {
          traceId: (index + 1).toString(16).padStart(32, "0"),
          spanId: (index + 1).toString(16).padStart(16, "0"),
        },
      ),
    );
    await sendJsonTraces(store.otlpHttpPort, sampleRequest({ [service]: spans }));
  });
  afterAll(() => store.stop());

  it("finds the slowest of the window though Jaeger gives the latest, and says from where on they are all", () =>
    withTestTransaction(async (tx) => {
      await tx.source.updateMany({ where: { kind: "jaeger" }, data: { validTo: new Date() } });
      await sourceOf(tx, `http://127.0.0.1:${store.queryPort}`);
      const key = await viewerKey(tx);
      const asked = { ...window, service, limit: "20" };
      const latest = await ask<TraceList>(search, key, asked);
      expect(latest.body.items[0]!.duration).toBe(10_000);
      expect(latest.body.notes).toEqual([
        "Of busy there are 20 traces or more in the window; the latest are here.",
      ]);
      const slowest = await ask<TraceList>(search, key, { ...asked, order: "slowest" });
      const durations = slowest.body.items.map(({ duration }) => duration / 10_000);
      expect(durations.length).toBeGreaterThanOrEqual(10);
      // Every one of the slowest, without a gap.
      expect(durations).toEqual(durations.map((_, index) => many - index));
      expect(slowest.body.notes).toEqual([
        expect.stringMatching(/^Every trace of the window with a span of at least .* is here/),
      ]);
    }));
});

describe("sources that are down", () => {
  it("are named, beside what the others have", () =>
    withStore("both", async (tx, key) => {
      await sourceOf(tx, `http://127.0.0.1:${await freePort()}`, "down");
      const { status, body } = await ask<TraceList>(search, key, window);
      expect(status).toBe(200);
      expect(body.items).toHaveLength(7);
      expect(body.failed).toMatchObject([{ source: "down", code: "upstream_unavailable" }]);
      const trace = await ask<TraceAnswer>(getTrace, key, {}, { trace: SECRET_TRACE });
      expect(trace.body.failed).toMatchObject([{ source: "down" }]);
      // It may be in the one that is down: nobody says that it is not there.
      const unknown = await ask(getTrace, key, {}, { trace: "abc" });
      expect([unknown.status, unknown.body.code]).toEqual([502, "upstream_unavailable"]);
    }));

  it("are the answer when there is no other", () =>
    withTestTransaction(async (tx) => {
      await tx.source.updateMany({ where: { kind: "jaeger" }, data: { validTo: new Date() } });
      await sourceOf(tx, `http://127.0.0.1:${await freePort()}`);
      const { status, type, body } = await ask(search, await viewerKey(tx), window);
      expect([status, type?.split(";")[0], body.code]).toEqual([
        502,
        "application/problem+json",
        "upstream_unavailable",
      ]);
    }));

  it("that answer with a page of their own are named too", () =>
    withTestTransaction(async (tx) => {
      await tx.source.updateMany({ where: { kind: "jaeger" }, data: { validTo: new Date() } });
      const page = createServer((_, response) => response.end("<!doctype html><title>Sign in</title>"));
      await new Promise<void>((resolve) => page.listen(0, "127.0.0.1", resolve));
      await sourceOf(tx, `http://127.0.0.1:${(page.address() as AddressInfo).port}`);
      expect((await ask(search, await viewerKey(tx), window)).status).toBe(502);
      page.closeAllConnections();
      page.close();
    }));
});

describe("400", () => {
  it.each([
    [{ start: "10", end: "5" }, "start"],
    [{ start: "0", end: String(30 * 86_400) }, "start"],
    [{ start: "yesterday" }, "start"],
    [{ operation: "chat" }, "operation"],
    [{ minDuration: "2s", maxDuration: "1s" }, "maxDuration"],
    [{ minDuration: "fast" }, "minDuration"],
    [{ tags: "error" }, "tags"],
    [{ limit: "1000" }, "limit"],
  ] as [Record<string, string>, string][])("%o", (query, field) =>
    withStore("both", async (_tx, key) => {
      const { status, body } = await ask(search, key, query);
      expect(status).toBe(400);
      expect(body.fields).toMatchObject([{ path: field }]);
    }),
  );

  it("for what is no id", () =>
    withStore("both", async (_tx, key) => {
      expect((await ask(getTrace, key, {}, { trace: "not-hex" })).status).toBe(400);
    }));
});

it("401 without a key, 404 for a trace or a source that is not there", () =>
  withStore("both", async (_tx, key) => {
    expect((await ask(search, null, window)).status).toBe(401);
    expect((await ask(search, key, { ...window, source: "none" })).status).toBe(404);
    expect((await ask(getTrace, key, {}, { trace: "abc" })).status).toBe(404);
  }));

it("200 with nothing where no Jaeger is connected", () =>
  withTestTransaction(async (tx) => {
    await tx.source.updateMany({ where: { kind: "jaeger" }, data: { validTo: new Date() } });
    const key = await viewerKey(tx);
    expect((await ask(search, key, window)).body).toMatchObject({ items: [], sources: [], failed: [] });
    expect((await ask(getServices, key)).body).toMatchObject({ items: [], sources: [], failed: [] });
  }));
