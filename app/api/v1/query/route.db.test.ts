import { randomUUID } from "node:crypto";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { createApiKey } from "@/lib/api-keys/commands";
import { DEFAULT_TEAM_ID } from "@/lib/auth/actor";
import type { Transaction } from "@/lib/db/client";
import { type QueryAnswerItem, queryAnswerSchema } from "@/lib/query/schema";
import { closeUpstreamConnections } from "@/lib/upstream/fetch";
import { asUser, withTestTransaction } from "@/testing/database";
import {
  openMetricsText,
  type RunningPrometheus,
  startPrometheus,
  whyNoPrometheus,
} from "@/testing/prometheus";
import { POST } from "./route";

vi.mock("next/headers", () => ({ cookies: async () => ({ get: () => undefined, getAll: () => [] }) }));

/** 2025-10-09 08:53:20 UTC, a multiple of every step used here. */
const T0 = 1_760_000_400;
const POINTS = 241;
const STEP = 15;
const end = T0 + (POINTS - 1) * STEP;
const range = { start: T0, end, step: STEP };

async function ask(body: unknown, key?: string) {
  const request = new Request("http://127.0.0.1:3000/api/v1/query", {
    method: "POST",
    headers: {
      "content-type": "application/json",
      host: "127.0.0.1:3000",
      ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
    },
    body: JSON.stringify(body),
  });
  const response = await POST(request, { params: Promise.resolve({}) });
  return { status: response.status, body: await response.json() };
}

async function viewerKey(tx: Transaction, scopes: string[] = []): Promise<string> {
  const { secret } = await createApiKey(await asUser(tx, "admin"), {
    name: `test-${randomUUID()}`,
    role: "viewer",
    scopes,
    expiresAt: null,
    now: new Date(),
  });
  return secret;
}

const addSource = (tx: Transaction, url: string, kind: "prometheus" | "jaeger" = "prometheus") =>
  tx.source.create({ data: { teamId: DEFAULT_TEAM_ID, kind, name: `p-${randomUUID()}`, url } });

/** Asks as a viewer and returns the answers by id. */
async function answers(tx: Transaction, body: unknown): Promise<Record<string, QueryAnswerItem>> {
  const answer = await ask(body, await viewerKey(tx));
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  const { items } = queryAnswerSchema.parse(answer.body);
  return Object.fromEntries(items.map((item) => [item.id, item]));
}

describe.skipIf(whyNoPrometheus())("200", () => {
  let server: RunningPrometheus;

  beforeAll(async () => {
    const times = Array.from({ length: POINTS }, (_, index) => T0 + index * STEP);
    server = await startPrometheus({
      openMetrics: openMetricsText([
        {
          name: "load",
          type: "gauge",
          series: [
            {
              labels: { instance: "a" },
              samples: times.map((time, index): [number, number] => [
                time,
                index === 77 ? 900 : index === 150 ? -5 : 10 + Math.sin(index),
              ]),
            },
            {
              labels: { instance: "b" },
              // Fifteen minutes without a sample, longer than a look back.
              samples: times
                .filter((_, index) => index < 100 || index > 160)
                .map((time): [number, number] => [time, 1]),
            },
          ],
        },
        {
          name: "odd",
          type: "gauge",
          series: [
            {
              samples: [
                [T0, Number.NaN],
                [T0 + STEP, Number.POSITIVE_INFINITY],
                [T0 + 2 * STEP, Number.NEGATIVE_INFINITY],
              ],
            },
          ],
        },
      ]),
    });
  });
  afterAll(async () => {
    await closeUpstreamConnections();
    await server.stop();
  });

  it("answers word for word as Prometheus does, by the source's name and by its id", () =>
    withTestTransaction(async (tx) => {
      const { id, name } = await addSource(tx, server.url);
      const expr = "sum by (instance) (max_over_time(load[1m]))";
      const direct = await fetch(
        `${server.url}/api/v1/query_range?${new URLSearchParams({ query: expr, start: String(T0), end: String(end), step: "15" })}`,
      );
      const { data } = (await direct.json()) as { data: unknown };
      const given = await answers(tx, {
        items: [
          { id: "name", source: name, expr, ...range },
          { id: "id", source: id, expr, ...range },
          {
            id: "text",
            source: id,
            expr,
            start: new Date(T0 * 1000).toISOString(),
            end: String(end),
            step: "15s",
          },
        ],
      });
      for (const item of Object.values(given)) expect(item).toMatchObject({ status: "success", data });
    }));

  it("keeps NaN and infinity as text", () =>
    withTestTransaction(async (tx) => {
      const { name } = await addSource(tx, server.url);
      const { odd } = await answers(tx, {
        items: [{ id: "odd", source: name, expr: "odd", start: T0, end: T0 + 2 * STEP, step: STEP }],
      });
      expect(odd).toMatchObject({
        data: {
          result: [
            {
              values: [
                [T0, "NaN"],
                [T0 + STEP, "+Inf"],
                [T0 + 2 * STEP, "-Inf"],
              ],
            },
          ],
        },
      });
    }));

  it("answers one time with a vector, a scalar or a string", () =>
    withTestTransaction(async (tx) => {
      const { name: source } = await addSource(tx, server.url);
      const given = await answers(tx, {
        items: [
          { id: "same", source, expr: 'load{instance="b"}', start: T0, end: T0, step: 15 },
          { id: "no step", source, expr: 'load{instance="b"}', end: T0 },
          { id: "start only", source, expr: 'load{instance="b"}', start: T0 },
          { id: "scalar", source, expr: "scalar(vector(3))", end: T0 },
          { id: "string", source, expr: '"x"', end: T0 },
          { id: "now", source, expr: "vector(1)" },
        ],
      });
      const vector = {
        data: {
          resultType: "vector",
          result: [{ metric: { __name__: "load", instance: "b" }, value: [T0, "1"] }],
        },
      };
      for (const id of ["same", "no step", "start only"]) expect(given[id]).toMatchObject(vector);
      expect(given.scalar).toMatchObject({ data: { resultType: "scalar", result: [T0, "3"] } });
      expect(given.string).toMatchObject({ data: { resultType: "string", result: [T0, "x"] } });
      expect(given.now).toMatchObject({
        data: { resultType: "vector", result: [{ value: [expect.any(Number), "1"] }] },
      });
    }));

  it("moves start and end down to the step, as all reads are", () =>
    withTestTransaction(async (tx) => {
      const { name: source } = await addSource(tx, server.url);
      const { q } = await answers(tx, {
        items: [{ id: "q", source, expr: "load", start: T0 + 7, end: T0 + 50, step: STEP }],
      });
      expect(q).toMatchObject({
        data: {
          result: [
            { values: [[T0], [T0 + 15], [T0 + 30], [T0 + 45]].map((time) => [...time, expect.any(String)]) },
            {},
          ],
        },
      });
    }));

  it("reads a query about its own range whole, whatever is kept", () =>
    withTestTransaction(async (tx) => {
      const { name: source } = await addSource(tx, server.url);
      const expr = 'timestamp(load{instance="b"} @ end())';
      const values = async (until: number) => {
        const { q } = await answers(tx, {
          items: [{ id: "q", source, expr, start: T0, end: until, step: STEP }],
        });
        if (q?.status !== "success" || q.data.resultType !== "matrix") throw new Error("no matrix");
        return new Set(q.data.result[0]!.values.map(([, value]) => Number(value)));
      };
      expect(await values(T0 + 600)).toEqual(new Set([T0 + 600]));
      expect(await values(T0 + 900)).toEqual(new Set([T0 + 900]));
    }));

  it("thins out to what was asked for, with every extreme and the gap, and says so", () =>
    withTestTransaction(async (tx) => {
      const { name: source } = await addSource(tx, server.url);
      const { thin, whole } = await answers(tx, {
        maxPoints: 40,
        items: [
          { id: "thin", source, expr: "load", ...range },
          { id: "whole", source, expr: "load", ...range, maxPoints: POINTS },
        ],
      });
      expect(whole).not.toHaveProperty("thinned");
      if (thin?.status !== "success" || thin.data.resultType !== "matrix") throw new Error("no matrix");
      const [a, b] = thin.data.result;
      expect(thin.thinned).toEqual({ from: POINTS, to: Math.max(a!.values.length, b!.values.length) });
      expect(thin.thinned!.to).toBeLessThanOrEqual(40);
      expect(a!.values).toContainEqual([T0 + 77 * STEP, "900"]);
      expect(a!.values).toContainEqual([T0 + 150 * STEP, "-5"]);
      expect(a).not.toHaveProperty("gaps");
      // A look back of five minutes shows the last sample for so long.
      expect(b!.gaps).toEqual([[T0 + 120 * STEP, T0 + 160 * STEP]]);
      for (const [time] of b!.values) expect(time < b!.gaps![0]![0] || time > b!.gaps![0]![1]).toBe(true);
    }));

  it("gives each that fails an error of its own, with what Prometheus said", () =>
    withTestTransaction(async (tx) => {
      const { name: source } = await addSource(tx, server.url);
      const jaeger = await addSource(tx, "http://127.0.0.1:1", "jaeger");
      const gone = await addSource(tx, "http://127.0.0.1:1");
      const given = await answers(tx, {
        items: [
          { id: "good", source, expr: "load", ...range },
          { id: "syntax", source, expr: "rate(", ...range },
          { id: "nowhere", source: "no-such-source", expr: "up", ...range },
          { id: "jaeger", source: jaeger.name, expr: "up", ...range },
          { id: "gone", source: gone.name, expr: "up", ...range },
          { id: "backwards", source, expr: "up", start: end, end: T0, step: 15 },
          { id: "fine", source, expr: "up", ...range, step: 0.5 },
          { id: "points", source, expr: "up", start: T0 - 86_400, end: T0, step: 1 },
          { id: "range", source, expr: "up", start: T0 - 500 * 86_400, end: T0, step: 86_400 },
        ],
      });
      expect(given.good).toMatchObject({ status: "success" });
      const errorOf = (id: string) => {
        const item = given[id];
        return item?.status === "error" ? item.error : undefined;
      };
      expect(errorOf("syntax")).toMatchObject({
        code: "upstream_rejected",
        upstream: expect.stringContaining("parse error"),
        requestId: expect.any(String),
      });
      expect(errorOf("nowhere")).toMatchObject({
        code: "not_found",
        fields: [{ path: "source", message: expect.stringContaining(source) }],
      });
      expect(errorOf("jaeger")).toMatchObject({ code: "invalid_request" });
      expect(errorOf("gone")).toMatchObject({ code: "upstream_unavailable" });
      expect(errorOf("backwards")).toMatchObject({ code: "invalid_request" });
      expect(errorOf("fine")).toMatchObject({ code: "invalid_request" });
      expect(errorOf("points")).toMatchObject({ code: "query_too_large", suggestion: { step: 10 } });
      expect(errorOf("range")).toMatchObject({ code: "query_too_large", fields: [{ path: "start" }] });
    }));
});

describe("an item that cannot be asked", () => {
  it.each([
    ["an empty expression", { expr: " " }, "expr", "An expression of PromQL"],
    ["a start that is no time", { start: "garbage" }, "start", "Unix seconds, or a time such as"],
    ["a start before 1970", { start: -1 }, "start", "Unix seconds, or a time such as"],
    ["an end that is no time", { end: "soon" }, "end", "Unix seconds, or a time such as"],
    ["a step that is none", { step: "often" }, "step", "Whole seconds, at least 1, or a duration such as 1m"],
    ["a negative step", { step: "-5s" }, "step", "Whole seconds, at least 1, or a duration such as 1m"],
    ["a step of nothing", { step: "0s" }, "step", "Whole seconds, at least 1, or a duration such as 1m"],
  ])("%s: fails by itself, and says what would be right", (_, wrong, path, words) =>
    withTestTransaction(async (tx) => {
      const { name: source } = await addSource(tx, "http://127.0.0.1:1");
      const item = { source, expr: "up", ...range };
      const given = await answers(tx, {
        items: [
          { id: "wrong", ...item, ...wrong },
          { id: "other", ...item },
        ],
      });
      expect(given.wrong).toMatchObject({
        status: "error",
        error: { code: "invalid_request", fields: [{ path, message: expect.stringContaining(words) }] },
      });
      expect(given.other).toMatchObject({ error: { code: "upstream_unavailable" } });
    }),
  );
});

describe("a source that fails", () => {
  let server: Server;
  let answer: (response: ServerResponse) => void;

  beforeAll(async () => {
    server = createServer((request, response) => {
      request.resume();
      answer(response);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });
  afterAll(async () => {
    await closeUpstreamConnections();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const errorOf = (tx: Transaction) =>
    addSource(tx, `http://127.0.0.1:${(server.address() as AddressInfo).port}`).then(async ({ name }) => {
      const { q } = await answers(tx, { items: [{ id: "q", source: name, expr: "up", ...range }] });
      return q?.status === "error" ? q.error : undefined;
    });

  it("cuts the connection: says so", () =>
    withTestTransaction(async (tx) => {
      answer = (response) => {
        response.writeHead(200, { "content-type": "application/json" });
        response.write('{"status":"success","data":', () => response.socket!.destroy());
      };
      expect(await errorOf(tx)).toMatchObject({
        code: "upstream_unavailable",
        detail: expect.stringContaining("closed the connection before its answer was complete"),
      });
    }));

  it("answers without end: is read no further, with what to ask instead", () =>
    withTestTransaction(async (tx) => {
      answer = (response) => {
        const more = () => {
          while (!response.destroyed && response.write(" ".repeat(1 << 20)));
        };
        response.on("drain", more);
        more();
      };
      expect(await errorOf(tx)).toMatchObject({
        code: "query_too_large",
        suggestion: { step: 120, expr: "topk(10, up)" },
      });
    }));

  it("gave up itself: says that it took too long", () =>
    withTestTransaction(async (tx) => {
      const said = {
        status: "error",
        errorType: "timeout",
        error: "query timed out in expression evaluation",
      };
      answer = (response) => response.writeHead(503).end(JSON.stringify(said));
      expect(await errorOf(tx)).toMatchObject({ code: "upstream_timeout", upstream: said.error });
    }));
});

describe("400", () => {
  it.each([
    ["no items", { items: [] }, "items"],
    ["two of one id", { items: [1, 2].map(() => ({ id: "a", source: "s", expr: "up" })) }, "items"],
    ["a time of another type", { items: [{ id: "a", source: "s", expr: "up", end: {} }] }, "items.0.end"],
    ["one point", { items: [{ id: "a", source: "s", expr: "up" }], maxPoints: 1 }, "maxPoints"],
  ])("for %s", (_, body, path) =>
    withTestTransaction(async (tx) => {
      const answer = await ask(body, await viewerKey(tx));
      expect(answer.status).toBe(400);
      expect(answer.body.fields.map((field: { path: string }) => field.path)).toContain(path);
    }),
  );
});

describe("401 and 403", () => {
  it("for a stranger, and for a key whose scopes leave it out", () =>
    withTestTransaction(async (tx) => {
      const body = { items: [{ id: "a", source: "s", expr: "up" }] };
      expect((await ask(body, "isk_no-such-key")).status).toBe(401);
      expect((await ask(body, await viewerKey(tx, ["services"]))).status).toBe(403);
      expect((await ask(body, await viewerKey(tx, ["query"]))).status).toBe(200);
    }));
});
