import { describe, expect, it } from "vitest";
import type { SignalResult } from "@/lib/signals/schema";
import { signalsRequestSchema } from "@/lib/signals/schema";
import { THIN_SPACE } from "@/lib/units";
import { signalResult } from "@/testing/signal-result";
import { firstLatency } from "./latencies";
import { overviewPanels, overviewRequest, queryId, tableRows } from "./overview";
import { keyNumbersOf, overviewFindings, silentInstances } from "./overview-state";
import { overviewTexts } from "./overview-texts";

const request = (from: number, to: number, instanceCount = 2) =>
  overviewRequest({ service: "chat-api", from, to, scrapeInterval: 5, latency: "ttft", instanceCount });

describe("the overview's request", () => {
  it("is valid, has eight panels, and asks once for all that is shown", () => {
    const made = request(1_767_225_601, 1_767_229_204);
    expect(signalsRequestSchema.safeParse(made).success).toBe(true);
    expect(overviewPanels).toHaveLength(8);
    const ids = new Set(made.queries.map(({ id }) => id));
    for (const { queryId: id } of tableRows) expect(ids).toContain(id);
  });

  it("is the same for viewers who come within one step", () => {
    const step = request(0, 3600).step;
    expect(request(36_001, 39_601)).toEqual(request(36_000 + step - 1, 39_600 + step - 1));
  });

  it("asks for the window right before for each key number", () => {
    const made = request(36_000, 39_600);
    const before = made.queries.filter(({ offset }) => offset !== undefined);
    expect(before).toHaveLength(4);
    for (const { offset } of before) expect(offset).toBe(made.end - made.start);
  });

  it("watches each instance of a service, unless there are thousands", () => {
    const asksForEach = (instanceCount: number) =>
      request(36_000, 39_600, instanceCount).queries.some(({ by }) => by?.includes("instance"));
    expect(asksForEach(2)).toBe(true);
    expect(asksForEach(10_000)).toBe(false);
  });

  it("has a point at least even in the shortest range", () => {
    const made = request(1000, 1001);
    expect(made.end).toBeGreaterThan(made.start);
  });
});

it("shows first the latency that is measured", () => {
  expect(firstLatency(["vllm", "plain"])).toBe("ttft");
  expect(firstLatency(["plain", "dcgm"])).toBe("e2e_latency");
  expect(firstLatency(["dcgm"])).toBe("ttft");
});

const summary = (fields: Partial<SignalResult>, value: number, kind: "estimate" | "at_least" = "estimate") =>
  signalResult({
    summary: {
      count: 10,
      mean: value,
      standardDeviation: { kind: "undetermined", reason: "" },
      quantiles: [{ q: 0.95, kind, value }],
    },
    ...fields,
  });
const findings = (...results: SignalResult[]) =>
  overviewFindings(
    new Map(results.map((one) => [one.id, one])),
    { step: 60, over: "over the last 6 hours", now: "now" },
    overviewTexts.signals,
  );
/** A line of an hour's length: `before`, then the last five minutes. */
const course = (id: string, signal: SignalResult["signal"], before: number, end: (number | null)[]) => ({
  ...summary({ id: queryId(id, "course"), signal, summary: undefined }, 0),
  series: [{ labels: {}, values: [...Array(55).fill(before), ...end] }],
});
const ttft = queryId("key-ttft", "now");
const availability = queryId("key-availability", "now");
const queue = queryId("queue-depth", "waiting");

it("puts end-to-end latency in place of the first latency that is not measured", () => {
  const missing = summary({ id: ttft, status: "unavailable", summary: undefined }, 0);
  missing.reason = { kind: "not_measurable", text: "Not measured." };
  const whole = summary({ id: "table.e2e_latency", signal: "e2e_latency" }, 3);
  const of = (...results: SignalResult[]) =>
    keyNumbersOf(new Map(results.map((one) => [one.id, one])), overviewTexts.signals).map(
      ({ id, instead }) => [id, instead],
    );
  expect(of(missing, whole).slice(0, 2)).toEqual([
    ["key-e2e", "TTFT"],
    ["key-itl", undefined],
  ]);
  expect(of(missing)[0]).toEqual(["key-ttft", undefined]);
  expect(of(summary({ id: ttft }, 1), whole)[0]).toEqual(["key-ttft", undefined]);
});

describe("silent instances", () => {
  const silent = (
    series: Record<string, (number | null)[]>,
    instances: string[],
    engines: string[] = ["vllm"],
  ) => {
    const result = summary({ id: "service.instances", signal: "requests_running" }, 0);
    result.series = Object.entries(series).map(([instance, values]) => ({ labels: { instance }, values }));
    return silentInstances(new Map([[result.id, result]]), { instances, engines });
  };

  it("are the known ones whose samples end before the range", () => {
    const series = { a: [1, 1, 1], b: [1, null, null], replaced: [1, null, null] };
    expect(silent(series, ["a", "b"])).toEqual(["b"]);
  });

  it("are the known ones without a sample in the range", () => {
    expect(silent({ a: [1, 1, 1] }, ["a", "b", "c"])).toEqual(["b", "c"]);
    expect(silent({ a: [1, 1, 1], b: [null, null, null] }, ["a", "b"])).toEqual(["b"]);
  });

  it("are not those that another engine serves, which never have the metric", () => {
    const series = { a: [1, 1, 1], b: [1, null, null] };
    expect(silent(series, ["a", "b", "c"], ["triton", "vllm"])).toEqual(["b"]);
  });

  it("are none where the answer names no instance of the list", () => {
    expect(silent({ other: [1, 1, 1] }, ["a", "b"])).toEqual([]);
    expect(silent({}, ["a", "b"])).toEqual([]);
  });
});

describe("the state in words", () => {
  it("is healthy only where a target was judged and met", () => {
    expect(findings(summary({ id: ttft }, 0.4))).toEqual([
      { state: "ok", text: "Healthy: every target that is measured is met" },
    ]);
  });

  it("names what missed its target, and by how much", () => {
    const [worst] = findings(summary({ id: ttft }, 1.84));
    expect(worst).toMatchObject({
      state: "warning",
      text: `TTFT p95 1.84${THIN_SPACE}s over the last 6 hours, above its target of 500${THIN_SPACE}ms`,
    });
  });

  it("says at least, where the quantile lies beyond the last bucket", () => {
    expect(findings(summary({ id: ttft }, 10, "at_least"))[0]?.text).toContain("TTFT p95 ≥ 10");
  });

  it("puts the worst first", () => {
    const deep = {
      ...summary({ id: queue, signal: "queue_depth" }, 0),
      series: [{ labels: {}, values: [700] }],
    };
    const states = findings(
      summary({ id: ttft }, 1),
      summary({ id: availability, signal: "availability" }, 0.99),
      deep,
    ).map(({ state }) => state);
    expect(states).toEqual(["critical", "critical", "warning"]);
  });

  it("is red while requests fail now, however good the range was", () => {
    const [worst] = findings(
      summary({ id: availability, signal: "availability" }, 0.9995),
      course("key-availability", "availability", 1, [1, 1, 0.8, 0.8, 0.8]),
    );
    expect(worst?.state).toBe("critical");
    expect(worst?.text).toMatch(/^Availability 88.*now, under its target of .*over the last 6 hours$/);
  });

  it("is healthy now once it recovered, and says second what the range missed", () => {
    const [worst] = findings(
      summary({ id: availability, signal: "availability" }, 0.977),
      course("key-availability", "availability", 0.97, [1, 1, 1, 1, 1]),
    );
    expect(worst?.state).toBe("warning");
    expect(worst?.text).toMatch(/^Healthy now; availability 97\.7.* over the last 6 hours, under its target/);
  });

  it("weighs each point of the availability by its requests", () => {
    const rate = summary({ id: queryId("request-rate", "rate"), signal: "request_rate" }, 0);
    rate.series = [{ labels: {}, values: [...Array(55).fill(1), 1000, 1000, 1000, 1000, 0.1] }];
    const states = findings(
      summary({ id: availability, signal: "availability" }, 1),
      course("key-availability", "availability", 1, [1, 1, 1, 1, 0]),
      rate,
    );
    expect(states[0]?.state).toBe("ok");
  });

  it("takes one slow point for nothing, and three for slow", () => {
    const one = course("key-ttft", "ttft", 0.2, [0.2, 0.2, 9, 0.2, 0.2]);
    expect(findings(summary({ id: ttft }, 0.3), one)[0]?.state).toBe("ok");
    const three = course("key-ttft", "ttft", 0.2, [0.2, 0.2, 9, 9, 9]);
    expect(findings(summary({ id: ttft }, 0.3), three)[0]).toMatchObject({ state: "warning" });
  });

  it("judges no percentile by an average, nor by one replica of several", () => {
    const slow = course("key-ttft", "ttft", 9, [9, 9, 9, 9, 9]);
    const unsaid = summary({ id: ttft }, 9);
    if (unsaid.summary !== undefined) unsaid.summary.quantiles = [];
    expect(findings(unsaid, slow)[0]).toMatchObject({ state: "warning" });
    expect(findings(unsaid, { ...slow, statistic: "mean" })[0]).toMatchObject({ state: "cannot_evaluate" });
    const replicas = ["a", "b"].map((replica) => ({ ...slow.series[0]!, labels: { replica } }));
    expect(findings(unsaid, { ...slow, series: replicas })[0]).toMatchObject({ state: "cannot_evaluate" });
  });

  it("does not call healthy now what was not measured at the end", () => {
    const silent = course("key-availability", "availability", 0.5, [null, null, null, null, null]);
    const [worst] = findings(summary({ id: availability, signal: "availability" }, 0.5), silent);
    expect(worst?.state).toBe("warning");
    expect(worst?.text).not.toContain("Healthy");
  });

  it("is not healthy while nobody asks anything", () => {
    const idle = summary({ id: queryId("request-rate", "rate"), signal: "request_rate" }, 0);
    idle.series = [{ labels: {}, values: [3, 0] }];
    expect(findings(summary({ id: ttft }, 0.4), idle).map(({ state }) => state)).toEqual(["no_data"]);
  });

  it("is not healthy while a line cannot be read, though the summaries are still known", () => {
    const line = summary({ id: queryId("request-rate", "rate"), status: "error", summary: undefined }, 0);
    line.error = { code: "upstream_unavailable", detail: "Nothing listens.", requestId: "r" };
    expect(findings(summary({ id: ttft }, 0.4), line)).toEqual([
      { state: "cannot_evaluate", text: "Nothing listens." },
    ]);
  });

  it("cannot be said when the source did not answer, and is no data without traffic", () => {
    const down = summary({ id: ttft, status: "error", summary: undefined }, 0);
    down.error = { code: "upstream_unavailable", detail: "Nothing listens.", requestId: "r" };
    expect(findings(down)).toEqual([{ state: "cannot_evaluate", text: "Nothing listens." }]);
    const idle = summary({ id: ttft, status: "empty", summary: undefined }, 0);
    idle.reason = { kind: "no_traffic", text: "No traffic: no requests in this range." };
    expect(findings(idle)).toMatchObject([{ state: "no_data" }]);
  });
});
