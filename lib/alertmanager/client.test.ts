import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { closeUpstreamConnections } from "@/lib/upstream/fetch";
import { type AlertmanagerClient, createAlertmanagerClient } from "./client";

const alert = {
  fingerprint: "0123456789abcdef",
  labels: { alertname: "HighLatency", service: "chat-api" },
  annotations: { summary: "slow" },
  startsAt: "2026-03-01T14:00:00.000Z",
  updatedAt: "2026-03-01T14:03:00.000Z",
  endsAt: "2026-03-01T14:07:00.000Z",
  generatorURL: "http://prometheus/graph",
  receivers: [{ name: "team" }],
  status: { state: "active", silencedBy: [], inhibitedBy: [] },
};

describe("Alertmanager client", () => {
  let server: Server;
  let client: AlertmanagerClient;
  let answer: [status: number, body: unknown];
  let asked: URL[];

  beforeAll(async () => {
    server = createServer((request, response) => {
      asked.push(new URL(request.url!, "http://host"));
      response.writeHead(answer[0], { "content-type": "application/json" }).end(JSON.stringify(answer[1]));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/alertmanager`;
    client = createAlertmanagerClient({ id: "test", kind: "alertmanager", url, headers: {} });
  });
  beforeEach(() => {
    asked = [];
  });
  afterAll(async () => {
    await closeUpstreamConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  it("reads the status", async () => {
    answer = [
      200,
      {
        cluster: { name: "01H", status: "ready", peers: [{ name: "01H", address: "10.0.0.1:9094" }] },
        versionInfo: {
          version: "0.27.0",
          revision: "r",
          branch: "b",
          buildUser: "u",
          buildDate: "d",
          goVersion: "g",
        },
        config: { original: "route: {}" },
        uptime: "2026-01-01T00:00:00.000Z",
      },
    ];
    const status = await client.status();
    expect(status).toMatchObject({ cluster: { status: "ready" }, versionInfo: { version: "0.27.0" } });
    // The configuration holds receivers' addresses and, on old versions, secrets.
    expect(status).not.toHaveProperty("config");
    expect(asked[0]!.pathname).toBe("/alertmanager/api/v2/status");
  });

  it("reads a status without a cluster, where peers are absent", async () => {
    answer = [
      200,
      { cluster: { status: "disabled" }, versionInfo: { version: "0.34.0" }, uptime: "2026-01-01T00:00:00Z" },
    ];
    expect((await client.status()).cluster).toEqual({ status: "disabled", peers: [] });
  });

  it("reads alerts, of versions with and without mutedBy", async () => {
    answer = [
      200,
      [alert, { ...alert, status: { ...alert.status, state: "suppressed", mutedBy: ["night"] } }],
    ];
    const alerts = await client.alerts();
    expect(alerts.map(({ status }) => status.mutedBy)).toEqual([[], ["night"]]);
    expect(alerts[0]).toMatchObject({
      labels: alert.labels,
      fingerprint: alert.fingerprint,
      startsAt: alert.startsAt,
    });
    expect(asked[0]!.search).toBe("");
  });

  it("passes filters on", async () => {
    answer = [200, []];
    await client.alerts({
      filter: ['alertname="X"', 'service=~"a|b"'],
      active: true,
      silenced: false,
      receiver: "team",
    });
    const { searchParams } = asked[0]!;
    expect(searchParams.getAll("filter")).toEqual(['alertname="X"', 'service=~"a|b"']);
    expect(Object.fromEntries(searchParams)).toMatchObject({
      active: "true",
      silenced: "false",
      receiver: "team",
    });
    expect(searchParams.has("inhibited")).toBe(false);
  });

  it("gives Alertmanager's own message, which is a bare string", async () => {
    answer = [400, "bad matcher format: x"];
    await expect(client.alerts({ filter: ["x"] })).rejects.toMatchObject({
      code: "upstream_rejected",
      upstream: "bad matcher format: x",
    });
  });

  it("refuses what is not Alertmanager's", async () => {
    answer = [200, [{ ...alert, status: { state: "firing" } }]];
    await expect(client.alerts()).rejects.toMatchObject({
      failure: "unexpected_shape",
      detail: expect.stringContaining("status.state"),
    });
  });
});
