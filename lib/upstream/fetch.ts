import "server-only";
import { setMaxListeners } from "node:events";
import { rootCertificates } from "node:tls";
import { LRUCache } from "lru-cache";
import pLimit, { type LimitFunction } from "p-limit";
import { Agent, type Dispatcher, request } from "undici";
import { problem } from "@/lib/errors";
import type { Seconds } from "@/lib/units";
import { assertHostAllowed, guardedLookup } from "./address-policy";
import { allowedRoute } from "./read-paths";
import { withoutCredentials } from "./redact";
import { addressOf, KIND_NAMES, type UpstreamKind, type UpstreamTarget } from "./target";
import {
  connectionError,
  looksLikeHtml,
  statusError,
  UpstreamError,
  type UpstreamFailure,
} from "./upstream-error";

/** A person waits for the page; past this a panel that says so is better than one that spins. */
const DEFAULT_TIMEOUT_SECONDS = 30;
const CONNECT_TIMEOUT_MS = 5_000;
/** 300 series of 361 points are 2.5 MB; ten times that is more than a page can draw. */
const DEFAULT_MAX_BYTES = 32 * 1024 * 1024;
/** The eight panels of a page go out side by side; Prometheus runs 20 queries at once by default. */
const MAX_CONCURRENT_PER_TARGET = 10;
/** Below the 60 s idle time-out of usual proxies, so that we close before they do. */
const KEEP_ALIVE_MS = 30_000;
const MAX_TARGETS = 200;

export type UpstreamRequest = {
  /** Percent-encoded, without the target's base path; must be one of the listed read paths. */
  path: string;
  method?: "GET" | "POST";
  /** Parameters of the URL. */
  query?: URLSearchParams;
  /** Parameters sent as a form; only with POST. */
  form?: URLSearchParams;
  /** The caller's abort; it reaches the upstream and rejects with the signal's reason. */
  signal?: AbortSignal;
  /** For everything, waiting for a free slot included; 30 s when absent. */
  timeout?: Seconds;
  /** A longer answer is refused; 32 MiB when absent. */
  maxBytes?: number;
};

export type UpstreamResponse = { status: number; contentType: string; body: string };

export type UpstreamRequestEvent = {
  target: { id: string; kind: UpstreamKind };
  /** The listed path, with its placeholders: a label of few values. */
  route: string;
  seconds: Seconds;
  /** `ok`, `aborted` by the caller, or what went wrong. */
  outcome: "ok" | "aborted" | UpstreamFailure;
};

type Connection = { agent: Agent; limit: LimitFunction };
type Shared = {
  connections: LRUCache<string, Connection>;
  listeners: Set<(event: UpstreamRequestEvent) => void>;
};

// Kept on globalThis, because the server's bundles may each hold a copy of this module: limits and listeners
// must be one for the process.
const SHARED = Symbol.for("inferscope.upstream");
const holder = globalThis as typeof globalThis & { [SHARED]?: Shared };
holder[SHARED] ??= {
  listeners: new Set(),
  connections: new LRUCache<string, Connection>({
    max: MAX_TARGETS,
    // close() lets what is under way finish.
    dispose: ({ agent }) => void agent.close().catch(() => undefined),
  }),
};
const shared: Shared = holder[SHARED];

/** Calls `listener` after every request to another system; returns what stops it. */
export function onUpstreamRequest(listener: (event: UpstreamRequestEvent) => void): () => void {
  shared.listeners.add(listener);
  return () => void shared.listeners.delete(listener);
}

/** Closes kept connections, so that a process or a test can end. Later requests open new ones. */
export async function closeUpstreamConnections(): Promise<void> {
  const agents = [...shared.connections.values()].map(({ agent }) => agent);
  shared.connections.clear();
  await Promise.allSettled(agents.map((agent) => agent.destroy()));
}

/**
 * Asks another system and returns its 2xx answer as text. The one door to the outside.
 *
 * Throws UpstreamError (an InferscopeError of an `upstream_` code whose `failure` says which): no connection,
 * a refused address, any status but 2xx, a redirect (never followed), a time-out, an answer too large. Throws the
 * signal's reason when the caller aborts, and `invalid_request` for a path that is not on the list of reads.
 * A connection that breaks before any answer is tried once more, since every request is a read.
 */
export async function requestUpstream(
  target: UpstreamTarget,
  asked: UpstreamRequest,
): Promise<UpstreamResponse> {
  const method = asked.method ?? "GET";
  const route = allowedRoute(target.kind, method, asked.path);
  const url = route === null ? null : urlOf(target, asked);
  if (route === null || url === null) {
    throw problem(
      "invalid_request",
      `${method} ${asked.path} is not among the reads allowed of ${KIND_NAMES[target.kind]}.`,
    );
  }
  asked.signal?.throwIfAborted();

  const startedAt = performance.now();
  const timeout = asked.timeout ?? DEFAULT_TIMEOUT_SECONDS;
  const abort = new AbortController();
  const timedOut = Symbol("timed out");
  const timer = setTimeout(() => abort.abort(timedOut), timeout * 1000);
  const onCallerAbort = () => abort.abort(asked.signal?.reason);
  // A page or a round of discovery has dozens of requests on its one signal; Node would take that for a leak.
  if (asked.signal) setMaxListeners(0, asked.signal);
  asked.signal?.addEventListener("abort", onCallerAbort, { once: true });
  const whenAborted = new Promise<never>((_, reject) => {
    abort.signal.addEventListener("abort", () => reject(abort.signal.reason), { once: true });
  });
  whenAborted.catch(() => undefined);

  let outcome: UpstreamRequestEvent["outcome"] = "ok";
  try {
    const { agent, limit } = connectionTo(target);
    const answer = limit(() => send(target, url, method, asked, agent, abort.signal));
    // A caller that leaves while it waits for a slot goes at once.
    answer.catch(() => undefined);
    return await Promise.race([answer, whenAborted]);
  } catch (thrown) {
    if (asked.signal?.aborted) {
      outcome = "aborted";
      throw asked.signal.reason;
    }
    const error =
      abort.signal.reason === timedOut
        ? new UpstreamError(
            target,
            "timeout",
            `${KIND_NAMES[target.kind]} at ${addressOf(target)} did not answer within ${timeout} s.`,
          )
        : thrown instanceof UpstreamError
          ? thrown
          : connectionError(target, thrown);
    outcome = error.failure;
    throw error;
  } finally {
    clearTimeout(timer);
    asked.signal?.removeEventListener("abort", onCallerAbort);
    const seconds = (performance.now() - startedAt) / 1000;
    for (const listener of shared.listeners)
      listener({ target: { id: target.id, kind: target.kind }, route, seconds, outcome });
  }
}

/** As {@link requestUpstream}, and parses the answer. Throws `not_json` with what came instead. */
export async function requestUpstreamJson(target: UpstreamTarget, asked: UpstreamRequest): Promise<unknown> {
  const { body, contentType, status } = await requestUpstream(target, asked);
  try {
    return JSON.parse(body);
  } catch {
    // The parser's own error quotes the answer, which may echo our credentials, so it is no cause here.
    const name = KIND_NAMES[target.kind];
    const what = looksLikeHtml(body)
      ? "a web page"
      : body === ""
        ? "an empty body"
        : `something that is not JSON (${withoutCredentials(target, contentType) || "no content type"})`;
    const detail = `${addressOf(target)} answered ${asked.path} with ${what}. It is not ${name}, or a proxy stands in front of it.`;
    throw new UpstreamError(target, "not_json", detail, { upstreamStatus: status });
  }
}

async function send(
  target: UpstreamTarget,
  url: URL,
  method: "GET" | "POST",
  asked: UpstreamRequest,
  agent: Agent,
  signal: AbortSignal,
): Promise<UpstreamResponse> {
  signal.throwIfAborted();
  const options = {
    dispatcher: agent,
    method,
    signal,
    headers: headersOf(target, url, asked),
    body: asked.form?.toString() ?? null,
  };
  const response = await request(withoutUserInfo(url), options).catch((error: unknown) => {
    // A kept connection that the other side has just closed; reads may be sent again.
    if (!signal.aborted && brokeBeforeAnswer(error)) return request(withoutUserInfo(url), options);
    throw error;
  });
  const body = await bodyOf(target, response, asked.maxBytes ?? DEFAULT_MAX_BYTES);
  const header = (name: string) => [response.headers[name]].flat()[0];
  if (response.statusCode < 200 || response.statusCode > 299) {
    throw statusError(target, response.statusCode, body, header("location"));
  }
  return { status: response.statusCode, contentType: header("content-type") ?? "", body };
}

async function bodyOf(
  target: UpstreamTarget,
  response: Dispatcher.ResponseData,
  maxBytes: number,
): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response.body as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) {
      response.body.destroy();
      const limit = Math.round(maxBytes / 1024 / 1024);
      throw new UpstreamError(
        target,
        "too_large",
        `The answer of ${KIND_NAMES[target.kind]} at ${addressOf(target)} is larger than ${limit} MiB. Ask for fewer series, a shorter range or a larger step.`,
        { upstreamStatus: response.statusCode },
      );
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function urlOf(target: UpstreamTarget, asked: UpstreamRequest): URL | null {
  if (!URL.canParse(target.url) || !/^https?:$/.test(new URL(target.url).protocol)) {
    throw new UpstreamError(
      target,
      "invalid_url",
      `The address of this ${KIND_NAMES[target.kind]} is not an http or https URL.`,
    );
  }
  const url = new URL(target.url);
  const path = `${url.pathname.replace(/\/+$/, "")}${asked.path}`;
  url.pathname = path;
  url.hash = "";
  // The parser resolves `..` and `%2e%2e`: if the path changed, it is not the one that was allowed.
  if (url.pathname !== path) return null;
  for (const [name, value] of asked.query ?? []) url.searchParams.append(name, value);
  if (!target.allowMetadataAddresses) {
    try {
      assertHostAllowed(url.hostname);
    } catch (refused) {
      throw connectionError(target, refused);
    }
  }
  return url;
}

function headersOf(target: UpstreamTarget, url: URL, asked: UpstreamRequest): Record<string, string> {
  const headers: Record<string, string> = { accept: "application/json", "user-agent": "inferscope" };
  if (url.username !== "" || url.password !== "") {
    const credentials = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
    headers.authorization = `Basic ${Buffer.from(credentials).toString("base64")}`;
  }
  for (const [name, value] of Object.entries(target.headers)) headers[name.toLowerCase()] = value;
  if (asked.form) headers["content-type"] = "application/x-www-form-urlencoded";
  return headers;
}

function withoutUserInfo(url: URL): URL {
  const plain = new URL(url);
  plain.username = "";
  plain.password = "";
  return plain;
}

/** A changed address, authority or policy is another connection; the old one is closed when it is pushed out. */
function connectionTo(target: UpstreamTarget): Connection {
  const key = JSON.stringify([target.id, target.kind, target.url, target.ca, target.allowMetadataAddresses]);
  let connection = shared.connections.get(key);
  if (!connection) {
    connection = {
      limit: pLimit(MAX_CONCURRENT_PER_TARGET),
      agent: new Agent({
        connections: MAX_CONCURRENT_PER_TARGET,
        pipelining: 1,
        keepAliveTimeout: KEEP_ALIVE_MS,
        keepAliveMaxTimeout: KEEP_ALIVE_MS,
        // Time-outs are one deadline for the whole request, above.
        headersTimeout: 0,
        bodyTimeout: 0,
        connect: {
          timeout: CONNECT_TIMEOUT_MS,
          ...(target.allowMetadataAddresses ? {} : { lookup: guardedLookup() }),
          ...(target.ca ? { ca: [...rootCertificates, target.ca] } : {}),
        },
      }),
    };
    shared.connections.set(key, connection);
  }
  return connection;
}

function brokeBeforeAnswer(error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return code === "UND_ERR_SOCKET" || code === "ECONNRESET" || code === "EPIPE";
}
