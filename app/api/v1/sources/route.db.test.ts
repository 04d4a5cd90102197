import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, vi } from "vitest";
import type { Route } from "@/lib/api/route";
import { createApiKey } from "@/lib/api-keys/commands";
import type { Role } from "@/lib/auth/actor";
import type { Transaction } from "@/lib/db/client";
import { closeUpstreamConnections } from "@/lib/upstream/fetch";
import { asUser, withTestTransaction } from "@/testing/database";
import { DELETE as deleteAnnotation } from "../annotations/[annotation]/route";
import { POST as addAnnotation, GET as listAnnotations } from "../annotations/route";
import { GET as readEvent } from "../audit-events/[event]/route";
import { GET as listEvents } from "../audit-events/route";
import { GET as listJobs } from "../jobs/route";
import { GET as readRevision } from "../revisions/route";
import { POST as restore } from "./[source]/restore/route";
import { PATCH as edit, GET as read, DELETE as remove } from "./[source]/route";
import { POST as testStored } from "./[source]/test/route";
import { POST as add, GET as list } from "./route";
import { POST as test } from "./test/route";

vi.mock("next/headers", () => ({ cookies: async () => ({ get: () => undefined, getAll: () => [] }) }));
// The check that follows a change would be put in a queue over a connection that does not see this transaction.
vi.mock("@/lib/jobs/boss", async (original) => ({
  ...(await original<typeof import("@/lib/jobs/boss")>()),
  sendJob: async () => null,
}));

type Call = {
  key?: string;
  body?: unknown;
  params?: Record<string, string>;
  query?: Record<string, string>;
  headers?: Record<string, string>;
};

async function call(route: Route, { key, body, params = {}, query = {}, headers = {} }: Call = {}) {
  const path = route.definition.path.replace(/\{(\w+)\}/g, (_, name: string) => params[name]!);
  const request = new Request(`http://127.0.0.1:3000${path}?${new URLSearchParams(query)}`, {
    method: route.definition.method,
    headers: {
      host: "127.0.0.1:3000",
      ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...headers,
    },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const response = await route(request, { params: Promise.resolve(params) });
  const text = await response.text();
  return {
    status: response.status,
    etag: response.headers.get("etag"),
    body: text === "" ? undefined : JSON.parse(text),
  };
}

async function keyOf(tx: Transaction, role: Role): Promise<string> {
  const { secret } = await createApiKey(await asUser(tx, "admin"), {
    name: `test-${randomUUID()}`,
    role,
    scopes: [],
    expiresAt: null,
    now: new Date(),
  });
  return secret;
}

/** Each role with a key of its own, in a transaction that is rolled back. */
const scenario = (run: (keys: Record<Role, string>, tx: Transaction) => Promise<void>) =>
  withTestTransaction(async (tx) => {
    const keys = {
      viewer: await keyOf(tx, "viewer"),
      operator: await keyOf(tx, "operator"),
      admin: await keyOf(tx, "admin"),
    };
    await run(keys, tx);
  });

const name = `source-${randomUUID().slice(0, 8)}`;
const body = {
  kind: "alertmanager",
  name,
  url: "https://alerts.example.com",
  authentication: { type: "bearer", token: "swordfish" },
};

describe("200 and 201", () => {
  it("lead a source through its life, and the audit log and the past tell of it", () =>
    scenario(async ({ admin, operator, viewer }) => {
      const added = await call(add, { key: admin, body });
      expect(added).toMatchObject({ status: 201, etag: '"1"', body: { name, credentials: "kept" } });
      const params = { source: added.body.id as string };
      const seen = await call(list, { key: viewer, query: { kind: "alertmanager" } });
      expect(seen.body.items).toContainEqual(expect.objectContaining({ id: params.source, actions: [] }));
      expect(JSON.stringify([added, seen])).not.toContain("swordfish");

      const asAdded = new Date().toISOString();
      const edited = await call(edit, {
        key: admin,
        params,
        body: { name: `${name}-2` },
        headers: { "if-match": '"1"' },
      });
      expect(edited).toMatchObject({ status: 200, etag: '"2"', body: { name: `${name}-2` } });
      expect((await call(remove, { key: admin, params })).body).toMatchObject({ actions: ["restore"] });
      expect((await call(restore, { key: admin, params })).body).toMatchObject({ validTo: null });

      const events = await call(listEvents, {
        key: operator,
        query: { resourceId: params.source, limit: "3" },
      });
      expect(events.body.items.map(({ action }: { action: string }) => action)).toEqual([
        "sources:restore",
        "sources:remove",
        "sources:edit",
      ]);
      const rest = await call(listEvents, {
        key: operator,
        query: { resourceId: params.source, cursor: events.body.nextCursor },
      });
      expect(rest.body).toMatchObject({ items: [{ action: "sources:add", before: null }], nextCursor: null });
      const one = await call(readEvent, { key: operator, params: { event: rest.body.items[0].id } });
      expect(one.body).toEqual(rest.body.items[0]);

      const past = await call(readRevision, {
        key: operator,
        query: { resourceType: "source", resourceId: params.source, at: asAdded },
      });
      expect(past.body).toMatchObject({ state: { name }, validTo: expect.any(String) });
      const present = await call(readRevision, {
        key: operator,
        query: {
          resourceType: "source",
          resourceId: params.source,
          at: new Date(Date.now() + 1000).toISOString(),
        },
      });
      expect(present.body).toMatchObject({ state: { name: `${name}-2` }, validTo: null });
    }));

  it("say what is wrong with a server, as an answer", () =>
    scenario(async ({ admin }) => {
      const answer = await call(test, {
        key: admin,
        body: { kind: "prometheus", url: "http://127.0.0.1:1" },
      });
      expect(answer).toMatchObject({ status: 200, body: { reachable: false, found: null } });
      expect(answer.body.problem).toContain("Nothing listens at http://127.0.0.1:1");
    }));

  it("say the same of a source that is stored, and nothing of one that is removed", () =>
    scenario(async ({ admin }) => {
      const { body: source } = await call(add, {
        key: admin,
        body: { kind: "prometheus", name: `p-${randomUUID().slice(0, 8)}`, url: "http://127.0.0.1:1" },
      });
      const params = { source: source.id };
      const answer = await call(testStored, { key: admin, params });
      expect(answer).toMatchObject({ status: 200, body: { reachable: false, found: null } });
      expect(answer.body.problem).toContain("Nothing listens at http://127.0.0.1:1");
      await call(remove, { key: admin, params });
      expect((await call(testStored, { key: admin, params })).status).toBe(409);
      expect((await call(testStored, { key: admin, params: { source: randomUUID() } })).status).toBe(404);
    }));

  it("find audit events by actor, action, time and text", () =>
    scenario(async ({ admin, operator }) => {
      const { body: source } = await call(add, { key: admin, body });
      const found = async (query: Record<string, string>) =>
        (await call(listEvents, { key: operator, query: { resourceId: source.id, ...query } })).body.items
          .length;
      const [event] = (await call(listEvents, { key: operator, query: { resourceId: source.id } })).body
        .items;
      const soon = new Date(Date.parse(event.at) + 1_000).toISOString();
      expect(await found({ actor: event.actor.name.slice(0, -2).toUpperCase() })).toBe(1);
      expect(await found({ actor: event.actor.id })).toBe(1);
      expect(await found({ actor: "nobody" })).toBe(0);
      expect(await found({ action: "sources" })).toBe(1);
      expect(await found({ action: "sources:add" })).toBe(1);
      expect(await found({ action: "sources:edit" })).toBe(0);
      expect(await found({ start: event.at, end: soon })).toBe(1);
      expect(await found({ start: soon })).toBe(0);
      expect(await found({ end: event.at })).toBe(0);
      expect(await found({ q: name.slice(3) })).toBe(1);
      expect(await found({ q: "100%_" })).toBe(0);
    }));

  it("keep annotations, and find those that touch a range", () =>
    scenario(async ({ operator, viewer }) => {
      const kind = `k${randomUUID().slice(0, 8).replaceAll("-", "")}`;
      const annotate = (start: unknown, end?: unknown) =>
        call(addAnnotation, { key: operator, body: { start, end, text: `from ${start}`, kind } });
      const stopped = await annotate("2026-03-04T10:00:00Z", "2026-03-04T12:00:00Z");
      expect(stopped).toMatchObject({
        status: 201,
        body: { kind, service: null, end: "2026-03-04T12:00:00.000Z" },
      });
      await annotate(Date.parse("2026-03-04T13:00:00Z") / 1000);
      const found = async (start: string, end: string) =>
        (await call(listAnnotations, { key: viewer, query: { start, end, kind } })).body.items.map(
          (item: { start: string }) => item.start.slice(11, 13),
        );
      expect(await found("2026-03-04T11:00:00Z", "2026-03-04T14:00:00Z")).toEqual(["13", "10"]);
      expect(await found("2026-03-04T12:30:00Z", "2026-03-04T14:00:00Z")).toEqual(["13"]);
      expect(await found("2026-03-04T08:00:00Z", "2026-03-04T10:30:00Z")).toEqual(["10"]);
      expect(await found("2026-03-04T13:30:00Z", "2026-03-04T14:00:00Z")).toEqual([]);
      const page = await call(listAnnotations, { key: viewer, query: { kind, limit: "1" } });
      const next = await call(listAnnotations, {
        key: viewer,
        query: { kind, limit: "1", cursor: page.body.nextCursor },
      });
      expect(next.body).toMatchObject({ items: [{ id: stopped.body.id }], nextCursor: null });
      expect(
        (await call(deleteAnnotation, { key: operator, params: { annotation: stopped.body.id } })).status,
      ).toBe(204);
      expect(await found("2026-03-04T08:00:00Z", "2026-03-04T12:00:00Z")).toEqual([]);
    }));
});

describe("400", () => {
  it.each([
    ["a URL with credentials", add, { ...body, url: "http://user:secret@host" }, "url"],
    ["a name that is no name", add, { ...body, name: "Prod EU" }, "name"],
    ["a reserved header", add, { ...body, headers: [{ name: "Host", value: "x" }] }, "headers.0.name"],
    ["a missing token", add, { ...body, authentication: { type: "bearer" } }, "authentication.token"],
    ["an end before the start", addAnnotation, { start: 2, end: 1, text: "x" }, "end"],
    [
      "a service that does not exist",
      addAnnotation,
      { start: 1, text: "x", service: "no-such-service" },
      "service",
    ],
  ])("names the field of %s", (_, route, given, field) =>
    scenario(async ({ admin }) => {
      const answer = await call(route, { key: admin, body: given });
      expect(answer).toMatchObject({ status: 400, body: { code: "invalid_request" } });
      expect(answer.body.fields.map(({ path }: { path: string }) => path)).toContain(field);
    }),
  );

  it("refuses cursors of other lists", () =>
    scenario(async ({ admin }) => {
      for (const route of [listEvents, listAnnotations])
        expect((await call(route, { key: admin, query: { cursor: "nonsense" } })).status).toBe(400);
    }));
});

describe("401 and 403", () => {
  it("answer who has no key, and whose role is too low", () =>
    scenario(async ({ viewer, operator }) => {
      expect((await call(list)).status).toBe(401);
      for (const key of [viewer, operator]) expect((await call(add, { key, body })).status).toBe(403);
      expect(
        (await call(test, { key: operator, body: { kind: "jaeger", url: "http://127.0.0.1:1" } })).status,
      ).toBe(403);
      expect((await call(listEvents, { key: viewer })).status).toBe(403);
      expect((await call(listJobs, { key: operator })).status).toBe(403);
      expect((await call(addAnnotation, { key: viewer, body: { start: 1, text: "x" } })).status).toBe(403);
    }));
});

describe("404, 409 and 412", () => {
  it("answer for what is not there, not possible now, or changed meanwhile", () =>
    scenario(async ({ admin }) => {
      expect((await call(read, { key: admin, params: { source: randomUUID() } })).status).toBe(404);
      expect(
        (await call(deleteAnnotation, { key: admin, params: { annotation: randomUUID() } })).status,
      ).toBe(404);
      expect((await call(readEvent, { key: admin, params: { event: "none" } })).status).toBe(404);
      const { body: source } = await call(add, { key: admin, body });
      const params = { source: source.id };
      const before = await call(readRevision, {
        key: admin,
        query: { resourceType: "source", resourceId: source.id, at: "2020-01-01T00:00:00Z" },
      });
      expect(before.status).toBe(404);
      expect((await call(restore, { key: admin, params })).status).toBe(409);
      const late = await call(edit, {
        key: admin,
        params,
        body: { name: "x" },
        headers: { "if-match": '"7"' },
      });
      expect(late).toMatchObject({ status: 412, body: { current: { id: source.id, version: 1 } } });
      for (const header of ["*", '"1", "2"']) {
        const unclear = await call(edit, {
          key: admin,
          params,
          body: { name: "x" },
          headers: { "if-match": header },
        });
        expect(unclear).toMatchObject({
          status: 400,
          body: { detail: expect.stringContaining("`*` and lists are not taken") },
        });
      }
    }));

  it.each([
    ["refuses POST", 405, "Method Not Allowed"],
    ["answers JSON of another kind", 200, '{"data":["frontend"],"total":1}'],
    ["answers with a page", 200, "<!doctype html><title>Jaeger UI</title>"],
  ])("says of a server that %s that it does not look like a Prometheus", (_, status, text) =>
    withTestTransaction(async (tx) => {
      const server = createServer((request, response) => {
        request.resume();
        response.writeHead(status, { "content-type": "application/json" }).end(text);
      });
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      const { port } = server.address() as AddressInfo;
      try {
        const { body } = await call(test, {
          key: await keyOf(tx, "admin"),
          body: { kind: "prometheus", url: `http://127.0.0.1:${port}` },
        });
        expect(body).toMatchObject({
          reachable: false,
          problem: expect.stringMatching(/^This does not look like a Prometheus\. /),
        });
      } finally {
        await closeUpstreamConnections();
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      }
    }),
  );
});
