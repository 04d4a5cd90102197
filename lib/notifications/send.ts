import "server-only";
import { createTransport } from "nodemailer";
import { createAlertmanagerClient, type PostedAlert } from "@/lib/alertmanager/client";
import { config, publicUrl } from "@/lib/config";
import type { NotificationChannel } from "@/lib/db/generated/client";
import { isInferscopeError } from "@/lib/errors";
import { upstreamTarget } from "@/lib/sources/targets";
import type { Seconds } from "@/lib/units";
import { sendingProblem, sendOnce } from "@/lib/upstream/send";
import { isUpstreamError } from "@/lib/upstream/upstream-error";
import { mailOf } from "./mail";
import { alertUrl } from "./message";
import { channelProblem, settingsOf } from "./queries";
import type { MessageContent, SinkResponse } from "./schema";
import { openSecret } from "./secret";
import { slackBody } from "./slack";
import { SIGNATURE_HEADER, signatureOf, webhookBody } from "./webhook";

/** Longer than any sink that works takes; what it means to be away has to be known before the next round. */
const SEND_TIMEOUT: Seconds = 10;

/** What became of one try. `rejected`: the sink answered that it will not take this, now or later. */
export type SendOutcome = { kind: "delivered" | "failed" | "rejected"; response: SinkResponse };

type Sendable = { id: string; key: string; content: MessageContent };

const MAX_BODY_CHARACTERS = 2_000;

/** Tries to send a message through a channel, once. Never throws; rejects only with the signal's reason on an abort. */
export async function sendMessage(
  channel: NotificationChannel,
  message: Sendable,
  now: Date,
  signal?: AbortSignal,
): Promise<SendOutcome> {
  const wrong = channelProblem(channel);
  if (wrong !== null) return outcome("failed", now, { error: wrong });
  switch (channel.kind) {
    case "webhook":
      return sendWebhook(channel, message, now, signal);
    case "slack":
      return sendSlack(channel, message, now, signal);
    case "email":
      return sendMail(channel, message, now, signal);
    case "alertmanager":
      return sendToAlertmanagers(channel, message, now, signal);
  }
}

function outcome(
  kind: SendOutcome["kind"],
  now: Date,
  response: Partial<Omit<SinkResponse, "at">>,
  secret?: string | null,
): SendOutcome {
  const shown = (text: string | null | undefined): string | null => {
    if (text === null || text === undefined || text === "") return null;
    const plain = secret ? text.replaceAll(secret, "[redacted]") : text;
    return plain.replaceAll("\u0000", "").slice(0, MAX_BODY_CHARACTERS);
  };
  return {
    kind,
    response: {
      status: response.status ?? null,
      body: shown(response.body),
      error: shown(response.error),
      at: now.toISOString(),
    },
  };
}

/** Statuses of a sink that takes it later: too early, too many, and time-outs. */
const LATER = new Set([408, 425, 429]);

async function post(
  url: URL,
  body: string,
  headers: Record<string, string>,
  now: Date,
  secret: string,
  signal: AbortSignal | undefined,
): Promise<SendOutcome> {
  try {
    const answer = await sendOnce({
      url,
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body,
      allowMetadataAddresses: config().INFERSCOPE_ALLOW_METADATA_ADDRESSES,
      timeout: SEND_TIMEOUT,
      signal,
    });
    const { status } = answer;
    if (status >= 200 && status < 300) return outcome("delivered", now, answer, secret);
    const error =
      status >= 300 && status < 400
        ? `${url.origin} redirects, which is not followed. Enter the final address.`
        : `${url.origin} answered with status ${status}.`;
    const isRejected = status < 500 && !LATER.has(status);
    return outcome(isRejected ? "rejected" : "failed", now, { ...answer, error }, secret);
  } catch (error) {
    signal?.throwIfAborted();
    return outcome("failed", now, { error: sendingProblem(error, url.origin) }, secret);
  }
}

function sendWebhook(
  channel: NotificationChannel,
  message: Sendable,
  now: Date,
  signal: AbortSignal | undefined,
): Promise<SendOutcome> {
  const key = openSecret(channel)!;
  const body = JSON.stringify(webhookBody(message, { receiver: channel.name, consoleUrl: publicUrl() }));
  const headers = { "idempotency-key": message.id, [SIGNATURE_HEADER]: signatureOf(body, key, now) };
  return post(new URL(settingsOf(channel).url!), body, headers, now, key, signal);
}

function sendSlack(
  channel: NotificationChannel,
  message: Sendable,
  now: Date,
  signal: AbortSignal | undefined,
): Promise<SendOutcome> {
  const secret = openSecret(channel)!;
  const body = JSON.stringify(slackBody(message.content, publicUrl()));
  return post(new URL(secret), body, { "idempotency-key": message.id }, now, secret, signal);
}

/** Says what an SMTP server, or the way to it, did; nodemailer gives the server's code and words. */
function mailOutcome(error: unknown, now: Date, password: string): SendOutcome {
  const { code, responseCode, response, message } = error as {
    code?: string;
    responseCode?: number;
    response?: string;
    message?: string;
  };
  const sentences: Record<string, string> = {
    EAUTH: "The mail server refuses the user or password in INFERSCOPE_SMTP_URL.",
    ETLS: "The TLS connection to the mail server failed. Check smtp or smtps and its certificate.",
    EDNS: "The host name of the mail server does not resolve.",
    ETIMEDOUT: "The mail server did not answer in time.",
    ECONNECTION: "The mail server could not be reached.",
    ESOCKET: "The connection to the mail server failed.",
    EENVELOPE: "The mail server refuses the sender or a recipient.",
    EMESSAGE: "The mail server refuses the mail.",
  };
  const sentence = sentences[code ?? ""] ?? "The mail could not be sent.";
  const said = response === undefined && message ? ` ${message}` : "";
  const isRejected = responseCode !== undefined && responseCode >= 500 && code !== "EAUTH";
  return outcome(
    isRejected ? "rejected" : "failed",
    now,
    { status: responseCode ?? null, body: response, error: `${sentence}${said}` },
    password,
  );
}

async function sendMail(
  channel: NotificationChannel,
  message: Sendable,
  now: Date,
  signal: AbortSignal | undefined,
): Promise<SendOutcome> {
  signal?.throwIfAborted();
  const { INFERSCOPE_SMTP_URL = "", INFERSCOPE_MAIL_FROM = "" } = config();
  const timeoutMs = SEND_TIMEOUT * 1000;
  const password = URL.canParse(INFERSCOPE_SMTP_URL)
    ? decodeURIComponent(new URL(INFERSCOPE_SMTP_URL).password)
    : "";
  const transport = createTransport({
    url: INFERSCOPE_SMTP_URL,
    connectionTimeout: timeoutMs / 2,
    greetingTimeout: timeoutMs / 2,
    socketTimeout: timeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const to = settingsOf(channel).to ?? [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  const ends = new Promise<never>((_, reject) => {
    // A server that sends a byte now and then never runs into a time-out of the socket.
    timer = setTimeout(() => reject(Object.assign(new Error(""), { code: "ETIMEDOUT" })), timeoutMs);
    signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
  try {
    const mail = mailOf(message, { from: INFERSCOPE_MAIL_FROM, to, consoleUrl: publicUrl() });
    const sending = transport.sendMail(mail);
    sending.catch(() => undefined);
    const sent = await Promise.race([sending, ends]);
    const refused = sent.rejected.map(String);
    return outcome("delivered", now, {
      status: 250,
      body: sent.response,
      error: refused.length === 0 ? null : `Not to ${refused.join(", ")}, which the mail server refused.`,
    });
  } catch (error) {
    signal?.throwIfAborted();
    return mailOutcome(error, now, password);
  } finally {
    clearTimeout(timer);
    transport.close();
  }
}

/** Prometheus's `--alertmanager.max-batch-size` by default. */
const BATCH = 256;

/** What an Alertmanager is posted: how long an alert holds is counted from now, when it is sent. */
function postedAlerts({ alerts }: MessageContent, now: Date, consoleUrl: string): PostedAlert[] {
  return alerts.map((alert) => ({
    labels: alert.labels,
    annotations: alert.annotations,
    startsAt: alert.startsAt,
    endsAt:
      alert.status === "resolved"
        ? (alert.endsAt ?? now.toISOString())
        : new Date(now.getTime() + alert.holdsFor * 1000).toISOString(),
    generatorURL: alert.generatorUrl ?? alertUrl(consoleUrl, alert),
  }));
}

/**
 * Posts to every member of the cluster, since members do not pass alerts on to each other. One that took it is enough:
 * the others are told all there is again within a minute.
 */
async function sendToAlertmanagers(
  channel: NotificationChannel,
  { content }: Sendable,
  now: Date,
  signal: AbortSignal | undefined,
): Promise<SendOutcome> {
  const posted = postedAlerts(content, now, publicUrl());
  const results = await Promise.all(
    (settingsOf(channel).sourceIds ?? []).map(async (sourceId) => {
      try {
        const client = createAlertmanagerClient(await upstreamTarget(sourceId));
        for (let at = 0; at < posted.length; at += BATCH)
          await client.postAlerts(posted.slice(at, at + BATCH), { signal, timeout: SEND_TIMEOUT });
        return { status: 200, error: null };
      } catch (error) {
        signal?.throwIfAborted();
        return {
          status: isUpstreamError(error) ? (error.upstreamStatus ?? null) : null,
          error: isInferscopeError(error) ? error.detail : String(error),
        };
      }
    }),
  );
  const accepted = results.filter(({ error }) => error === null).length;
  const errors = results.flatMap(({ error }) => error ?? []);
  return outcome(accepted > 0 ? "delivered" : "failed", now, {
    status: (accepted > 0 ? 200 : results.find(({ status }) => status !== null)?.status) ?? null,
    body: `${accepted} of ${results.length} members took it`,
    error: errors.length === 0 ? null : errors.join(" "),
  });
}
