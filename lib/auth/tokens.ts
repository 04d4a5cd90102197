import { createHash, randomBytes } from "node:crypto";

/** A new secret of 256 bits in base64url, after a prefix that says what it opens (`isk_` for an API key). */
export const newSecret = (prefix: string): string => `${prefix}${randomBytes(32).toString("base64url")}`;

/**
 * SHA-256 in hex. Enough for secrets that we generate: 256 bits cannot be guessed, so a slow hash would only make each
 * request slow. Passwords, which people choose, go through `passwords.ts`.
 */
export const hashSecret = (secret: string): string => createHash("sha256").update(secret).digest("hex");

/** The first characters of a key, by which its holder can tell it from others; too few to guess the rest from. */
export const keyPrefix = (key: string): string => key.slice(0, 12);
