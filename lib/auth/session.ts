import "server-only";
import { randomUUID } from "node:crypto";
import { encode } from "next-auth/jwt";
import { sessionSecret } from "@/lib/config";
import { db } from "@/lib/db/client";
import type { User } from "@/lib/db/generated/client";
import { cookieSettings } from "./session-cookie";

/** A session ends this long after its sign-in, however much it is used. */
export const SESSION_MAX_AGE_SECONDS = 14 * 24 * 60 * 60;

/**
 * What a session's token says: who, which generation of that person's sessions, and which session (`sid`). The token's
 * own `jti` changes whenever it is written anew, so it names no session.
 */
export type SessionClaims = { sub: string; sessionVersion: number; sid: string };

/** The name of a session that begins now. */
export const newSessionId = (): string => randomUUID();

/**
 * The user whom a session's token names, or null when it holds no more: the account is disabled or gone, all its
 * sessions were ended since, or this one was signed out of. Read each time, so that it holds at once and on every
 * console of the database.
 */
export async function userOfSession(claims: Record<string, unknown>): Promise<User | null> {
  const { sub, sessionVersion, sid } = claims;
  if (typeof sub !== "string" || typeof sessionVersion !== "number" || typeof sid !== "string") return null;
  return db().user.findFirst({
    where: { id: sub, sessionVersion, disabledAt: null, endedSessions: { none: { id: sid } } },
  });
}

/** Ends one session for good, whoever still holds a copy of its cookie. Doing it again changes nothing. */
export async function endSession(claims: { sub: string; sid: string }, now: Date): Promise<void> {
  // No token of this session can be good for longer, since none is written from here on.
  const expiresAt = new Date(now.getTime() + SESSION_MAX_AGE_SECONDS * 1000);
  await db().endedSession.createMany({
    data: [{ id: claims.sid, userId: claims.sub, expiresAt }],
    skipDuplicates: true,
  });
}

/**
 * The Set-Cookie header of a new session of this user, for the browser that has just ended all sessions but its own.
 * Small enough for one cookie.
 */
export async function sessionCookie(
  user: { id: string; sessionVersion: number },
  now: Date,
): Promise<string> {
  const token = await encode({
    token: {
      sub: user.id,
      sessionVersion: user.sessionVersion,
      sid: newSessionId(),
    } satisfies SessionClaims,
    secret: sessionSecret(),
    maxAge: SESSION_MAX_AGE_SECONDS,
  });
  const { secure, cookies } = cookieSettings();
  const expires = new Date(now.getTime() + SESSION_MAX_AGE_SECONDS * 1000).toUTCString();
  return `${cookies.sessionToken.name}=${token}; Path=/; Expires=${expires}; HttpOnly; SameSite=Lax${secure ? "; Secure" : ""}`;
}
