import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type RunningPrometheus, startPrometheus, whyNoPrometheus } from "@/testing/prometheus";
import { closeUpstreamConnections } from "./fetch";
import type { UpstreamKind, UpstreamTarget } from "./target";
import { testConnection } from "./test-connection";

const targetOf = (kind: UpstreamKind, url: string): UpstreamTarget => ({
  id: "test",
  kind,
  url,
  headers: {},
});

describe.skipIf(whyNoPrometheus())("against a real Prometheus", () => {
  let server: RunningPrometheus;

  beforeAll(async () => {
    server = await startPrometheus();
  });
  afterAll(async () => {
    await closeUpstreamConnections();
    await server.stop();
  });

  it("finds it, with its version", async () => {
    expect(await testConnection(targetOf("prometheus", server.url))).toEqual({
      reachable: true,
      problem: null,
      failure: null,
      upstream: null,
      found: expect.stringMatching(/^Prometheus \d+\.\d+\.\d+/),
    });
  });

  it.each(["/api/v1", "/graph"])("says that %s does not belong to the address", async (path) => {
    const result = await testConnection(targetOf("prometheus", `${server.url}${path}`));
    expect(result).toMatchObject({ reachable: false, found: null });
    expect(result.problem).toContain(`ends in ${path}: leave that out`);
  });

  it.each(["jaeger", "alertmanager"] as const)("is no %s", async (kind) => {
    expect(await testConnection(targetOf(kind, server.url))).toMatchObject({
      reachable: false,
      failure: "not_found",
    });
  });
});

describe("against what answers", () => {
  let server: Server;
  let url: string;
  let routes: Record<string, [status: number, body: string]>;

  beforeEach(async () => {
    server = createServer((request, response) => {
      request.resume();
      const [status, body] = routes[request.url!] ?? routes["*"] ?? [404, "404 page not found\n"];
      response.writeHead(status).end(body);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(async () => {
    await closeUpstreamConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const page = "<!doctype html><title>Jaeger UI</title>";
  const scalar = '{"status":"success","data":{"resultType":"scalar","result":[1,"1"]}}';

  it.each([
    [
      "Mimir",
      "prometheus",
      {
        "/api/v1/query": [200, scalar],
        "/api/v1/status/buildinfo": [
          200,
          '{"status":"success","data":{"application":"Grafana Mimir","version":"2.14.0"}}',
        ],
      },
      "Grafana Mimir 2.14.0",
    ],
    [
      "a managed Prometheus",
      "prometheus",
      { "/api/v1/query": [200, scalar] },
      "a Prometheus-compatible server that does not say its version",
    ],
    [
      "an older Jaeger",
      "jaeger",
      { "/api/services": [200, '{"data":["a","b"],"total":2,"errors":null}'] },
      "Jaeger with 2 services",
    ],
    [
      "an empty one",
      "jaeger",
      { "/api/services": [200, '{"data":null,"total":0,"errors":null}'] },
      "Jaeger with 0 services",
    ],
    [
      "a newer Jaeger",
      "jaeger",
      { "/api/v3/services": [200, '{"services":["a"]}'] },
      "Jaeger with 1 service",
    ],
    [
      "one that answers the rest with its page",
      "jaeger",
      { "/api/v3/services": [200, "{}"], "*": [200, page] },
      "Jaeger with 0 services",
    ],
    [
      "Alertmanager",
      "alertmanager",
      {
        "/api/v2/status": [
          200,
          '{"cluster":{"status":"ready","peers":[]},"versionInfo":{"version":"0.27.0"},"config":{"original":""},"uptime":"2026-01-01T00:00:00Z"}',
        ],
      },
      "Alertmanager 0.27.0",
    ],
  ] as [string, UpstreamKind, typeof routes, string][])("finds %s", async (_, kind, given, found) => {
    routes = given;
    expect(await testConnection(targetOf(kind, url))).toMatchObject({
      reachable: true,
      problem: null,
      found,
    });
  });

  it.each([
    ["a web page", "prometheus", { "*": [200, page] }, "not_json", "with a web page. It is not Prometheus"],
    [
      "a web page everywhere",
      "jaeger",
      { "*": [200, page] },
      "not_json",
      "with a web page. It is not Jaeger",
    ],
    [
      "another JSON",
      "prometheus",
      { "*": [200, '{"hello":"world"}'] },
      "unexpected_shape",
      "not as Prometheus does",
    ],
    ["another JSON", "alertmanager", { "*": [200, '"ok"'] }, "unexpected_shape", "not as Alertmanager does"],
    [
      "nothing there",
      "prometheus",
      {},
      "not_found",
      "(404): 404 page not found. If it is served under a path, such as /prometheus,",
    ],
    ["nothing there", "jaeger", {}, "not_found", "such as /jaeger,"],
    ["nothing there", "alertmanager", {}, "not_found", "such as /alertmanager,"],
    ["no tenant", "prometheus", { "*": [401, "no org id"] }, "unauthorized", "(401): no org id"],
    ["no permission", "jaeger", { "*": [403, ""] }, "forbidden", "(403)"],
  ] as [string, UpstreamKind, typeof routes, string, string][])(
    "says what is wrong: %s instead of %s",
    async (_, kind, given, failure, words) => {
      routes = given;
      const result = await testConnection(targetOf(kind, url));
      expect(result).toMatchObject({ reachable: false, failure, found: null });
      expect(result.problem).toContain(words);
    },
  );

  it("asks a query of a gateway that shows its version to anyone", async () => {
    routes = {
      "/api/v1/query": [401, "token missing"],
      "/api/v1/status/buildinfo": [200, '{"status":"success","data":{"version":"2.53.0"}}'],
    };
    expect(await testConnection(targetOf("prometheus", url))).toMatchObject({
      failure: "unauthorized",
      upstream: "token missing",
    });
  });

  it("passes on the caller's abort", async () => {
    const reason = new Error("left");
    await expect(
      testConnection(targetOf("prometheus", url), { signal: AbortSignal.abort(reason) }),
    ).rejects.toBe(reason);
  });
});

describe("against nothing", () => {
  it.each([
    ["http://prometheus.invalid", "dns"],
    ["http://169.254.169.254", "refused_address"],
    ["prometheus", "invalid_url"],
  ])("%s: %s", async (url, failure) => {
    expect(await testConnection(targetOf("prometheus", url))).toMatchObject({
      reachable: false,
      failure,
      found: null,
    });
  });
});
