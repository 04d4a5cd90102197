import { createServer, request, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { inFrontOf } from "./front";
import { allowedMethods, takesMethods } from "./methods";

/** Next's ways to refuse, and an answer that must stay as it is. */
const answers: Record<string, (response: ServerResponse) => void> = {
  "/api/v1/fronts": (response) => {
    response.statusCode = 405;
    response.end();
  },
  "/api/v1/fronts/flushed": (response) => {
    response.statusCode = 405;
    response.setHeader("transfer-encoding", "chunked");
    response.flushHeaders();
    response.end();
  },
  "/api/v1/fronts/problem": (response) => {
    response.writeHead(405, { "content-type": "text/plain" });
    response.write("its ");
    response.end("own");
  },
};

let server: Server;
beforeAll(async () => {
  takesMethods("/api/v1/fronts", ["GET"]);
  takesMethods("/api/v1/fronts", ["POST"]);
  takesMethods("/api/v1/fronts/{front}", ["GET", "DELETE"]);
  takesMethods("/api/v1/fronts/flushed", ["PATCH"]);
  server = createServer(
    inFrontOf((asked, response) => {
      const answer = answers[asked.url!];
      if (answer === undefined) throw new Error(`${asked.url} came through.`);
      answer(response);
    }),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

type Seen = { status: number; headers: Record<string, string | string[] | undefined>; body: string };

const ask = (method: string, path: string): Promise<Seen> =>
  new Promise((resolve, reject) => {
    const { port } = server.address() as AddressInfo;
    request({ port, host: "127.0.0.1", method, path, agent: false }, (response) => {
      let body = "";
      response.setEncoding("utf8");
      response.on("data", (chunk) => {
        body += chunk;
      });
      response.on("end", () => resolve({ status: response.statusCode!, headers: response.headers, body }));
    })
      .on("error", reject)
      .end();
  });

describe("a method that an address does not take", () => {
  it.each([
    ["PUT", "/api/v1/fronts", "GET, HEAD, POST, OPTIONS"],
    ["PUT", "/api/v1/fronts/flushed", "PATCH, OPTIONS"],
    ["TRACE", "/api/v1/fronts/trace", "GET, HEAD, DELETE, OPTIONS"],
  ])("%s %s is a problem document that names the others", async (method, path, allow) => {
    const { status, headers, body } = await ask(method, path);
    expect([status, headers["content-type"], headers.allow]).toEqual([
      405,
      "application/problem+json",
      allow,
    ]);
    expect(JSON.parse(body)).toMatchObject({
      type: "/docs/errors/method_not_allowed",
      status: 405,
      code: "method_not_allowed",
      instance: path,
      requestId: headers["x-request-id"],
    });
    expect(JSON.parse(body).detail).toContain(allow);
  });

  it("leaves an answer that says more already", async () => {
    const { status, headers, body } = await ask("PUT", "/api/v1/fronts/problem");
    expect([status, headers["content-type"], headers.allow, body]).toEqual([
      405,
      "text/plain",
      undefined,
      "its own",
    ]);
  });
});

describe("a path with a broken percent escape", () => {
  it.each(["/api/v1/services/%ff", "/api/v1/services/%", "/metrics/%E0%A4?x=1"])(
    "%s is a problem document",
    async (path) => {
      const { status, headers, body } = await ask("GET", path);
      expect([status, headers["content-type"]]).toEqual([400, "application/problem+json"]);
      expect(JSON.parse(body)).toMatchObject({ code: "invalid_request", instance: path.split("?")[0] });
    },
  );

  it.each(["/overview/%E0%A4", "/%zz"])("%s is a plain page", async (path) => {
    const { status, headers, body } = await ask("GET", path);
    expect([status, headers["content-type"]]).toEqual([400, "text/html; charset=utf-8"]);
    expect(headers["content-security-policy"]).toContain("default-src 'none'");
    expect(body).toContain("The address is not valid");
    expect(body).not.toContain(path);
  });
});

describe("allowedMethods", () => {
  it("knows a path that has the rest of an address in it, and none that nobody declared", () => {
    takesMethods("/api/fronts/{...step}", ["POST"]);
    expect(allowedMethods("/api/fronts/a/b")).toBe("POST, OPTIONS");
    expect(allowedMethods("/api/fronts")).toBeNull();
    expect(allowedMethods("/api/v1/fronts/a/b")).toBeNull();
    expect(allowedMethods("/api/v1/fronts/")).toBe("GET, HEAD, POST, OPTIONS");
  });
});
