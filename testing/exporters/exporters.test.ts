import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { createPrometheusClient } from "@/lib/prometheus/client";
import { discoverSource, type FoundService, newMemory } from "@/lib/services/discover";
import type { QueryableService } from "@/lib/signals/query";
import type { UpstreamTarget } from "@/lib/upstream/target";
import { type RunningPrometheus, startPrometheus, whyNoPrometheus } from "@/testing/prometheus";
import { wrongSignals } from "./comparison";
import { exporters } from "./exporters";
import { scrapeJobs } from "./scrape-jobs";
import { type ExporterServer, serveExporters } from "./server";

/*
 * Every engine and exporter as a real Prometheus scrapes it: what discovery makes of them, and whether each signal shows
 * what is known to be so.
 */

/** The shortest window of a rate, seconds: until it is full of samples, rates are too low. */
const shortestWindow = 62;

describe.skipIf(whyNoPrometheus() !== null)("exporters of all kinds behind one Prometheus", () => {
  let server: ExporterServer;
  let prometheus: RunningPrometheus;
  let target: UpstreamTarget;
  let found: FoundService[];
  let calls: number[];

  beforeAll(async () => {
    server = await serveExporters();
    prometheus = await startPrometheus({ scrape: scrapeJobs(exporters, server.address, "2s") });
    target = { id: "exporters", kind: "prometheus", url: prometheus.url, headers: {} };
    // Looked at too early for an opinion, which must not last.
    await untilScrapedFor(2, target);
    const { services } = await discoverSource(target, { now: new Date() });
    found = services;
    await wrongSignals(queryable("broken"), { nonsense: ["prompt_token_rate"], now: new Date() });
    await untilScrapedFor(shortestWindow, target);
    const memory = newMemory();
    // The metric names of a dozen groups are asked for in a round.
    let round = await discoverSource(target, { memory, now: new Date() });
    calls = [round.report.calls];
    while (round.report.waiting > 0) {
      round = await discoverSource(target, { memory, now: new Date() });
      calls.push(round.report.calls);
    }
    found = round.services;
  }, 120_000);
  afterAll(async () => {
    await prometheus?.stop();
    await server?.close();
  });

  const served = exporters.filter(({ service }) => service !== undefined);
  const serviceOf = (name: string): FoundService => {
    const service = found.find(({ identity }) => identity.job === name);
    if (service === undefined) throw new Error(`${name} was not found`);
    return service;
  };
  const queryable = (name: string): QueryableService => ({
    name,
    sourceName: "exporters",
    profiles: serviceOf(name).profiles,
    scrapeInterval: serviceOf(name).scrapeInterval,
    target: async () => target,
  });

  it("finds each service and nothing else, within 20 calls a round", () => {
    expect(found.map(({ identity }) => identity.job).sort()).toEqual(served.map(({ name }) => name).sort());
    expect(Math.max(...calls)).toBeLessThanOrEqual(20);
  });

  it("tells what one job's targets declare, whatever those of others do", async () => {
    const declared = async (job: string) =>
      (await createPrometheusClient(target).targetMetadata({ match: `{job="${job}"}`, limit: 20 }))
        .filter(({ metric }) => metric === "vllm:generation_tokens_total")
        .map(({ type }) => type);
    expect(await declared("broken")).toEqual(["gauge"]);
    expect(await declared("vllm-v0")).toEqual(["counter"]);
  });

  it.each(served.map((exporter) => [exporter.title, exporter] as const))(
    "knows what %s is and shows its values",
    async (_, { name, replicas, service, honorLabels, interval, ...exporter }) => {
      const { engines, models, versions, instances, scrapeInterval } = serviceOf(name);
      expect({ engines: [...engines].sort(), models, versions, scrapeInterval }).toEqual({
        engines: service?.engines,
        models: service?.models,
        versions: service?.versions ?? [],
        scrapeInterval: interval === undefined ? 2 : 10,
      });
      if (!honorLabels) expect(instances).toEqual(replicas.map(({ instance }) => instance));
      expect(await wrongSignals(queryable(name), { ...exporter, replicas, now: new Date() })).toEqual([]);
    },
  );

  it.each(
    exporters.flatMap(({ title, adds = {} }) =>
      Object.entries(adds).map(([name, expected]) => [title, name, expected] as const),
    ),
  )("adds what %s tells to %s", async (_, name, expected) => {
    expect(await wrongSignals(queryable(name), { expected, now: new Date() })).toEqual([]);
  });
});

async function untilScrapedFor(seconds: number, target: UpstreamTarget): Promise<void> {
  const client = createPrometheusClient(target);
  await vi.waitFor(
    async () => {
      const { data } = await client.query(`min(up) and count(up offset ${seconds}s) == count(up)`);
      if (data.type !== "vector" || data.series[0]?.value !== 1)
        throw new Error("not yet scraped for long enough");
    },
    { timeout: (seconds + 30) * 1000, interval: 1000 },
  );
}
