import "server-only";
import { setTimeout as delay } from "node:timers/promises";
import { db, prisma, type Transaction, transaction } from "@/lib/db/client";
import type { NotificationChannel } from "@/lib/db/generated/client";
import { notify } from "@/lib/events/notify";
import type { LoopDefinition } from "@/lib/jobs/definition";
import { log } from "@/lib/observability/log";
import { type MessageContent, messageContentSchema, type SinkResponse } from "../schema";
import { type SendOutcome, sendMessage } from "../send";

/**
 * For how long a message that is being sent is left alone by others. When it runs out, its sender died in the middle, and
 * whether it arrived cannot be known: it is sent again, with the same id.
 */
const CLAIM_MS = 30_000;

const FIRST_RETRY_MS = 5_000;
const LONGEST_RETRY_MS = 300_000;
/** With the waits above: a day. */
const MOST_ATTEMPTS = 290;
/** A sink that refuses may be in the middle of being deployed; after a few minutes it means it. */
const MOST_REJECTIONS = 6;

/** How long after so many tries the next one comes, in milliseconds; `random` from 0 to 1 spreads them. */
const retryAfter = (attempts: number, random: number): number =>
  Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.max(0, attempts - 1)) * (0.9 + 0.2 * random);

/** What a message becomes by a try. */
function afterTry(
  { kind }: SendOutcome,
  { attempts, reason }: { attempts: number; reason: MessageContent["reason"] },
): "delivered" | "failed" | "waiting" {
  if (kind === "delivered") return "delivered";
  // Whoever asked for a test waits for its answer.
  if (reason === "test") return "failed";
  return attempts >= (kind === "rejected" ? MOST_REJECTIONS : MOST_ATTEMPTS) ? "failed" : "waiting";
}

/**
 * Claims a message that is due and tries to send it, once. Returns what came back; null when another has it, or it need
 * not be sent any more. An abort leaves it to be sent again.
 */
export async function deliverOne(id: string, signal?: AbortSignal): Promise<SinkResponse | null> {
  const now = new Date();
  const { count } = await db().outboxMessage.updateMany({
    where: { id, state: "waiting", nextAt: { lte: now } },
    data: { attempts: { increment: 1 }, nextAt: new Date(now.getTime() + CLAIM_MS) },
  });
  if (count === 0) return null;
  const row = await db().outboxMessage.findUniqueOrThrow({ where: { id }, include: { channel: true } });
  const content = messageContentSchema.parse(row.content);
  const result = await sent(row.channel, { id, key: row.key, content }, now, signal);
  const state = afterTry(result, { attempts: row.attempts, reason: content.reason });
  await transaction(async (tx) => {
    await tx.outboxMessage.updateMany({
      // A message that was superseded while it was on its way has arrived all the same.
      where: { id, state: { in: ["waiting", "superseded"] } },
      data: {
        state,
        lastResponse: result.response,
        ...(state === "delivered" ? { deliveredAt: new Date() } : {}),
        nextAt: new Date(Date.now() + (state === "waiting" ? retryAfter(row.attempts, Math.random()) : 0)),
      },
    });
    if (state === "delivered" && content.reason === "repeat" && row.channel.kind === "alertmanager")
      await forgetEarlierRepeats(tx, row);
    await notify(tx, { type: "notification", id });
  });
  if (result.kind !== "delivered")
    log.warn({
      event: "notification_not_delivered",
      message: id,
      channel: row.channelId,
      attempt: row.attempts,
      status: result.response.status,
      error: result.response.error,
    });
  return result.response;
}

/** An Alertmanager is told all there is each minute: of those the last says enough. */
async function forgetEarlierRepeats(
  tx: Transaction,
  { channelId, key, sequence }: { channelId: string; key: string; sequence: bigint },
): Promise<void> {
  await tx.outboxMessage.deleteMany({
    where: {
      channelId,
      key,
      sequence: { lt: sequence },
      state: { in: ["delivered", "superseded"] },
      content: { path: ["reason"], equals: "repeat" },
    },
  });
}

async function sent(
  channel: NotificationChannel,
  message: { id: string; key: string; content: MessageContent },
  now: Date,
  signal: AbortSignal | undefined,
): Promise<SendOutcome> {
  try {
    return await sendMessage(channel, message, now, signal);
  } catch (error) {
    const wasStopped = signal?.aborted === true;
    if (!wasStopped) log.error({ event: "notification_sender_failed", message: message.id, error });
    return {
      kind: "failed",
      response: {
        status: null,
        body: null,
        error: wasStopped
          ? "The worker was stopped while it was being sent; it is sent again."
          : `It could not be sent: ${error instanceof Error ? error.message : String(error)}`,
        at: now.toISOString(),
      },
    };
  }
}

/** Of each channel that has nothing on its way, the message that is due for the longest, if it is the first of its key. */
const dueHeads = (now: Date, busy: readonly string[], teamId: string | null) => prisma().$queryRaw<
  { id: string; channelId: string }[]
>`
  SELECT DISTINCT ON (message."channelId") message.id, message."channelId" FROM "OutboxMessage" AS message
  WHERE message.state = 'waiting' AND message."nextAt" <= ${now} AND message."channelId" <> ALL(${[...busy]}::text[])
    AND (${teamId}::text IS NULL OR message."teamId" = ${teamId})
    AND NOT EXISTS (
      SELECT 1 FROM "OutboxMessage" AS earlier
      WHERE earlier."channelId" = message."channelId" AND earlier.key = message.key
        AND earlier.sequence < message.sequence AND earlier.state = 'waiting')
  ORDER BY message."channelId", message."nextAt", message.sequence`;

const POLL_MS = 250;
/** What is on its way when the worker stops may still arrive and be written down; then it is not sent twice. */
const STOP_GRACE_MS = 3_000;

/**
 * Delivers what is due until nothing is on its way: each channel one message at a time, so that a kill doubles at most
 * one there, and channels beside each other, so that one that hangs holds up no other. Of one team where that is given.
 */
export async function deliverDue(signal: AbortSignal, { teamId }: { teamId?: string } = {}): Promise<void> {
  const busy = new Map<string, Promise<void>>();
  const stop = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const onAbort = () => {
    timer = setTimeout(() => stop.abort(signal.reason), STOP_GRACE_MS);
  };
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    while (!signal.aborted) {
      // Of before the question: a channel that becomes free meanwhile was left out of its answer.
      const passedOver = [...busy.keys()];
      const heads = await dueHeads(new Date(), passedOver, teamId ?? null);
      if (heads.length === 0 && passedOver.length === 0) break;
      for (const { id, channelId } of heads)
        busy.set(
          channelId,
          deliverOne(id, stop.signal)
            .then(
              () => undefined,
              (error: unknown) =>
                log.error({ event: "notification_not_recorded", message: id, error: String(error) }),
            )
            .finally(() => busy.delete(channelId)),
        );
      await Promise.race([...busy.values(), delay(POLL_MS, undefined, { ref: false })]);
    }
  } finally {
    await Promise.all(busy.values());
    clearTimeout(timer);
    signal.removeEventListener("abort", onAbort);
  }
}

const LOOK_EVERY_SECONDS = 2;

export const deliveryLoop: LoopDefinition = {
  name: "deliver-notifications",
  summary: "Sends waiting notifications to their channels, and again what did not arrive.",
  everySeconds: LOOK_EVERY_SECONDS,
  run: (signal) => deliverDue(signal),
};
