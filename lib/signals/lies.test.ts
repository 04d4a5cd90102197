import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { UpstreamTarget } from "@/lib/upstream/target";
import {
  openMetricsText,
  type RunningPrometheus,
  startPrometheus,
  whyNoPrometheus,
} from "@/testing/prometheus";
import { type QueryableService, querySignals } from "./query";
import type { SignalQuery } from "./schema";

/* What a real Prometheus answers about counters that fall and bounds that are written twice. */
const start = 1_767_225_600;
const end = start + 3600;
const points = 241;

/** A sample every 15 s. */
const sampled = (valueAt: (index: number) => number): [number, number][] =>
  Array.from({ length: points }, (_, index) => [start + index * 15, valueAt(index)]);
const labels = (instance: string) => ({ job: "svc", instance, model_name: "m" });

const history = openMetricsText([
  {
    name: "vllm:prompt_tokens",
    type: "counter",
    // Down at every scrape, as a counter of what is left.
    series: [{ suffix: "_total", labels: labels("a"), samples: sampled((index) => 1e9 - 100 * index) }],
  },
  {
    name: "vllm:num_preemptions",
    type: "counter",
    // Up and down, as the gauge that it is.
    series: [{ suffix: "_total", labels: labels("a"), samples: sampled((index) => (index * 7) % 10) }],
  },
  {
    name: "vllm:generation_tokens",
    type: "counter",
    // A process that is killed and starts again every five minutes.
    series: [{ suffix: "_total", labels: labels("a"), samples: sampled((index) => (index % 20) * 1500) }],
  },
  {
    name: "vllm:e2e_request_latency_seconds",
    type: "histogram",
    series: (
      [
        ["a", "1", 4],
        // The same bucket, as another release of the client writes it.
        ["a", "1.0", 4],
        ["a", "2", 9],
        ["a", "+Inf", 10],
        // Another replica that writes it in that way alone, and is asked just as often.
        ["b", "1.0", 4],
        ["b", "2", 9],
        ["b", "+Inf", 10],
      ] as const
    ).map(([instance, le, perSample]) => ({
      suffix: "_bucket",
      labels: { ...labels(instance), le },
      samples: sampled((index) => index * perSample),
    })),
  },
]);

/** Restarts every 20 s, so that three of four samples are of another process, each with a few tokens. */
const crashing = { job: "crashing", instance: "c" };
const startedAt = (index: number) => start + Math.floor((index * 15) / 20) * 20;
const crashLoop = [
  {
    name: "sglang:prompt_tokens",
    type: "counter" as const,
    series: [
      {
        suffix: "_total",
        labels: { ...crashing, model_name: "m" },
        samples: sampled((index) => (start + index * 15 - startedAt(index)) * 10),
      },
    ],
  },
  {
    name: "process_start_time_seconds",
    type: "gauge" as const,
    series: [
      { labels: crashing, samples: sampled(startedAt) },
      // That of the other job has run since long.
      { labels: { job: "svc", instance: "a" }, samples: sampled(() => start) },
    ],
  },
];

/** Every request of `rolling-a` took up to a second, every one of `rolling-b`, of another release, up to 0.2 s. */
const rolling = (
  [
    ["a", "0.1", 0],
    ["a", "0.5", 0],
    ["a", "1", 10],
    ["a", "+Inf", 10],
    ["b", "0.2", 10],
    ["b", "0.8", 10],
    ["b", "1.6", 10],
    ["b", "+Inf", 10],
  ] as const
).map(([instance, le, perSample]) => ({
  suffix: "_bucket",
  labels: { ...labels(instance), le, version: `v-${instance}` },
  samples: sampled((index) => index * perSample),
}));

describe.skipIf(whyNoPrometheus() !== null)("a real Prometheus with an exporter that lies", () => {
  let prometheus: RunningPrometheus;
  let service: QueryableService;
  beforeAll(async () => {
    prometheus = await startPrometheus({
      openMetrics: history.replace(
        "# EOF",
        openMetricsText([
          { name: "vllm:time_to_first_token_seconds", type: "histogram", series: rolling },
          ...crashLoop,
        ]).trim(),
      ),
    });
    const target: UpstreamTarget = { id: "lies", kind: "prometheus", url: prometheus.url, headers: {} };
    service = {
      name: "svc",
      sourceName: "prometheus",
      scrapeInterval: 15,
      profiles: [{ id: "vllm", matchers: [{ label: "job", op: "=", value: "svc" }], labels: {} }],
      target: async () => target,
    };
  });
  afterAll(() => prometheus?.stop());

  const ask = async (query: Omit<SignalQuery, "id" | "service">, asked = service) => {
    const { results } = await querySignals(
      { start, end, step: 60, queries: [{ id: "q", service: asked.name, ...query }] },
      new Map([[asked.name, asked]]),
      { requestId: "test-request", now: new Date(end * 1000) },
    );
    return results[0]!;
  };

  it.each([
    ["prompt_token_rate", "vllm:prompt_tokens_total"],
    ["preemption_rate", "vllm:num_preemptions_total"],
  ] as const)("shows no %s of a counter that falls, and names it", async (signal, metric) => {
    expect(await ask({ signal })).toMatchObject({
      status: "unavailable",
      series: [],
      reason: { kind: "not_measurable", metric, text: expect.stringContaining("falls again and again") },
    });
  });

  it("shows the rate of a process that starts again every few minutes", async () => {
    const result = await ask({ signal: "output_token_rate" });
    expect(result.status).toBe("ok");
    expect(Math.max(...result.series[0]!.values.map((value) => value ?? 0))).toBeCloseTo(100, 0);
  });

  it("names restarts where a process restarts as often as its counters fall", async () => {
    const matchers = [{ label: "job", op: "=" as const, value: "crashing" }];
    const asked: QueryableService = {
      ...service,
      name: "crashing",
      profiles: [{ id: "sglang", matchers, labels: {} }],
    };
    const result = await ask({ signal: "prompt_token_rate" }, asked);
    expect(result).toMatchObject({ status: "unavailable", doubts: [{ kind: "restarts" }] });
    expect(result.reason?.text).toContain("restarts again and again");
    expect(result.reason?.text).not.toContain("no counter does");
  });

  it("tells no percentile of replicas that share no bucket, and each version's own", async () => {
    const whole = await ask({ signal: "ttft", shape: "summary", quantiles: [0.5, 0.99] });
    expect(whole).toMatchObject({ status: "unavailable", doubts: [{ kind: "different_buckets" }] });
    const versions = await ask({ signal: "ttft", by: ["version"], quantiles: [0.99] });
    expect(versions.series.map(({ band }) => [band?.lo.at(-1), band?.hi.at(-1)])).toEqual([
      [0.5, 1],
      [0, 0.2],
    ]);
    expect(versions.doubts).toBeUndefined();
  });

  it("counts a bucket once that one replica has twice, and adds up those of two", async () => {
    const [p30] = (await ask({ signal: "e2e_latency", quantiles: [0.3] })).series;
    // 8 of 20 are at most 1 s: the 6th lies at 0.75 of the bucket.
    expect(p30?.values.at(-1)).toBeCloseTo(0.75, 9);
    const { distribution } = await ask({ signal: "e2e_latency", shape: "distribution" });
    expect(distribution?.bounds).toEqual([1, 2, null]);
    expect(distribution?.counts.at(-1)?.map(Math.round)).toEqual([32, 40, 8]);
  });
});
