import { expect, panel, stack, test } from "./steps";

test("the demo's traces are found, and one shows where its time went", async ({
  given,
  when,
  then,
  page,
}) => {
  test.setTimeout(180_000);
  await given.aSignedInAdministrator();
  await when.theyOpen("/traces?from=now-15m");
  const table = page.getByRole("region", { name: "Traces found" });
  await expect(table.getByRole("link", { name: /^llm-client/ }).first()).toBeVisible();
  await expect(panel(page, "Duration over time").getByRole("figure")).toBeVisible();

  await table
    .getByRole("link", { name: /^llm-client/ })
    .first()
    .click();
  await then.theyAreAt(/\/traces\/[0-9a-f]{32}/);
  await then.theHeadingIs(/^llm-client: /);
  const hops = panel(page, "Where the time went").getByRole("listitem");
  for (const service of ["llm-client", "api-gateway", "load-balancer", "inference-server"])
    await expect(hops.filter({ hasText: service })).toBeVisible();

  const tree = page.getByRole("tree", { name: "Spans" });
  await expect(tree.getByRole("treeitem").first()).toBeVisible();
  const all = await tree.getByRole("treeitem").count();
  await tree.focus();
  await when.theyPress("ArrowDown");
  await expect(tree.getByRole("treeitem", { selected: true })).toHaveAccessibleName(/^llm-client/);
  await when.theyPress("ArrowLeft");
  await expect(tree.getByRole("treeitem")).toHaveCount(1);
  await when.theyPress("ArrowRight");
  await expect(tree.getByRole("treeitem")).toHaveCount(all);
  await expect(
    page.getByRole("region", { name: /^llm-client: chat/ }).getByText("gen_ai.operation.name"),
  ).toBeVisible();

  await page.getByLabel("Find in the spans").fill("load-balancer");
  await when.theyPress("Enter");
  await expect(tree.getByRole("treeitem", { selected: true })).toHaveAccessibleName(/^load-balancer/);
  await then.theyAreAt(/span=[0-9a-f]{16}/);
  // The link shows the same span again.
  await page.reload();
  await expect(tree.getByRole("treeitem", { selected: true })).toHaveAccessibleName(/^load-balancer/);

  await given.theTheme("light");
  await then.thePageIsAccessible();
  await given.theTheme("dark");
  await then.theColorsHaveContrast();
  await given.aScreenOf(390, 844);
  await then.nothingOverflows();
});

test("a chart leads to the slowest traces of its window", async ({ given, when, then, page }) => {
  await given.aSignedInAdministrator();
  await when.theyOpen("/overview?from=now-15m");
  await then.thePanelHasData("Request rate");
  await panel(page, "Request rate")
    .getByRole("button", { name: /^Menu of / })
    .click();
  await page.getByRole("menuitem", { name: "Slowest traces of this window" }).click();
  await then.theyAreAt(/\/traces\?.*order=slowest/);
  await then.theyAreAt(/about=chat-api/);
  // Metrics and spans call the demo's service differently, which is said rather than guessed.
  await then.theySee(/No service in traces is called chat-api/);
  await expect(page.getByRole("region", { name: "Traces found" }).getByRole("link").first()).toBeVisible();
});

test("a search that cannot be read is refused at its field, and an unknown trace says why", async ({
  given,
  when,
  then,
  page,
}) => {
  await given.aSignedInAdministrator();
  await when.theyOpen("/traces?tags=gen_ai.prompt%3Dhello");
  await then.theySee("gen_ai.prompt carries content, which cannot be searched by");
  await when.theyOpen("/traces/0000000000000000000000000000dead");
  await then.theySee("This trace is not there");
  expect(stack().jaegerUrl).not.toBe("");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Trace");
});
