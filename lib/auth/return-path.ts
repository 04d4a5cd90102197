/**
 * The path to go to after a sign-in, out of what a link asked for: a path of this console, with query and fragment.
 * Anything that could lead to another origin, back to the sign-in or to an endpoint becomes "/".
 */
export function safeReturnPath(to: string | null | undefined): string {
  // A browser reads "//host", "/\host" and paths with tabs or newlines in front as another host.
  if (to == null || !to.startsWith("/") || /^\/[/\\]/.test(to) || /\p{Cc}|\\/u.test(to)) return "/";
  const base = "http://console.invalid";
  if (!URL.canParse(to, base)) return "/";
  const url = new URL(to, base);
  if (url.origin !== base || url.pathname.startsWith("//")) return "/";
  if (/^\/(api|v1|sign-in|setup)(\/|$)/.test(url.pathname)) return "/";
  return `${url.pathname}${url.search}${url.hash}`;
}
