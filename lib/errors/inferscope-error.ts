import { type ErrorCode, errorCodes } from "./codes";

/** One field of the input that was wrong: where it stands, and what would be right. */
export type FieldError = { path: string; message: string };

/** What to ask instead of a query that is too large; either is enough. */
export type Suggestion = {
  /** A step with which the answer would fit, in seconds. */
  step?: number;
  /** PromQL for the largest series only. */
  expr?: string;
};

type ProblemOptions = {
  /** Fields of the request that were wrong. */
  fields?: FieldError[];
  /** What happened inside; it is logged and never sent to a caller. */
  internal?: string;
  /** The present state of the thing, for 409 and 412. */
  current?: unknown;
  /** What would be answered. */
  suggestion?: Suggestion;
  /** Seconds after which another try may succeed. */
  retryAfterSeconds?: number;
  /** What the other system said, in its own words; shown to the caller. */
  upstream?: string;
  cause?: unknown;
};

/**
 * An error with a code from the closed list. `detail` is written for the caller; `internal` and `cause` are for
 * the log. Only `route()` and the job runner translate it into an answer.
 */
export class InferscopeError extends Error {
  readonly code: ErrorCode;
  readonly status: number;
  readonly detail: string;
  readonly fields: FieldError[] | undefined;
  readonly internal: string | undefined;
  readonly current: unknown;
  readonly suggestion: Suggestion | undefined;
  readonly retryAfterSeconds: number | undefined;
  readonly upstream: string | undefined;

  constructor(code: ErrorCode, detail: string, options: ProblemOptions = {}) {
    super(`${code}: ${detail}`, { cause: options.cause });
    this.name = "InferscopeError";
    this.code = code;
    this.status = errorCodes[code].status;
    this.detail = detail;
    this.fields = options.fields;
    this.internal = options.internal;
    this.current = options.current;
    this.suggestion = options.suggestion;
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.upstream = options.upstream;
  }
}

/** Makes an error of the closed list; `detail` is a sentence that the caller reads. */
export const problem = (code: ErrorCode, detail: string, options?: ProblemOptions): InferscopeError =>
  new InferscopeError(code, detail, options);

/** Makes the error of an input of which some fields are wrong: each with its path, and what would be right. */
export const invalidFields = (
  fields: FieldError[],
  options?: Omit<ProblemOptions, "fields">,
): InferscopeError => problem("invalid_request", "Some fields are not valid.", { ...options, fields });

/**
 * Says whether a thrown value is ours. Compared by shape, since the worker and Next's server are two bundles and
 * hold two copies of the class.
 */
export const isInferscopeError = (error: unknown): error is InferscopeError =>
  error instanceof InferscopeError ||
  (error instanceof Error && error.name === "InferscopeError" && "code" in error && "status" in error);
