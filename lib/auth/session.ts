import "server-only";
import { encode } from "next-auth/jwt";
import { sessionSecret } from "@/lib/config";
import { cookieSettings } from "./session-cookie";

/** A session ends this long after its sign-in, however much it is used. */
export const SESSION_MAX_AGE_SECONDS = 14 * 24 * 60 * 60;

/**
 * The Set-Cookie header of a new session of this user, for the browser that has just ended all sessions but its own.
 * Small enough for one cookie.
 */
export async function sessionCookie(
  user: { id: string; sessionVersion: number },
  now: Date,
): Promise<string> {
  const token = await encode({
    token: { sub: user.id, sessionVersion: user.sessionVersion },
    secret: sessionSecret(),
    maxAge: SESSION_MAX_AGE_SECONDS,
  });
  const { secure, cookies } = cookieSettings();
  const expires = new Date(now.getTime() + SESSION_MAX_AGE_SECONDS * 1000).toUTCString();
  return `${cookies.sessionToken.name}=${token}; Path=/; Expires=${expires}; HttpOnly; SameSite=Lax${secure ? "; Secure" : ""}`;
}
