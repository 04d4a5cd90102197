import type { ServerResponse } from "node:http";
import { type HttpSink, type MailSink, startHttpSink, startMailSink } from "../notification-sinks";
import { freePort } from "../ports";

/** Someone who is told of alerts, and can die and come back at the same address. */
export interface Receiver {
  name: string;
  url: string;
  /** The ids of the messages that it took, in order, each as often as it took it. */
  taken(): string[];
  kill(): Promise<void>;
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export interface WebhookReceiver extends Receiver {
  /**
   * From now on leaves a message that has all of `texts` in it without an answer until `release`. Resolves once one has
   * come: it is taken, and its sender does not know.
   */
  hold(...texts: string[]): Promise<void>;
  /** Answers what is held. */
  release(): void;
}

/** A webhook; one that remembers idempotency keys takes each message once. */
export async function startWebhookReceiver(
  name: string,
  { remembers }: { remembers: boolean },
): Promise<WebhookReceiver> {
  const port = await freePort();
  const taken: string[] = [];
  let awaited: { texts: string[]; resolve: () => void } | null = null;
  let held: ServerResponse[] = [];
  const answer = (response: ServerResponse) => {
    const { headers, body } = sink.requests.at(-1)!;
    const key = String(headers["idempotency-key"]);
    if (!remembers || !taken.includes(key)) taken.push(key);
    if (!awaited?.texts.every((text) => body.includes(text))) return void response.writeHead(200).end();
    held.push(response);
    awaited.resolve();
  };
  const start = () => startHttpSink({ port, answers: [answer] });
  let sink: HttpSink = await start();
  const release = () => {
    awaited = null;
    for (const response of held) response.writeHead(200).end();
    held = [];
  };
  return {
    name,
    url: sink.url,
    taken: () => [...taken],
    hold: (...texts) =>
      new Promise((resolve) => {
        awaited = { texts, resolve };
      }),
    release,
    kill: async () => {
      await sink.stop();
      release();
    },
    restart: async () => {
      sink = await start();
    },
    stop: () => sink.stop(),
  };
}

/** A mail server. */
export async function startMailReceiver(name: string): Promise<Receiver> {
  const port = await freePort();
  const before: string[] = [];
  let sink: MailSink = await startMailSink({ port });
  const idsOf = ({ mails }: MailSink) =>
    mails.map(({ raw }) => /^Message-ID: <([0-9a-f-]{36})/im.exec(raw)?.[1] ?? raw);
  return {
    name,
    url: sink.url,
    taken: () => [...before, ...idsOf(sink)],
    kill: async () => {
      before.push(...idsOf(sink));
      sink.mails.length = 0;
      await sink.stop();
    },
    restart: async () => {
      sink = await startMailSink({ port });
    },
    stop: () => sink.stop(),
  };
}
