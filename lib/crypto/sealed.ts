import "server-only";
import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { KEY_ID_BYTES, type KeyRing } from "./key-ring";

/*
 * A sealed value is: format (1 byte), key id (8), nonce (12), authentication tag (16), ciphertext. Format 1 is
 * AES-256-GCM (NIST SP 800-38D) with a random 96-bit nonce. Format, key id and `context` are authenticated with it, so
 * a sealed value that is moved to another row does not open there.
 */
const FORMAT = 1;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const HEADER_BYTES = 1 + KEY_ID_BYTES;
const MINIMUM_BYTES = HEADER_BYTES + NONCE_BYTES + TAG_BYTES;

/** What opening gave. Not opening is an answer: the console runs on and asks for the credentials again. */
export type Opened =
  | { kind: "opened"; text: string /** Sealed by a key that is no longer the newest. */; stale: boolean }
  | { kind: "lost"; reason: "key_missing" | "not_authentic" };

const associatedData = (header: Uint8Array, context: string): Buffer =>
  Buffer.concat([header, Buffer.from(context, "utf8")]);

/**
 * Seals `text` with the newest key of the ring. `context` names where it is kept (`source:<id>`) and must be given
 * again to open it. Throws an Error when the ring is empty.
 */
export function seal(ring: KeyRing, text: string, context: string): Uint8Array<ArrayBuffer> {
  const newest = ring[0];
  if (newest === undefined)
    throw new Error("INFERSCOPE_ENCRYPTION_KEY is not set, so nothing can be sealed.");
  const header = Buffer.concat([Buffer.from([FORMAT]), Buffer.from(newest.id, "hex")]);
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv("aes-256-gcm", newest.key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(associatedData(header, context));
  const ciphertext = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
  return new Uint8Array(Buffer.concat([header, nonce, cipher.getAuthTag(), ciphertext]));
}

/**
 * Opens a sealed value: `key_missing` when no key of the ring sealed it (or its format is unknown), `not_authentic`
 * when it was changed, cut, or belongs to another context. Never throws.
 */
export function open(ring: KeyRing, sealed: Uint8Array, context: string): Opened {
  const bytes = Buffer.from(sealed);
  if (bytes.length < MINIMUM_BYTES) return { kind: "lost", reason: "not_authentic" };
  const header = bytes.subarray(0, HEADER_BYTES);
  const id = header.subarray(1).toString("hex");
  const index = ring.findIndex((key) => key.id === id);
  if (header[0] !== FORMAT || index === -1) return { kind: "lost", reason: "key_missing" };
  const nonceEnd = HEADER_BYTES + NONCE_BYTES;
  try {
    const decipher = createDecipheriv(
      "aes-256-gcm",
      ring[index]!.key,
      bytes.subarray(HEADER_BYTES, nonceEnd),
      {
        authTagLength: TAG_BYTES,
      },
    );
    decipher.setAAD(associatedData(header, context));
    decipher.setAuthTag(bytes.subarray(nonceEnd, nonceEnd + TAG_BYTES));
    const text = Buffer.concat([decipher.update(bytes.subarray(nonceEnd + TAG_BYTES)), decipher.final()]);
    return { kind: "opened", text: text.toString("utf8"), stale: index > 0 };
  } catch {
    return { kind: "lost", reason: "not_authentic" };
  }
}
