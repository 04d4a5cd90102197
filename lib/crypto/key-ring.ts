import "server-only";
import { hkdfSync } from "node:crypto";
import { config } from "@/lib/config";

/** One key. `id` tells it apart in a ciphertext and says nothing about the key. */
export type EncryptionKey = { id: string; key: Buffer };

/** Every key that may open, newest first; the newest seals. Empty when none is configured. */
export type KeyRing = readonly EncryptionKey[];

/** Length of a key's id in bytes; 64 bits are plenty to tell a handful of keys apart. */
export const KEY_ID_BYTES = 8;

const derive = (material: Buffer, purpose: string, bytes: number): Buffer =>
  Buffer.from(hkdfSync("sha256", material, Buffer.alloc(0), `inferscope ${purpose}`, bytes));

/**
 * Reads keys in base64 (either alphabet), divided by commas, newest first, each of at least 32 bytes. The AES-256 key
 * and its id are derived from it by HKDF-SHA256 (RFC 5869), so that the id gives nothing away. Throws an Error that
 * names INFERSCOPE_ENCRYPTION_KEY when a key is shorter.
 */
export function parseKeyRing(text: string | undefined): KeyRing {
  if (text === undefined || text.trim() === "") return [];
  return text.split(",").map((encoded, index) => {
    const material = Buffer.from(encoded.trim(), "base64");
    if (material.length < 32)
      throw new Error(
        `INFERSCOPE_ENCRYPTION_KEY: key ${index + 1} has ${material.length} bytes; 32 in base64 are needed, such as the output of \`openssl rand -base64 32\`.`,
      );
    return {
      id: derive(material, "key id", KEY_ID_BYTES).toString("hex"),
      key: derive(material, "source credentials", 32),
    };
  });
}

let current: { text: string | undefined; ring: KeyRing } | undefined;

/** The keys of this process, from INFERSCOPE_ENCRYPTION_KEY. */
export function keyRing(): KeyRing {
  const text = config().INFERSCOPE_ENCRYPTION_KEY;
  if (current === undefined || current.text !== text) current = { text, ring: parseKeyRing(text) };
  return current.ring;
}
