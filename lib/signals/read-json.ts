/** A request that the console's own API refused or could not answer, as its problem document tells it. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    /** A sentence for the person who reads it. */
    readonly detail: string,
    readonly requestId?: string,
  ) {
    super(`${code}: ${detail}`);
    this.name = "ApiError";
  }
}

/**
 * The JSON that the console's API answers to one request. Throws ApiError for a problem document, and one of code
 * `unavailable` when the console cannot be reached.
 */
export async function readJson<Answer>(
  path: string,
  options: { method?: "GET" | "POST"; body?: unknown; signal?: AbortSignal } = {},
): Promise<Answer> {
  const { method = "GET", body, signal } = options;
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      signal,
      headers: {
        accept: "application/json",
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError(
      0,
      "unavailable",
      "The console cannot be reached. Check that it runs and that you are online.",
    );
  }
  if (response.ok) return (await response.json()) as Answer;
  const document: unknown = await response.json().catch(() => null);
  const field = (name: string): string | undefined => {
    const value = (document as Record<string, unknown> | null)?.[name];
    return typeof value === "string" ? value : undefined;
  };
  throw new ApiError(
    response.status,
    field("code") ?? "internal",
    field("detail") ?? `The console answered with status ${response.status}.`,
    field("requestId"),
  );
}
