import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { closeUpstreamConnections } from "@/lib/upstream/fetch";
import { type RunningAlertmanager, startAlertmanager, whyNoAlertmanager } from "@/testing/alertmanager";
import { type AlertmanagerClient, createAlertmanagerClient } from "./client";

const missing = whyNoAlertmanager();

describe.skipIf(missing !== null)(`a real Alertmanager${missing === null ? "" : ` (${missing})`}`, () => {
  let running: RunningAlertmanager;
  let client: AlertmanagerClient;

  beforeAll(async () => {
    running = await startAlertmanager();
    client = createAlertmanagerClient({ id: "real", kind: "alertmanager", url: running.url, headers: {} });
  });
  afterAll(async () => {
    await closeUpstreamConnections();
    await running?.stop();
  });

  const now = Date.now();
  const at = (seconds: number) => new Date(now + seconds * 1000).toISOString();
  const posted = (service: string) => ({
    labels: { alertname: "HighLatency", service, severity: "critical" },
    annotations: { summary: "slow" },
    startsAt: at(-60),
    endsAt: at(240),
    generatorURL: "http://console.example.com/alerts",
  });

  it("takes alerts, groups them, and takes their end", async () => {
    await client.postAlerts([posted("chat-api"), posted("embed")]);
    const alerts = await client.alerts({ filter: ['alertname="HighLatency"'] });
    expect(alerts.map(({ labels }) => labels.service).sort()).toEqual(["chat-api", "embed"]);
    expect(alerts[0]!.generatorURL).toBe("http://console.example.com/alerts");
    // It hands alerts to groups a moment after it took them.
    await expect.poll(async () => (await client.groups()).map(({ alerts: all }) => all.length)).toEqual([2]);
    await client.postAlerts([{ ...posted("embed"), endsAt: at(-1) }]);
    expect((await client.alerts()).map(({ labels }) => labels.service)).toEqual(["chat-api"]);
  });

  it("names its receivers", async () => {
    expect(await client.receivers()).toEqual(["team"]);
  });

  it("makes, shows, replaces and ends silences", async () => {
    const silence = {
      matchers: [{ name: "service", value: "chat-.*", isRegex: true, isEqual: true }],
      startsAt: at(0),
      endsAt: at(3_600),
      createdBy: "an operator",
      comment: "Planned restart",
    };
    const id = await client.createSilence(silence);
    const [shown] = await client.silences();
    expect(shown).toMatchObject({ id, matchers: silence.matchers, comment: "Planned restart" });
    await expect
      .poll(async () => (await client.alerts()).map(({ status }) => status.state))
      .toEqual(["suppressed"]);
    const longer = { ...silence, id, startsAt: shown!.startsAt, endsAt: at(7_200) };
    expect(await client.createSilence(longer)).toBe(id);
    await client.expireSilence(id);
    expect((await client.silences()).map(({ status }) => status.state)).toEqual(["expired"]);
  });

  it("says what it does not take, in its own words", async () => {
    const { labels: _, ...unlabelled } = posted("x");
    await expect(client.postAlerts([{ ...unlabelled, labels: {} }])).rejects.toMatchObject({
      failure: "rejected",
      upstreamStatus: 400,
      upstream: expect.stringContaining("label pair"),
    });
    await expect(client.expireSilence("no-such-id")).rejects.toMatchObject({ code: expect.any(String) });
  });

  it("cannot be written to elsewhere", async () => {
    const elsewhere = createAlertmanagerClient({
      id: "x",
      kind: "alertmanager",
      url: "http://169.254.169.254",
      headers: {},
    });
    await expect(elsewhere.postAlerts([posted("chat-api")])).rejects.toMatchObject({
      failure: "refused_address",
    });
    await expect(client.expireSilence("..")).rejects.toMatchObject({ code: "invalid_request" });
  });
});
