import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

const FILES = { INFERSCOPE_SECRET: "session-secret", INFERSCOPE_ENCRYPTION_KEY: "encryption-key" } as const;

/**
 * The session secret and the encryption key for a console that was given none: 32 random bytes in base64 each, made
 * once and kept in the data folder, readable by its owner only. Throws when the folder cannot be written.
 */
export function generatedSecrets(
  dataDirectory: string,
  given: { INFERSCOPE_SECRET?: string; INFERSCOPE_ENCRYPTION_KEY?: string },
): Record<keyof typeof FILES, string> {
  const secret = (name: keyof typeof FILES): string => {
    const fromEnvironment = given[name];
    if (fromEnvironment !== undefined) return fromEnvironment;
    const file = path.join(dataDirectory, FILES[name]);
    if (!existsSync(file)) {
      mkdirSync(dataDirectory, { recursive: true, mode: 0o700 });
      try {
        // "wx" so that of two consoles that start at once, one makes the secret and the other reads it.
        writeFileSync(file, randomBytes(32).toString("base64"), { mode: 0o600, flag: "wx" });
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      }
    }
    return readFileSync(file, "utf8").trim();
  };
  return {
    INFERSCOPE_SECRET: secret("INFERSCOPE_SECRET"),
    INFERSCOPE_ENCRYPTION_KEY: secret("INFERSCOPE_ENCRYPTION_KEY"),
  };
}
