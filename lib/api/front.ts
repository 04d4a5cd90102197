import "server-only";
import { randomUUID } from "node:crypto";
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { problem } from "@/lib/errors";
import { allowedMethods } from "./methods";
import { problemAnswer } from "./problem-response";

/** What programs ask for, and what is answered with problem documents. Pages are for people. */
const isEndpoint = (pathname: string): boolean => /^\/(api|v1|health|metrics)(\/|$)/.test(pathname);

/** The methods that a route may have; Next fails at others. */
const routeMethods = new Set(["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"]);

const malformedPage = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>The address is not valid</title>
<h1>The address is not valid</h1>
<p>It has a percent sign that does not begin a character. <a href="/">Open the console</a></p>
</html>
`;

function decodable(pathname: string): boolean {
  try {
    decodeURIComponent(pathname);
    return true;
  } catch {
    return false;
  }
}

function answer(
  response: ServerResponse,
  status: number,
  headers: Record<string, string>,
  body: string,
): void {
  response
    .writeHead(status, {
      ...headers,
      "content-length": Buffer.byteLength(body),
      "x-content-type-options": "nosniff",
    })
    .end(body);
}

function answerMalformed(pathname: string, response: ServerResponse): void {
  if (isEndpoint(pathname)) {
    const error = problem("invalid_request", "The path has a broken percent escape.");
    const { status, headers, body } = problemAnswer(error, randomUUID(), pathname);
    answer(response, status, headers, body);
  } else {
    const headers = {
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
      "cache-control": "no-store",
    };
    answer(response, 400, headers, malformedPage);
  }
}

function refusedMethod(method: string, pathname: string) {
  const allowed = isEndpoint(pathname) ? allowedMethods(pathname) : "GET, HEAD";
  const detail =
    allowed === null ? `There is no ${method} here.` : `There is no ${method} here, only ${allowed}.`;
  const { status, headers, body } = problemAnswer(
    problem("method_not_allowed", detail),
    randomUUID(),
    pathname,
  );
  return { status, headers: { ...headers, allow: allowed ?? "" }, body };
}

/** Gives the empty answer with which Next refuses a method its problem document. */
function explainRefusedMethod(request: IncomingMessage, pathname: string, response: ServerResponse): void {
  const { writeHead, end } = response;
  let body: string | undefined;
  response.writeHead = ((...given: Parameters<typeof writeHead>) => {
    const bare = given.length === 1 && !response.hasHeader("content-type");
    if (!bare || given[0] !== 405) return writeHead.apply(response, given);
    const refused = refusedMethod(request.method!, pathname);
    body = refused.body;
    response.removeHeader("transfer-encoding");
    const headers = { ...refused.headers, "content-length": Buffer.byteLength(body) };
    return writeHead.call(response, refused.status, headers);
  }) as typeof writeHead;
  response.end = ((...given: unknown[]) => {
    // Its head has to be written first, by which it is known whether there is something to explain.
    if (!response.headersSent && response.statusCode === 405) response.writeHead(405);
    const all = body === undefined ? given : [body];
    return (end as (...all: unknown[]) => ServerResponse).apply(response, all);
  }) as typeof end;
}

/**
 * What stands before Next: answers a path that cannot be decoded, which Next would fail at, and says in a problem
 * document with Allow what an address takes instead of a method that it does not have.
 */
export const inFrontOf =
  (listener: RequestListener): RequestListener =>
  (request, response) => {
    const pathname = (request.url ?? "/").split(/[?#]/, 1)[0]!;
    if (!decodable(pathname)) return answerMalformed(pathname, response);
    const method = request.method ?? "";
    if (!routeMethods.has(method)) {
      const { status, headers, body } = refusedMethod(method, pathname);
      return answer(response, status, headers, body);
    }
    if (isEndpoint(pathname)) explainRefusedMethod(request, pathname, response);
    return listener(request, response);
  };
