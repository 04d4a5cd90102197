import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";

/** A query as it was sent to Prometheus. */
export interface UpstreamQuery {
  path: "/api/v1/query" | "/api/v1/query_range";
  /** The form that was posted. */
  form: string;
}

/** Any request, with its path and times in milliseconds. */
export interface ProxiedRequest {
  path: string;
  startedAt: number;
  /** Undefined while it is under way. */
  endedAt: number | undefined;
}

export interface RecordingProxy {
  url: string;
  /** Every request since the last `forget`. */
  requests(): readonly ProxiedRequest[];
  /** The queries since the last `forget`, in the order in which they came. */
  queries(): readonly UpstreamQuery[];
  forget(): void;
  close(): Promise<void>;
}

const isQuery = (path: string): path is UpstreamQuery["path"] =>
  path === "/api/v1/query" || path === "/api/v1/query_range";

/** Passes every request on to `target` and keeps the queries among them, on a port of 127.0.0.1. */
export async function startRecordingProxy(target: string, port: number): Promise<RecordingProxy> {
  const agent = new Agent({ keepAlive: true });
  let queries: UpstreamQuery[] = [];
  let requests: ProxiedRequest[] = [];

  async function pass(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const body = await buffer(incoming);
    const url = new URL(incoming.url ?? "/", target);
    const proxied: ProxiedRequest = {
      path: url.pathname,
      startedAt: performance.now(),
      endedAt: undefined,
    };
    requests.push(proxied);
    outgoing.on("close", () => {
      proxied.endedAt = performance.now();
    });
    if (isQuery(url.pathname))
      queries.push({
        path: url.pathname,
        form: incoming.method === "POST" ? body.toString() : url.searchParams.toString(),
      });
    const upstream = request(url, {
      agent,
      method: incoming.method,
      headers: { ...incoming.headers, host: url.host },
    });
    upstream.on("response", (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    upstream.on("error", () => outgoing.destroy());
    outgoing.on("close", () => upstream.destroy());
    upstream.end(body);
  }

  const server = createServer((incoming, outgoing) => {
    pass(incoming, outgoing).catch(() => outgoing.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen({ port, host: "127.0.0.1" }, resolve);
  });
  const address = server.address() as { port: number };
  return {
    url: `http://127.0.0.1:${address.port}`,
    requests: () => requests,
    queries: () => queries,
    forget: () => {
      queries = [];
      requests = [];
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          agent.destroy();
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}
