import { randomUUID } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fingerprintOf } from "@/lib/alerts/labels";
import { prisma, transaction } from "@/lib/db/client";
import "@/testing/database";
import { type NotifiedTeam, notifiedTeam } from "@/testing/notified-team";
import { addChannel, removeChannel } from "./channels/commands";
import { enqueueChanges, wakeGroupsOf } from "./groups/commands";
import { flushDue } from "./groups/job";
import { enqueueSummary } from "./messages/commands";
import { putPolicy } from "./policies/commands";
import { listMessages } from "./queries";
import type { PolicyTreeInput } from "./schema";

let team: NotifiedTeam;
let pager: string;

const start = Date.parse("2026-03-04T14:00:00Z");
const at = (seconds: number) => new Date(start + seconds * 1000);
const labels = (more: Record<string, string> = {}) => ({
  alertname: "HighLatency",
  service: "chat-api",
  severity: "warning",
  ...more,
});

const policy = async (tree: PolicyTreeInput, ifMatch = 0, now = at(0)) =>
  putPolicy(team.actor, { ifMatch, tree, now });

const flush = (now: Date) => flushDue(now, { teamId: team.actor.teamId });

/** What was written to the outbox, the oldest first, in short. */
const told = async () =>
  (await listMessages(team.actor, {}, { limit: 100 })).items
    .reverse()
    .map(({ reason, firing, resolved, key }) => `${reason} ${firing}+${resolved} ${key}`);

const group = '{}:{alertname="HighLatency", service="chat-api"}';

beforeEach(async () => {
  team = await notifiedTeam();
  const channel = await addChannel(team.actor, {
    kind: "webhook",
    name: "Pager",
    url: "http://127.0.0.1:9/",
    secret: "a signing key of a test",
  });
  pager = channel.id;
});
afterEach(() => team.remove());

describe("what fires", () => {
  it("waits for the group, is told once for all GPUs of a service, and of its end", async () => {
    await policy({ channels: [pager] });
    const ids: string[] = [];
    for (const gpu of ["0", "1", "2"]) ids.push(await team.fire(labels({ gpu }), { at: at(Number(gpu)) }));
    expect(await flush(at(29))).toBe(0);
    expect(await flush(at(31))).toBe(1);
    expect(await told()).toEqual([`change 3+0 ${group}`]);
    await team.resolve(ids[0]!, at(40));
    expect(await flush(at(300))).toBe(0);
    expect(await flush(at(331))).toBe(1);
    for (const id of ids.slice(1)) await team.resolve(id, at(340));
    await flush(at(700));
    expect(await flush(at(5_000))).toBe(0);
    expect(await told()).toEqual([`change 3+0 ${group}`, `change 2+1 ${group}`, `change 0+2 ${group}`]);
  });

  it("is told as resolved where no worker was there to tell that it fired", async () => {
    await policy({ channels: [pager] });
    await team.resolve(await team.fire(labels({ gpu: "0" }), { at: at(0) }), at(20));
    await flush(at(31));
    expect(await told()).toEqual([]);
    await team.resolve(await team.fire(labels({ gpu: "1" }), { at: at(100) }), at(150));
    await flush(at(200));
    expect(await told()).toEqual([`change 0+1 ${group}`]);
  });

  it("is told as resolved where its end came to light after it was to be told, though it was before", async () => {
    await policy({ channels: [pager], groupWait: 0 });
    const id = await team.fire(labels(), { at: at(100) });
    await prisma().notificationGroup.updateMany({
      where: { teamId: team.actor.teamId },
      data: { nextAt: at(120) },
    });
    await transaction((tx) =>
      enqueueChanges(
        tx,
        team.actor.teamId,
        [
          {
            alertId: id,
            fingerprint: fingerprintOf(labels()),
            labels: labels(),
            annotations: {},
            state: "resolved",
            startsAt: at(100),
            endsAt: at(118),
          },
        ],
        at(130),
      ),
    );
    await prisma().alert.update({ where: { id }, data: { state: "inactive", resolvedAt: at(118) } });
    await flush(at(131));
    expect(await told()).toEqual([`change 0+1 ${group}`]);
  });

  it("is not told of by a rule that observes, nor where there is no policy", async () => {
    await team.fire(labels(), { at: at(0) });
    expect(await flush(at(60))).toBe(0);
    await policy({ channels: [pager] });
    await team.fire(labels({ service: "embed" }), { at: at(0), isEnforced: false });
    await flush(at(60));
    expect(await told()).toEqual([`change 1+0 ${group}`]);
  });

  it("is told by who evaluates it, unless the policy says otherwise", async () => {
    await policy({ channels: [pager] });
    await team.fire(labels(), { at: at(0), origin: "alertmanager" });
    expect(await flush(at(60))).toBe(0);
    await policy({ channels: [pager], tellsExternal: true }, 1);
    expect(await flush(at(60))).toBe(1);
  });

  it("is never sent back to an Alertmanager", async () => {
    const source = await prisma().source.create({
      data: { teamId: team.actor.teamId, kind: "alertmanager", name: "am", url: "http://127.0.0.1:9" },
    });
    const relay = await addChannel(team.actor, {
      kind: "alertmanager",
      name: "Cluster",
      sourceIds: [source.id],
    });
    await policy({ channels: [relay.id], tellsExternal: true });
    await team.fire(labels(), { at: at(0), origin: "alertmanager" });
    await team.fire(labels({ service: "embed" }), { at: at(0), origin: "prometheus" });
    await flush(at(60));
    expect(await told()).toEqual([]);
    await team.fire(labels({ service: "rerank" }), { at: at(0) });
    await flush(at(0));
    expect(await told()).toEqual(["change 1+0 {}:{}"]);
  });

  it("as a warning is not told while its critical tier fires", async () => {
    await policy({ channels: [pager] });
    await team.fire(labels(), { at: at(0) });
    const critical = await team.fire(labels({ severity: "critical" }), { at: at(0) });
    await flush(at(31));
    expect(await told()).toEqual([`change 1+0 ${group}`]);
    await team.resolve(critical, at(60));
    await flush(at(340));
    expect((await told()).at(-1)).toBe(`change 1+1 ${group}`);
  });

  it("is not told while a silence covers it", async () => {
    await policy({ channels: [pager] });
    await prisma().silence.create({
      data: {
        teamId: team.actor.teamId,
        matchers: [{ name: "service", value: "chat-.*", isRegex: true, isEqual: true }],
        startsAt: at(0),
        endsAt: at(3_600),
        comment: "Planned",
        createdBy: "a test",
      },
    });
    await team.fire(labels(), { at: at(0) });
    expect(await flush(at(60))).toBe(0);
    expect(await flush(at(3_700))).toBe(1);
  });

  it("is not repeated while someone sees to it, and told again once that runs out", async () => {
    await policy({ channels: [pager], groupWait: 0, repeatInterval: 600 });
    const id = await team.fire(labels(), { at: at(0) });
    await flush(at(1));
    await transaction(async (tx) => {
      await tx.acknowledgement.create({
        data: { alertId: id, actorId: "u", actorName: "u", at: at(60), until: at(1_000), openKey: id },
      });
      await wakeGroupsOf(tx, team.actor.teamId, [id], at(60));
    });
    expect(await flush(at(60))).toBe(0);
    expect(await flush(at(700))).toBe(0);
    expect(await flush(at(1_001))).toBe(1);
    expect(await told()).toEqual([`change 1+0 ${group}`, `change 1+0 ${group}`]);
  });

  it("goes to the groups of a new policy", async () => {
    await policy({ channels: [pager], groupBy: ["service"] });
    await team.fire(labels(), { at: at(0) });
    await flush(at(31));
    await policy({ channels: [pager], groupBy: ["severity"] }, 1, at(40));
    await flush(at(71));
    expect(await told()).toEqual([
      'change 1+0 {}:{service="chat-api"}',
      'change 1+0 {}:{severity="warning"}',
    ]);
    expect(await flush(at(400))).toBe(0);
  });
});

it("tells of what was missed in one message a channel", async () => {
  await policy({ channels: [pager] });
  const ids: string[] = [];
  for (const service of ["chat-api", "embed"]) {
    const id = await team.fire(labels({ service }), { at: at(0) });
    await team.resolve(id, at(10));
    ids.push(id);
  }
  await transaction((tx) => enqueueSummary(tx, team.actor.teamId, ids));
  expect(await told()).toEqual(["summary 0+2 summary"]);
});

describe("a policy", () => {
  it("is refused for a channel that is none, and for another version than the present", async () => {
    await expect(policy({ routes: [{ matchers: [], channels: [randomUUID()] }] })).rejects.toMatchObject({
      code: "invalid_request",
      fields: [{ path: "routes.0.channels.0" }],
    });
    await policy({ channels: [pager] });
    await expect(policy({})).rejects.toMatchObject({
      code: "precondition_failed",
      current: { version: 1, channels: [pager] },
    });
  });

  it("keeps a channel that it names from being removed", async () => {
    await policy({ channels: [pager] });
    await expect(removeChannel(team.actor, { id: pager, now: at(0) })).rejects.toMatchObject({
      code: "conflict",
      detail: expect.stringContaining("first route"),
    });
    await policy({}, 1);
    await removeChannel(team.actor, { id: pager, now: at(0) });
  });
});
