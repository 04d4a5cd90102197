import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { closeUpstreamConnections } from "@/lib/upstream/fetch";
import type { UpstreamTarget } from "@/lib/upstream/target";
import {
  openMetricsText,
  type RunningPrometheus,
  startPrometheus,
  whyNoPrometheus,
} from "@/testing/prometheus";
import { createPrometheusClient } from "./client";
import { createInstantReader } from "./instant-reader";
import { createRangeReader, type RangeReadEvent, type RangeReader, staleResult } from "./range-reader";
import { valuesOnGrid } from "./samples";

/** 2025-10-09 09:00:00 UTC. */
const T0 = 1_760_000_400;
const HOUR = 3600;

type Asked = { path: string; query: string; start: number; end: number; step: number };
type Responder = (asked: Asked, response: ServerResponse, body: string) => void | Promise<void>;

/** An upstream that notes what it is asked, and answers as the test says. */
async function listen(respond: () => Responder) {
  const asked: Asked[] = [];
  const closedEarly: Asked[] = [];
  const server: Server = createServer(async (request, response) => {
    const body = await textOf(request);
    const form = new URLSearchParams(body);
    const number = (name: string) => Number(form.get(name) ?? form.get("time"));
    const one = {
      path: request.url!,
      query: form.get("query")!,
      start: number("start"),
      end: number("end"),
      step: number("step"),
    };
    asked.push(one);
    response.on("close", () => {
      if (!response.writableFinished) closedEarly.push(one);
    });
    await respond()(one, response, body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const close = () =>
    new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    });
  return { url, asked, closedEarly, close };
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request) text += chunk;
  return text;
}

/** Answers every point of the grid with `value`, so that it shows which reading a point is from. */
function answerWith(
  response: ServerResponse,
  { start, end, step }: Asked,
  value: number,
  extra: object = {},
) {
  const values: [number, string][] = [];
  for (let time = start; time <= end; time += step) values.push([time, String(value)]);
  const data = { resultType: "matrix", result: [{ metric: { name: "x" }, values }] };
  response.writeHead(200, { "content-type": "application/json" });
  response.end(JSON.stringify({ status: "success", data, ...extra }));
}

function deferred() {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

const targetOf = (url: string): UpstreamTarget => ({ id: "test", kind: "prometheus", url, headers: {} });

describe("range reader", () => {
  let respond: Responder;
  let upstream: Awaited<ReturnType<typeof listen>>;
  let reader: RangeReader;
  let events: RangeReadEvent[];
  let clock: number;
  let generation: number;

  beforeAll(async () => {
    upstream = await listen(() => respond);
  });
  afterAll(async () => {
    await closeUpstreamConnections();
    await upstream.close();
  });
  beforeEach(() => {
    upstream.asked.length = 0;
    upstream.closedEarly.length = 0;
    clock = T0 + 3;
    generation = 1;
    events = [];
    respond = (asked, response) => answerWith(response, asked, generation);
    reader = createRangeReader({ now: () => clock });
    reader.onRead((event) => events.push(event));
  });

  const read = (given: Partial<Parameters<RangeReader["read"]>[0]> = {}) =>
    reader.read({
      target: targetOf(upstream.url),
      expr: "x",
      start: clock - HOUR,
      end: clock,
      step: 15,
      rateWindow: 20,
      ...given,
    });

  it("aligns to the step and gives a value for each grid time", async () => {
    const result = await read({ start: T0 - 100, end: T0 + 3.7 });
    expect(result).toMatchObject({
      start: T0 - 105,
      end: T0,
      step: 15,
      warnings: [],
      infos: [],
      fetchedAt: clock,
    });
    expect(result.series).toEqual([{ labels: { name: "x" }, values: new Array(8).fill(1) }]);
  });

  it("asks once for fifty viewers at a time", async () => {
    const results = await Promise.all(Array.from({ length: 50 }, () => read()));
    expect(upstream.asked).toHaveLength(1);
    expect(new Set(results.map(({ end }) => end))).toEqual(new Set([T0]));
    expect(events.filter(({ outcome }) => outcome === "coalesced")).toHaveLength(49);
    expect(events.filter(({ outcome }) => outcome === "miss")).toEqual([{ outcome: "miss", queries: 1 }]);
  });

  it("gives every viewer of a window the same object, until it is read anew", async () => {
    const first = await read();
    expect(await read()).toBe(first);
    expect(await read({ start: clock - HOUR / 2 })).not.toBe(first);
    clock += 15;
    expect(await read()).not.toBe(first);
  });

  it("asks only for the tail one step later, and replaces the overlap", async () => {
    await read();
    clock += 15;
    generation = 2;
    const result = await read();
    expect(upstream.asked).toHaveLength(2);
    const tail = upstream.asked[1]!;
    expect(tail).toMatchObject({ start: T0 - 45, end: T0 + 15 });
    const cold = upstream.asked[0]!;
    expect((tail.end - tail.start) / (cold.end - cold.start)).toBeLessThan(0.05);
    expect(result.series[0]!.values).toEqual([...new Array(236).fill(1), ...new Array(5).fill(2)]);
    expect(events[1]).toEqual({ outcome: "refreshed", queries: 1 });
  });

  it("answers a viewer whose clock is a little off from what it has", async () => {
    await read();
    clock += 5;
    await read();
    await read({ start: clock - HOUR - 7, end: clock - 7 });
    expect(upstream.asked).toHaveLength(1);
    expect(events.map(({ outcome }) => outcome)).toEqual(["miss", "hit", "hit"]);
  });

  it("costs for fifty viewers over a minute what one costs", async () => {
    async function queriesOf(viewers: number): Promise<number> {
      upstream.asked.length = 0;
      reader.clear();
      const moments = Array.from({ length: viewers }, (_, viewer) =>
        Array.from({ length: 12 }, (_, refresh) => T0 + 1.1 + refresh * 5 + (viewer * 3.8) / viewers),
      ).flat();
      for (const moment of moments.sort((a, b) => a - b)) {
        clock = moment;
        // Each viewer's own clock differs by up to a second.
        const skew = (moment * 7.3) % 1;
        await read({ start: clock - HOUR - skew, end: clock - skew });
      }
      return upstream.asked.length;
    }
    const one = await queriesOf(1);
    const fifty = await queriesOf(50);
    expect(one).toBeGreaterThanOrEqual(4);
    expect(fifty).toBeLessThanOrEqual(1.1 * one);
  });

  it("asks only for the head of a longer view", async () => {
    await read({ start: T0 - HOUR });
    const result = await read({ start: T0 - 2 * HOUR });
    expect(upstream.asked[1]).toMatchObject({ start: T0 - 2 * HOUR - 15, end: T0 - HOUR - 30 });
    expect(result.series[0]!.values).toEqual(new Array(481).fill(1));
  });

  it("keeps today while someone looks at yesterday", async () => {
    await read();
    await read({ start: T0 - 86_400, end: T0 - 86_400 + HOUR });
    await read();
    await read({ start: T0 - 86_400, end: T0 - 86_400 + HOUR });
    expect(upstream.asked).toHaveLength(2);
  });

  it("keeps apart what was read with other credentials", async () => {
    await read();
    generation = 2;
    const result = await read({
      target: { ...targetOf(upstream.url), headers: { "X-Scope-OrgID": "other" } },
    });
    expect(result.series[0]!.values[0]).toBe(2);
    expect(upstream.asked).toHaveLength(2);
  });

  it("passes warnings on, and reads all anew after one", async () => {
    respond = (asked, response) =>
      answerWith(response, asked, 1, { warnings: ["a store is down"], infos: ["hint"] });
    expect(await read()).toMatchObject({ warnings: ["a store is down"], infos: ["hint"] });
    expect(await read()).toMatchObject({ warnings: ["a store is down"] });
    respond = (asked, response) => answerWith(response, asked, 2);
    clock += 30;
    const result = await read();
    expect(result.warnings).toEqual([]);
    expect(result.series[0]!.values).toEqual(new Array(241).fill(2));
    expect(upstream.asked).toHaveLength(2);
  });

  it("says what is kept when the upstream fails, and does not keep the failure", async () => {
    await read();
    clock += 60;
    respond = (_, response) => void response.writeHead(503).end("no upstream");
    const error = await read().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: "upstream_unavailable",
      failure: "server_error",
      upstream: "no upstream",
    });
    const stale = staleResult(error)!;
    expect(stale).toMatchObject({ start: T0 - HOUR + 60, end: T0 + 60, fetchedAt: T0 + 3 });
    expect(stale.series[0]!.values).toEqual([...new Array(237).fill(1), null, null, null, null]);
    respond = (asked, response) => answerWith(response, asked, 2);
    expect((await read()).series[0]!.values.at(-1)).toBe(2);
    expect(events.map(({ outcome }) => outcome)).toEqual(["miss", "failed", "refreshed"]);
  });

  it("has nothing stale for what was never read", async () => {
    respond = (_, response) => void response.writeHead(400).end('{"status":"error","error":"parse error"}');
    const error = await read().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "upstream_rejected", upstream: "parse error", stale: null });
  });

  it("lets one viewer leave without cost to the others, and stops the upstream when the last has left", async () => {
    const arrived = deferred();
    const held = deferred();
    respond = async (asked, response) => {
      arrived.resolve();
      await held.promise;
      answerWith(response, asked, 1);
    };
    const [first, second] = [new AbortController(), new AbortController()];
    const leaving = read({ signal: first.signal });
    const staying = read({ signal: second.signal });
    await arrived.promise;
    first.abort(new Error("left"));
    await expect(leaving).rejects.toThrow("left");
    held.resolve();
    expect((await staying).series).toHaveLength(1);
    expect(upstream.asked).toHaveLength(1);
    expect(upstream.closedEarly).toHaveLength(0);
  });

  it("aborts the upstream query when nobody waits any more", async () => {
    const arrived = deferred();
    const closed = deferred();
    respond = (_, response) => {
      response.on("close", () => closed.resolve());
      arrived.resolve();
    };
    const abort = new AbortController();
    const reads = [read({ signal: abort.signal }), read({ signal: abort.signal })].map((one) =>
      one.catch((error: unknown) => error),
    );
    await arrived.promise;
    abort.abort();
    expect((await Promise.all(reads)).map((error) => (error as Error).name)).toEqual([
      "AbortError",
      "AbortError",
    ]);
    await closed.promise;
    expect(upstream.closedEarly).toHaveLength(1);
    expect(events).toEqual([
      { outcome: "aborted", queries: 0 },
      { outcome: "aborted", queries: 0 },
    ]);
    // The next reader is not handed the abandoned answer.
    respond = (asked, response) => answerWith(response, asked, 3);
    expect((await read()).series[0]!.values[0]).toBe(3);
  });

  it("waits for a reading under way that holds a part of its own, and asks for the rest", async () => {
    const arrived = deferred();
    const held = deferred();
    respond = async (asked, response) => {
      arrived.resolve();
      await held.promise;
      answerWith(response, asked, 1);
    };
    const short = read({ start: T0 - HOUR });
    await arrived.promise;
    const long = read({ start: T0 - 2 * HOUR });
    held.resolve();
    await Promise.all([short, long]);
    expect(upstream.asked.map(({ start, end }) => end - start)).toEqual([HOUR + 15, HOUR - 15]);
  });

  it("forgets the least used when it holds too much", async () => {
    reader = createRangeReader({ now: () => clock, maxPoints: 700 });
    await read({ expr: "a" });
    await read({ expr: "b" });
    await read({ expr: "c" });
    await read({ expr: "c" });
    expect(upstream.asked).toHaveLength(3);
    await read({ expr: "a" });
    expect(upstream.asked).toHaveLength(4);
  });

  it.each([
    ["a step of part of a second", { step: 0.5 }],
    ["an end before the start", { start: T0, end: T0 - 100 }],
    ["a time that is none", { start: Number.NaN }],
  ])("refuses %s", async (_, given) => {
    await expect(read(given)).rejects.toMatchObject({ code: "invalid_request" });
    expect(upstream.asked).toHaveLength(0);
  });

  it("refuses more points than a server gives, and offers a step that it would", async () => {
    const range = { start: T0 - 20_000, end: T0 };
    const suggestion = { step: 2 };
    await expect(read({ ...range, step: 1 })).rejects.toMatchObject({ code: "query_too_large", suggestion });
    expect(upstream.asked).toHaveLength(0);
    await read({ ...range, ...suggestion });
    expect(upstream.asked).toHaveLength(1);
  });
});

describe("instant reader", () => {
  it("shares a moment between viewers, and keeps it for that long", async () => {
    let value = 1;
    const upstream = await listen(() => (_, response) => {
      const result = [{ metric: {}, value: [T0, String(value)] }];
      response.end(JSON.stringify({ status: "success", data: { resultType: "vector", result } }));
    });
    try {
      const reader = createInstantReader();
      const outcomes: string[] = [];
      reader.onRead(({ outcome }) => outcomes.push(outcome));
      const read = (time: number) =>
        reader.read({ target: targetOf(upstream.url), expr: "x", time, quantum: 15 });
      const answers = await Promise.all([read(T0 + 1), read(T0 + 4), read(T0 + 14.9)]);
      expect(answers.map(({ time }) => time)).toEqual([T0, T0, T0]);
      value = 2;
      expect((await read(T0 + 7)).data).toEqual(answers[0]!.data);
      expect((await read(T0 + 15)).data).not.toEqual(answers[0]!.data);
      expect(upstream.asked.map(({ start }) => start)).toEqual([T0, T0 + 15]);
      expect(outcomes).toEqual(["miss", "coalesced", "coalesced", "hit", "miss"]);
    } finally {
      await upstream.close();
    }
  });
});

describe.skipIf(whyNoPrometheus())("range reader on a real Prometheus", () => {
  let server: RunningPrometheus;

  beforeAll(async () => {
    const samples = (factor: number, from: number, to: number) => {
      const result: [number, number][] = [];
      for (let time = from; time <= to; time += 5) result.push([time, Math.floor((time - from) * factor)]);
      return result;
    };
    server = await startPrometheus({
      openMetrics: openMetricsText([
        {
          name: "demo_requests",
          type: "counter",
          series: [
            { suffix: "_total", labels: { version: "a" }, samples: samples(1.3, T0, T0 + 2 * HOUR) },
            { suffix: "_total", labels: { version: "b" }, samples: samples(0.7, T0 + HOUR, T0 + 1.6 * HOUR) },
          ],
        },
      ]),
    });
  });
  afterAll(async () => {
    await closeUpstreamConnections();
    await server.stop();
  });

  it("gives after every refresh exactly what a cold reading gives", async () => {
    const target = targetOf(server.url);
    const client = createPrometheusClient(target);
    const expr = "sum by (version) (rate(demo_requests_total[20s]))";
    let clock = T0 + 0.9 * HOUR;
    const reader = createRangeReader({ now: () => clock });
    // Pauses, single steps, and a view that grows and shrinks, over the birth and the death of a series.
    const moves: [advance: number, range: number][] = [
      [15, HOUR / 2],
      [15, HOUR / 2],
      [300, HOUR / 2],
      [700, HOUR / 2],
      [15, HOUR],
      [15, 600],
      [60, HOUR],
      [1500, HOUR],
      [15, HOUR / 4],
      [4000, HOUR],
      [15, HOUR],
    ];
    for (const [advance, range] of moves) {
      clock += advance;
      const got = await reader.read({
        target,
        expr,
        start: clock - range,
        end: clock,
        step: 15,
        rateWindow: 20,
        scrapeInterval: 5,
      });
      const { data: cold } = await client.queryRange(expr, { start: got.start, end: got.end, step: 15 });
      const byVersion = (series: { labels: Record<string, string>; values: (number | null)[] }[]) =>
        Object.fromEntries(series.map(({ labels, values }) => [labels.version, values]));
      expect(byVersion(got.series)).toEqual(
        byVersion(
          cold.map((series) => ({
            labels: series.labels,
            values: valuesOnGrid(series, got.start, got.end, 15),
          })),
        ),
      );
    }
  });
});
