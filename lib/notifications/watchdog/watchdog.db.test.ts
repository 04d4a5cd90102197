import { afterEach, beforeEach, expect, it } from "vitest";
import { prisma } from "@/lib/db/client";
import { type HttpSink, startHttpSink } from "@/testing/notification-sinks";
import { type NotifiedTeam, notifiedTeam } from "@/testing/notified-team";
import "@/testing/database";
import { addChannel, removeChannel } from "../channels/commands";
import { deliverDue } from "../messages/job";
import { listMessages } from "../queries";
import { setWatchdog } from "./commands";
import { beatDue } from "./job";
import { watchdogOf } from "./queries";

const start = Date.now();
const at = (seconds: number) => new Date(start + seconds * 1000);

let team: NotifiedTeam;
let sink: HttpSink;
beforeEach(async () => {
  team = await notifiedTeam();
  sink = await startHttpSink();
});
afterEach(async () => {
  await sink.stop();
  const of = { where: { teamId: team.actor.teamId } };
  await prisma().watchdog.deleteMany(of);
  await prisma().alertRule.deleteMany(of);
  await prisma().ruleGroup.deleteMany(of);
  await team.remove();
});

async function channel(): Promise<string> {
  const { id } = await addChannel(team.actor, {
    kind: "webhook",
    name: "Snitch",
    url: `${sink.url}/snitch`,
    secret: "a signing key of a test",
  });
  return id;
}

async function round(seconds: number): Promise<number> {
  await beatDue(at(seconds), team.actor.teamId);
  await deliverDue(new AbortController().signal, { teamId: team.actor.teamId });
  return sink.requests.length;
}

it("fires again and again to the channel of choice, until it is turned off", async () => {
  const id = await channel();
  expect(await round(0)).toBe(0);
  await setWatchdog(team.actor, { channel: id, interval: 60, ifMatch: 0, now: at(0) });
  expect(await round(1)).toBe(1);
  expect(await round(31)).toBe(1);
  expect(await round(61)).toBe(2);
  expect(await round(121)).toBe(3);
  for (const { body } of sink.requests)
    expect(JSON.parse(body)).toMatchObject({
      status: "firing",
      alerts: [{ status: "firing", labels: { alertname: "Watchdog", severity: "none" } }],
    });
  expect(await watchdogOf(team.actor)).toMatchObject({
    channel: { id, name: "Snitch" },
    sentAt: at(121).toISOString(),
    problem: null,
    last: { state: "delivered", response: { status: 200 } },
    version: 1,
  });
  expect((await listMessages(team.actor, {}, { limit: 10 })).items).toEqual([]);
  await expect(removeChannel(team.actor, { id, now: at(130) })).rejects.toMatchObject({
    code: "conflict",
    detail: "The heartbeat goes to Snitch. Choose another channel for it first.",
  });
  await expect(setWatchdog(team.actor, { channel: null, ifMatch: 0, now: at(130) })).rejects.toMatchObject({
    code: "precondition_failed",
  });
  await setWatchdog(team.actor, { channel: null, ifMatch: 1, now: at(130) });
  expect(await round(300)).toBe(3);
});

it("is held back while a rule that notifies is not evaluated", async () => {
  const { teamId } = team.actor;
  const source = await prisma().source.create({
    data: { teamId, kind: "prometheus", name: "p", url: "http://127.0.0.1:9" },
  });
  const group = await prisma().ruleGroup.create({
    data: { teamId, sourceId: source.id, origin: "console", file: "console", name: "g" },
  });
  const { id: ruleId } = await prisma().alertRule.create({
    data: {
      teamId,
      groupId: group.id,
      position: 0,
      kind: "alerting",
      name: "Down",
      expr: "up == 0",
      levels: [{ severity: null, threshold: null }],
      validFrom: at(-3_600),
    },
  });
  await setWatchdog(team.actor, { channel: await channel(), interval: 60, ifMatch: 0, now: at(0) });
  const evaluated = (seconds: number) =>
    prisma().ruleStatus.upsert({
      where: { ruleId },
      create: { ruleId, evaluatedFor: at(seconds) },
      update: { evaluatedFor: at(seconds) },
    });
  expect(await round(0)).toBe(0);
  expect((await watchdogOf(team.actor)).problem).toMatch(
    /^Held back, because the rule Down was last evaluated at \d{4}-\d\d-\d\d \d\d:\d\d UTC or before\.$/,
  );
  await evaluated(0);
  expect(await round(15)).toBe(1);
  expect((await watchdogOf(team.actor)).problem).toBeNull();
  expect(await round(419)).toBe(2);
  expect(await round(500)).toBe(2);
  await prisma().alertRule.update({ where: { id: ruleId }, data: { mode: "observe" } });
  expect(await round(510)).toBe(3);
});

it("sends only the newest to a channel that was away", async () => {
  sink.answers.splice(0, 1, 500);
  await setWatchdog(team.actor, { channel: await channel(), interval: 60, ifMatch: 0, now: at(0) });
  expect(await round(0)).toBe(1);
  sink.answers.splice(0, 1, 200);
  await beatDue(at(60), team.actor.teamId);
  await beatDue(at(120), team.actor.teamId);
  expect(await round(180)).toBe(2);
  expect((await watchdogOf(team.actor)).last).toMatchObject({ state: "delivered" });
});
