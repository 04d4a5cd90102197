import { randomBytes } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { parseKeyRing } from "@/lib/crypto/key-ring";
import { db, prisma, type Transaction } from "@/lib/db/client";
import { log } from "@/lib/observability/log";
import { saveDiscoveries } from "@/lib/services/commands";
import { discoverAll } from "@/lib/services/job";
import { findService } from "@/lib/services/queries";
import { closeUpstreamConnections } from "@/lib/upstream/fetch";
import { asUser, expectAudit, withTestTransaction } from "@/testing/database";
import { testSource } from "./check";
import {
  addSource,
  editSource,
  ensureEnvironmentSource,
  removeSource,
  resealSources,
  restoreSource,
} from "./commands";
import { checkSources } from "./job";
import { getSource, listSources } from "./queries";
import { sourceTestSchema } from "./schema";
import { openCredentials, sealCredentials } from "./stored-credentials";
import { forgetTarget, upstreamTarget } from "./targets";

// Two keys, as after a rotation; set before anything reads the configuration.
const keys = vi.hoisted(() => {
  const newest = Buffer.alloc(32, 1).toString("base64");
  const older = Buffer.alloc(32, 2).toString("base64");
  process.env.INFERSCOPE_ENCRYPTION_KEY = `${newest},${older}`;
  return { newest, older };
});

const now = new Date("2026-03-04T14:00:00Z");
const input = {
  kind: "prometheus" as const,
  name: "prod-eu",
  url: "https://metrics.example.com/prometheus",
  authentication: { type: "bearer" as const, token: "swordfish" },
  headers: [{ name: "X-Scope-OrgID", value: "team-llm" }],
};
const environment = { id: "environment", name: "environment", type: "system", teamId: "default" } as const;

async function withAdmin(run: (tx: Transaction, admin: Awaited<ReturnType<typeof asUser>>) => Promise<void>) {
  await withTestTransaction(async (tx) => {
    await tx.source.updateMany({ where: { validTo: null }, data: { validTo: now } });
    await run(tx, await asUser(tx, "admin"));
  });
}

const secretOf = async (id: string) =>
  openCredentials(await db().source.findUniqueOrThrow({ where: { id } }));

describe("limits of a source", () => {
  it("stand in for those of the configuration, and are audited", () =>
    withAdmin(async (tx, admin) => {
      const source = await addSource(admin, { ...input, limits: { timeout: 60, series: 500 } });
      expect(source.limits).toEqual({ timeout: 60, series: 500 });
      expect((await upstreamTarget(source.id)).limits).toMatchObject({
        timeout: 60,
        series: 500,
        concurrency: 16,
      });
      await editSource(admin, { id: source.id, patch: { limits: { range: 86_400 } } });
      expect((await upstreamTarget(source.id)).limits).toMatchObject({
        timeout: 30,
        series: 10_000,
        range: 86_400,
      });
      const event = await expectAudit(tx, "source", source.id, { action: "sources:edit", actorId: admin.id });
      expect(event).toMatchObject({
        before: { limits: { timeout: 60, series: 500 } },
        after: { limits: { range: 86_400 } },
      });
    }));

  it("are refused at their field, with what would be right", () =>
    withAdmin(async (_, admin) => {
      const limits = { timeout: 0, range: Number.NaN, series: 1.5 };
      await expect(addSource(admin, { ...input, limits })).rejects.toMatchObject({
        code: "invalid_request",
        fields: [
          { path: "limits.timeout", message: "From 1s to 1h, such as 60s" },
          { path: "limits.range", message: "From 1m to 3650d, such as 90d" },
          { path: "limits.series", message: "A whole number from 1 to 10,000,000" },
        ],
      });
    }));

  it("that cannot be read are none", () =>
    withAdmin(async (tx, admin) => {
      const source = await addSource(admin, input);
      await tx.source.update({ where: { id: source.id }, data: { limits: { series: "many" } } });
      forgetTarget(source.id);
      expect((await upstreamTarget(source.id)).limits).toMatchObject({ series: 10_000 });
    }));
});

describe("adding a source", () => {
  it("keeps the credentials sealed and shows them to nobody", () =>
    withAdmin(async (tx, admin) => {
      const source = await addSource(admin, input);
      expect(source).toMatchObject({
        name: "prod-eu",
        authentication: "bearer",
        headers: ["X-Scope-OrgID"],
        credentials: "kept",
        version: 1,
      });
      const row = await tx.source.findUniqueOrThrow({ where: { id: source.id } });
      expect(Buffer.from(row.secret!).includes("swordfish")).toBe(false);
      expect(await upstreamTarget(source.id)).toMatchObject({
        url: input.url,
        headers: { authorization: "Bearer swordfish", "X-Scope-OrgID": "team-llm" },
      });
      const event = await expectAudit(tx, "source", source.id, { action: "sources:add", actorId: admin.id });
      for (const shown of [
        source,
        await listSources(admin),
        event.after,
        await tx.revision.findFirst({ where: { resourceId: source.id } }),
      ])
        expect(
          JSON.stringify(shown, (_, value) => (typeof value === "bigint" ? String(value) : value)),
        ).not.toMatch(/swordfish|team-llm/);
    }));

  it("refuses a name that is taken, a missing token and a broken certificate, each at its field", () =>
    withAdmin(async (_, admin) => {
      await addSource(admin, input);
      await expect(
        addSource(admin, { ...input, authentication: { type: "bearer" }, ca: "not a certificate" }),
      ).rejects.toMatchObject({
        code: "invalid_request",
        fields: [{ path: "ca" }, { path: "name" }, { path: "authentication.token" }],
      });
    }));

  it("is for administrators", () =>
    withTestTransaction(async (tx) => {
      for (const role of ["viewer", "operator"] as const)
        await expect(addSource(await asUser(tx, role), input)).rejects.toMatchObject({ code: "forbidden" });
    }));
});

describe("editing a source", () => {
  it("keeps credentials that are left out while the host stays", () =>
    withAdmin(async (tx, admin) => {
      const { id } = await addSource(admin, input);
      const edited = await editSource(admin, {
        id,
        version: 1,
        patch: { url: "https://metrics.example.com/other" },
      });
      expect(edited).toMatchObject({ version: 2, credentials: "kept" });
      expect(await secretOf(id)).toEqual({ token: "swordfish", headers: { "x-scope-orgid": "team-llm" } });
      await expectAudit(tx, "source", id, { action: "sources:edit", actorId: admin.id });
    }));

  it.each([
    "http://metrics.example.com/prometheus",
    "https://metrics.example.com:8443",
    "https://evil.example/prometheus",
  ])("forgets the credentials when it moves to %s", (url) =>
    withAdmin(async (_, admin) => {
      const { id } = await addSource(admin, input);
      const edited = await editSource(admin, { id, patch: { url, authentication: { type: "bearer" } } });
      expect(edited).toMatchObject({ url, credentials: "asked_again", reachable: false });
      expect(await secretOf(id)).toBeNull();
      await expect(upstreamTarget(id)).rejects.toMatchObject({ code: "upstream_unauthorized" });
      // Nor do they come back with the old address.
      await editSource(admin, { id, patch: { url: input.url } });
      expect(await secretOf(id)).toBeNull();
    }),
  );

  it("takes new credentials for a new host", () =>
    withAdmin(async (_, admin) => {
      const { id } = await addSource(admin, input);
      const edited = await editSource(admin, {
        id,
        patch: {
          url: "https://new.example",
          authentication: { type: "basic", username: "u", password: "p" },
          headers: [],
        },
      });
      expect(edited).toMatchObject({ authentication: "basic", headers: [], credentials: "kept" });
      expect((await upstreamTarget(id)).headers).toEqual({ authorization: "Basic dTpw" });
    }));

  it("says who was faster when the version is not the present one", () =>
    withAdmin(async (_, admin) => {
      const { id } = await addSource(admin, input);
      await editSource(admin, { id, version: 1, patch: { name: "first" } });
      await expect(editSource(admin, { id, version: 1, patch: { name: "second" } })).rejects.toMatchObject({
        code: "precondition_failed",
        current: { name: "first", version: 2 },
      });
    }));

  it("records that a token was replaced, and not the token", () =>
    withAdmin(async (tx, admin) => {
      const { id } = await addSource(admin, input);
      await editSource(admin, { id, patch: { authentication: { type: "bearer", token: "marlin" } } });
      const event = await expectAudit(tx, "source", id, { action: "sources:edit", actorId: admin.id });
      expect(event.before).toMatchObject({ credentials: "kept" });
      expect(event.after).toMatchObject({ credentials: "replaced" });
      expect(JSON.stringify(event.after)).not.toContain("marlin");
    }));
});

describe("an address that a source has already", () => {
  const plain = { ...input, authentication: { type: "none" as const }, headers: [] };

  it("is refused to a second of its kind, however it is spelt, and names the first", () =>
    withAdmin(async (_, admin) => {
      const { id } = await addSource(admin, plain);
      const refused = { code: "conflict", detail: expect.stringContaining("prod-eu") };
      const spelt = "HTTPS://Metrics.example.com:443/prometheus/";
      await expect(addSource(admin, { ...plain, name: "again", url: spelt })).rejects.toMatchObject(refused);
      const other = await addSource(admin, { ...plain, name: "other", url: "https://other.example" });
      await expect(editSource(admin, { id: other.id, patch: { url: plain.url } })).rejects.toMatchObject(
        refused,
      );
      await addSource(admin, { ...plain, name: "alerts", kind: "alertmanager" });
      await removeSource(admin, { id, now });
      await addSource(admin, { ...plain, name: "heir" });
      await expect(restoreSource(admin, { id })).rejects.toMatchObject({
        code: "conflict",
        detail: expect.stringContaining("heir"),
      });
    }));

  it("is another tenant's with another header", () =>
    withAdmin(async (_, admin) => {
      await addSource(admin, input);
      const headers = [{ name: "x-scope-orgid", value: "team-search" }];
      expect(await addSource(admin, { ...input, name: "search", headers })).toMatchObject({ url: input.url });
      await expect(
        addSource(admin, { ...input, name: "third", headers: [{ ...headers[0]!, name: "X-Scope-OrgID" }] }),
      ).rejects.toMatchObject({ code: "conflict", detail: expect.stringContaining("search") });
    }));

  it.each(["?query=up", "?", "#graph", "#", "/graph?g0.expr=up#x", "/a\u0000"])(
    "is refused with %s at its end",
    (end) =>
      withAdmin(async (_, admin) => {
        const added = addSource(admin, { ...plain, url: `http://prometheus:9090${end}` });
        await expect(added).rejects.toMatchObject({
          code: "invalid_request",
          fields: expect.arrayContaining([
            { path: "url", message: expect.stringMatching(/^Leave out|^No control/) },
          ]),
        });
      }),
  );
});

describe("removing a source", () => {
  it("ends its services, and restoring brings them back unless their name was given away", () =>
    withAdmin(async (tx, admin) => {
      const jobs = [0, 1].map(() => `job-${randomBytes(4).toString("hex")}`) as [string, string];
      const discovered = (job: string) => ({
        identity: { job },
        engines: ["vllm"],
        models: [],
        versions: [],
        instances: [],
        labels: {},
        selector: { profiles: [], scrapeInterval: 15 },
      });
      const { id } = await addSource(admin, input);
      await saveDiscoveries(admin, { sourceId: id, seenAt: now, services: jobs.map(discovered) });
      const rows = await tx.service.findMany({ where: { sourceId: id }, orderBy: { name: "asc" } });
      await removeSource(admin, { id, now });
      for (const row of rows) {
        await expect(findService(admin, row.name)).rejects.toMatchObject({ code: "not_found" });
        await expectAudit(tx, "service", row.id, { action: "services:end", actorId: admin.id });
      }
      const heir = await addSource(admin, { ...input, name: "heir", url: "https://heir.example" });
      await saveDiscoveries(admin, { sourceId: heir.id, seenAt: now, services: [discovered(jobs[0])] });

      await restoreSource(admin, { id });
      expect(await findService(admin, jobs[0])).toMatchObject({ source: "heir" });
      expect(await findService(admin, jobs[1])).toMatchObject({ source: "prod-eu" });
      const back = rows.find(({ name }) => name === jobs[1])!;
      expect(await tx.service.findUnique({ where: { id: back.id } })).toMatchObject({ validTo: null });
      await expectAudit(tx, "service", back.id, { action: "services:reopen", actorId: admin.id });
    }));

  it("ends it, and restoring brings it back with its credentials", () =>
    withAdmin(async (tx, admin) => {
      const { id } = await addSource(admin, input);
      const removed = await removeSource(admin, { id, now });
      expect(removed).toMatchObject({ validTo: now.toISOString(), actions: ["restore"] });
      expect(await listSources(admin)).toEqual([]);
      expect((await listSources(admin, { removed: true })).map((source) => source.id)).toContain(id);
      await expect(upstreamTarget(id)).rejects.toMatchObject({ code: "not_found" });
      await expectAudit(tx, "source", id, { action: "sources:remove", actorId: admin.id });

      await restoreSource(admin, { id });
      expect(await getSource(admin, id)).toMatchObject({ validTo: null, credentials: "kept" });
      expect((await upstreamTarget(id)).url).toBe(input.url);
    }));

  it("frees its name, and restoring then conflicts", () =>
    withAdmin(async (_, admin) => {
      const { id } = await addSource(admin, input);
      await removeSource(admin, { id, now });
      await addSource(admin, input);
      await expect(restoreSource(admin, { id })).rejects.toMatchObject({ code: "conflict" });
    }));
});

describe("the source of an environment variable", () => {
  const given = { kind: "jaeger" as const, url: "http://jaeger:16686", credentials: null };

  it("is made once, moves with its variable, and cannot be moved or removed by hand", () =>
    withAdmin(async (tx, admin) => {
      const id = await ensureEnvironmentSource(environment, given);
      expect(await ensureEnvironmentSource(environment, given)).toBe(id);
      expect(await tx.auditEvent.count({ where: { resourceId: id! } })).toBe(1);
      expect(await getSource(admin, id!)).toMatchObject({
        name: "jaeger",
        fromEnvironment: true,
        actions: ["edit"],
      });
      await expect(removeSource(admin, { id: id!, now })).rejects.toMatchObject({ code: "conflict" });
      await expect(editSource(admin, { id: id!, patch: { url: "http://other" } })).rejects.toMatchObject({
        fields: [{ path: "url", message: expect.stringContaining("JAEGER_URL") }],
      });
      expect(await ensureEnvironmentSource(environment, { ...given, url: "http://other:16686" })).toBe(id);
      expect(await getSource(admin, id!)).toMatchObject({ url: "http://other:16686", version: 2 });
    }));

  it("is an administrator's own once the variable is gone", () =>
    withAdmin(async (_, admin) => {
      const id = await ensureEnvironmentSource(environment, given);
      await ensureEnvironmentSource(environment, { ...given, url: null });
      expect(await getSource(admin, id!)).toMatchObject({
        fromEnvironment: false,
        actions: ["edit", "remove"],
      });
      // With the variable back, the source of that URL is taken over again.
      expect(await ensureEnvironmentSource(environment, given)).toBe(id);
    }));

  it("seals the user and password of its URL, once", () =>
    withAdmin(async (tx) => {
      const withPassword = { ...given, credentials: { username: "u", password: "swordfish" } };
      const id = await ensureEnvironmentSource(environment, withPassword);
      await ensureEnvironmentSource(environment, withPassword);
      expect(await tx.auditEvent.count({ where: { resourceId: id! } })).toBe(1);
      expect(await secretOf(id!)).toMatchObject({ username: "u", password: "swordfish" });
      await ensureEnvironmentSource(environment, {
        ...given,
        credentials: { username: "u", password: "marlin" },
      });
      expect(await secretOf(id!)).toMatchObject({ password: "marlin" });
    }));
});

it("is made once by consoles that start together", async () => {
  await withTestTransaction(async () => {});
  const url = `http://alerts-${randomBytes(4).toString("hex")}:9093`;
  const given = { kind: "alertmanager" as const, url, credentials: null };
  const ids = await Promise.all(Array.from({ length: 5 }, () => ensureEnvironmentSource(environment, given)));
  const [id] = ids;
  try {
    expect(new Set(ids).size).toBe(1);
    expect(await prisma().source.count({ where: { url } })).toBe(1);
    expect(await prisma().auditEvent.count({ where: { resourceId: id! } })).toBe(1);
  } finally {
    await prisma().source.delete({ where: { id: id! } });
  }
});

describe("a rotated or lost encryption key", () => {
  const otherKey = randomBytes(32).toString("base64");

  it("asks for the credentials again when the key is gone, and the rest goes on", () =>
    withAdmin(async (tx, admin) => {
      const { id } = await addSource(admin, input);
      const secret = sealCredentials(id, { token: "swordfish", headers: {} }, parseKeyRing(otherKey));
      await tx.source.update({ where: { id }, data: { secret } });
      forgetTarget(id);
      expect(await getSource(admin, id)).toMatchObject({ credentials: "asked_again", reachable: false });
      await expect(upstreamTarget(id)).rejects.toMatchObject({ code: "upstream_unauthorized" });
      // Renaming leaves what the key may open once it is back.
      await editSource(admin, { id, patch: { name: "renamed" } });
      expect((await tx.source.findUniqueOrThrow({ where: { id } })).secret).not.toBeNull();
      const entered = await editSource(admin, {
        id,
        patch: {
          authentication: { type: "bearer", token: "marlin" },
          headers: [{ name: "X-Scope-OrgID", value: "team" }],
        },
      });
      expect(entered.credentials).toBe("kept");
    }));

  it("seals everything with the newest key, once, and leaves what does not open", () =>
    withAdmin(async (tx, admin) => {
      const { id } = await addSource(admin, input);
      const lost = await addSource(admin, { ...input, name: "lost", url: "https://lost.example" });
      await tx.source.update({
        where: { id },
        data: { secret: sealCredentials(id, { token: "swordfish", headers: {} }, parseKeyRing(keys.older)) },
      });
      await tx.source.update({
        where: { id: lost.id },
        data: { secret: sealCredentials(lost.id, { token: "x", headers: {} }, parseKeyRing(otherKey)) },
      });
      expect(await resealSources()).toBe(1);
      const row = await tx.source.findUniqueOrThrow({ where: { id } });
      expect(openCredentials(row, parseKeyRing(keys.newest))).toMatchObject({ token: "swordfish" });
      await expectAudit(tx, "source", id, { action: "sources:reencrypt", actorId: "reencrypt-credentials" });
      expect(await resealSources()).toBe(0);
    }));
});

describe("testing a connection", () => {
  let server: Server;
  let url: string;
  let authorization: (string | undefined)[] = [];

  beforeAll(async () => {
    server = createServer((request, response) => {
      authorization.push(request.headers.authorization);
      if (request.headers.authorization !== "Bearer swordfish")
        return response.writeHead(401).end("no entry");
      response.setHeader("content-type", "application/json");
      const data = request.url?.includes("buildinfo")
        ? { version: "3.5.0" }
        : { resultType: "scalar", result: [0, "1"] };
      response.end(JSON.stringify({ status: "success", data }));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(() => {
    authorization = [];
  });
  afterAll(async () => {
    await closeUpstreamConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const test = (given: object) => sourceTestSchema.parse({ kind: "prometheus", url, ...given });

  it("says what is wrong, and what answers", () =>
    withAdmin(async (_, admin) => {
      expect(await testSource(admin, test({}))).toMatchObject({
        reachable: false,
        problem: expect.stringContaining("401"),
        found: null,
      });
      expect(
        await testSource(admin, test({ authentication: { type: "bearer", token: "swordfish" } })),
      ).toEqual({
        reachable: true,
        problem: null,
        upstream: null,
        found: "Prometheus 3.5.0",
      });
    }));

  it("uses stored credentials for their own host, and never sends them to another", () =>
    withAdmin(async (_, admin) => {
      const { id } = await addSource(admin, { ...input, url, headers: [] });
      const stored = { sourceId: id, authentication: { type: "bearer" } };
      expect(await testSource(admin, test(stored))).toMatchObject({ reachable: true });
      authorization = [];
      await editSource(admin, {
        id,
        patch: { url: "https://metrics.example.com", authentication: { type: "bearer", token: "swordfish" } },
      });
      await expect(testSource(admin, test(stored))).rejects.toMatchObject({
        fields: [{ path: "authentication.token" }],
      });
      expect(authorization).toEqual([]);
    }));

  it("is done to every source by the loop, which writes down what it found", () =>
    withAdmin(async (tx, admin) => {
      const good = await addSource(admin, { ...input, url, headers: [] });
      const bad = await addSource(admin, {
        ...input,
        name: "bad",
        url: `${url}/bad`,
        authentication: { type: "none" },
        headers: [],
      });
      await checkSources(new AbortController().signal);
      expect(await getSource(admin, good.id)).toMatchObject({
        reachable: true,
        problem: null,
        found: "Prometheus 3.5.0",
        version: 1,
      });
      expect(await getSource(admin, bad.id)).toMatchObject({
        reachable: false,
        problem: expect.stringContaining("401"),
      });
      expect(await tx.auditEvent.count({ where: { resourceId: good.id } })).toBe(1);
    }));
});

describe("credentials that a server echoes", () => {
  let server: Server;
  let url: string;

  beforeAll(async () => {
    server = createServer((request, response) => {
      request.resume();
      const { authorization, "x-scope-orgid": tenant } = request.headers;
      response.writeHead(401).end(`who are you, token ${authorization} of ${tenant}`);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    vi.restoreAllMocks();
    await closeUpstreamConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  it.each([
    { type: "bearer" as const, token: "SEKRIT-TOKEN" },
    { type: "basic" as const, username: "scraper", password: "SEKRIT-TOKEN" },
  ])("of type $type come neither to a viewer, nor into the database, nor into the log", (authentication) =>
    withAdmin(async (tx, admin) => {
      const lines = vi.spyOn(log, "warn").mockImplementation(() => undefined);
      const given = { ...input, url, authentication };
      const { id } = await addSource(admin, given);
      const tested = await testSource(admin, sourceTestSchema.parse(given));
      await checkSources(new AbortController().signal);
      await discoverAll(now);
      const logged = lines.mock.calls.filter(([line]) => JSON.stringify(line).includes("discovery_failed"));
      expect(logged).toHaveLength(1);
      const row = await tx.source.findUniqueOrThrow({ where: { id } });
      const shown = await getSource(await asUser(tx, "viewer"), id);
      for (const told of [tested.problem, tested.upstream, row.problem, shown.problem, logged]) {
        const text = JSON.stringify(told);
        expect(text).toContain("who are you, token [redacted] of [redacted]");
        expect(text).not.toMatch(/SEKRIT|scraper|team-llm/i);
        expect(text).not.toContain(Buffer.from("scraper:SEKRIT-TOKEN").toString("base64"));
      }
      lines.mockRestore();
    }),
  );
});
