import { describe, expect, it } from "vitest";
import type { SignalResult } from "@/lib/signals/schema";
import { signalsRequestSchema } from "@/lib/signals/schema";
import { THIN_SPACE } from "@/lib/units";
import { signalResult } from "@/testing/signal-result";
import { firstLatency } from "./latencies";
import { overviewPanels, overviewRecentRequest, overviewRequest, queryId, tableRows } from "./overview";
import { judge, keyNumbersOf, overviewFindings, recentValue, silentInstances } from "./overview-state";
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

describe("what is asked of now", () => {
  const recent = (to: number, scrapeInterval = 15) =>
    overviewRecentRequest({ service: "chat-api", to, scrapeInterval });

  it("is the last five minutes, whatever the range is", () => {
    const made = recent(1_767_229_204);
    expect(signalsRequestSchema.safeParse(made).success).toBe(true);
    expect([made.end - made.start, made.end]).toEqual([300, 1_767_229_200]);
    expect(made.queries.every(({ shape }) => shape === "summary")).toBe(true);
    // A source that does not answer is noticed by a question that was not answered.
    expect(recent(1_767_229_214).end).toBe(made.end + 10);
  });

  it("is longer where a source is scraped too rarely for a rate over five minutes", () => {
    expect(recent(1_767_229_204, 120).end - recent(1_767_229_204, 120).start).toBe(480);
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
const resultsOf = (...results: SignalResult[]) => new Map(results.map((one) => [one.id, one]));
/** Of answers that say nothing of now, unless they do: then all that is known is the whole range. */
const findings = (...results: SignalResult[]) =>
  overviewFindings(
    resultsOf(...["key-ttft", "key-availability"].map((id) => nothingOf(queryId(id, "recent"))), ...results),
    { over: "over the last 6 hours", now: "now" },
    overviewTexts.signals,
  );
const nothingOf = (id: string) => signalResult({ id, status: "empty" });
const recent = (id: string, signal: SignalResult["signal"], value: number) =>
  summary({ id: queryId(id, "recent"), signal }, value);
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

  it("are not those that report what cannot be", () => {
    const result = summary({ id: "service.instances", signal: "requests_running" }, 0);
    result.series = [{ labels: { instance: "a" }, values: [1, 1, 1] }];
    result.doubts = [{ kind: "implausible", text: "b is −2", advice: "Correct it.", instances: ["b"] }];
    const service = { instances: ["a", "b", "c"], engines: ["vllm"] };
    expect(silentInstances(new Map([[result.id, result]]), service)).toEqual(["c"]);
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
      recent("key-availability", "availability", 0.94),
      deep,
    ).map(({ state }) => state);
    expect(states).toEqual(["critical", "critical", "warning"]);
  });

  it("is red while requests fail now, however good the range was", () => {
    const [worst] = findings(
      summary({ id: availability, signal: "availability" }, 0.9995),
      recent("key-availability", "availability", 0.88),
    );
    expect(worst?.state).toBe("critical");
    expect(worst?.text).toMatch(/^Availability 88.*now, under its target of .*over the last 6 hours$/);
  });

  it("is healthy now once it recovered, and says second what the range missed", () => {
    const [worst] = findings(
      summary({ id: availability, signal: "availability" }, 0.977),
      recent("key-availability", "availability", 1),
    );
    expect(worst?.state).toBe("warning");
    expect(worst?.text).toMatch(/^Healthy now; availability 97\.7.* over the last 6 hours, under its target/);
  });

  it("judges now by all requests of the last five minutes, with the card and the header at one", () => {
    const definition = overviewTexts.signals.ttft;
    const number = { id: "key-ttft", signal: "ttft", quantile: 0.95 } as const;
    const incident = [summary({ id: ttft }, 0.256), recent("key-ttft", "ttft", 67)];
    expect(judge(resultsOf(...incident), number, definition)).toMatchObject({ verdict: "warning" });
    expect(findings(...incident)[0]).toMatchObject({ state: "warning", about: "key-ttft" });
    const failing = recent("key-availability", "availability", 0.846);
    const share = { id: "key-availability", signal: "availability" } as const;
    expect(judge(resultsOf(failing), share, overviewTexts.signals.availability).verdict).toBe(
      findings(failing)[0]?.state,
    );
  });

  it("judges nothing before it is known what is now, nor by an answer that failed", () => {
    const number = { id: "key-ttft", signal: "ttft", quantile: 0.95 } as const;
    const verdict = (...results: SignalResult[]) =>
      judge(resultsOf(summary({ id: ttft }, 0.2), ...results), number, overviewTexts.signals.ttft).verdict;
    expect(verdict()).toBeUndefined();
    expect(verdict({ ...recent("key-ttft", "ttft", 0.2), status: "error" })).toBeUndefined();
    expect(verdict(nothingOf("key-ttft.recent"))).toBe("met");
  });

  it("takes a quantile of one replica for the service's, none of several, and no average", () => {
    const line = (replica: string) => ({ labels: { replica }, quantile: 0.95, values: [9] });
    const of = (...replicas: string[]) => signalResult({ series: replicas.map(line) });
    expect(recentValue(of("a"), 0.95)?.value).toBe(9);
    expect(recentValue(of("a", "b"), 0.95)).toBeUndefined();
    expect(recentValue({ ...of("a"), statistic: "mean" }, 0.95)).toBeUndefined();
  });

  it("does not call healthy now what was not measured at the end", () => {
    const [worst] = findings(summary({ id: availability, signal: "availability" }, 0.5));
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
