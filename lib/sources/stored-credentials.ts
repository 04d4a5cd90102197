import "server-only";
import { z } from "zod";
import { type KeyRing, keyRing } from "@/lib/crypto/key-ring";
import { open, seal } from "@/lib/crypto/sealed";
import { problem } from "@/lib/errors";
import type { Credentials } from "./credentials";

const credentialsSchema = z.object({
  token: z.string().optional(),
  username: z.string().optional(),
  password: z.string().optional(),
  headers: z.record(z.string(), z.string()).default({}),
});

const contextOf = (sourceId: string) => `source:${sourceId}`;

/** The column `secret` of a source; null for no credentials. Throws `invalid_request` when no key is configured. */
export function sealCredentials(
  sourceId: string,
  credentials: Credentials | null,
  ring: KeyRing = keyRing(),
): Uint8Array<ArrayBuffer> | null {
  if (credentials === null) return null;
  if (ring.length === 0)
    throw problem(
      "invalid_request",
      "Credentials cannot be stored: INFERSCOPE_ENCRYPTION_KEY is not set. Set it and restart.",
    );
  return seal(ring, JSON.stringify(credentials), contextOf(sourceId));
}

/** The credentials in the column; null when there are none, or when no key at hand opens them. Never throws. */
export function openCredentials(
  source: { id: string; secret: Uint8Array | null },
  ring: KeyRing = keyRing(),
): Credentials | null {
  if (source.secret === null) return null;
  const opened = open(ring, source.secret, contextOf(source.id));
  if (opened.kind === "lost") return null;
  const parsed = credentialsSchema.safeParse(JSON.parse(opened.text));
  return parsed.success ? parsed.data : null;
}

/** The column sealed again with the newest key; null when it already is, is empty, or does not open. */
export function resealed(
  source: { id: string; secret: Uint8Array | null },
  ring: KeyRing = keyRing(),
): Uint8Array<ArrayBuffer> | null {
  if (source.secret === null) return null;
  const opened = open(ring, source.secret, contextOf(source.id));
  return opened.kind === "opened" && opened.stale ? seal(ring, opened.text, contextOf(source.id)) : null;
}
