import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import {
  closeUpstreamConnections,
  onUpstreamRequest,
  requestUpstream,
  requestUpstreamJson,
  type UpstreamRequestEvent,
} from "./fetch";
import type { UpstreamTarget } from "./target";

const PATH = "/api/v1/status/buildinfo";
const servers: { server: Server; sockets: Set<Socket> }[] = [];

async function listening(server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  servers.push({ server, sockets });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

const serve = async (listener: RequestListener) =>
  `http://127.0.0.1:${await listening(createServer(listener))}`;
const answer = (response: ServerResponse, status: number, body: string, headers = {}) =>
  response.writeHead(status, headers).end(body);

const targetOf = (url: string, given: Partial<UpstreamTarget> = {}): UpstreamTarget => ({
  id: "test",
  kind: "prometheus",
  url,
  headers: {},
  ...given,
});

function deferred() {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

afterEach(async () => {
  await closeUpstreamConnections();
  for (const { server, sockets } of servers.splice(0)) {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  }
});

describe("a request", () => {
  it("keeps the base path and fixed parameters, and carries headers and form", async () => {
    const seen: { url: string; headers: IncomingMessage["headers"]; body: string }[] = [];
    const url = await serve(async (request, response) => {
      let body = "";
      for await (const chunk of request) body += chunk;
      seen.push({ url: request.url!, headers: request.headers, body });
      answer(response, 200, "{}");
    });
    await requestUpstream(
      targetOf(`${url}/prometheus/?extra_label=a%3Db`, { headers: { "X-Scope-OrgID": "team" } }),
      {
        path: "/api/v1/query",
        method: "POST",
        query: new URLSearchParams({ dedup: "true" }),
        form: new URLSearchParams({ query: 'up{a="b"}' }),
      },
    );
    expect(seen[0]!.url).toBe("/prometheus/api/v1/query?extra_label=a%3Db&dedup=true");
    expect(seen[0]!.headers).toMatchObject({
      "x-scope-orgid": "team",
      "content-type": "application/x-www-form-urlencoded",
      "user-agent": "inferscope",
    });
    expect(new URLSearchParams(seen[0]!.body).get("query")).toBe('up{a="b"}');
  });

  it("sends user and password of the URL as basic credentials, unless a header is given", async () => {
    const seen: (string | undefined)[] = [];
    const url = await serve((request, response) => {
      seen.push(request.headers.authorization);
      answer(response, 200, "{}");
    });
    const withUser = url.replace("http://", "http://me:p%40ss@");
    await requestUpstream(targetOf(withUser), { path: PATH });
    await requestUpstream(targetOf(withUser, { headers: { Authorization: "Bearer token" } }), { path: PATH });
    expect(seen).toEqual([`Basic ${Buffer.from("me:p@ss").toString("base64")}`, "Bearer token"]);
  });

  it.each([
    ["GET", "/api/v1/admin/tsdb/snapshot"],
    ["GET", "/-/ready"],
    ["GET", "/api/v1/label/../values"],
    ["GET", "/api/v1/label/%2e%2e/values"],
    ["POST", "/api/v1/metadata"],
  ] as const)("does not go out for %s %s", async (method, path) => {
    let count = 0;
    const url = await serve((_, response) => {
      count++;
      answer(response, 200, "{}");
    });
    await expect(requestUpstream(targetOf(url), { path, method })).rejects.toMatchObject({
      code: "invalid_request",
    });
    expect(count).toBe(0);
  });

  it("tells its listeners the route and how it went", async () => {
    const events: UpstreamRequestEvent[] = [];
    const stop = onUpstreamRequest((event) => events.push(event));
    const url = await serve((request, response) =>
      answer(response, request.url!.includes("label") ? 200 : 500, "{}"),
    );
    await requestUpstream(targetOf(url), { path: "/api/v1/label/job/values" });
    await requestUpstream(targetOf(url), { path: PATH }).catch(() => undefined);
    stop();
    await requestUpstream(targetOf(url), { path: "/api/v1/label/job/values" });
    expect(events).toEqual([
      {
        target: { id: "test", kind: "prometheus" },
        route: "/api/v1/label/{name}/values",
        seconds: expect.any(Number),
        waitedSeconds: expect.any(Number),
        bytes: 2,
        outcome: "ok",
        caller: expect.objectContaining({ type: "system" }),
      },
      {
        target: { id: "test", kind: "prometheus" },
        route: PATH,
        seconds: expect.any(Number),
        waitedSeconds: expect.any(Number),
        bytes: 2,
        outcome: "server_error",
        caller: expect.objectContaining({ type: "system" }),
      },
    ]);
  });

  it("goes out ten at a time", async () => {
    const held: ServerResponse[] = [];
    const full = deferred();
    let most = 0;
    const url = await serve((_, response) => {
      held.push(response);
      most = Math.max(most, held.length);
      if (held.length === 10) full.resolve();
    });
    const requests = Array.from({ length: 25 }, () => requestUpstream(targetOf(url), { path: PATH }));
    await full.promise;
    const leaving = new AbortController();
    const waiting = requestUpstream(targetOf(url), { path: PATH, signal: leaving.signal });
    leaving.abort(new Error("left the queue"));
    await expect(waiting).rejects.toThrow("left the queue");
    let isDone = false;
    const all = Promise.all(requests).then(() => {
      isDone = true;
    });
    while (!isDone) {
      for (const response of held.splice(0)) answer(response, 200, "{}");
      await new Promise((resolve) => setImmediate(resolve));
    }
    await all;
    expect(most).toBe(10);
  });
});

describe("many requests on one signal", () => {
  it("are no leak to Node", async () => {
    const warnings: Error[] = [];
    const onWarning = (warning: Error) => warnings.push(warning);
    process.on("warning", onWarning);
    const url = await serve((_, response) => answer(response, 200, "{}"));
    const { signal } = new AbortController();
    await Promise.all(
      Array.from({ length: 12 }, () => requestUpstream(targetOf(url), { path: PATH, signal })),
    );
    process.off("warning", onWarning);
    expect(warnings.filter(({ name }) => name === "MaxListenersExceededWarning")).toEqual([]);
  });
});

describe("what an answer can be", () => {
  it.each([
    [
      400,
      '{"status":"error","errorType":"bad_data","error":"parse error: x"}',
      "rejected",
      "upstream_rejected",
      "parse error: x",
    ],
    [
      422,
      '{"status":"error","errorType":"execution","error":"too many samples"}',
      "rejected",
      "upstream_rejected",
      "too many samples",
    ],
    [401, "no org id\n", "unauthorized", "upstream_unauthorized", "no org id"],
    [401, "<html><h1>401</h1></html>", "unauthorized", "upstream_unauthorized", undefined],
    [403, "", "forbidden", "upstream_unauthorized", undefined],
    [404, "404 page not found\n", "not_found", "upstream_rejected", "404 page not found"],
    [
      404,
      '{"data":null,"errors":[{"code":404,"msg":"trace not found"}]}',
      "not_found",
      "upstream_rejected",
      "trace not found",
    ],
    [429, '{"error":"too many requests"}', "overloaded", "upstream_unavailable", "too many requests"],
    [
      500,
      '{"error":{"httpCode":500,"message":"storage failed"}}',
      "server_error",
      "upstream_unavailable",
      "storage failed",
    ],
    [502, "<!DOCTYPE html><p>Bad gateway", "server_error", "upstream_unavailable", undefined],
    [
      503,
      '{"status":"error","errorType":"timeout","error":"query timed out"}',
      "timeout",
      "upstream_timeout",
      "query timed out",
    ],
    [504, "", "timeout", "upstream_timeout", undefined],
  ])("%d %s is %s", async (status, body, failure, code, upstream) => {
    const url = await serve((_, response) => answer(response, status, body));
    const error = await requestUpstream(targetOf(url), { path: PATH }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ failure, code, upstreamStatus: status, targetId: "test" });
    expect((error as { upstream?: string }).upstream).toBe(upstream);
    expect((error as { detail: string }).detail).toContain(
      String(status === 404 || status < 300 ? 404 : status),
    );
  });

  it("is not followed elsewhere", async () => {
    let reached = 0;
    const other = await serve((_, response) => {
      reached++;
      answer(response, 200, "{}");
    });
    const url = await serve((_, response) =>
      answer(response, 302, "", { location: `${other}/login?secret=1` }),
    );
    await expect(
      requestUpstream(targetOf(url, { headers: { authorization: "Bearer x" } }), { path: PATH }),
    ).rejects.toMatchObject({
      failure: "redirect",
      upstreamStatus: 302,
      detail: expect.stringMatching(new RegExp(`redirects to ${other}/login\\.`)),
    });
    expect(reached).toBe(0);
  });

  it.each([
    ["<html><title>Grafana</title></html>", "a web page"],
    ["", "an empty body"],
    ["OK", "something that is not JSON (text/plain)"],
  ])("is %j, where JSON should be", async (body, what) => {
    const url = await serve((_, response) => answer(response, 200, body, { "content-type": "text/plain" }));
    await expect(requestUpstreamJson(targetOf(url), { path: PATH })).rejects.toMatchObject({
      failure: "not_json",
      code: "upstream_unavailable",
      detail: expect.stringContaining(what),
    });
  });

  it("is too large", async () => {
    const stopped = deferred();
    const url = await serve((_, response) => {
      response.on("close", stopped.resolve);
      const more = () => {
        while (!response.destroyed && response.write("x".repeat(65_536)));
      };
      response.on("drain", more);
      more();
    });
    await expect(requestUpstream(targetOf(url), { path: PATH, maxBytes: 1_000_000 })).rejects.toMatchObject({
      failure: "too_large",
      code: "query_too_large",
    });
    await stopped.promise;
  });

  it.each([
    ["a length", { "content-length": "1000" }],
    ["chunks", {}],
  ])("is cut off in the middle, sent with %s", async (_, headers) => {
    let requests = 0;
    const url = await serve((_request, response) => {
      requests++;
      response.writeHead(200, headers);
      response.write('{"status":', () => response.socket!.end());
    });
    await expect(requestUpstream(targetOf(url), { path: PATH })).rejects.toMatchObject({
      failure: "cut_off",
      code: "upstream_unavailable",
    });
    expect(requests).toBe(1);
  });

  it("comes too late", async () => {
    const closed = deferred();
    const url = await serve((request) => request.on("close", closed.resolve));
    await expect(requestUpstream(targetOf(url), { path: PATH, timeout: 0.05 })).rejects.toMatchObject({
      failure: "timeout",
      code: "upstream_timeout",
      detail: expect.stringContaining("within 0.05 s"),
    });
    await closed.promise;
  });

  it("begins in time and ends too late", async () => {
    const url = await serve((_, response) => void response.writeHead(200).write("{"));
    await expect(requestUpstream(targetOf(url), { path: PATH, timeout: 0.1 })).rejects.toMatchObject({
      failure: "timeout",
    });
  });

  it("is no longer wanted", async () => {
    const [arrived, closed] = [deferred(), deferred()];
    const url = await serve((_, response) => {
      response.on("close", closed.resolve);
      arrived.resolve();
    });
    const events: UpstreamRequestEvent[] = [];
    const stop = onUpstreamRequest((event) => events.push(event));
    const abort = new AbortController();
    const asked = requestUpstream(targetOf(url), { path: PATH, signal: abort.signal });
    asked.catch(() => undefined);
    await arrived.promise;
    const reason = new Error("the viewer left");
    abort.abort(reason);
    await expect(asked).rejects.toBe(reason);
    await closed.promise;
    stop();
    expect(events.map(({ outcome }) => outcome)).toEqual(["aborted"]);
    await expect(requestUpstream(targetOf(url), { path: PATH, signal: abort.signal })).rejects.toBe(reason);
  });

  it("is asked for again when a kept connection turns out to be closed", async () => {
    let connections = 0;
    const port = await listening(
      createTcpServer((socket) => {
        const isFirst = connections++ === 0;
        let requests = 0;
        socket.on("error", () => undefined);
        socket.on("data", () => {
          // The first connection answers once, and resets when it is used again.
          if (isFirst && ++requests === 2) socket.resetAndDestroy();
          else socket.write("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}");
        });
      }),
    );
    const target = targetOf(`http://127.0.0.1:${port}`);
    expect((await requestUpstream(target, { path: PATH })).body).toBe("{}");
    expect((await requestUpstream(target, { path: PATH })).body).toBe("{}");
    expect(connections).toBe(2);
  });
});

describe("a connection that cannot be made", () => {
  it.each([
    ["http://169.254.169.254/latest", "refused_address"],
    ["http://metadata.google.internal", "refused_address"],
    ["http://prometheus.invalid:9090", "dns"],
    ["ftp://prometheus:9090", "invalid_url"],
    ["prometheus:9090", "invalid_url"],
    ["no url", "invalid_url"],
  ])("%s: %s", async (url, failure) => {
    await expect(requestUpstream(targetOf(url), { path: PATH })).rejects.toMatchObject({
      failure,
      code: "upstream_unavailable",
    });
  });

  it("says that nothing listens", async () => {
    const port = await listening(createTcpServer());
    const { server } = servers.pop()!;
    await new Promise((resolve) => server.close(resolve));
    for (const host of ["127.0.0.1", "localhost"]) {
      await expect(requestUpstream(targetOf(`http://${host}:${port}`), { path: PATH })).rejects.toMatchObject(
        {
          failure: "refused_connection",
          detail: expect.stringContaining(`Nothing listens at http://${host}:${port}`),
        },
      );
    }
  });

  it("says that it is not HTTP", async () => {
    const port = await listening(
      createTcpServer((socket) => socket.on("error", () => undefined).end("SSH-2.0-OpenSSH_9.2\r\n")),
    );
    await expect(requestUpstream(targetOf(`http://127.0.0.1:${port}`), { path: PATH })).rejects.toMatchObject(
      { failure: "not_http" },
    );
  });

  it("says that there is no TLS", async () => {
    const url = await serve((_, response) => answer(response, 200, "{}"));
    await expect(
      requestUpstream(targetOf(url.replace("http", "https")), { path: PATH }),
    ).rejects.toMatchObject({
      failure: "tls",
      detail: expect.stringContaining("Use http://"),
    });
  });

  it("never repeats credentials", async () => {
    const target = targetOf("http://me:secret@prometheus.invalid/base?token=secret", {
      headers: { authorization: "secret" },
    });
    const error = await requestUpstream(target, { path: PATH }).catch((thrown: Error) => thrown);
    expect(JSON.stringify({ ...error, message: (error as Error).message })).not.toContain("secret");
    expect(error).toMatchObject({ detail: expect.stringContaining("http://prometheus.invalid/base") });
  });
});

const openssl = promisify(execFile);
const hasOpenssl = await openssl("openssl", ["version"]).then(
  () => true,
  () => false,
);

describe.skipIf(!hasOpenssl)("TLS with a private authority", () => {
  let folder: string;
  let pem: { key: string; cert: string };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "inferscope-tls-"));
    const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
    await openssl("openssl", [
      ..."req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=test".split(" "),
      ...["-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", cert],
    ]);
    pem = { key: await readFile(key, "utf8"), cert: await readFile(cert, "utf8") };
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it("is trusted with the source's own CA, and explained without it", async () => {
    const port = await listening(createTlsServer(pem, (_, response) => answer(response, 200, "{}")));
    const url = `https://localhost:${port}`;
    await expect(requestUpstream(targetOf(url), { path: PATH })).rejects.toMatchObject({
      failure: "tls",
      detail: expect.stringContaining("self-signed; add it as the source's own CA"),
    });
    expect((await requestUpstream(targetOf(url, { ca: pem.cert }), { path: PATH })).status).toBe(200);
    await expect(
      requestUpstream(targetOf(url.replace("localhost", "127.0.0.1"), { ca: pem.cert }), { path: PATH }),
    ).rejects.toMatchObject({
      failure: "tls",
      detail: expect.stringContaining("another host name"),
    });
    await expect(
      requestUpstream(targetOf(url.replace("https", "http")), { path: PATH }),
    ).rejects.toMatchObject({
      code: "upstream_unavailable",
    });
  });
});
