import { expect, panel, test } from "./steps";

interface Asked {
  queries: { signal: string }[];
}

test("someone finds a dashboard by one of its panels", async ({ given, when, then, page }) => {
  await given.aSignedInAdministrator();
  await when.theyOpen("/dashboards");
  await page.getByRole("searchbox", { name: "Search the dashboards" }).fill("kv cache");
  await then.theySee("KV cache usage");
  await when.theyFollow("Throughput & Queue");
  await then.theyAreAt(/\/dashboards\/throughput/);
  await then.theHeadingIs("Throughput & Queue");
  await then.thePanelHasData("KV cache usage");
  await then.thePanelHasData("Requests running");
});

test("a dashboard asks for what is in sight, together, and for the rest when it is near", async ({
  given,
  when,
  then,
  page,
}) => {
  await given.aSignedInAdministrator();
  const asked: string[][] = [];
  page.on("request", (request) => {
    if (request.url().endsWith("/api/v1/signals/query"))
      asked.push((request.postDataJSON() as Asked).queries.map(({ signal }) => signal));
  });
  await given.aScreenOf(1280, 600);
  await when.theyOpen("/dashboards/latency?service=chat-api&from=now-15m&refresh=off");
  await then.thePanelHasData("Time to first token");
  // What is in sight first comes with the page.
  expect(asked.flat()).not.toContain("estimated_e2e");
  await then.thePanelHasData("End-to-end, estimated and measured");
  const last = asked.find((signals) => signals.includes("estimated_e2e"));
  expect(last).toBeDefined();
  for (const signals of asked) expect(signals.length).toBeLessThanOrEqual(64);
});

test("someone looks at every GPU, then at one of them", async ({ given, when, then, page }) => {
  await given.aSignedInAdministrator();
  await when.theyOpen("/dashboards/gpu?service=chat-api&from=now-15m");
  await then.thePanelHasData("Every GPU: GPU utilization");
  await page
    .getByRole("button", { name: /^GPU 2(,|$)/ })
    .first()
    .click();
  await then.theyAreAt(/gpu=/);
  await expect(page.getByRole("combobox", { name: "GPU", exact: true })).toHaveText(/^GPU 2(,|$)/);
  await then.thePanelHasData("Utilization and what worked");
  await then.theySee(/multiprocessor/);
});

test("someone sets the versions side by side, and the choice is in the address", async ({
  given,
  when,
  then,
  page,
}) => {
  await given.aSignedInAdministrator();
  await when.theyOpen("/dashboards/versions?service=chat-api&from=now-15m");
  const table = panel(page, "Over the range");
  await expect(table.getByRole("columnheader", { name: "v1.2.0", exact: true })).toBeVisible();
  await expect(table.getByRole("columnheader", { name: "v1.3.0", exact: true })).toBeVisible();
  await expect(table.getByRole("rowheader", { name: "Output tokens per GPU" })).toBeVisible();
  await page.getByRole("radio", { name: "p99" }).check();
  await then.theyAreAt(/percentile=0\.99/);
  await then.thePanelHasData("Time to first token p99");
});

test("someone notes on a chart what happened then", async ({ given, when, then, page }) => {
  await given.aSignedInAdministrator();
  await when.theyOpen("/dashboards/latency?service=chat-api&from=now-15m&refresh=off");
  await then.thePanelHasData("Time to first token");
  const chart = panel(page, "Time to first token").getByRole("figure").first();
  const box = (await chart.locator(".u-over").boundingBox())!;
  await page.keyboard.down("Control");
  await page.mouse.move(box.x + box.width / 4, box.y + box.height / 2);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2, { steps: 4 });
  await page.mouse.up();
  await page.keyboard.up("Control");
  await expect(page.getByRole("radio", { name: "A range" })).toBeChecked();
  const [from, to] = await Promise.all(
    ["From", "To"].map(async (name) => Date.parse(await page.getByLabel(name, { exact: true }).inputValue())),
  );
  // A quarter of a quarter of an hour, give or take a pixel.
  expect(Math.abs(to! - from! - 225_000)).toBeLessThan(10_000);
  await page.getByLabel("What happened").fill("Load test from the lab");
  await page.getByRole("button", { name: "Add the note" }).click();
  const notes = page.getByRole("dialog", { name: "Notes and deployments" });
  await expect(notes.getByText("Load test from the lab")).toBeVisible();
  // The form has given way to the list, so that Escape closes the sheet rather than the form.
  await expect(notes.getByRole("button", { name: "Add a note" })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(notes).toHaveCount(0);
  await then.theyAreAt(/from=now-15m/);

  await chart.focus();
  await chart.press("ArrowLeft");
  await chart.press("n");
  await expect(page.getByRole("radio", { name: "A moment" })).toBeChecked();
});

test("a service that was not found is named, and another shown in its place", async ({
  given,
  when,
  then,
}) => {
  await given.aSignedInAdministrator();
  await when.theyOpen("/dashboards/latency?service=gone");
  await then.theySee(/There is no service gone/);
});

test("someone opens a dashboard that does not exist", async ({ given, page }) => {
  await given.aSignedInAdministrator();
  const response = await page.goto("/dashboards/nothing");
  expect(response?.status()).toBe(404);
});
