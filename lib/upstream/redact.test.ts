import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import { type AddressInfo, createServer as createTcpServer } from "node:net";
import { inspect } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createPrometheusClient } from "@/lib/prometheus/client";
import { closeUpstreamConnections, requestUpstream, requestUpstreamJson } from "./fetch";
import { withoutCredentials } from "./redact";
import type { UpstreamTarget } from "./target";
import { testConnection } from "./test-connection";

const basic = Buffer.from("scraper:open sesame/x").toString("base64");

/** Each kind of credential: what is sent, and what must not come back. */
const kinds: [kind: string, user: string, headers: Record<string, string>, secrets: string[]][] = [
  ["a bearer token", "", { authorization: "Bearer SEKRIT-TOKEN" }, ["SEKRIT-TOKEN"]],
  ["basic", "", { Authorization: `Basic ${basic}` }, [basic, "scraper", "open sesame", "open+sesame"]],
  ["user and password of the URL", "scraper:p%40ssword@", {}, ["scraper", "p@ssword", "p%40ssword"]],
  ["a header", "", { "X-Scope-OrgID": 'team/of-"llm"' }, ["team/of", "team%2Fof", "llm"]],
  ["a token of another scheme", "", { authorization: "Token abc+def==" }, ["abc+def", "abc%2Bdef"]],
];

/** Every way in which a server may hand the headers back. */
const echoOf = (headers: IncomingHttpHeaders): string =>
  [headers.authorization, headers["x-scope-orgid"]]
    .flat()
    .flatMap((value) => value ?? [])
    .flatMap((value) => {
      const bare = value.replace(/^\S+ (?=\S+$)/, "");
      const opened = Buffer.from(bare, "base64").toString("utf8");
      return [value, bare, opened].flatMap((text) => [
        text,
        text.toUpperCase(),
        encodeURIComponent(text),
        new URLSearchParams({ text }).toString(),
        Buffer.from(text).toString("base64"),
        Buffer.from(text).toString("base64url"),
      ]);
    })
    .join(" ");

let server: Server;
let url: string;
let status: number;
let answer: (echo: string) => { body: string; headers?: Record<string, string> };

beforeEach(async () => {
  server = createServer((request, response) => {
    request.resume();
    const { body, headers } = answer(echoOf(request.headers));
    response.writeHead(status, headers).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  await closeUpstreamConnections();
  await new Promise((resolve) => server.close(resolve));
});

describe.each(kinds)("%s that a server echoes", (_, user, headers, secrets) => {
  const target = (): UpstreamTarget => ({
    id: "test",
    kind: "prometheus",
    url: `http://${user}${url}`,
    headers,
  });
  const expectNone = (shown: unknown) => {
    const text = JSON.stringify(shown).toLowerCase();
    expect(text).toContain("[redacted]");
    for (const secret of secrets)
      for (const form of [secret, encodeURIComponent(secret), Buffer.from(secret).toString("base64")])
        expect(text).not.toContain(form.toLowerCase());
  };
  const everything = (error: Error) => [
    error,
    error.message,
    error.stack,
    (error as { detail?: string }).detail,
    (error as { upstream?: string }).upstream,
    String(error.cause),
  ];
  const failing = (asked: Promise<unknown>) =>
    asked.then(
      () => expect.unreachable(),
      (error: Error) => everything(error),
    );

  it.each([401, 403, 404, 422, 429, 500, 504])("with status %d is taken out", async (given) => {
    status = given;
    answer = (echo) => ({ body: JSON.stringify({ error: `who are you, token ${echo}` }) });
    expectNone(await failing(requestUpstream(target(), { path: "/api/v1/query", method: "POST" })));
    expectNone(await testConnection(target()));
  });

  it("is taken out where the message is cut", async () => {
    status = 401;
    for (let length = 975; length <= 1000; length++) {
      answer = (echo) => ({ body: JSON.stringify({ error: `${"x".repeat(length)}${echo}` }) });
      const shown = JSON.stringify(await failing(requestUpstream(target(), { path: "/api/v1/labels" })));
      for (const secret of secrets) expect(shown).not.toContain(secret.slice(0, 4));
    }
  });

  it("in an answer that is no JSON is taken out", async () => {
    status = 200;
    answer = (echo) => ({ body: echo, headers: { "content-type": echo.replace(/[^\x20-\x7e]/g, "") } });
    const asked = requestUpstreamJson(target(), { path: "/api/v1/labels" });
    const shown = JSON.stringify(await failing(asked));
    for (const secret of secrets) expect(shown).not.toContain(secret);
  });

  it("in an error of the query's answer is taken out", async () => {
    status = 200;
    answer = (echo) => ({ body: JSON.stringify({ status: "error", errorType: "bad_data", error: echo }) });
    expectNone(await failing(createPrometheusClient(target()).query("up", {})));
  });

  it("in a note that comes with a good answer is taken out", async () => {
    status = 200;
    answer = (echo) => ({
      body: JSON.stringify({
        status: "success",
        data: { resultType: "vector", result: [] },
        warnings: [`partial response of ${echo}`, "a store is away"],
        infos: [`asked as ${echo}`],
      }),
    });
    const { warnings, infos } = await createPrometheusClient(target()).query("up", {});
    expectNone([...warnings, ...infos]);
    expect(warnings).toEqual([expect.stringMatching(/^partial response of /), "a store is away"]);
    expect(infos).toEqual([expect.stringMatching(/^asked as .*\[redacted\]/)]);
  });

  it("in a version is taken out", async () => {
    status = 200;
    answer = (echo) => ({
      body: JSON.stringify({
        status: "success",
        data: { resultType: "scalar", result: [1, "1"], version: echo },
      }),
    });
    expectNone(await testConnection(target()));
  });
});

describe("an answer that no parser takes", () => {
  it("is not in the error's cause", async () => {
    const echoing = createTcpServer((socket) => socket.on("data", (data) => socket.end(`no HTTP: ${data}`)));
    await new Promise<void>((resolve) => echoing.listen(0, "127.0.0.1", resolve));
    const { port } = echoing.address() as AddressInfo;
    const headers = { authorization: "Bearer SEKRIT-TOKEN" };
    const target: UpstreamTarget = {
      id: "test",
      kind: "prometheus",
      url: `http://127.0.0.1:${port}`,
      headers,
    };
    const error = await requestUpstream(target, { path: "/api/v1/labels" }).catch((thrown: Error) => thrown);
    expect(error).toMatchObject({ failure: "not_http" });
    expect(inspect(error, { depth: 10 })).not.toContain("SEKRIT");
    await new Promise((resolve) => echoing.close(resolve));
  });
});

describe("withoutCredentials", () => {
  const target: UpstreamTarget = {
    id: "test",
    kind: "prometheus",
    url: "http://a",
    headers: { "X-Tenant": "1" },
  };

  it("leaves a text alone that echoes nothing, and values too short to tell", () => {
    expect(withoutCredentials(target, "parse error at char 1: (a|b)")).toBe("parse error at char 1: (a|b)");
  });

  it("reads no pattern into a value", () => {
    const odd = { ...target, headers: { "X-Tenant": "a.*b(" } };
    expect(withoutCredentials(odd, "axxb( a.*b(")).toBe("axxb( [redacted]");
  });
});
