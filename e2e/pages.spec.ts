import { expect, test } from "./steps";

const signedIn = [
  "/",
  "/overview",
  "/dashboards",
  "/dashboards/latency",
  "/dashboards/throughput",
  "/dashboards/errors",
  "/dashboards/gpu",
  "/dashboards/hosts",
  "/dashboards/triton",
  "/dashboards/versions",
  "/alerts",
  "/alerts/rules",
  "/alerts/rules/new",
  "/alerts/rules/import",
  "/alerts/silences",
  "/alerts/review",
  "/doctor",
  "/settings/sources",
  "/settings/notifications",
  "/settings/services",
  "/settings/gpu-prices",
  "/settings/users",
  "/settings/api-keys",
  "/settings/account",
  "/audit",
  "/jobs",
  "/query-usage",
  "/api-reference",
  "/docs",
  "/docs/configuration",
  "/gallery",
];
const open = ["/sign-in", "/sign-in/reset"];

for (const theme of ["light", "dark"] as const) {
  test(`every page can be used by everyone, ${theme}`, async ({ given, when, then, page }) => {
    test.setTimeout(240_000);
    await given.theTheme(theme);
    for (const address of open) {
      await when.theyOpen(address);
      await page.waitForLoadState("networkidle");
      await test.step(`${address}`, () => then.thePageIsAccessible());
    }
    await given.aSignedInAdministrator();
    for (const address of signedIn) {
      await when.theyOpen(address);
      await expect(page.getByRole("heading", { level: 1 }).first()).toBeVisible();
      await test.step(`${address}`, () => then.thePageIsAccessible());
    }
  });
}

test("every page fits a phone", async ({ given, when, then, page }) => {
  test.setTimeout(120_000);
  await given.aScreenOf(390, 844);
  await given.aSignedInAdministrator();
  for (const address of signedIn) {
    await when.theyOpen(address);
    await expect(page.getByRole("heading", { level: 1 }).first()).toBeVisible();
    await test.step(`${address}`, () => then.nothingOverflows());
  }
});

test("pages run under a strict policy without a violation", async ({ given, when, page }) => {
  const violations: string[] = [];
  page.on("console", (message) => {
    if (/Content Security Policy/i.test(message.text())) violations.push(`${page.url()}: ${message.text()}`);
  });
  await given.aSignedInAdministrator();
  for (const address of signedIn) {
    await when.theyOpen(address);
    await expect(page.getByRole("heading", { level: 1 }).first()).toBeVisible();
  }
  const response = await page.goto("/overview");
  const policy = response!.headers()["content-security-policy"]!;
  expect(policy).toMatch(/script-src 'self' 'nonce-[^']+' 'strict-dynamic';/);
  expect(policy).not.toMatch(/script-src[^;]*unsafe/);
  expect(violations).toEqual([]);
});
