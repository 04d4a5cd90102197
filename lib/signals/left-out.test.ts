import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { UpstreamTarget } from "@/lib/upstream/target";
import {
  openMetricsText,
  type RunningPrometheus,
  startPrometheus,
  whyNoPrometheus,
} from "@/testing/prometheus";
import { withoutImpossible } from "./gauges";
import { profiles } from "./profiles";
import { type QueryableService, querySignals } from "./query";
import type { SignalQuery } from "./schema";
import { spellingsOf } from "./spoken";

const start = 1_767_225_600;
const end = start + 3600;

/** The same value every 15 s. */
const steady = (value: number): [number, number][] =>
  Array.from({ length: 241 }, (_, index) => [start + index * 15, value]);
const gauge = (name: string, values: [labels: Record<string, string>, value: number][]) => ({
  name,
  type: "gauge" as const,
  series: values.map(([labels, value]) => ({ labels, samples: steady(value) })),
});
const of = (job: string, instance: string, more: Record<string, string> = {}) => ({ job, instance, ...more });
const engine = (job: string, instance: string) => of(job, instance, { model_name: "m" });
const gpu = (instance: string, index: string) =>
  of("mix", instance, { gpu: index, UUID: `GPU-${instance}-${index}` });
const good = ["0", "1", "2"].map((index) => gpu("good", index));

const history = openMetricsText([
  gauge("vllm:num_requests_waiting", [
    [engine("mix", "good"), 10],
    [engine("mix", "bad"), -3],
    [engine("nan", "good"), 4],
    [engine("nan", "bad"), Number.NaN],
  ]),
  gauge("vllm:num_requests_running", [
    [engine("mix", "good"), 8],
    [engine("mix", "bad"), -2],
    [engine("nan", "good"), 2],
    [engine("nan", "bad"), Number.NaN],
  ]),
  gauge("vllm:kv_cache_usage_perc", [
    [engine("nan", "good"), 0.5],
    [engine("percent", "good"), 87.5],
  ]),
  gauge("DCGM_FI_DEV_GPU_UTIL", [
    ...good.map((labels): [Record<string, string>, number] => [labels, 10]),
    [gpu("bad", "0"), 250],
    [gpu("low", "0"), -5],
    // Not supported, as DCGM writes it.
    [gpu("low", "1"), 2_147_483_634],
  ]),
  gauge("DCGM_FI_DEV_FB_USED", [
    ...good.map((labels): [Record<string, string>, number] => [labels, 20_000]),
    [gpu("bad", "0"), -30_000],
  ]),
  gauge("DCGM_FI_DEV_FB_FREE", [
    ...good.map((labels): [Record<string, string>, number] => [labels, 20_000]),
    [gpu("bad", "0"), 60_000],
  ]),
]);

describe.skipIf(whyNoPrometheus() !== null)("replicas and GPUs of which one lies", () => {
  let prometheus: RunningPrometheus;
  let target: UpstreamTarget;
  beforeAll(async () => {
    prometheus = await startPrometheus({ openMetrics: history });
    target = { id: "left-out", kind: "prometheus", url: prometheus.url, headers: {} };
  });
  afterAll(() => prometheus?.stop());

  const ask = async (job: string, ...queries: Omit<SignalQuery, "id" | "service">[]) => {
    const matchers = [{ label: "job", op: "=" as const, value: job }];
    const service: QueryableService = {
      name: job,
      sourceName: "prometheus",
      scrapeInterval: 15,
      profiles: [
        { id: "vllm", matchers, labels: {} },
        { id: "dcgm", matchers, labels: {} },
      ],
      target: async () => target,
    };
    const { results } = await querySignals(
      {
        start: end - 600,
        end,
        step: 60,
        queries: queries.map((query, id) => ({ id: String(id), service: job, ...query })),
      },
      new Map([[job, service]]),
      { requestId: "test-request", now: new Date(end * 1000) },
    );
    return results;
  };

  it("shows what the others say, and says whose values are left out", async () => {
    const [waiting, running, utilization, used, ratio] = await ask(
      "mix",
      { signal: "queue_depth" },
      { signal: "requests_running" },
      { signal: "gpu_utilization" },
      { signal: "gpu_memory_used" },
      { signal: "gpu_memory_ratio" },
    );
    const last = [waiting, running, utilization, used, ratio].map((one) => one?.series[0]?.values.at(-1));
    expect(last).toEqual([10, 8, 0.1, 60_000 * 1_048_576, 0.5]);
    expect(waiting).toMatchObject({
      status: "ok",
      note: "The values of 1 instance are left out: `vllm:num_requests_waiting` of bad is −3, which cannot be: it is never below 0.",
      doubts: [{ kind: "implausible", metric: "vllm:num_requests_waiting", instances: ["bad"] }],
    });
    expect(utilization?.note).toContain("The values of 2 instances are left out");
    expect(utilization?.note).toContain("`DCGM_FI_DEV_GPU_UTIL` of bad is 250");
    expect(used?.note).toContain("`DCGM_FI_DEV_FB_USED` of bad is −30000");
    expect(waiting?.expr).toEqual(['sum(max_over_time(vllm:num_requests_waiting{job="mix"}[1m]) >= 0)']);
  });

  it("draws no GPU below nothing", async () => {
    const [split] = await ask("mix", { signal: "gpu_utilization", by: ["gpu"] });
    expect(split?.series.map(({ labels }) => labels.host)).toEqual(["good", "good", "good"]);
  });

  it("shows a healthy replica beside one that is not a number", async () => {
    const [waiting, cache] = await ask("nan", { signal: "queue_depth" }, { signal: "kv_cache_usage" });
    expect(waiting).toMatchObject({ status: "ok", doubts: [{ kind: "not_a_number", instances: ["bad"] }] });
    expect(waiting?.series[0]?.values.at(-1)).toBe(4);
    expect(waiting?.note).toContain("`vllm:num_requests_waiting` of bad is not a number");
    // Of this gauge there is nothing to say.
    expect(cache?.note).toBeUndefined();
  });

  it("says of a gauge that only lies what it says, and in which unit it may be", async () => {
    const [cache] = await ask("percent", { signal: "kv_cache_usage" });
    expect(cache).toMatchObject({
      status: "unavailable",
      series: [],
      reason: {
        kind: "not_measurable",
        text: expect.stringContaining("KV cache usage of 87.5 is not a ratio"),
      },
      doubts: [{ kind: "implausible" }],
    });
  });
});

describe("expressions without what cannot be", () => {
  it.each([
    [
      "queue_depth",
      "sum$by(max_over_time(a{$selector}[$window]))",
      "sum$by(max_over_time(a{$selector}[$window]) >= 0)",
    ],
    [
      "gpu_utilization",
      "avg$by(avg_over_time(a{$selector}[$window])) / 100",
      "avg$by(avg_over_time(a{$selector}[$window]) >= 0 < 101) / 100",
    ],
    [
      "kv_cache_capacity",
      "sum$by(max_over_time(a{$selector}[$window]) * max_over_time(b{$selector}[$window]))",
      "sum$by((max_over_time(a{$selector}[$window]) >= 0) * (max_over_time(b{$selector}[$window]) >= 0))",
    ],
    [
      "gpu_temperature",
      "max$by(max_over_time(a{$selector}[$window]) < 99)",
      "max$by(max_over_time(a{$selector}[$window]) >= -60 < 99)",
    ],
    // −1 is its word for "not in use".
    [
      "prefix_cache_hit_ratio",
      "avg$by(avg_over_time(a{$selector}[$window]) >= 0)",
      "avg$by(avg_over_time(a{$selector}[$window]) >= 0)",
    ],
  ] as const)("of %s", (signal, template, expected) => {
    expect(withoutImpossible(template, signal).expression).toBe(expected);
  });

  it("bounds every gauge that a profile takes over a window", () => {
    const unbounded = profiles.flatMap((profile) =>
      (Object.keys(profile.spellings) as (keyof typeof profile.spellings)[]).flatMap((signal) =>
        spellingsOf(profile, signal).flatMap((spelling) => {
          if (spelling.kind !== "expression") return [];
          const { expression } = withoutImpossible(spelling.expression, signal);
          return /_over_time\([^()]*\)(?! >)/.test(expression)
            ? [`${profile.id} ${signal}: ${expression}`]
            : [];
        }),
      ),
    );
    expect(unbounded).toEqual([]);
  });
});
