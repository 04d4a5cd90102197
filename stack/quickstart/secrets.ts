import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";

const secretsSchema = z.object({
  adminEmail: z.string(),
  adminPassword: z.string(),
  apiKey: z.string(),
  sessionSecret: z.string(),
  encryptionKey: z.string(),
  postgresPassword: z.string(),
});

export type Secrets = z.infer<typeof secretsSchema>;

/**
 * The secrets of this data folder, made at the first start and kept in secrets.json, which only its owner can read.
 * `given` (from the environment) wins over what is kept, and is not kept.
 */
export function readOrMakeSecrets(dataDirectory: string, given: Partial<Secrets> = {}): Secrets {
  const file = path.join(dataDirectory, "secrets.json");
  const chosen = Object.fromEntries(
    Object.entries(given).filter(([, value]) => value !== undefined && value !== ""),
  );
  let kept: Partial<Secrets> = {};
  try {
    kept = secretsSchema.partial().parse(JSON.parse(readFileSync(file, "utf8")));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT")
      throw new Error(`${file} cannot be read; delete it to have new secrets made.`, { cause: error });
  }
  const made: Secrets = {
    adminEmail: "admin@inferscope.local",
    adminPassword: randomBytes(12).toString("base64url"),
    apiKey: `isk_${randomBytes(32).toString("base64url")}`,
    sessionSecret: randomBytes(32).toString("base64"),
    encryptionKey: randomBytes(32).toString("base64"),
    postgresPassword: randomBytes(18).toString("base64url"),
    ...kept,
  };
  if (Object.keys(kept).length < Object.keys(made).length) {
    mkdirSync(dataDirectory, { recursive: true });
    writeFileSync(`${file}.new`, `${JSON.stringify(made, null, 2)}\n`, { mode: 0o600 });
    renameSync(`${file}.new`, file);
  }
  return { ...made, ...chosen };
}
