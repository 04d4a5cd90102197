import { randomUUID } from "node:crypto";
import { describe, expect, it, vi } from "vitest";
import type { Route } from "@/lib/api/route";
import { createApiKey } from "@/lib/api-keys/commands";
import { DEFAULT_TEAM_ID, systemActor } from "@/lib/auth/actor";
import type { Transaction } from "@/lib/db/client";
import { saveDiscoveries } from "@/lib/services/commands";
import { asUser, withTestTransaction } from "@/testing/database";
import { GET as discovery } from "../discovery/route";
import { POST as querySignals } from "../signals/query/route";
import { PATCH as correct, GET as readService } from "./[service]/route";
import { GET as readSignals } from "./[service]/signals/route";
import { GET as listServices } from "./route";

vi.mock("next/headers", () => ({ cookies: async () => ({ get: () => undefined, getAll: () => [] }) }));

// The discovery that follows a correction would be put in a queue over a connection that does not see this transaction.
vi.mock("@/lib/jobs/boss", async (original) => ({
  ...(await original<typeof import("@/lib/jobs/boss")>()),
  sendJob: async () => null,
}));

type Call = { key?: string; query?: string; service?: string; body?: unknown };

function call(route: Route, { key, query = "", service = "", body }: Call = {}): Promise<Response> {
  const path = route.definition.path.replace("{service}", encodeURIComponent(service));
  const request = new Request(`http://127.0.0.1:3000${path}${query}`, {
    method: route.definition.method,
    headers: {
      ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      host: "127.0.0.1:3000",
      "sec-fetch-site": "same-origin",
    },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  return route(request, { params: Promise.resolve({ service: encodeURIComponent(service) }) });
}

async function keyWith(
  tx: Transaction,
  scopes: string[] = [],
  role: "viewer" | "operator" = "viewer",
): Promise<string> {
  const admin = await asUser(tx, "admin");
  const { secret } = await createApiKey(admin, {
    name: `test-${randomUUID()}`,
    role,
    scopes,
    expiresAt: null,
    now: new Date(),
  });
  return secret;
}

/** A service of a source at which nothing listens. */
async function newService(tx: Transaction, job: string): Promise<string> {
  const source = await tx.source.create({
    data: {
      teamId: DEFAULT_TEAM_ID,
      kind: "prometheus",
      name: `p-${randomUUID()}`,
      url: "http://127.0.0.1:1",
    },
  });
  await saveDiscoveries(systemActor("service-discovery"), {
    sourceId: source.id,
    seenAt: new Date("2026-01-01T00:00:00Z"),
    services: [
      {
        identity: { job },
        engines: ["vllm"],
        models: [],
        versions: ["v1"],
        instances: ["a"],
        labels: {},
        selector: {
          profiles: [{ id: "vllm", matchers: [{ label: "job", op: "=", value: job }], labels: {} }],
          scrapeInterval: 15,
        },
      },
    ],
  });
  return job;
}

const range = { start: 1_767_225_600, end: 1_767_229_200, step: 60 };

describe("200", () => {
  it("lists services by id", () =>
    withTestTransaction(async (tx) => {
      const id = await newService(tx, `job-${randomUUID()}`);
      const response = await call(listServices, { key: await keyWith(tx), query: "?limit=200" });
      expect(response.status).toBe(200);
      const { items } = (await response.json()) as { items: { id: string }[] };
      expect(items.map((item) => item.id)).toContain(id);
    }));

  it("answers each query by itself, also where the source is down and the service unknown", () =>
    withTestTransaction(async (tx) => {
      const service = await newService(tx, `job-${randomUUID()}`);
      const queries = [
        { id: "down", service, signal: "ttft" },
        { id: "unmeasured", service, signal: "error_rate" },
        { id: "unknown", service: "nobody", signal: "ttft" },
      ];
      const response = await call(querySignals, { key: await keyWith(tx), body: { ...range, queries } });
      expect(response.status).toBe(200);
      const { results } = (await response.json()) as { results: { status: string }[] };
      expect(results).toMatchObject([
        { status: "error", error: { code: "upstream_unavailable" } },
        { status: "unavailable", reason: { kind: "not_measurable" } },
        { status: "unavailable", reason: { kind: "not_connected" } },
      ]);
    }));

  it("reads a service with a slash in its name, and says why a signal is not available", () =>
    withTestTransaction(async (tx) => {
      const service = await newService(tx, `prod/${randomUUID()}`);
      const query = `?signal=ttft,error_rate&start=${range.start}&end=${range.end}&step=1m&quantile=0.99`;
      const response = await call(readSignals, { key: await keyWith(tx), service, query });
      expect(await response.json()).toMatchObject({
        service,
        ...range,
        signals: [
          {
            signal: "ttft",
            unit: "seconds",
            better: "lower",
            available: false,
            note: expect.any(String),
            series: [],
          },
          { signal: "error_rate", available: false, note: expect.stringContaining("not measurable") },
        ],
      });
    }));
});

describe("what was found", () => {
  it("names for every signal the metric that answers it, or why none does", () =>
    withTestTransaction(async (tx) => {
      const id = await newService(tx, `job-${randomUUID()}`);
      const key = await keyWith(tx);
      const { source } = (await (await call(readService, { key, service: id })).json()) as {
        source: string;
      };
      const response = await call(discovery, { key, query: `?source=${source}` });
      expect(response.status).toBe(200);
      const { items } = (await response.json()) as { items: Record<string, unknown>[] };
      expect(items).toMatchObject([
        {
          service: id,
          source,
          engines: ["vllm"],
          instances: ["a"],
          signals: {
            ttft: {
              available: true,
              metric: "vllm:time_to_first_token_seconds",
              expr: expect.stringContaining(`job="${id}"`),
              unit: "seconds",
            },
            gpu_power: { available: false, metric: null, expr: null, note: expect.any(String) },
          },
        },
      ]);
      expect((await call(discovery, { key, query: "?source=nobody" })).status).toBe(404);
    }));

  it("is corrected by an operator, not by a viewer", () =>
    withTestTransaction(async (tx) => {
      const service = await newService(tx, `job-${randomUUID()}`);
      const body = { labels: { version: "release" } };
      expect((await call(correct, { key: await keyWith(tx), service, body })).status).toBe(403);
      const response = await call(correct, { key: await keyWith(tx, [], "operator"), service, body });
      expect(await response.json()).toMatchObject({ id: service, labels: { version: "release" } });
    }));
});

describe("400", () => {
  it.each([
    ["end", { ...range, end: range.start, queries: [{ id: "a", service: "s", signal: "ttft" }] }],
    ["step", { ...range, step: 1, queries: [{ id: "a", service: "s", signal: "ttft" }] }],
    ["queries.0.signal", { ...range, queries: [{ id: "a", service: "s", signal: "no_such" }] }],
    [
      "queries",
      {
        ...range,
        queries: [
          { id: "a", service: "s", signal: "ttft" },
          { id: "a", service: "s", signal: "itl" },
        ],
      },
    ],
  ])("names %s when it is wrong", (path, body) =>
    withTestTransaction(async (tx) => {
      const response = await call(querySignals, { key: await keyWith(tx), body });
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({
        code: "invalid_request",
        fields: expect.arrayContaining([expect.objectContaining({ path })]),
      });
    }),
  );

  it.each([
    ["signal", "?signal=no_such"],
    ["step", "?step=soon"],
    ["step", "?start=0&end=1000000&step=1"],
    ["start", "?start=2000&end=1000"],
  ])("names the query parameter %s of %s", (path, query) =>
    withTestTransaction(async (tx) => {
      const service = await newService(tx, `job-${randomUUID()}`);
      const response = await call(readSignals, { key: await keyWith(tx), service, query });
      expect(response.status).toBe(400);
      const { fields } = (await response.json()) as { fields: { path: string }[] };
      expect(fields[0]?.path.split(".")[0]).toBe(path);
    }),
  );
});

describe("401", () => {
  it.each([
    ["the list", listServices, undefined],
    ["signals", readSignals, undefined],
    ["a query", querySignals, { ...range, queries: [] }],
  ])("%s wants a session or a key", async (_name, route, body) => {
    expect((await call(route, { service: "s", body })).status).toBe(401);
  });
});

describe("403", () => {
  it("a key of another scope is refused", () =>
    withTestTransaction(async (tx) => {
      const key = await keyWith(tx, ["audit:read"]);
      expect((await call(listServices, { key })).status).toBe(403);
    }));
});

describe("404", () => {
  it("a service that does not exist has no signals", () =>
    withTestTransaction(async (tx) => {
      const response = await call(readSignals, { key: await keyWith(tx), service: "nobody" });
      expect(response.status).toBe(404);
    }));
});
