import { administrator, expect, test } from "./steps";

test("a method that an address does not take is a problem document with Allow", async ({ request }) => {
  for (const [method, path, allow] of [
    ["PUT", "/api/v1/audit-events", "GET, HEAD, OPTIONS"],
    ["PATCH", "/api/v1/account/sessions", "DELETE, OPTIONS"],
    ["PUT", "/api/auth/csrf", "GET, HEAD, POST, OPTIONS"],
    ["POST", "/health/live", "GET, HEAD, OPTIONS"],
  ] as const) {
    const response = await request.fetch(path, { method });
    expect([path, response.status(), response.headers()["content-type"], response.headers().allow]).toEqual([
      path,
      405,
      "application/problem+json",
      allow,
    ]);
    expect(await response.json()).toMatchObject({ code: "method_not_allowed", instance: path });
  }
});

test("an address that cannot be decoded is the caller's error", async ({ request, page }) => {
  const response = await request.get("/api/v1/services/%ff", {
    headers: { authorization: `Bearer ${administrator.apiKey()}` },
  });
  expect([response.status(), response.headers()["content-type"]]).toEqual([400, "application/problem+json"]);
  expect((await page.goto("/overview/%E0%A4"))!.status()).toBe(400);
  await expect(page.getByRole("heading", { name: "The address is not valid" })).toBeVisible();
});
