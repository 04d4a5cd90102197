import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { UpstreamTarget } from "@/lib/upstream/target";
import {
  openMetricsText,
  type RunningPrometheus,
  startPrometheus,
  whyNoPrometheus,
} from "@/testing/prometheus";
import { discoverSource, newMemory } from "./discover";
import { largeSource } from "./testdata/large-source";

const end = 1_767_225_600;
const now = new Date(end * 1000);

describe.skipIf(whyNoPrometheus())("a Prometheus of 5,000 metric names and 100,000 series", () => {
  let prometheus: RunningPrometheus;
  let target: UpstreamTarget;
  beforeAll(async () => {
    prometheus = await startPrometheus({
      openMetrics: largeSource({ names: 5_000, seriesPerName: 20, instances: 4, end }),
    });
    target = { id: prometheus.url, kind: "prometheus", url: prometheus.url, headers: {} };
  }, 120_000);
  afterAll(() => prometheus?.stop());

  it("is looked through in at most 20 calls and 5 seconds", async () => {
    const { services, report } = await discoverSource(target, { now });
    expect(report.calls).toBeLessThanOrEqual(20);
    expect(report.seconds).toBeLessThan(5);
    expect(report.names).toBeGreaterThan(5_000);
    expect(report.waiting).toBe(0);
    expect(services.map(({ identity, engines }) => [identity.job, engines.join()])).toEqual([
      ["chat", "vllm"],
      ["code", "vllm"],
      ["ray", "vllm"],
      ["triton", "vllm,triton"],
    ]);
    const [chat] = services;
    expect(chat).toMatchObject({ gpus: ["GPU-a"], hosts: ["gpu-1"], scrapeInterval: 15 });
    expect(chat?.profiles[0]?.metrics).toEqual([
      "vllm:kv_cache_usage_perc",
      "vllm:num_requests_running",
      "vllm:num_requests_waiting",
    ]);
  });

  it("is asked for less once it is known", async () => {
    const memory = newMemory();
    const first = await discoverSource(target, { now, memory });
    const second = await discoverSource(target, { now: new Date(now.getTime() + 30_000), memory });
    expect(second.report.calls).toBe(2);
    expect(second.services).toEqual(first.services);
  });
});

describe.skipIf(whyNoPrometheus())("a Prometheus of 10,000 instances with labels of ten kilobytes", () => {
  let prometheus: RunningPrometheus;
  beforeAll(async () => {
    const long = "x".repeat(10_000);
    prometheus = await startPrometheus({
      openMetrics: openMetricsText([
        {
          name: "vllm:num_requests_running",
          type: "gauge",
          series: Array.from({ length: 10_000 }, (_, index) => ({
            labels: {
              job: "llm",
              instance: `10.0.${index >> 8}.${index & 255}:8000`,
              model_name: "llama",
              // 35 MB of them, more than an answer may have.
              ...(index < 3_500 ? { prompt: `${index}${long}` } : {}),
            },
            samples: [[end, 1]],
          })),
        },
      ]),
    });
  }, 120_000);
  afterAll(() => prometheus?.stop());

  it("is read by the labels that tell services apart, and says so", async () => {
    const target: UpstreamTarget = {
      id: prometheus.url,
      kind: "prometheus",
      url: prometheus.url,
      headers: {},
    };
    const { services, report } = await discoverSource(target, { now });
    expect(services).toMatchObject([{ identity: { job: "llm" }, engines: ["vllm"], models: ["llama"] }]);
    expect(services[0]?.notes).toEqual([
      "10000 instances were found; the first 1000 are listed, all are measured.",
    ]);
    expect(report.notes).toEqual([
      "The labels of this source are too long to read all. Only those that tell services apart were.",
    ]);
    expect(report.calls).toBeLessThanOrEqual(20);
  });
});

describe.skipIf(whyNoPrometheus())("a machine with Docker alone", () => {
  let prometheus: RunningPrometheus;
  beforeAll(async () => {
    const container = {
      job: "cadvisor",
      instance: "ws-1:8080",
      image: "vllm/vllm-openai",
      id: "/docker/51ab",
    };
    prometheus = await startPrometheus({
      openMetrics: openMetricsText([
        {
          name: "vllm:num_requests_running",
          type: "gauge",
          series: [
            { labels: { job: "vllm", instance: "ws-1:8000", model_name: "llama" }, samples: [[end, 1]] },
          ],
        },
        {
          name: "container_memory_working_set_bytes",
          type: "gauge",
          series: [
            { labels: container, samples: [[end, 1]] },
            { labels: { ...container, image: "", id: "/" }, samples: [[end, 2]] },
          ],
        },
      ]),
    });
  }, 60_000);
  afterAll(() => prometheus?.stop());

  it("has its containers beside its service, though they are of no pod", async () => {
    const target: UpstreamTarget = {
      id: prometheus.url,
      kind: "prometheus",
      url: prometheus.url,
      headers: {},
    };
    const { services } = await discoverSource(target, { now });
    expect(services).toMatchObject([{ identity: { job: "vllm" }, hosts: ["ws-1"] }]);
    expect(services[0]?.profiles.map(({ id }) => id)).toEqual(["vllm", "cadvisor"]);
  });
});
