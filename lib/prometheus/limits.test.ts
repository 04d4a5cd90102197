import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isInferscopeError, type Suggestion } from "@/lib/errors";
import { type Caller, onBehalfOf } from "@/lib/upstream/caller";
import { closeUpstreamConnections } from "@/lib/upstream/fetch";
import type { QueryLimits } from "@/lib/upstream/limits";
import {
  openMetricsText,
  type RunningPrometheus,
  startPrometheus,
  whyNoPrometheus,
} from "@/testing/prometheus";
import { createPrometheusClient } from "./client";
import { onQuery, type QueryEvent } from "./query-events";
import { createRangeReader } from "./range-reader";

/** 2025-10-09 08:53:20 UTC, a multiple of every step used here. */
const T0 = 1_760_000_400;
const MINUTES = 60;
const SERIES = 30;
const grid = { start: T0, end: T0 + MINUTES * 60, step: 60 };

const ada: Caller = { type: "user", id: "ada", name: "Ada", teamId: "default" };

async function suggestionOf(query: Promise<unknown>): Promise<Suggestion> {
  const error = await query.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!isInferscopeError(error)) throw new Error("the query was answered");
  expect(error).toMatchObject({ code: "query_too_large", status: 422 });
  return error.suggestion ?? {};
}

describe.skipIf(whyNoPrometheus())("limits of a real Prometheus", () => {
  let server: RunningPrometheus;
  const clientWith = (limits: Partial<QueryLimits>) =>
    createPrometheusClient({ id: "test", kind: "prometheus", url: server.url, headers: {}, limits });

  beforeAll(async () => {
    const series = Array.from({ length: SERIES }, (_, index) => ({
      labels: { instance: String(index) },
      samples: Array.from({ length: MINUTES + 1 }, (_, minute): [number, number] => [
        T0 + minute * 60,
        index * 1000 + minute,
      ]),
    }));
    server = await startPrometheus({
      openMetrics: openMetricsText([{ name: "load", type: "gauge", series }]),
      flags: ["--query.max-samples=8000"],
    });
  });
  afterAll(async () => {
    await closeUpstreamConnections();
    await server.stop();
  });

  it("answer what lies within them", async () => {
    const { data } = await clientWith({ series: SERIES, points: 1900 }).queryRange("load", grid);
    expect(data).toHaveLength(SERIES);
  });

  it("of points offer a step that fits, and an expression that does", async () => {
    const client = clientWith({ points: 700 });
    const suggestion = await suggestionOf(client.queryRange("load", grid));
    expect(suggestion).toEqual({ step: 300, expr: "topk(10, load)" });
    const coarse = await client.queryRange("load", { ...grid, step: suggestion.step! });
    expect(coarse.data).toHaveLength(SERIES);
    const largest = await client.queryRange(suggestion.expr!, grid);
    expect(largest.data.map(({ labels }) => Number(labels.instance)).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 10 }, (_, index) => SERIES - 10 + index),
    );
  });

  it("of series offer the largest only, at one time as over a range", async () => {
    const client = clientWith({ series: 20 });
    const expected = { expr: "topk(10, load)" };
    expect(await suggestionOf(client.queryRange("load", grid))).toEqual(expected);
    expect(await suggestionOf(client.query("load", { time: T0 }))).toEqual(expected);
    const { data } = await client.query(expected.expr, { time: T0 });
    expect("series" in data && data.series).toHaveLength(10);
  });

  it("of the range say how long it may be, before anything is asked", async () => {
    const events: QueryEvent[] = [];
    const stop = onQuery((event) => events.push(event));
    const query = onBehalfOf(ada, () => clientWith({ range: 1800 }).queryRange("load", grid));
    await expect(query).rejects.toMatchObject({
      code: "query_too_large",
      fields: [{ path: "start", message: "at most 30m before the end" }],
    });
    stop();
    expect(events).toEqual([{ targetId: "test", caller: ada, series: 0, points: 0, isRejected: true }]);
  });

  it("of the server itself get the same offer, with its own words", async () => {
    const query = clientWith({}).queryRange("load{instance=~'.+'}", { ...grid, step: 5 });
    await expect(query).rejects.toMatchObject({
      code: "query_too_large",
      upstream: expect.stringContaining("too many samples"),
      suggestion: { step: expect.any(Number), expr: "topk(10, load{instance=~'.+'})" },
    });
  });

  it("keep the last good data of a view that has grown too large", async () => {
    let now = T0 + 1800;
    const reader = createRangeReader({ now: () => now });
    const target = { id: "test", kind: "prometheus" as const, url: server.url, headers: {} };
    const request = { expr: "load", start: T0, end: now, step: 60, rateWindow: 60 };
    await reader.read({ ...request, target });
    now += 600;
    const limited = { ...target, limits: { series: 5 } };
    await expect(reader.read({ ...request, target: limited, end: now })).rejects.toMatchObject({
      code: "query_too_large",
      suggestion: { expr: "topk(10, load)" },
      stale: { series: { length: SERIES } },
    });
  });

  it("are counted by who asked: series, points and refusals", async () => {
    const events: QueryEvent[] = [];
    const stop = onQuery((event) => events.push(event));
    await onBehalfOf(ada, () => clientWith({}).queryRange("load", grid));
    await clientWith({ series: 5 })
      .query("load", { time: T0 })
      .catch(() => undefined);
    stop();
    expect(events).toEqual([
      { targetId: "test", caller: ada, series: SERIES, points: SERIES * (MINUTES + 1), isRejected: false },
      {
        targetId: "test",
        caller: expect.objectContaining({ type: "system" }),
        series: SERIES,
        points: SERIES,
        isRejected: true,
      },
    ]);
  });
});

describe("a source that", () => {
  let server: Server;
  let answer: (response: ServerResponse, form: URLSearchParams) => void;
  const clientWith = (limits: Partial<QueryLimits>) =>
    createPrometheusClient({
      id: "test",
      kind: "prometheus",
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      headers: {},
      limits,
    });

  beforeAll(async () => {
    server = createServer(async (request, response) => {
      let body = "";
      for await (const chunk of request) body += chunk;
      answer(response, new URLSearchParams(body));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });
  afterAll(async () => {
    await closeUpstreamConnections();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const vector = (length: number, warnings: string[] = []) =>
    JSON.stringify({
      status: "success",
      data: {
        resultType: "vector",
        result: Array.from({ length }, (_, index) => ({ metric: { i: String(index) }, value: [T0, "1"] })),
      },
      warnings,
    });

  it("is asked gets the time-out and the limit, one more than is allowed", async () => {
    let form = new URLSearchParams();
    answer = (response, given) => {
      form = given;
      response.end(vector(1));
    };
    await clientWith({ timeout: 7, series: 50 }).query("up");
    expect([form.get("timeout"), form.get("limit")]).toEqual(["7s", "51"]);
    await clientWith({ timeout: 7 }).query("up", { timeout: 0.5, limit: 3 });
    expect([form.get("timeout"), form.get("limit")]).toEqual(["500ms", "3"]);
  });

  it("left series out to keep to the limit is not taken for complete", async () => {
    answer = (response, form) => {
      const limit = Number(form.get("limit"));
      response.end(vector(limit, ["results truncated due to limit"]));
    };
    await expect(clientWith({ series: 4 }).query("up")).rejects.toMatchObject({
      code: "query_too_large",
      detail: expect.stringContaining("more than 4 series"),
      suggestion: { expr: "topk(10, up)" },
    });
    // Whoever asked for so many himself knows.
    const { data } = await clientWith({ series: 4 }).query("up", { limit: 2 });
    expect("series" in data && data.series).toHaveLength(2);
  });

  it("answers without end is cut off, with what to ask instead", async () => {
    answer = (response) => {
      const more = () => {
        while (!response.destroyed && response.write(" ".repeat(1 << 20)));
      };
      response.on("drain", more);
      more();
    };
    await expect(clientWith({}).queryRange("up", grid)).rejects.toMatchObject({
      code: "query_too_large",
      detail: expect.stringContaining("32 MiB"),
      suggestion: { step: 300, expr: "topk(10, up)" },
    });
  });

  it("does not answer is given up on after the time-out", async () => {
    answer = () => undefined;
    await expect(clientWith({ timeout: 0.2 }).query("up")).rejects.toMatchObject({
      code: "upstream_timeout",
      detail: expect.stringContaining("did not answer within 0.2 s"),
    });
  });

  it("is slow for one leaves others their turn", async () => {
    const held: ServerResponse[] = [];
    answer = (response, form) => {
      if (form.get("query") === "slow") held.push(response);
      else response.end(vector(1));
    };
    const client = clientWith({ concurrency: 4, concurrencyPerUser: 3 });
    const slow = onBehalfOf(ada, () => Array.from({ length: 20 }, () => client.query("slow")));
    const bob: Caller = { type: "user", id: "bob", name: "Bob", teamId: "default" };
    await onBehalfOf(bob, () => client.query("fast"));
    expect(held).toHaveLength(3);
    let isDone = false;
    const all = Promise.all(slow).then(() => {
      isDone = true;
    });
    while (!isDone) {
      for (const response of held.splice(0)) response.end(vector(1));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await all;
  });

  it("is asked by one more than a thousand times at once refuses that one, and counts it", async () => {
    const held: ServerResponse[] = [];
    answer = (response) => void held.push(response);
    const client = clientWith({ concurrency: 1 });
    const leaving = new AbortController();
    const asked = onBehalfOf(ada, () =>
      Array.from({ length: 1001 }, () => client.query("up", { signal: leaving.signal })),
    );
    for (const query of asked) query.catch(() => undefined);
    const events: QueryEvent[] = [];
    const stop = onQuery((event) => events.push(event));
    await expect(onBehalfOf(ada, () => client.query("up"))).rejects.toMatchObject({
      code: "rate_limited",
      retryAfterSeconds: 1,
    });
    stop();
    expect(events).toEqual([expect.objectContaining({ caller: ada, isRejected: true })]);
    leaving.abort();
    await Promise.allSettled(asked);
    // Those who left have given their place back.
    answer = (response) => response.end(vector(1));
    await onBehalfOf(ada, () => client.query("up"));
  });
});
