import "server-only";
import { type KeyRing, keyRing } from "@/lib/crypto/key-ring";
import { open, seal } from "@/lib/crypto/sealed";
import { problem } from "@/lib/errors";

const contextOf = (channelId: string) => `notification_channel:${channelId}`;

/** The column `secret` of a channel. Throws `invalid_request` when no key is configured. */
export function sealSecret(
  channelId: string,
  secret: string,
  ring: KeyRing = keyRing(),
): Uint8Array<ArrayBuffer> {
  if (ring.length === 0)
    throw problem(
      "invalid_request",
      "The secret cannot be stored: INFERSCOPE_ENCRYPTION_KEY is not set. Set it and restart.",
    );
  return seal(ring, secret, contextOf(channelId));
}

/** The secret in the column; null when there is none, or no key at hand opens it. Never throws. */
export function openSecret(
  channel: { id: string; secret: Uint8Array | null },
  ring: KeyRing = keyRing(),
): string | null {
  if (channel.secret === null) return null;
  const opened = open(ring, channel.secret, contextOf(channel.id));
  return opened.kind === "opened" ? opened.text : null;
}

/** The column sealed again with the newest key; null when it already is, is empty, or does not open. */
export function resealedSecret(
  channel: { id: string; secret: Uint8Array | null },
  ring: KeyRing = keyRing(),
): Uint8Array<ArrayBuffer> | null {
  if (channel.secret === null) return null;
  const opened = open(ring, channel.secret, contextOf(channel.id));
  return opened.kind === "opened" && opened.stale ? seal(ring, opened.text, contextOf(channel.id)) : null;
}
