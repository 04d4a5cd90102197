import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import NextAuth from "next-auth";
import Provider from "oidc-provider";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { db } from "@/lib/db/client";
import { deleteExpired } from "@/lib/jobs/retention";
import { asUser, expectAudit, withTestTransaction } from "@/testing/database";
import { userFromCookies } from "./authenticate";
import { authOptions } from "./next-auth";
import { oidcScopes } from "./oidc-scopes";
import { hashPassword } from "./passwords";

/*
 * The sign-in against a real OpenID provider on loopback. The console's steps run in this process, so that they join
 * the test's transaction; the provider's go over HTTP, as a browser would go.
 */
const console_ = "http://127.0.0.1:3000";
const people: Record<string, Record<string, unknown>> = {
  ada: { email: "ada@example.com", email_verified: true, name: "Ada", groups: ["staff", "platform"] },
  grace: { email: "grace@example.com", email_verified: true, name: "Grace", groups: ["staff"] },
  mallory: { email: "mallory@example.com", email_verified: false },
  eve: { email: "eve@elsewhere.example", email_verified: true },
};

let issuer: Server;
let issuerUrl: string;
/** Who sits at the provider's sign-in. */
let present = "ada";

async function interact(
  provider: Provider,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { prompt, params, session } = await provider.interactionDetails(request, response);
  if (prompt.name === "login")
    return provider.interactionFinished(
      request,
      response,
      { login: { accountId: present } },
      { mergeWithLastSubmission: false },
    );
  const grant = new provider.Grant({ accountId: session!.accountId, clientId: params.client_id });
  grant.addOIDCScope(params.scope);
  const consent = { grantId: await grant.save() };
  return provider.interactionFinished(request, response, { consent }, { mergeWithLastSubmission: true });
}

beforeAll(async () => {
  let handle: (request: IncomingMessage, response: ServerResponse) => void = () => {};
  issuer = createServer((request, response) => handle(request, response));
  await new Promise<void>((resolve) => issuer.listen(0, "127.0.0.1", resolve));
  issuerUrl = `http://127.0.0.1:${(issuer.address() as AddressInfo).port}`;
  Object.assign(process.env, {
    OIDC_ISSUER: issuerUrl,
    OIDC_CLIENT_ID: "inferscope",
    OIDC_CLIENT_SECRET: "a secret of this test's client",
    OIDC_ALLOWED_DOMAINS: "example.com",
    OIDC_ADMIN_GROUPS: "platform",
  });
  const provider = new Provider(issuerUrl, {
    clients: [
      {
        client_id: "inferscope",
        client_secret: "a secret of this test's client",
        redirect_uris: [`${console_}/api/auth/callback/oidc`],
      },
    ],
    scopes: ["openid", "email", "profile", "groups"],
    claims: { email: ["email", "email_verified"], profile: ["name"], groups: ["groups"] },
    findAccount: (_context: unknown, id: string) => ({
      accountId: id,
      claims: () => ({ sub: id, ...people[id] }),
    }),
    interactions: {
      url: (_context: unknown, interaction: { uid: string }) => `/interaction/${interaction.uid}`,
    },
    features: { devInteractions: { enabled: false } },
    pkce: { required: () => true },
    cookies: { keys: ["a key of this test"] },
  });
  const protocol = provider.callback();
  handle = (request, response) =>
    void (request.url?.startsWith("/interaction/")
      ? interact(provider, request, response)
      : protocol(request, response));
});

afterAll(() => new Promise((resolve) => issuer.close(resolve)));

type Jar = Map<string, string>;
const cookieHeader = (jar: Jar) => [...jar].map(([name, value]) => `${name}=${value}`).join("; ");

function keep(jar: Jar, setCookies: string[]): void {
  for (const line of setCookies) {
    const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)!;
    if (value === "" || /max-age=0/i.test(line)) jar.delete(name!);
    else jar.set(name!, decodeURIComponent(value!));
  }
}

type Step = { status: number; location: string | null; body: unknown };

/** One step of next-auth, called as Next's pages API calls it. */
async function step(jar: Jar, method: string, url: string, body?: Record<string, string>): Promise<Step> {
  const { pathname, searchParams } = new URL(url, console_);
  const answer: Step = { status: 200, location: null, body: undefined };
  const set: string[] = [];
  const response = {
    status: (code: number) => {
      answer.status = code;
      return response;
    },
    getHeader: () => set,
    setHeader: (name: string, value: string | string[]) => {
      if (name.toLowerCase() === "set-cookie") set.splice(0, set.length, ...[value].flat());
      else if (name.toLowerCase() === "location") answer.location = String(value);
      return response;
    },
    json: (value: unknown) => {
      answer.body = value;
    },
    send: (value: unknown) => {
      answer.body = value;
    },
    end: () => {},
  };
  const headers = { "x-forwarded-for": "198.51.100.20" };
  const request = {
    method,
    headers,
    body,
    cookies: Object.fromEntries(jar),
    query: { nextauth: pathname.split("/").slice(3), ...Object.fromEntries(searchParams) },
  };
  const options = authOptions(
    { get: (name) => headers[name as keyof typeof headers] ?? null },
    await oidcScopes(issuerUrl, new Date()),
    (error) => {
      throw error;
    },
  );
  await NextAuth(request as never, response as never, options);
  keep(jar, set);
  return answer;
}

async function post(jar: Jar, path: string, fields: Record<string, string>): Promise<Step> {
  const { body } = await step(jar, "GET", "/api/auth/csrf");
  const { csrfToken } = body as { csrfToken: string };
  return step(jar, "POST", path, { ...fields, csrfToken, json: "true" });
}

/** Goes to the provider and back, as a browser would; returns the address of the callback. */
async function throughProvider(start: string): Promise<string> {
  const jar: Jar = new Map();
  let at = start;
  for (let hops = 0; hops < 10 && !at.startsWith(console_); hops += 1) {
    const response = await fetch(at, { redirect: "manual", headers: { cookie: cookieHeader(jar) } });
    keep(jar, response.headers.getSetCookie());
    const location = response.headers.get("location");
    if (location === null) throw new Error(`${response.status} at ${at}: ${await response.text()}`);
    at = new URL(location, at).href;
  }
  return at;
}

async function signInAs(who: string, to = "/"): Promise<{ jar: Jar; end: string }> {
  present = who;
  const jar: Jar = new Map();
  const { body } = await post(jar, "/api/auth/signin/oidc", { callbackUrl: to });
  const { location } = await step(jar, "GET", await throughProvider((body as { url: string }).url));
  return { jar, end: location! };
}

const userOf = (jar: Jar) =>
  userFromCookies({
    get: (name) => (jar.has(name) ? { value: jar.get(name)! } : undefined),
    getAll: () => [...jar].map(([name, value]) => ({ name, value })),
  });

describe("single sign-on", () => {
  it("asks with PKCE, state and nonce, and for groups where the issuer knows them", () =>
    withTestTransaction(async () => {
      const { body } = await post(new Map(), "/api/auth/signin/oidc", { callbackUrl: "/" });
      const asked = new URL((body as { url: string }).url).searchParams;
      expect(asked.get("scope")).toBe("openid email profile groups");
      expect(asked.get("code_challenge_method")).toBe("S256");
      for (const name of ["state", "nonce", "code_challenge"]) expect(asked.get(name)).toMatch(/\S{16,}/);
    }));

  it("makes an account for someone new, with the role of the groups that userinfo tells", () =>
    withTestTransaction(async (tx) => {
      const { jar, end } = await signInAs("ada", "/audit?actor=me");
      expect(end).toBe(`${console_}/audit?actor=me`);
      const user = (await userOf(jar))!;
      expect(user).toMatchObject({ type: "user", name: "ada@example.com", role: "admin" });
      expect(await tx.user.findUnique({ where: { id: user.id } })).toMatchObject({
        name: "Ada",
        passwordHash: null,
        oidcIssuer: issuerUrl,
        oidcSubject: "ada",
      });
      const event = await expectAudit(tx, "user", user.id, { action: "session:sign_in", actorId: user.id });
      expect(event.after).toEqual({ method: "oidc", address: "198.51.100.20" });
    }));

  it("finds the account again, and follows the groups when they change", () =>
    withTestTransaction(async (tx) => {
      const first = (await userOf((await signInAs("ada")).jar))!;
      people.ada!.groups = ["staff"];
      const again = (await userOf((await signInAs("ada")).jar))!;
      people.ada!.groups = ["staff", "platform"];
      expect(again).toEqual({ ...first, role: "viewer" });
      expect(await tx.user.count()).toBe(1);
    }));

  it.each([
    ["mallory", "OidcUnverified"],
    ["eve", "OidcNotAllowed"],
  ])("refuses %s with %s, and makes no account", (who, error) =>
    withTestTransaction(async (tx) => {
      const { jar, end } = await signInAs(who);
      expect(end).toBe(`/sign-in?error=${error}`);
      expect(await userOf(jar)).toBeNull();
      expect(await tx.user.count()).toBe(0);
      const refused = await tx.auditEvent.findMany({ where: { action: "session:sign_in_refused" } });
      expect(refused).toMatchObject([{ after: { reason: error } }]);
    }),
  );

  it("never takes over a password account that has the same e-mail", () =>
    withTestTransaction(async (tx) => {
      const owner = await tx.user.create({
        data: { teamId: "default", email: "grace@example.com", role: "admin", passwordHash: "kept" },
      });
      const { jar, end } = await signInAs("grace");
      expect(end).toBe("/sign-in?error=OidcPasswordAccount");
      expect(await userOf(jar)).toBeNull();
      expect(await tx.user.findMany()).toEqual([owner]);
    }));

  it("refuses a disabled account", () =>
    withTestTransaction(async (tx) => {
      await signInAs("grace");
      await tx.user.updateMany({ data: { disabledAt: new Date() } });
      const { jar, end } = await signInAs("grace");
      expect(end).toBe("/sign-in?error=OidcDisabled");
      expect(await userOf(jar)).toBeNull();
    }));

  it("refuses an answer that another browser asked for", () =>
    withTestTransaction(async (tx) => {
      present = "ada";
      const { body } = await post(new Map(), "/api/auth/signin/oidc", { callbackUrl: "/" });
      const jar: Jar = new Map();
      const { location } = await step(jar, "GET", await throughProvider((body as { url: string }).url));
      expect(location).toBe(`${console_}/api/auth/error?error=OAuthCallback`);
      expect(await userOf(jar)).toBeNull();
      expect(await tx.user.count()).toBe(0);
    }));

  it.each(["https://evil.example/", "//evil.example", "/\\evil.example"])(
    "leads to no other site: %s",
    (to) =>
      withTestTransaction(async () => {
        expect((await signInAs("ada", to)).end).toBe(`${console_}/`);
      }),
  );
});

describe("the password", () => {
  let jar: Jar;
  beforeEach(() => {
    jar = new Map();
  });

  const scenario = (run: (email: string) => Promise<void>) =>
    withTestTransaction(async (tx) => {
      const { id, name } = await asUser(tx, "operator");
      await tx.user.update({
        where: { id },
        data: { passwordHash: await hashPassword("correct horse battery") },
      });
      await run(name);
    });

  it("opens a session that sign-out ends", () =>
    scenario(async (email) => {
      const { status } = await post(jar, "/api/auth/callback/password", {
        email,
        password: "correct horse battery",
      });
      expect(status).toBe(200);
      expect(await userOf(jar)).toMatchObject({ name: email, role: "operator" });
      expect((await step(jar, "GET", "/api/auth/session")).body).toEqual({ expires: expect.any(String) });
      await post(jar, "/api/auth/signout", {});
      expect(await userOf(jar)).toBeNull();
    }));

  it("is refused with a code that the page knows, and nothing more", () =>
    scenario(async (email) => {
      const { status, body } = await post(jar, "/api/auth/callback/password", { email, password: "wrong" });
      expect({ status, body }).toEqual({
        status: 401,
        body: { url: `${console_}/api/auth/error?error=Wrong` },
      });
      for (let tries = 0; tries < 4; tries += 1)
        await post(jar, "/api/auth/callback/password", { email, password: "wrong" });
      const { body: throttled } = await post(jar, "/api/auth/callback/password", {
        email,
        password: "correct horse battery",
      });
      expect(throttled).toEqual({ url: `${console_}/api/auth/error?error=Throttled-1` });
      expect(await userOf(jar)).toBeNull();
    }));

  it("needs the form's own token", () =>
    scenario(async (email) => {
      await step(jar, "POST", "/api/auth/callback/password", {
        email,
        password: "correct horse battery",
        csrfToken: "guessed",
        json: "true",
      });
      expect(await userOf(jar)).toBeNull();
    }));

  it("ends a session whose version was raised, also where next-auth itself answers", () =>
    scenario(async (email) => {
      await post(jar, "/api/auth/callback/password", { email, password: "correct horse battery" });
      await db().user.update({ where: { email }, data: { sessionVersion: { increment: 1 } } });
      expect(await userOf(jar)).toBeNull();
      expect((await step(jar, "GET", "/api/auth/session")).body).toEqual({});
    }));

  it("ends one session at its sign-out, for a copy of its cookie too, and no other session", () =>
    scenario(async (email) => {
      const fields = { email, password: "correct horse battery" };
      await post(jar, "/api/auth/callback/password", fields);
      const other: Jar = new Map();
      await post(other, "/api/auth/callback/password", fields);
      const copy = new Map(jar);
      // next-auth writes the token anew here; a copy of before names the same session.
      await step(jar, "GET", "/api/auth/session");
      expect(await userOf(copy)).toMatchObject({ name: email });

      await post(jar, "/api/auth/signout", {});
      expect(await userOf(copy)).toBeNull();
      expect((await step(copy, "GET", "/api/auth/session")).body).toEqual({});
      expect(await userOf(other)).toMatchObject({ name: email });
    }));

  it("remembers an ended session as long as its cookie would have been good", () =>
    scenario(async (email) => {
      await post(jar, "/api/auth/callback/password", { email, password: "correct horse battery" });
      const copy = new Map(jar);
      await post(jar, "/api/auth/signout", {});
      const user = await db().user.findUniqueOrThrow({ where: { email }, include: { endedSessions: true } });
      const [ended] = user.endedSessions;
      await deleteExpired(new Date(ended!.expiresAt.getTime() - 1));
      expect(await userOf(copy)).toBeNull();
      await deleteExpired(new Date(ended!.expiresAt.getTime() + 1));
      expect(await db().endedSession.count({ where: { userId: user.id } })).toBe(0);
    }));
});
