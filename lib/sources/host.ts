/**
 * Whether two URLs lead to the same server: scheme, host and port (default ports count as given). Credentials are only
 * ever sent where they were entered for.
 */
export function isSameHost(a: string, b: string): boolean {
  return URL.canParse(a) && URL.canParse(b) && new URL(a).origin === new URL(b).origin;
}

/** Whether two URLs are one but for what the parser evens out: case of the host, default port, slashes at the end. */
export function isSameUrl(a: string, b: string): boolean {
  const plain = (text: string) => (URL.canParse(text) ? new URL(text).href : text).replace(/\/+$/, "");
  return plain(a) === plain(b);
}

/** Takes user and password out of a URL, decoded; `credentials` is null when there were none. */
export function splitUserInfo(text: string): {
  url: string;
  credentials: { username: string; password: string } | null;
} {
  const url = new URL(text);
  if (url.username === "" && url.password === "") return { url: text, credentials: null };
  const credentials = {
    username: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
  };
  url.username = "";
  url.password = "";
  return { url: url.toString().replace(/\/+$/, ""), credentials };
}
