import "server-only";
import { decode } from "next-auth/jwt";
import { sessionSecret } from "@/lib/config";
import { db } from "@/lib/db/client";
import { problem } from "@/lib/errors";
import type { Actor, ApiKeyActor, UserActor } from "./actor";
import { roleIncludes } from "./permissions";
import { userOfSession } from "./session";
import { cookieSettings } from "./session-cookie";
import { hashSecret } from "./tokens";

type Cookies = {
  get(name: string): { value: string } | undefined;
  getAll(): { name: string; value: string }[];
};

/** How far behind `lastUsedAt` may be: writing it at every request would make each read a write. */
const LAST_USED_PRECISION_MS = 60_000;

/** next-auth splits a long token over `name.0`, `name.1`, …; this joins it again. */
function sessionToken(cookies: Cookies): string | undefined {
  const { name } = cookieSettings().cookies.sessionToken;
  const whole = cookies.get(name)?.value;
  if (whole !== undefined) return whole;
  const parts = cookies
    .getAll()
    .filter((cookie) => cookie.name.startsWith(`${name}.`))
    .sort((a, b) => Number(a.name.slice(name.length + 1)) - Number(b.name.slice(name.length + 1)));
  return parts.length === 0 ? undefined : parts.map((part) => part.value).join("");
}

/**
 * The signed-in user, or null without a valid session. The user is read each time, so a disabled account, a changed
 * role, a sign-out and a raised session version hold at once.
 */
export async function userFromCookies(cookies: Cookies): Promise<UserActor | null> {
  const token = sessionToken(cookies);
  if (token === undefined) return null;
  const payload = await decode({ token, secret: sessionSecret() }).catch(() => null);
  const user = payload === null ? null : await userOfSession(payload);
  if (user === null) return null;
  return { type: "user", id: user.id, name: user.email, role: user.role, teamId: user.teamId };
}

/**
 * The actor of an API key. A key never may more than the one who made it may now: its role is capped by theirs, and it
 * rests while their account is disabled. Throws `unauthenticated` for a key that is unknown, expired, revoked or rests;
 * which of them is only said where the key exists, since only its holder can ask that.
 */
export async function apiKeyActor(key: string, now: Date): Promise<ApiKeyActor> {
  const row = await db().apiKey.findUnique({
    where: { hash: hashSecret(key) },
    include: { createdBy: { select: { role: true, disabledAt: true } } },
  });
  if (row === null) throw problem("unauthenticated", "This API key is not known here.");
  if (row.revokedAt !== null) throw problem("unauthenticated", "This API key was revoked.");
  if (row.expiresAt !== null && row.expiresAt <= now)
    throw problem("unauthenticated", "This API key has expired; make a new one.");
  if (row.createdBy?.disabledAt)
    throw problem("unauthenticated", "The account that made this API key is disabled.");
  if (row.lastUsedAt === null || now.getTime() - row.lastUsedAt.getTime() > LAST_USED_PRECISION_MS)
    await db().apiKey.updateMany({ where: { id: row.id }, data: { lastUsedAt: now } });
  const role = row.createdBy && !roleIncludes(row.createdBy.role, row.role) ? row.createdBy.role : row.role;
  return { type: "api_key", id: row.id, name: row.name, role, scopes: row.scopes, teamId: row.teamId };
}

/** Who sent this request: the holder of a Bearer key, else the signed-in user, else null. Throws as `apiKeyActor`. */
export async function authenticate(
  authorization: string | null,
  cookies: Cookies,
  now: Date,
): Promise<Actor | null> {
  if (authorization !== null) {
    const [, key] = /^Bearer +(\S+)$/i.exec(authorization) ?? [];
    if (key === undefined)
      throw problem("unauthenticated", "The Authorization header must be `Bearer <API key>`.");
    return apiKeyActor(key, now);
  }
  return userFromCookies(cookies);
}
