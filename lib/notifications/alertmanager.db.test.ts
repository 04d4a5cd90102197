import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createAlertmanagerClient } from "@/lib/alertmanager/client";
import { prisma } from "@/lib/db/client";
import { closeUpstreamConnections } from "@/lib/upstream/fetch";
import { type RunningAlertmanager, startAlertmanager, whyNoAlertmanager } from "@/testing/alertmanager";
import "@/testing/database";
import { type HttpSink, startHttpSink } from "@/testing/notification-sinks";
import { type NotifiedTeam, notifiedTeam } from "@/testing/notified-team";
import { freePort } from "@/testing/ports";
import { addChannel } from "./channels/commands";
import { flushDue } from "./groups/job";
import { deliverDue } from "./messages/job";
import { putPolicy } from "./policies/commands";
import { listMessages } from "./queries";

const missing = whyNoAlertmanager();

describe.skipIf(missing !== null)(`a real Alertmanager${missing === null ? "" : ` (${missing})`}`, () => {
  let team: NotifiedTeam;
  let sink: HttpSink;
  const running: RunningAlertmanager[] = [];

  async function start(port?: number): Promise<RunningAlertmanager> {
    const started = await startAlertmanager({ webhook: `${sink.url}/`, port });
    running.push(started);
    return started;
  }

  const addSource = (name: string, url: string) =>
    prisma().source.create({ data: { teamId: team.actor.teamId, kind: "alertmanager", name, url } });

  beforeEach(async () => {
    team = await notifiedTeam();
    sink = await startHttpSink();
  });
  afterEach(async () => {
    await closeUpstreamConnections();
    for (const one of running.splice(0)) await one.stop();
    await sink.stop();
    await team.remove();
  });

  const labels = { alertname: "HighLatency", service: "chat-api", severity: "critical" };
  const flush = (now: Date) => flushDue(now, { teamId: team.actor.teamId });
  const deliver = () => deliverDue(new AbortController().signal, { teamId: team.actor.teamId });
  const clientOf = ({ url }: { url: string }) =>
    createAlertmanagerClient({ id: url, kind: "alertmanager", url, headers: {} });
  const statusesOf = (received: HttpSink) =>
    received.requests.map(({ body }) => (JSON.parse(body) as { status: string }).status);

  it("is told at once, again within its time, and of the end; it notifies of both", async () => {
    const [one, other] = [await start(), await start()];
    const sources = [await addSource("one", one.url), await addSource("other", other.url)];
    const channel = await addChannel(team.actor, {
      kind: "alertmanager",
      name: "Cluster",
      sourceIds: sources.map(({ id }) => id),
    });
    const begun = new Date();
    await putPolicy(team.actor, { ifMatch: 0, tree: { channels: [channel.id] }, now: begun });
    const id = await team.fire(labels, { at: begun, annotations: { summary: "slow" } });
    await flush(begun);
    await deliver();
    for (const member of [one, other]) {
      const [alert] = await clientOf(member).alerts();
      expect(alert).toMatchObject({ labels, annotations: { summary: "slow" }, status: {} });
      expect(alert!.generatorURL).toContain(`/alerts/${id}`);
      expect(Date.parse(alert!.startsAt)).toBe(begun.getTime());
      const heldFor = (Date.parse(alert!.endsAt) - Date.now()) / 1000;
      expect(heldFor).toBeGreaterThan(200);
      expect(heldFor).toBeLessThanOrEqual(240);
    }
    // A member each, as they are no cluster here.
    await sink.received(2);
    expect(statusesOf(sink)).toEqual(["firing", "firing"]);

    await flush(new Date(begun.getTime() + 61_000));
    await deliver();
    const { items } = await listMessages(team.actor, {}, { limit: 10 });
    expect(items.map(({ reason, state }) => `${reason} ${state}`)).toEqual([
      "repeat delivered",
      "change delivered",
    ]);

    const ended = new Date();
    await team.resolve(id, ended);
    await flush(ended);
    await deliver();
    await sink.received(4);
    expect(statusesOf(sink).slice(2)).toEqual(["resolved", "resolved"]);
    expect(await clientOf(one).alerts()).toEqual([]);
  }, 60_000);

  it("that is away gets all there is once it is back; one member is enough", async () => {
    const ports = [await freePort(), await freePort()];
    const sources = [];
    for (const port of ports) sources.push((await addSource(`m${port}`, `http://127.0.0.1:${port}`)).id);
    const channel = await addChannel(team.actor, {
      kind: "alertmanager",
      name: "Cluster",
      sourceIds: sources,
    });
    const begun = new Date();
    await putPolicy(team.actor, { ifMatch: 0, tree: { channels: [channel.id] }, now: begun });
    await team.fire(labels, { at: begun });
    await flush(begun);
    await deliver();
    const state = async () =>
      (await listMessages(team.actor, {}, { limit: 10 })).items.map(
        ({ state: now, response }) => `${now}: ${response?.body}`,
      );
    expect(await state()).toEqual(["waiting: 0 of 2 members took it"]);
    const back = await start(ports[1]);
    await wait();
    await deliver();
    expect(await state()).toEqual(["delivered: 1 of 2 members took it"]);
    expect(await clientOf(back).alerts()).toHaveLength(1);
  }, 60_000);

  const wait = () =>
    prisma().outboxMessage.updateMany({ where: { teamId: team.actor.teamId }, data: { nextAt: new Date() } });

  it("is posted to at every member, again before the alert would end there, and so has all after it was away", async () => {
    const awayPort = await freePort();
    const one = await start();
    const sources = [
      await addSource("one", one.url),
      await addSource("away", `http://127.0.0.1:${awayPort}`),
    ];
    const channel = await addChannel(team.actor, {
      kind: "alertmanager",
      name: "Cluster",
      sourceIds: sources.map(({ id }) => id),
    });
    const begun = new Date();
    await putPolicy(team.actor, { ifMatch: 0, tree: { channels: [channel.id] }, now: begun });
    await team.fire(labels, { at: begun });
    await flush(begun);
    await deliver();
    const [first] = await clientOf(one).alerts();
    const back = await start(awayPort);
    expect(await clientOf(back).alerts()).toEqual([]);

    const again = new Date(begun.getTime() + 60_000);
    expect(again.getTime()).toBeLessThan(Date.parse(first!.endsAt));
    await flush(again);
    await deliver();
    const [held, caughtUp] = [(await clientOf(one).alerts())[0]!, (await clientOf(back).alerts())[0]!];
    expect(Date.parse(held.endsAt)).toBeGreaterThan(Date.parse(first!.endsAt));
    expect([held.startsAt, caughtUp.startsAt]).toEqual([first!.startsAt, first!.startsAt]);
    const { items } = await listMessages(team.actor, {}, { limit: 10 });
    expect(items.map(({ response }) => response?.body)).toEqual([
      "2 of 2 members took it",
      "1 of 2 members took it",
    ]);
    // Said again, it is the same alert there: each notifies of it once.
    await sink.received(2);
    expect(statusesOf(sink)).toEqual(["firing", "firing"]);
  }, 60_000);

  it("with a member that hangs is told by the other, and says which did not answer", async () => {
    const [one, hanging] = [await start(), await startHttpSink({ answers: ["hang"] })];
    const sources = [await addSource("hangs", hanging.url), await addSource("one", one.url)];
    const channel = await addChannel(team.actor, {
      kind: "alertmanager",
      name: "Cluster",
      sourceIds: sources.map(({ id }) => id),
    });
    await putPolicy(team.actor, { ifMatch: 0, tree: { channels: [channel.id] }, now: new Date() });
    await team.fire(labels);
    await flush(new Date());
    await deliver();
    await hanging.stop();
    const { items } = await listMessages(team.actor, {}, { limit: 10 });
    expect(items).toMatchObject([
      {
        state: "delivered",
        response: {
          body: "1 of 2 members took it",
          error: `Alertmanager at ${hanging.url} did not answer in time.`,
        },
      },
    ]);
    expect(await clientOf(one).alerts()).toHaveLength(1);
  }, 60_000);

  it("that fails is tried again until it takes it", async () => {
    // The first request asks for its silences.
    const failing = await startHttpSink({ answers: [500, 500, "cut", 503, 200] });
    const { id } = await addSource("fails", failing.url);
    const channel = await addChannel(team.actor, { kind: "alertmanager", name: "Cluster", sourceIds: [id] });
    await putPolicy(team.actor, { ifMatch: 0, tree: { channels: [channel.id] }, now: new Date() });
    await team.fire(labels);
    await flush(new Date());
    const states: string[] = [];
    for (let round = 0; round < 4; round += 1) {
      await deliver();
      states.push((await listMessages(team.actor, {}, { limit: 10 })).items[0]!.state);
      await wait();
    }
    await failing.stop();
    expect(states).toEqual(["waiting", "waiting", "waiting", "delivered"]);
    const posted = failing.requests.filter(({ path }) => path === "/api/v2/alerts");
    expect(posted.map(({ body }) => (JSON.parse(body) as { labels: unknown }[])[0]!.labels)).toEqual([
      labels,
      labels,
      labels,
      labels,
    ]);
  }, 60_000);

  describe("has silences that mute our own channels", () => {
    let receiver: HttpSink;
    const begun = Date.now();
    const past = (ms: number) => new Date(begun + ms);
    const hour = 3_600_000;
    const matcher = (name: string, operator: string, value: string) => ({
      name,
      value,
      isRegex: operator.endsWith("~"),
      isEqual: operator.startsWith("="),
    });

    beforeEach(async () => {
      receiver = await startHttpSink();
      const channel = await addChannel(team.actor, {
        kind: "webhook",
        name: "Pager",
        url: receiver.url,
        secret: "a signing key of a test",
      });
      const tree = { channels: [channel.id], groupWait: 0 };
      await putPolicy(team.actor, { ifMatch: 0, tree, now: past(0) });
    });
    afterEach(() => receiver.stop());

    const told = () =>
      receiver.requests.flatMap(({ body }) =>
        (JSON.parse(body) as { alerts: { labels: Record<string, string> }[] }).alerts.map(
          ({ labels: of }) => of.instance ?? of.service,
        ),
      );

    it("whatever their matchers, while they hold, also once it is away, and each alert is told once then", async () => {
      const manager = await start();
      await addSource("one", manager.url);
      const silences = [
        [matcher("service", "=~", "chat-.*")],
        [matcher("service", "=", "embed"), matcher("region", "!=", "eu")],
        [matcher("service", "=", "rank"), matcher("team", "=", "")],
        [matcher("service", "!~", "chat-.*|embed|rank|told")],
      ];
      for (const matchers of silences)
        await clientOf(manager).createSilence({
          matchers,
          startsAt: past(0).toISOString(),
          endsAt: past(hour).toISOString(),
          createdBy: "a test",
          comment: "Planned",
        });
      const fire = (more: Record<string, string>) => team.fire({ ...labels, ...more }, { at: past(0) });
      await fire({ service: "chat-api", instance: "regex" });
      await fire({ service: "embed", instance: "negative", region: "us" });
      await fire({ service: "rank", instance: "empty" });
      await fire({ service: "other", instance: "negative regex" });
      await fire({ service: "told", instance: "none" });
      await fire({ service: "not-told-of-chat", instance: "negative regex of two" });
      await fire({ service: "embed", instance: "in eu", region: "eu" });
      await fire({ service: "rank", instance: "with team", team: "llm" });
      await flush(past(1_000));
      await deliver();
      expect(told().sort()).toEqual(["in eu", "none", "with team"]);

      // What it said last counts while it does not answer: nobody is told of what is silenced, nor told again.
      await manager.stop();
      for (const minutes of [6, 12, 30]) await flush(past(minutes * 60_000));
      await deliver();
      expect(told()).toHaveLength(3);

      // The silences end as they said, though it is still away.
      await flush(past(hour + 1_000));
      await deliver();
      for (const minutes of [66, 72]) await flush(past(minutes * 60_000));
      await deliver();
      const times = (instance: string) => told().filter((one) => one === instance).length;
      for (const instance of [
        "regex",
        "negative",
        "empty",
        "negative regex",
        "negative regex of two",
        "none",
      ])
        expect([instance, times(instance)]).toEqual([instance, 1]);
    }, 60_000);

    it("and ones that end there are told of, once", async () => {
      const manager = await start();
      await addSource("one", manager.url);
      const id = await clientOf(manager).createSilence({
        matchers: [matcher("service", "=", "chat-api")],
        startsAt: past(0).toISOString(),
        endsAt: past(hour).toISOString(),
        createdBy: "a test",
        comment: "Planned",
      });
      await team.fire(labels, { at: past(0) });
      await flush(past(1_000));
      await clientOf(manager).expireSilence(id);
      expect(told()).toEqual([]);
      for (const minutes of [6, 12]) await flush(past(minutes * 60_000));
      await deliver();
      expect(told()).toEqual(["chat-api"]);
    }, 60_000);

    it("but not where it has never answered", async () => {
      await addSource("never", `http://127.0.0.1:${await freePort()}`);
      await team.fire(labels, { at: past(0) });
      await flush(past(1_000));
      await deliver();
      expect(told()).toEqual(["chat-api"]);
    });
  });
});
