import { once } from "node:events";
import http from "node:http";
import type { Logger } from "pino";

const BODY_LIMIT_BYTES = 4 * 1024 * 1024;

/** Unix seconds by a clock that never goes back. */
export function clock(): number {
  return (performance.timeOrigin + performance.now()) / 1000;
}

export class HttpFault extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

type Handler = (request: http.IncomingMessage, response: http.ServerResponse) => unknown;
export type Routes = Record<string, Handler>;

/** A problem document (RFC 9457). */
export function sendProblem(
  response: http.ServerResponse,
  status: number,
  detail: string,
  more: Record<string, unknown> = {},
): void {
  const body = { type: "about:blank", title: http.STATUS_CODES[status], status, detail, ...more };
  send(response, status, JSON.stringify(body), "application/problem+json");
}

export function sendJson(response: http.ServerResponse, status: number, body: unknown): void {
  send(response, status, JSON.stringify(body), "application/json");
}

export function send(response: http.ServerResponse, status: number, body: string, type: string): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, { "content-type": type, "content-length": Buffer.byteLength(body) });
  response.end(body);
}

/** The request's body; fails with 413 past the limit. */
export async function readBody(request: http.IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > BODY_LIMIT_BYTES)
      throw new HttpFault(413, `The body is larger than ${BODY_LIMIT_BYTES} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** The body as JSON; fails with 400 and the parser's message. */
export async function readJson(request: http.IncomingMessage): Promise<unknown> {
  const text = (await readBody(request)).toString("utf8");
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new HttpFault(400, `The body is not JSON: ${(error as Error).message}.`);
  }
}

/** The path asked for; undefined where the target is no URL, such as `//`. */
function pathOf(request: http.IncomingMessage): string | undefined {
  const [target, base] = [request.url ?? "/", "http://localhost"];
  return URL.canParse(target, base) ? new URL(target, base).pathname : undefined;
}

/** A server of `"METHOD /path"` routes; HEAD is answered as GET, other paths with 404, other methods with 405. */
export function createServer(routes: Routes, log: Logger, guard?: (path: string) => boolean): http.Server {
  const methods = new Map<string, string[]>();
  for (const route of Object.keys(routes)) {
    const [method, path] = route.split(" ") as [string, string];
    methods.set(path, [...(methods.get(path) ?? []), method]);
  }
  const server = http.createServer(async (request, response) => {
    const path = pathOf(request);
    if (path === undefined) {
      sendProblem(response, 400, "The address of the request is not one.");
      return;
    }
    if (guard && !guard(path)) {
      request.socket.destroy();
      return;
    }
    const method = request.method === "HEAD" ? "GET" : (request.method ?? "GET");
    try {
      const handler = routes[`${method} ${path}`];
      const allowed = methods.get(path);
      if (handler) await handler(request, response);
      else if (allowed) {
        response.setHeader("allow", allowed.join(", "));
        sendProblem(response, 405, `${path} takes ${allowed.join(", ")}.`);
      } else sendProblem(response, 404, `There is no ${path} here.`);
    } catch (error) {
      if (error instanceof HttpFault) sendProblem(response, error.status, error.message);
      else {
        log.error({ err: error, path }, "request_failed");
        if (response.headersSent) response.destroy();
        else sendProblem(response, 500, "The request could not be answered.");
      }
    }
  });
  server.keepAliveTimeout = 65_000;
  return server;
}

/** Starts to listen, and says which port it is (0 asks for any free one). */
export async function listen(server: http.Server, host: string, port: number): Promise<number> {
  server.listen(port, host);
  try {
    await once(server, "listening");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EADDRINUSE") {
      throw new Error(`Port ${port} is taken; choose another with --port.`);
    }
    throw error;
  }
  const address = server.address();
  return typeof address === "object" && address ? address.port : port;
}

/** Stops listening and drops what is open. */
export async function close(server: http.Server): Promise<void> {
  server.close();
  server.closeAllConnections();
  if (server.listening) await once(server, "close");
}

export type Answer = { status: number; headers: http.IncomingHttpHeaders; body: http.IncomingMessage };

type Call = {
  url: string;
  method: string;
  headers?: http.OutgoingHttpHeaders;
  body?: string | Buffer;
  agent?: http.Agent;
  timeoutMs?: number;
  signal?: AbortSignal;
};

/** Sends a request and answers with the head of its response, the body still to be read. */
export function call({ url, method, headers, body, agent, timeoutMs, signal }: Call): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = http.request(url, { method, headers, agent, signal }, (response) => {
      resolve({ status: response.statusCode ?? 0, headers: response.headers, body: response });
    });
    request.on("error", reject);
    if (timeoutMs)
      request.setTimeout(timeoutMs, () => request.destroy(new Error(`no answer in ${timeoutMs} ms`)));
    request.end(body);
  });
}

/** The whole response as text, and its content type. */
export async function callText(
  options: Call,
): Promise<{ status: number; text: string; type: string | undefined }> {
  const answer = await call(options);
  answer.body.setEncoding("utf8");
  let text = "";
  for await (const chunk of answer.body) text += chunk;
  return { status: answer.status, text, type: answer.headers["content-type"] };
}
