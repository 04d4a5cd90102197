import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { SMTPServer } from "smtp-server";

/** What an HTTP sink does with a request: a status to answer, nothing ever, or the connection cut after it was read. */
export type SinkAnswer = number | "hang" | "cut" | ((response: ServerResponse) => void);

export type SunkRequest = { path: string; headers: IncomingHttpHeaders; body: string; at: number };

export type HttpSink = {
  url: string;
  requests: SunkRequest[];
  /** Answers still to be given, in order; the last one stands for all that follow. */
  answers: SinkAnswer[];
  /** Resolves once so many requests have come. */
  received(count: number): Promise<void>;
  stop(): Promise<void>;
};

/** A receiver on the loopback address that does with requests what it is told, and keeps them. */
export async function startHttpSink({
  answers = [200],
  port = 0,
}: {
  answers?: SinkAnswer[];
  port?: number;
} = {}): Promise<HttpSink> {
  const requests: SunkRequest[] = [];
  const sockets = new Set<Socket>();
  const waiting: { count: number; resolve: () => void }[] = [];
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    requests.push({ path: request.url!, headers: request.headers, body, at: Date.now() });
    for (const one of waiting) if (requests.length >= one.count) one.resolve();
    const answer = sink.answers.length > 1 ? sink.answers.shift()! : sink.answers[0]!;
    if (answer === "hang") return;
    if (answer === "cut") return void request.socket.destroy();
    if (typeof answer === "function") return answer(response);
    response.writeHead(answer).end(`answered ${answer}`);
  });
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const sink: HttpSink = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    answers,
    received: (count) =>
      requests.length >= count
        ? Promise.resolve()
        : new Promise((resolve) => waiting.push({ count, resolve })),
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      if (!server.listening) return;
      server.close();
      await once(server, "close");
    },
  };
  return sink;
}

export type SunkMail = { from: string; to: string[]; raw: string };

export type MailSink = { url: string; mails: SunkMail[]; stop(): Promise<void> };

/** A mail server on the loopback address that keeps what it is sent; `refuse` names recipients that it knows nothing of. */
export async function startMailSink({
  port = 0,
  refuse = [],
}: {
  port?: number;
  refuse?: string[];
} = {}): Promise<MailSink> {
  const mails: SunkMail[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS"],
    onRcptTo: ({ address }, _, done) =>
      refuse.includes(address)
        ? done(Object.assign(new Error("No such user here"), { responseCode: 550 }))
        : done(),
    onData: (stream, { envelope }, done) => {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        mails.push({
          from: envelope.mailFrom === false ? "" : envelope.mailFrom.address,
          to: envelope.rcptTo.map(({ address }) => address),
          raw: Buffer.concat(chunks).toString("utf8"),
        });
        done();
      });
    },
  });
  server.on("error", () => undefined);
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  const { port: bound } = server.server.address() as AddressInfo;
  return {
    url: `smtp://127.0.0.1:${bound}`,
    mails,
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
