import { problem } from "@/lib/errors";

/**
 * Refuses a change that a foreign page sends with the viewer's cookie: browsers state the sender in Sec-Fetch-Site,
 * older ones in Origin. Requests with an API key carry no cookie and need no such check.
 */
export function requireSameOrigin(request: Request, publicOrigin: string): void {
  const site = request.headers.get("sec-fetch-site");
  const origin = request.headers.get("origin");
  const host = request.headers.get("host");
  const sameHost =
    origin !== null &&
    URL.canParse(origin) &&
    (new URL(origin).host === host || new URL(origin).origin === publicOrigin);
  const sameSite = site === "same-origin" || site === "none";
  if (site === null ? origin === null || sameHost : sameSite && (origin === null || sameHost)) return;
  throw problem("forbidden", "This change came from another site. Open the console itself and try there.");
}
