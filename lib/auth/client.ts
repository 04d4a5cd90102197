import { signInMessage } from "./sign-in-messages";

const UNREACHABLE = "The console cannot be reached. Check that it runs and that you are online.";

type Answer = { ok: boolean; url: string };

/** Sends a step of the sign-in with the token that proves it came from this page. Throws an Error with a sentence. */
async function post(path: string, fields: Record<string, string>): Promise<Answer> {
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

const errorOf = (url: string): string | null => new URL(url, location.origin).searchParams.get("error");

/** Signs in by password or by one-time link; the session's cookie is set then. Throws an Error with a sentence. */
export async function signIn(
  fields: { by: "password"; email: string; password: string } | { by: "link"; token: string },
): Promise<void> {
  const { by, ...given } = fields;
  const { ok, url } = await post(`callback/${by}`, given);
  const error = errorOf(url);
  if (!ok || error !== null) throw new Error(signInMessage(error ?? "Unknown")!);
}

/** The issuer's address to go on to for single sign-on. Throws an Error with a sentence. */
export async function singleSignOnUrl(to: string): Promise<string> {
  const { url } = await post("signin/oidc", { callbackUrl: to });
  const target = new URL(url, location.origin);
  if (target.origin === location.origin && target.pathname.startsWith("/api/auth/"))
    throw new Error(signInMessage(target.searchParams.get("error") ?? "OAuthSignin")!);
  return target.href;
}

/** Ends this session and goes to the sign-in. */
export async function signOut(): Promise<void> {
  await post("signout", {});
  location.assign("/sign-in");
}
