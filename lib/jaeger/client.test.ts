import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { closeUpstreamConnections } from "@/lib/upstream/fetch";
import { createJaegerClient, type JaegerClient } from "./client";

type Answer = { status?: number; type?: string; body: string };

let server: Server | undefined;

afterEach(async () => {
  await closeUpstreamConnections();
  server?.closeAllConnections();
  server?.close();
});

const PAGE: Answer = { type: "text/html", body: "<!doctype html><title>Jaeger UI</title>" };
const GONE: Answer = { status: 404, type: "text/plain", body: "404 page not found\n" };
const json = (value: unknown): Answer => ({ type: "application/json", body: JSON.stringify(value) });

/** Serves what `answer` says; returns a client of it and the paths that were asked. */
async function jaegerThat(
  answer: (path: string, query: URLSearchParams) => Answer | undefined,
): Promise<{ jaeger: JaegerClient; asked: string[] }> {
  const asked: string[] = [];
  server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://jaeger");
    asked.push(url.pathname);
    const found = answer(url.pathname, url.searchParams);
    // No answer: the request stays open.
    if (!found) return;
    response.writeHead(found.status ?? 200, { "content-type": found.type ?? "application/json" });
    response.end(found.body);
  });
  await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const target = {
    id: `jaeger-${port}`,
    kind: "jaeger" as const,
    url: `http://127.0.0.1:${port}/jaeger`,
    headers: {},
  };
  return { jaeger: createJaegerClient(target), asked };
}

const SEARCH = { service: "api", start: 1_760_000_000, end: 1_760_000_060 };

describe("choosing the generation", () => {
  it("takes v1 from a Jaeger that has both but no summaries: only v1 filters by attributes there", async () => {
    const { jaeger, asked } = await jaegerThat((path) => {
      if (path === "/jaeger/api/services")
        return json({ data: null, total: 0, limit: 0, offset: 0, errors: null });
      return path === "/jaeger/api/v3/services" ? json({ services: ["api"] }) : PAGE;
    });
    expect(await jaeger.generation()).toBe("v1");
    expect(await jaeger.services()).toEqual([]);
    expect(asked).toEqual(["/jaeger/api/v3/trace-summaries", "/jaeger/api/services", "/jaeger/api/services"]);
  });

  it("falls back to v3 with snake_case and whole traces where there is nothing else", async () => {
    const queries: string[] = [];
    const span = (spanId: string, more: object) => ({
      traceId: "0000000000000000000000000000000a",
      spanId,
      name: "work",
      kind: "SPAN_KIND_SERVER",
      startTimeUnixNano: "1760000001000000999",
      endTimeUnixNano: "1760000002000000000",
      ...more,
    });
    const of = (service: string, one: object) => ({
      result: {
        resourceSpans: [
          {
            resource: { attributes: [{ key: "service.name", value: { stringValue: service } }] },
            scopeSpans: [{ scope: {}, spans: [one] }],
          },
        ],
      },
    });
    const { jaeger } = await jaegerThat((path, query) => {
      if (path === "/jaeger/api/v3/services") return json({ services: ["api"] });
      if (path !== "/jaeger/api/v3/traces") return GONE;
      queries.push(query.toString());
      // Some gateways stream one object after the other.
      const first = JSON.stringify(of("api", span("0000000000000001", { parentSpanId: "" })));
      const second = of(
        "model",
        span("0000000000000002", { parentSpanId: "0000000000000001", status: { code: "STATUS_CODE_ERROR" } }),
      );
      return { type: "application/json", body: `${first}\n${JSON.stringify(second)}` };
    });
    expect(await jaeger.generation()).toBe("v3");
    expect(await jaeger.search(SEARCH)).toEqual([
      {
        traceId: "0000000000000000000000000000000a",
        rootServiceName: "api",
        rootName: "work",
        start: 1_760_000_001_000_000,
        duration: 999_999,
        spanCount: 2,
        errorSpanCount: 1,
        orphanSpanCount: 0,
        services: [
          { name: "api", spanCount: 1, errorSpanCount: 0 },
          { name: "model", spanCount: 1, errorSpanCount: 1 },
        ],
      },
    ]);
    expect(queries[0]).toBe(
      "query.service_name=api&query.start_time_min=2025-10-09T08%3A53%3A20.000000Z&query.start_time_max=2025-10-09T08%3A54%3A20.000000Z&query.num_traces=100",
    );
    // It passes over what it is asked of attributes.
    const failed = { ...SEARCH, attributes: { error: "true" } };
    expect(await jaeger.search(failed)).toEqual([]);
    expect(await jaeger.search({ ...failed, service: "model" })).toHaveLength(1);
  });

  it("probes anew when Jaeger was replaced by one of the other generation", async () => {
    let isNew = false;
    const { jaeger, asked } = await jaegerThat((path) => {
      if (isNew) {
        if (path === "/jaeger/api/v3/services") return json({ services: ["new"] });
        return path === "/jaeger/api/v3/trace-summaries" ? json({}) : GONE;
      }
      return path === "/jaeger/api/services" ? json({ data: ["old"] }) : PAGE;
    });
    expect(await jaeger.services()).toEqual(["old"]);
    isNew = true;
    expect(await jaeger.services()).toEqual(["new"]);
    isNew = false;
    expect(await jaeger.services()).toEqual(["old"]);
    const before = asked.length;
    await jaeger.services();
    expect(asked.length - before).toBe(1);
  });

  it("asks once which generation is there for callers that come together", async () => {
    const { jaeger, asked } = await jaegerThat((path) =>
      path === "/jaeger/api/services" ? json({ data: ["api"] }) : PAGE,
    );
    await Promise.all([jaeger.services(), jaeger.services(), jaeger.services()]);
    expect(asked.filter((path) => path.endsWith("trace-summaries"))).toHaveLength(1);
  });

  it("says what came instead when it is no Jaeger at all", async () => {
    const page = await jaegerThat(() => PAGE);
    await expect(page.jaeger.services()).rejects.toMatchObject({
      code: "upstream_unavailable",
      failure: "not_json",
    });
  });

  it("does not take a refusal for another generation", async () => {
    const { jaeger, asked } = await jaegerThat(() => ({
      status: 401,
      type: "text/plain",
      body: "who are you",
    }));
    await expect(jaeger.services()).rejects.toMatchObject({ code: "upstream_unauthorized" });
    expect(asked).toHaveLength(1);
  });
});

describe("what comes back", () => {
  it("falls back to the dependencies that outlived their generation", async () => {
    const { jaeger } = await jaegerThat((path, query) => {
      if (path === "/jaeger/api/v3/trace-summaries") return json({});
      if (path !== "/jaeger/api/dependencies") return GONE;
      return json({ data: [{ parent: query.get("endTs"), child: query.get("lookback"), callCount: 3 }] });
    });
    expect(await jaeger.dependencies({ start: 1_760_000_000, end: 1_760_000_060 })).toEqual([
      { parent: "1760000060000", child: "60000", callCount: 3 },
    ]);
  });

  it("reads spans of OpenTracing clients", async () => {
    const { jaeger } = await jaegerThat((path) => {
      if (path === "/jaeger/api/services") return json({ data: [] });
      if (!path.startsWith("/jaeger/api/traces/")) return PAGE;
      const span = {
        traceID: "a1",
        spanID: "b2",
        operationName: "GET /",
        references: [
          { refType: "FOLLOWS_FROM", traceID: "a1", spanID: "c3" },
          { refType: "CHILD_OF", traceID: "a1", spanID: "d4" },
        ],
        startTime: 1,
        duration: 2,
        tags: [
          { key: "error", type: "bool", value: true },
          { key: "span.kind", type: "string", value: "client" },
          { key: "otel.library.name", type: "string", value: "old" },
          { key: "internal.span.format", type: "string", value: "jaeger" },
        ],
        logs: [{ timestamp: 2, fields: [{ key: "message", type: "string", value: "hi" }] }],
        processID: "p1",
        warnings: null,
      };
      return json({
        data: [{ traceID: "a1", spans: [span], processes: { p1: { serviceName: "web", tags: [] } } }],
      });
    });
    expect((await jaeger.trace("A1"))?.spans[0]).toMatchObject({
      traceId: "000000000000000000000000000000a1",
      spanId: "00000000000000b2",
      parentSpanId: "00000000000000d4",
      kind: "client",
      serviceName: "web",
      status: { code: "error" },
      scope: { name: "old", version: "" },
      attributes: {},
      links: [{ traceId: "000000000000000000000000000000a1", spanId: "00000000000000c3" }],
      events: [{ time: 2, name: "", attributes: { message: "hi" } }],
    });
  });

  it("refuses an answer of another shape and says where", async () => {
    const { jaeger } = await jaegerThat((path) =>
      path === "/jaeger/api/v3/trace-summaries" ? json({}) : json({ services: [7] }),
    );
    await expect(jaeger.services()).rejects.toMatchObject({
      failure: "unexpected_shape",
      detail: expect.stringContaining("services.0"),
    });
  });

  it("carries an abort, also while others wait for the same probe", async () => {
    let release: (() => void) | undefined;
    const { jaeger } = await jaegerThat((path) => {
      if (path === "/jaeger/api/v3/trace-summaries") return PAGE;
      release?.();
      return undefined;
    });
    const reached = new Promise<void>((resolve) => {
      release = resolve;
    });
    const controller = new AbortController();
    const asking = jaeger.services({ signal: controller.signal });
    await reached;
    controller.abort(new Error("the viewer left"));
    await expect(asking).rejects.toThrow("the viewer left");
  });

  it("gives up after the time given", async () => {
    const { jaeger } = await jaegerThat((path) =>
      path === "/jaeger/api/v3/trace-summaries" ? json({}) : undefined,
    );
    await expect(jaeger.services({ timeout: 0.05 })).rejects.toMatchObject({ code: "upstream_timeout" });
  });
});
