import type { APIRequestContext, Page } from "@playwright/test";
import { type HttpSink, type MailSink, startHttpSink, startMailSink } from "@/testing/notification-sinks";
import { administrator, expect, stack, test } from "./steps";

/*
 * From the rule to the number in the review: someone says who is woken, makes a rule, tries it, and when the service
 * misbehaves sees to it with a thumb.
 */

const rule = "TooManyErrors";
const group = "night shift";
const channels = ["Pager", "Night mail"] as const;
const phone = [390, 844] as const;

/** Long enough for two scrapes, an evaluation and the rate's window. */
const soon = { timeout: 60_000 };

interface Told {
  reason: string;
  status: "firing" | "resolved";
  commonLabels: Record<string, string>;
  commonAnnotations: Record<string, string>;
}

interface Item {
  id: string;
  name: string;
  version: number;
}

class Api {
  constructor(private readonly request: APIRequestContext) {}

  private async ask<T>(method: string, path: string, data?: unknown, ifMatch?: number): Promise<T> {
    const response = await this.request.fetch(`/api/v1${path}`, {
      method,
      data,
      headers: {
        authorization: `Bearer ${administrator.apiKey()}`,
        ...(ifMatch === undefined ? {} : { "if-match": `"${ifMatch}"` }),
      },
    });
    const text = await response.text();
    expect(response.ok(), `${method} ${path}: ${text}`).toBe(true);
    return (text === "" ? undefined : JSON.parse(text)) as T;
  }

  /** A group that is evaluated every five seconds; the form puts rules into groups and makes those of a minute. */
  addFastGroup = () =>
    this.ask("POST", "/alert-rules", {
      name: "Never",
      expr: "vector(0) > 1",
      mode: "observe",
      group,
      interval: "5s",
    });

  policy = () => this.ask<Record<string, unknown> & { version: number }>("GET", "/notification-policy");

  review = () =>
    this.ask<{ acknowledged: number; resolved: number; meanTimeToResolve: number | null }>(
      "GET",
      "/alert-review?days=7",
    );

  /** Takes away what the tests made, and puts the policy back. */
  async restore(policy: Record<string, unknown>): Promise<void> {
    const { version: _, validFrom: __, actions: ___, ...tree } = policy;
    await this.ask("PUT", "/notification-policy", tree, (await this.policy()).version);
    const all = await this.ask<{ items: Item[] }>("GET", "/notification-channels");
    for (const { id, name } of all.items)
      if (channels.some((each) => each === name)) await this.ask("DELETE", `/notification-channels/${id}`);
    const rules = await this.ask<{ items: Item[] }>("GET", `/alert-rules?group=${encodeURIComponent(group)}`);
    for (const { id } of rules.items) await this.ask("DELETE", `/alert-rules/${id}`);
  }
}

/** The row of the rule's alert in the list. */
const row = (page: Page) =>
  page.getByRole("listitem").filter({ has: page.getByRole("link", { name: rule, exact: true }) });

test.describe("a service misbehaves at night", () => {
  test.describe.configure({ mode: "serial", timeout: 120_000 });
  test.use({ hasTouch: true });

  let pager: HttpSink;
  let mail: MailSink;
  let policy: Record<string, unknown>;
  const told = () => pager.requests.map(({ body }) => JSON.parse(body) as Told);
  const mailed = (subject: string) => mail.mails.filter(({ raw }) => raw.includes(`Subject: ${subject}`));

  test.beforeAll(async ({ request }) => {
    pager = await startHttpSink();
    mail = await startMailSink({ port: Number(process.env.INFERSCOPE_E2E_SMTP_PORT) });
    const api = new Api(request);
    policy = await api.policy();
    await api.addFastGroup();
  });
  // The stack is one for all tests, and others look at what it has of itself.
  test.afterAll(async ({ request }) => {
    await request.post(`${stack().gateway}/scenario`, { data: { kind: "reset" } });
    if (policy !== undefined) await new Api(request).restore(policy);
    await pager?.stop();
    await mail?.stop();
  });

  test("an administrator says who is told, and tries it", async ({ given, when, then, page }) => {
    await given.aSignedInAdministrator();
    await when.theyOpen("/settings/notifications");
    const form = page.getByRole("dialog", { name: "Add a channel" });
    const add = () => page.getByRole("button", { name: "Add channel" }).first().click();
    await add();
    await form.getByLabel("Name", { exact: true }).fill("Pager");
    await form.getByLabel("URL", { exact: true }).fill(`${pager.url}/alerts`);
    await form.getByLabel("Signing key").fill("a signing key of a test");
    await form.getByRole("button", { name: "Add channel" }).click();
    await then.theySee("Pager was added");
    await add();
    await form.getByRole("combobox", { name: "Kind" }).click();
    await page.getByRole("option", { name: "E-mail" }).click();
    await form.getByLabel("Name", { exact: true }).fill("Night mail");
    await form.getByLabel("To", { exact: true }).fill("night@example.com");
    await form.getByRole("button", { name: "Add channel" }).click();
    await then.theySee("Night mail was added");
    await when.theyClick("Send a test alert to Night mail");
    await then.theySee("Night mail took the test alert");
    expect(mailed("[TEST FIRING:1] InferscopeTest info")).toHaveLength(1);

    for (const channel of channels) await page.getByLabel(channel, { exact: true }).check();
    await page.getByLabel("First told after").fill("1s");
    await page.getByLabel("Changes told every").fill("1s");
    await when.theyClick("Save the policy");
    await then.theySee("The policy was saved");
  });

  test("someone makes a rule, sees what it would have done, and tries whom it would wake", async ({
    given,
    when,
    then,
    page,
  }) => {
    await given.aSignedInAdministrator();
    await when.theyOpen("/alerts/rules/new");
    await page.getByLabel("Name", { exact: true }).fill(rule);
    await page
      .getByRole("textbox", { name: "PromQL" })
      .fill('sum(rate(llm_errors_total{type="oom"}[30s])) / sum(rate(llm_requests_total[30s]))');
    await page.getByLabel("Threshold of level 2").fill("0.1");
    await page.getByLabel("For", { exact: true }).fill("10s");
    await page
      .getByLabel("Value of annotation 1")
      .fill("{{ $value | humanizePercentage }} run out of memory");
    await when.theyClick("Add a label");
    await page.getByLabel("Name of label 1").fill("service");
    await page.getByLabel("Value of label 1").fill("chat-api");
    await page.getByLabel("Services").fill("chat-api");
    await page.getByLabel("Group", { exact: true }).fill(group);
    const backtest = page.getByRole("region", { name: "Backtest" });
    await backtest.getByText("24 h").click();
    await expect(backtest.getByText("It would not have fired.")).toBeVisible({ timeout: 30_000 });
    await expect(backtest.getByText(/evaluations/).first()).toBeVisible();
    await when.theyClick("Add rule");
    await then.theyAreAt(/\/alerts\/rules\/[0-9a-f-]{36}/);
    await then.theHeadingIs(rule);

    await when.theyClick("Send a test alert");
    const dialog = page.getByRole("dialog", { name: "Send a test alert" });
    await dialog.getByRole("button", { name: "Send", exact: true }).click();
    await expect(dialog.getByText("Delivered")).toHaveCount(2);
    for (const channel of channels) await expect(dialog.getByText(channel, { exact: true })).toBeVisible();
    await then.thePageIsAccessible();
    expect(told().at(-1)).toMatchObject({
      reason: "test",
      commonLabels: { alertname: rule, service: "chat-api", severity: "critical", inferscope_test: "true" },
      commonAnnotations: { summary: expect.stringMatching(/^Test: .*% run out of memory$/) },
    });
    expect(mailed(`[TEST FIRING:1] ${rule} chat-api critical`)).toHaveLength(1);
  });

  test("it fires, is told, is acknowledged with a thumb, and resolves", async ({
    given,
    when,
    then,
    page,
    request,
  }) => {
    test.setTimeout(180_000);
    const api = new Api(request);
    const before = await api.review();
    await given.aSignedInAdministrator();
    await given.aScreenOf(...phone);
    await when.theyOpen("/alerts");
    await given.theDemoMisbehaves({ kind: "errors", type: "oom", rate: 0.3 });
    await expect(row(page)).toContainText(/Pending/, soon);
    await expect(row(page)).toContainText("Critical", soon);
    await expect(row(page)).toContainText("run out of memory");
    await then.nothingOverflows();

    const fired = { reason: "change", status: "firing", commonLabels: { alertname: rule } };
    await expect
      .poll(told, soon)
      .toContainEqual(expect.objectContaining({ reason: "change", status: "firing" }));
    expect(told().filter(({ reason }) => reason === "change")).toMatchObject([fired]);
    await expect.poll(() => mailed(`[FIRING:1] ${rule} chat-api critical`).length, soon).toBe(1);

    await page.getByRole("link", { name: rule, exact: true }).tap();
    await then.theHeadingIs(rule);
    await then.nothingOverflows();
    const whoWasTold = page.getByRole("region", { name: "Who was told" });
    for (const channel of channels) await expect(whoWasTold).toContainText(channel);
    const bar = page.getByRole("toolbar", { name: "What to do" });
    const acknowledge = bar.getByRole("button", { name: "Acknowledge", exact: true });
    const box = (await acknowledge.boundingBox())!;
    // Where a thumb is, and as large as one.
    expect(box.y).toBeGreaterThan(phone[1] * 0.8);
    expect(box.height).toBeGreaterThanOrEqual(44);
    await acknowledge.tap();
    await then.theySee(`${rule} is acknowledged`);
    await expect(bar.getByRole("button", { name: "Undo acknowledgement" })).toBeVisible();
    await then.thePageIsAccessible();

    await given.theDemoMisbehaves({ kind: "reset" });
    await expect(page.getByText("Resolved", { exact: true }).first()).toBeVisible({ timeout: 90_000 });
    await expect.poll(() => told().at(-1), soon).toMatchObject({ ...fired, status: "resolved" });
    await expect.poll(() => mailed(`[RESOLVED:1] ${rule} chat-api critical`).length, soon).toBe(1);

    const after = await api.review();
    expect(after).toMatchObject({ acknowledged: before.acknowledged + 1, resolved: before.resolved + 1 });
    expect(after.meanTimeToResolve).toBeGreaterThan(0);
    await when.theyOpen("/alerts/review");
    await then.theySee("Mean time to resolve");
    await then.theySee(new RegExp(`^Of ${after.resolved} that (was|were) resolved$`));
    await then.theySee(new RegExp(`^Of ${after.acknowledged} that (was|were) acknowledged$`));
    await expect(page.getByRole("region", { name: "Noisiest" })).toContainText(rule);
    await then.nothingOverflows();
  });
});
