const UNREACHABLE = "The console cannot be reached. Check that it runs and that you are online.";

type Answer = { ok: boolean; url: string };

/** Sends a step of the sign-in with the token that proves it came from this page. Throws an Error with a sentence. */
export async function post(path: string, fields: Record<string, string>): Promise<Answer> {
  try {
    const { csrfToken } = (await (await fetch("/api/auth/csrf")).json()) as { csrfToken: string };
    const response = await fetch(`/api/auth/${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ ...fields, csrfToken, json: "true" }),
    });
    const { url, detail } = (await response.json()) as { url?: string; detail?: string };
    if (url === undefined) throw new Error(detail ?? UNREACHABLE);
    return { ok: response.ok, url };
  } catch (error) {
    throw error instanceof TypeError || error instanceof SyntaxError ? new Error(UNREACHABLE) : error;
  }
}
