import { post } from "./request";
import { signInMessage } from "./sign-in-messages";

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
