import "server-only";
import { z } from "zod";

const BASE_SCOPES = "openid email profile";
const KEPT_MS = 60 * 60_000;
const TIMEOUT_MS = 5_000;

const discoverySchema = z.object({ scopes_supported: z.array(z.string()).optional() });
let kept: { issuer: string; scopes: string; until: number } | undefined;

/**
 * The scopes to ask the issuer for: "groups" only where it says that it knows it, since some issuers refuse a scope
 * they do not know and others send no groups without it. Reads the issuer's discovery document, once an hour; when
 * that fails the sign-in itself says what is wrong with the issuer.
 */
export async function oidcScopes(issuer: string, now: Date): Promise<string> {
  if (kept?.issuer === issuer && kept.until > now.getTime()) return kept.scopes;
  try {
    const response = await fetch(`${issuer}/.well-known/openid-configuration`, {
      signal: AbortSignal.timeout(TIMEOUT_MS),
      redirect: "error",
    });
    const discovered = discoverySchema.parse(await response.json());
    const scopes = discovered.scopes_supported?.includes("groups") ? `${BASE_SCOPES} groups` : BASE_SCOPES;
    kept = { issuer, scopes, until: now.getTime() + KEPT_MS };
    return scopes;
  } catch {
    return BASE_SCOPES;
  }
}
