import { randomUUID } from "node:crypto";
import { describe, expect, it, vi } from "vitest";
import type { Route } from "@/lib/api/route";
import { createApiKey } from "@/lib/api-keys/commands";
import type { Role } from "@/lib/auth/actor";
import { sessionCookie } from "@/lib/auth/session";
import type { Transaction } from "@/lib/db/client";
import { asUser, withTestTransaction } from "@/testing/database";
import * as apiKey from "../api-keys/[apiKey]/route";
import * as apiKeys from "../api-keys/route";
import * as signInLinks from "../sign-in-links/route";
import * as passwordLink from "../users/[user]/password-link/route";
import * as userRoute from "../users/[user]/route";
import * as userSessions from "../users/[user]/sessions/route";
import * as users from "../users/route";
import * as password from "./password/route";
import * as passwordReset from "./password-reset/route";
import * as account from "./route";
import * as sessions from "./sessions/route";
import * as setUp from "./set-up/route";

const jar = vi.hoisted(() => ({ cookies: new Map<string, string>() }));
vi.mock("next/headers", () => ({
  cookies: async () => ({
    get: (name: string) => (jar.cookies.has(name) ? { value: jar.cookies.get(name)! } : undefined),
    getAll: () => [...jar.cookies].map(([name, value]) => ({ name, value })),
  }),
}));

type Call = {
  key?: string;
  body?: unknown;
  params?: Record<string, string>;
  query?: string;
  headers?: Record<string, string>;
};

/** Calls a route as a client would; a session is in the jar, a key in the header. */
function call(
  route: Route,
  { key, body, params = {}, query = "", headers = {} }: Call = {},
): Promise<Response> {
  const path = route.definition.path.replace(/\{(\w+)\}/g, (_whole, name: string) => params[name] ?? "none");
  const request = new Request(`http://127.0.0.1:3000${path}${query}`, {
    method: route.definition.method,
    headers: {
      host: "127.0.0.1:3000",
      "sec-fetch-site": "same-origin",
      ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...headers,
    },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  return route(request, { params: Promise.resolve(params) });
}

async function signIn(tx: Transaction, role: Role) {
  const actor = await asUser(tx, role);
  const { id, sessionVersion } = await tx.user.findUniqueOrThrow({ where: { id: actor.id } });
  keep(await sessionCookie({ id, sessionVersion }, new Date()));
  return actor;
}

function keep(setCookie: string): void {
  const [name, value] = setCookie.split(";")[0]!.split("=");
  jar.cookies.set(name!, value!);
}

const scenario = (run: (tx: Transaction) => Promise<void>) =>
  withTestTransaction(async (tx) => {
    jar.cookies.clear();
    await run(tx);
  });

const everyProtected: Route[] = [
  users.GET,
  users.POST,
  userRoute.GET,
  userRoute.PATCH,
  userSessions.DELETE,
  passwordLink.POST,
  apiKeys.GET,
  apiKeys.POST,
  apiKey.GET,
  apiKey.DELETE,
  account.GET,
  account.PATCH,
  password.PUT,
  sessions.DELETE,
  signInLinks.POST,
];
const nameOf = (route: Route) => `${route.definition.method} ${route.definition.path}`;

describe("401", () => {
  it.each(everyProtected.map((route) => [nameOf(route), route] as const))(
    "%s without session and key",
    (_name, route) =>
      scenario(async () => {
        const response = await call(route, { body: route.definition.body === undefined ? undefined : {} });
        expect(response.status).toBe(401);
        expect(response.headers.get("content-type")).toBe("application/problem+json");
        expect(await response.json()).toMatchObject({ code: "unauthenticated" });
      }),
  );

  it("a session of an older version, of a disabled account, or signed by someone else", () =>
    scenario(async (tx) => {
      const actor = await signIn(tx, "viewer");
      expect((await call(account.GET)).status).toBe(200);
      await tx.user.update({ where: { id: actor.id }, data: { sessionVersion: 2 } });
      expect((await call(account.GET)).status).toBe(401);
      await tx.user.update({ where: { id: actor.id }, data: { sessionVersion: 1, disabledAt: new Date() } });
      expect((await call(account.GET)).status).toBe(401);
      for (const name of jar.cookies.keys()) jar.cookies.set(name, "forged");
      expect((await call(account.GET)).status).toBe(401);
    }));
});

describe("403", () => {
  const rank: Role[] = ["viewer", "operator", "admin"];
  const refused: [string, Route, Role][] = everyProtected.flatMap((route) => {
    const needed: Role = /users|sign-in-links/.test(route.definition.path)
      ? "admin"
      : /api-keys/.test(route.definition.path)
        ? "operator"
        : "viewer";
    return rank
      .slice(0, rank.indexOf(needed))
      .map((role) => [`${role}: ${nameOf(route)}`, route, role] as [string, Route, Role]);
  });
  it.each(refused)("%s", (_name, route, role) =>
    scenario(async (tx) => {
      await signIn(tx, role);
      const response = await call(route, { body: route.definition.body === undefined ? undefined : {} });
      expect(response.status).toBe(403);
      expect(await response.json()).toMatchObject({
        code: "forbidden",
        detail: expect.stringContaining(role),
      });
    }),
  );

  it("a change that another site sends with the cookie", () =>
    scenario(async (tx) => {
      await signIn(tx, "admin");
      const body = { email: "eve@example.com", role: "admin" };
      const response = await call(users.POST, {
        body,
        headers: { "sec-fetch-site": "cross-site", origin: "https://evil.example" },
      });
      expect(response.status).toBe(403);
      expect(await tx.user.count({ where: { email: body.email } })).toBe(0);
    }));

  it("a key outside its scopes", () =>
    scenario(async (tx) => {
      const admin = await asUser(tx, "admin");
      const { secret } = await createApiKey(admin, {
        name: "ci",
        role: "admin",
        scopes: ["signals"],
        expiresAt: null,
        now: new Date(),
      });
      expect((await call(users.GET, { key: secret })).status).toBe(403);
    }));

  it("a set-up under a name that only points at this machine", () =>
    scenario(async () => {
      const body = { email: "ada@example.com", password: "correct horse battery" };
      const response = await call(setUp.POST, {
        body,
        headers: { host: "rebound.example:3000", origin: "http://rebound.example:3000" },
      });
      expect(response.status).toBe(403);
    }));
});

describe("400", () => {
  it.each([
    ["an e-mail that is none", users.POST, { email: "ada", role: "viewer" }, "email"],
    ["a role that is none", users.POST, { email: "ada@example.com", role: "root" }, "role"],
    [
      "a field that is not known",
      users.POST,
      { email: "ada@example.com", role: "viewer", password: "x" },
      "password",
    ],
    ["no change", userRoute.PATCH, {}, ""],
    ["a short password", password.PUT, { currentPassword: "x", newPassword: "short" }, "newPassword"],
    ["a key without an end", apiKeys.POST, { name: "ci", role: "viewer" }, "expiresAt"],
    ["a link for no e-mail", signInLinks.POST, { email: "ada" }, "email"],
    [
      "a reset with a dead token",
      passwordReset.POST,
      { token: "ist_dead", password: "correct horse battery" },
      "token",
    ],
    ["a set-up without a password", setUp.POST, { email: "ada@example.com" }, "password"],
  ] as const)("%s", (_name, route, body, path) =>
    scenario(async (tx) => {
      if (typeof route.definition.access === "string") await signIn(tx, "admin");
      const response = await call(route, { body, params: { user: randomUUID() } });
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({ code: "invalid_request", fields: [{ path }] });
    }),
  );
});

describe("404", () => {
  it.each([
    [userRoute.GET, undefined],
    [userRoute.PATCH, { role: "viewer" }],
    [userSessions.DELETE, undefined],
    [passwordLink.POST, undefined],
    [apiKey.GET, undefined],
    [apiKey.DELETE, undefined],
    [signInLinks.POST, { email: "nobody@example.com" }],
  ] as const)("%#", (route, body) =>
    scenario(async (tx) => {
      await signIn(tx, "admin");
      expect((await call(route, { body, params: { user: randomUUID(), apiKey: randomUUID() } })).status).toBe(
        404,
      );
    }),
  );
});

describe("409 and 412", () => {
  it("a second account of an e-mail, a second set-up, the last administrator's role", () =>
    scenario(async (tx) => {
      const admin = await signIn(tx, "admin");
      expect((await call(users.POST, { body: { email: admin.name, role: "viewer" } })).status).toBe(409);
      const body = { email: "eve@example.com", password: "correct horse battery" };
      expect((await call(setUp.POST, { body })).status).toBe(409);
      const stepDown = await call(userRoute.PATCH, { params: { user: admin.id }, body: { role: "viewer" } });
      expect(stepDown.status).toBe(412);
      expect(await stepDown.json()).toMatchObject({ current: { role: "admin" } });
    }));
});

describe("200, 201 and 204", () => {
  it("a person is invited, sets a password, and is changed", () =>
    scenario(async (tx) => {
      await signIn(tx, "admin");
      const made = await call(users.POST, {
        body: { email: "Grace@Example.com", name: "Grace", role: "viewer" },
      });
      expect(made.status).toBe(201);
      const created = users.POST.definition.response!.parse(await made.json()) as {
        user: { id: string };
        link: { url: string };
      };
      expect(made.headers.get("location")).toBe(`/api/v1/users/${created.user.id}`);
      const params = { user: created.user.id };
      const token = new URLSearchParams(new URL(created.link.url).hash.slice(1)).get("token");
      const reset = await call(passwordReset.POST, { body: { token, password: "correct horse battery" } });
      expect(await reset.json()).toEqual({ email: "grace@example.com" });
      const changed = await call(userRoute.PATCH, { params, body: { role: "operator", disabled: true } });
      expect(userRoute.PATCH.definition.response!.parse(await changed.json())).toMatchObject({
        role: "operator",
        signsInWith: ["password"],
      });
      expect((await call(userSessions.DELETE, { params })).status).toBe(204);
      expect((await call(passwordLink.POST, { params })).status).toBe(412);
      const list = users.GET.definition.response!.parse(
        await (await call(users.GET, { query: "?search=grace" })).json(),
      );
      expect(list).toMatchObject({ total: 1, items: [{ email: "grace@example.com" }] });
    }));

  it("a key is made, used, listed without its secret, and revoked", () =>
    scenario(async (tx) => {
      await signIn(tx, "operator");
      const made = await call(apiKeys.POST, { body: { name: "ci", role: "operator", expiresAt: null } });
      expect(made.status).toBe(201);
      const { secret, apiKey: key } = (await made.json()) as { secret: string; apiKey: { id: string } };
      jar.cookies.clear();
      const listed = await (await call(apiKeys.GET, { key: secret })).text();
      expect(listed).toContain(key.id);
      expect(listed).not.toContain(secret);
      expect((await call(apiKey.DELETE, { key: secret, params: { apiKey: key.id } })).status).toBe(204);
      expect((await call(apiKeys.GET, { key: secret })).status).toBe(401);
    }));

  it("ending one's sessions keeps this one", () =>
    scenario(async (tx) => {
      await signIn(tx, "viewer");
      const stolen = new Map(jar.cookies);
      const response = await call(sessions.DELETE);
      expect(response.status).toBe(204);
      const cookie = response.headers.get("set-cookie")!;
      expect(cookie).toMatch(/; Path=\/; Expires=.*; HttpOnly; SameSite=Lax$/);
      keep(cookie);
      expect((await call(account.GET)).status).toBe(200);
      jar.cookies = stolen;
      expect((await call(account.GET)).status).toBe(401);
    }));

  it("a sign-in link is made by the key of the environment's kind", () =>
    scenario(async (tx) => {
      const admin = await asUser(tx, "admin");
      const { secret } = await createApiKey(admin, {
        name: "start",
        role: "admin",
        expiresAt: null,
        now: new Date(),
      });
      const response = await call(signInLinks.POST, { key: secret, body: {} });
      expect(response.status).toBe(201);
      expect(signInLinks.POST.definition.response!.parse(await response.json())).toMatchObject({
        url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:3000\/sign-in\/link#token=ist_/),
      });
    }));
});

describe("examples", () => {
  it.each(
    [...everyProtected, setUp.POST, passwordReset.POST].map((route) => [nameOf(route), route] as const),
  )("of %s fit their schemas", (_name, { definition }) => {
    if (definition.body !== undefined)
      expect(definition.body.safeParse(definition.example.body).error).toBeUndefined();
    if (definition.response !== undefined)
      expect(definition.response.safeParse(definition.example.response).error).toBeUndefined();
  });
});
