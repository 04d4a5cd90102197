import { builtRoutes, filledIn } from "./built-routes";
import { administrator, expect, test } from "./steps";

/** What anyone may open, and why. */
const publicPages = new Map([
  ["/sign-in", "the way in"],
  ["/sign-in/link", "carries a token that works once"],
  ["/sign-in/reset", "carries a token that works once"],
  ["/setup", "makes the first administrator"],
  ["/_not-found", "has nothing to show"],
  ["/_global-error", "has nothing to show"],
]);
const publicRoutes = new Map([
  ["/api/auth/[...nextauth]", "the way in"],
  ["/api/v1/account/set-up", "makes the first administrator"],
  ["/api/v1/account/password-reset", "carries a token that works once"],
  ["/health/live", "a probe"],
  ["/health/ready", "a probe"],
  ["/icon.svg", "a picture"],
]);
const methods = ["GET", "POST", "PUT", "PATCH", "DELETE"];

const pages = builtRoutes().filter(({ kind }) => kind === "page");
const routes = builtRoutes().filter(({ kind }) => kind === "route");

test("every page of the build leads a stranger to the sign-in", async ({ request }) => {
  const guarded = pages.filter(({ address }) => !publicPages.has(address));
  expect(guarded.length).toBeGreaterThan(8);
  for (const { address } of guarded) {
    const response = await request.get(filledIn(address), { maxRedirects: 0 });
    expect([address, response.status()]).toEqual([address, 307]);
    expect(response.headers().location).toMatch(/^\/sign-in\?to=|^http:\/\/[^/]+\/sign-in\?to=/);
  }
});

test("every route of the build refuses a stranger, with each method", async ({ request }) => {
  const guarded = routes.filter(({ address }) => !publicRoutes.has(address));
  expect(guarded.length).toBeGreaterThan(20);
  for (const { address } of guarded) {
    const answers = await Promise.all(
      methods.map(async (method) =>
        (
          await request.fetch(filledIn(address), { method, data: method === "GET" ? undefined : {} })
        ).status(),
      ),
    );
    const implemented = answers.filter((status) => status !== 405);
    expect([address, implemented.length > 0]).toEqual([address, true]);
    expect([address, new Set(implemented)]).toEqual([address, new Set([401])]);
  }
});

test("every route of the build refuses a key that is not known", async ({ request }) => {
  for (const { address } of routes.filter(
    ({ address: at }) => at.startsWith("/api/v1/") && !publicRoutes.has(at),
  )) {
    const response = await request.get(filledIn(address), {
      headers: { authorization: "Bearer isk_not-a-key-of-anyone" },
    });
    expect([address, [401, 405].includes(response.status())]).toEqual([address, true]);
  }
});

test("a stranger learns nothing from the public routes", async ({ request }) => {
  const setUp = await request.post("/api/v1/account/set-up", {
    data: { email: "x@example.com", password: "a long password" },
  });
  expect(setUp.status()).toBeGreaterThanOrEqual(400);
  const reset = await request.post("/api/v1/account/password-reset", {
    data: { token: "no such token", password: "a long password" },
  });
  expect(reset.status()).toBeGreaterThanOrEqual(400);
});

test("a viewer's key reads and changes nothing", async ({ request }) => {
  const asAdministrator = { authorization: `Bearer ${administrator.apiKey()}` };
  const made = await request.post("/api/v1/api-keys", {
    headers: asAdministrator,
    data: { name: "read only", role: "viewer", scopes: [], expiresAt: null },
  });
  expect(made.status(), await made.text()).toBe(201);
  const { apiKey, secret } = (await made.json()) as { apiKey: { id: string }; secret: string };
  const asViewer = { authorization: `Bearer ${secret}` };
  expect((await request.get("/api/v1/services", { headers: asViewer })).status()).toBe(200);
  expect((await request.get("/api/v1/users", { headers: asViewer })).status()).toBe(403);
  expect((await request.get("/api/v1/jobs", { headers: asViewer })).status()).toBe(403);
  const written = await request.post("/api/v1/annotations", {
    headers: asViewer,
    data: { start: new Date().toISOString(), text: "x" },
  });
  expect(written.status()).toBe(403);
  expect(await written.json()).toMatchObject({
    code: "forbidden",
    detail: expect.stringContaining("operator"),
  });
  expect((await request.delete(`/api/v1/api-keys/${apiKey.id}`, { headers: asAdministrator })).ok()).toBe(
    true,
  );
  expect((await request.get("/api/v1/services", { headers: asViewer })).status()).toBe(401);
});

test("the sign-in leads back to where one wanted to go, and never to another site", async ({
  page,
  when,
  then,
}) => {
  await when.theyOpen("/audit");
  await when.theySignIn(administrator.email(), administrator.password());
  await then.theyAreAt(/\/audit/);
  await page.context().clearCookies();
  await when.theyOpen("/sign-in?to=https://evil.example/");
  await when.theySignIn(administrator.email(), administrator.password());
  await page.waitForURL((address) => !address.pathname.startsWith("/sign-in"));
  expect(new URL(page.url()).host).toBe(new URL(test.info().project.use.baseURL!).host);
});
