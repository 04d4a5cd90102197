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
    await prisma().outboxMessage.updateMany({
      where: { teamId: team.actor.teamId },
      data: { nextAt: new Date() },
    });
    await deliver();
    expect(await state()).toEqual(["delivered: 1 of 2 members took it"]);
    expect(await clientOf(back).alerts()).toHaveLength(1);
  }, 60_000);

  it("has silences that mute our own channels", async () => {
    const manager = await start();
    await addSource("one", manager.url);
    const receiver = await startHttpSink();
    const channel = await addChannel(team.actor, {
      kind: "webhook",
      name: "Pager",
      url: receiver.url,
      secret: "a signing key of a test",
    });
    const now = new Date();
    await putPolicy(team.actor, { ifMatch: 0, tree: { channels: [channel.id], groupWait: 0 }, now });
    await clientOf(manager).createSilence({
      matchers: [{ name: "service", value: "chat-.*", isRegex: true, isEqual: true }],
      startsAt: now.toISOString(),
      endsAt: new Date(now.getTime() + 3_600_000).toISOString(),
      createdBy: "a test",
      comment: "Planned",
    });
    await team.fire(labels, { at: now });
    await team.fire({ ...labels, service: "embed" }, { at: now });
    expect(await flush(new Date(now.getTime() + 1_000))).toBe(1);
    await deliver();
    expect(receiver.requests.map(({ body }) => (JSON.parse(body) as { groupKey: string }).groupKey)).toEqual([
      '{}:{alertname="HighLatency", service="embed"}',
    ]);
    await receiver.stop();
  }, 60_000);
});
