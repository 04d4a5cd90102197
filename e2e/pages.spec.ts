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
  "/alerts/rules/usual",
  "/alerts/silences",
  "/alerts/review",
  "/traces",
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
const desktop = [1280, 800] as const;
const phone = [390, 844] as const;

test("every page can be used by everyone, in both themes and on a phone, under a strict policy", async ({
  given,
  when,
  then,
  page,
}) => {
  test.setTimeout(600_000);
  const violations: string[] = [];
  page.on("console", (message) => {
    if (/Content Security Policy/i.test(message.text())) violations.push(`${page.url()}: ${message.text()}`);
  });
  const canBeUsed = (address: string): Promise<void> =>
    test.step(address, async () => {
      await given.theTheme("light");
      await then.thePageIsAccessible();
      await given.theTheme("dark");
      await then.theColorsHaveContrast();
      await given.aScreenOf(...phone);
      await then.nothingOverflows();
      await given.aScreenOf(...desktop);
    });

  for (const address of open) {
    await when.theyOpen(address);
    await page.waitForLoadState("networkidle");
    await canBeUsed(address);
  }
  await given.aSignedInAdministrator();
  for (const address of signedIn) {
    await when.theyOpen(address);
    await expect(page.getByRole("heading", { level: 1 }).first()).toBeVisible();
    await canBeUsed(address);
  }
  expect(violations).toEqual([]);
});

test("the policy lets no script of another's run", async ({ given, page }) => {
  await given.aSignedInAdministrator();
  const response = await page.goto("/overview");
  const policy = response!.headers()["content-security-policy"]!;
  expect(policy).toMatch(/script-src 'self' 'nonce-[^']+' 'strict-dynamic';/);
  expect(policy).not.toMatch(/script-src[^;]*unsafe/);
});
