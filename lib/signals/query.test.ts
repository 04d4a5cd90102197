import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { rangeReader } from "@/lib/prometheus/range-reader";
import type { UpstreamTarget } from "@/lib/upstream/target";
import {
  openMetricsText,
  type RunningPrometheus,
  startPrometheus,
  whyNoPrometheus,
} from "@/testing/prometheus";
import { countsOf } from "./counted";
import type { ProfileId } from "./profile";
import { type QueryableService, querySignals } from "./query";
import type { SignalQuery } from "./schema";

/*
 * Against a real Prometheus: what the console computes from buckets must be what Prometheus itself answers to the
 * expression that is shown beside it.
 */
const reason = whyNoPrometheus();
const start = 1_767_225_600;
const end = start + 3600;
const step = 60;

/** A counter sampled every 15 s that grows by `perSecond`. */
const growing = (perSecond: number, from = start, to = end): [number, number][] =>
  Array.from({ length: (to - from) / 15 + 1 }, (_, index) => [from + index * 15, index * 15 * perSecond]);

const history = openMetricsText([
  {
    name: "vllm:time_to_first_token_seconds",
    type: "histogram",
    series: ["v1", "v2"].flatMap((version) => {
      const labels = { job: "chat-api", instance: version, version, model_name: "llama", engine: "0" };
      const slow = version === "v2" ? 3 : 1;
      return [
        ...(
          [
            ["0.1", 3],
            ["0.5", 7],
            ["1.0", 9],
            ["+Inf", 9 + slow],
          ] as const
        ).map(([le, perSecond]) => ({
          suffix: "_bucket",
          labels: { ...labels, le },
          samples: growing(perSecond),
        })),
        { suffix: "_sum", labels, samples: growing(4) },
        { suffix: "_count", labels, samples: growing(9 + slow) },
      ];
    }),
  },
  {
    name: "llm_requests",
    type: "counter",
    series: [
      { suffix: "_total", labels: { job: "chat-api", instance: "v1" }, samples: growing(10) },
      { suffix: "_total", labels: { job: "quiet", instance: "q" }, samples: growing(10) },
      { suffix: "_total", labels: { job: "idle", instance: "i" }, samples: growing(0) },
      { suffix: "_total", labels: { job: "young", instance: "y" }, samples: growing(5, end - 600) },
      { suffix: "_total", labels: { job: "proven", instance: "p" }, samples: growing(10) },
      { suffix: "_total", labels: { job: "untyped", instance: "u" }, samples: growing(10) },
    ],
  },
  {
    name: "llm_errors",
    type: "counter",
    series: [
      { suffix: "_total", labels: { job: "chat-api", instance: "v1", type: "oom" }, samples: growing(0.5) },
      {
        suffix: "_total",
        labels: { job: "chat-api", instance: "v1", type: "timeout" },
        samples: growing(0.25),
      },
      {
        suffix: "_total",
        labels: { job: "young", instance: "y", type: "oom" },
        samples: growing(0.5, end - 600),
      },
      { suffix: "_total", labels: { job: "untyped", instance: "u" }, samples: growing(1) },
      // Stopped two hours before the range: still a proof that errors are counted.
      {
        suffix: "_total",
        labels: { job: "proven", instance: "p", type: "oom" },
        samples: growing(1, start - 9000, start - 7200),
      },
    ],
  },
  {
    name: "vllm:num_requests_waiting",
    type: "gauge",
    series: [
      {
        labels: { job: "gone", instance: "g", model_name: "llama" },
        samples: [[start - 7200, 4]],
      },
    ],
  },
  {
    name: "vllm:gpu_prefix_cache_hit_rate",
    type: "gauge",
    series: [
      {
        labels: { job: "uncached", instance: "c", model_name: "llama" },
        samples: growing(0).map(([time]): [number, number] => [time, -1]),
      },
    ],
  },
]);

const service = (name: string, target: UpstreamTarget, ...ids: ProfileId[]): QueryableService => ({
  name,
  sourceName: "prometheus",
  scrapeInterval: 15,
  profiles: ids.map((id) => ({
    id,
    matchers: [{ label: "job", op: "=", value: name }],
    labels: { version: "version", model: "model_name" },
  })),
  target: async () => target,
});

describe.skipIf(reason !== null)("signals of a real Prometheus", () => {
  let prometheus: RunningPrometheus;
  let target: UpstreamTarget;
  beforeAll(async () => {
    prometheus = await startPrometheus({ openMetrics: history });
    target = { id: "test", kind: "prometheus", url: prometheus.url, headers: {} };
  });
  afterAll(() => prometheus?.stop());

  const ask = async (queried: QueryableService, ...queries: Omit<SignalQuery, "id" | "service">[]) => {
    const { results } = await querySignals(
      {
        start,
        end,
        step,
        queries: queries.map((query, index) => ({ id: String(index), service: queried.name, ...query })),
      },
      new Map([[queried.name, queried]]),
      { requestId: "test-request", now: new Date(end * 1000) },
    );
    return results;
  };
  const asPrometheus = async (expr: string): Promise<number> => {
    const response = await fetch(
      `${prometheus.url}/api/v1/query?${new URLSearchParams({ query: expr, time: String(end) })}`,
    );
    const answer = (await response.json()) as { data: { result: { value: [number, string] }[] } };
    return Number(answer.data.result[0]?.value[1]);
  };

  it("computes each quantile as Prometheus computes the expression shown", async () => {
    const [result] = await ask(service("chat-api", target, "vllm"), {
      signal: "ttft",
      quantiles: [0.5, 0.75, 0.95],
    });
    expect(result?.series).toHaveLength(3);
    for (const [index, series] of (result?.series ?? []).entries())
      expect(series.values.at(-1)).toBeCloseTo(await asPrometheus(result!.expr[index]!), 9);
    expect(result?.series[2]?.band?.hi.at(-1)).toBeNull();
  });

  it("splits by version and sums up with an exact mean", async () => {
    const [split, summary] = await ask(
      service("chat-api", target, "vllm"),
      { signal: "ttft", by: ["version"], quantiles: [0.5] },
      { signal: "ttft", shape: "summary" },
    );
    expect(split?.series.map(({ labels }) => labels)).toEqual([{ version: "v1" }, { version: "v2" }]);
    expect(summary?.summary?.mean).toBeCloseTo(8 / 22, 6);
    expect(summary?.summary?.count).toBeCloseTo(22 * 3600, -2);
    expect(await asPrometheus(summary!.expr.at(-1)!)).toBeCloseTo(summary!.summary!.mean!, 9);
  });

  it("does not say whose fault errors without a type are", async () => {
    const [callers, ours, all] = await ask(
      service("untyped", target, "plain"),
      { signal: "client_error_rate" },
      { signal: "server_error_rate" },
      { signal: "error_rate" },
    );
    for (const result of [callers, ours])
      expect(result).toMatchObject({
        status: "unavailable",
        reason: {
          text: expect.stringContaining("`llm_errors_total` counts errors without the label `type`"),
        },
      });
    expect(all?.series[0]?.values.at(-1)).toBeCloseTo(0.1, 9);
    const [typed] = await ask(service("chat-api", target, "plain"), { signal: "client_error_rate" });
    expect(typed).toMatchObject({
      status: "ok",
      note: expect.stringContaining("No errors of callers were counted"),
    });
  });

  it("says that prefix caching is not in use, where vLLM writes so", async () => {
    const uncached = service("uncached", target, "vllm");
    const [spoken] = uncached.profiles;
    const known = { ...uncached, profiles: [{ ...spoken!, metrics: ["vllm:gpu_prefix_cache_hit_rate"] }] };
    const [result] = await ask(known, { signal: "prefix_cache_hit_ratio" });
    expect(result).toMatchObject({
      status: "empty",
      reason: { kind: "not_measurable", text: expect.stringContaining("Prefix caching is not in use") },
    });
  });

  it("reads a sum once, where a sum by more labels holds it", async () => {
    const chatApi = service("chat-api", { ...target, id: "counted" }, "vllm", "plain");
    let reads = 0;
    const stop = rangeReader().onRead(() => {
      reads += 1;
    });
    const [whole, split, errors, types] = await ask(
      chatApi,
      { signal: "ttft", quantiles: [0.5] },
      { signal: "ttft", by: ["version"], quantiles: [0.5] },
      { signal: "error_rate" },
      { signal: "error_rate", by: ["type"] },
    ).finally(stop);
    // Buckets, errors by type, requests.
    expect(reads).toBe(3);
    expect(split?.series).toHaveLength(2);
    expect(types?.series).toHaveLength(2);
    expect(whole?.series[0]?.values.at(-1)).toBeCloseTo(await asPrometheus(whole!.expr[0]!), 9);
    expect(errors?.series[0]?.values.at(-1)).toBeCloseTo(0.075, 9);
  });

  it("gives a summary of the step before only where that will do, and reads the next one then", async () => {
    const chatApi = service("chat-api", { ...target, id: "previous" }, "vllm");
    const summaryAt = async (to: number, acceptPrevious: boolean) => {
      const query = { id: "q", service: "chat-api", signal: "ttft", shape: "summary" } as const;
      const { results } = await querySignals(
        { start: to - 1800, end: to, step, queries: [{ ...query, acceptPrevious }] },
        new Map([["chat-api", chatApi]]),
        { requestId: "test-request", now: new Date(end * 1000) },
      );
      return results[0]!;
    };
    const before = end - 10 * step;
    expect((await summaryAt(before, true)).window).toEqual({ start: before - 1800, end: before });
    const later = await summaryAt(before + step, true);
    expect(later.window?.end).toBe(before);
    expect(later.summary?.quantiles).toHaveLength(4);
    await vi.waitFor(async () =>
      expect((await summaryAt(before + step, true)).window?.end).toBe(before + step),
    );
    expect((await summaryAt(before + 2 * step, false)).window?.end).toBe(before + 2 * step);
    // Two steps are too many.
    expect((await summaryAt(before + 4 * step, true)).window?.end).toBe(before + 4 * step);
  });

  it("takes the rate of a window over the time that the series cover", async () => {
    const [young, whole] = await Promise.all(
      ["young", "chat-api"].map((job) =>
        ask(service(job, target, "plain"), { signal: "request_rate", shape: "summary" }),
      ),
    ).then((answers) => answers.flat());
    expect(young?.summary?.mean).toBeCloseTo(5, 1);
    expect(young?.summary?.count).toBeCloseTo(3000, -2);
    expect(young?.note).toMatch(/^Measured over the last 10.min of the 1.h asked/);
    expect(whole?.summary?.mean).toBeCloseTo(10, 1);
    expect(whole?.note).toBeUndefined();
  });

  it("counts the failures of a young service over the time that it covers, not over the window", async () => {
    const [types] = await ask(service("young", target, "plain"), {
      signal: "errors_by_type",
      by: ["type"],
      shape: "summary",
    });
    expect(types?.series[0]?.values[0]).toBeCloseTo(0.5, 1);
    // Ten minutes at one in two seconds; over the hour asked it would be 1,800.
    expect(countsOf(types!)[0]).toBeGreaterThan(280);
    expect(countsOf(types!)[0]).toBeLessThan(310);
  });

  it("finds the first sample of minutes in a window of a week", async () => {
    const young = service("young", { ...target, id: "week" }, "plain");
    const { results } = await querySignals(
      {
        start: end - 7 * 86_400,
        end,
        step: 3600,
        queries: [{ id: "q", service: "young", signal: "request_rate", shape: "summary" }],
      },
      new Map([["young", young]]),
      { requestId: "test-request", now: new Date(end * 1000) },
    );
    expect(results[0]?.summary?.mean).toBeGreaterThan(4.8);
    expect(results[0]?.summary?.mean).toBeLessThan(5.2);
  });

  it("gives the error rate, by type too, as Prometheus does", async () => {
    const [total, types] = await ask(
      service("chat-api", target, "plain"),
      { signal: "error_rate" },
      { signal: "error_rate", by: ["type"] },
    );
    expect(total?.series[0]?.values.at(-1)).toBeCloseTo(0.075, 9);
    expect(await asPrometheus(total!.expr[0]!)).toBeCloseTo(0.075, 9);
    expect(types?.series.map(({ labels, values }) => [labels.type, values.at(-1)?.toFixed(4)])).toEqual([
      ["oom", "0.0500"],
      ["timeout", "0.0250"],
    ]);
    expect(await asPrometheus(types!.expr[0]!)).toBeGreaterThan(0);
  });

  it("does not say 0 % where nothing proves that errors are counted", async () => {
    const [result] = await ask(service("quiet", target, "plain"), { signal: "error_rate" });
    expect(result).toMatchObject({ status: "unavailable", reason: { kind: "not_measurable" }, series: [] });
  });

  it("says 0 % where an earlier series of the counter proves that errors are counted", async () => {
    const [result] = await ask(service("proven", target, "plain"), { signal: "error_rate" });
    expect(result?.status).toBe("ok");
    expect(result?.series[0]?.values.at(-1)).toBe(0);
  });

  it("says no traffic where nothing was asked", async () => {
    const [rate, errors] = await ask(
      service("idle", target, "plain"),
      { signal: "request_rate" },
      { signal: "error_rate" },
    );
    expect(rate?.series[0]?.values.at(-1)).toBe(0);
    expect(errors).toMatchObject({ status: "empty", reason: { kind: "no_traffic" } });
  });

  it("tells a metric that is gone from one that never was", async () => {
    const [gone] = await ask(service("gone", target, "vllm"), { signal: "queue_depth" });
    expect(gone?.reason).toMatchObject({ kind: "no_samples", lastSampleAt: start - 7200 });
    const [never] = await ask(service("gone", target, "vllm"), { signal: "ttft" });
    expect(never?.reason).toMatchObject({
      kind: "metric_not_found",
      metric: "vllm:time_to_first_token_seconds_bucket",
    });
  });

  it("answers a service that is not there as not connected, beside one that is", async () => {
    const [missing] = await querySignals(
      { start, end, step, queries: [{ id: "a", service: "nobody", signal: "ttft" }] },
      new Map(),
      { requestId: "test-request", now: new Date(end * 1000) },
    ).then(({ results }) => results);
    expect(missing).toMatchObject({ status: "unavailable", reason: { kind: "not_connected" } });
  });

  it("keeps to the limits of a source, and says what would be answered", async () => {
    const limited = service("chat-api", { ...target, id: "limited", limits: { points: 20 } }, "vllm");
    const [result] = await ask(limited, { signal: "ttft", quantiles: [0.5] });
    expect(result).toMatchObject({
      status: "error",
      error: {
        code: "query_too_large",
        detail: expect.stringContaining("points"),
        suggestion: { expr: expect.stringMatching(/^topk\(10, /) },
      },
    });
  });

  it("fails the queries of a source that is down, with what it said, and no others", async () => {
    const down = service("down", { ...target, id: "down", url: "http://127.0.0.1:1" }, "vllm");
    const up = service("chat-api", target, "vllm");
    const { results } = await querySignals(
      {
        start,
        end,
        step,
        queries: [
          { id: "down", service: "down", signal: "ttft" },
          { id: "up", service: "chat-api", signal: "ttft" },
        ],
      },
      new Map([
        ["down", down],
        ["chat-api", up],
      ]),
      { requestId: "test-request", now: new Date(end * 1000) },
    );
    expect(results.map(({ status }) => status)).toEqual(["error", "ok"]);
    expect(results[0]?.error).toMatchObject({ code: "upstream_unavailable", requestId: "test-request" });
  });
});

describe.skipIf(reason !== null)("a source that stops", () => {
  it("leaves what was known of a window, but no rate over a time that the series do not cover", async () => {
    const stopping = await startPrometheus({ openMetrics: history });
    const target: UpstreamTarget = { id: "stopping", kind: "prometheus", url: stopping.url, headers: {} };
    const services = new Map(["young", "chat-api"].map((job) => [job, service(job, target, "plain")]));
    const means = async (later: number) => {
      const { results } = await querySignals(
        {
          start: start + later,
          end: end + later,
          step,
          queries: [...services.keys()].map((job) => ({
            id: job,
            service: job,
            signal: "request_rate",
            shape: "summary",
          })),
        },
        services,
        { requestId: "test-request", now: new Date((end + later) * 1000) },
      );
      return results.map(({ status, summary }) => [status, summary?.mean ?? null]);
    };
    try {
      expect(await means(0)).toEqual([
        ["ok", expect.closeTo(5, 1)],
        ["ok", expect.closeTo(10, 1)],
      ]);
    } finally {
      await stopping.stop();
    }
    expect(await means(step)).toEqual([
      ["error", null],
      ["error", expect.closeTo(10, 1)],
    ]);
  });
});
