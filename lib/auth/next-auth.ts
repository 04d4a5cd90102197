import "server-only";
import type { AuthOptions, User as SessionUser } from "next-auth";
import CredentialsProvider from "next-auth/providers/credentials";
import type { OAuthConfig } from "next-auth/providers/oauth";
import { config, publicUrl, sessionSecret } from "@/lib/config";
import { db, transaction } from "@/lib/db/client";
import { log } from "@/lib/observability/log";
import { clientAddress } from "./client-address";
import { signInByOidc } from "./oidc-sign-in";
import { safeReturnPath } from "./return-path";
import {
  endSession,
  newSessionId,
  SESSION_MAX_AGE_SECONDS,
  type SessionClaims,
  userOfSession,
} from "./session";
import { cookieSettings } from "./session-cookie";
import { type SignInOutcome, signInByLink, signInByPassword } from "./sign-in";
import { recordSignOut } from "./sign-in-events";

type Claims = Record<string, unknown> & { sub: string };

const ISSUER_TIMEOUT_MS = 10_000;

/** The errors of the library, without what it was working on: that holds tokens and claims. */
function logged(code: string, detail: unknown): void {
  const error = detail instanceof Error ? detail : (detail as { error?: unknown } | undefined)?.error;
  log.warn({ event: "sign_in_failed", code, error: error instanceof Error ? error.message : undefined });
}

/**
 * Turns an outcome into what next-auth wants: a user, or an error whose message is the `error` parameter of the
 * sign-in page. Nothing of an unexpected error may get there, since it may tell about the database.
 */
async function settle(attempt: Promise<SignInOutcome>, now: Date): Promise<SessionUser> {
  const outcome = await attempt.catch((error: unknown) => {
    log.error({ event: "sign_in_broke", error });
    throw new Error("Unavailable");
  });
  switch (outcome.kind) {
    case "signed_in":
      return { id: outcome.user.id };
    case "wrong":
      throw new Error("Wrong");
    case "disabled":
      throw new Error("Disabled");
    case "expired_link":
      throw new Error("ExpiredLink");
    case "throttled":
      throw new Error(
        `Throttled-${Math.max(1, Math.ceil((outcome.retryAt.getTime() - now.getTime()) / 1000))}`,
      );
  }
}

const headersOf = (headers: Record<string, unknown> | undefined) => ({
  get: (name: string) => (typeof headers?.[name] === "string" ? (headers[name] as string) : null),
});

function oidcProvider(scope: string): OAuthConfig<Claims>[] {
  const { OIDC_ISSUER, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET, OIDC_NAME } = config();
  if (OIDC_ISSUER === undefined) return [];
  return [
    {
      id: "oidc",
      name: OIDC_NAME,
      type: "oauth",
      wellKnown: `${OIDC_ISSUER}/.well-known/openid-configuration`,
      clientId: OIDC_CLIENT_ID,
      clientSecret: OIDC_CLIENT_SECRET,
      idToken: true,
      checks: ["pkce", "state", "nonce"],
      authorization: { params: { scope } },
      httpOptions: { timeout: ISSUER_TIMEOUT_MS },
      userinfo: {
        // The ID token is verified and wins; userinfo adds what many issuers leave out of it, such as groups.
        request: async ({ tokens, client }) => {
          const claims = (tokens as unknown as { claims(): Claims }).claims();
          if (client.issuer.metadata.userinfo_endpoint === undefined) return claims;
          const more = await client.userinfo(tokens as Parameters<typeof client.userinfo>[0]);
          return { ...more, ...claims };
        },
      },
      profile: (claims) => ({ id: claims.sub }),
    },
  ];
}

/**
 * The options of next-auth for one request. `scope` is what the issuer is asked for, from `oidcScopes`; `requestHeaders`
 * tell the client's address where next-auth does not pass them on. `signOutFailed` is told when a session could not be
 * ended, since next-auth itself keeps that to itself and lets the browser forget a cookie that is still good.
 */
export function authOptions(
  requestHeaders: { get(name: string): string | null },
  scope: string,
  signOutFailed: (error: unknown) => void,
): AuthOptions {
  const { secure, cookies } = cookieSettings();
  // The library takes its own address from here and from nowhere else.
  process.env.NEXTAUTH_URL = publicUrl();
  return {
    secret: sessionSecret(),
    useSecureCookies: secure,
    cookies,
    session: { strategy: "jwt", maxAge: SESSION_MAX_AGE_SECONDS },
    pages: { signIn: "/sign-in", signOut: "/sign-in", error: "/sign-in" },
    logger: { error: logged, warn: () => {}, debug: () => {} },
    providers: [
      CredentialsProvider({
        id: "password",
        name: "E-mail and password",
        credentials: { email: {}, password: {} },
        authorize: (given, request) => {
          const now = new Date();
          const { email, password } = given ?? {};
          if (typeof email !== "string" || typeof password !== "string") throw new Error("Wrong");
          return settle(
            signInByPassword({ email, password }, clientAddress(headersOf(request.headers)), now),
            now,
          );
        },
      }),
      CredentialsProvider({
        id: "link",
        name: "One-time link",
        credentials: { token: {} },
        authorize: (given, request) => {
          const now = new Date();
          if (typeof given?.token !== "string" || given.token.length > 200) throw new Error("ExpiredLink");
          return settle(signInByLink(given.token, clientAddress(headersOf(request.headers)), now), now);
        },
      }),
      ...oidcProvider(scope),
    ],
    callbacks: {
      signIn: async ({ account, profile }) => {
        if (account?.provider !== "oidc") return true;
        try {
          const outcome = await signInByOidc(
            profile as Record<string, unknown>,
            clientAddress(requestHeaders),
            new Date(),
          );
          return outcome.kind === "signed_in" ? true : `/sign-in?error=${outcome.reason}`;
        } catch (error) {
          log.error({ event: "sign_in_broke", error });
          return "/sign-in?error=Unavailable";
        }
      },
      /** The token says who and which session; all else is read from the database at each request. */
      jwt: async ({ token, user, account, profile }): Promise<SessionClaims> => {
        if (account == null) {
          const row = await userOfSession(token);
          if (row === null) throw new Error("The session has ended.");
          return { sub: row.id, sessionVersion: row.sessionVersion, sid: token.sid as string };
        }
        const claims = profile as { iss?: string; sub?: string } | undefined;
        const where =
          account.provider === "oidc"
            ? { oidcIssuer_oidcSubject: { oidcIssuer: claims?.iss ?? "", oidcSubject: claims?.sub ?? "" } }
            : { id: user.id };
        const row = await db().user.findUnique({ where });
        if (row === null || row.disabledAt !== null) throw new Error("The account is gone or disabled.");
        return { sub: row.id, sessionVersion: row.sessionVersion, sid: newSessionId() };
      },
      session: ({ session }) => ({ expires: session.expires }),
      redirect: ({ url, baseUrl }) => {
        const path = url.startsWith(`${baseUrl}/`) ? url.slice(baseUrl.length) : url;
        return `${baseUrl}${path === "/sign-in" ? path : safeReturnPath(path)}`;
      },
    },
    events: {
      signOut: async ({ token }) => {
        try {
          const user = await userOfSession(token ?? {});
          if (user === null) return;
          await transaction(async () => {
            await endSession({ sub: user.id, sid: token.sid as string }, new Date());
            await recordSignOut(user);
          });
        } catch (error) {
          signOutFailed(error);
        }
      },
    },
  };
}
