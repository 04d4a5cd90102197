import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { closeUpstreamConnections } from "@/lib/upstream/fetch";
import type { UpstreamTarget } from "@/lib/upstream/target";
import {
  openMetricsText,
  type RunningPrometheus,
  startPrometheus,
  whyNoPrometheus,
} from "@/testing/prometheus";
import { createPrometheusClient, escapeLabelName, type PrometheusClient } from "./client";

/** 2025-10-09 08:53:20 UTC, a multiple of every step used here. */
const T0 = 1_760_000_400;
const times = Array.from({ length: 61 }, (_, index) => T0 + index * 10);

const data = openMetricsText([
  {
    name: "demo_requests",
    type: "counter",
    series: ["a", "b"].map((version, slope) => ({
      suffix: "_total",
      labels: { version },
      samples: times.map((time, index) => [time, index * (slope + 1) * 10]),
    })),
  },
  {
    name: "demo_gauge",
    type: "gauge",
    series: [
      {
        samples: [
          [T0, 3.5],
          [T0 + 10, Number.NaN],
          [T0 + 20, Number.POSITIVE_INFINITY],
          [T0 + 30, -1],
        ],
      },
    ],
  },
]);

const targetOf = (url: string): UpstreamTarget => ({ id: "test", kind: "prometheus", url, headers: {} });

describe.skipIf(whyNoPrometheus())("a real Prometheus", () => {
  let server: RunningPrometheus;
  let client: PrometheusClient;

  beforeAll(async () => {
    server = await startPrometheus({
      openMetrics: data,
      scrape: [{ job: "nobody", targets: ["127.0.0.1:1"] }],
    });
    client = createPrometheusClient(targetOf(server.url));
  });
  afterAll(async () => {
    await closeUpstreamConnections();
    await server.stop();
  });

  it("gives a vector", async () => {
    const { data: answer, warnings } = await client.query("demo_requests_total", { time: T0 + 600 });
    expect(warnings).toEqual([]);
    expect(
      answer.type === "vector" && answer.series.map(({ labels, value }) => [labels.version, value]),
    ).toEqual([
      ["a", 600],
      ["b", 1200],
    ]);
  });

  it("gives scalars and strings", async () => {
    expect((await client.query("-Inf", { time: T0 })).data).toEqual({
      type: "scalar",
      time: T0,
      value: Number.NEGATIVE_INFINITY,
    });
    expect((await client.query('"x"', { time: T0 })).data).toEqual({ type: "string", time: T0, value: "x" });
  });

  it("gives a matrix for a range selector", async () => {
    const { data: answer } = await client.query('demo_requests_total{version="a"}[25s]', { time: T0 + 40 });
    expect(answer.type === "matrix" && answer.series[0]!.times).toEqual([T0 + 20, T0 + 30, T0 + 40]);
  });

  it("gives a range with NaN and infinity as they are", async () => {
    const { data: series } = await client.queryRange("demo_gauge", {
      start: T0 - 10,
      end: T0 + 30,
      step: 10,
    });
    expect(series).toHaveLength(1);
    expect(series[0]!.times).toEqual([T0, T0 + 10, T0 + 20, T0 + 30]);
    expect(series[0]!.values).toEqual([3.5, Number.NaN, Number.POSITIVE_INFINITY, -1]);
  });

  it("computes a rate", async () => {
    const expr = "sum by (version) (rate(demo_requests_total[40s]))";
    const { data: series } = await client.queryRange(expr, { start: T0 + 60, end: T0 + 600, step: 60 });
    for (const { labels, values } of series) {
      for (const value of values) expect(value).toBeCloseTo(labels.version === "a" ? 1 : 2, 10);
    }
  });

  it("lists series, labels and values", async () => {
    const range = { start: T0, end: T0 + 600 };
    const series = await client.series({ match: ["demo_requests_total"], ...range });
    expect(series.data).toContainEqual({ __name__: "demo_requests_total", version: "b" });
    expect((await client.labels(range)).data).toEqual(["__name__", "version"]);
    expect((await client.labelValues("version", range)).data).toEqual(["a", "b"]);
    expect((await client.labelValues("version", { ...range, match: ['{version="a"}'] })).data).toEqual(["a"]);
    expect((await client.labelValues("absent")).data).toEqual([]);
  });

  it("describes itself", async () => {
    expect((await client.buildInfo()).version).toMatch(/^\d+\.\d+/);
    expect((await client.tsdbStatus()).headStats.numSeries).toBeGreaterThanOrEqual(0);
    expect(await client.metadata({ metric: "absent" })).toEqual({});
    expect(await client.exemplars("demo_requests_total", { start: T0, end: T0 + 60 })).toEqual([]);
  });

  it("lists what it scrapes", async () => {
    // Prometheus takes up its configured targets within 5 s of its start.
    const targets = await vi.waitFor(
      async () => {
        const found = await client.activeTargets();
        expect(found).not.toEqual([]);
        return found;
      },
      { timeout: 10_000, interval: 100 },
    );
    expect(targets.map(({ labels, scrapeInterval }) => [labels.job, scrapeInterval])).toEqual([
      ["nobody", "1s"],
    ]);
    expect(await client.targetMetadata({ match: '{job="nobody"}' })).toEqual([]);
  });

  it("passes on what Prometheus says of a wrong query", async () => {
    await expect(client.query("rate(")).rejects.toMatchObject({
      code: "upstream_rejected",
      failure: "rejected",
      upstreamStatus: 400,
      upstream: expect.stringContaining("parse error"),
    });
    await expect(client.queryRange("1", { start: T0, end: T0 + 20_000, step: 1 })).rejects.toMatchObject({
      upstream: expect.stringContaining("11,000"),
    });
    await expect(client.query("demo_gauge * on () demo_requests_total", { time: T0 })).rejects.toMatchObject({
      upstreamStatus: 422,
      upstream: expect.stringContaining("many-to-many"),
    });
  });
});

describe("answers of other kinds", () => {
  let server: Server;
  let client: PrometheusClient;
  let answer: (response: ServerResponse) => void;

  beforeAll(async () => {
    server = createServer((request, response) => {
      request.resume();
      answer(response);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    client = createPrometheusClient(targetOf(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
  });
  afterAll(async () => {
    await closeUpstreamConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const json = (body: unknown, status = 200) => {
    answer = (response) =>
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  };

  it("types native histograms", async () => {
    const histogram = {
      count: "20.5",
      sum: "38",
      buckets: [
        [3, "-0.001", "0.001", "2"],
        [0, "0.5", "1", "18.5"],
      ],
    };
    const typed = {
      count: 20.5,
      sum: 38,
      buckets: [
        { edges: "[]", lo: -0.001, hi: 0.001, count: 2 },
        { edges: "(]", lo: 0.5, hi: 1, count: 18.5 },
      ],
    };
    json({
      status: "success",
      data: { resultType: "vector", result: [{ metric: { a: "b" }, histogram: [T0, histogram] }] },
    });
    expect((await client.query("x")).data).toEqual({
      type: "vector",
      series: [{ labels: { a: "b" }, time: T0, value: null, histogram: typed }],
    });
    json({
      status: "success",
      data: { resultType: "matrix", result: [{ metric: {}, histograms: [[T0, histogram]] }] },
    });
    const { data: series } = await client.queryRange("x", { start: T0, end: T0, step: 1 });
    expect(series).toEqual([
      { labels: {}, times: [], values: [], histograms: [{ time: T0, histogram: typed }] },
    ]);
  });

  it("returns warnings and infos", async () => {
    json({
      status: "success",
      data: { resultType: "matrix", result: [] },
      warnings: ["store is down"],
      infos: ["metric might not be a counter"],
    });
    const result = await client.queryRange("x", { start: T0, end: T0, step: 1 });
    expect(result).toEqual({
      data: [],
      warnings: ["store is down"],
      infos: ["metric might not be a counter"],
    });
  });

  it("takes null lists as empty, as Go writes them", async () => {
    json({ status: "success", data: null });
    expect((await client.series({ match: ["x"] })).data).toEqual([]);
    expect((await client.labels()).data).toEqual([]);
  });

  it.each([
    ["no envelope", { hello: "world" }],
    ["a vector for a range", { status: "success", data: { resultType: "vector", result: [] } }],
    ["no result", { status: "success", data: {} }],
    [
      "a value that is no number",
      { status: "success", data: { resultType: "matrix", result: [{ metric: {}, values: [[1, "x"]] }] } },
    ],
    [
      "an empty value",
      { status: "success", data: { resultType: "matrix", result: [{ metric: {}, values: [[1, ""]] }] } },
    ],
    [
      "a sample without a time",
      { status: "success", data: { resultType: "matrix", result: [{ metric: {}, values: [["1", "1"]] }] } },
    ],
    [
      "a series without labels",
      { status: "success", data: { resultType: "matrix", result: [{ values: [[1, "1"]] }] } },
    ],
  ])("refuses %s", async (_, body) => {
    json(body);
    await expect(client.queryRange("x", { start: T0, end: T0, step: 1 })).rejects.toMatchObject({
      code: "upstream_unavailable",
      failure: "unexpected_shape",
    });
  });

  it("refuses an error that came with status 200", async () => {
    json({ status: "error", errorType: "bad_data", error: "no such tenant" });
    await expect(client.query("x")).rejects.toMatchObject({
      code: "upstream_rejected",
      upstream: "no such tenant",
    });
  });

  it("tells a query that took too long from a server that is gone", async () => {
    json({ status: "error", errorType: "timeout", error: "query timed out in expression evaluation" }, 503);
    await expect(client.query("x")).rejects.toMatchObject({ code: "upstream_timeout" });
    json({ status: "error", errorType: "unavailable", error: "not ready" }, 503);
    await expect(client.query("x")).rejects.toMatchObject({
      code: "upstream_unavailable",
      upstream: "not ready",
    });
  });
});

describe("escapeLabelName", () => {
  it.each([
    ["version", "version"],
    ["http.status_code", "U__http_2e_status__code"],
    ["9lives", "U__9lives"],
    ["größe", "U__gr_f6__df_e"],
  ])("writes %s as %s", (name, escaped) => {
    expect(escapeLabelName(name)).toBe(escaped);
  });
});
