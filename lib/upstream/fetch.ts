import "server-only";
import { setMaxListeners } from "node:events";
import { rootCertificates } from "node:tls";
import { LRUCache } from "lru-cache";
import { Agent } from "undici";
import { isInferscopeError, problem } from "@/lib/errors";
import type { Seconds } from "@/lib/units";
import { assertHostAllowed, guardedLookup } from "./address-policy";
import { type Caller, callerKey, currentCaller } from "./caller";
import { AnswerTooLong, collect } from "./collect";
import { FairQueue } from "./fair-queue";
import { limitsOf } from "./limits";
import { allowedRoute } from "./read-paths";
import { withoutCredentials } from "./redact";
import { addressOf, KIND_NAMES, type UpstreamKind, type UpstreamTarget } from "./target";
import {
  connectionError,
  isUpstreamError,
  looksLikeHtml,
  statusError,
  UpstreamError,
  type UpstreamFailure,
} from "./upstream-error";

const CONNECT_TIMEOUT_MS = 5_000;
/** 300 series of 361 points are 2.5 MB; ten times that is more than a page can draw. */
const DEFAULT_MAX_BYTES = 32 * 1024 * 1024;
/** Sixteen pages of 64 queries; who has more than that waiting does not look at it. */
const MAX_WAITING_PER_CALLER = 1_000;
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
  /** For everything, waiting for a free slot included; the target's limit when absent. */
  timeout?: Seconds;
  /** A longer answer is refused; 32 MiB when absent. */
  maxBytes?: number;
};

export type UpstreamResponse = { status: number; contentType: string; body: string };

export type UpstreamRequestEvent = {
  target: { id: string; kind: UpstreamKind };
  /** The listed path, with its placeholders: a label of few values. */
  route: string;
  /** From sending to the last byte; 0 for one that never had its turn. */
  seconds: Seconds;
  /** Before its turn. */
  waitedSeconds: Seconds;
  /** Of the answer's body, as far as it was read. */
  bytes: number;
  /** `ok`, `aborted` by the caller, `refused` as too many waited, or what went wrong. */
  outcome: "ok" | "aborted" | "refused" | UpstreamFailure;
  caller: Caller;
};

type Connection = { agent: Agent; queue: FairQueue };
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
 * signal's reason when the caller aborts, `invalid_request` for a path that is not on the list of reads, and
 * `rate_limited` when too many requests of this caller wait. Callers take turns (`fair-queue.ts`).
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

  const caller = currentCaller();
  const limits = limitsOf(target);
  const askedAt = performance.now();
  let sentAt: number | undefined;
  const timeout = asked.timeout ?? limits.timeout;
  const abort = new AbortController();
  const timedOut = Symbol("timed out");
  const timer = setTimeout(() => abort.abort(timedOut), timeout * 1000);
  const onCallerAbort = () => abort.abort(asked.signal?.reason);
  // A page or a round of discovery has dozens of requests on its one signal; Node would take that for a leak.
  if (asked.signal) setMaxListeners(0, asked.signal);
  asked.signal?.addEventListener("abort", onCallerAbort, { once: true });

  let bytes = 0;
  const inTurn = async (): Promise<UpstreamResponse> => {
    const { agent, queue } = connectionTo(target);
    const key = callerKey(caller);
    if (queue.waiting(key) >= MAX_WAITING_PER_CALLER) throw tooManyWait(target);
    const slots = { total: limits.concurrency, perKey: limits.concurrencyPerUser };
    const release = await queue.acquire(key, slots, abort.signal);
    try {
      sentAt = performance.now();
      return await send(target, url, method, asked, agent, abort.signal, (length) => {
        bytes += length;
      });
    } finally {
      release();
    }
  };

  let outcome: UpstreamRequestEvent["outcome"] = "ok";
  try {
    return await inTurn();
  } catch (thrown) {
    if (asked.signal?.aborted) {
      outcome = "aborted";
      throw asked.signal.reason;
    }
    if (isInferscopeError(thrown) && !isUpstreamError(thrown)) {
      outcome = "refused";
      throw thrown;
    }
    const error =
      abort.signal.reason === timedOut
        ? new UpstreamError(target, "timeout", timeoutSentence(target, timeout))
        : thrown instanceof UpstreamError
          ? thrown
          : connectionError(target, thrown);
    outcome = error.failure;
    throw error;
  } finally {
    clearTimeout(timer);
    asked.signal?.removeEventListener("abort", onCallerAbort);
    const endedAt = performance.now();
    const event: UpstreamRequestEvent = {
      target: { id: target.id, kind: target.kind },
      route,
      seconds: sentAt === undefined ? 0 : (endedAt - sentAt) / 1000,
      waitedSeconds: ((sentAt ?? endedAt) - askedAt) / 1000,
      bytes,
      outcome,
      caller,
    };
    for (const listener of shared.listeners) listener(event);
  }
}

const tooManyWait = (target: UpstreamTarget) =>
  problem(
    "rate_limited",
    `${MAX_WAITING_PER_CALLER.toLocaleString("en-US")} of your requests to ${KIND_NAMES[target.kind]} at ${addressOf(target)} are waiting already. Ask again when they are answered.`,
    { retryAfterSeconds: 1 },
  );

/** One that waited for its turn all along is no other fact: those before it were not answered. */
const timeoutSentence = (target: UpstreamTarget, timeout: Seconds): string =>
  `${KIND_NAMES[target.kind]} at ${addressOf(target)} did not answer within ${timeout} s.`;

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
  onRead: (bytes: number) => void,
): Promise<UpstreamResponse> {
  const options = {
    origin: url.origin,
    path: `${url.pathname}${url.search}`,
    method,
    headers: headersOf(target, url, asked),
    body: asked.form?.toString() ?? null,
  };
  const maxBytes = asked.maxBytes ?? DEFAULT_MAX_BYTES;
  const answer = await collect(agent, options, { signal, maxBytes, onRead }).catch((error: unknown) => {
    throw error instanceof AnswerTooLong ? tooLarge(target, error.status, maxBytes) : error;
  });
  const { status } = answer;
  const body = answer.body.toString("utf8");
  const header = (name: string) => [answer.headers[name]].flat()[0];
  if (status < 200 || status > 299) throw statusError(target, status, body, header("location"));
  return { status, contentType: header("content-type") ?? "", body };
}

function tooLarge(target: UpstreamTarget, upstreamStatus: number, maxBytes: number): UpstreamError {
  const limit = Math.round(maxBytes / 1024 / 1024);
  return new UpstreamError(
    target,
    "too_large",
    `The answer of ${KIND_NAMES[target.kind]} at ${addressOf(target)} is larger than ${limit} MiB. Ask for fewer series, a shorter range or a larger step.`,
    { upstreamStatus },
  );
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

/** A changed address, authority or policy is another connection; the old one is closed when it is pushed out. */
function connectionTo(target: UpstreamTarget): Connection {
  const key = JSON.stringify([target.id, target.kind, target.url, target.ca, target.allowMetadataAddresses]);
  let connection = shared.connections.get(key);
  if (!connection) {
    connection = {
      queue: new FairQueue(),
      agent: new Agent({
        // As many as the queue lets through.
        connections: null,
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
