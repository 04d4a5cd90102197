import "server-only";
import { hash, verify } from "@node-rs/argon2";

/** An argon2id hash with the library's defaults (19 MiB, t = 2, p = 1), which are OWASP's minimum. About 32 ms. */
export const hashPassword = (password: string): Promise<string> => hash(password);

let decoy: Promise<string> | undefined;

/**
 * Whether the password fits the hash. Without a hash it works as long on a decoy and says no, so that the time of an
 * answer does not tell which accounts exist.
 */
export async function verifyPassword(stored: string | null, password: string): Promise<boolean> {
  if (stored !== null) return verify(stored, password);
  decoy ??= hash("no account has this password");
  await verify(await decoy, password);
  return false;
}
