import { exporters } from "@/testing/exporters/exporters";
import { scrapeJobs } from "@/testing/exporters/scrape-jobs";
import { type ExporterServer, serveExporters } from "@/testing/exporters/server";
import { type RunningPrometheus, startPrometheus } from "@/testing/prometheus";
import { administrator, expect, test } from "./steps";

/*
 * A Prometheus that scrapes a server of every kind is added by its URL, and within a minute every one of them is there.
 */

const sourceName = "exporters";
/** Before that there is nothing. */
const lastMinutes = "from=now-5m&to=now";
/** All of a page in one picture. */
const tall = [1440, 2400] as const;
const expected = exporters.flatMap(({ name, service }) => (service === undefined ? [] : [name])).sort();

test.describe("a Prometheus full of engines", () => {
  test.describe.configure({ mode: "serial" });

  let server: ExporterServer;
  let prometheus: RunningPrometheus;
  test.beforeAll(async () => {
    server = await serveExporters();
    prometheus = await startPrometheus({ scrape: scrapeJobs(exporters, server.address, "2s") });
  });
  // The stack is one for all tests, and others look at what it has of itself.
  test.afterAll(async ({ request }) => {
    const headers = { authorization: `Bearer ${administrator.apiKey()}` };
    const answer = await request.get("/api/v1/sources?limit=200", { headers });
    const { items } = (await answer.json()) as { items: { id: string; name: string }[] };
    for (const { id } of items.filter(({ name }) => name === sourceName))
      await request.delete(`/api/v1/sources/${id}`, { headers });
    await prometheus?.stop();
    await server?.close();
  });

  test("shows all of them within a minute of its URL", async ({ given, when, then, page }, testInfo) => {
    test.setTimeout(300_000);
    await given.aScreenOf(...tall);
    await given.aSignedInAdministrator();
    await when.theyOpen("/settings/sources?source=new");
    await page.getByLabel("Name", { exact: true }).fill(sourceName);
    await page.getByLabel("URL", { exact: true }).fill(prometheus.url);
    await when.theyClick("Test");
    await then.theySee("It answers");
    await when.theyClick("Add source");

    const headers = { authorization: `Bearer ${administrator.apiKey()}` };
    await expect(async () => {
      const answer = await page.request.get(`/api/v1/discovery?source=${sourceName}&limit=200`, { headers });
      const { items } = (await answer.json()) as { items: { service: string }[] };
      expect(items.map(({ service }) => service).sort()).toEqual(expected);
    }).toPass({ timeout: 60_000, intervals: [1_000] });

    await when.theyOpen("/");
    await then.theHeadingIs("Home");
    for (const name of expected)
      await expect(page.getByRole("link", { name, exact: true }).first()).toBeVisible();
    // Each of them is judged, too.
    await expect(page.getByText("Reading", { exact: true })).toHaveCount(0, { timeout: 60_000 });
    await page.screenshot({ path: testInfo.outputPath("home.png") });
  });

  test("fills the dashboards of vLLM, SGLang, Triton and the plain family", async ({
    given,
    when,
    then,
    page,
  }, testInfo) => {
    test.setTimeout(300_000);
    await given.aScreenOf(...tall);
    await given.aSignedInAdministrator();
    for (const [name, panels] of [
      [
        "vllm-v1",
        ["Request rate", "Time to first token", "Queue depth", "Token throughput", "GPU utilization"],
      ],
      [
        "sglang",
        ["Request rate", "Time to first token", "Queue depth", "Token throughput", "GPU utilization"],
      ],
      ["triton", ["Request rate", "Time to first token", "Error rate by type", "GPU utilization"]],
      ["plain", ["Request rate", "Error rate by type", "GPU utilization", "GPU memory"]],
    ] as const) {
      await when.theyOpen(`/overview?service=${name}&${lastMinutes}`);
      await then.theHeadingIs(name);
      for (const title of panels) await test.step(`${name}: ${title}`, () => then.thePanelHasData(title));
      await page.mouse.move(0, 0);
      await page.screenshot({ path: testInfo.outputPath(`${name}.png`) });
    }
  });

  test("explains an old vLLM, Triton and an exporter that lies in the metric doctor", async ({
    given,
    when,
    then,
    page,
  }, testInfo) => {
    test.setTimeout(300_000);
    await given.aScreenOf(...tall);
    await given.aSignedInAdministrator();
    for (const [name, words] of [
      ["vllm-v0", /time_per_output_token_seconds/],
      ["triton", /nv_inference_request_summary_us/],
      ["broken", /falls again and again/],
      ["broken", /vllm:generation_tokens_total.* is exported as gauge/],
    ] as const) {
      await when.theyOpen(`/doctor?service=${name}`);
      await then.theHeadingIs("Metric doctor");
      await then.theySee(words);
      await page.screenshot({ path: testInfo.outputPath(`${name}.png`) });
    }
  });

  test("does not break a page by an exporter that lies, or by ten thousand instances", async ({
    given,
    when,
    then,
    page,
  }) => {
    test.setTimeout(300_000);
    await given.aSignedInAdministrator();
    for (const name of ["broken", "many-instances"]) {
      await when.theyOpen(`/overview?service=${name}&${lastMinutes}`);
      await then.theHeadingIs(name);
      await then.thePanelHasData(name === "broken" ? "Request rate" : "Queue depth");
      await expect(page.getByText(/^\s*[-−]?(NaN|Infinity)/)).toHaveCount(0);
      await then.nothingOverflows();
    }
  });
});
