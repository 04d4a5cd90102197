import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { UserActor } from "@/lib/auth/actor";
import type { QueryableService } from "@/lib/signals/query";
import type { UpstreamTarget } from "@/lib/upstream/target";
import {
  openMetricsText,
  type RunningPrometheus,
  startPrometheus,
  whyNoPrometheus,
} from "@/testing/prometheus";
import { listGpuModels, serviceCost, serviceHeadroom } from "./queries";
import { seededRandom } from "./seeded-random";

/* Against a real Prometheus, with services that are given and prices from a table that is. */
const given = vi.hoisted(() => ({
  services: new Map<string, unknown>(),
  prices: [] as { gpuModel: string; pricePerHour: number; currency: string }[],
}));
vi.mock("@/lib/services/queries", () => ({
  queryableServices: async () => given.services,
  listServices: async () => ({
    items: [...given.services.keys()].map((id) => ({ id })),
    nextCursor: null,
  }),
}));
vi.mock("@/lib/db/client", () => ({ db: () => ({ gpuPrice: { findMany: async () => given.prices } }) }));

const reason = whyNoPrometheus();
const hour = 3_600;
const end = 1_767_225_600;
const start = end - 4 * 86_400;
const sampled = 60;
const actor: UserActor = { type: "user", id: "u", name: "u", role: "viewer", teamId: "t" };
const context = { requestId: "test-request", now: new Date(end * 1000) };

const line = (of: (time: number) => number, from = start): [number, number][] =>
  Array.from({ length: (end - from) / sampled + 1 }, (_, index) => {
    const time = from + index * sampled;
    return [time, of(time)];
  });
const growing = (perSecond: (time: number) => number): [number, number][] => {
  let total = 0;
  return line((time) => {
    total += perSecond(time) * sampled;
    return total;
  });
};

/** From 14:00 to 16:00 of every day more arrives than the 10 requests a second that it can serve. */
const isRush = (time: number) => time % 86_400 >= 14 * hour && time % 86_400 < 16 * hour;
const random = seededRandom("load");
const load = new Map(
  line((time) =>
    isRush(time) ? 10 + 0.2 * (random() - 0.5) : 4 + 3 * Math.sin((time % 86_400) / 13_751) + random(),
  ),
);
const chat = { job: "chat-api", instance: "c1", model_name: "llama", engine: "0" };

const history = () =>
  openMetricsText([
    {
      name: "vllm:request_success",
      type: "counter",
      series: [
        { suffix: "_total", labels: chat, samples: growing((time) => load.get(time)!) },
        {
          suffix: "_total",
          labels: { ...chat, job: "young" },
          samples: line((time) => time - end + 1_200, end - 1_200),
        },
      ],
    },
    {
      name: "vllm:generation_tokens",
      type: "counter",
      series: [{ suffix: "_total", labels: chat, samples: growing((time) => load.get(time)! * 200) }],
    },
    {
      name: "vllm:prompt_tokens",
      type: "counter",
      series: [{ suffix: "_total", labels: chat, samples: growing((time) => load.get(time)! * 800) }],
    },
    {
      name: "vllm:num_requests_waiting",
      type: "gauge",
      series: [{ labels: chat, samples: line((time) => (isRush(time) ? 80 : 0)) }],
    },
    {
      name: "vllm:num_requests_running",
      type: "gauge",
      series: [{ labels: chat, samples: line(() => 20) }],
    },
    {
      name: "DCGM_FI_DEV_GPU_UTIL",
      type: "gauge",
      series: [
        ...["0", "1"].map((gpu) => ({
          labels: {
            job: "dcgm",
            instance: "n1",
            gpu,
            UUID: `GPU-${gpu}`,
            modelName: "NVIDIA H100 80GB HBM3",
          },
          samples: line(() => 90),
        })),
        {
          labels: { job: "dcgm", instance: "n2", gpu: "0", UUID: "GPU-2", modelName: "NVIDIA L4" },
          // There for the last two hours only.
          samples: line(() => 0, end - 2 * hour),
        },
      ],
    },
  ]);

describe.skipIf(reason !== null)("cost and headroom of a real Prometheus", () => {
  let prometheus: RunningPrometheus;
  beforeAll(async () => {
    prometheus = await startPrometheus({ openMetrics: history() });
    const target: UpstreamTarget = { id: "test", kind: "prometheus", url: prometheus.url, headers: {} };
    const service = (name: string, profiles: QueryableService["profiles"]): QueryableService => ({
      name,
      sourceName: "test",
      scrapeInterval: sampled,
      profiles,
      target: async () => target,
    });
    const engine = (job: string) => ({
      id: "vllm" as const,
      matchers: [{ label: "job", op: "=" as const, value: job }],
      labels: { model: "model_name" },
    });
    const gpus = {
      id: "dcgm" as const,
      matchers: [{ label: "job", op: "=" as const, value: "dcgm" }],
      labels: {},
    };
    given.services.set("chat-api", service("chat-api", [engine("chat-api"), gpus]));
    given.services.set("young", service("young", [engine("young")]));
    given.services.set("no-gpus", service("no-gpus", [engine("chat-api")]));
  }, 60_000);
  afterAll(() => prometheus?.stop());

  const fourHours = { start: end - 4 * hour, end };

  it("counts the hours in which each GPU was there, and the tokens of the window", async () => {
    given.prices = [
      { gpuModel: "nvidia h100 80gb hbm3", pricePerHour: 3, currency: "USD" },
      { gpuModel: "*", pricePerHour: 1, currency: "USD" },
    ];
    const cost = await serviceCost(actor, "chat-api", fourHours, context);
    const requests = line((time) => load.get(time)!, end - 4 * hour + sampled).reduce(
      (sum, [, perSecond]) => sum + perSecond * sampled,
      0,
    );
    // Two H100 for four hours and an L4 for two: a rate window smears either end by a minute or two.
    expect(cost.gpuHours.value).toBeCloseTo(10, 1);
    expect(cost.cost.value).toBeCloseTo(26, 1);
    // A rate lags by half its window, four minutes here, behind a load that changes.
    const off = (value: number | null, expected: number) => Math.abs(value! / expected - 1);
    expect(off(cost.outputTokens.value, requests * 200)).toBeLessThan(0.01);
    expect(off(cost.promptTokens.value, requests * 800)).toBeLessThan(0.01);
    expect(off(cost.perMillionTokens.cost.value, 26 / (requests / 1000))).toBeLessThan(0.02);
    expect(cost.gpus).toMatchObject([
      { gpuModel: "NVIDIA H100 80GB HBM3", gpus: 2, pricePerHour: 3 },
      { gpuModel: "NVIDIA L4", gpus: 1, pricePerHour: 1 },
    ]);
    expect(cost.currency).toBe("USD");
  });

  it("says which price is missing, and gives GPU-hours a million tokens", async () => {
    given.prices = [];
    const cost = await serviceCost(actor, "chat-api", fourHours, context);
    expect(cost.cost).toMatchObject({ value: null, reason: expect.stringContaining("NVIDIA L4") });
    expect(cost.perMillionOutputTokens.gpuHours.value).toBeGreaterThan(0);
  });

  it("says what it would take where there is no GPU exporter", async () => {
    const cost = await serviceCost(actor, "no-gpus", fourHours, context);
    expect(cost.gpuHours).toMatchObject({ value: null, reason: expect.stringContaining("dcgm-exporter") });
    expect(cost.outputTokens.value).toBeGreaterThan(0);
  });

  it.each([
    ["an end before the start", { start: end, end: end - 1 }],
    ["a year", { start: end - 366 * 86_400, end }],
  ])("refuses %s", (_name, range) =>
    expect(serviceCost(actor, "chat-api", range, context)).rejects.toMatchObject({ code: "invalid_request" }),
  );

  it("does not know a service that is not there", () =>
    expect(serviceCost(actor, "nobody", {}, context)).rejects.toMatchObject({ code: "not_found" }));

  it("lists the models in use, of the services that have GPUs", async () => {
    expect(await listGpuModels(actor, context)).toEqual({
      items: [
        { gpuModel: "NVIDIA H100 80GB HBM3", gpus: 2, services: ["chat-api"] },
        { gpuModel: "NVIDIA L4", gpus: 1, services: ["chat-api"] },
      ],
      nextCursor: null,
      notes: [],
    });
  });

  it("finds where the queue starts to grow", async () => {
    const headroom = await serviceHeadroom(actor, "chat-api", { days: 4 }, context);
    expect(headroom).toMatchObject({ kind: "estimate", replicas: 1, queueUnit: "requests", reason: null });
    expect(headroom.rate).toBeGreaterThan(9.7);
    expect(headroom.rate).toBeLessThan(10.3);
    expect(headroom.interval!.lo).toBeGreaterThan(9);
    expect(headroom.current).toBeLessThan(6);
    expect(headroom.expr.join(" ")).toContain("vllm:num_requests_waiting");
  });

  it("says of a service of minutes that there is no history, not that its metric is missing", async () => {
    const now = new Date((end - 60) * 1000);
    const headroom = await serviceHeadroom(actor, "young", { days: 4 }, { ...context, now });
    expect(headroom).toMatchObject({
      kind: "cannot_say",
      reason: "There is no full hour of history yet; it takes two days.",
    });
  });

  it("does not guess from a day without a rush", async () => {
    const noon = new Date((end - 86_400 + 12 * hour) * 1000);
    const headroom = await serviceHeadroom(actor, "chat-api", { days: 1 }, { ...context, now: noon });
    expect(headroom).toMatchObject({ kind: "cannot_say", rate: null });
    expect(headroom.reason).toContain("two days");
  });
});
