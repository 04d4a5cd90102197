import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { DEFAULT_TEAM_ID, systemActor } from "@/lib/auth/actor";
import type { Transaction } from "@/lib/db/client";
import { asUser, expectAudit, withTestTransaction } from "@/testing/database";
import { chooseLabels, saveDiscoveries } from "./commands";
import { findService, listServices, queryableServices } from "./queries";

const actor = systemActor("service-discovery");
const seenAt = new Date("2026-01-01T00:00:00Z");

const newSource = (tx: Transaction, name = "prometheus") =>
  tx.source.create({
    data: {
      teamId: DEFAULT_TEAM_ID,
      kind: "prometheus",
      name: `${name}-${randomUUID()}`,
      url: "http://127.0.0.1:1",
    },
  });
const found = (job: string, versions: string[] = ["v1"]) => ({
  identity: { job },
  engines: ["vllm"],
  models: ["llama"],
  versions,
  instances: ["a"],
  labels: { version: "version" },
  selector: {
    profiles: [
      {
        id: "vllm" as const,
        matchers: [{ label: "job", op: "=" as const, value: job }],
        labels: { version: "version" },
      },
    ],
    scrapeInterval: 5,
  },
});
const newJob = () => `job-${randomUUID()}`;

describe("saveDiscoveries", () => {
  it("makes a service once, and brings it up to date after that", () =>
    withTestTransaction(async (tx) => {
      const source = await newSource(tx);
      const job = newJob();
      expect(await saveDiscoveries(actor, { sourceId: source.id, seenAt, services: [found(job)] })).toEqual({
        added: 1,
      });
      const later = new Date(seenAt.getTime() + 30_000);
      const again = { sourceId: source.id, seenAt: later, services: [found(job, ["v1", "v2"])] };
      expect(await saveDiscoveries(actor, again)).toEqual({ added: 0 });
      const service = await findService(actor, job);
      expect(service).toMatchObject({
        id: job,
        versions: ["v1", "v2"],
        lastSeenAt: later.toISOString(),
        versionColorSlots: { v1: 1, v2: 2 },
      });
      const row = await tx.service.findFirstOrThrow({ where: { name: job } });
      await expectAudit(tx, "service", row.id, { action: "services:rediscover", actorId: actor.id });
    }));

  it("writes no audit event when only the time moved on", () =>
    withTestTransaction(async (tx) => {
      const source = await newSource(tx);
      const job = newJob();
      for (const seconds of [0, 30, 60])
        await saveDiscoveries(actor, {
          sourceId: source.id,
          seenAt: new Date(seenAt.getTime() + seconds * 1000),
          services: [found(job)],
        });
      const row = await tx.service.findFirstOrThrow({ where: { name: job } });
      expect(await tx.auditEvent.count({ where: { resourceId: row.id } })).toBe(1);
    }));

  it("gives two services of one name in two sources two ids", () =>
    withTestTransaction(async (tx) => {
      const [first, second] = [await newSource(tx), await newSource(tx, "eu")];
      const job = newJob();
      for (const { id } of [first, second])
        await saveDiscoveries(actor, { sourceId: id, seenAt, services: [found(job)] });
      const names = (await tx.service.findMany({ where: { name: { startsWith: job } } })).map(
        ({ name }) => name,
      );
      expect(names.sort()).toEqual([job, `${job}-${second.name}`].sort());
      const measured = await queryableServices(actor, [job, "nobody"]);
      expect([...measured.keys()]).toEqual([job]);
    }));

  it("keeps a service that was not found this time", () =>
    withTestTransaction(async (tx) => {
      const source = await newSource(tx);
      const job = newJob();
      await saveDiscoveries(actor, { sourceId: source.id, seenAt, services: [found(job)] });
      await saveDiscoveries(actor, {
        sourceId: source.id,
        seenAt: new Date(seenAt.getTime() + 1),
        services: [],
      });
      expect((await findService(actor, job)).lastSeenAt).toBe(seenAt.toISOString());
    }));

  it("ends one that was not seen for seven days, and brings it back when it is", () =>
    withTestTransaction(async (tx) => {
      const source = await newSource(tx);
      const job = newJob();
      const save = (days: number, services: ReturnType<typeof found>[]) =>
        saveDiscoveries(actor, {
          sourceId: source.id,
          seenAt: new Date(seenAt.getTime() + days * 86_400_000),
          services,
        });
      await save(0, [found(job)]);
      const { id } = await tx.service.findFirstOrThrow({ where: { name: job } });
      await save(7, []);
      expect(await findService(actor, job)).toMatchObject({ id: job });
      await save(7.01, []);
      await expect(findService(actor, job)).rejects.toMatchObject({ code: "not_found" });
      await expectAudit(tx, "service", id, { action: "services:end", actorId: actor.id });
      expect(await save(9, [found(job)])).toEqual({ added: 1 });
      expect(await tx.service.findMany({ where: { sourceId: source.id } })).toMatchObject([
        { id, name: job, validTo: null },
      ]);
      await expectAudit(tx, "service", id, { action: "services:reopen", actorId: actor.id });
    }));

  it("is refused to a viewer", () =>
    withTestTransaction(async (tx) => {
      const source = await newSource(tx);
      const viewer = await asUser(tx, "viewer");
      const save = saveDiscoveries(viewer, { sourceId: source.id, seenAt, services: [found("x")] });
      await expect(save).rejects.toMatchObject({ code: "forbidden" });
    }));
});

describe("a name with a NUL", () => {
  it("is nobody's", () =>
    withTestTransaction(async () => {
      await expect(findService(actor, "a\u0000")).rejects.toMatchObject({ code: "not_found" });
      expect((await queryableServices(actor, ["a\u0000"])).size).toBe(0);
      const cursor = Buffer.from("a\u0000").toString("base64url");
      await expect(listServices(actor, { limit: 1, cursor })).rejects.toMatchObject({
        code: "invalid_request",
      });
    }));
});

describe("listServices", () => {
  it("pages by name and marks the services of a source that is down", () =>
    withTestTransaction(async (tx) => {
      await tx.service.updateMany({ data: { validTo: seenAt } });
      const [up, down] = [await newSource(tx), await newSource(tx)];
      await tx.source.update({
        where: { id: down.id },
        data: { reachable: false, problem: "Nothing listens." },
      });
      await saveDiscoveries(actor, { sourceId: up.id, seenAt, services: [found("a"), found("b")] });
      await saveDiscoveries(actor, { sourceId: down.id, seenAt, services: [found("prod/c")] });
      const first = await listServices(actor, { limit: 2 });
      expect(first.items.map(({ id }) => id)).toEqual(["a", "b"]);
      const second = await listServices(actor, { limit: 2, cursor: first.nextCursor! });
      expect(second).toMatchObject({
        items: [{ id: "prod/c", reachable: false, problem: "Nothing listens." }],
        nextCursor: null,
      });
      await expect(listServices(actor, { limit: 2, cursor: "not one" })).rejects.toMatchObject({
        code: "invalid_request",
      });
    }));
});

describe("chooseLabels", () => {
  it("puts a person's word over the guess, until null takes it back", () =>
    withTestTransaction(async (tx) => {
      const source = await newSource(tx);
      const job = newJob();
      await saveDiscoveries(actor, { sourceId: source.id, seenAt, services: [found(job)] });
      const operator = await asUser(tx, "operator");
      await chooseLabels(operator, { name: job, labels: { version: "release", model: "" } });
      expect(await findService(actor, job)).toMatchObject({
        labels: { version: "release", model: null },
        labelChoices: { version: "release", model: "" },
      });
      const measured = (await queryableServices(actor, [job])).get(job);
      expect(measured?.profiles[0]?.labels).toEqual({ version: "release" });
      const { id } = await tx.service.findFirstOrThrow({ where: { name: job } });
      const event = await expectAudit(tx, "service", id, {
        action: "services:choose_labels",
        actorId: operator.id,
      });
      expect(event.after).toMatchObject({ labelChoices: { version: "release", model: "" } });

      await saveDiscoveries(actor, { sourceId: source.id, seenAt, services: [found(job)] });
      expect((await findService(actor, job)).labelChoices).toEqual({ version: "release", model: "" });
      await chooseLabels(operator, { name: job, labels: { version: null } });
      expect((await findService(actor, job)).labelChoices).toEqual({ model: "" });
    }));

  it("stands over what a discovery that began before it finds", () =>
    withTestTransaction(async (tx) => {
      const source = await newSource(tx);
      const job = newJob();
      const save = () => saveDiscoveries(actor, { sourceId: source.id, seenAt, services: [found(job)] });
      await save();
      await chooseLabels(await asUser(tx, "operator"), { name: job, labels: { version: "release" } });
      await save();
      expect((await findService(actor, job)).labels.version).toBe("release");
      const measured = (await queryableServices(actor, [job, "another"])).get(job);
      expect(measured?.profiles[0]?.labels).toEqual({ version: "release" });
    }));

  it("writes no audit event where nothing changes", () =>
    withTestTransaction(async (tx) => {
      const source = await newSource(tx);
      const job = newJob();
      await saveDiscoveries(actor, { sourceId: source.id, seenAt, services: [found(job)] });
      await chooseLabels(await asUser(tx, "operator"), { name: job, labels: {} });
      const { id } = await tx.service.findFirstOrThrow({ where: { name: job } });
      expect(await tx.auditEvent.count({ where: { resourceId: id } })).toBe(1);
    }));

  it("is refused to a viewer, for nobody's service and for what is no label", () =>
    withTestTransaction(async (tx) => {
      const labels = { version: "release" };
      await expect(chooseLabels(await asUser(tx, "viewer"), { name: "x", labels })).rejects.toMatchObject({
        code: "forbidden",
      });
      const operator = await asUser(tx, "operator");
      await expect(chooseLabels(operator, { name: newJob(), labels })).rejects.toMatchObject({
        code: "not_found",
      });
      await expect(
        chooseLabels(operator, { name: "x", labels: { version: "__name__" } }),
      ).rejects.toMatchObject({ code: "invalid_request" });
    }));
});

it("ends what belongs to another service at once, but not an engine that is away", () =>
  withTestTransaction(async (tx) => {
    const source = await newSource(tx);
    const [engine, gpus] = [newJob(), newJob()];
    const fleet = {
      ...found(gpus, []),
      engines: [],
      labels: {},
      selector: {
        profiles: [
          { id: "dcgm" as const, matchers: [{ label: "job", op: "=" as const, value: gpus }], labels: {} },
        ],
        scrapeInterval: 5,
      },
    };
    await saveDiscoveries(actor, { sourceId: source.id, seenAt, services: [found(engine), fleet] });
    await saveDiscoveries(actor, {
      sourceId: source.id,
      seenAt,
      services: [],
      absorbed: [{ job: gpus }, { job: engine }],
    });
    const names = await tx.service.findMany({ where: { sourceId: source.id, validTo: null } });
    expect(names.map(({ name }) => name)).toEqual([engine]);
  }));

it("keeps how a source's discovery went", () =>
  withTestTransaction(async (tx) => {
    const source = await newSource(tx);
    const report = { calls: 4, seconds: 0.2, names: 900, series: 7, waiting: 0, notes: ["A note."] };
    await saveDiscoveries(actor, { sourceId: source.id, seenAt, report, services: [] });
    expect(await tx.source.findUnique({ where: { id: source.id } })).toMatchObject({
      version: source.version,
      discovery: { ...report, at: seenAt.toISOString() },
    });
  }));
