/** One field of a request that was wrong, as the problem document names it. */
export type ProblemField = { path: string; message: string };

/** A request that the console's own API refused or could not answer, as its problem document tells it. */
export class ApiError extends Error {
  constructor(
    /** HTTP status; 0 when the console could not be reached. */
    readonly status: number,
    readonly code: string,
    /** A sentence for the person who reads it. */
    readonly detail: string,
    readonly more: {
      requestId?: string;
      fields?: ProblemField[];
      /** What a data source said, in its own words. */
      upstream?: string;
      /** The present state of the thing, with 409 and 412. */
      current?: unknown;
    } = {},
  ) {
    super(`${code}: ${detail}`);
    this.name = "ApiError";
  }
}

export type ApiRequest = {
  method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  body?: unknown;
  /** YAML that is sent as it is in the place of `body`. */
  yaml?: string;
  /** The version that was read; refused with 412 when it is not the present one. */
  ifMatch?: number;
  /** Makes a create safe to send again: the same key gets the first answer. */
  idempotencyKey?: string;
  signal?: AbortSignal;
};

/**
 * The JSON that the console's API answers; undefined for an empty answer. Throws ApiError for a problem document, and
 * one of code `unavailable` and status 0 when the console cannot be reached. An abort is passed on as it is.
 */
export async function requestJson<Answer>(path: string, request: ApiRequest = {}): Promise<Answer> {
  const { method = "GET", body, yaml, ifMatch, idempotencyKey, signal } = request;
  const headers: Record<string, string> = { accept: "application/json" };
  if (body !== undefined) headers["content-type"] = "application/json";
  if (yaml !== undefined) headers["content-type"] = "application/yaml";
  if (ifMatch !== undefined) headers["if-match"] = `"${ifMatch}"`;
  if (idempotencyKey !== undefined) headers["idempotency-key"] = idempotencyKey;
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      headers,
      signal,
      body: yaml ?? (body === undefined ? undefined : JSON.stringify(body)),
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError(
      0,
      "unavailable",
      "The console cannot be reached. Check that it runs and that you are online.",
    );
  }
  const text = await response.text();
  let answer: unknown;
  try {
    answer = text === "" ? undefined : JSON.parse(text);
  } catch {
    answer = undefined;
  }
  if (response.ok) return answer as Answer;
  const document = (typeof answer === "object" && answer !== null ? answer : {}) as Record<string, unknown>;
  const field = (name: string) =>
    typeof document[name] === "string" ? (document[name] as string) : undefined;
  throw new ApiError(
    response.status,
    field("code") ?? "internal",
    field("detail") ?? `The console answered with status ${response.status}.`,
    {
      requestId: field("requestId") ?? response.headers.get("x-request-id") ?? undefined,
      fields: Array.isArray(document.fields) ? (document.fields as ProblemField[]) : undefined,
      upstream: field("upstream"),
      current: document.current,
    },
  );
}

/** Any thrown value as the facts an `ErrorState` shows. */
export function errorFacts(error: unknown): { detail: string; upstream?: string; requestId?: string } {
  if (error instanceof ApiError)
    return { detail: error.detail, upstream: error.more.upstream, requestId: error.more.requestId };
  return { detail: error instanceof Error ? error.message : String(error) };
}

/** A path with its query; parameters that are undefined, null or empty are left out. */
export function withQuery(
  path: string,
  parameters: Record<string, string | number | boolean | null | undefined>,
): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters))
    if (value !== undefined && value !== null && value !== "") search.set(name, String(value));
  const text = search.toString();
  return text === "" ? path : `${path}?${text}`;
}
