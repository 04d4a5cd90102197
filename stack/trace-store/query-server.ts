import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { sendGoError } from "./http-answer";
import { answerV1, survivesInV3 } from "./query-v1";
import { answerV3 } from "./query-v3";
import type { TraceStore } from "./store";

/**
 * Which Jaeger is spoken: `v1` as a Jaeger without /api/v3, `both` as 2.18 to 2.20, `v3` as the releases that removed
 * /api/services, /api/operations and the search at /api/traces.
 */
export type Generation = "v1" | "v3" | "both";

export const GENERATIONS: readonly Generation[] = ["v1", "v3", "both"];

export interface QueryServerOptions {
  generation: Generation;
  /** Prefix of every route, as Jaeger's base_path: "" or "/jaeger". */
  basePath: string;
  /** Milliseconds since the epoch. */
  now: () => number;
  /** Told of a fault in answering; what the request asked for is not part of it. */
  onError: (error: unknown) => void;
}

/** Jaeger sends its user interface for every path it does not know; this page stands in its place. */
const INDEX_PAGE = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Inferscope trace store</title></head>
<body><h1>Inferscope trace store</h1><p>It answers Jaeger's query API and has no pages of its own: look at traces in
Inferscope.</p></body></html>
`;

/** Returns a server, not yet listening, that answers Jaeger's query API from the store. */
export function createQueryServer(store: TraceStore, options: QueryServerOptions): Server {
  return createServer((request, response) => {
    answer(store, options, request, response).catch((error: unknown) => {
      options.onError(error);
      if (!response.headersSent) sendGoError(response, 500, "internal error");
      else response.destroy();
    });
  });
}

async function answer(
  store: TraceStore,
  options: QueryServerOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = parseUrl(request.url);
  if (!url) {
    sendGoError(response, 400, "400 Bad Request");
    return;
  }
  if (request.method !== "GET" && request.method !== "HEAD") {
    sendGoError(response, 405, "Method Not Allowed");
    return;
  }
  if (url.pathname === "/health") {
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify({ status: "ok", ...store.stats() }));
    return;
  }
  const { generation, basePath } = options;
  if (url.pathname === basePath || url.pathname.startsWith(`${basePath}/`)) {
    url.pathname = url.pathname.slice(basePath.length) || "/";
    const path = url.pathname;
    if (generation !== "v1" && (await answerV3(store, url, response))) return;
    if (generation !== "v3" || survivesInV3(path)) {
      if (await answerV1(store, url, response, options.now())) return;
    }
    if (generation === "v3" && path.startsWith("/api/")) {
      sendGoError(response, 404, "404 page not found");
      return;
    }
  }
  response.writeHead(200, { "content-type": "text/html; charset=utf-8" });
  response.end(INDEX_PAGE);
}

function parseUrl(target: string | undefined): URL | undefined {
  try {
    return new URL(target ?? "/", "http://store");
  } catch {
    return undefined;
  }
}
