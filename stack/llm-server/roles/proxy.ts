import http from "node:http";
import { pipeline } from "node:stream/promises";
import type { Span, Tracer } from "@opentelemetry/api";
import { type Answer, call, clock, readBody, sendProblem } from "../http";
import { endHttpSpan, startServerSpan, traceHeaders } from "../telemetry";

// Headers of one connection, which are not another's business (RFC 9110, section 7.6.1), and those set anew.
const notForwarded = new Set([
  "connection",
  "keep-alive",
  "transfer-encoding",
  "upgrade",
  "host",
  "traceparent",
  "tracestate",
]);

function forwardable(headers: http.IncomingHttpHeaders): http.OutgoingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !notForwarded.has(name)));
}

/** An agent for connections to the next hop; idle ones end before its server closes them. */
export function createAgent(): http.Agent {
  return new http.Agent({ keepAlive: true, maxFreeSockets: 256, timeout: 60_000 });
}

type Hop = {
  tracer: Tracer;
  agent: http.Agent;
  /** Where the request may go, best first; an empty list is answered with 503. */
  targets(): string[];
  /** Told when a target refused the connection or dropped it before its answer began. */
  failed?(target: string): void;
};

/**
 * Passes a completion on to the first target that answers, and its answer back as it comes, under a span of this hop's
 * service. A target that fails before its answer begins, or is not ready, is passed over: nothing has been computed.
 */
export async function passOn(
  hop: Hop,
  request: http.IncomingMessage,
  response: http.ServerResponse,
): Promise<void> {
  const startedAt = clock();
  const body = await readBody(request);
  const path = "/v1/chat/completions";
  const span = startServerSpan(hop.tracer, { method: "POST", path, headers: request.headers }, startedAt);
  const gone = new AbortController();
  response.once("close", () => {
    if (!response.writableFinished) gone.abort();
  });
  const headers = {
    ...forwardable(request.headers),
    "content-length": body.length,
    ...traceHeaders(span),
  };
  const targets = hop.targets();
  for (const [index, target] of targets.entries()) {
    let answer: Answer;
    try {
      answer = await call({
        url: `${target}${path}`,
        method: "POST",
        headers,
        body,
        agent: hop.agent,
        signal: gone.signal,
      });
    } catch {
      if (gone.signal.aborted) return endHttpSpan(span, { status: 499, kind: "server" }, clock());
      hop.failed?.(target);
      span.addEvent("upstream_failed", { "server.address": target });
      continue;
    }
    if (answer.status === 503 && index < targets.length - 1) {
      answer.body.resume();
      continue;
    }
    return relay(answer, response, span);
  }
  const status = targets.length === 0 ? 503 : 502;
  const detail = targets.length === 0 ? "No model server is ready." : "No model server answers.";
  sendProblem(response, status, detail);
  endHttpSpan(span, { status, errorType: "unavailable", detail, kind: "server" }, clock());
}

async function relay(answer: Answer, response: http.ServerResponse, span: Span): Promise<void> {
  const version = answer.headers["x-model-version"];
  if (typeof version === "string") span.setAttribute("model.version", version);
  response.writeHead(answer.status, forwardable(answer.headers));
  try {
    await pipeline(answer.body, response);
    endHttpSpan(span, { status: answer.status, kind: "server" }, clock());
  } catch (error) {
    const clientLeft = !answer.body.errored;
    const errorType = clientLeft ? undefined : "connection";
    const detail = clientLeft ? undefined : (error as Error).message;
    endHttpSpan(
      span,
      { status: clientLeft ? 499 : answer.status, errorType, detail, kind: "server" },
      clock(),
    );
  }
}
