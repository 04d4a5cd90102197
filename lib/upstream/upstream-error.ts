import { type ErrorCode, InferscopeError, type Suggestion } from "@/lib/errors";
import { withoutCredentials } from "./redact";
import { addressOf, KIND_NAMES, type UpstreamTarget } from "./target";

/** Everything that can go wrong between us and another system. */
export type UpstreamFailure =
  | "invalid_url"
  | "refused_address"
  | "dns"
  | "refused_connection"
  | "unreachable"
  | "tls"
  | "not_http"
  | "cut_off"
  | "timeout"
  | "redirect"
  | "unauthorized"
  | "forbidden"
  | "not_found"
  | "rejected"
  | "overloaded"
  | "server_error"
  | "too_large"
  | "not_json"
  | "unexpected_shape";

const CODES: Readonly<Record<UpstreamFailure, ErrorCode>> = {
  invalid_url: "upstream_unavailable",
  refused_address: "upstream_unavailable",
  dns: "upstream_unavailable",
  refused_connection: "upstream_unavailable",
  unreachable: "upstream_unavailable",
  tls: "upstream_unavailable",
  not_http: "upstream_unavailable",
  cut_off: "upstream_unavailable",
  timeout: "upstream_timeout",
  redirect: "upstream_unavailable",
  unauthorized: "upstream_unauthorized",
  forbidden: "upstream_unauthorized",
  not_found: "upstream_rejected",
  rejected: "upstream_rejected",
  overloaded: "upstream_unavailable",
  server_error: "upstream_unavailable",
  too_large: "query_too_large",
  not_json: "upstream_unavailable",
  unexpected_shape: "upstream_unavailable",
};

/**
 * An InferscopeError of one of the `upstream_` codes that also says what kind of failure it was. What `upstream` echoes
 * of the target's credentials is taken out of it, and of `detail` where that quotes it.
 */
export class UpstreamError extends InferscopeError {
  readonly failure: UpstreamFailure;
  readonly targetId: string;
  /** The HTTP status that came back, when one did. */
  readonly upstreamStatus: number | undefined;

  constructor(
    target: UpstreamTarget,
    failure: UpstreamFailure,
    detail: string,
    options: {
      upstreamStatus?: number;
      upstream?: string;
      suggestion?: Suggestion;
      cause?: unknown;
      internal?: string;
    } = {},
  ) {
    const { upstream } = options;
    const shown = upstream && withoutCredentials(target, upstream);
    super(CODES[failure], upstream && shown ? detail.replaceAll(upstream, () => shown) : detail, {
      ...options,
      upstream: shown,
      cause: quotesAnswer(options.cause) ? undefined : options.cause,
    });
    this.failure = failure;
    this.targetId = target.id;
    this.upstreamStatus = options.upstreamStatus;
  }
}

/** The errors of the parsers of JSON and HTTP carry a piece of the answer, which the log would print. */
const quotesAnswer = (cause: unknown): boolean =>
  cause instanceof SyntaxError || (cause instanceof Error && cause.name === "HTTPParserError");

/** Says whether a thrown value came from a request to another system; by shape, for bundles hold two copies. */
export const isUpstreamError = (error: unknown): error is UpstreamError =>
  error instanceof UpstreamError || (error instanceof Error && "failure" in error && "targetId" in error);

const TLS_SENTENCES: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: "its certificate has expired",
  CERT_NOT_YET_VALID: "its certificate is not valid yet",
  DEPTH_ZERO_SELF_SIGNED_CERT: "its certificate is self-signed; add it as the source's own CA",
  SELF_SIGNED_CERT_IN_CHAIN:
    "its certificate comes from an authority that is not trusted; add that CA to the source",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    "its certificate comes from an authority that is not trusted; add that CA to the source",
  UNABLE_TO_GET_ISSUER_CERT:
    "its certificate comes from an authority that is not trusted; add that CA to the source",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    "its certificate comes from an authority that is not trusted; add that CA to the source",
  ERR_TLS_CERT_ALTNAME_INVALID: "its certificate is for another host name",
};

/** Returns what a failed connection means, in words. `error` is what undici, the socket or TLS threw. */
export function connectionError(target: UpstreamTarget, error: unknown): UpstreamError {
  const codes = codesOf(error);
  const name = `${KIND_NAMES[target.kind]} at ${addressOf(target)}`;
  const has = (...wanted: string[]) => codes.find((code) => wanted.includes(code));
  const fail = (failure: UpstreamFailure, detail: string) =>
    new UpstreamError(target, failure, detail, { cause: error, internal: codes.join(", ") });

  if (has("ERR_REFUSED_ADDRESS")) {
    return fail(
      "refused_address",
      `${name} is not asked: ${innermost(error).message}. Set INFERSCOPE_ALLOW_METADATA_ADDRESSES=1 if that is meant.`,
    );
  }
  if (has("ENOTFOUND", "EAI_AGAIN", "EAI_FAIL", "ENODATA")) {
    return fail(
      "dns",
      `The host name of ${name} does not resolve. Check its spelling and this machine's DNS.`,
    );
  }
  if (has("ECONNREFUSED")) {
    return fail(
      "refused_connection",
      `Nothing listens at ${addressOf(target)}. Check the port, and that ${KIND_NAMES[target.kind]} runs.`,
    );
  }
  const tls = codes.find((code) => code in TLS_SENTENCES);
  if (tls) return fail("tls", `The TLS connection to ${name} failed: ${TLS_SENTENCES[tls]}.`);
  if (has("ERR_SSL_WRONG_VERSION_NUMBER", "ERR_SSL_PACKET_LENGTH_TOO_LONG", "EPROTO")) {
    return fail("tls", `${name} does not speak TLS there. Use http:// if it is plain HTTP.`);
  }
  if (
    codes.some(
      (code) => code.startsWith("ERR_SSL_") || code.startsWith("ERR_TLS_") || code.startsWith("CERT_"),
    )
  ) {
    return fail(
      "tls",
      `The TLS connection to ${name} failed: ${withoutCredentials(target, innermost(error).message)}.`,
    );
  }
  if (has("UND_ERR_CONNECT_TIMEOUT", "UND_ERR_HEADERS_TIMEOUT", "UND_ERR_BODY_TIMEOUT", "ETIMEDOUT")) {
    return fail("timeout", `${name} did not answer in time.`);
  }
  if (has("EHOSTUNREACH", "ENETUNREACH", "EADDRNOTAVAIL", "EACCES", "EPERM")) {
    return fail("unreachable", `There is no way from this machine to ${name}.`);
  }
  if (isNotHttp(error) || has("UND_ERR_HEADERS_OVERFLOW")) {
    return fail(
      "not_http",
      `${name} answers, but not in HTTP. Check the port, and whether it should be https://.`,
    );
  }
  return fail("cut_off", `${name} closed the connection before its answer was complete.`);
}

/** Returns the error of an HTTP status that is not 2xx; `body` is the answer's text, from which our credentials go. */
export function statusError(
  target: UpstreamTarget,
  status: number,
  body: string,
  location: string | undefined,
): UpstreamError {
  const name = `${KIND_NAMES[target.kind]} at ${addressOf(target)}`;
  const upstream = upstreamMessage(target, body);
  const said = upstream ? `: ${upstream}${/[.!?]$/.test(upstream) ? "" : "."}` : ".";
  const fail = (failure: UpstreamFailure, detail: string) =>
    new UpstreamError(target, failure, detail, { upstreamStatus: status, upstream });

  if (status >= 300 && status < 400) {
    const where = redirectHost(target, location);
    return fail(
      "redirect",
      `${name} redirects${where}. Redirects are not followed, because credentials would go along; enter the final address.`,
    );
  }
  if (status === 401) return fail("unauthorized", `${name} wants other credentials (401)${said}`);
  if (status === 403)
    return fail("forbidden", `${name} does not allow this with the credentials it was given (403)${said}`);
  if (status === 404) return fail("not_found", `${name} knows no such address (404)${said}`);
  if (status === 429) return fail("overloaded", `${name} asks to slow down (429)${said}`);
  if (status === 504 || (status === 503 && /"errorType"\s*:\s*"timeout"/.test(body))) {
    return fail("timeout", `${name} gave up on the query (${status})${said}`);
  }
  if (status >= 500) return fail("server_error", `${name} answered with an error (${status})${said}`);
  return fail(
    "rejected",
    upstream
      ? `${name} refused the request (${status})${said}`
      : `${name} refused the request with status ${status}.`,
  );
}

/** A message of another system longer than this is cut; it goes on a page. */
const MAX_MESSAGE_LENGTH = 1000;

/**
 * Returns what an error answer says in words, or undefined: Prometheus's `error`, Jaeger's `errors[0].msg` and
 * `error.message`, Alertmanager's JSON string, or a short plain text. A web page says nothing. Credentials that we
 * sent and it echoes are taken out.
 */
export function upstreamMessage(target: UpstreamTarget, body: string): string | undefined {
  const text = body.trim();
  if (text === "" || looksLikeHtml(text)) return undefined;
  let message: unknown;
  try {
    message = messageIn(JSON.parse(text));
  } catch {
    message = text.length <= 300 ? text : undefined;
  }
  return typeof message === "string" && message.trim() !== ""
    ? // Before it is cut: half a token would not be recognised.
      withoutCredentials(target, message.trim()).slice(0, MAX_MESSAGE_LENGTH)
    : undefined;
}

/** Says whether an answer is a web page: a proxy's error, a sign-in page, or another program's front page. */
export function looksLikeHtml(body: string): boolean {
  return /^\s*<(!doctype|html|head|body|!--|\?xml)/i.test(body.slice(0, 500));
}

function messageIn(value: unknown): unknown {
  if (typeof value === "string") return value;
  if (typeof value !== "object" || value === null) return undefined;
  const { error, errors, message, msg } = value as Record<string, unknown>;
  if (Array.isArray(errors) && errors.length > 0) return messageIn(errors[0]);
  if (error !== undefined && error !== null) return messageIn(error);
  return message ?? msg;
}

function redirectHost(target: UpstreamTarget, location: string | undefined): string {
  if (!location || !URL.canParse(location, target.url)) return "";
  const { protocol, host, pathname } = new URL(location, target.url);
  return ` to ${withoutCredentials(target, `${protocol}//${host}${pathname}`)}`;
}

function innermost(error: unknown): Error {
  let current = error instanceof Error ? error : new Error(String(error));
  while (true) {
    const inner = current instanceof AggregateError ? current.errors[0] : current.cause;
    if (!(inner instanceof Error)) return current;
    current = inner;
  }
}

/** undici's parser gives no code for most of what it refuses; a chunked answer that ends early is HTTP all the same. */
function isNotHttp(error: unknown): boolean {
  return error instanceof Error && error.name === "HTTPParserError" && !error.message.includes("EOF");
}

/** The codes of an error, its causes and, where several addresses were tried, of each try. */
function codesOf(error: unknown, depth = 0): string[] {
  if (!(error instanceof Error) || depth > 5) return [];
  const own = "code" in error && typeof error.code === "string" ? [error.code] : [];
  const inner = error instanceof AggregateError ? error.errors : [];
  return [...own, ...inner.flatMap((one) => codesOf(one, depth + 1)), ...codesOf(error.cause, depth + 1)];
}
