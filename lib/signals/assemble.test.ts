import { describe, expect, it } from "vitest";
import { assemble, needsProof, type ReadResult } from "./assemble";
import { planSignal } from "./plan";
import type { SignalQuery } from "./schema";
import type { MeasuredService } from "./service";

const service = (...ids: MeasuredService["profiles"][number]["id"][]): MeasuredService => ({
  name: "chat-api",
  sourceName: "prometheus",
  scrapeInterval: 5,
  profiles: ids.map((id) => ({
    id,
    matchers: [{ label: "job", op: "=", value: "chat-api" }],
    labels: { version: "version", model: "model_name" },
  })),
});
const grid = { start: 0, end: 120, step: 60 };

function plan(query: Partial<SignalQuery>, ...ids: MeasuredService["profiles"][number]["id"][]) {
  const planned = planSignal(
    service(...ids),
    { id: "q", service: "chat-api", signal: "ttft", ...query } as SignalQuery,
    grid,
  );
  if (planned.kind !== "reads") throw new Error(planned.reason.text);
  return planned;
}
const read = (...series: [Record<string, string>, (number | null)[]][]): ReadResult => ({
  series: series.map(([labels, values]) => ({ labels, values })),
  warnings: [],
});
/** p50 in (0.25, 0.5], p95 in (0.5, 1], p99 beyond the last bound. */
const buckets = read(
  [{ le: "0.25" }, [4, 0, null]],
  [{ le: "0.5" }, [9, 0, null]],
  [{ le: "1" }, [9.8, 0, null]],
  [{ le: "+Inf" }, [10, 0, null]],
);

describe("a latency", () => {
  it("has its quantiles with the edges of their buckets, and only a lower edge beyond the last bound", () => {
    const result = assemble(plan({ quantiles: [0.5, 0.95, 0.99] }, "vllm"), { buckets });
    expect(result.status).toBe("ok");
    const [p50, p95, p99] = result.series;
    expect(p50?.values[0]).toBeCloseTo(0.3);
    expect(p50?.band).toEqual({ lo: [0.25, null, null], hi: [0.5, null, null] });
    expect(p95?.values[0]).toBeCloseTo(0.8125);
    expect(p99?.values[0]).toBe(1);
    expect(p99?.band).toEqual({ lo: [1, null, null], hi: [null, null, null] });
  });

  it("leaves a gap where nothing was asked", () => {
    const result = assemble(plan({ quantiles: [0.5] }, "vllm"), { buckets });
    expect(result.series[0]?.values.slice(1)).toEqual([null, null]);
  });

  it("says no traffic, not zero, when nothing was asked at all", () => {
    const idle = read([{ le: "1" }, [0, 0, 0]], [{ le: "+Inf" }, [0, 0, 0]]);
    const result = assemble(plan({}, "vllm"), { buckets: idle });
    expect(result).toMatchObject({ status: "empty", reason: { kind: "no_traffic" }, series: [] });
  });

  it("has a distribution that is not cumulative, over each step", () => {
    const result = assemble(plan({ shape: "distribution" }, "vllm"), { buckets });
    expect(result.distribution?.bounds).toEqual([0.25, 0.5, 1, null]);
    expect(result.distribution?.counts[0]?.map(Math.round)).toEqual([240, 300, 48, 12]);
    expect(result.series).toEqual([]);
  });

  it("sums up with an exact mean, an estimated deviation, and says how few requests p99.9 stands on", () => {
    const window = read([{ le: "0.5" }, [0.9]], [{ le: "1" }, [1]], [{ le: "+Inf" }, [1]]);
    const result = assemble(plan({ shape: "summary" }, "vllm"), { buckets: window, sum: read([{}, [0.4]]) });
    expect(result.summary).toMatchObject({
      count: 120,
      mean: 0.4,
      standardDeviation: { kind: "estimate", note: expect.stringContaining("buckets") },
    });
    const tail = result.summary?.quantiles.find(({ q }) => q === 0.999);
    expect(tail?.reason).toBe("Only 120 requests: it takes 1,000 for one to lie beyond p99.9.");
    expect(result.summary?.quantiles.find(({ q }) => q === 0.95)?.reason).toBeUndefined();
  });

  it("keeps versions apart", () => {
    const both = read(
      [{ le: "1", version: "v1" }, [1, 1, 1]],
      [{ le: "+Inf", version: "v1" }, [1, 1, 1]],
      [{ le: "1", version: "v2" }, [0, 0, 0]],
      [{ le: "+Inf", version: "v2" }, [2, 2, 2]],
    );
    const result = assemble(plan({ by: ["version"], quantiles: [0.5] }, "vllm"), { buckets: both });
    expect(result.series.map(({ labels }) => labels.version)).toEqual(["v1", "v2"]);
    expect(result.series[1]?.band?.hi).toEqual([null, null, null]);
  });
});

describe("an error rate", () => {
  const total = read([{}, [10, 0, null]]);

  it("is failures over requests, and a gap without requests", () => {
    const failures = read([{}, [1, 0, null]]);
    const result = assemble(plan({ signal: "error_rate" }, "plain"), { failures, total });
    expect(result.series).toEqual([{ labels: {}, values: [0.1, null, null] }]);
    const available = assemble(plan({ signal: "availability" }, "plain"), { failures, total });
    expect(available.series[0]?.values[0]).toBeCloseTo(0.9);
  });

  it("is split by type as shares of all requests", () => {
    const failures = read([{ type: "oom" }, [1, 0, null]], [{ type: "timeout" }, [null, null, null]]);
    const result = assemble(plan({ signal: "error_rate", by: ["type"] }, "plain"), { failures, total });
    expect(result.series).toEqual([
      { labels: { type: "oom" }, values: [0.1, null, null] },
      { labels: { type: "timeout" }, values: [0, null, null] },
    ]);
  });

  it("is 0 % without a series of failures only when it is proven that failures are counted", () => {
    const query = plan({ signal: "error_rate" }, "plain");
    const results = { failures: read(), total };
    expect(needsProof(query, results)).toBe(true);
    expect(assemble(query, results, "proven")).toMatchObject({
      status: "ok",
      series: [{ values: [0, null, null] }],
    });
    expect(assemble(query, results, "unproven")).toMatchObject({
      status: "unavailable",
      reason: { kind: "not_measurable", metric: "llm_errors_total" },
      series: [],
    });
  });

  it("is no traffic, not 0 %, without requests", () => {
    const idle = read([{}, [0, 0, 0]]);
    const result = assemble(
      plan({ signal: "error_rate" }, "plain"),
      { failures: read(), total: idle },
      "proven",
    );
    expect(result).toMatchObject({ status: "empty", reason: { kind: "no_traffic" } });
  });

  it("of a vLLM service comes from its plain counters, and says so", () => {
    const query = plan({ signal: "error_rate" }, "vllm", "plain");
    expect(query.expr[0]).toBe(
      'sum(rate(llm_errors_total{job="chat-api"}[1m])) / sum(rate(llm_requests_total{job="chat-api"}[1m]))',
    );
    expect(query.note).toContain("not from vLLM");
  });

  it("of a vLLM service alone is not measurable, with what would measure it", () => {
    const planned = planSignal(service("vllm"), { id: "q", service: "chat-api", signal: "error_rate" }, grid);
    expect(planned).toMatchObject({
      kind: "unavailable",
      reason: { kind: "not_measurable", text: expect.stringContaining("llm_errors_total") },
    });
  });
});

describe("values", () => {
  it("of GPUs carry index, uuid and host, whatever their labels are called", () => {
    const value = read(
      [{ gpu: "10", UUID: "GPU-b", Hostname: "n1", hostname: "", instance: "a" }, [0.5, 0.5, 0.5]],
      [
        { gpu: "2", UUID: "", uuid: "GPU-a", Hostname: "", hostname: "n2", instance: "b" },
        [1, Number.NaN, null],
      ],
    );
    const result = assemble(plan({ signal: "gpu_utilization", by: ["gpu"] }, "vllm", "dcgm"), { value });
    expect(result.series).toEqual([
      { labels: { gpu: "2", uuid: "GPU-a", host: "n2" }, values: [1, null, null] },
      { labels: { gpu: "10", uuid: "GPU-b", host: "n1" }, values: [0.5, 0.5, 0.5] },
    ]);
  });

  it("of a counter over the window tell how much was counted", () => {
    const result = assemble(plan({ signal: "request_rate", shape: "summary" }, "vllm"), {
      value: read([{}, [2.5]]),
    });
    expect(result.summary).toMatchObject({ mean: 2.5, count: 300 });
  });

  it("of an earlier window that was not covered from its start are none", () => {
    const query = plan({ signal: "request_rate", shape: "summary", offset: 120 }, "vllm");
    const value = read([{}, [2.5]]);
    expect(assemble(query, { value, coverage: read() })).toMatchObject({
      status: "empty",
      reason: { kind: "no_samples" },
    });
    expect(assemble(query, { value, coverage: read([{}, [1]]) }).status).toBe("ok");
  });

  it("without any series are empty, and the reason is left to be found", () => {
    const result = assemble(plan({ signal: "queue_depth" }, "vllm"), { value: read() });
    expect(result.status).toBe("empty");
    expect(result.reason).toBeUndefined();
  });

  it("of a gauge that reports NaN are not a lack of traffic", () => {
    const value = read([{}, [Number.NaN, Number.NaN, null]]);
    expect(assemble(plan({ signal: "queue_depth" }, "vllm"), { value })).toMatchObject({
      status: "empty",
      reason: {
        kind: "no_samples",
        metric: "vllm:num_requests_waiting",
        text: expect.stringContaining(
          "`vllm:num_requests_waiting` has samples in this range, but their value",
        ),
      },
    });
    expect(assemble(plan({ signal: "prefix_cache_hit_ratio" }, "vllm"), { value }).reason?.kind).toBe(
      "no_traffic",
    );
  });

  it("pass on the source's warnings once", () => {
    const warned = { ...read([{}, [1, 1, 1]]), warnings: ["partial"] };
    expect(
      assemble(plan({ signal: "error_rate" }, "plain"), { failures: warned, total: warned }).warnings,
    ).toEqual(["partial"]);
  });
});
