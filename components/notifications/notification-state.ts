import type { State } from "@/components/ui/state";
import type { ChannelView, MessageState, MessageView } from "@/lib/notifications/schema";

/** The state of a channel as shape and words: whether what is sent through it arrives. */
export function channelState(channel: ChannelView): { state: State; words: string } {
  if (channel.validTo !== null) return { state: "paused", words: "Removed" };
  if (channel.problem !== null) return { state: "failed", words: "Cannot send" };
  if (channel.failed > 0) return { state: "warning", words: `${channel.failed} not delivered` };
  if (channel.waiting > 0) return { state: "pending", words: `${channel.waiting} waiting` };
  return channel.lastDeliveredAt === null
    ? { state: "unknown", words: "Nothing sent yet" }
    : { state: "ok", words: "Delivers" };
}

/** What each state of a message is called. */
export const messageStateWords: Record<MessageState, { state: State; words: string }> = {
  waiting: { state: "pending", words: "Waiting" },
  delivered: { state: "ok", words: "Delivered" },
  failed: { state: "failed", words: "Given up" },
  superseded: { state: "paused", words: "Replaced by a later one" },
};

/** The state of a message: one that waits after a try that failed is tried again. */
export function messageState({ state, attempts }: MessageView): { state: State; words: string } {
  return state === "waiting" && attempts > 0
    ? { state: "warning", words: `Tried ${attempts === 1 ? "once" : `${attempts} times`}` }
    : messageStateWords[state];
}

/** What came back, in a line: the status, and the sentence on what is wrong or what was answered. */
export function responseText({ response }: MessageView): string | null {
  if (response === null) return null;
  const { status, error, body } = response;
  const text = error ?? body ?? "";
  // A mail server's answer begins with its status.
  const isSaid = status === null || text.startsWith(`${status} `);
  return [isSaid ? "" : String(status), text].filter((part) => part !== "").join(" ") || null;
}
