import { createServer, type Server } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type RecordingProxy, startRecordingProxy } from "./recording-proxy";

let target: Server;
let proxy: RecordingProxy;

beforeAll(async () => {
  target = createServer((incoming, outgoing) => {
    let body = "";
    incoming.setEncoding("utf8").on("data", (chunk: string) => {
      body += chunk;
    });
    incoming.on("end", () => {
      outgoing.writeHead(incoming.url?.startsWith("/refused") ? 503 : 200, { "x-seen": incoming.url });
      outgoing.end(`${incoming.method} ${body}`);
    });
  });
  await new Promise<void>((resolve) => target.listen(0, "127.0.0.1", resolve));
  const { port } = target.address() as { port: number };
  proxy = await startRecordingProxy(`http://127.0.0.1:${port}`, 0);
});

afterAll(async () => {
  await proxy.close();
  await new Promise((resolve) => target.close(resolve));
});

describe("the proxy before Prometheus", () => {
  it("passes everything on and keeps the queries, posted or not", async () => {
    const posted = await fetch(`${proxy.url}/api/v1/query_range`, {
      method: "POST",
      body: new URLSearchParams({ query: "up", step: "5" }),
    });
    expect(await posted.text()).toBe("POST query=up&step=5");
    const asked = await fetch(`${proxy.url}/api/v1/query?query=up&time=7`);
    expect(asked.headers.get("x-seen")).toBe("/api/v1/query?query=up&time=7");
    const refused = await fetch(`${proxy.url}/refused`);
    expect(refused.status).toBe(503);
    await fetch(`${proxy.url}/api/v1/series?match[]=up`);

    expect(proxy.queries()).toEqual([
      { path: "/api/v1/query_range", form: "query=up&step=5" },
      { path: "/api/v1/query", form: "query=up&time=7" },
    ]);
    expect(proxy.requests().map(({ path }) => path)).toEqual([
      "/api/v1/query_range",
      "/api/v1/query",
      "/refused",
      "/api/v1/series",
    ]);
    for (const { startedAt, endedAt } of proxy.requests().slice(0, 3))
      expect(endedAt).toBeGreaterThanOrEqual(startedAt);
    proxy.forget();
    expect([proxy.queries(), proxy.requests()]).toEqual([[], []]);
  });
});
