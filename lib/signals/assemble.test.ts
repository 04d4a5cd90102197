import { describe, expect, it } from "vitest";
import type { ReadResult } from "./answers/read-results";
import { assemble, isDoubled, needsProof } from "./assemble";
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

describe("an average", () => {
  const asked = plan({ signal: "itl", quantiles: [0.5, 0.95] }, "llama-cpp");

  it("is what was summed over its count, is called a mean and has no quantile", () => {
    const result = assemble(asked, { sum: read([{}, [6, 0, 3]]), count: read([{}, [150, 0, null]]) });
    expect(result).toMatchObject({ status: "ok", statistic: "mean", doctor: "chat-api.itl" });
    expect(result.series).toEqual([{ labels: {}, values: [0.04, null, null] }]);
    expect(result.note).toMatch(/^An average: .* no percentiles\.$/);
  });

  it("is in the signal's unit whatever the counters' is", () => {
    const query = plan({ signal: "e2e_latency" }, "triton");
    const result = assemble(query, { sum: read([{}, [3e6]]), count: read([{}, [2]]) });
    expect(result.series[0]?.values[0]).toBeCloseTo(1.5, 12);
  });

  it("over a window has a count, and tells no percentile with the reason", () => {
    const query = plan({ signal: "itl", shape: "summary" }, "llama-cpp");
    const result = assemble(query, { sum: read([{}, [0.4]]), count: read([{}, [10]]) });
    expect(result.summary).toMatchObject({ count: 1200, mean: 0.04 });
    for (const one of result.summary?.quantiles ?? [])
      expect(one).toMatchObject({ kind: "undetermined", reason: expect.stringContaining("average") });
  });

  it("is no traffic where nothing was counted, and nothing where sums are no numbers", () => {
    expect(assemble(asked, { sum: read([{}, [0]]), count: read([{}, [0]]) }).reason?.kind).toBe("no_traffic");
    const lies = { sum: read([{}, [Number.NaN]]), count: read([{}, [1]]) };
    expect(assemble(asked, lies)).toMatchObject({ status: "empty", reason: { kind: "no_samples" } });
  });
});

describe("a summary of each replica", () => {
  const known = service("triton");
  known.profiles[0]!.metrics = ["nv_inference_request_success", "nv_inference_request_summary_us"];
  const planned = planSignal(
    known,
    { id: "q", service: "chat-api", signal: "e2e_latency", quantiles: [0.5, 0.99] },
    grid,
  );
  if (planned.kind !== "reads") throw new Error(planned.reason.text);

  it("is shown a replica at a time, in seconds, with the quantiles that were asked for", () => {
    const value = read(
      [{ instance: "b", model: "m", quantile: "0.5" }, [2e6, Number.NaN]],
      [{ instance: "a", model: "m", quantile: "0.99" }, [4e6, 4e6]],
      [{ instance: "a", model: "m", quantile: "0.5" }, [1e6, 1e6]],
      [{ instance: "a", model: "m", quantile: "0.9" }, [3e6, 3e6]],
    );
    const result = assemble(planned, { value });
    expect(result.statistic).toBe("quantile");
    expect(result.note).toContain("cannot be merged");
    expect(result.series).toEqual([
      { labels: { replica: "a", model: "m" }, quantile: 0.5, values: [1, 1] },
      { labels: { replica: "a", model: "m" }, quantile: 0.99, values: [4, 4] },
      { labels: { replica: "b", model: "m" }, quantile: 0.5, values: [2, null] },
    ]);
  });

  it("without the quantile is not measurable, and not another one", () => {
    const value = read([{ instance: "a", quantile: "0.9" }, [3e6]]);
    expect(assemble(planned, { value })).toMatchObject({
      status: "unavailable",
      reason: { text: expect.stringContaining("without p50, p99") },
    });
  });
});

describe("an estimate of the end-to-end latency", () => {
  const asked = plan({ signal: "estimated_e2e" }, "vllm");
  const means = (tokens: number) => ({
    ttftSum: read([{}, [2]]),
    ttftCount: read([{}, [10]]),
    itlSum: read([{}, [(tokens - 1) * 10 * 0.02]]),
    itlCount: read([{}, [(tokens - 1) * 10]]),
    tokensSum: read([{}, [tokens * 10]]),
    tokensCount: read([{}, [10]]),
    e2eSum: read([{}, [10 * (0.2 + (tokens - 1) * 0.02)]]),
    e2eCount: read([{}, [10]]),
  });

  it("with n − 1 gaps is the measured mean of one population; with n it is a gap longer", () => {
    const [textbook, gaps, measured] = assemble(asked, means(100)).series;
    expect(measured?.values[0]).toBeCloseTo(2.18, 12);
    expect(gaps?.values[0]).toBeCloseTo(2.18, 12);
    expect(textbook?.values[0]).toBeCloseTo(2.2, 12);
    expect(gaps?.labels).toEqual({ estimate: "TTFT + (n − 1) × ITL" });
  });

  it("of one token is the time to it, with no gap to add", () => {
    const [textbook, gaps] = assemble(asked, means(1)).series;
    expect(gaps?.values[0]).toBeCloseTo(0.2, 12);
    expect(textbook?.values[0]).toBeNull();
  });

  it("is undetermined for no tokens, and says so", () => {
    const result = assemble(asked, { ...means(1), tokensSum: read([{}, [0]]) });
    expect(result.series.slice(0, 2).map(({ values }) => values[0])).toEqual([null, null]);
    expect(result.note).toContain("Undetermined without tokens");
  });

  it("says when its means are of other requests", () => {
    const result = assemble(asked, { ...means(100), ttftCount: read([{}, [20]]), ttftSum: read([{}, [4]]) });
    expect(result.note).toContain("requests that differ by 50 %");
  });
});

describe("errors of callers", () => {
  it("are told apart by their types, as shares of all requests", () => {
    const total = read([{}, [10, 0, 10]]);
    const failures = read([{}, [1, 0, 0]]);
    for (const [signal, op] of [
      ["client_error_rate", "=~"],
      ["server_error_rate", "!~"],
    ] as const) {
      const asked = plan({ signal }, "tgi");
      expect(asked.reads[0]?.expr).toContain(`err${op}"validation|template"`);
      expect(assemble(asked, { failures, total }).series[0]?.values).toEqual([0.1, null, 0]);
    }
  });

  it("are not told apart by an engine that has no types", () => {
    expect(() => plan({ signal: "client_error_rate" }, "lmdeploy")).toThrow("not measurable");
  });

  it("of successes alone are shares of both together", () => {
    const asked = plan({ signal: "error_rate" }, "triton");
    expect(asked.expr[0]).toMatch(
      / \/ sum\(rate\(nv_inference_request_success.* or label_replace\(rate\(nv_/,
    );
  });
});

describe("an exporter that lies", () => {
  it("about milliseconds is not: bounds are in seconds, exactly", () => {
    const milliseconds = read(
      [{ le: "100" }, [1, 1, 1]],
      [{ le: "500" }, [2, 2, 2]],
      [{ le: "+Inf" }, [2, 2, 2]],
    );
    const result = assemble(plan({ shape: "distribution" }, "triton"), { buckets: milliseconds });
    expect(result.distribution?.bounds).toEqual([0.1, 0.5, null]);
  });

  it("without a +Inf bucket gives no quantile, with the reason", () => {
    const open = read([{ le: "0.1" }, [1, 1, 1]], [{ le: "1" }, [2, 2, 2]]);
    expect(assemble(plan({}, "vllm"), { buckets: open })).toMatchObject({
      status: "unavailable",
      reason: { kind: "not_measurable", text: expect.stringContaining("+Inf") },
      series: [],
    });
  });

  it("with `1` and `1.0` in two replicas has the sum of both, in lines and in the distribution", () => {
    const twice = read(
      [{ le: "1", instance: "a" }, [4, 4, 4]],
      [{ le: "1.0", instance: "b" }, [6, 6, 6]],
      [{ le: "2", instance: "a" }, [5, 5, 5]],
      [{ le: "2.0", instance: "b" }, [10, 10, 10]],
      [{ le: "+Inf", instance: "a" }, [5, 5, 5]],
      [{ le: "+Inf", instance: "b" }, [10, 10, 10]],
    );
    const asked = plan({ shape: "distribution", quantiles: [0.5] }, "vllm");
    expect(isDoubled(asked, { buckets: twice })).toBe(true);
    const result = assemble(asked, { buckets: twice });
    expect(result.distribution?.bounds).toEqual([1, 2, null]);
    expect(result.distribution?.counts[0]?.map(Math.round)).toEqual([600, 300, 0]);
    expect(result.series[0]?.values[0]).toBeCloseTo(0.75);
  });

  it("with falling buckets leaves out what they make uncertain, and says why", () => {
    const fallen = read(
      [{ le: "0.1" }, [4, 4, 4]],
      [{ le: "0.25" }, [3, 9, 9]],
      [{ le: "1" }, [10, 10, 10]],
      [{ le: "+Inf" }, [10, 10, 10]],
    );
    const result = assemble(plan({ quantiles: [0.5] }, "vllm"), { buckets: fallen });
    expect(result.series[0]?.values[0]).toBeNull();
    expect(result.series[0]?.values[1]).toBeCloseTo(0.13);
    expect(result.note).toContain("not cumulative");
  });

  it("with falling buckets has no deviation, and no distribution where they fall", () => {
    const spread = (...rows: Parameters<typeof read>) => {
      const asked = { buckets: read(...rows), sum: read([{}, [4]]) };
      return {
        course: assemble(plan({ shape: "distribution" }, "vllm"), asked).distribution?.counts,
        deviation: assemble(plan({ shape: "summary" }, "vllm"), asked).summary?.standardDeviation,
      };
    };
    const always = spread(
      [{ le: "0.1" }, [4, 4, 4]],
      [{ le: "0.25" }, [2, 2, 2]],
      [{ le: "+Inf" }, [10, 10, 10]],
    );
    expect(always.course).toBeUndefined();
    expect(always.deviation).toMatchObject({
      kind: "undetermined",
      reason: expect.stringContaining("not cumulative"),
    });
    const once = spread(
      [{ le: "0.1" }, [4, 4, 4]],
      [{ le: "0.25" }, [2, 9, 9]],
      [{ le: "+Inf" }, [10, 10, 10]],
    );
    expect(once.course?.map((row) => row.map((count) => count > 0))).toEqual([
      [false, false, false],
      [true, true, true],
      [true, true, true],
    ]);
    // What replicas count between two of their scrapes is no contradiction.
    const hardly = spread(
      [{ le: "0.1" }, [4, 4, 4]],
      [{ le: "0.25" }, [3.9, 3.9, 3.9]],
      [{ le: "1" }, [10, 10, 10]],
      [{ le: "+Inf" }, [10, 10, 10]],
    );
    expect(hardly.deviation?.kind).toBe("estimate");
    expect(hardly.course).toHaveLength(3);
  });

  it("in replicas with different buckets tells no percentile by a bound that one of them lacks", () => {
    // a: all within 1 s, b: all within 0.2 s. Summed, half of all seem to lie beyond 1.6 s.
    const uneven = read(
      [{ le: "0.1" }, [0, 0, 0]],
      [{ le: "0.2" }, [10, 10, 10]],
      [{ le: "1" }, [10, 10, 10]],
      [{ le: "1.6" }, [10, 10, 10]],
      [{ le: "+Inf" }, [20, 20, 20]],
    );
    const one: [number, number, number] = [1, 1, 1];
    const holders = read(
      [{ le: "0.1" }, one],
      [{ le: "0.2" }, one],
      [{ le: "1" }, one],
      [{ le: "1.6" }, one],
      [{ le: "+Inf" }, [2, 2, 2]],
    );
    for (const shape of ["range", "summary", "distribution"] as const) {
      const result = assemble(plan({ shape }, "vllm"), { buckets: uneven, holders });
      expect(result).toMatchObject({
        status: "unavailable",
        series: [],
        reason: { text: expect.stringContaining("Replicas have different buckets") },
        doubts: [{ kind: "different_buckets" }],
      });
    }
  });

  it("in replicas that share some buckets goes by those alone, while both run, and says so", () => {
    // The second replica came with the second point.
    const uneven = read(
      [{ le: "0.5" }, [6, 6, 6]],
      [{ le: "1" }, [9, 17, 17]],
      [{ le: "2" }, [10, 10, 10]],
      [{ le: "+Inf" }, [10, 20, 20]],
    );
    const holders = read(
      [{ le: "0.5" }, [1, 1, 1]],
      [{ le: "1" }, [1, 2, 2]],
      [{ le: "2" }, [1, 1, 1]],
      [{ le: "+Inf" }, [1, 2, 2]],
    );
    const result = assemble(plan({ quantiles: [0.5, 0.99] }, "vllm"), { buckets: uneven, holders });
    const [p50, p99] = result.series;
    expect(p50?.band?.hi).toEqual([0.5, 1, 1]);
    expect(p99?.band).toEqual({ lo: [1, 1, 1], hi: [2, null, null] });
    expect(result.note).toContain("Replicas have different buckets");
    expect(result.doubts?.[0]?.kind).toBe("different_buckets");
  });

  it("without a +Inf bucket in one of two replicas says which is the matter", () => {
    const open = read([{ le: "1" }, [11, 11, 11]], [{ le: "+Inf" }, [10, 10, 10]]);
    const holders = read([{ le: "1" }, [2, 2, 2]], [{ le: "+Inf" }, [1, 1, 1]]);
    const result = assemble(plan({}, "vllm"), { buckets: open, holders });
    expect(result.reason?.text).toContain("some replicas lacks its +Inf bucket");
    expect(result.doubts?.[0]?.advice).toContain('le="+Inf"');
  });

  it.each([
    ["kv_cache_usage", 87.5, "KV cache usage of 87.5 is not a ratio"],
    ["requests_running", -5, "Requests running of −5"],
    ["output_token_rate", 1e300, "1.00e300"],
  ] as const)("about %s with %d draws nothing, and says why", (signal, lie, text) => {
    const asked = plan({ signal }, "vllm");
    const all = assemble(asked, { value: read([{}, [lie, lie, lie]]) });
    expect(all).toMatchObject({ status: "unavailable", series: [], doubts: [{ kind: "implausible" }] });
    expect(all.reason?.text).toContain(text);
    const some = assemble(asked, { value: read([{}, [0.5, lie, 0.6]]) });
    expect(some).toMatchObject({ status: "ok", series: [{ values: [0.5, null, 0.6] }] });
    expect(some.note).toContain(text);
  });

  it("draws no share below 0, but what arithmetic leaves of it", () => {
    const result = assemble(plan({ signal: "kv_cache_usage" }, "vllm"), {
      value: read([{}, [0.5, -1e-12, -0.05]]),
    });
    expect(result.series[0]?.values).toEqual([0.5, -1e-12, null]);
  });

  it("takes a share that rounding put beyond 1, and the heat of a GPU below 0, as measured", () => {
    const share = assemble(plan({ signal: "gpu_sm_active" }, "dcgm"), { value: read([{}, [1.001]]) });
    expect(share.series[0]?.values).toEqual([1.001]);
    const cold = assemble(plan({ signal: "gpu_temperature" }, "dcgm"), { value: read([{}, [-5]]) });
    expect(cold.series[0]?.values).toEqual([-5]);
  });

  it("about more failures than requests is not taken for an error rate of 100 %", () => {
    const results = { failures: read([{}, [12, 12, 12]]), total: read([{}, [5, 5, 5]]) };
    for (const signal of ["error_rate", "availability"] as const) {
      const result = assemble(plan({ signal }, "plain"), results);
      expect(result).toMatchObject({
        status: "unavailable",
        series: [],
        doubts: [{ kind: "contradiction" }],
      });
      expect(result.reason?.text).toContain("2.4 failures for each request");
    }
    const late = { failures: read([{}, [0, 5, 2]]), total: read([{}, [10, 4, 10]]) };
    expect(assemble(plan({ signal: "error_rate" }, "plain"), late).series[0]?.values).toEqual([0, 1, 0.2]);
  });

  it("of a gauge that is infinite now and then leaves those out, and says so", () => {
    const value = read([{}, [3, Number.NEGATIVE_INFINITY, 5]]);
    const result = assemble(plan({ signal: "queue_depth" }, "vllm"), { value });
    expect(result.series[0]?.values).toEqual([3, null, 5]);
    expect(result.note).toContain("not a number, or infinite");
  });
});

it("multiplies what labels hold, replica by replica", () => {
  const value = read(
    [{ block_size: "16", num_gpu_blocks: "1000" }, [2, 2]],
    [{ block_size: "16", num_gpu_blocks: "500" }, [null, 1]],
    [{ block_size: "16", num_gpu_blocks: "None" }, [1, 1]],
  );
  const result = assemble(plan({ signal: "kv_cache_capacity" }, "vllm"), { value });
  expect(result.series).toEqual([{ labels: {}, values: [32_000, 40_000] }]);
});
