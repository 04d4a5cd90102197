import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { DEFAULT_TEAM_ID, systemActor } from "@/lib/auth/actor";
import type { Transaction } from "@/lib/db/client";
import { saveDiscoveries } from "@/lib/services/commands";
import { measure } from "@/lib/services/measure";
import type { ProfileId } from "@/lib/signals/profile";
import { asUser, withTestTransaction } from "@/testing/database";
import {
  openMetricsText,
  type RunningPrometheus,
  startPrometheus,
  whyNoPrometheus,
} from "@/testing/prometheus";
import { examineService, examineSource } from "./queries";

const end = 1_767_225_600;
const context = { requestId: "test-request", now: new Date(end * 1000) };
/** Every 15 s of the last hour. */
const samples = (value: (second: number) => number): [number, number][] =>
  Array.from({ length: 241 }, (_, index) => [end - 3_600 + index * 15, value(index * 15)]);

const plainJobs = ["plain-status", "plain-code"];
/** Of ten requests three fail, which `llm_errors_total` of the same jobs does not count. */
const plainHttp = (
  [
    ["plain-status", { status: "2xx" }, 0.7],
    ["plain-status", { status: "5xx" }, 0.3],
    ["plain-code", { code: "200" }, 0.7],
    ["plain-code", { code: "503" }, 0.3],
  ] as const
).map(([job, told, perSecond]) => ({
  suffix: "_total",
  labels: { job, instance: "a", ...told },
  samples: samples((second) => second * perSecond),
}));

async function serviceOf(
  tx: Transaction,
  url: string,
  profiles: ProfileId[] = ["vllm"],
  scraped = "llm",
): Promise<{ job: string; source: string }> {
  const source = await tx.source.create({
    data: { teamId: DEFAULT_TEAM_ID, kind: "prometheus", name: `p-${randomUUID()}`, url },
  });
  const job = `job-${randomUUID()}`;
  const matchers = [{ label: "job", op: "=" as const, value: scraped }];
  await saveDiscoveries(systemActor("service-discovery"), {
    sourceId: source.id,
    seenAt: context.now,
    services: [
      {
        identity: { job },
        engines: ["vllm"],
        models: [],
        versions: [],
        instances: ["a"],
        evidence: ["vllm:num_requests_running"],
        labels: {},
        selector: {
          profiles: profiles.map((id) => ({ id, matchers, labels: {} })),
          scrapeInterval: 15,
        },
      },
    ],
  });
  return { job, source: source.name };
}

describe.skipIf(whyNoPrometheus())("the doctor", () => {
  let prometheus: RunningPrometheus;
  beforeAll(async () => {
    const labels = { job: "llm", instance: "a", user_email: "someone@example.com" };
    prometheus = await startPrometheus({
      openMetrics: openMetricsText([
        { name: "vllm:num_requests_running", type: "gauge", series: [{ labels, samples: samples(() => 3) }] },
        {
          name: "vllm:request_success",
          type: "counter",
          series: [{ suffix: "_total", labels, samples: samples((second) => second) }],
        },
        // A percentage where a ratio belongs, a sum that is none, and a GPU without a value.
        {
          name: "vllm:kv_cache_usage_perc",
          type: "gauge",
          series: [{ labels, samples: samples(() => 87.5) }],
        },
        {
          name: "vllm:num_requests_waiting",
          type: "gauge",
          series: [{ labels, samples: samples(() => Number.NaN) }],
        },
        {
          name: "DCGM_FI_DEV_GPU_UTIL",
          type: "gauge",
          series: [
            { labels: { ...labels, gpu: "0", UUID: "GPU-0" }, samples: samples(() => 60) },
            { labels: { ...labels, gpu: "1", UUID: "GPU-1" }, samples: samples(() => 2 ** 63) },
          ],
        },
        {
          name: "DCGM_FI_DEV_GPU_TEMP",
          type: "gauge",
          series: [{ labels: { ...labels, gpu: "0", UUID: "GPU-0" }, samples: samples(() => 2147483634) }],
        },
        {
          name: "node_cpu_seconds",
          type: "counter",
          series: [
            {
              suffix: "_total",
              labels: { ...labels, cpu: "0", mode: "idle" },
              samples: samples((second) => second),
            },
          ],
        },
        // Triton's own counters know of no failure; every fifth request of its gateway is one.
        {
          name: "nv_inference_request_success",
          type: "counter",
          series: [{ labels, samples: samples((second) => second) }],
        },
        {
          name: "nv_inference_request_failure",
          type: "counter",
          series: [{ labels, samples: samples(() => 0) }],
        },
        {
          name: "http_requests",
          type: "counter",
          series: [
            ...(["2xx", "5xx"] as const).map((status) => ({
              suffix: "_total",
              labels: { ...labels, status, handler: "/v1/completions" },
              samples: samples((second) => (status === "2xx" ? second : second / 5)),
            })),
            ...plainHttp,
          ],
        },
        {
          name: "llm_requests",
          type: "counter",
          series: plainJobs.map((job) => ({
            suffix: "_total",
            labels: { job, instance: "a" },
            samples: samples((second) => second),
          })),
        },
        {
          name: "llm_errors",
          type: "counter",
          series: plainJobs.map((job) => ({
            suffix: "_total",
            labels: { job, instance: "a", type: "timeout" },
            samples: samples(() => 0),
          })),
        },
      ]),
    });
  });
  afterAll(() => prometheus?.stop());

  it("says which metric answers each signal, and which labels look like personal data", () =>
    withTestTransaction(async (tx) => {
      const { job, source } = await serviceOf(tx, prometheus.url);
      const viewer = await asUser(tx, "viewer");
      const { signals, notTold } = await examineService(viewer, job, context);
      const line = (signal: string) => signals.find((one) => one.signal === signal);
      expect(line("request_rate")).toMatchObject({
        state: "answered",
        metric: "vllm:request_success_total",
      });
      expect(line("error_rate")?.state).toBe("unavailable");
      expect(line("ttft")).toMatchObject({ state: "empty", metric: "vllm:time_to_first_token_seconds" });
      // Discovery has not asked for its names yet: of ttft it is not known whether this server has that one.
      expect(notTold.map((text) => text.split(":")[0])).toEqual(["Which metrics it exposes"]);
      const report = await examineSource(viewer, source, context);
      expect(report.findings.map(({ id }) => id)).toContain("personal:user_email");
    }));

  it("advises on each lie by what it is, and names what is missing", () =>
    withTestTransaction(async (tx) => {
      const { job } = await serviceOf(tx, prometheus.url, ["vllm", "dcgm", "node-exporter"]);
      const { signals, findings } = await examineService(await asUser(tx, "viewer"), job, context);
      const line = (signal: string) => signals.find((one) => one.signal === signal);
      expect(line("kv_cache_usage")?.notes.join()).toContain("KV cache usage of 87.5 is not a ratio");
      expect(line("kv_cache_usage")?.advice).toContain("as a ratio from 0 to 1");
      expect(line("queue_depth")).toMatchObject({
        state: "empty",
        advice: expect.stringContaining("writes NaN"),
      });
      expect(line("gpu_temperature")?.notes.join()).toContain('a word for "no value"');
      expect(line("host_load")).toMatchObject({ state: "empty", metric: "node_load1" });
      expect(line("host_load")?.notes.join()).toContain("No `node_load1`");
      const ids = findings.map(({ id }) => id);
      expect(ids).toContain("implausible:vllm:kv_cache_usage_perc");
      expect(findings.find(({ id }) => id === "blank:DCGM exporter")?.text).toContain(
        "`DCGM_FI_DEV_GPU_UTIL` (1 series)",
      );
    }));

  it("of an engine that counts no failure while its gateway does is said with the availability too", () =>
    withTestTransaction(async (tx) => {
      const { job } = await serviceOf(tx, prometheus.url, ["triton", "http-instrumentator"]);
      const viewer = await asUser(tx, "viewer");
      const { findings } = await examineService(viewer, job, context);
      expect(
        findings.map(({ id }) => id).filter((id) => id.includes("nv_inference_request_failure")),
      ).toEqual(["contradiction:nv_inference_request_failure:http_requests_total"]);
      const request = {
        start: end - 3600,
        end,
        step: 60,
        queries: [{ id: "q", service: job, signal: "availability" as const }],
      };
      const { results } = await measure(viewer, request, context);
      expect(results[0]?.series[0]?.values.at(-1)).toBe(1);
      expect(results[0]?.doubts).toMatchObject([
        { kind: "disagreement", text: expect.stringContaining("`http_requests_total` counts 16.7") },
      ]);
    }));

  it.each(["status", "code"])(
    "finds that plain metrics count no failure while 5xx rise, told by `%s`",
    (label) =>
      withTestTransaction(async (tx) => {
        const { job } = await serviceOf(tx, prometheus.url, ["plain", "http-witness"], `plain-${label}`);
        const viewer = await asUser(tx, "viewer");
        const { findings } = await examineService(viewer, job, context);
        expect(
          findings.find(({ id }) => id === "contradiction:llm_errors_total:http_requests_total")?.text,
        ).toContain("counts 30");
        const queries = (["error_rate", "request_rate"] as const).map((signal) => ({
          id: signal,
          service: job,
          signal,
        }));
        const { results } = await measure(viewer, { start: end - 3600, end, step: 60, queries }, context);
        expect(results[0]?.series[0]?.values.at(-1)).toBe(0);
        expect(results[0]?.note).toContain("`http_requests_total` counts 30");
        expect(results[1]?.series[0]?.values.at(-1)).toBeCloseTo(1, 6);
        expect(results[1]?.expr[0]).toContain("llm_requests_total");
      }),
  );

  it("says what was left out of a source when services were looked for", () =>
    withTestTransaction(async (tx) => {
      const { source } = await serviceOf(tx, prometheus.url);
      const note = "3 series were left out: their job or namespace is longer than 200 characters.";
      await saveDiscoveries(systemActor("service-discovery"), {
        sourceId: (await tx.source.findFirstOrThrow({ where: { name: source } })).id,
        seenAt: new Date(context.now.getTime() + 1000),
        report: { calls: 3, seconds: 0.1, names: 5, series: 3, waiting: 0, notes: [note] },
        services: [],
      });
      const { findings } = await examineSource(await asUser(tx, "viewer"), source, context);
      expect(findings).toContainEqual(expect.objectContaining({ severity: "hint", text: note }));
    }));

  it("names the labels that make most of a source's series", () =>
    withTestTransaction(async (tx) => {
      const page = Array.from(
        { length: 1_200 },
        (_, index) => `hits_total{path="/${index % 40}",user_id="u${index}"} ${index}\n`,
      ).join("");
      const exporter = createServer((_, response) => {
        response.writeHead(200, { "content-type": "text/plain; version=0.0.4" }).end(page);
      });
      await new Promise<void>((resolve) => exporter.listen(0, "127.0.0.1", resolve));
      const { port } = exporter.address() as AddressInfo;
      const server = await startPrometheus({ scrape: [{ job: "web", targets: [`127.0.0.1:${port}`] }] });
      try {
        const { source } = await serviceOf(tx, server.url);
        const viewer = await asUser(tx, "viewer");
        // Asked for before there are any, Prometheus remembers its counts for half a minute.
        await vi.waitFor(
          async () => {
            const answer = await fetch(`${server.url}/api/v1/query?query=count(hits_total)`);
            expect(await answer.text()).toContain("1200");
          },
          { timeout: 15_000, interval: 250 },
        );
        // Whole seconds are looked at: the one after the scrape.
        const now = new Date(Date.now() + 1_000);
        const { findings, notTold } = await examineSource(viewer, source, { ...context, now });
        expect(notTold).toEqual([]);
        expect(findings.find(({ id }) => id === "series:hits_total")?.text).toContain(
          "Its labels with the most values: `user_id` (1,200), `path` (40).",
        );
      } finally {
        await server.stop();
        await new Promise((resolve) => exporter.close(resolve));
      }
    }));

  it("says of a source that does not answer what could not be looked at, and finds nothing right", () =>
    withTestTransaction(async (tx) => {
      const { job, source } = await serviceOf(tx, "http://127.0.0.1:1");
      const viewer = await asUser(tx, "viewer");
      const report = await examineService(viewer, job, context);
      expect(report.findings).toEqual([]);
      expect(report.notTold.map((text) => text.split(":")[0])).toEqual([
        "Which metrics it exposes",
        "How it is scraped",
        "The declared types of its metrics",
      ]);
      expect(new Set(report.signals.map(({ state }) => state))).toEqual(new Set(["error", "unavailable"]));
      const { findings, notTold, series } = await examineSource(viewer, source, context);
      expect({ findings, series }).toEqual({ findings: [], series: null });
      expect(notTold).toHaveLength(3);
    }));

  it("knows no service or source of that name", () =>
    withTestTransaction(async (tx) => {
      const viewer = await asUser(tx, "viewer");
      await expect(examineService(viewer, "nobody", context)).rejects.toMatchObject({ code: "not_found" });
      await expect(examineSource(viewer, "nothing", context)).rejects.toMatchObject({ code: "not_found" });
    }));
});
