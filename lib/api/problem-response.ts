import "server-only";
import { errorCodes, isInferscopeError, problem } from "@/lib/errors";
import { log } from "@/lib/observability/log";

/** Postgres and the pool say these when the database is away; Prisma passes them on by code. */
const DATABASE_AWAY = new Set([
  "P1001",
  "P1002",
  "P1008",
  "P1017",
  "P2024",
  "ECONNREFUSED",
  "ECONNRESET",
  "57P01",
  "57P03",
  "08006",
]);

/** Whether an error means that the database cannot be reached, looking through causes. */
export function isDatabaseAway(error: unknown): boolean {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth += 1) {
    const code = (at as { code?: unknown }).code;
    if (typeof code === "string" && DATABASE_AWAY.has(code)) return true;
    if (
      /ECONNREFUSED|terminating connection|Connection terminated|server closed the connection|timeout exceeded when trying to connect|DatabaseNotReachable|Can't reach database/i.test(
        at.message,
      )
    )
      return true;
  }
  return false;
}

type ProblemAnswer = { status: number; headers: Record<string, string>; body: string };

/**
 * The RFC 9457 problem document of an error, and the one place where an error becomes an answer. Ours keep their
 * code; anything else is `internal`, logged whole, and tells the caller only the request id.
 */
export function problemAnswer(error: unknown, requestId: string, instance: string): ProblemAnswer {
  const known = isInferscopeError(error)
    ? error
    : isDatabaseAway(error)
      ? problem(
          "unavailable",
          "The database cannot be reached. Nothing was changed; try again once it is back.",
          { cause: error, retryAfterSeconds: 5 },
        )
      : problem("internal", `Something went wrong here. The log has the cause under request ${requestId}.`, {
          cause: error,
        });
  const level =
    known.status >= 500 ? "error" : known.status === 404 || known.status === 401 ? "debug" : "info";
  log[level]({
    event: "request_failed",
    requestId,
    path: instance,
    code: known.code,
    status: known.status,
    internal: known.internal,
    error: known.code === "internal" || known.code === "unavailable" ? error : undefined,
  });
  const document = {
    type: `/docs/errors/${known.code}`,
    title: errorCodes[known.code].title,
    status: known.status,
    detail: known.detail,
    code: known.code,
    instance,
    requestId,
    ...(known.fields === undefined ? {} : { fields: known.fields }),
    ...(known.current === undefined ? {} : { current: known.current }),
    ...(known.suggestion === undefined ? {} : { suggestion: known.suggestion }),
    ...(known.upstream === undefined ? {} : { upstream: known.upstream }),
  };
  const headers: Record<string, string> = {
    "content-type": "application/problem+json",
    "cache-control": "no-store",
    "x-request-id": requestId,
    ...(known.status === 401 ? { "www-authenticate": "Bearer" } : {}),
    ...(known.retryAfterSeconds === undefined
      ? {}
      : { "retry-after": String(Math.ceil(known.retryAfterSeconds)) }),
  };
  return { status: known.status, headers, body: JSON.stringify(document) };
}

/** `problemAnswer` as a route handler answers it. */
export function problemResponse(error: unknown, requestId: string, instance: string): Response {
  const { body, ...init } = problemAnswer(error, requestId, instance);
  return new Response(body, init);
}
