import { spawn } from "node:child_process";
import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { createServer, type Socket } from "node:net";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { prisma, transaction } from "@/lib/db/client";
import { testDatabaseUrl } from "@/testing/database";
import { type HttpSink, type MailSink, startHttpSink, startMailSink } from "@/testing/notification-sinks";
import { type NotifiedTeam, notifiedTeam } from "@/testing/notified-team";
import { freePort } from "@/testing/ports";
import { addChannel, writeTest } from "./channels/commands";
import { retryMessage, writeMessages } from "./messages/commands";
import { contentOf } from "./messages/content";
import { deliverDue, deliverOne } from "./messages/job";
import { getChannel, getMessage, listMessages } from "./queries";
import type { ToldAlert } from "./schema";
import { isSignedBy } from "./webhook";

const mailPort = await freePort();
process.env.INFERSCOPE_SMTP_URL = `smtp://127.0.0.1:${mailPort}`;
process.env.INFERSCOPE_MAIL_FROM = "Inferscope <alerts@example.com>";

const signingKey = "a signing key of a test";
let team: NotifiedTeam;
const sinks: HttpSink[] = [];

async function sink(answers?: HttpSink["answers"], port?: number): Promise<HttpSink> {
  const started = await startHttpSink({ answers, port });
  sinks.push(started);
  return started;
}

beforeEach(async () => {
  team = await notifiedTeam();
});
afterEach(async () => {
  for (const one of sinks.splice(0)) await one.stop();
  await team.remove();
});

const webhook = (url: string, name = "Pager") =>
  addChannel(team.actor, { kind: "webhook", name, url: `${url}/hook`, secret: signingKey });

const alert = (name: string): ToldAlert => ({
  alertId: "019a1c3e-0000-7000-8000-000000000009",
  fingerprint: "0123456789abcdef",
  status: "firing",
  labels: { alertname: name, service: "chat-api", severity: "critical" },
  annotations: { summary: `${name} <is> slow & late` },
  startsAt: "2026-03-04T14:00:00.000Z",
  endsAt: null,
  generatorUrl: null,
  value: 12,
  holdsFor: 240,
});

const write = (channelId: string, key: string, name = key, reason: "change" | "repeat" = "change") =>
  transaction(async (tx) => {
    const content = contentOf(reason, key, { alertname: name }, [alert(name)]);
    const [id] = await writeMessages(tx, [{ teamId: team.actor.teamId, channelId, key, content }]);
    return id!;
  });

/** As if the wait until the next try, or for a sender that died, were over. */
const letTimePass = () =>
  prisma().outboxMessage.updateMany({
    where: { teamId: team.actor.teamId, state: "waiting" },
    data: { nextAt: new Date() },
  });

const deliver = () => deliverDue(new AbortController().signal, { teamId: team.actor.teamId });
const idOf = ({ body }: { body: string }): string => (JSON.parse(body) as { id: string }).id;
const nameOf = ({ body }: { body: string }): string =>
  (JSON.parse(body) as { commonLabels: { alertname: string } }).commonLabels.alertname;

describe("a webhook", () => {
  it("gets a signed body of Alertmanager's form, under one id, and what came back is kept", async () => {
    const receiver = await sink([204]);
    const channel = await webhook(receiver.url);
    const id = await write(channel.id, "a", "HighLatency");
    await deliver();
    const [request] = receiver.requests;
    expect(request!.path).toBe("/hook");
    expect(request!.headers["idempotency-key"]).toBe(id);
    const header = String(request!.headers["inferscope-signature"]);
    expect(isSignedBy(header, request!.body, signingKey, new Date(), 60)).toBe(true);
    expect(isSignedBy(header, `${request!.body} `, signingKey, new Date(), 60)).toBe(false);
    expect(JSON.parse(request!.body)).toMatchObject({
      id,
      version: "4",
      status: "firing",
      receiver: "Pager",
      alerts: [{ status: "firing", endsAt: "0001-01-01T00:00:00Z", labels: { service: "chat-api" } }],
    });
    expect(await getMessage(team.actor, id)).toMatchObject({
      state: "delivered",
      attempts: 1,
      subject: "[FIRING:1] HighLatency chat-api critical",
      response: { status: 204, error: null },
    });
    expect(await getChannel(team.actor, channel.id, new Date())).toMatchObject({
      waiting: 0,
      hasSecret: true,
    });
  });

  it("is tried again under the same id, in order, until it takes it", async () => {
    const receiver = await sink([500, "cut", 429, 200]);
    const channel = await webhook(receiver.url);
    const [first, second] = [await write(channel.id, "a", "first"), await write(channel.id, "a", "second")];
    for (let round = 0; round < 4; round += 1) {
      await deliver();
      await letTimePass();
    }
    await deliver();
    expect(receiver.requests.map(idOf)).toEqual([first, first, first, first, second]);
    expect(await getMessage(team.actor, first!)).toMatchObject({ state: "delivered", attempts: 4 });
  });

  it("that refuses is given up after a few tries, and what comes after is sent; by hand it goes again", async () => {
    const receiver = await sink([400]);
    const channel = await webhook(receiver.url);
    const first = await write(channel.id, "a", "first");
    for (let round = 0; round < 6; round += 1) {
      await deliver();
      await letTimePass();
    }
    expect(await getMessage(team.actor, first)).toMatchObject({
      state: "failed",
      attempts: 6,
      response: { status: 400, body: "answered 400" },
      actions: ["retry"],
    });
    receiver.answers = [200];
    const second = await write(channel.id, "a", "second");
    await deliver();
    expect(await getMessage(team.actor, second)).toMatchObject({ state: "delivered" });
    await retryMessage(team.actor, { id: first, now: new Date() });
    await deliver();
    expect(await getMessage(team.actor, first)).toMatchObject({ state: "delivered" });
    await expect(retryMessage(team.actor, { id: first, now: new Date() })).rejects.toMatchObject({
      code: "conflict",
    });
  });

  it("that is away gets everything in order once it is back, and of repetitions the last", async () => {
    const port = await freePort();
    const channel = await webhook(`http://127.0.0.1:${port}`);
    const ids = [
      await write(channel.id, "a", "1"),
      await write(channel.id, "a", "2", "repeat"),
      await write(channel.id, "a", "3", "repeat"),
      await write(channel.id, "a", "4"),
      await write(channel.id, "b", "5"),
    ];
    await deliver();
    expect(await getMessage(team.actor, ids[0]!)).toMatchObject({
      state: "waiting",
      response: { status: null, error: expect.stringContaining("Nothing listens") },
    });
    const receiver = await sink([200], port);
    await letTimePass();
    await deliver();
    const names = receiver.requests.map(nameOf);
    expect(names.filter((name) => name !== "5")).toEqual(["1", "4"]);
    expect(names).toContain("5");
    const { items } = await listMessages(team.actor, { state: "superseded" }, { limit: 10 });
    expect(items.map(({ id }) => id)).toEqual([ids[2], ids[1]]);
  });

  it("that hangs times out, and holds up no other channel", async () => {
    const [hanging, working] = [await sink(["hang"]), await sink([200])];
    const stuck = await webhook(hanging.url, "Hangs");
    const fine = await webhook(working.url, "Works");
    const stuckId = await write(stuck.id, "a");
    const ids = [await write(fine.id, "a"), await write(fine.id, "a"), await write(fine.id, "b")];
    const delivering = deliver();
    await working.received(3);
    expect(await getMessage(team.actor, stuckId)).toMatchObject({ attempts: 1, response: null });
    await delivering;
    expect(await getMessage(team.actor, stuckId)).toMatchObject({
      state: "waiting",
      response: { error: expect.stringContaining("did not answer in time") },
    });
    for (const id of ids) expect(await getMessage(team.actor, id)).toMatchObject({ state: "delivered" });
  });

  it("that takes its time gets one after the other in one go", async () => {
    const slow = (response: ServerResponse) => void setTimeout(() => response.writeHead(200).end(), 300);
    const receiver = await sink([slow]);
    const channel = await webhook(receiver.url);
    const ids: string[] = [];
    for (const name of ["1", "2", "3", "4", "5"]) ids.push(await write(channel.id, "a", name));
    await deliver();
    expect(receiver.requests.map(idOf)).toEqual(ids);
  });

  it("is not followed elsewhere, nor asked at an address of a cloud's metadata", async () => {
    const elsewhere = await sink([200]);
    const redirecting = await sink([
      (response) => response.writeHead(302, { location: elsewhere.url }).end(),
    ]);
    const id = await write((await webhook(redirecting.url)).id, "a");
    const refused = await write((await webhook("http://169.254.169.254", "Metadata")).id, "a");
    await deliver();
    expect(elsewhere.requests).toEqual([]);
    expect(await getMessage(team.actor, id)).toMatchObject({ response: { status: 302 } });
    expect(await getMessage(team.actor, refused)).toMatchObject({
      response: { status: null, error: expect.stringContaining("metadata") },
    });
  });
});

describe("a sender that dies in the middle", () => {
  it("has at most one message sent twice, none lost, and the order kept", async () => {
    const receiver = await sink(["hang"]);
    const channel = await webhook(receiver.url);
    const ids: string[] = [];
    for (const name of ["1", "2", "3"]) ids.push(await write(channel.id, "a", name));
    const child = spawn(
      process.execPath,
      ["--conditions=react-server", "--import", "tsx", "testing/deliver-notifications.ts", team.actor.teamId],
      { env: { ...process.env, DATABASE_URL: testDatabaseUrl }, stdio: "inherit" },
    );
    await receiver.received(1);
    child.kill("SIGKILL");
    await once(child, "exit");
    receiver.answers = [200];
    // What a dead sender has claimed is left alone until the claim runs out.
    await deliver();
    expect(receiver.requests).toHaveLength(1);
    await letTimePass();
    await deliver();
    expect(receiver.requests.map(idOf)).toEqual([ids[0], ids[0], ids[1], ids[2]]);
  }, 60_000);

  it("is not raced by another", async () => {
    const receiver = await sink([200]);
    const channel = await webhook(receiver.url);
    const ids: string[] = [];
    for (const name of ["1", "2", "3", "4"]) ids.push(await write(channel.id, "a", name));
    await Promise.all([deliver(), deliver(), deliver()]);
    expect(receiver.requests.map(idOf)).toEqual(ids);
  });

  it("as it is stopped lets what is on its way arrive, and starts nothing more", async () => {
    const stop = new AbortController();
    const receiver = await sink([
      (response) => {
        stop.abort();
        response.writeHead(200).end("ok");
      },
    ]);
    const channel = await webhook(receiver.url);
    const [first, second] = [await write(channel.id, "a", "1"), await write(channel.id, "a", "2")];
    await deliverDue(stop.signal, { teamId: team.actor.teamId });
    expect(await getMessage(team.actor, first!)).toMatchObject({ state: "delivered" });
    expect(await getMessage(team.actor, second!)).toMatchObject({ state: "waiting", attempts: 0 });
  });
});

describe("Slack", () => {
  it("gets a text whose marks are escaped, and its URL is shown nowhere", async () => {
    const receiver = await sink([200]);
    const secret = `${receiver.url}/services/T0/B0/secret-part`;
    const channel = await addChannel(team.actor, { kind: "slack", name: "Team", secret });
    const id = await write(channel.id, "a", "HighLatency");
    await deliver();
    const body = JSON.parse(receiver.requests[0]!.body) as { text: string; attachments: { text: string }[] };
    expect(receiver.requests[0]!.path).toBe("/services/T0/B0/secret-part");
    expect(body.text).toBe("[FIRING:1] HighLatency chat-api critical");
    expect(body.attachments[0]!.text).toContain("HighLatency &lt;is&gt; slow &amp; late");
    await receiver.stop();
    const away = await write(channel.id, "a");
    await deliver();
    const shown = JSON.stringify([
      await getMessage(team.actor, id),
      await getMessage(team.actor, away),
      await getChannel(team.actor, channel.id, new Date()),
    ]);
    expect(shown).not.toContain("secret-part");
  });
});

describe("Slack that fails", () => {
  const slackAt = (url: string) =>
    addChannel(team.actor, { kind: "slack", name: "Team", secret: `${url}/services/T0/B0/secret-part` });

  it("gets all in order once it takes them, whether it failed, cut off or asked to slow down", async () => {
    const receiver = await sink([500, "cut", 429, 200]);
    const channel = await slackAt(receiver.url);
    const [first, second] = [await write(channel.id, "a", "first"), await write(channel.id, "a", "second")];
    for (let round = 0; round < 4; round += 1) {
      await deliver();
      await letTimePass();
    }
    await deliver();
    const keys = receiver.requests.map(({ headers }) => headers["idempotency-key"]);
    expect(keys).toEqual([first, first, first, first, second]);
    expect(await getMessage(team.actor, first!)).toMatchObject({ state: "delivered", attempts: 4 });
  });

  it("by hanging times out, and is tried again", async () => {
    const receiver = await sink(["hang", 200]);
    const id = await write((await slackAt(receiver.url)).id, "a");
    await deliver();
    expect(await getMessage(team.actor, id)).toMatchObject({
      state: "waiting",
      response: { status: null, error: expect.stringContaining("did not answer in time") },
    });
    await letTimePass();
    await deliver();
    expect(await getMessage(team.actor, id)).toMatchObject({ state: "delivered", attempts: 2 });
    expect(receiver.requests).toHaveLength(2);
  }, 30_000);

  it("by no longer knowing the webhook is given up, and says so", async () => {
    const receiver = await sink([404]);
    const id = await write((await slackAt(receiver.url)).id, "a");
    for (let round = 0; round < 6; round += 1) {
      await deliver();
      await letTimePass();
    }
    expect(await getMessage(team.actor, id)).toMatchObject({
      state: "failed",
      attempts: 6,
      response: { status: 404 },
    });
  });
});

/** A mail server that says what it is told to and falls silent where it is told nothing. */
async function startScriptedMailServer(script: { greeting: string | null; afterMail: string | null }) {
  const sockets = new Set<Socket>();
  let mails = 0;
  const listening = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket)).on("error", () => undefined);
    const say = (line: string | null) => line !== null && socket.write(`${line}\r\n`);
    let isMail = false;
    let text = "";
    say(script.greeting);
    socket.on("data", (chunk) => {
      text += chunk.toString();
      while (text.includes("\r\n")) {
        const end = text.indexOf("\r\n");
        const line = text.slice(0, end);
        text = text.slice(end + 2);
        if (isMail && line !== ".") continue;
        if (isMail) mails += 1;
        say(isMail ? script.afterMail : line === "DATA" ? "354 Go on" : "250 OK");
        isMail = line === "DATA";
      }
    });
  });
  await new Promise<void>((resolve) => listening.listen(mailPort, "127.0.0.1", resolve));
  return {
    mails: () => mails,
    stop: () =>
      new Promise<void>((resolve) => {
        for (const socket of sockets) socket.destroy();
        listening.close(() => resolve());
      }),
  };
}

describe("e-mail through a server that fails", () => {
  const mailTo = () => addChannel(team.actor, { kind: "email", name: "Mail", to: ["oncall@example.com"] });

  it.each([
    ["never greets", { greeting: null, afterMail: null }, "did not answer in time", null],
    [
      "takes the mail and falls silent",
      { greeting: "220 hi", afterMail: null },
      "did not answer in time",
      null,
    ],
    ["asks to come later", { greeting: "220 hi", afterMail: "451 Later" }, "refuses the mail", 451],
    ["is too busy to greet", { greeting: "421 Busy", afterMail: null }, "", 421],
  ])(
    "that %s: the mail waits, and goes once the server takes it",
    async (_, script, error, status) => {
      const failing = await startScriptedMailServer(script);
      const id = await write((await mailTo()).id, "a");
      await deliver();
      await failing.stop();
      expect(await getMessage(team.actor, id)).toMatchObject({
        state: "waiting",
        attempts: 1,
        response: { status, error: expect.stringContaining(error) },
      });
      const working = await startMailSink({ port: mailPort });
      await letTimePass();
      await deliver();
      await working.stop();
      // What fell silent may have kept the mail: by its Message-ID the second is the same.
      expect(working.mails).toHaveLength(1);
      expect(working.mails[0]!.raw).toContain(`Message-ID: <${id}@example.com>`);
      expect(await getMessage(team.actor, id)).toMatchObject({ state: "delivered", attempts: 2 });
    },
    30_000,
  );
});

describe("e-mail", () => {
  let server: MailSink | undefined;
  const channelTo = (...to: string[]) => addChannel(team.actor, { kind: "email", name: "Mail", to });
  beforeAll(async () => {
    server = await startMailSink({ port: mailPort, refuse: ["nobody@example.com"] });
  });
  afterAll(() => server?.stop());

  it("arrives once, with a Message-ID that stays the same", async () => {
    const channel = await channelTo("oncall@example.com", "lead@example.com");
    const id = await write(channel.id, "a", "HighLatency");
    await deliver();
    const [mail] = server!.mails.splice(0);
    expect(mail!.to).toEqual(["oncall@example.com", "lead@example.com"]);
    expect(mail!.raw).toContain(`Message-ID: <${id}@example.com>`);
    expect(mail!.raw).toContain("Subject: [FIRING:1] HighLatency chat-api critical");
    expect(await getMessage(team.actor, id)).toMatchObject({ state: "delivered", response: { status: 250 } });
  });

  it("says whom the server does not know", async () => {
    const none = await write((await channelTo("nobody@example.com")).id, "a");
    await deliver();
    expect(await getMessage(team.actor, none)).toMatchObject({
      state: "waiting",
      response: { status: 550, error: expect.stringContaining("refuses the sender or a recipient") },
    });
    expect(server!.mails).toEqual([]);
  });

  it("is sent once the server is back", async () => {
    await server!.stop();
    const id = await write((await channelTo("oncall@example.com")).id, "a");
    await deliver();
    expect(await getMessage(team.actor, id)).toMatchObject({ state: "waiting", response: { status: null } });
    server = await startMailSink({ port: mailPort });
    await letTimePass();
    await deliver();
    expect(server.mails).toHaveLength(1);
    expect(await getMessage(team.actor, id)).toMatchObject({ state: "delivered", attempts: 2 });
  });
});

it("sends a test through the same path, and does not repeat it", async () => {
  const receiver = await sink([503]);
  const channel = await webhook(receiver.url);
  const id = await writeTest(team.actor, { id: channel.id, now: new Date() });
  expect(await deliverOne(id)).toMatchObject({ status: 503 });
  await deliver();
  expect(receiver.requests.map(nameOf)).toEqual(["InferscopeTest"]);
  expect(await getMessage(team.actor, id)).toMatchObject({ state: "failed", reason: "test" });
});
