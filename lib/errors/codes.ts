/**
 * Every error a caller of Inferscope can meet. The list is closed: each code has a page in `docs/errors/`,
 * and a test fails when one lacks the other.
 */
export const errorCodes = {
  invalid_request: { status: 400, title: "The request is not valid" },
  unauthenticated: { status: 401, title: "Sign in or send an API key" },
  forbidden: { status: 403, title: "You may not do this" },
  not_found: { status: 404, title: "There is no such thing" },
  method_not_allowed: { status: 405, title: "This address does not take that method" },
  conflict: { status: 409, title: "It conflicts with what is there" },
  idempotency_mismatch: { status: 409, title: "This idempotency key was used for another request" },
  precondition_failed: { status: 412, title: "It is not in the state that this needs" },
  payload_too_large: { status: 413, title: "The request body is too large" },
  unsupported_media_type: { status: 415, title: "The body's content type is not understood" },
  query_too_large: { status: 422, title: "The query would return too much" },
  precondition_required: { status: 428, title: "Say which version you are changing" },
  rate_limited: { status: 429, title: "Too many attempts" },
  internal: { status: 500, title: "Something went wrong inside Inferscope" },
  upstream_unavailable: { status: 502, title: "A data source could not be reached" },
  upstream_unauthorized: { status: 502, title: "A data source refused our credentials" },
  upstream_rejected: { status: 502, title: "A data source refused the request" },
  upstream_timeout: { status: 504, title: "A data source did not answer in time" },
  unavailable: { status: 503, title: "Inferscope is not ready" },
} as const satisfies Record<string, { status: number; title: string }>;

export type ErrorCode = keyof typeof errorCodes;
