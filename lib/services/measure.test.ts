import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { Actor } from "@/lib/auth/actor";
import type { QueryableService } from "@/lib/signals/query";
import {
  openMetricsText,
  type RunningPrometheus,
  startPrometheus,
  whyNoPrometheus,
} from "@/testing/prometheus";
import { serviceSignals } from "./measure";
import { queryableServices } from "./queries";
import { serviceSignalsQuerySchema, serviceSignalsSchema } from "./schema";

vi.mock("./queries", () => ({ queryableServices: vi.fn() }));

const reason = whyNoPrometheus();
const start = 1_767_225_600;
const end = start + 1800;

const growing = (perSecond: number): [number, number][] =>
  Array.from({ length: 121 }, (_, index) => [start + index * 15, index * 15 * perSecond]);

const labels = { job: "chat-api", instance: "a", model_name: "llama" };
const history = openMetricsText([
  {
    name: "vllm:time_to_first_token_seconds",
    type: "histogram",
    series: (
      [
        ["1.0", 6],
        ["10.0", 8],
        ["+Inf", 10],
      ] as const
    ).map(([le, perSecond]) => ({
      suffix: "_bucket",
      labels: { ...labels, le },
      samples: growing(perSecond),
    })),
  },
  {
    name: "DCGM_FI_DEV_GPU_UTIL",
    type: "gauge",
    series: ["0", "1"].map((gpu) => ({
      labels: { job: "chat-api", gpu, UUID: `GPU-${gpu}`, Hostname: "n1" },
      samples: growing(0).map(([time]): [number, number] => [time, 50]),
    })),
  },
]);

describe.skipIf(reason !== null)("the signals of a service, for a script", () => {
  let prometheus: RunningPrometheus;
  beforeAll(async () => {
    prometheus = await startPrometheus({ openMetrics: history });
  });
  afterAll(() => prometheus?.stop());

  async function ask(query: Record<string, string>, url = prometheus.url) {
    const service: QueryableService = {
      name: "chat-api",
      sourceName: "prometheus",
      scrapeInterval: 15,
      profiles: (["vllm", "dcgm"] as const).map((id) => ({
        id,
        matchers: [{ label: "job", op: "=", value: "chat-api" }],
        labels: {},
      })),
      target: async () => ({ id: url, kind: "prometheus", url, headers: {} }),
    };
    vi.mocked(queryableServices).mockResolvedValue(new Map([["chat-api", service]]) as never);
    const answer = await serviceSignals(
      {} as Actor,
      "chat-api",
      serviceSignalsQuerySchema.parse({ start: `${start + 600}`, end: `${end}`, step: "5m", ...query }),
      { requestId: "test-request", now: new Date(end * 1000) },
    );
    return serviceSignalsSchema.parse(answer).signals;
  }

  it("name the points that are lower bounds", async () => {
    const [ttft] = await ask({ signal: "ttft", quantile: "0.5,0.95" });
    expect(ttft?.note?.replace(/\s/g, " ")).toBe(
      "Points at the highest bound (10 s) are lower bounds: ≥ 10 s.",
    );
    const [p50, p95] = ttft!.series;
    expect(p50?.atLeast).toBeUndefined();
    expect(p95?.points.map(([, value]) => value)).toEqual([10, 10, 10, 10, 10]);
    expect(p95?.atLeast).toEqual(p95?.points.map(([time]) => time));
  });

  it("have an error where the source is down, and none where there are no data", async () => {
    const [down] = await ask({ signal: "ttft" }, "http://127.0.0.1:1");
    expect(down).toMatchObject({
      available: false,
      error: { code: "upstream_unavailable", detail: expect.any(String) },
    });
    const [absent] = await ask({ signal: "queue_depth" });
    expect(absent?.available).toBe(false);
    expect(absent?.error).toBeUndefined();
  });

  it("are split where that is asked for", async () => {
    const [whole] = await ask({ signal: "gpu_utilization" });
    expect(whole?.series).toHaveLength(1);
    const [split] = await ask({ signal: "gpu_utilization", by: "gpu" });
    expect(split?.series.map((one) => one.labels.gpu)).toEqual(["0", "1"]);
  });
});
