import type { UpstreamTarget } from "./target";

/** What stands in place of a credential. */
const REDACTED = "[redacted]";
/** A shorter value, such as a tenant `1`, occurs in any text; taking it out would garble the sentence and hide nothing. */
const SHORTEST = 4;

/**
 * Takes what we send of credentials to `target` out of a text that it answered: servers and proxies echo headers in
 * their error pages. Header values, the token after an authorization's scheme, and basic's user and password go, in
 * plain, percent-encoded, JSON-escaped or base64 form, whatever the case. Values shorter than 4 characters stay.
 */
export function withoutCredentials(target: UpstreamTarget, text: string): string {
  const forms = [...new Set(credentialsOf(target).flatMap(formsOf))]
    .filter((form) => form.length >= SHORTEST)
    // The longest first, or the token alone would go and leave the base64 of the rest.
    .sort((a, b) => b.length - a.length);
  if (forms.length === 0) return text;
  return text.replace(new RegExp(forms.map(escaped).join("|"), "gi"), REDACTED);
}

function credentialsOf(target: UpstreamTarget): string[] {
  const sent = Object.entries(target.headers).flatMap(([name, value]) =>
    name.toLowerCase() === "authorization" ? [value, ...partsOfAuthorization(value)] : [value],
  );
  if (URL.canParse(target.url)) {
    const { username, password } = new URL(target.url);
    if (username !== "" || password !== "") {
      const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
      const basic = `Basic ${Buffer.from(pair).toString("base64")}`;
      sent.push(basic, ...partsOfAuthorization(basic));
    }
  }
  return sent.filter((value) => value.length >= SHORTEST);
}

function partsOfAuthorization(value: string): string[] {
  const [, scheme = "", token = ""] = /^(\S+)\s+(.*)$/s.exec(value) ?? [];
  if (scheme.toLowerCase() !== "basic") return [token];
  const pair = Buffer.from(token, "base64").toString("utf8");
  const colon = pair.indexOf(":");
  return colon === -1 ? [token, pair] : [token, pair, pair.slice(0, colon), pair.slice(colon + 1)];
}

function formsOf(value: string): string[] {
  const base64 = Buffer.from(value).toString("base64");
  return [
    value,
    // Header bytes above 0x7f that come back as they went, and are then read as UTF-8.
    Buffer.from(value, "latin1").toString("utf8"),
    encodeURIComponent(value.toWellFormed()),
    new URLSearchParams([["", value]]).toString().slice(1),
    JSON.stringify(value).slice(1, -1),
    base64,
    base64.replace(/=+$/, ""),
    Buffer.from(value).toString("base64url"),
  ];
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/-]/g, "\\$&");
